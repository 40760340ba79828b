"""Vectors of packs, laid out by hand so that any part can be wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from cyberlib_client.core.format_v1 import header as head

from .parts import (
    MIB,
    ROOT,
    VAULT_ID,
    Vector,
    accepts,
    bomb,
    chunk_id,
    flipped,
    frame,
    new_header,
    node_id,
    noise,
    pack,
    record,
    rejects,
)

_VAULT: Final = {"root": ROOT.hex(), "vault_id": VAULT_ID.hex()}


@dataclass
class PackMaker:
    """Lays a pack out by hand, so that any part of it can be wrong."""

    label: str
    epoch: int = 2
    segments: list[tuple[int, int, bytes, list[bytes]]] = field(default_factory=list)
    padding: int = 50
    change: dict[str, Any] = field(default_factory=dict)

    def make(self) -> bytes:
        """The pack. `change`: "lines" edits the footer's lines, "footer" replaces its record, "tail" the
        trailer's plain bytes."""
        header, sealer = new_header(head.PACK, self.label, self.epoch)
        out, lines = header, []
        for position, (kind, codec, stored, chunks) in enumerate(self.segments):
            body = bytes(sealer.seal(position, stored, header + bytes([kind]) + position.to_bytes(4, "big")))
            name = chunk_id if kind == 1 else node_id
            sizes = [len(chunk) for chunk in chunks]
            ids = b"".join(map(name, chunks))
            lines.append([kind, len(out), len(body), sum(sizes), codec, ids, sizes])
            out += body
        if "lines" in self.change:
            self.change["lines"](lines)
        out += noise("padding", self.padding)
        plain = self.change.get("footer", record(pack(lines)))
        footer = bytes(sealer.seal(2**96 - 2, plain, header + b"\3" + bytes(4)))
        told = self.change.get("tail", len(out).to_bytes(8, "big") + len(footer).to_bytes(4, "big"))
        return out + footer + bytes(sealer.seal(2**96 - 1, told, header + b"\4" + bytes(4)))


ONE: Final = b"Cher confrere, "
TWO: Final = b"merci de m'avoir adresse ce patient."
NODE: Final = pack([0, []])
_USUAL: Final = [
    (1, 0, ONE + TWO, [ONE, TWO]),
    (1, 1, frame(ONE * 4), [ONE * 4]),
    (2, 0, NODE, [NODE]),
]


def pack_vectors() -> list[Vector]:
    """Whole packs. Without `read` it is the footer that fails, else the first chunk of that segment."""

    def made(label: str = "a pack", **change: Any) -> bytes:
        return PackMaker(label, segments=list(_USUAL), change=change).make()

    def given(data: bytes, read: int | None = None) -> Vector:
        return {**_VAULT, "data": data.hex(), **({} if read is None else {"read": read})}

    def edited(name: str, at: int, to: object, code: str = "bad_footer", note: str = "") -> Vector:
        def edit(lines: list[list[object]]) -> None:
            lines[0][at] = to

        return rejects(name, code, given(made(lines=edit)), note)

    good = made()
    other = made("another pack")
    starts = [88, 88 + len(ONE + TWO) + 16]
    first, second = good[88 : starts[1]], good[starts[1] : starts[1] + len(frame(ONE * 4)) + 16]
    out = {"chunks": [[ONE.hex(), TWO.hex()], [(ONE * 4).hex()], [NODE.hex()]]}
    padding = starts[1] + len(second) + len(NODE) + 16
    bomb_pack = PackMaker("bomb", segments=[(1, 1, bomb(32, declared=4 * MIB), [ONE])]).make()
    liar = PackMaker("liar", segments=[(1, 1, bomb(32, declared=len(ONE)), [ONE])]).make()
    wrong = PackMaker("wrong", segments=[(1, 0, TWO, [noise("x", len(TWO))])]).make()
    relabelled = made(lines=lambda lines: lines[0].__setitem__(0, 2))
    codec = made(lines=lambda lines: lines[0].__setitem__(4, 1))
    exchanged = good[:88] + second + first + good[starts[1] + len(second) :]
    foreign = good[:88] + other[88 : starts[1]] + good[starts[1] :]
    return [
        accepts("a pack", given(good), out, "two data segments, one of them zstd, and a tree segment"),
        accepts("altered padding", given(flipped(good, padding + 5)), out, "its name tells"),
        accepts("no segment", given(PackMaker("empty").make()), {"chunks": []}),
        rejects("a bit of the trailer", "not_authentic", given(flipped(good, -1))),
        rejects("a bit of the footer", "not_authentic", given(flipped(good, -40))),
        rejects("a byte less", "not_authentic", given(good[:-1])),
        rejects("a byte more", "not_authentic", given(good + b"\0")),
        rejects("padding taken away", "bad_footer", given(good[:padding] + good[padding + 1 :])),
        rejects("another pack's trailer", "not_authentic", given(good[:-28] + other[-28:])),
        rejects("another pack's header", "not_authentic", given(other[:88] + good[88:])),
        rejects("nothing but a header", "bad_footer", given(good[:88])),
        rejects("a trailer that points before the segments", "bad_footer",
                given(made(tail=(80).to_bytes(8, "big") + (len(good) - 108).to_bytes(4, "big")))),
        rejects("a trailer that points beyond the end", "bad_footer",
                given(made(tail=(len(good)).to_bytes(8, "big") + (50).to_bytes(4, "big")))),
        rejects("a footer that is no msgpack", "bad_footer", given(made(footer=record(b"\xc1")))),
        rejects("a footer that is a map", "bad_footer", given(made(footer=record(pack({}))))),
        rejects("bytes after the footer's list", "bad_footer", given(made(footer=record(pack([]) + b"\0")))),
        rejects("a footer that is no record", "bad_record", given(made(footer=bytes(8)))),
        rejects("a footer of 65 MiB", "bad_record",
                given(made(footer=b"\1" + (65 * MIB).to_bytes(4, "big") + bytes(4)))),
        edited("segment of kind 3", 0, 3),
        edited("offset within the header", 1, 87),
        edited("offset beyond any pack", 1, 17 * MIB),
        edited("sealed size of a tag alone", 2, 16),
        edited("sealed size of 5 MiB", 2, 5 * MIB),
        edited("plain size that is not the sum", 3, 52),
        edited("codec 2", 4, 2),
        edited("codec 257", 4, 257),
        edited("ids of 39 bytes", 5, bytes(39)),
        edited("one id for two chunks", 5, bytes(20)),
        edited("a chunk of no bytes", 6, [0, 51]),
        edited("a chunk of less than none", 6, [-1, 52]),
        edited("a chunk of 5 MiB", 6, [5 * MIB, 5]),
        edited("sizes that are text", 6, ["15", "36"]),
        rejects("a bit of a segment", "not_authentic", given(flipped(good, 90), 0)),
        rejects("two segments exchanged", "not_authentic", given(exchanged, 0)),
        rejects("a segment of another pack", "not_authentic", given(foreign, 0)),
        rejects("a data segment called a tree", "not_authentic", given(relabelled, 0)),
        rejects("a segment called compressed", "bad_compression", given(codec, 0)),
        rejects("content that is not its id's", "wrong_content", given(wrong, 0)),
        rejects("a bomb", "bad_compression", given(bomb_pack, 0), "4 MiB where 15 bytes were promised"),
        rejects("a bomb that lies", "bad_compression", given(liar, 0), "declares 15 bytes, unfolds to 4 MiB"),
    ]  # fmt: skip
