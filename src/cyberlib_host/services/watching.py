"""Which devices missed a backup, and what is said about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import structlog
from sqlalchemy import Connection, Row, delete, insert, select, update

from ..core import licences
from ..core.licences import Licence
from ..core.misses import GRACE, Alarm, Missed, Step, Watched, Window, missed, next_step
from ..core.plans import Closed
from ..core.problems import Problem
from ..core.times import SECOND
from ..database.observed import alarms, plans, run_incidents, runs, watches, windows
from ..database.tables import devices, organisations
from ..mail import letters
from . import audit, maintenance, outbox
from .context import Context
from .outbox import HOST
from .plans import versions
from .runs import about

_HOUR: Final = 3600 * SECOND
_CHUNK: Final = 500
_KEPT: Final = 400 * 24 * _HOUR
_log = structlog.get_logger("cyberlib.host")


def look(context: Context) -> dict[Step, int]:
    """Judges every device, and says what is to be said; how often each step was taken."""
    taken: dict[Step, int] = defaultdict(int)
    now = context.clock()
    with context.database.read() as connection:
        rows = _candidates(connection, now)
        away = maintenance.away(context, connection)
    for at in range(0, len(rows), _CHUNK):
        chunk = rows[at : at + _CHUNK]
        with context.database.read() as connection:
            found = _loaded(connection, chunk)
            judged = [(each, _judged(context, connection, each, away, now)) for each in found]
        for loaded, step in judged:
            if step is not None and _take(context, loaded.row.device, away):
                taken[step] += 1
    return taken


def _judged(
    context: Context, connection: Connection, loaded: _Loaded, away: Sequence[Window], now: int
) -> Step | None:
    """What of one device cannot be judged keeps nobody else from being noticed."""
    try:
        return _step(context, connection, loaded, away, now)
    except (ValueError, OverflowError, Problem):
        _log.exception("device_not_judged", device=loaded.row.device)
        return None


class _Loaded:
    """A device with what it is judged by."""

    def __init__(self, row: Row[Any], plan_rows: Sequence[Row[Any]], closed: Sequence[Closed]) -> None:
        self.row = row
        self.watched = Watched(versions(plan_rows, row), row.last_backup, row.watched, closed)
        self.alarm = None if row.opened is None else Alarm(row.level, row.said, row.days, row.last)


def _candidates(connection: Connection, now: int, device: str | None = None) -> Sequence[Any]:
    """Devices that may have missed one, or were said to have."""
    wanted = (
        select(
            devices.c.id.label("device"), devices.c.name.label("device_name"), devices.c.state,
            organisations.c.id, organisations.c.name, organisations.c.decided, organisations.c.decided_at,
            organisations.c.language, organisations.c.zone, organisations.c.holidays,
            watches.c.since.label("watched"), watches.c.last_backup,
            alarms.c.opened, alarms.c.first, alarms.c.last, alarms.c.level, alarms.c.said, alarms.c.days,
        )
        .select_from(watches)
        .join(devices, devices.c.id == watches.c.device)
        .join(organisations, organisations.c.id == devices.c.organisation)
        .outerjoin(alarms, (alarms.c.device == devices.c.id) & alarms.c.cleared.is_(None))
    )  # fmt: skip
    if device is not None:
        wanted = wanted.where(devices.c.id == device)
    else:
        silent = watches.c.last_backup.is_(None) | (watches.c.last_backup < now - GRACE)
        wanted = wanted.where(silent | alarms.c.opened.is_not(None))
        wanted = wanted.where((devices.c.state != "revoked") | alarms.c.opened.is_not(None))
    return connection.execute(wanted.order_by(devices.c.id)).all()


def _loaded(connection: Connection, rows: Sequence[Row[Any]]) -> list[_Loaded]:
    of_device: dict[str, list[Row[Any]]] = defaultdict(list)
    idents = [row.device for row in rows]
    chosen = select(plans).where(plans.c.device.in_(idents)).order_by(plans.c.device, plans.c.version)
    for row in connection.execute(chosen):
        of_device[row.device].append(row)
    closed = {ident: maintenance.closed_of(connection, ident) for ident in {row.id for row in rows}}
    return [_Loaded(row, of_device[row.device], closed[row.id]) for row in rows]


def _step(
    context: Context, connection: Connection, loaded: _Loaded, away: Sequence[Window], now: int
) -> Step | None:
    if not _is_expected(context, loaded.row):
        # Nothing is expected while it may store nothing; once it may again, from then on.
        stale = loaded.row.watched < now - _HOUR or loaded.alarm is not None
        return "close" if stale else None
    return next_step(loaded.alarm, missed(loaded.watched, away, now), loaded.row.last_backup, now)


def _is_expected(context: Context, row: Row[Any]) -> bool:
    state = licences.state_at(Licence(row.decided, row.decided_at), context.clock(), context.rules)
    withdrawn = context.card is not None and context.card.withdrawn is not None
    return row.state == "active" and state in ("active", "grace") and not withdrawn


def _take(context: Context, device: str, away: Sequence[Window]) -> bool:
    """Looks again, with the device for this process alone, and says it; whether there was something."""
    now = context.clock()
    with context.database.write() as connection:
        connection.execute(select(watches.c.device).where(watches.c.device == device).with_for_update())
        (loaded,) = _loaded(connection, _candidates(connection, now, device))
        step = _step(context, connection, loaded, away, now)
        if step is None:
            return False
        row = loaded.row
        if not _is_expected(context, row):
            connection.execute(update(watches).where(watches.c.device == device).values(since=now))
            _clear(connection, row, now)
        elif step in ("recovered", "close"):
            _clear(connection, row, now)
            if step == "recovered":
                audit.note(context, connection, row.id, HOST, "backups_again", device=device)
                letter = letters.recovered(
                    about(context, row, _language(loaded)), row.device_name, row.last_backup
                )
                _mail(context, connection, row, letter, f"recovered/{device}/{row.opened}")
        else:
            found = missed(loaded.watched, away, now)
            assert found is not None
            _raise(context, connection, loaded, step, found, now)
        return True


def _raise(
    context: Context, connection: Connection, loaded: _Loaded, step: Step, found: Missed, now: int
) -> None:
    row, level = loaded.row, "warning" if step == "open" else "critical"
    if step == "open":
        connection.execute(
            insert(alarms).values(
                device=row.device, opened=now, first=found.first, last=row.last_backup, level=level, said=now,
                days=found.days,
            )
        )  # fmt: skip
    else:
        of_it = (alarms.c.device == row.device) & (alarms.c.opened == row.opened)
        connection.execute(update(alarms).where(of_it).values(level=level, said=now, days=found.days))
    audit.note(
        context, connection, row.id, HOST, "backup_missed", device=row.device, level=level, days=found.days
    )
    _log.warning("backup_missed", device=row.device, level=level, days=found.days)
    letter = letters.missed(
        about(context, row, _language(loaded)), row.device_name, critical=level == "critical",
        planned=found.first, days=found.days, last=row.last_backup,
    )  # fmt: skip
    _mail(context, connection, row, letter, f"missed/{row.device}/{now}/{step}")


def _clear(connection: Connection, row: Row[Any], now: int) -> None:
    of_it = (alarms.c.device == row.device) & alarms.c.cleared.is_(None)
    connection.execute(update(alarms).where(of_it).values(cleared=now))


def _mail(context: Context, connection: Connection, row: Row[Any], letter: Any, subject_of: str) -> None:
    outbox.put(context, connection, row.id, "incident", letter, kind="missed", subject_of=subject_of)


def _language(loaded: _Loaded) -> str:
    return loaded.watched.versions[-1].plan.language


def open_alarms(connection: Connection) -> Sequence[Any]:
    """Those that are not cleared, with names; loudest and oldest first."""
    return connection.execute(
        select(
            organisations.c.name, organisations.c.siren, devices.c.id.label("device"),
            devices.c.name.label("device_name"), alarms.c.level, alarms.c.first, alarms.c.days,
            watches.c.last_backup,
        )
        .join(devices, devices.c.id == alarms.c.device)
        .join(organisations, organisations.c.id == devices.c.organisation)
        .join(watches, watches.c.device == alarms.c.device)
        .where(alarms.c.cleared.is_(None))
        .order_by(alarms.c.level, alarms.c.first)
    ).all()  # fmt: skip


def forget_old(context: Context, connection: Connection) -> int:
    """Removes runs, cleared alarms and times away of more than thirteen months ago."""
    limit = context.clock() - _KEPT
    old = select(runs.c.device, runs.c.run).where(runs.c.told < limit).limit(5000)
    gone = connection.execute(old).all()
    for device, run in gone:
        connection.execute(
            delete(run_incidents).where(run_incidents.c.device == device, run_incidents.c.run == run)
        )
        connection.execute(delete(runs).where(runs.c.device == device, runs.c.run == run))
    connection.execute(delete(alarms).where(alarms.c.cleared < limit))
    connection.execute(delete(windows).where(windows.c.ends < limit))
    return len(gone)
