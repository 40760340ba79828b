"""What devices plan, in its versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, insert, select

from ..core.misses import Version
from ..core.plans import Plan, check_plan, default_plan
from ..core.problems import Problem
from ..core.times import rfc3339
from ..core.told import PlanKept
from ..database.observed import plans, watches
from ..database.tables import devices
from . import audit
from .access import Caller, concerning
from .context import Context

_MOST_VERSIONS = 1000
_MOST_A_DAY = 24
_DAY = 86_400 * 1_000_000


def declare(context: Context, caller: Caller, plan: Plan) -> PlanKept:
    """Keeps a device's plan; the same one again changes nothing.

    Raises Problem("bad_plan", where=…), ("too_many_requests") for a device that changes its mind all day.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        check_plan(plan)
        device, now = str(caller.device.id), context.clock()
        # Locked: two of one device must not both be the next version.
        connection.execute(select(devices.c.id).where(devices.c.id == device).with_for_update())
        known = _newest(connection, device)
        if known is not None and msgspec.json.decode(known.plan, type=Plan) == plan:
            return PlanKept(known.version, rfc3339(known.since), plan)
        recent = select(func.count()).where(plans.c.device == device, plans.c.since > now - _DAY)
        if connection.execute(recent).scalar_one() >= _MOST_A_DAY:
            raise Problem("too_many_requests", retry_after=3600)
        version = 1 if known is None else known.version + 1
        connection.execute(
            insert(plans).values(device=device, version=version, since=now, plan=msgspec.json.encode(plan))
        )
        watch(connection, device, now)
        audit.note(
            context, connection, caller.organisation.id, caller.actor, "plan_declared",
            version=version, days=len(plan.days), absences=len(plan.absences),
        )  # fmt: skip
        return PlanKept(version, rfc3339(now), plan)


def kept(connection: Connection, caller: Caller) -> PlanKept:
    """The plan that the host judges a device by."""
    known = _newest(connection, str(caller.device.id))
    if known is None:
        return PlanKept(0, None, default_of(caller.organisation))
    return PlanKept(known.version, rfc3339(known.since), msgspec.json.decode(known.plan, type=Plan))


def version_of(connection: Connection, device: str) -> int:
    """The newest version, 0 for none."""
    known = _newest(connection, device)
    return 0 if known is None else int(known.version)


def default_of(organisation: Row[Any]) -> Plan:
    """What is expected of a device that declared nothing."""
    return default_plan(organisation.zone, organisation.holidays, organisation.language)


def language_of(connection: Connection, device: str, organisation: Row[Any]) -> str:
    """Of mails about a device."""
    known = _newest(connection, device)
    plan = default_of(organisation) if known is None else msgspec.json.decode(known.plan, type=Plan)
    return plan.language


def versions(rows: Sequence[Row[Any]], organisation: Row[Any]) -> list[Version]:
    """The plans of one device from its rows, oldest first; before the first it has the default one."""
    declared = [Version(row.since, msgspec.json.decode(row.plan, type=Plan)) for row in rows]
    return [Version(0, default_of(organisation)), *declared[-_MOST_VERSIONS:]]


def watch(connection: Connection, device: str, now: int) -> None:
    """From now on its backups are expected, unless they are already."""
    if connection.execute(select(watches.c.device).where(watches.c.device == device)).first() is None:
        connection.execute(insert(watches).values(device=device, since=now))


def _newest(connection: Connection, device: str) -> Row[Any] | None:
    return connection.execute(
        select(plans).where(plans.c.device == device).order_by(plans.c.version.desc()).limit(1)
    ).first()
