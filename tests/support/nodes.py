"""Nodes of trees and content lists kept in a dictionary: the least a writer and a reader need."""

from __future__ import annotations

from cyberlib_client.core.crypto import KeyedIds
from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.trees import NodeWriter

IDS = KeyedIds(b"nodes" * 6)


class Nodes:
    """`writer` stores here; `node` reads; `written` are the ids in the order they were stored."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}
        self.written: list[bytes] = []
        self.read: list[bytes] = []
        self._index = Index()
        self.writer = NodeWriter(self._index, IDS, self._add)

    def _add(self, kind: int, node_id: bytes, content: bytes) -> None:
        self.kept[node_id] = content
        self.written.append(node_id)
        self._index.trees.add(node_id, 0)

    def node(self, node_id: bytes) -> bytes:
        self.read.append(node_id)
        if node_id not in self.kept:
            raise IntegrityError("chunk_missing")
        return self.kept[node_id]
