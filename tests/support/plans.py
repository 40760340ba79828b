"""Snapshots in memory, made of plain dictionaries."""

from __future__ import annotations

from collections.abc import Mapping

from cyberlib_client.core.format_v1 import tree
from cyberlib_client.core.format_v1.snapshot import Device, Snapshot
from cyberlib_client.core.format_v1.tree import Entry, root_entry
from cyberlib_client.repository.snapshots import Stored
from tests.support.nodes import IDS, Nodes

Tree = Mapping[str, "bytes | Tree"]
"""Name → content of a file, or a folder."""


class Shown:
    """Snapshots made of plain trees, written as nodes."""

    def __init__(self) -> None:
        self.nodes = Nodes()
        self.stored: list[Stored] = []

    def add(self, plan: Tree) -> Entry:
        root = self._directory(plan)
        number = len(self.stored) + 1
        device = Device(bytes(16), "poste", bytes(32), bytes(64))
        snapshot = Snapshot(device, number, root, number, number, "linux", "0")
        self.stored.append(Stored(number.to_bytes(32, "big"), snapshot))
        return root_entry(root)

    def _directory(self, plan: Tree) -> bytes:
        entries = [self._entry(name.encode("utf-8", "surrogateescape"), what) for name, what in plan.items()]
        return self.nodes.writer.directory(sorted(entries, key=lambda e: e.name))

    def _entry(self, name: bytes, what: bytes | Tree) -> Entry:
        if isinstance(what, bytes):
            return Entry(name, tree.FILE, 0o644, 1, 1, len(what), 0, 0, len(what), IDS.of(what))
        return Entry(name, tree.DIRECTORY, 0o755, 1, 1, 0, 0, 0, 0, self._directory(what))
