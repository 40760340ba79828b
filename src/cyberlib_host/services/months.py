"""The monthly report, and the mail on incidents."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, and_, case, func, insert, select, update

from ..core.times import SECOND, at_zone
from ..database.observed import alarms, mails, run_incidents, runs, watches
from ..database.tables import devices, objects, organisations, retired, vaults
from ..mail import letters
from ..mail.letters import DeviceMonth
from . import outbox, plans
from .context import Context
from .runs import about

_HOUR: Final = 3600 * SECOND
_DAY: Final = 24 * _HOUR


# ---- incidents -----------------------------------------------------------------------------------------


def mail_incidents(context: Context) -> int:
    """One mail for each device that told of something new; how many. At most one in an hour; about kinds that
    the last one named, not before a day is over."""
    with context.database.read() as connection:
        waiting = select(runs.c.device).where(runs.c.mailed.is_(None)).distinct()
        found = connection.execute(waiting).scalars().all()
    return sum(_mail_of_device(context, device) for device in found)


def _mail_of_device(context: Context, device: str) -> bool:
    now = context.clock()
    with context.database.write() as connection:
        known = select(watches).where(watches.c.device == device).with_for_update()
        watch = connection.execute(known).first()
        if watch is None:  # it never made a backup, and tells why
            connection.execute(insert(watches).values(device=device, since=now))
            watch = connection.execute(known).one()
        untold = (runs.c.device == device) & runs.c.mailed.is_(None)
        waiting = connection.execute(select(runs).where(untold).limit(1000)).all()
        kinds, failures = _what(connection, device, waiting)
        said = sorted({*kinds, *(f"failed:{reason}" for reason in failures)})
        last = (
            set(msgspec.json.decode(watch.incidents_said, type=list[str])) if watch.incidents_said else set()
        )
        pause = _DAY if set(said) <= last else _HOUR
        if not waiting or (watch.incidents_mailed <= now < watch.incidents_mailed + pause):
            return False
        row = connection.execute(
            select(organisations, devices.c.name.label("device_name"))
            .join(devices, devices.c.organisation == organisations.c.id)
            .where(devices.c.id == device)
        ).one()
        language = plans.language_of(connection, device, row)
        letter = letters.incidents(
            about(context, row, language), row.device_name, len(waiting), kinds, failures
        )
        outbox.put(
            context, connection, row.id, "incident", letter, kind="incidents",
            subject_of=f"incidents/{device}/{now}",
        )  # fmt: skip
        connection.execute(
            update(watches)
            .where(watches.c.device == device)
            .values(incidents_mailed=now, incidents_said=msgspec.json.encode(said).decode())
        )
        told = [row.run for row in waiting]
        connection.execute(update(runs).where(untold, runs.c.run.in_(told)).values(mailed=now))
    return True


def _what(connection: Connection, device: str, found: Any) -> tuple[Counter[str], Counter[str]]:
    """Incidents by kind, and failed runs by reason."""
    kinds = Counter[str]()
    chosen = select(run_incidents.c.kind, run_incidents.c.count).where(
        run_incidents.c.device == device, run_incidents.c.run.in_([row.run for row in found])
    )
    for kind, count in connection.execute(chosen):
        kinds[kind] += count
    return kinds, Counter(row.reason or "internal_error" for row in found if row.outcome == "failed")


# ---- months ----------------------------------------------------------------------------------------------


def mail_months(context: Context) -> int:
    """The report of the month before, to each organisation once; how many."""
    now = context.clock()
    with context.database.read() as connection:
        rows = connection.execute(select(organisations).order_by(organisations.c.id)).all()
        told = set(
            connection.execute(
                select(mails.c.subject_of).where(mails.c.kind == "month", mails.c.created > now - 62 * _DAY)
            ).scalars()
        )
    count = 0
    for row in rows:
        year, month, start, end = _month_before(now, row.zone)
        subject_of = f"month/{row.id}/{year}-{month:02}"
        if subject_of in told or row.created >= end:
            continue
        with context.database.read() as connection:
            found = devices_in_month(connection, row.id, start, end)
            aside = _aside(connection, row.id)
        if not found:
            continue
        total = sum(each.stored for each in found)
        letter = letters.monthly(
            about(context, row), year, month, found, total, aside, context.quarantine_days
        )
        with context.database.write() as connection:
            count += bool(
                outbox.put(context, connection, row.id, "report", letter, kind="month", subject_of=subject_of)
            )
    return count


def _month_before(now: int, zone: str) -> tuple[int, int, int, int]:
    """Year, month, its beginning and its end by the clocks of the zone."""
    place = at_zone(zone)
    local = datetime.fromtimestamp(now // SECOND, UTC).astimezone(place)
    end = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    year, month = (end.year, end.month - 1) if end.month > 1 else (end.year - 1, 12)
    start = end.replace(year=year, month=month)
    return year, month, int(start.timestamp()) * SECOND, int(end.timestamp()) * SECOND


def devices_in_month(connection: Connection, organisation: str, start: int, end: int) -> list[DeviceMonth]:
    """The devices of an organisation that were there, or stored something, by name."""
    stored = _stored(connection, organisation, start, end)
    files, incidents = _told(connection, organisation, start, end)
    found = []
    chosen = select(devices).where(devices.c.organisation == organisation, devices.c.created < end)
    for row in connection.execute(chosen.order_by(devices.c.name, devices.c.id)).all():
        total, added, backups, last = stored.get(row.id, (0, 0, 0, None))
        if row.state == "revoked" and not backups:
            if total:
                found.append(DeviceMonth(row.name, 0, 0, added, total, incidents[row.id], 0, None))
            continue
        missed = _missed_days(connection, row.id, start, end)
        found.append(
            DeviceMonth(
                row.name, backups, files.get(row.id, 0), added, total, incidents[row.id], missed, last
            )
        )
    return found


def _stored(
    connection: Connection, organisation: str, start: int, end: int
) -> dict[str, tuple[int, int, int, int | None]]:
    """Of each device: bytes at the month's end, bytes added, snapshots in it, when the last of them came."""
    within = objects.c.stored >= start
    is_snapshot = and_(objects.c.name >= "snapshots/", objects.c.name < "snapshots0")
    rows = connection.execute(
        select(
            objects.c.device,
            func.sum(objects.c.size),
            func.sum(case((within, objects.c.size), else_=0)),
            func.sum(case((and_(within, is_snapshot), 1), else_=0)),
            func.max(case((and_(within, is_snapshot), objects.c.stored), else_=None)),
        )
        .join(vaults, vaults.c.id == objects.c.vault)
        .where(vaults.c.organisation == organisation, objects.c.stored < end)
        .group_by(objects.c.device)
    ).all()
    return {row[0]: (int(row[1]), int(row[2]), int(row[3]), row[4]) for row in rows}


def _told(
    connection: Connection, organisation: str, start: int, end: int
) -> tuple[dict[str, int], dict[str, Counter[str]]]:
    """Of each device: files of its last completed backup, and incidents by kind."""
    files: dict[str, int] = {}
    incidents: dict[str, Counter[str]] = defaultdict(Counter)
    of_month = (devices.c.organisation == organisation) & (runs.c.told >= start) & (runs.c.told < end)
    done = (runs.c.command == "backup") & (runs.c.outcome == "completed")
    chosen = select(runs.c.device, runs.c.files).join(devices, devices.c.id == runs.c.device)
    for row in connection.execute(chosen.where(of_month, done).order_by(runs.c.ended)):
        files[row.device] = row.files
    chosen_kinds = (
        select(runs.c.device, run_incidents.c.kind, func.sum(run_incidents.c.count))
        .join(devices, devices.c.id == runs.c.device)
        .join(run_incidents, and_(run_incidents.c.device == runs.c.device, run_incidents.c.run == runs.c.run))
        .where(of_month)
        .group_by(runs.c.device, run_incidents.c.kind)
    )
    for device, kind, count in connection.execute(chosen_kinds):
        incidents[device][kind] = int(count)
    return files, incidents


def _aside(connection: Connection, organisation: str) -> int:
    """Bytes in quarantine now."""
    found = (
        select(func.sum(objects.c.size))
        .join(retired, and_(retired.c.vault == objects.c.vault, retired.c.name == objects.c.name))
        .join(vaults, vaults.c.id == objects.c.vault)
        .where(vaults.c.organisation == organisation)
    )
    return int(connection.execute(found).scalar() or 0)


def _missed_days(connection: Connection, device: str, start: int, end: int) -> int:
    found = select(func.sum(alarms.c.days)).where(
        alarms.c.device == device, alarms.c.first >= start, alarms.c.first < end
    )
    return int(connection.execute(found).scalar() or 0)


# ---- interruptions -----------------------------------------------------------------------------------------


def mail_interruption(
    context: Context, connection: Connection, window: Row[Any], *, cancelled: bool = False
) -> int:
    """Tells every organisation that stores something; how many mails."""
    count = 0
    rows = connection.execute(select(organisations).where(organisations.c.decided != "terminated")).all()
    for row in rows:
        letter = letters.maintenance(about(context, row), window.starts, window.ends, cancelled=cancelled)
        subject_of = f"{'cancelled' if cancelled else 'maintenance'}/{window.id}/{row.id}"
        count += outbox.put(
            context, connection, row.id, "incident", letter, kind="maintenance", subject_of=subject_of
        )
    return count
