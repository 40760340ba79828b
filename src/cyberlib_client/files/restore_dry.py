"""A target that is looked at and never touched: what a restore would do, found out by the very same code.

Directories that would be made are empty ones of no disk; whatever would be written is taken for written.
What the file system does to names is found out only by trying: here it does what those of its system do. A
file that its owner may not read is taken for another: to compare it takes a change of its mode.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from ..core.ports import Buffer
from .restore_model import EntryMeta, Existing, Held, Identity, Place, Traits

_NOWHERE: Final = -1


def _unmade() -> tuple[Held, Identity]:
    return Held(_NOWHERE, lambda _number: None), Identity(_NOWHERE, _NOWHERE)


class DryPlace:
    """See `Place`. `real`: the one that looks. For one thread."""

    reopens_files = False

    def __init__(self, real: Place) -> None:
        self._real = real
        self._moved: tuple[Held, bytes] | None = None
        self.open_limit = real.open_limit
        self.user = real.user

    def _taken(self, directory: Held, name: bytes) -> bool:
        if (directory, name) == self._moved:
            return False
        return self.look(directory, name, None, -1) is not None

    def _free(self, directory: Held, name: bytes) -> list[str]:
        if self._taken(directory, name):
            raise FileExistsError
        return []

    # Directories

    def open_root(self, path: str, make: bool) -> tuple[Held, Identity]:
        try:
            return self._real.open_root(path, False)
        except FileNotFoundError:
            return _unmade()

    def usual(self) -> Traits:
        return self._real.usual()

    def traits(self, directory: Held) -> Traits:
        return self._real.usual()

    def make_directory(self, directory: Held, name: bytes) -> None:
        self._free(directory, name)

    def open_directory(self, directory: Held, name: bytes, ours: bool) -> tuple[Held, Identity]:
        if ours or directory.number == _NOWHERE:
            return _unmade()
        try:
            return self._real.open_directory(directory, name, ours)
        except (FileNotFoundError, NotADirectoryError):  # one that would have been made, opened again
            return _unmade()

    def finish_directory(self, directory: Held, meta: EntryMeta) -> list[str]:
        return []

    # Files

    def write(
        self,
        directory: Held,
        name: bytes,
        data: Buffer,
        meta: EntryMeta,
        seal: int | None,
        made: list[Identity] | None = None,
    ) -> list[str]:
        if made is not None:
            made.append(_unmade()[1])
        return self._free(directory, name)

    def create_part(self, directory: Held, name: bytes, size: int, sparse: bool) -> tuple[Held, Identity]:
        return _unmade()

    def open_part(self, directory: Held, name: bytes, identity: Identity) -> Held:
        return _unmade()[0]

    def pwrite(self, part: Held, data: Buffer, offset: int) -> None:
        pass

    def discard(self, part: Held) -> None:
        pass

    def finish_part(self, part: Held, size: int, meta: EntryMeta) -> list[str]:
        return []

    def finish_last(self, directory: Held, name: bytes, meta: EntryMeta) -> list[str]:
        return []

    # Names

    def rename_new(self, directory: Held, old: bytes, new: bytes) -> None:
        self._free(directory, new)
        self._moved = (directory, old)

    def replace(self, directory: Held, old: bytes, new: bytes) -> None:
        pass

    def remove(self, directory: Held, name: bytes, made: Identity | None = None) -> None:
        pass

    def _seen(self, directory: Held, look: Callable[[], bool]) -> bool:
        return directory.number != _NOWHERE and look()

    def look(self, directory: Held, name: bytes, seal: int | None, size: int) -> Existing | None:
        if directory.number == _NOWHERE:
            return None
        return self._real.look(directory, name, seal, size)

    # What is there already

    def names(self, directory: Held) -> list[bytes]:
        return [] if directory.number == _NOWHERE else self._real.names(directory)

    def open_same(
        self, directory: Held, name: bytes, size: int, owner: int | None, *, touch: bool = True
    ) -> Held | None:
        if directory.number == _NOWHERE:
            return None
        return self._real.open_same(directory, name, size, owner, touch=False)

    def identity(self, file: Held) -> Identity:
        return _unmade()[1] if file.number == _NOWHERE else self._real.identity(file)

    def read(self, file: Held, offset: int, size: int) -> bytes:
        return self._real.read(file, offset, size)

    def is_link(self, directory: Held, name: bytes, target: bytes) -> bool:
        return self._seen(directory, lambda: self._real.is_link(directory, name, target))

    def is_special(self, directory: Held, name: bytes, kind: int, device: int) -> bool:
        return self._seen(directory, lambda: self._real.is_special(directory, name, kind, device))

    def dress_again(self, item: Held, meta: EntryMeta, linked: Hashable) -> list[str]:
        return []

    def dress_unopened(self, directory: Held, name: bytes, kind: int, meta: EntryMeta) -> list[str]:
        return []

    # Links and special files

    def symlink(
        self, directory: Held, name: bytes, target: bytes, folder: bool, meta: EntryMeta
    ) -> list[str]:
        return self._free(directory, name)

    def link(self, first: Held, first_name: bytes, made: Identity, directory: Held, name: bytes) -> None:
        self._free(directory, name)

    def special(self, directory: Held, name: bytes, kind: int, device: int, meta: EntryMeta) -> list[str]:
        return self._free(directory, name)

    # Parts

    def part_name(self) -> bytes:
        return self._real.part_name()

    def leftovers(self, directory: Held) -> list[bytes]:
        return []
