"""The vectors as the rescue program reads them: another implementation, with checks of its own."""

from __future__ import annotations

import hashlib
import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cyberlib_client.resources import resource

Given = dict[str, Any]


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("cyberlib_rescue", resource("rescue/cyberlib_rescue.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


program = _load()
ERRORS = (program.Problem,)


def code_of(error: BaseException) -> str:
    """The word that docs/format has for an error."""
    return str(error.code)  # type: ignore[attr-defined]


def _keys(given: Given) -> Any:
    former = [bytes.fromhex(each) for each in given.get("former", ())]
    return program.Keys(bytes.fromhex(given["root"]), bytes.fromhex(given["vault_id"]), former)


def _words(given: Given) -> object:
    return {"key": program.words_to_key(given["text"]).hex()}


def _derived(given: Given) -> object:
    keys = _keys(given)
    if "epoch" in given:
        return {"key": keys.epoch(given["epoch"]).hex()}
    if "base" in given:
        base, salt, context = (bytes.fromhex(given[name]) for name in ("base", "salt", "context"))
        both = program.hkdf(base, salt, b"cyberlib/v1/object" + context, 64)
        return {"key": both[:32].hex(), "commitment": both[32:].hex()}
    if "content" in given:
        content = bytes.fromhex(given["content"])
        digest = program.hmac.new
        return {
            "chunk_id": digest(keys.chunk_ids, content, hashlib.sha256).hexdigest()[:40],
            "node_id": digest(keys.tree_ids, content, hashlib.sha256).hexdigest()[:40],
        }
    if given.get("what") == "chunker seed":
        first = bytes.fromhex(given.get("former", [given["root"]])[0])
        key = program.hkdf(first, keys.vault_id, b"cyberlib/v1/chunker seed", 8)
        return {"seed": int.from_bytes(key, "big") >> 1}
    return {
        "vault header": keys.vault_header.hex(),
        "slot table": keys.slot_table.hex(),
        "index": keys.index.hex(),
        "snapshots": keys.snapshots.hex(),
        "certificate signing": keys.signing_seed.hex(),
        "epoch 0": keys.epoch(0).hex(),
    }


def _vault(given: Given) -> object:
    data = bytes.fromhex(given["data"])
    header = program.read_vault_header(data)
    program.check_mac(data, _keys(given).vault_header, "vault_altered")
    known = {name: header[name] for name in ("format", "version", "suite", "id", "created")}
    sizes = {name: header["chunking"][name] for name in ("minimum", "average", "maximum")}
    return {**known, "chunking": sizes}


def _slots(given: Given) -> object:
    data = bytes.fromhex(given["data"])
    table = program.read_slot_table(data)
    for slot in (s for s in table["slots"] if s["type"] == given["type"]):
        secret = given["secret"]
        if slot["type"] == "passphrase":
            kdf = slot["kdf"]
            cost = (kdf["memory"], kdf["passes"], kdf["lanes"])
            secret = program.stretch(secret, bytes.fromhex(slot["salt"]), *cost)
        else:
            secret = bytes.fromhex(secret)
        root = program.unwrap_root(slot, table["header"]["id"], secret)
        if root is not None:
            vault_id = table["header"]["id"]
            keys = program.with_former(root, table)
            program.check_mac(data, keys.slot_table)
            former = {"former": [each.root.hex() for each in keys.roots[:-1]]} if "root" in table else {}
            return {"root": root.hex(), "vault_id": vault_id, **former}
    raise program.Problem("wrong_secret")


def _header(given: Given) -> object:
    header = program.parse_header(bytes.fromhex(given["data"]), given["magic"].encode())
    key = program.object_key(_keys(given), header)
    return {"epoch": header.epoch, "probe": program.AESGCM(key).encrypt(bytes(12), b"probe", b"").hex()}


def _record(given: Given) -> object:
    return {"record": program.unwrap_record(bytes.fromhex(given["data"]), given["limit"]).hex()}


def _pack(given: Given) -> object:
    data = bytes.fromhex(given["data"])
    name = hashlib.sha256(data).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "packs" / name[:2]
        place.mkdir(parents=True)
        (place / name).write_bytes(data)
        problems: list[BaseException] = []
        vault = program.Vault(folder, _keys(given), lambda _path, why: problems.append(why))
        if problems:
            raise problems[0]

        def chunks(number: int) -> list[str]:
            segment = vault.places[number][2]
            found = vault.segment(number)
            ids = [segment.ids[at : at + 20] for at in range(0, len(segment.ids), 20)]
            program.need(set(ids) == set(found), "wrong_content")
            return [found[each].hex() for each in ids]

        if "read" in given:
            return chunks(given["read"])
        return {"chunks": [chunks(number) for number in range(len(vault.places))]}


def _index(given: Given) -> object:
    packs = program.open_index(_keys(given), bytes.fromhex(given["data"]))
    return {
        "packs": [
            {
                "name": pack.name.hex(),
                "size": pack.size,
                "header": pack.header.hex(),
                "segments": [list(segment[:5]) for segment in pack.segments],
            }
            for pack in packs
        ]
    }


def _snapshot(given: Given) -> object:
    snapshot = program.open_snapshot(_keys(given), bytes.fromhex(given["data"]))
    previous = snapshot.get("previous")
    return {
        "device": snapshot["device"]["name"],
        "device_id": snapshot["device"]["id"].hex(),
        "sequence": snapshot["sequence"],
        "root": snapshot["root"].hex(),
        "time": snapshot["time"],
        "system": snapshot["system"],
        "previous": previous.hex() if previous else None,
        "sources": [source.hex() for source in snapshot.get("sources", [])],
    }


def _tree(given: Given) -> object:
    entries, children = program.read_node(bytes.fromhex(given["data"]))
    return {
        "entries": [[e.name.hex(), e.kind, e.size, e.content.hex()] for e in entries],
        "children": [[first.hex(), child.hex()] for first, child in children],
    }


class _Nodes:
    """What a list is read through."""

    def __init__(self, nodes: dict[str, str]) -> None:
        self._nodes = nodes

    def chunk(self, node_id: bytes, kind: int) -> bytes:
        """The bytes of a node."""
        program.need(kind == program.TREE and node_id.hex() in self._nodes, "chunk_missing")
        return bytes.fromhex(self._nodes[node_id.hex()])


def _content(given: Given) -> object:
    content, extra = bytes.fromhex(given["content"]), program.read_extra(given["extra"])
    entry = program.Entry(b"a", 0, 0, 0, 0, 0, 0, 0, given["size"], content, extra)
    spans = program.content_spans(_Nodes(given["nodes"]), entry)
    return [[each.hex(), offset, size] for each, offset, size in spans]


def _retired(given: Given) -> object:
    said = program.open_retirement(_keys(given), bytes.fromhex(given["data"]))
    return {
        "device_id": said["device"]["id"].hex(),
        "action": said["action"],
        "time": said["time"],
        "reason": said.get("reason", ""),
        "objects": {kind: digests.hex() for kind, digests in said.get("objects", {}).items()},
        "undoes": said.get("undoes", b"").hex(),
        **{name: said[name] for name in ("quarantine", "rules") if said.get(name)},
        **({"about": said["about"].hex()} if said.get("about") else {}),
    }


READERS: dict[str, Callable[[Given], object]] = {
    "words": _words,
    "keys": _derived,
    "vault": _vault,
    "slots": _slots,
    "header": _header,
    "record": _record,
    "pack": _pack,
    "index": _index,
    "snapshot": _snapshot,
    "retired": _retired,
    "tree": _tree,
    "content": _content,
}
