"""Meetings between a customer's machine and support: opened by the one, joined by the other, ended by
either. What is said is kept for the other side, in its order, and for nobody else."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from ..core.guidance import MOST_TOLD, MOST_WAITING, Joining, MeetingTold, Opening, Said, Saying, Side, State
from ..core.problems import Problem
from ..core.times import SECOND, rfc3339
from ..database.guided import helpers, meetings, sayings
from ..database.tables import devices
from . import audit
from .access import Caller, concerning, require_reading
from .audit import Actor
from .context import Context
from .support import Helper

KEPT: Final = 24 * 3600 * SECOND
"""For so long what is over is still told to be over; then it is forgotten."""

_OTHER: Final[dict[Side, Side]] = {"customer": "support", "support": "customer"}


def open_(context: Context, caller: Caller, given: Opening) -> MeetingTold:
    """A device offers a meeting; one that it had offered before is over. Told again, it changes nothing.

    Raises Problem("meeting_taken"), and what `access.require_reading` raises.
    """
    try:
        return _opened(context, caller, given)
    except IntegrityError:  # another offered the same id in the same moment: now it is found
        return _opened(context, caller, given)


def _opened(context: Context, caller: Caller, given: Opening) -> MeetingTold:
    with context.database.write() as connection, concerning(caller.organisation.id):
        require_reading(context, caller)
        known = _found(connection, given.meeting)
        if known is not None:
            if (known.device, known.offer) != (caller.device.id, given.offer):
                raise Problem("meeting_taken")
            return _told(context, connection, known, "customer", 0)
        earlier = select(meetings.c.id).where(
            meetings.c.device == caller.device.id, meetings.c.ended.is_(None)
        )
        before = connection.execute(earlier).all()
        now = context.clock()
        # The id before the log, which ending writes to: two that offer one id would wait for each other.
        connection.execute(
            insert(meetings).values(
                id=given.meeting,
                device=caller.device.id,
                offer=given.offer,
                opened=now,
                ends=now + given.seconds * SECOND,
                by_customer=0,
                by_support=0,
            )
        )
        for row in before:
            _end(context, connection, row.id, caller.organisation.id, caller.actor)
        _note(context, connection, caller.organisation.id, caller.actor, "guidance_opened", given.meeting)
        return _told(context, connection, _wanted(connection, given.meeting), "customer", 0)


def of_device(context: Context, caller: Caller, ident: str, after: int) -> MeetingTold:
    """How a meeting of this device stands, with what support said from number `after` on; what came before
    has been heard and is forgotten. Raises Problem("meeting_unknown")."""
    return _read(context, ident, "customer", after, caller)


def of_helper(context: Context, helper: Helper, ident: str, after: int) -> MeetingTold:
    """The same for support: before somebody joined it, for all of them. Raises Problem("meeting_unknown"),
    ("meeting_taken")."""
    return _read(context, ident, "support", after, helper)


def join(context: Context, helper: Helper, ident: str, given: Joining) -> MeetingTold:
    """Support joins, the first that comes. Told again, it changes nothing.

    Raises Problem("meeting_unknown"), ("meeting_taken"), ("meeting_over").
    """
    with context.database.write() as connection:
        row = _wanted(connection, ident, lock=True)
        with concerning(row.organisation):
            if row.joining is not None and (row.helper, row.joining) == (helper.id, given.joining):
                return _told(context, connection, row, "support", 0)
            if row.joining is not None:
                raise Problem("meeting_taken")
            _require_running(context, row)
            connection.execute(
                update(meetings).where(meetings.c.id == ident).values(helper=helper.id, joining=given.joining)
            )
            connection.execute(
                update(helpers).where(helpers.c.id == helper.id).values(last_seen=context.clock())
            )
            _note(context, connection, row.organisation, helper.actor, "guidance_joined", ident)
            return _told(context, connection, _wanted(connection, ident), "support", 0)


def say_of_device(context: Context, caller: Caller, ident: str, given: Saying) -> MeetingTold:
    """A message for support. Raises as `_say`."""
    return _say(context, ident, "customer", given, caller)


def say_of_helper(context: Context, helper: Helper, ident: str, given: Saying) -> MeetingTold:
    """A message for the customer's machine. Raises as `_say`."""
    return _say(context, ident, "support", given, helper)


def end_of_device(context: Context, caller: Caller, ident: str) -> MeetingTold:
    """Nothing more is said. Told again, it changes nothing. Raises Problem("meeting_unknown")."""
    with context.database.write() as connection:
        row = _of_side(connection, ident, caller, lock=True)
        if row.ended is None:
            _end(context, connection, ident, row.organisation, caller.actor)
        return _told(context, connection, _wanted(connection, ident), "customer", 0)


def end_of_helper(context: Context, helper: Helper, ident: str) -> MeetingTold:
    """The same by support, who joined it. Raises Problem("meeting_unknown"), ("meeting_taken")."""
    with context.database.write() as connection:
        row = _of_side(connection, ident, helper, lock=True)
        if row.helper is None:
            raise Problem("meeting_unknown")
        if row.ended is None:
            _end(context, connection, ident, row.organisation, helper.actor)
        return _told(context, connection, _wanted(connection, ident), "support", 0)


def forget_old(context: Context) -> int:
    """Ends in the log what ran out by itself, and forgets what is over since a day; how many."""
    now, done = context.clock(), 0
    with context.database.write() as connection:
        out = select(meetings.c.id, devices.c.organisation).join(devices, devices.c.id == meetings.c.device)
        for row in connection.execute(out.where(meetings.c.ended.is_(None), meetings.c.ends <= now)).all():
            actor = Actor("host", "its time was over")
            _end(context, connection, row.id, row.organisation, actor, outcome="expired")
            done += 1
        old = select(meetings.c.id).where(meetings.c.ended <= now - KEPT)
        connection.execute(delete(sayings).where(sayings.c.meeting.in_(old)))
        connection.execute(delete(meetings).where(meetings.c.ended <= now - KEPT))
    return done


def _read(context: Context, ident: str, side: Side, after: int, who: Caller | Helper) -> MeetingTold:
    with context.database.read() as connection:
        row = _of_side(connection, ident, who)
        heard = _heard(ident, side, after)
        to_forget = connection.execute(select(func.count()).select_from(sayings).where(*heard)).scalar_one()
        told = _told(context, connection, row, side, after)
    if to_forget:
        with context.database.write() as connection:
            connection.execute(delete(sayings).where(*heard))
    return told


def _heard(ident: str, side: Side, after: int) -> tuple[Any, ...]:
    """What the other side said and this side need not be told again."""
    return sayings.c.meeting == ident, sayings.c.side == _OTHER[side], sayings.c.number < after


def _say(context: Context, ident: str, side: Side, given: Saying, who: Caller | Helper) -> MeetingTold:
    """Told again as it was, it changes nothing. Raises Problem("meeting_unknown"), ("meeting_taken"),
    ("meeting_over"), ("saying_order", expected=…): another number comes next, or this one was said
    otherwise; ("sayings_many", most=…): the other side fetches none."""
    with context.database.write() as connection:
        row = _of_side(connection, ident, who, lock=True)
        with concerning(row.organisation):
            said = row.by_customer if side == "customer" else row.by_support
            if given.number < said:
                if _differs(connection, ident, side, given):
                    raise Problem("saying_order", expected=said)
                return _told(context, connection, row, side, None)
            _require_running(context, row)
            if row.joining is None or given.number != said:
                raise Problem("saying_order", expected=said)
            mine = (sayings.c.meeting == ident, sayings.c.side == side)
            waiting = select(func.count()).select_from(sayings).where(*mine)
            if connection.execute(waiting).scalar_one() >= MOST_WAITING:
                raise Problem("sayings_many", retry_after=1, most=MOST_WAITING)
            connection.execute(
                insert(sayings).values(meeting=ident, side=side, number=said, sealed=given.sealed)
            )
            counter = "by_customer" if side == "customer" else "by_support"
            connection.execute(update(meetings).where(meetings.c.id == ident).values({counter: said + 1}))
            return _told(context, connection, row, side, None)


def _differs(connection: Connection, ident: str, side: Side, given: Saying) -> bool:
    """From what waits still under its number; what was fetched is not known any more."""
    of_it = (sayings.c.meeting == ident, sayings.c.side == side, sayings.c.number == given.number)
    known = connection.execute(select(sayings.c.sealed).where(*of_it)).scalar_one_or_none()
    return known is not None and known != given.sealed


def _told(
    context: Context, connection: Connection, row: Row[Any], side: Side, after: int | None
) -> MeetingTold:
    """`after`: None to tell nothing of what was said."""
    said: list[Said] = []
    if after is not None and row.joining is not None:
        wanted = (
            select(sayings.c.number, sayings.c.sealed)
            .where(sayings.c.meeting == row.id, sayings.c.side == _OTHER[side], sayings.c.number >= after)
            .order_by(sayings.c.number)
            .limit(MOST_TOLD)
        )
        said = [Said(each.number, each.sealed) for each in connection.execute(wanted).all()]
    return MeetingTold(
        state=_state(context, row),
        ends=rfc3339(row.ends),
        offer=row.offer if side == "support" else "",
        helper=row.helper_name or "",
        joining=row.joining or "" if side == "customer" else "",
        said=said,
    )


def _state(context: Context, row: Row[Any]) -> State:
    if row.ended is not None or context.clock() >= row.ends:
        return "over"
    return "open" if row.joining is None else "joined"


def _require_running(context: Context, row: Row[Any]) -> None:
    if _state(context, row) == "over":
        raise Problem("meeting_over")


def _end(
    context: Context,
    connection: Connection,
    ident: str,
    organisation: str,
    actor: Actor,
    outcome: str = "done",
) -> None:
    connection.execute(update(meetings).where(meetings.c.id == ident).values(ended=context.clock()))
    _note(context, connection, organisation, actor, "guidance_ended", ident, outcome)


def _note(
    context: Context,
    connection: Connection,
    organisation: str,
    actor: Actor,
    action: str,
    ident: str,
    outcome: str = "done",
) -> None:
    audit.note(context, connection, organisation, actor, action, outcome, meeting=ident[:16])


def _found(connection: Connection, ident: str, *, lock: bool = False) -> Row[Any] | None:
    wanted = (
        select(meetings, devices.c.organisation, helpers.c.name.label("helper_name"))
        .join(devices, devices.c.id == meetings.c.device)
        .outerjoin(helpers, helpers.c.id == meetings.c.helper)
        .where(meetings.c.id == ident)
    )
    if lock:
        wanted = wanted.with_for_update(of=meetings)
    found: Row[Any] | None = connection.execute(wanted).first()
    return found


def _wanted(connection: Connection, ident: str, *, lock: bool = False) -> Row[Any]:
    row = _found(connection, ident, lock=lock)
    if row is None:
        raise Problem("meeting_unknown")
    return row


def _of_side(connection: Connection, ident: str, who: Caller | Helper, *, lock: bool = False) -> Row[Any]:
    """One that this device opened, or that this helper joined or may join."""
    row = _wanted(connection, ident, lock=lock)
    if isinstance(who, Caller) and row.device != who.device.id:
        raise Problem("meeting_unknown")
    if isinstance(who, Helper) and row.helper not in (None, who.id):
        raise Problem("meeting_taken")
    return row
