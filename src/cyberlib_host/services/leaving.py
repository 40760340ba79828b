"""How an organisation leaves: its request, what it was given, its acceptance, and then erasure."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from ..core import licences
from ..core.destruction import Basis
from ..core.leaving import LeavingAcceptance, LeavingTold
from ..core.licences import Licence
from ..core.problems import Problem
from ..core.times import SECOND, rfc3339
from ..database.tables import leavings, organisations
from . import audit, proving
from .access import Caller, concerning, organisation_of_key
from .audit import Actor
from .context import Context
from .organisations import found


def request(context: Context, connection: Connection, organisation: str, actor: Actor) -> None:
    """The customer asks for its data. Asked again it changes nothing."""
    row = of(connection, organisation, lock=True)
    if row.requested is None:
        note(connection, organisation, requested=context.clock())
        audit.note(context, connection, organisation, actor, "leaving_requested")


def deliver(context: Context, connection: Connection, organisation: str, actor: Actor) -> None:
    """All was handed over. Raises Problem("leaving_not_requested")."""
    row = of(connection, organisation, lock=True)
    if row.requested is None:
        raise Problem("leaving_not_requested")
    note(connection, organisation, delivered=context.clock())
    audit.note(context, connection, organisation, actor, "leaving_delivered")


def accept(
    context: Context,
    connection: Connection,
    organisation: str,
    actor: Actor,
    by: str,
    manifest: bytes | None = None,
) -> None:
    """The customer has what it is owed, and has looked at it: once the contract is over all may be erased.

    `manifest`: SHA-256 of the list of what it has. Raises Problem("leaving_accepted"): it is not taken twice.
    """
    row = of(connection, organisation, lock=True)
    if row.accepted is not None:
        raise Problem("leaving_accepted", since=rfc3339(row.accepted))
    now = context.clock()
    note(
        connection,
        organisation,
        requested=row.requested or now,
        delivered=row.delivered or now,
        accepted=now,
        accepted_by=by[:200],
        manifest=manifest,
    )
    told = manifest.hex() if manifest else None
    audit.note(context, connection, organisation, actor, "leaving_accepted", manifest=told)


def told(context: Context, connection: Connection, organisation: str) -> LeavingTold:
    """How far it is."""
    row, licence = of(connection, organisation), _licence(found(connection, organisation))
    until = licences.restore_until(licence, context.rules)
    return LeavingTold(
        requested=_time(row.requested),
        delivered=_time(row.delivered),
        accepted=_time(row.accepted),
        terminated=_time(licence.decided_at) if licence.decided == "terminated" else None,
        erased_from=_time(erasable_from(context, connection, organisation)),
        restore_until=_time(until),
        erased=_time(row.erased),
    )


State = Literal["erased", "erasing", "erasable", "terminated", "accepted", "delivered", "requested", "none"]


def state(context: Context, told: LeavingTold, known: Leaving) -> State:
    """In one word. "erasing": it was begun and not finished, and is by the same call; "erasable": nobody has
    to wait any more; the others: what came last."""
    if told.erased is not None:
        return "erased"
    if known.begun is not None:
        return "erasing"
    if told.erased_from is not None:
        return "erasable" if told.erased_from <= rfc3339(context.clock()) else "terminated"
    steps: tuple[tuple[State, str | None], ...] = (
        ("accepted", told.accepted),
        ("delivered", told.delivered),
        ("requested", told.requested),
    )
    return next((name for name, when in steps if when is not None), "none")


def told_to(context: Context, caller: Caller) -> LeavingTold:
    """The same, for a device."""
    with context.database.read() as connection, concerning(caller.organisation.id):
        return told(context, connection, caller.organisation.id)


def requested_by(context: Context, caller: Caller) -> LeavingTold:
    """A device asks for its organisation."""
    with context.database.write() as connection, concerning(caller.organisation.id):
        request(context, connection, caller.organisation.id, caller.actor)
        return told(context, connection, caller.organisation.id)


def accepted_by(context: Context, caller: Caller, given: LeavingAcceptance) -> LeavingTold:
    """A device accepts for its organisation, for whoever holds the contract key.

    Raises as `accept`, and what `organisation_of_key` raises.
    """
    organisation = caller.organisation.id
    with context.database.write() as connection, concerning(organisation):
        if organisation_of_key(context, connection, given.contract_key) != organisation:
            raise Problem("other_organisation")
        by = given.name or caller.user or caller.device.name
        if of(connection, organisation).accepted is None:
            proving.require(context, connection, caller, "leaving_accept", given.manifest)
        accept(context, connection, organisation, caller.actor, by, bytes.fromhex(given.manifest))
        return told(context, connection, organisation)


def erasable_from(context: Context, connection: Connection, organisation: str) -> int | None:
    """When erasure may begin; None while no end of the contract was decided.

    Never before links that were given out while it was alive have expired: what is put by them would stay.
    """
    row, licence = of(connection, organisation), _licence(found(connection, organisation))
    if licence.decided != "terminated":
        return None
    until = licences.restore_until(licence, context.rules)
    assert until is not None, "it was terminated"
    when = until if row.accepted is None else min(until, row.accepted)
    return max(when, licence.decided_at + context.link_seconds * SECOND)


def basis(context: Context, connection: Connection, organisation: str) -> Basis:
    """Why erasure is allowed now. Raises Problem("erasure_not_allowed", until=…)."""
    when = erasable_from(context, connection, organisation)
    if when is None or context.clock() < when:
        raise Problem("erasure_not_allowed", until=None if when is None else rfc3339(when))
    return "accepted" if of(connection, organisation).accepted is not None else "deadline"


class Leaving(NamedTuple):
    """How far an organisation is; see the table."""

    requested: int | None = None
    delivered: int | None = None
    accepted: int | None = None
    accepted_by: str | None = None
    manifest: bytes | None = None
    begun: int | None = None
    erased: int | None = None
    found: bytes | None = None
    certificate: bytes | None = None


def of(connection: Connection, organisation: str, *, lock: bool = False) -> Leaving:
    """What was noted of an organisation; with `lock`, whoever else changes it waits."""
    columns = [leavings.c[name] for name in Leaving._fields]
    if lock:  # the organisation's row, which is there before anything was noted
        mine = select(organisations.c.id).where(organisations.c.id == organisation)
        connection.execute(mine.with_for_update())
    row = connection.execute(select(*columns).where(leavings.c.organisation == organisation)).first()
    return Leaving() if row is None else Leaving(*row)


def note(connection: Connection, organisation: str, **values: Any) -> None:
    """Notes more."""
    of_it = leavings.c.organisation == organisation
    if not connection.execute(update(leavings).where(of_it).values(values)).rowcount:
        connection.execute(insert(leavings).values(organisation=organisation, **values))


def _licence(row: Row[tuple[Any, ...]]) -> Licence:
    return Licence(row.decided, row.decided_at)


def _time(moment: int | None) -> str | None:
    return None if moment is None else rfc3339(moment)
