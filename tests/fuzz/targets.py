"""What is fuzzed: every reader of bytes or text that somebody else may have written.

A target takes any bytes. It may raise CyberlibError and nothing else; a reader that writes back as well
must give back what it read. Sealed objects are fuzzed inside their seal too: the keys of a vault may be in
the hands of a hostile workstation of the same practice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cyberlib_client.core.compression import decompress
from cyberlib_client.core.crypto import Sealer
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.format_v1 import pack, tree
from cyberlib_client.core.format_v1.content import decode_list, encode_list
from cyberlib_client.core.format_v1.index import PackInfo, open_index, seal_index
from cyberlib_client.core.format_v1.lines import check_mac, split_lines, write_lines
from cyberlib_client.core.format_v1.lookup import open_lookup, seal_lookup
from cyberlib_client.core.format_v1.record import unwrap, wrap
from cyberlib_client.core.format_v1.retired import RETIRE, Retirement, open_retirement, seal_retirement
from cyberlib_client.core.format_v1.sealed import seal_record
from cyberlib_client.core.format_v1.slots import (
    SlotTable,
    authenticate_slot_table,
    read_slot_table,
    unwrap_root,
    wrap_root,
    write_slot_table,
)
from cyberlib_client.core.format_v1.snapshot import Snapshot, certify, open_snapshot, seal_snapshot
from cyberlib_client.core.format_v1.tree import Entry, Extra
from cyberlib_client.core.format_v1.vault import (
    USUAL_CHUNKING,
    authenticate_vault_header,
    new_vault_header,
    read_vault_header,
    write_vault_header,
)
from cyberlib_client.core.ids import KIND_DATA, KIND_TREE, MIB, object_name
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.core.words import decode, encode
from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.kinds import content_kind
from cyberlib_client.files.names import display, from_vault_path, parse_display, to_vault_path
from cyberlib_client.files.restore_groups import bounds_list, list_for_any_group, without_list
from cyberlib_client.repository.content import content_spans
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.reader import read_pack_footer
from cyberlib_client.repository.retirements import Retirements
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.trees import find_entry, read_directory
from cyberlib_client.services.search import name_test
from cyberlib_client.transports.memory import MemoryStore
from tests.support.access_list import posix_access_list
from tests.support.vaults import open_with_key
from tests.vectors.rescue import program as rescue

KEYS: Final = VaultKeys(bytes(32), bytes(16))
SIGNING: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
DEVICE: Final = certify(KEYS, bytes(16), "poste", SIGNING.public_key().public_bytes_raw())
SALT: Final = bytes(32)
HEADER: Final = new_vault_header(KEYS.vault_id, 1_700_000_000, USUAL_CHUNKING)
SLOT: Final = wrap_root(
    KEYS, bytes(32), slot_id=bytes(8), kind="recovery", name="kit", created=1_700_000_000, salt=SALT
)
SNAPSHOT: Final = Snapshot(
    DEVICE, 1, bytes(20), 1, 2, "linux", "0.1", previous=bytes(32), sources=[b"/home"], label="matin",
    incidents=[("unreadable", b"/home/x", "Permission denied")], owners={1000: "ana"},
)  # fmt: skip
RETIREMENT: Final = Retirement(
    DEVICE, RETIRE, 1, "0.1", "policy", {"packs": bytes(64), "snapshots": bytes(32)}, bytes(32)
)
_SEGMENTS: Final = [
    pack.SegmentInfo(KIND_DATA, 88, 116, 100, 0, bytes(40), [60, 40]),
    pack.SegmentInfo(KIND_TREE, 204, 66, 300, 1, bytes(range(20)), [300]),
]
_ENTRIES: Final = [
    Entry(b"a", tree.FILE, 0o644, 1000, 1000, 10**18, 5, 77, 3, bytes(20)),
    Entry(b"b", tree.DIRECTORY, 0o755, 0, 0, -1, 0, 78, 0, bytes(range(20))),
    Entry(b"c", tree.SYMLINK, 0o777, 0, 0, 0, 0, 79, 0, b"../cible"),
    Entry(
        b"d", tree.FILE, 0o600, 0, 0, 0, 0, 80, 9, b"\1" * 20,
        Extra(levels=1, page=4096, link=(1, 2), sparse=True, metadata={"xattr:user.a": b"1"}),
    ),
]  # fmt: skip


class Target(NamedTuple):
    """`seeds`: good inputs to start from. `count`: wrong ones tried at each change."""

    run: Callable[[bytes], object]
    seeds: list[bytes]
    count: int = 1500


def _own(_read: Callable[[bytes], object], data: bytes) -> None:
    """Runs a reader, for its own errors are fine."""
    try:
        _read(data)
    except CyberlibError:
        pass


def _header(data: bytes) -> None:
    for magic in (head.PACK, head.INDEX, head.SNAPSHOT):
        parsed = head.parse_header(data, magic)
        assert parsed.raw == data[:88]
        head.open_header(KEYS, parsed)


def _headers(data: bytes) -> None:
    for magic in (head.PACK, head.INDEX, head.SNAPSHOT):
        _own(lambda d, m=magic: head.open_header(KEYS, head.parse_header(d, m)), data)  # type: ignore[misc]


def _lines(data: bytes) -> None:
    body, tag = split_lines(data)
    check_mac(body, tag, KEYS.slots)
    assert write_lines(body, KEYS.slots) == data


def _vault(data: bytes) -> None:
    header = read_vault_header(data)
    assert len(header.vault_id) == 16
    authenticate_vault_header(data, KEYS)
    assert read_vault_header(write_vault_header(header, KEYS)) == header


def _slots(data: bytes) -> None:
    table = read_slot_table(data)
    for slot in table.slots:
        _own(lambda _, s=slot: unwrap_root(s, table.header.id, bytes(32)), data)  # type: ignore[misc]
    authenticate_slot_table(data, KEYS)


def _slots_inside(data: bytes) -> None:
    _slots(write_lines(data, KEYS.slots))


def _vault_inside(data: bytes) -> None:
    _vault(write_lines(data, KEYS.header))


def _record(data: bytes) -> None:
    record = unwrap(data, limit=MIB)
    assert len(record) <= MIB
    assert unwrap(wrap(record), limit=MIB) == record


def _compressed(data: bytes) -> None:
    size = int.from_bytes(data[1:4], "big")
    assert len(decompress(data[0] & 3 if data else 0, data[4:], size)) == size


def _footer(data: bytes) -> None:
    sealer = Sealer(bytes(32))

    def opened(plain: bytes) -> None:
        sealed = bytes(sealer.seal(2**96 - 2, plain, bytes(88) + bytes([3]) + bytes(4)))
        segments = pack.open_footer(sealer, bytes(88), sealed)
        assert pack.open_footer(sealer, bytes(88), pack.seal_footer(sealer, bytes(88), segments)) == segments

    _own(opened, data)
    opened(wrap(data))


def _trailer(data: bytes) -> None:
    sealer = Sealer(bytes(32))
    sealed = bytes(sealer.seal(2**96 - 1, data, bytes(88) + bytes([4]) + bytes(4)))
    trailer = pack.open_trailer(sealer, bytes(88), sealed, 1000)
    assert 88 <= trailer.footer_offset <= 1000
    assert trailer.footer_offset + trailer.footer_size + 28 == 1000


def _pack(data: bytes) -> None:
    store = MemoryStore()
    store.put(object_name("packs", bytes(32)), data)
    info = read_pack_footer(store, KEYS, bytes(32), len(data))
    assert info.size == len(data)


def _index(data: bytes) -> None:
    open_index(KEYS, data)


def _lookup(data: bytes) -> None:
    lookup = open_lookup(KEYS, len(data), data, lambda _offset, _size: b"")
    for number in range(lookup.pages):
        offset, size = lookup.where(number)
        page = lookup.open_page(number, data[offset : offset + size])
        lookup.candidates(page, bytes(20))


def _lookup_inside(data: bytes) -> None:
    """The record, within its seal; one empty page."""
    header, sealer = head.new_header(KEYS, head.LOOKUP, 0, SALT)
    plain = wrap(data)
    parts = [(1, (len(plain) + 16).to_bytes(4, "big")), (2, plain), (3, bytes(255))]
    made = b"".join(
        sealer.seal(position, content, header + bytes([part]) + position.to_bytes(4, "big"))
        for position, (part, content) in enumerate(parts)
    )
    _lookup(header + made)


def _index_inside(data: bytes) -> None:
    packs = open_index(KEYS, seal_record(KEYS, head.INDEX, SALT, data))
    assert open_index(KEYS, seal_index(KEYS, SALT, packs)) == packs


def _snapshot(data: bytes) -> None:
    open_snapshot(KEYS, data)


def _snapshot_inside(data: bytes) -> None:
    open_snapshot(KEYS, seal_record(KEYS, head.SNAPSHOT, SALT, data))


def _snapshot_signed(data: bytes) -> None:
    """A body that a certified workstation did sign."""
    signature = SIGNING.sign(b"cyberlib/v1/snapshot" + KEYS.vault_id + data)
    outer = msgspec.msgpack.encode((data, {"ed25519": signature}))
    snapshot = open_snapshot(KEYS, seal_record(KEYS, head.SNAPSHOT, SALT, outer))
    assert open_snapshot(KEYS, seal_snapshot(KEYS, SALT, snapshot, SIGNING)) == snapshot


def _retirement(data: bytes) -> None:
    open_retirement(KEYS, data)


def _retirement_signed(data: bytes) -> None:
    """What a device of the vault signed, whatever it says: read, folded, and written again."""
    outer = msgspec.msgpack.encode(
        (data, {"ed25519": SIGNING.sign(b"cyberlib/v1/retirement" + KEYS.vault_id + data)})
    )
    said = open_retirement(KEYS, seal_record(KEYS, head.RETIREMENT, SALT, outer))
    assert open_retirement(KEYS, seal_retirement(KEYS, SALT, said, SIGNING)) == said
    told = Retirements({bytes(32): said})
    assert told.retired("packs") <= told.once("packs")


def _node(data: bytes) -> None:
    entries, children = tree.decode_node(data)
    if entries:
        assert tree.decode_node(tree.encode_leaf(entries)) == (entries, [])
    if children:
        assert tree.decode_node(tree.encode_branch(children)) == ([], children)


class _SameNode:
    """Every node is the same bytes: whoever follows ids must find an end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = 3000

    def node(self, _node_id: bytes) -> bytes:
        self._left -= 1
        assert self._left, "a reader that goes round in circles"
        return self._data


def _directory(data: bytes) -> None:
    reader = _SameNode(data)
    _own(lambda _: find_entry(reader, bytes(20), b"b"), data)
    if len(tree.decode_node(data)[1]) < 2:
        for _ in read_directory(reader, bytes(20)):
            pass


def _list(data: bytes) -> None:
    ids, sizes = decode_list(data)
    assert decode_list(encode_list(ids, sizes)) == (ids, sizes)


def _spans(data: bytes) -> None:
    """A list that holds itself."""
    for levels, page in ((1, 0), (1, 4096), (2, 0), (16, 0)):
        entry = Entry(b"f", tree.FILE, 0, 0, 0, 0, 0, 0, 10_000, bytes(20), Extra(levels=levels, page=page))

        def walk(_: bytes, entry: Entry = entry) -> None:
            assert sum(size for _, _, size in content_spans(_SameNode(data), entry)) == entry.size

        if levels < 3 or len(decode_list(data)[0]) == 20:
            _own(walk, data)


def _store(data: bytes) -> None:
    """All objects of a store say the same wrong thing."""
    store = MemoryStore()
    store.objects["vault"] = data
    for kind in ("slots", "packs", "index", "snapshots"):
        store.objects[object_name(kind, bytes(32))] = data
    _own(lambda _: load_snapshots(store, KEYS), data)
    open_with_key(store, "recovery", bytes(32))


def _words(data: bytes) -> None:
    key = decode(data.decode("utf-8", "replace"))
    assert decode(" ".join(encode(key))) == key


def _display(data: bytes) -> None:
    shown = display(data)
    assert parse_display(shown) == data
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _parse_display(data: bytes) -> None:
    for errors in ("replace", "surrogateescape"):
        _own(lambda d, e=errors: parse_display(d.decode("utf-8", e)), data)  # type: ignore[misc]


def _paths(data: bytes) -> None:
    for system in ("linux", "macos", "windows"):
        text = data.decode("utf-8", "surrogateescape")
        _own(lambda d, s=system: from_vault_path(d, system=s), data)  # type: ignore[misc, arg-type]
        _own(lambda d, s=system, t=text: to_vault_path(t, system=s), data)  # type: ignore[misc, arg-type]


def _pattern(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for system in ("linux", "macos", "windows"):
        filters = Filters([Rule(text, "option")], system=system)  # type: ignore[arg-type]
        for path in ("a", "docs/a.txt", "x/.cache/é.tmp", text[:100]):
            filters.decide(path, path.rpartition("/")[2], is_dir=False)
            filters.decide(path, path.rpartition("/")[2], is_dir=True)


def _search(data: bytes) -> None:
    test = name_test(data.decode("utf-8", "surrogateescape"))
    for name in (b"a", b"lettre.pdf", b"\xff", data):
        test(name)


def _kind(data: bytes) -> None:
    for name in (b"base.db", b"x", data[-20:]):
        kind = content_kind(data, name, len(data))
        assert kind.page & (kind.page - 1) == 0 or kind.page == 0
        assert 0 <= kind.page <= 4 * MIB


def _access_list(data: bytes) -> None:
    """Nobody gets more by what is recorded as an access list, whatever it is; the rescue program agrees."""
    assert bounds_list(data) == rescue.bounds_list(data)
    for mode in (0o660, 0o604, 0o777, 0o6775, 0o1070):
        given = without_list(mode, data)
        assert given == rescue.mode_without_list(mode, data)
        assert given & ~mode == 0 and given & ~0o077 == mode & ~0o077
    bounded = list_for_any_group(data)
    assert len(bounded) == len(data) and bounds_list(bounded) == bounds_list(data)
    assert all(new & ~old == 0 for new, old in zip(bounded, data, strict=True))
    assert list_for_any_group(bounded) == bounded


def _whole_pack() -> bytes:
    content = b"contenu " * 40
    store = MemoryStore()
    packer = Packer(
        store, KEYS, Index(), epoch=0, random=bytes, cancel=CancelToken(), on_stored=lambda _: None
    )
    packer.add(KIND_DATA, KEYS.chunk_ids.of(content), content)
    packer.finish()
    return next(iter(store.objects.values()))


_PACK: Final = _whole_pack()
_INDEXED: Final = [PackInfo(bytes(32), len(_PACK), _PACK[:88], _SEGMENTS)]
_INDEX_RECORD: Final = msgspec.msgpack.encode((1, _INDEXED))
_LOOKUP_RECORD: Final = msgspec.msgpack.encode(
    (
        1,
        [bytes(32)],
        1,
        255,
        [(bytes(32), 70_000, _PACK[:88], 200, [(1, 204, 66, 300, 1, bytes(4), [300])])],
    )
)
_TABLE: Final = SlotTable(HEADER, 1, 1, [SLOT])
_BODY: Final = msgspec.msgpack.encode(SNAPSHOT)
_LEAF: Final = tree.encode_leaf(_ENTRIES)
_BRANCH: Final = tree.encode_branch([(b"a", bytes(20)), (b"m", bytes(range(20)))])
_LISTS: Final = [encode_list(bytes(range(60)), [5000, 4000, 1000]), encode_list(bytes(20), None)]
_ACCESS_LISTS: Final = [
    posix_access_list((1, 6, -1), (4, 4, -1), (32, 4, -1)),
    posix_access_list((1, 7, -1), (2, 6, 4242), (4, 7, -1), (8, 4, 4243), (16, 6, -1), (32, 4, -1)),
    posix_access_list((1, 7, -1), (4, 7, -1), (4, 5, -1), (16, 7, -1), (16, 3, -1), (32, 5, -1), (32, 6, -1)),
]

TARGETS: Final[dict[str, Target]] = {
    "header": Target(_headers, [_PACK[:88]]),
    "lines": Target(_lines, [write_lines(b"{}", KEYS.slots)]),
    "vault": Target(_vault, [write_vault_header(HEADER, KEYS)]),
    "vault_inside": Target(_vault_inside, [msgspec.json.encode(HEADER)]),
    "slots": Target(_slots, [write_slot_table(_TABLE, KEYS)]),
    "slots_inside": Target(_slots_inside, [msgspec.json.encode(_TABLE)]),
    "record": Target(_record, [wrap(b"abc" * 50), wrap(b"x"), wrap(bytes(5000), floor=1024)]),
    "compressed": Target(_compressed, [bytes([1, 0, 0, 150]) + wrap(b"abc" * 50)[9:]]),
    "footer": Target(_footer, [msgspec.msgpack.encode(_SEGMENTS), wrap(msgspec.msgpack.encode(_SEGMENTS))]),
    "trailer": Target(_trailer, [(500).to_bytes(8, "big") + (472).to_bytes(4, "big")]),
    "pack": Target(_pack, [_PACK]),
    "index": Target(_index, [seal_record(KEYS, head.INDEX, SALT, _INDEX_RECORD)]),
    "index_inside": Target(_index_inside, [_INDEX_RECORD]),
    "lookup": Target(_lookup, [seal_lookup(KEYS, SALT, [bytes(32)], _INDEXED)]),
    "lookup_inside": Target(_lookup_inside, [_LOOKUP_RECORD]),
    "snapshot": Target(_snapshot, [seal_snapshot(KEYS, SALT, SNAPSHOT, SIGNING)]),
    "snapshot_inside": Target(_snapshot_inside, [msgspec.msgpack.encode((_BODY, {"ed25519": bytes(64)}))]),
    "snapshot_signed": Target(_snapshot_signed, [_BODY]),
    "retirement": Target(_retirement, [seal_retirement(KEYS, SALT, RETIREMENT, SIGNING)]),
    "retirement_signed": Target(_retirement_signed, [msgspec.msgpack.encode(RETIREMENT)]),
    "node": Target(_node, [_LEAF, _BRANCH]),
    "directory": Target(_directory, [_LEAF, _BRANCH]),
    "list": Target(_list, _LISTS),
    "spans": Target(_spans, _LISTS),
    "store": Target(_store, [write_vault_header(HEADER, KEYS), write_slot_table(_TABLE, KEYS)]),
    "words": Target(_words, [" ".join(encode(bytes(range(32)))).encode()], count=150),
    "display": Target(_display, ["dossier/é\\x41\u202e.txt".encode()]),
    "parse_display": Target(_parse_display, [b"a\\x41\\\\\\u202e\\U0001f600"]),
    "paths": Target(
        _paths, [b"/C/Users/a", rb"\\?\C:\Users\a", rb"\\server\share\x", b"/UNC/a/b/c"], count=400
    ),
    "pattern": Target(_pattern, ["**/é*.tmp".encode(), b"!a/[!b-d]?/**", b"\\#x\\ "], count=300),
    "search": Target(_search, [b"*.pd[!f]", b"elodie", "É*".encode()], count=100),
    "access_list": Target(_access_list, _ACCESS_LISTS),
    "kind": Target(_kind, [b"SQLite format 3\0" + bytes(84), bytes(20) + b"\x99" * 80]),
}


def run(name: str, data: bytes) -> None:
    """One input through one target: anything that escapes is a bug."""
    try:
        TARGETS[name].run(data)
    except CyberlibError:
        pass
