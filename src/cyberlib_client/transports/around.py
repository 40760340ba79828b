"""What a store that stands before another passes on as it is."""

from __future__ import annotations

from ..core.ports import Store


class Around:
    """`store`: the one behind. What is told of it is told of this one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def location(self) -> str:
        return self._store.location

    @property
    def puts_at_once(self) -> int:
        return self._store.puts_at_once

    @property
    def pack_size(self) -> int:
        return self._store.pack_size

    @property
    def may_delete(self) -> bool:
        return self._store.may_delete
