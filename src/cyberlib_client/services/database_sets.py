"""Databases that are several files: the file itself and what SQLite keeps beside it while somebody writes.

`X-journal` holds pages as they were before a change that is not committed; `X-wal` holds committed pages
that are not in `X` yet ("Atomic Commit In SQLite", "WAL-mode File Format", sqlite.org). Saved at different
moments they make a database that is torn in silence. So they are read one after the other while `X`
stays as it is, and read again until it does:

- what the journal takes back, or the log adds, then fits `X`, whatever else happened to the journal or log;
- a journal must itself be whole; of a log the beginning is enough, as long as it did not begin anew:
  a frame that is cut short ends it, by its checksum;
- `X-shm` is made anew by whoever opens the database.

That is how a database that nobody writes is saved: cheap, and byte for byte as it was. One that has a log
or journal with content, or does not stand still, is captured by SQLite itself (`files.databases`). Its copy
holds all that lay beside it; so those files are told to be empty: put back over a database in use, they
leave nothing behind that the database would take for its own.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence
from typing import Final, Literal

from ..core.format_v1.tree import CAPTURED, Extra
from ..files import databases
from ..files.capturing import NotCaptured
from ..files.databases import COMPANIONS
from ..files.databases import JOURNAL as _JOURNAL
from ..files.databases import LOG as _LOG
from ..files.folder import Folder, Found
from ..files.read import open_file, same_file
from .save_file import ATTEMPTS, FileSaver, Saved

REPLACED: Final = "replaced"
_LOG_HEADER: Final = 32
_TICK: Final = 20_000_000
"""Nanoseconds: within one tick of the system's clock a file may change twice and show one time."""


class DatabaseSets:
    """Saves files, databases together with what belongs to them. For one thread.

    `taken`: files saved together with a database, waiting to be asked for under their own names; None for
    what was not there when the database was read, REPLACED for what a captured copy holds.
    `room`: a folder for copies of databases in use, "" to capture none; `program`: how this program is begun.
    """

    def __init__(self, saver: FileSaver, room: str, program: Sequence[str]) -> None:
        self._saver = saver
        self._room = room
        self._program = program
        self.taken: dict[tuple[Folder, bytes], Saved | Literal["replaced"] | None] = {}
        self.frozen = False
        """What is read now cannot change: it is in a snapshot of its volume."""

    def save(self, found: Found) -> Saved:
        """As `FileSaver.save`."""
        if self.has(found):
            taken = self.taken.pop((found.folder, found.name))
            if taken is None:
                raise FileNotFoundError(found.name)
            if taken == REPLACED:
                return self._emptied(found)
            return taken
        refused: list[str] = []
        large = found.stat.st_size > self._saver.reads_whole  # so large that it is not read in vain
        if large and (captured := self._captured(found, refused)) is not None:
            return captured
        saved = self._saver.save(found)
        if not saved.extra.database or found.name.endswith((_JOURNAL, _LOG)):
            return saved
        if not large and (captured := self._captured(found, refused)) is not None:
            return captured
        saved = self._together(found, saved)
        if not saved.consistent and not refused:
            saved = self._captured(found, refused, in_use=True) or saved
        saved.told = tuple(refused)
        return saved

    def _captured(self, found: Found, refused: list[str], *, in_use: bool = False) -> Saved | None:
        """A copy that SQLite made, of a database that is `in_use` or is seen to be; else None, why not in
        `refused` if one was wanted."""
        if not self._room or self.frozen:
            return None
        try:
            if not databases.is_sqlite(found) or not (in_use or databases.is_in_use(found)):
                return None
            copy, checked = databases.capture(found, self._room, self._program, self._saver.check_cancel)
            try:
                saved = self._copied(found, copy)
            finally:
                databases.discard(self._room)
        except NotCaptured as why:
            refused.append(why.reason)
            return None
        except OSError:
            refused.append("alone")  # gone, or not to be read: whoever reads it as it lies will tell
            return None
        for suffix in COMPANIONS:
            self.taken[found.folder, found.name + suffix] = REPLACED
        if not checked:
            saved.told = ("unchecked",)
        return saved

    def _copied(self, found: Found, copy: str) -> Saved:
        """The copy's content under the name, times and attributes of the database."""
        with Folder(self._room) as room:
            name = os.fsencode(os.path.basename(copy))
            saved = self._saver.save(Found(name, room.status(name), room))
        saved.stat = found.folder.status(found.name)
        saved.metadata = self._saver.metadata_of(found)
        saved.extra.consistency = CAPTURED
        return saved

    def _emptied(self, found: Found) -> Saved:
        """What lies beside a captured database, which holds all of it."""
        extra = Extra(database=True, consistency=CAPTURED)
        return Saved(found.stat, 0, b"", extra, True, self._saver.metadata_of(found))

    def has(self, found: Found) -> bool:
        """Whether the file was read together with its database and waits for its turn."""
        return bool(self.taken) and (found.folder, found.name) in self.taken

    def left(self, folder: Folder) -> list[tuple[bytes, Saved]]:
        """What was taken in a folder and not asked for since: it was not there when the folder was listed."""
        mine = [(name, saved) for (where, name), saved in self.taken.items() if where is folder]
        for name, _ in mine:
            del self.taken[folder, name]
        return [(name, saved) for name, saved in mine if isinstance(saved, Saved)]

    def put_back(self, found: Found, saved: Saved) -> None:
        """What is saved already, for `save` to give when it is asked for it."""
        self.taken[found.folder, found.name] = saved

    def _together(self, found: Found, saved: Saved) -> Saved:
        folder, name = found.folder, found.name
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(_TICK / 1e9)
                saved = self._saver.save(found._replace(stat=folder.status(name)))
            if not saved.consistent:
                break  # it does not even stand still by itself
            read = time.time_ns()
            whole = self._take_both(folder, name)
            if whole and _is_still(saved.stat, folder.status(name), read):
                return saved
        saved.consistent = False
        return saved

    def _take_both(self, folder: Folder, name: bytes) -> bool:
        journal = self._take(folder, name + _JOURNAL, ATTEMPTS)
        return self._take(folder, name + _LOG, 1) and journal

    def _take(self, folder: Folder, name: bytes, attempts: int) -> bool:
        """Saves what is beside a database; whether that is whole, or not there."""
        self.taken[folder, name] = None
        try:
            found = Found(name, folder.status(name), folder)
            if not stat.S_ISREG(found.stat.st_mode):
                raise OSError
            head = _head(found)
            saved = self._saver.save(found, attempts)
            if name.endswith(_LOG) and not saved.consistent:
                saved.consistent = head == _head(found) and folder.status(name).st_size >= saved.size
        except FileNotFoundError:
            return True
        except OSError:
            del self.taken[folder, name]  # its turn comes, and it will be told
            return False
        self.taken[folder, name] = saved
        return saved.consistent


def _head(found: Found) -> bytes:
    fd = open_file(found.folder, found.name)
    try:
        return os.read(fd, _LOG_HEADER)
    finally:
        os.close(fd)


def _is_still(before: os.stat_result, after: os.stat_result, read: int) -> bool:
    """Whether a file did not change since it was looked at, and its times can be believed."""
    age = read - max(before.st_mtime_ns, before.st_ctime_ns)
    return same_file(before, after) and not 0 <= age < _TICK
