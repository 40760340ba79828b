"""What devices tell of their runs."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select

from ..core.problems import Problem
from ..core.times import SECOND, micros
from ..core.told import Runs, RunsKept, RunTold
from ..database.observed import run_incidents, runs
from ..mail import letters
from . import addresses, maintenance, outbox, pending, plans
from .access import Caller, concerning
from .context import Context

_MOST_A_DAY: Final = 500
_MOST_OF_A_KIND: Final = 1_000_000_000
"""Incidents in one run: those of a month can be added up."""
_DAY: Final = 86_400 * SECOND


def tell(context: Context, caller: Caller, told: Runs) -> RunsKept:
    """Keeps what is new of it. Raises Problem("bad_request", where=…), ("too_many_requests")."""
    device, now = str(caller.device.id), context.clock()
    with context.database.write() as connection, concerning(caller.organisation.id):
        recent = select(func.count()).where(runs.c.device == device, runs.c.told > now - _DAY)
        if connection.execute(recent).scalar_one() + len(told.runs) > _MOST_A_DAY:
            raise Problem("too_many_requests", retry_after=3600)
        new = sum(_keep(context, connection, caller, each, now) for each in told.runs)
        return RunsKept(
            new,
            plans.version_of(connection, device),
            maintenance.coming(context, connection),
            addresses.refused(connection, caller.organisation.id),
            pending.of_others(context, connection, caller.organisation.id, device),
            pending.to_answer(context, connection, caller.organisation.id, device),
        )


def _keep(context: Context, connection: Connection, caller: Caller, told: RunTold, now: int) -> bool:
    device = str(caller.device.id)
    known = (runs.c.device == device) & (runs.c.run == told.run)
    if connection.execute(select(runs.c.run).where(known)).first() is not None:
        return False
    try:
        started, ended = micros(told.started), micros(told.ended)
    except (ValueError, OverflowError):
        raise Problem("bad_request", where="started") from None
    kinds: dict[str, int] = {}
    for each in told.incidents:
        kinds[each.kind] = min(kinds.get(each.kind, 0) + each.count, _MOST_OF_A_KIND)
    worth_a_mail = told.outcome == "failed" or any(kinds.values())
    connection.execute(
        insert(runs).values(
            device=device,
            run=told.run,
            told=now,
            started=started,
            ended=ended,
            command=told.command,
            outcome=told.outcome,
            reason=told.reason,
            files=told.files,
            bytes=told.bytes,
            stored=told.stored,
            mailed=None if worth_a_mail else now,
        )
    )
    for kind, count in kinds.items():
        if count:
            connection.execute(
                insert(run_incidents).values(device=device, run=told.run, kind=kind, count=count)
            )
    if caller.organisation.report_each and told.command == "backup":
        _report(context, connection, caller.organisation, caller.device, told, ended, sum(kinds.values()))
    return True


def _report(
    context: Context,
    connection: Connection,
    organisation: Row[Any],
    device: Row[Any],
    told: RunTold,
    ended: int,
    incidents: int,
) -> None:
    letter = letters.backup(
        about(context, organisation),
        device.name,
        outcome=told.outcome,
        reason=told.reason,
        ended=ended,
        files=told.files,
        size=told.bytes,
        stored=told.stored,
        incidents=incidents,
    )
    outbox.put(
        context, connection, organisation.id, "report", letter,
        kind="backup", subject_of=f"run/{device.id}/{told.run}",
    )  # fmt: skip


def about(context: Context, organisation: Row[Any], language: str = "") -> letters.About:
    """Whom a letter to an organisation is for. `language`: another than its own."""
    return letters.About(
        organisation.name, language or organisation.language, organisation.zone, context.mail.support
    )
