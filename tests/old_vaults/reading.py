"""What a vault holds, read by the program and by the rescue program, in the words of tools/old_vault.py."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1.tree import root_entry
from cyberlib_client.files.names import display
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import Vault
from cyberlib_client.services.browse import content, walk
from tests.vectors.rescue import program

Tree = dict[str, dict[str, Any]]

FOLDER: Final = Path(__file__).resolve().parent
DAMAGED: Final = {"kind": "damaged"}
_KINDS: Final = ("file", "directory", "symlink", "fifo")


@dataclass(frozen=True)
class Expected:
    """What came out of a vault on the day it was made."""

    words: str
    passphrase: str
    device_secret: bytes
    vault: str
    without_content: str
    snapshots: list[dict[str, Any]]

    def tree(self, number: int) -> Tree:
        """Everything in a snapshot; later ones are written down as changes of an earlier one."""
        told: Mapping[str, Any] = self.snapshots[number]
        before = self.tree(told["after"]) if "after" in told else {}
        merged = before | told["tree"]
        tree = {path: dict(item) for path, item in merged.items() if item is not None}
        if self.without_content in tree:
            tree[self.without_content] = {"kind": "missing"}
        return tree


def expected(version: str) -> Expected:
    """The expectation that belongs to a frozen vault."""
    told = json.loads((FOLDER / version / "expected.json").read_text(encoding="utf-8"))
    return Expected(**told | {"device_secret": bytes.fromhex(told["device_secret"])})


def trees_by_program(vault: Vault) -> dict[str, Tree]:
    """What each snapshot holds, by its id; files that cannot be read whole are `DAMAGED`."""
    reader = vault.reader(check_packs=True)
    trees = {}
    for stored in load_snapshots(vault.store, vault.keys).items:

        def items(root: bytes = stored.snapshot.root) -> Iterator[_Item]:
            for path, e in walk(reader, root_entry(root), b""):
                x = e.extra
                try:
                    whole = b"".join(content(reader, e)) if e.kind == 0 else e.content
                except IntegrityError:
                    whole = None
                metadata, link = (x.metadata or {}, x.link) if x else ({}, None)
                yield _Item(path, e.kind, e.mode, e.mtime, whole, metadata, link, x.missing if x else None)

        trees[stored.id] = _described(items())
    return trees


def trees_by_rescue(folder: Path, keys: Any) -> dict[str, Tree]:
    """The same by the rescue program's own code."""
    vault = program.Vault(str(folder), keys, lambda _path, _why: None)
    trees = {}
    for name, snapshot in program.load_snapshots(str(folder), keys, lambda _path, _why: None):
        trees[name.hex()] = _described(_by_rescue(vault, snapshot["root"], b""))
    return trees


def _raise(error: Exception) -> None:
    """No directory of these vaults may lose a part."""
    raise error


def _by_rescue(vault: Any, node: bytes, above: bytes) -> Iterator[_Item]:
    for e in program.directory(vault, node, _raise):
        path, x = above + b"/" + e.name, e.extra
        whole: bytes | None = e.content
        if e.kind == program.FILE:
            try:
                parts = program.content_spans(vault, e)
                whole = b"".join(bytes(n) if i == program.ZERO_ID else vault.chunk(i) for i, _, n in parts)
            except program.Problem:
                whole = None
        link = tuple(x["link"]) if x["link"] else None
        yield _Item(path, e.kind, e.mode, e.mtime, whole, x["metadata"] or {}, link, x["missing"])
        if e.kind == program.DIRECTORY and e.content:
            yield from _by_rescue(vault, e.content, path)


@dataclass(frozen=True)
class _Item:
    path: bytes
    kind: int
    mode: int
    mtime: int
    content: bytes | None
    metadata: Mapping[str, bytes]
    link: object
    missing: str | None


def _described(items: Iterable[_Item]) -> Tree:
    tree: Tree = {}
    groups: dict[object, list[str]] = {}
    for item in items:
        if item.path.count(b"/") < 2:
            continue  # a directory that only leads to a source
        shown = display(item.path)
        tree[shown] = _one(item)
        if item.link is not None:
            groups.setdefault(item.link, []).append(shown)
    for group in groups.values():
        for shown in group if len(group) > 1 else ():
            tree[shown] |= {"same_as": min(group)}
    return tree


def _one(item: _Item) -> dict[str, Any]:
    kind = _KINDS[item.kind]
    if item.missing is not None:
        return {"kind": "missing"}
    if item.content is None:
        return dict(DAMAGED)
    told: dict[str, Any] = {"kind": kind, "mtime": item.mtime}
    if kind == "symlink":
        return told | {"target": display(item.content)}
    told["mode"] = item.mode & 0o777
    attributes = {k[6:]: v.hex() for k, v in item.metadata.items() if k.startswith("xattr:")}
    if attributes:
        told["attributes"] = attributes
    if kind == "file":
        told |= {"size": len(item.content), "sha256": hashlib.sha256(item.content).hexdigest()}
    return told
