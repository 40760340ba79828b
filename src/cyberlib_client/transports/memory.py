"""A store in memory, for tests: fast, and as strict as the port allows."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from ..core.errors import IntegrityError
from ..core.ports import Buffer, StoredObject, check_kind, check_object_name
from .nearby import Nearby


class MemoryStore(Nearby):
    """Objects in a dict. Gone with the process."""

    location = "memory"
    may_delete = True
    puts_at_once = 0

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, name: str, *parts: Buffer) -> None:
        check_object_name(name)
        data = b"".join(parts)
        with self._lock:
            self.objects.setdefault(name, data)

    def replace(self, name: str, *parts: Buffer) -> None:
        check_object_name(name)
        data = b"".join(parts)
        with self._lock:
            self.objects[name] = data

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        check_object_name(name)
        data = self.objects.get(name)
        if data is None:
            raise IntegrityError("object_missing", name=name)
        return data[offset:] if length is None else data[offset : offset + length]

    def size(self, name: str) -> int | None:
        check_object_name(name)
        data = self.objects.get(name)
        return None if data is None else len(data)

    def list(self, kind: str) -> Iterator[StoredObject]:
        check_kind(kind)
        prefix = kind + "/"
        with self._lock:
            found = [(n, len(d)) for n, d in self.objects.items() if n.startswith(prefix)]
        return (StoredObject(n, s) for n, s in found)

    def delete(self, name: str) -> None:
        check_object_name(name)
        with self._lock:
            self.objects.pop(name, None)
