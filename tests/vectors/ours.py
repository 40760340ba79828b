"""The vectors as the program reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cyberlib_client.core import words
from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import CyberlibError, IntegrityError, NeedsUnlock
from cyberlib_client.core.format_v1 import header as head
from cyberlib_client.core.format_v1.index import open_index
from cyberlib_client.core.format_v1.lookup import open_lookup
from cyberlib_client.core.format_v1.record import padme, unwrap
from cyberlib_client.core.format_v1.renewed import with_former
from cyberlib_client.core.format_v1.slots import (
    authenticate_slot_table,
    read_slot_table,
    stretch,
    unwrap_root,
)
from cyberlib_client.core.format_v1.retired import open_retirement
from cyberlib_client.core.format_v1.snapshot import open_snapshot
from cyberlib_client.core.format_v1.tree import Entry, Extra, decode_node
from cyberlib_client.core.format_v1.vault import authenticate_vault_header, read_vault_header
from cyberlib_client.core.ids import ID_SIZE, KIND_TREE, object_name
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.repository.content import content_spans
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.reader import Reader, read_pack_footer
from cyberlib_client.transports.memory import MemoryStore

Given = dict[str, Any]
ERRORS = (CyberlibError,)


def code_of(error: BaseException) -> str:
    """The word that docs/format has for an error; what is wrong with a pack is in its reason."""
    assert isinstance(error, CyberlibError)
    return str(error.facts["reason"]) if error.code == "pack_damaged" else error.code


def _keys(given: Given) -> VaultKeys:
    former = [bytes.fromhex(each) for each in given.get("former", ())]
    return VaultKeys(bytes.fromhex(given["root"]), bytes.fromhex(given["vault_id"]), former)


def _words(given: Given) -> object:
    return {"key": words.decode(given["text"]).hex()}


_ATTRIBUTES = {
    "vault header": "header",
    "slot table": "slots",
    "index": "index",
    "snapshots": "snapshots",
    "certificate signing": "sign_seed",
    "salt hedging": "hedge",
    "local state": "local",
}


def _derived(given: Given) -> object:
    keys = _keys(given)
    if "epoch" in given:
        return {"key": keys.epoch(given["epoch"]).hex()}
    if "base" in given:
        base, salt, context = (bytes.fromhex(given[name]) for name in ("base", "salt", "context"))
        key, commitment = keys.object_key(base, salt, context)
        return {"key": key.hex(), "commitment": commitment.hex()}
    if "content" in given:
        content = bytes.fromhex(given["content"])
        return {"chunk_id": keys.chunk_ids.of(content).hex(), "node_id": keys.tree_ids.of(content).hex()}
    if given.get("what") == "chunker seed":
        return {"seed": keys.chunker_seed()}
    found = {label: getattr(keys, name).hex() for label, name in _ATTRIBUTES.items()}
    return {**found, "epoch 0": keys.epoch(0).hex()}


def _vault(given: Given) -> object:
    data = bytes.fromhex(given["data"])
    header = read_vault_header(data)
    authenticate_vault_header(data, _keys(given))
    return msgspec.to_builtins(header)


def _slots(given: Given) -> object:
    data = bytes.fromhex(given["data"])
    table = read_slot_table(data)
    for slot in (s for s in table.slots if s.type == given["type"]):
        if slot.kdf is not None:
            secret = stretch(given["secret"], bytes.fromhex(slot.salt), slot.kdf)
        else:
            secret = bytes.fromhex(given["secret"])
        root = unwrap_root(slot, table.header.id, secret)
        if root is not None:
            keys = with_former(root, table.header.vault_id, table.root)
            authenticate_slot_table(data, keys)
            former = {"former": [each.root.hex() for each in keys.former]} if keys.former else {}
            return {"root": root.hex(), "vault_id": table.header.id, **former}
    raise NeedsUnlock("wrong_secret")


def _header(given: Given) -> object:
    header = head.parse_header(bytes.fromhex(given["data"]), given["magic"].encode())
    sealer = head.open_header(_keys(given), header)
    return {"epoch": header.epoch, "probe": sealer.seal(0, b"probe", b"").hex()}


def _record(given: Given) -> object:
    if "size" in given:
        return {"padded": padme(given["size"], given["floor"])}
    return {"record": unwrap(bytes.fromhex(given["data"]), limit=given["limit"]).hex()}


def _pack(given: Given) -> object:
    data, keys, store, index = bytes.fromhex(given["data"]), _keys(given), MemoryStore(), Index()
    name = sha256(data)
    store.put(object_name("packs", name), data)
    info = read_pack_footer(store, keys, name, len(data))
    index.add_pack(info)
    reader = Reader(store, keys, index)

    def chunks(number: int) -> list[str]:
        segment = info.segments[number]
        read = reader.node if segment.kind == KIND_TREE else reader.chunk
        ids = [segment.ids[at : at + ID_SIZE] for at in range(0, len(segment.ids), ID_SIZE)]
        return [read(each).hex() for each in ids]

    if "read" in given:
        return chunks(given["read"])
    return {"chunks": [chunks(number) for number in range(len(info.segments))]}


def _index(given: Given) -> object:
    packs = open_index(_keys(given), bytes.fromhex(given["data"]))
    return {
        "packs": [
            {
                "name": pack.name.hex(),
                "size": pack.size,
                "header": pack.header.hex(),
                "segments": [[s.kind, s.offset, s.sealed_size, s.plain_size, s.codec] for s in pack.segments],
            }
            for pack in packs
        ]
    }


def _lookup(given: Given) -> object:
    data = bytes.fromhex(given["data"])
    lookup = open_lookup(_keys(given), len(data), data, lambda _offset, _size: b"")
    pages = []
    for number in range(lookup.pages):
        offset, size = lookup.where(number)
        pages.append(lookup.open_page(number, data[offset : offset + size]))
    ids = [bytes.fromhex(each) for each in given["ids"]]
    return {
        "indexes": [index.hex() for index in lookup.indexes],
        "packs": [
            {
                "name": pack.name.hex(),
                "size": pack.size,
                "header": pack.header.hex(),
                "tail": pack.tail,
                "nodes": [[s.position, s.offset, s.sealed_size, s.plain_size, s.codec] for s in pack.nodes],
            }
            for pack in lookup.packs
        ],
        "candidates": [
            [pack.name.hex() for pack in lookup.candidates(pages[lookup.page_of(each)], each)] for each in ids
        ],
    }


def _snapshot(given: Given) -> object:
    snapshot = open_snapshot(_keys(given), bytes.fromhex(given["data"]))
    return {
        "device": snapshot.device.name,
        "device_id": snapshot.device.id.hex(),
        "sequence": snapshot.sequence,
        "root": snapshot.root.hex(),
        "time": snapshot.time,
        "system": snapshot.system,
        "previous": snapshot.previous.hex() if snapshot.previous else None,
        "sources": [source.hex() for source in snapshot.sources],
    }


def _retired(given: Given) -> object:
    said = open_retirement(_keys(given), bytes.fromhex(given["data"]))
    return {
        "device_id": said.device.id.hex(),
        "action": said.action,
        "time": said.time,
        "reason": said.reason,
        "objects": {kind: digests.hex() for kind, digests in said.objects.items()},
        "undoes": said.undoes.hex(),
        **({"quarantine": said.quarantine} if said.quarantine else {}),
        **({"about": said.about.hex()} if said.about else {}),
        **({"rules": msgspec.to_builtins(said.rules)} if said.rules else {}),
    }


def _tree(given: Given) -> object:
    entries, children = decode_node(bytes.fromhex(given["data"]))
    return {
        "entries": [[e.name.hex(), e.kind, e.size, e.content.hex()] for e in entries],
        "children": [[first.hex(), child.hex()] for first, child in children],
    }


class _Nodes:
    """What a list is read through."""

    def __init__(self, nodes: dict[str, str]) -> None:
        self._nodes = nodes

    def node(self, node_id: bytes) -> bytes:
        """The bytes of a node."""
        if node_id.hex() not in self._nodes:
            raise IntegrityError("chunk_missing")
        return bytes.fromhex(self._nodes[node_id.hex()])


def _content(given: Given) -> object:
    content, extra = bytes.fromhex(given["content"]), Extra(**given["extra"])
    entry = Entry(b"a", 0, 0, 0, 0, 0, 0, 0, given["size"], content, extra)
    spans = content_spans(_Nodes(given["nodes"]), entry)
    return [[each.hex(), offset, size] for each, offset, size in spans]


READERS: dict[str, Callable[[Given], object]] = {
    "words": _words,
    "keys": _derived,
    "vault": _vault,
    "slots": _slots,
    "header": _header,
    "record": _record,
    "pack": _pack,
    "index": _index,
    "lookup": _lookup,
    "snapshot": _snapshot,
    "retired": _retired,
    "tree": _tree,
    "content": _content,
}
