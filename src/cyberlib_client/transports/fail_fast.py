"""A store that, once it could not be reached, says so at once for a while: many may wait for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeVar

from ..core.errors import Unreachable
from ..core.ports import Buffer, Store, StoredObject
from .around import Around

T = TypeVar("T")

_SECONDS: Final = 10.0


class FailFastStore(Around):
    """`store`, of which nothing is asked for some seconds after it could not be reached."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(store)
        self._now = now
        self._lock = threading.Lock()
        self._gone: Unreachable | None = None
        self._until = 0.0

    def prefetch(self, names: Iterable[str]) -> None:
        self._store.prefetch(names)

    def announce(self, names: Sequence[str]) -> None:
        self._store.announce(names)

    def is_near(self, name: str) -> bool:
        return self._store.is_near(name)

    def near(self, name: str, offset: int, length: int) -> bytes | None:
        return self._store.near(name, offset, length)

    def keep(self, name: str, offset: int, data: Buffer) -> None:
        self._store.keep(name, offset, data)

    def put(self, name: str, *parts: Buffer) -> None:
        self._asked(lambda: self._store.put(name, *parts))

    def replace(self, name: str, *parts: Buffer) -> None:
        self._asked(lambda: self._store.replace(name, *parts))

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._asked(lambda: self._store.get(name, offset, length))

    def size(self, name: str) -> int | None:
        return self._asked(lambda: self._store.size(name))

    def arrived(self, name: str) -> int | None:
        return self._asked(lambda: self._store.arrived(name))

    def list(self, kind: str) -> Iterator[StoredObject]:
        return iter(self._asked(lambda: [*self._store.list(kind)]))

    def delete(self, name: str) -> None:
        self._asked(lambda: self._store.delete(name))

    def retire(self, names: Sequence[str]) -> None:
        self._asked(lambda: self._store.retire(names))

    def revive(self, names: Sequence[str]) -> None:
        self._asked(lambda: self._store.revive(names))

    def purge(self, names: Sequence[str]) -> Sequence[str]:
        return self._asked(lambda: self._store.purge(names))

    def _asked(self, ask: Callable[[], T]) -> T:
        with self._lock:
            if self._gone is not None and self._now() < self._until:
                raise self._gone.with_traceback(None)
        try:
            return ask()
        except Unreachable as error:
            with self._lock:
                self._gone, self._until = error, self._now() + _SECONDS
            raise
