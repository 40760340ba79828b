"""When the host is not there: planned work, told ahead; and what is found out afterwards."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from ..core.misses import Window
from ..core.plans import Absence, Closed, closed_days
from ..core.problems import Problem
from ..core.times import SECOND, rfc3339
from ..core.wire import MaintenanceWindow
from ..database.observed import absences, moments, watches, windows
from . import audit
from .audit import Actor
from .context import Context

_HOUR: Final = 3600 * SECOND
DAY: Final = 24 * _HOUR
GAP: Final = _HOUR
"""Without a sign of life for so long, the host was away."""

_SLIP: Final = 300 * SECOND
_STEADY: Final = 31 * DAY
_TOLD_AHEAD: Final = 14 * DAY
_MOST_TOLD: Final = 10
_LONGEST: Final = 14 * DAY


def add(context: Context, connection: Connection, starts: int, ends: int, actor: Actor) -> str:
    """Plans an interruption; its id. Raises Problem("bad_window", where=…)."""
    if not starts < ends or ends <= context.clock() or ends - starts > _LONGEST:
        raise Problem("bad_window", where=f"{rfc3339(starts)} … {rfc3339(ends)}")
    ident = context.random(16).hex()
    connection.execute(insert(windows).values(id=ident, kind="planned", starts=starts, ends=ends))
    audit.note(
        context, connection, audit.HOST, actor, "maintenance_planned", starts=rfc3339(starts),
        ends=rfc3339(ends),
    )  # fmt: skip
    return ident


def listed(connection: Connection, *, after: int = 0) -> list[Row[Any]]:
    """Planned ones, and those found out, that end after a moment; in their order."""
    found = select(windows).where(windows.c.ends > after).order_by(windows.c.starts, windows.c.id)
    return list(connection.execute(found).all())


def remove(context: Context, connection: Connection, wanted: str, actor: Actor) -> Row[Any]:
    """Takes a planned one back; what it was. Raises Problem("window_unknown")."""
    begins = (windows.c.id.startswith(wanted, autoescape=True)) & (windows.c.kind == "planned")
    rows = connection.execute(select(windows).where(begins).limit(2)).all()
    if len(rows) != 1 or len(wanted) < 4:
        raise Problem("window_unknown")
    connection.execute(delete(windows).where(windows.c.id == rows[0].id))
    audit.note(
        context, connection, audit.HOST, actor, "maintenance_cancelled", starts=rfc3339(rows[0].starts)
    )
    return rows[0]


def coming(context: Context, connection: Connection) -> list[MaintenanceWindow]:
    """What devices are told: planned, not over, and soon."""
    now = context.clock()
    rows = connection.execute(
        select(windows.c.starts, windows.c.ends)
        .where(windows.c.kind == "planned", windows.c.ends > now, windows.c.starts < now + _TOLD_AHEAD)
        .order_by(windows.c.starts)
        .limit(_MOST_TOLD)
    ).all()
    return [MaintenanceWindow(rfc3339(row.starts), rfc3339(row.ends)) for row in rows]


def away(context: Context, connection: Connection) -> list[Window]:
    """When no device could reach the host, as far as it matters; up to now where no host serves."""
    now = context.clock()
    found = [Window(row.starts, row.ends) for row in listed(connection, after=now - 400 * DAY)]
    beat = _moment(connection, "beat")
    if beat is not None and now - beat > GAP:
        found.append(Window(beat, now))
    return found


def beat(context: Context) -> int:
    """A sign of life of a host that serves. Finds out that none did, and that the clock jumped; 1 then."""
    now = context.clock()
    with context.database.write() as connection:
        before = connection.execute(
            select(moments.c.time).where(moments.c.name == "beat").with_for_update()
        ).scalar()
        if before is None:
            for name in ("beat", "steady"):
                connection.execute(insert(moments).values(name=name, time=now))
            return 0
        if before - _SLIP <= now <= before:
            return 0  # another process, whose clock is a little ahead
        found = 0
        if now < before:
            _set_back(connection, now)
            found = 1
        elif now - before > GAP:
            connection.execute(
                insert(windows).values(id=context.random(16).hex(), kind="outage", starts=before, ends=now)
            )
            found = 1
        if now < before or now - before > _STEADY:
            connection.execute(update(moments).where(moments.c.name == "steady").values(time=now))
        connection.execute(update(moments).where(moments.c.name == "beat").values(time=now))
    return found


def _set_back(connection: Connection, now: int) -> None:
    """The clock was ahead for a while: what was noted then must not hide what is missed now."""
    connection.execute(delete(windows).where(windows.c.kind == "outage", windows.c.starts > now))
    ahead = (windows.c.kind == "outage") & (windows.c.ends > now)
    connection.execute(update(windows).where(ahead).values(ends=now))
    connection.execute(update(watches).where(watches.c.last_backup > now).values(last_backup=now))
    connection.execute(update(watches).where(watches.c.since > now).values(since=now))


def is_steady(context: Context, least: int = _STEADY) -> bool:
    """Whether the clock went on without a jump for so long, by default a month: only then what is old by it
    may be removed."""
    with context.database.read() as connection:
        steady = _moment(connection, "steady")
    return steady is not None and steady <= context.clock() - least


def _moment(connection: Connection, name: str) -> int | None:
    found: int | None = connection.execute(select(moments.c.time).where(moments.c.name == name)).scalar()
    return found


# ---- absences of a whole organisation ------------------------------------------------------------------


def add_absence(
    context: Context, connection: Connection, organisation: str, absence: Absence, actor: Actor
) -> str:
    """Days on which a practice is closed; its id. Raises Problem("bad_plan", where="absences")."""
    (closed,) = closed_days([absence])
    if not 0 <= (closed.last - closed.first).days <= 366:
        raise Problem("bad_plan", where="absences")
    ident = context.random(16).hex()
    connection.execute(
        insert(absences).values(id=ident, organisation=organisation, first=absence.first, last=absence.last)
    )
    audit.note(
        context, connection, organisation, actor, "absence_added", first=absence.first, last=absence.last
    )
    return ident


def absences_of(connection: Connection, organisation: str) -> list[Row[Any]]:
    """In their order."""
    found = select(absences).where(absences.c.organisation == organisation)
    return list(connection.execute(found.order_by(absences.c.first, absences.c.id)).all())


def closed_of(connection: Connection, organisation: str) -> list[Closed]:
    """The same as days."""
    return closed_days([Absence(row.first, row.last) for row in absences_of(connection, organisation)])


def remove_absence(
    context: Context, connection: Connection, organisation: str, wanted: str, actor: Actor
) -> None:
    """Takes one back. Raises Problem("absence_unknown")."""
    begins = absences.c.id.startswith(wanted, autoescape=True)
    of_it = (absences.c.organisation == organisation) & begins
    rows = connection.execute(select(absences.c.id).where(of_it).limit(2)).all()
    if len(rows) != 1 or len(wanted) < 4:
        raise Problem("absence_unknown")
    connection.execute(delete(absences).where(absences.c.id == rows[0].id))
    audit.note(context, connection, organisation, actor, "absence_removed")
