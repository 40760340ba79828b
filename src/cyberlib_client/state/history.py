"""What happened to this installation: runs and how they ended, incidents, and moments between runs.

One SQLite file, for several processes at once. It is a cache: deleting it costs the history and nothing
else, and nothing that befalls it fails a run. It holds names of files that could not be saved.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from ..core.ports import Clock
from .history_file import HistoryFile, Work
from .history_rows import (
    CLEAR,
    EVERY,
    MOST,
    READ_MOST,
    bounded,
    clean,
    clean_facts,
    clean_up,
    converted,
    decoded,
    put_run,
    raise_one,
    taken_over,
)
from .presence import Locks, Presence
from .profile import Profile
from .records import (
    CHOSEN,
    INTERRUPTED,
    Fact,
    IncidentRecord,
    Moment,
    Raised,
    RunBegun,
    RunRecord,
    Severity,
    Trigger,
)

__all__ = ["Fact", "History", "IncidentRecord", "Moment", "Raised", "RunBegun", "RunRecord"]

T = TypeVar("T")
_Open = list[tuple[int, str, bytes]]


class History:
    """Safe from several threads and processes; no method raises. Order is that of writing: clocks move.

    `locks`: makes the lock of a path, which raises Busy while another holds it. `tell`: called, once each,
    with "history_set_aside" (at, reason) and "history_not_written" (at, reason). What the file does not take
    now is kept in memory and written by the next call that can.
    """

    def __init__(
        self,
        profile: Profile,
        locks: Locks,
        clock: Clock,
        tell: Callable[[str, dict[str, Fact]], None] = lambda _code, _facts: None,
    ) -> None:
        self._profile = profile
        self._clock = clock
        self._guard = threading.RLock()
        self._presence = Presence(profile, locks)
        self._mine: set[int] = set()
        self._file = HistoryFile(profile, locks, tell, taken_over, self._begun_anew)

    # ---- runs -------------------------------------------------------------------------------------

    def begin(self, command: str, trigger: Trigger, started: int) -> int:
        """A run begins; its number, for `end`. This process is its holder until then: when it is gone, the
        run is told as failed("interrupted")."""
        self._sweep()
        with self._guard:
            run = secrets.randbits(62)
            holder = self._presence.show()
            self._mine.add(run)
            begun = msgspec.json.encode(RunBegun(run, clean(command), trigger, bounded(started)))
            row = (run, holder, bounded(started), begun)

            def write(database: sqlite3.Connection) -> None:
                database.execute(
                    "INSERT OR IGNORE INTO runs (id, holder, started, record) VALUES (?, ?, ?, ?)", row
                )

            self._write(write, None)
            return run

    def end(self, run: int, record: RunRecord) -> None:
        """How it ended; also of a run whose beginning was not kept, or that was given up too soon."""

        def write(database: sqlite3.Connection) -> None:
            put_run(database, run, record)
            (number,) = database.execute("SELECT seq FROM runs WHERE id = ?", (run,)).fetchone()
            if number % EVERY == 0:
                self._clean_up(database)

        with self._guard:
            self._write(write, None)
            self._mine.discard(run)
            if not self._mine:
                self._presence.leave()

    def runs(self, since: int | None = None, limit: int = 1000) -> list[RunRecord]:
        """Those that ended, newest last: the last `limit` that began at `since` or later."""
        self._sweep()

        def read(database: sqlite3.Connection) -> list[RunRecord]:
            rows = database.execute(
                "SELECT record FROM runs WHERE holder IS NULL AND started >= ? ORDER BY seq DESC LIMIT ?",
                (bounded(since) if since is not None else -(2**63), limit),
            ).fetchall()
            return list(decoded((row[0] for row in reversed(rows)), RunRecord))

        return self._read(read, [])

    def ended(self, limit: int) -> list[tuple[int, RunRecord]]:
        """The last `limit` that ended, newest last, each with its number."""
        self._sweep()

        def read(database: sqlite3.Connection) -> list[tuple[int, RunRecord]]:
            rows = database.execute(
                "SELECT id, record FROM runs WHERE holder IS NULL ORDER BY seq DESC LIMIT ?", (limit,)
            ).fetchall()
            return [(run, each) for run, data in reversed(rows) for each in decoded([data], RunRecord)]

        return self._read(read, [])

    def completed(self, command: str, *, best: bool = False, first: bool = False) -> RunRecord | None:
        """The last run of a command that was done, or the first; not a backup of paths chosen for once.
        `best`: only if nothing was wrong (exit code 0)."""
        order, most = ("ASC" if first else "DESC"), (0 if best else 255)

        def read(database: sqlite3.Connection) -> RunRecord | None:
            rows = database.execute(
                "SELECT record FROM runs WHERE command = ? AND outcome = 'completed' AND holder IS NULL"
                f" AND exit <= ? AND scope <> '{CHOSEN}' ORDER BY seq {order} LIMIT 20",
                (command, most),
            ).fetchall()
            return next(decoded((row[0] for row in rows), RunRecord), None)

        self._sweep()
        return self._read(read, None)

    @property
    def is_known(self) -> bool:
        """Whether the last call could use the file."""
        return self._file.usable

    def running(self) -> list[RunBegun]:
        """Runs at work now, whatever the process."""
        self._sweep()

        def read(database: sqlite3.Connection) -> list[RunBegun]:
            rows = database.execute(
                "SELECT record FROM runs WHERE holder IS NOT NULL ORDER BY seq LIMIT ?", (EVERY,)
            )
            return list(decoded((row[0] for row in rows.fetchall()), RunBegun))

        return self._read(read, [])

    def _sweep(self) -> None:
        """Runs whose process is gone failed; of more than ever are open at once, the oldest."""

        def read(database: sqlite3.Connection) -> _Open:
            return database.execute(
                "SELECT id, holder, record FROM runs WHERE holder IS NOT NULL ORDER BY seq LIMIT ?", (EVERY,)
            ).fetchall()

        with self._guard:
            nobody: _Open = []
            for run, holder, data in self._read(read, nobody):
                if run not in self._mine and self._presence.is_gone(holder):
                    self._write(partial(self._interrupted, run, data), None)

    def _interrupted(self, run: int, data: bytes, database: sqlite3.Connection) -> None:
        begun = next(decoded([data], RunBegun), None)
        if begun is None:
            database.execute("DELETE FROM runs WHERE id = ? AND holder IS NOT NULL", (run,))
            return
        record = RunRecord(
            begun.command,
            begun.trigger,
            begun.started,
            begun.started,
            "failed",
            exit=1,
            reason=INTERRUPTED,
            facts={"found": self._clock()},
        )
        open_still = database.execute("SELECT 1 FROM runs WHERE id = ? AND holder IS NOT NULL", (run,))
        if open_still.fetchone() is not None:  # it may have ended since it was looked at
            put_run(database, run, record)

    # ---- incidents --------------------------------------------------------------------------------

    def raise_incident(
        self, kind: str, subject: str, severity: Severity, facts: dict[str, Fact], at: int
    ) -> bool:
        """It is so, or still so. True when it was not before."""
        return bool(self.settle([Raised(kind, subject, severity, facts)], [], at))

    def clear(self, kind: str, subject: str, at: int) -> bool:
        """It is so no more. False when it was not."""
        row = (bounded(at), clean(kind), clean(subject))

        def write(database: sqlite3.Connection) -> bool:
            return database.execute(CLEAR, row).rowcount > 0

        return self._write(write, False)

    def settle(self, raised: Sequence[Raised], cleared: Sequence[tuple[str, str]], at: int) -> list[Raised]:
        """Several at once: what is so, and kinds and subjects of what is so no more. Those that are new."""
        when = bounded(at)

        def write(database: sqlite3.Connection) -> list[Raised]:
            for kind, subject in cleared:
                database.execute(CLEAR, (when, clean(kind), clean(subject)))
            return [each for each in raised if raise_one(database, each, when)]

        return self._write(write, list(raised)) if raised or cleared else []

    def incidents(self, *, open_only: bool) -> list[IncidentRecord]:
        """In the order in which they were first seen; of more than can be, the newest."""

        def read(database: sqlite3.Connection) -> list[IncidentRecord]:
            rows = database.execute(
                "SELECT kind, subject, facts, severity, first, last, times, cleared FROM incidents"
                f"{' WHERE cleared IS NULL' if open_only else ''} ORDER BY seq DESC LIMIT ?",
                (READ_MOST if open_only else MOST,),
            ).fetchall()
            return list(converted(reversed(rows), IncidentRecord))

        return self._read(read, [])

    # ---- moments ----------------------------------------------------------------------------------

    def note(self, moment: Moment) -> None:
        """Keeps it."""
        row = (bounded(moment.at), clean(moment.kind), msgspec.json.encode(clean_facts(moment.facts)))

        def write(database: sqlite3.Connection) -> None:
            added = database.execute("INSERT INTO moments (at, kind, facts) VALUES (?, ?, ?)", row)
            if (added.lastrowid or 0) % EVERY == 0:
                self._clean_up(database)

        self._write(write, None)

    def moments(self, since: int) -> list[Moment]:
        """Those at `since` or later, newest last."""

        def read(database: sqlite3.Connection) -> list[Moment]:
            rows = database.execute(
                "SELECT at, kind, facts FROM moments WHERE at >= ? ORDER BY seq DESC LIMIT ?",
                (bounded(since), MOST),
            ).fetchall()
            return list(converted(reversed(rows), Moment))

        return self._read(read, [])

    # ---- the whole --------------------------------------------------------------------------------

    def close(self) -> None:
        """Gives up what this process holds. Runs that were not ended are told as interrupted."""
        with self._guard:
            self._mine.clear()
            self._presence.leave()

    def _write(self, work: Work[T], otherwise: T) -> T:
        with self._guard:
            return self._file.write(work, otherwise)

    def _read(self, work: Work[T], otherwise: T) -> T:
        with self._guard:
            return self._file.read(work, otherwise)

    def _begun_anew(self, database: sqlite3.Connection, reason: str) -> None:
        told = msgspec.json.encode({"reason": clean(reason)})
        row = (bounded(self._clock()), "history_begun_anew", told)
        database.execute("INSERT INTO moments (at, kind, facts) VALUES (?, ?, ?)", row)

    def _clean_up(self, database: sqlite3.Connection) -> None:
        self._presence.clean_up()
        self._profile.clear_unfinished(self._clock() / 1e9)
        clean_up(database, self._clock())
