"""Rows of the history: what is written, in which bounds, and for how long."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from ..core.format_v1.malformed import MALFORMED
from .history_file import OldRun
from .records import Fact, Outcome, Raised, RunRecord

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)

CLEAR: Final = "UPDATE incidents SET cleared = ? WHERE kind = ? AND subject = ? AND cleared IS NULL"

DAYS: Final = 400
"""For so long runs, cleared incidents and moments are kept, each kind up to `MOST` of them."""
MOST: Final = 50_000
OPEN_MOST: Final = 2_000
"""Incidents that are open at once, critical ones aside; see `app.incidents.FILES_MOST`."""
READ_MOST: Final = 2 * OPEN_MOST
"""Open incidents that are read at once; critical ones are few."""
EVERY: Final = 64
"""Rows between two clean-ups."""

_DAY: Final = 86_400 * 10**9
_STEADY: Final = 20  # last rows that must agree on today's date before older ones are given up
_TEXT: Final = 1_000  # characters of one text
_FACTS: Final = 20
_TIMED: Final = (
    ("runs", "started", "holder IS NULL"),
    ("moments", "at", "true"),
    ("incidents", "last", "cleared IS NOT NULL"),
)


def clean_up(database: sqlite3.Connection, now: int) -> None:
    """Gives up what is too old, or too much."""
    for table, time, kept in _TIMED:
        database.execute(
            f"DELETE FROM {table} WHERE {kept} AND seq <= (SELECT max(seq) FROM {table}) - {MOST}"
        )
        # A clock that is years ahead for an hour must not cost the history.
        (steady,) = database.execute(
            f"SELECT min({time}) FROM (SELECT {time} FROM {table} ORDER BY seq DESC LIMIT {_STEADY})"
        ).fetchone()
        if steady is not None:
            oldest = min(bounded(now), steady) - DAYS * _DAY
            database.execute(f"DELETE FROM {table} WHERE {kept} AND {time} < ?", (oldest,))


def raise_one(database: sqlite3.Connection, raised: Raised, when: int) -> bool:
    """Notes that it is so; True when it was not."""
    key = (clean(raised.kind), clean(raised.subject))
    told = msgspec.json.encode(clean_facts(raised.facts))
    changed = database.execute(
        "UPDATE incidents SET severity = ?, facts = ?, last = ?, times = times + 1"
        " WHERE kind = ? AND subject = ? AND cleared IS NULL",
        (raised.severity, told, when, *key),
    ).rowcount
    (number,) = database.execute("SELECT count(*) FROM incidents WHERE cleared IS NULL").fetchone()
    if changed or (number >= OPEN_MOST and raised.severity != "critical"):
        return False
    database.execute(
        "INSERT INTO incidents (kind, subject, severity, facts, first, last, times)"
        " VALUES (?, ?, ?, ?, ?, ?, 1)",
        (*key, raised.severity, told, when, when),
    )
    return True


def taken_over(database: sqlite3.Connection, old: OldRun) -> None:
    """A run of an older profile."""
    outcome: Outcome = "failed" if old.error else "completed"
    record = RunRecord(
        old.command,
        "user",
        old.started,
        old.ended,
        "stopped" if old.error == "stopped" else outcome,
        exit=old.exit,
        reason=old.error,
        snapshot=old.snapshot,
        files=old.files,
        bytes=old.bytes,
        stored=old.stored,
    )
    put_run(database, secrets.randbits(62), record)


def put_run(database: sqlite3.Connection, run: int, record: RunRecord) -> None:
    """How a run ended, whether or not its beginning is known."""
    told = msgspec.structs.replace(
        record,
        started=bounded(record.started),
        ended=bounded(record.ended),
        command=clean(record.command),
        reason=clean(record.reason),
        snapshot=clean(record.snapshot),
        facts=clean_facts(record.facts),
    )
    database.execute(
        "INSERT INTO runs (id, holder, started, command, outcome, exit, scope, record)"
        " VALUES (?, NULL, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET holder = NULL,"
        " started = excluded.started, command = excluded.command, outcome = excluded.outcome,"
        " exit = excluded.exit, scope = excluded.scope, record = excluded.record",
        (run, told.started, told.command, told.outcome, bounded(told.exit), told.scope,
         msgspec.json.encode(told)),
    )  # fmt: skip


def decoded(rows: Iterable[Any], kind: type[T]) -> Iterator[T]:
    """Without those that are damaged."""
    for data in rows:
        with contextlib.suppress(*MALFORMED, TypeError):
            yield msgspec.json.decode(data, type=kind)


def converted(rows: Iterable[Sequence[Any]], kind: type[R]) -> Iterator[R]:
    """Rows whose columns are the fields of `kind`, in order, `facts` as JSON; without those in which a column
    is not of its type, as SQLite lets it be."""
    for row in rows:
        plain = dict(zip(kind.__struct_fields__, row, strict=True))
        for facts in decoded([plain["facts"]], dict[str, Fact]):
            with contextlib.suppress(msgspec.ValidationError):
                yield msgspec.convert({**plain, "facts": facts}, kind)


def bounded(nanoseconds: int) -> int:
    """As SQLite can keep it: up to the year 2262."""
    return max(-(2**63), min(nanoseconds, 2**63 - 1))


def clean(text: str) -> str:
    """Text that is Unicode, of bounded length."""
    return text[:_TEXT].encode("utf-8", "backslashreplace").decode()


def clean_facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Few of them, each as `clean` or `bounded`."""
    found: dict[str, Fact] = {}
    for name, value in list(facts.items())[:_FACTS]:
        if isinstance(value, str):
            value = clean(value)
        elif isinstance(value, int):
            value = bounded(value)
        found[clean(name)] = value
    return found
