"""What a store that is as near as any copy has no use for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from ..core.ids import PACK_SIZE
from ..core.ports import Buffer, check_object_name


class Deletes(Protocol):
    """A store of which whoever holds it removes objects."""

    def delete(self, name: str) -> None: ...


class Nearby:
    """Nothing is fetched ahead, nothing kept: the store itself is at hand."""

    @property
    def pack_size(self) -> int:
        return PACK_SIZE

    def prefetch(self, names: Iterable[str]) -> None:
        pass

    def announce(self, names: Sequence[str]) -> None:
        pass

    def is_near(self, name: str) -> bool:
        return True

    def near(self, name: str, offset: int, length: int) -> bytes | None:
        return None

    def keep(self, name: str, offset: int, data: Buffer) -> None:
        pass

    def arrived(self, name: str) -> int | None:
        check_object_name(name)
        return None

    def retire(self, names: Sequence[str]) -> None:
        pass

    def revive(self, names: Sequence[str]) -> None:
        pass

    def purge(self: Deletes, names: Sequence[str]) -> Sequence[str]:
        for name in names:
            self.delete(name)
        return names
