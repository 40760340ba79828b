"""A restore that is tried: files of a snapshot are brought back to a scratch place, compared, and opened.

Restored by the restore that everybody uses. Then each file is compared byte for byte with the one on the
disk, where that has not changed since; else with the hashes of the snapshot, which the vault authenticates.
Last, databases are checked and documents looked at: a database takes in its log when it is opened.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from ..core.errors import Failed, IntegrityError
from ..core.events import Event, Incident, Listener, Progress
from ..core.format_v1.tree import Entry, root_entry
from ..core.platform import Metadata, Native, Volumes
from ..core.ports import CancelToken, Random
from ..files.copies import Copy, copy_path, same_as_disk
from ..files.databases import COMPANIONS, JOURNAL, LOG
from ..files.names import display
from ..files.opening import Opened, opens
from ..files.write_back import Conflict
from ..repository.reader import Reader
from ..repository.snapshots import Stored
from ..repository.vault import Vault
from .browse import look, walk
from .drill_sample import Pick, Sample, Sampler, Why, is_tried, sort_of
from .memory import memory_told
from .restore import RestoreRequest, restore
from .restore_same import is_same

Fault = Literal["damaged", "differs", "missing", "unopened"]

ROOM_LEFT: Final = 256 * 1024 * 1024
"""What a drill leaves free on the disk of its scratch place."""
_LEAST: Final = 1024 * 1024
_FIRST: Final = "first"
"""Where the first file goes, by itself: it is timed, and its folders may be shut when they are done."""
_REST: Final = "rest"


@dataclass(frozen=True)
class DrillRequest:
    """What to try. `to`: an empty private folder. `most`: files; `room`: bytes, of which fewer will do when
    the disk has no more (`spare`). `everything`: all files. `again`: paths that failed before. `original`:
    the path on this disk of a path of the vault; None for a snapshot of another machine."""

    stored: Stored
    to: str
    most: int
    room: int
    spare: bool = False
    everything: bool = False
    again: frozenset[bytes] = frozenset()
    original: Callable[[bytes], Native | None] | None = None


@dataclass(frozen=True, slots=True)
class Failing:
    """A file that failed. `damaged`: what the vault holds is not what was stored, or is gone; `differs`:
    from the file on the disk, which looks unchanged; `missing`: not restored, for `detail`; `unopened`: it
    does not open, although it is as it was saved."""

    path: bytes
    fault: Fault
    detail: str = ""


@dataclass(slots=True)
class DrillResult:
    """What a drill found. Bytes are bytes of files; seconds as in `core.certificate.Times`. `disk`, `vault`:
    compared and found the same with the files on the disk, with the vault's hashes. `untried`: paths that
    failed before, and that no place was left for."""

    taken: dict[Why, list[int]] = field(default_factory=dict)
    total: list[int] = field(default_factory=lambda: [0, 0])
    disk: list[int] = field(default_factory=lambda: [0, 0])
    vault: list[int] = field(default_factory=lambda: [0, 0])
    opened: Counter[Opened] = field(default_factory=Counter)
    too_large: int = 0
    failing: list[Failing] = field(default_factory=list)
    untried: list[bytes] = field(default_factory=list)
    first: float = 0.0
    restoring: float = 0.0
    seconds: float = 0.0
    whole_least: float = 0.0
    whole_most: float = 0.0

    @property
    def faults(self) -> Counter[Fault]:
        """How many files failed in which way."""
        return Counter(each.fault for each in self.failing)


@memory_told
def drill(
    vault: Vault,
    request: DrillRequest,
    *,
    metadata: Metadata,
    volumes: Volumes,
    random: Random,
    listener: Listener,
    cancel: CancelToken,
) -> DrillResult:
    """Tries to restore. Raises Failed("drill_no_room", at=…, needed=…, free=…), ("drill_nothing") when the
    snapshot has no file, Stopped, and what `services.restore` and the store raise."""
    return _Drill(vault, request, metadata, volumes, random, listener, cancel).run()


class _Drill:
    """One drill as it goes on."""

    def __init__(
        self,
        vault: Vault,
        request: DrillRequest,
        metadata: Metadata,
        volumes: Volumes,
        random: Random,
        listener: Listener,
        cancel: CancelToken,
    ) -> None:
        self._vault = vault
        self._request = request
        self._metadata = metadata
        self._volumes = volumes
        self._random = random
        self._listener = listener
        self._cancel = cancel
        self._result = DrillResult()
        self._told: dict[str, Incident] = {}
        self._failed: set[bytes] = set()
        self._first = b""
        self._begun = self._seen = 0.0

    def run(self) -> DrillResult:
        begun = time.monotonic()
        result = self._result
        reader = self._vault.reader(check_packs=True, much=True)
        sample = self._drawn(reader)
        if not sample.files and not result.failing:
            raise Failed("drill_nothing")
        result.too_large, result.untried = sample.too_large, sample.untried
        self._restore(sample)
        picks = self._all(reader) if self._request.everything else lambda: iter(sample.picks)
        done = [0, 0]
        for pick in picks():
            self._count(pick)
            self._compare(reader, pick)
            self._progress(done, pick, sample)
        for pick in picks():
            if pick.path not in self._failed:
                self._open(pick)
        result.seconds = time.monotonic() - begun
        return result

    # ---- what ------------------------------------------------------------------------------------

    def _drawn(self, reader: Reader) -> Sample:
        request = self._request
        free = shutil.disk_usage(request.to).free - ROOM_LEFT
        room = request.room
        if request.everything:
            room = request.stored.snapshot.statistics.bytes
        elif request.spare:
            room = min(room, max(free, 0))
        if free < _LEAST:
            raise Failed("drill_no_room", at=request.to, needed=ROOM_LEFT + _LEAST, free=free + ROOM_LEFT)
        sampler = Sampler(self._random, request.most, room, request.again)
        for path, entry in self._walked(reader):
            sampler.see(path, entry)
        if request.everything:
            sample = sampler.counted
            needed = sample.bytes
        else:
            sample = sampler.draw()
            sample.picks += self._beside(reader, sample)
            needed = sample.size
        if needed > free:
            raise Failed("drill_no_room", at=request.to, needed=needed + ROOM_LEFT, free=free + ROOM_LEFT)
        return sample

    def _walked(self, reader: Reader) -> Iterator[tuple[bytes, Entry]]:
        root = root_entry(self._request.stored.snapshot.root)
        for path, entry in walk(reader, root, b"", self._lost):
            self._cancel.check()
            if is_tried(path, entry):
                yield path, entry

    def _lost(self, path: bytes, error: IntegrityError) -> None:
        """A folder that cannot be read."""
        self._fail(path, "damaged", error.code)

    def _all(self, reader: Reader) -> Callable[[], Iterator[Pick]]:
        return lambda: (Pick(path, entry, sort_of(entry)) for path, entry in self._walked(reader))

    def _beside(self, reader: Reader, sample: Sample) -> list[Pick]:
        """Logs and journals of the databases: what they hold belongs to them."""
        root, found = self._request.stored.snapshot.root, []
        taken = {pick.path for pick in sample.picks}
        for pick in sample.picks:
            if sort_of(pick.entry) != "databases":
                continue
            for suffix in (LOG, JOURNAL):
                path = pick.path + suffix
                try:
                    entry = look(reader, root, path) if path not in taken else None
                except IntegrityError:
                    continue  # the walk told of that folder
                if entry is not None and entry.size and is_tried(path, entry):
                    found.append(Pick(path, entry, "databases"))
        return found

    # ---- restoring -------------------------------------------------------------------------------

    def _restore(self, sample: Sample) -> None:
        result, total = self._result, self._request.stored.snapshot.statistics
        self._begun = begun = time.monotonic()
        if self._request.everything:
            self._restored([], _REST)
            result.restoring = time.monotonic() - begun
            result.first = self._seen or result.restoring
            result.whole_least = result.whole_most = result.restoring
            return
        paths = [pick.path for pick in sample.picks]
        if not paths:
            return
        self._first = paths[0]
        self._restored(paths[:1], _FIRST)
        result.first = time.monotonic() - begun
        if paths[1:]:
            self._restored(paths[1:], _REST)
        result.restoring = time.monotonic() - begun
        # What opening takes is taken once; the rest grows with files, or with bytes.
        rest = result.restoring - result.first
        pace = max(rest - result.first, rest / 10) if paths[1:] else result.first
        tried = (max(1, len(paths) - 1), sample.size or 1)
        shares = sorted((total.files / tried[0], total.bytes / tried[1]))
        spans = (result.first + share * pace for share in shares)
        result.whole_least, result.whole_most = (max(result.restoring, each) for each in spans)

    def _restored(self, paths: list[bytes], folder: str) -> None:
        to = os.path.join(self._request.to, folder)
        done = restore(
            self._vault,
            RestoreRequest(self._request.stored, to, paths=paths, conflict=Conflict.SKIP),
            metadata=self._metadata,
            volumes=self._volumes,
            listener=self._hear,
            cancel=self._cancel,
        )
        for incident in done.incidents:
            if incident.code == "content_damaged" or incident.path not in self._told:
                self._told[incident.path] = incident

    def _copy(self, path: bytes) -> Native:
        folder = _FIRST if path == self._first else _REST
        return copy_path(os.path.join(self._request.to, folder), path)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Progress):
            if event.files_done and not self._seen:
                self._seen = time.monotonic() - self._begun
            self._listener(event)

    # ---- looking ---------------------------------------------------------------------------------

    def _count(self, pick: Pick) -> None:
        for counted in (self._result.total, self._result.taken.setdefault(pick.why, [0, 0])):
            counted[0] += 1
            counted[1] += pick.entry.size

    def _compare(self, reader: Reader, pick: Pick) -> None:
        self._cancel.check()
        path = self._copy(pick.path)
        told = self._told.get(display(pick.path))
        try:
            with Copy(path) as copy:
                if copy.size != pick.entry.size:
                    self._fail(pick.path, "damaged", "size")
                    return
                same = self._on_disk(copy, pick)
                if same:
                    _add(self._result.disk, pick.entry)
                elif same is not None:
                    self._fail(pick.path, "differs", "")
                elif is_same(reader, self._vault.keys.chunk_ids, pick.entry, copy, self._cancel):
                    _add(self._result.vault, pick.entry)
                else:
                    self._fail(pick.path, "damaged", "content")
        except OSError as error:
            if told is not None and told.code == "content_damaged":
                self._fail(pick.path, "damaged", told.detail)
            elif told is None or told.code != "name_changed":  # a name that this system does not have
                self._fail(pick.path, "missing", told.detail if told else error.strerror or "")

    def _on_disk(self, copy: Copy, pick: Pick) -> bool | None:
        """Whether it is the same as on the disk; None when that file is another since, or none."""
        entry, extra = pick.entry, pick.entry.extra
        original = self._request.original(pick.path) if self._request.original is not None else None
        if original is None or (extra is not None and (extra.inconsistent or extra.consistency)):
            return None
        strict = extra is None or not extra.database  # a mapped one changes and keeps its times
        return same_as_disk(copy, original, entry, self._cancel.check, strict=strict)

    def _open(self, pick: Pick) -> None:
        self._cancel.check()
        if pick.path.endswith(COMPANIONS):  # opened with its database, which may be done with it now
            self._result.opened["plain"] += 1
            return
        try:
            how = opens(self._copy(pick.path), pick.entry.name, self._cancel.check)
        except OSError as error:
            if display(pick.path) not in self._told:
                self._fail(pick.path, "missing", error.strerror or "")
            return
        self._result.opened[how] += 1
        if how == "unopened":
            self._fail(pick.path, "unopened", "")

    def _fail(self, path: bytes, fault: Fault, detail: str) -> None:
        if path not in self._failed:
            self._failed.add(path)
            self._result.failing.append(Failing(path, fault, detail))

    def _progress(self, done: list[int], pick: Pick, sample: Sample) -> None:
        done[0] += 1
        done[1] += pick.entry.size
        files, size = (len(sample.picks), sample.size) if sample.picks else (sample.files, sample.bytes)
        self._listener(Progress("drill", done[0], files, done[1], size, current=display(pick.path)))


def _add(counted: list[int], entry: Entry) -> None:
    counted[0] += 1
    counted[1] += entry.size
