"""Databases that are several files: the file itself and what SQLite keeps beside it while somebody writes.

`X-journal` holds pages as they were before a change that is not committed; `X-wal` holds committed pages
that are not in `X` yet ("Atomic Commit In SQLite", "WAL-mode File Format", sqlite.org). Saved at different
moments they make a database that is torn in silence. So they are read one after the other while `X`
stays as it is, and read again until it does:

- what the journal takes back, or the log adds, then fits `X`, whatever else happened to the journal or log;
- a journal must itself be whole; of a log the beginning is enough, as long as it did not begin anew:
  a frame that is cut short ends it, by its checksum;
- `X-shm` is made anew by whoever opens the database.
"""

from __future__ import annotations

import os
import stat
import time
from typing import Final

from ..files.read import Native, open_file, same_file
from .save_file import ATTEMPTS, FileSaver, Saved

_JOURNAL: Final = "-journal"
_LOG: Final = "-wal"
_LOG_HEADER: Final = 32
_TICK: Final = 20_000_000
"""Nanoseconds: within one tick of the system's clock a file may change twice and show one time."""


class DatabaseSets:
    """Saves files, databases together with what belongs to them. For one thread.

    `taken`: files saved together with a database, waiting to be asked for under their own names; None for
    what was not there when the database was read.
    """

    def __init__(self, saver: FileSaver) -> None:
        self._saver = saver
        self.taken: dict[Native, Saved | None] = {}

    def save(self, path: Native, name: bytes, seen: os.stat_result) -> Saved:
        """As `FileSaver.save`."""
        if path in self.taken:
            taken = self.taken.pop(path)
            if taken is None:
                raise FileNotFoundError(path)
            return taken
        saved = self._saver.save(path, name, seen)
        if not saved.extra.database or name.endswith((_JOURNAL.encode(), _LOG.encode())):
            return saved
        return self._together(path, name, saved)

    def left(self, folder: Native) -> list[Native]:
        """What was taken in a folder and not asked for since: it was not there when the folder was listed."""
        mine = [path for path in self.taken if os.path.dirname(path) == folder]
        for path in mine:
            if self.taken[path] is None:
                del self.taken[path]
        return sorted(path for path in mine if path in self.taken)

    def _together(self, path: Native, name: bytes, saved: Saved) -> Saved:
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(_TICK / 1e9)
                saved = self._saver.save(path, name, os.lstat(path))
            if not saved.consistent:
                break  # it does not even stand still by itself
            read = time.time_ns()
            whole = self._take_both(path, name)
            if whole and _is_still(saved.stat, os.lstat(path), read):
                return saved
        saved.consistent = False
        return saved

    def _take_both(self, path: Native, name: bytes) -> bool:
        journal = self._take(_beside(path, _JOURNAL), name + _JOURNAL.encode(), _JOURNAL)
        return self._take(_beside(path, _LOG), name + _LOG.encode(), _LOG) and journal

    def _take(self, path: Native, name: bytes, suffix: str) -> bool:
        """Saves what is beside a database; whether that is whole, or not there."""
        self.taken[path] = None
        try:
            seen = os.lstat(path)
            if not stat.S_ISREG(seen.st_mode):
                raise OSError
            head = _head(path)
            saved = self._saver.save(path, name, seen, 1 if suffix == _LOG else ATTEMPTS)
            if suffix == _LOG and not saved.consistent:
                saved.consistent = head == _head(path) and os.lstat(path).st_size >= saved.size
        except FileNotFoundError:
            return True
        except OSError:
            del self.taken[path]  # its turn comes, and it will be told
            return False
        self.taken[path] = saved
        return saved.consistent


def _beside(path: Native, suffix: str) -> Native:
    return path + suffix.encode() if isinstance(path, bytes) else path + suffix


def _head(path: Native) -> bytes:
    fd = open_file(path)
    try:
        return os.read(fd, _LOG_HEADER)
    finally:
        os.close(fd)


def _is_still(before: os.stat_result, after: os.stat_result, read: int) -> bool:
    """Whether a file did not change since it was looked at, and its times can be believed."""
    age = read - max(before.st_mtime_ns, before.st_ctime_ns)
    return same_file(before, after) and not 0 <= age < _TICK
