"""A store that is far away, without the way there: it counts what would have to be fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from cyberlib_client.core.ports import Buffer
from cyberlib_client.transports.memory import MemoryStore


class FarStore(MemoryStore):
    """`requests` and `bytes`: of what was read, by kind of object. `keeps`: this machine keeps what it is
    told to."""

    puts_at_once = 2

    def __init__(self, *, keeps: bool = False) -> None:
        super().__init__()
        self.requests: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.kept: dict[tuple[str, int, int], bytes] = {}
        self.keeps = keeps

    def forget(self) -> None:
        """Counts from nothing, on a machine that has nothing yet."""
        self.requests.clear()
        self.bytes.clear()
        self.kept.clear()

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        data = super().get(name, offset, length)
        kind = name.partition("/")[0]
        self.requests[kind] += 1
        self.bytes[kind] += len(data)
        return data

    def prefetch(self, names: Iterable[str]) -> None:
        """Each is counted when it is read."""

    def is_near(self, name: str) -> bool:
        return False

    def near(self, name: str, offset: int, length: int) -> bytes | None:
        return self.kept.get((name, offset, length))

    def keep(self, name: str, offset: int, data: Buffer) -> None:
        if self.keeps:
            self.kept[name, offset, len(data)] = bytes(data)
