"""Vectors of lookups, laid out by hand."""

from __future__ import annotations

from typing import Final

from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.keys import VaultKeys

from .packs import NODE, ONE, TWO
from .parts import (
    KEYS,
    MIB,
    OTHER_KEYS,
    ROOT,
    VAULT_ID,
    Vector,
    accepts,
    chunk_id,
    flipped,
    new_header,
    node_id,
    noise,
    pack,
    record,
    rejects,
)

_VAULT: Final = {"root": ROOT.hex(), "vault_id": VAULT_ID.hex()}
_INDEX: Final = noise("name of an index", 32)
_NAMES: Final = [noise("name of a pack", 32), noise("name of another pack", 32)]
_NODES: Final = [1, 155, 99, len(NODE), 0, node_id(NODE)[:4], [len(NODE)]]
_HEADER: Final = new_header(head.PACK, "an indexed pack", 2)[0]
_PACKS: Final = [[_NAMES[0], 65536, _HEADER, 200, [_NODES]], [_NAMES[1], 65536, _HEADER, 200, []]]
_FILLED: Final = b"\xff" * 5


def _entry(content: bytes, number: int) -> bytes:
    return chunk_id(content)[2:5] + number.to_bytes(2, "big")


def _pages(count: int, entries: int = 3) -> list[bytes]:
    """`ONE` in the first pack, `TWO` in both, in so many pages."""
    pages = [b""] * count
    if not pages:
        return []
    for content, number in ((ONE, 0), (TWO, 0), (TWO, 1)):
        pages[int.from_bytes(chunk_id(content)[:2], "big") * count >> 16] += _entry(content, number)
    return [page + _FILLED * (entries - len(page) // 5) for page in pages]


def _made(
    told: object,
    pages: list[bytes],
    *,
    front: bytes | None = None,
    magic: bytes = head.LOOKUP,
    keys: VaultKeys = KEYS,
) -> bytes:
    """A lookup of a record and pages."""
    header, sealer = new_header(magic, "a lookup", keys=keys)
    plain = record(told if isinstance(told, bytes) else pack(told), padding=40)
    front = (len(plain) + 16).to_bytes(4, "big") if front is None else front
    parts = [(1, front), (2, plain), *((3, page) for page in pages)]
    out = header
    for position, (part, content) in enumerate(parts):
        out += bytes(sealer.seal(position, content, header + bytes([part]) + position.to_bytes(4, "big")))
    return out


def lookup_vectors() -> list[Vector]:
    """Lookups, of which every page is opened."""
    absent = noise("an id that is nowhere", 20)
    ids = [chunk_id(ONE), chunk_id(TWO), absent]

    def given(data: bytes) -> Vector:
        return {**_VAULT, "data": data.hex(), "ids": [each.hex() for each in ids]}

    def told(pages: int = 1, size: int = 15, packs: object = _PACKS, version: object = 1) -> list[object]:
        return [version, [_INDEX], pages, size, packs]

    def refused(name: str, record: object, code: str = "bad_index", pages: int = 1) -> Vector:
        return rejects(name, code, given(_made(record, _pages(pages))))

    def segment(**changed: object) -> list[object]:
        names = ("position", "offset", "sealed", "plain", "codec", "marks", "sizes")
        row = [changed.get(name, value) for name, value in zip(names, _NODES, strict=True)]
        return [[_NAMES[0], 65536, _HEADER, 200, [row]]]

    shown = [_NODES[:5]]
    packs_out = [
        {"name": _NAMES[0].hex(), "size": 65536, "header": _HEADER.hex(), "tail": 200, "nodes": shown},
        {"name": _NAMES[1].hex(), "size": 65536, "header": _HEADER.hex(), "tail": 200, "nodes": []},
    ]
    both = [name.hex() for name in _NAMES]
    out = {"indexes": [_INDEX.hex()], "packs": packs_out, "candidates": [both[:1], both, []]}
    good = _made(told(), _pages(1))
    row = _PACKS[0]
    return [
        accepts("one page", given(good), out),
        accepts("eight pages", given(_made(told(8), _pages(8))), out),
        accepts("larger pages", given(_made(told(1, 500), _pages(1, 100))), out, "padded"),
        accepts("no pack", given(_made(told(1, 15, []), _pages(1))),
                {**out, "packs": [], "candidates": [[]] * 3},
                "entries of packs that are not there are passed over"),
        accepts("fields of tomorrow", given(_made(told(1, 15, [[*row, "more"], _PACKS[1]]), _pages(1))), out),
        rejects("nothing", "not_an_object", given(b"")),
        rejects("a header alone", "not_authentic", given(good[:88])),
        rejects("a bit of the front", "not_authentic", given(flipped(good, 90))),
        rejects("a bit of the record", "not_authentic", given(flipped(good, 120))),
        rejects("a bit of a page", "not_authentic", given(flipped(good, -9))),
        rejects("cut short", "bad_index", given(good[:-1])),
        rejects("a byte more", "bad_index", given(good + b"\0")),
        rejects("pages exchanged", "not_authentic",
                given(_exchanged(_made(told(2), _pages(2))))),
        rejects("an index taken for a lookup", "not_an_object",
                given(_made(told(), _pages(1), magic=head.INDEX))),
        rejects("an index relabelled", "not_authentic",
                given(b"CLBL" + _made(told(), _pages(1), magic=head.INDEX)[4:])),
        rejects("of another vault", "other_vault", given(_made(told(), _pages(1), keys=OTHER_KEYS))),
        rejects("a record of no bytes", "bad_index", given(_made(told(), _pages(1), front=bytes(4)))),
        rejects("a record of 4 GiB", "bad_index", given(_made(told(), _pages(1), front=b"\xff" * 4))),
        rejects("a front of 3 bytes", "not_authentic", given(_made(told(), _pages(1), front=b"\1\1\1"))),
        refused("no msgpack", b"\xc1"),
        refused("a map", {}),
        refused("version 2", told(version=2)),
        refused("3 pages", told(3), pages=3),
        refused("no page", told(0), pages=0),
        refused("2^17 pages", told(1 << 17)),
        refused("more pages than there are", told(2)),
        refused("pages of no bytes", told(1, 0)),
        refused("pages of 12 bytes", told(1, 12)),
        refused("pages of 5 MiB", told(1, 5 * MIB)),
        refused("a size that is negative", told(1, -15)),
        refused("an index of 31 bytes", [1, [_INDEX[1:]], 1, 15, _PACKS]),
        refused("an index that is no list", [1, _INDEX, 1, 15, _PACKS]),
        refused("a name of 31 bytes", told(packs=[[_NAMES[0][1:], *row[1:]]])),
        refused("a pack of 17 MiB", told(packs=[[_NAMES[0], 17 * MIB, *row[2:]]])),
        refused("a header of 87 bytes", told(packs=[[_NAMES[0], 65536, _HEADER[1:], 200, []]])),
        refused("a tail that is text", told(packs=[[_NAMES[0], 65536, _HEADER, "200", []]])),
        refused("marks of 3 bytes", told(packs=segment(marks=b"abc"))),
        refused("a position below 0", told(packs=segment(position=-1))),
        refused("a position of 2^32", told(packs=segment(position=1 << 32))),
        refused("a node of no bytes", told(packs=segment(sizes=[0])), "bad_footer"),
        refused("a segment of codec 2", told(packs=segment(codec=2)), "bad_footer"),
        refused("a segment before the header's end", told(packs=segment(offset=87)), "bad_footer"),
    ]  # fmt: skip


def _exchanged(data: bytes) -> bytes:
    """The last two pages of 15 bytes, each in the other's place."""
    size = 15 + 16
    return data[: -2 * size] + data[-size:] + data[-2 * size : -size]
