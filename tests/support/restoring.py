"""What the tests of writing back share: a target, a look at what came of it, and fixtures of both."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from cyberlib_client.core.events import Event, Incident
from cyberlib_client.core.windows_paths import extended
from cyberlib_client.files.write_back import DirHandle, EntryMeta, FileHandle, Outcome, Target

TIME = 1_600_000_000_123_456_700  # a multiple of 100 ns, which is Windows' step
META = EntryMeta(mode=0o640, uid=0, gid=0, mtime_ns=TIME)
FOLDER = EntryMeta(mode=0o750, uid=0, gid=0, mtime_ns=TIME + 1_000_000_000)
NOON = 1_795_348_800_000_000_000  # 2026-11-22 12:00 UTC, 22 November in every zone that has practices


class Restore:
    """A target and what it told."""

    def __init__(self, root: Path, **options: Any) -> None:
        self.incidents: list[Event] = []
        self.path = root
        self.target = Target(str(root), listener=self.incidents.append, clock=lambda: NOON, **options)
        self.root = self.target.root

    def file(self, name: bytes, data: bytes = b"new", parent: DirHandle | None = None) -> Outcome:
        return self.target.write_small(parent or self.root, name, data, META, linked=True)

    def folder(self, name: bytes, parent: DirHandle | None = None) -> DirHandle:
        handle = self.target.open_directory(parent or self.root, name, FOLDER)
        assert isinstance(handle, DirHandle)
        return handle

    def long(self, name: bytes, size: int, parent: DirHandle | None = None) -> FileHandle:
        handle = self.target.begin_file(parent or self.root, name, size, META)
        assert isinstance(handle, FileHandle)
        return handle

    def whole(self, name: bytes, data: bytes, meta: EntryMeta) -> None:
        """A file written by the way of long ones."""
        file = self.target.begin_file(self.root, name, len(data), meta)
        assert isinstance(file, FileHandle)
        file.pwrite(0, data)
        file.finish()

    def every_kind(self, meta: EntryMeta) -> list[Path]:
        """A small file, a long one, a folder and a fifo. POSIX only."""
        self.target.write_small(self.root, b"small", b"known", meta)
        self.whole(b"long", b"known", meta)
        self.target.finish_directory(self.folder(b"folder"), meta)
        self.target.fifo(self.root, b"fifo", meta)
        return [self.path / name for name in ("small", "long", "folder", "fifo")]

    def listing(self) -> dict[str, bytes | None]:
        """Everything below the root: content of files, None for directories."""
        base = Path(extended(str(self.path)))  # on Windows, names of any length
        return {
            path.relative_to(base).as_posix(): path.read_bytes() if path.is_file() else None
            for path in base.rglob("*")
        }

    def told(self) -> list[str]:
        """The codes of all incidents."""
        return [event.code for event in self.incidents if isinstance(event, Incident)]


Start = Callable[..., Restore]


class Restores:
    """Begins restores to one root and ends them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._begun: list[Restore] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for restore in self._begun:
            restore.target.close()

    def begin(self, **options: Any) -> Restore:
        """A restore with the options of `Target`."""
        self._begun.append(Restore(self._root, **options))
        return self._begun[-1]


_NOBODY = 65_534


@contextmanager
def unprivileged() -> Iterator[Path]:
    """A folder for a user without privileges, as whom the body runs: root may do anything. POSIX only."""
    folder = Path(tempfile.mkdtemp(prefix="cyberlib-nobody-"))
    user = os.geteuid()
    try:
        if user == 0:
            os.chown(folder, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        yield folder
    finally:
        os.seteuid(user)
        for path in folder.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Begins restores to `tmp_path/target`, with the options of `Target`."""
    with Restores(tmp_path / "target") as restores:
        yield restores.begin


@pytest.fixture
def as_nobody() -> Iterator[Path]:
    """The test runs `unprivileged`, with this folder."""
    with unprivileged() as folder:
        yield folder
