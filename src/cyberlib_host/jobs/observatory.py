"""What the host looks after by itself: backups that did not happen, and everything that is to be mailed."""

from __future__ import annotations

from typing import Final, NamedTuple

import structlog
from sqlalchemy import update

from ..core.times import SECOND
from ..database.observed import windows
from ..services import maintenance, months, outbox, watching
from ..services.context import Context

_EVERY: Final = 600 * SECOND
_WORTH_TELLING: Final = 2 * 3600 * SECOND
_AHEAD: Final = 8 * maintenance.DAY
"""So that the mail is there a week before."""

_AT_ONCE: Final = 200
_log = structlog.get_logger("cyberlib.host")


class Observed(NamedTuple):
    """How many mails were decided, of each kind, and how many alarms were raised or cleared."""

    raised: int = 0
    escalated: int = 0
    reminded: int = 0
    cleared: int = 0
    incidents: int = 0
    months: int = 0
    interruptions: int = 0


class Observatory:
    """The jobs of a serving host, to be called each minute."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._next = 0

    def __call__(self) -> None:
        """A sign of life; and what is due."""
        maintenance.beat(self._context)
        now = self._context.clock()
        if self._next - _EVERY <= now < self._next:  # else it is due, or the clock was set back
            months.mail_incidents(self._context)
            return
        self._next = now + _EVERY
        observe(self._context)


def observe(context: Context) -> Observed:
    """Everything once. May be done by several at a time, and again after a crash: nothing is said twice."""
    taken = watching.look(context)
    found = Observed(
        raised=taken.get("open", 0),
        escalated=taken.get("escalate", 0),
        reminded=taken.get("remind", 0),
        cleared=taken.get("recovered", 0) + taken.get("close", 0),
        incidents=months.mail_incidents(context),
        months=months.mail_months(context) if maintenance.is_steady(context, maintenance.DAY) else 0,
        interruptions=_announce(context),
    )
    if maintenance.is_steady(context):
        with context.database.write() as connection:
            outbox.forget_old(context, connection)
            watching.forget_old(context, connection)
    return found


def _announce(context: Context) -> int:
    """Interruptions of more than two hours, a week ahead or as soon as they are planned."""
    now = context.clock()
    with context.database.read() as connection:
        rows = maintenance.listed(connection, after=now)
    count = 0
    for row in rows:
        soon = row.starts - now <= _AHEAD
        if row.kind != "planned" or row.announced is not None or not soon:
            continue
        if row.ends - row.starts <= _WORTH_TELLING:
            continue
        with context.database.write() as connection:
            mine = (windows.c.id == row.id) & windows.c.announced.is_(None)
            if connection.execute(update(windows).where(mine).values(announced=now)).rowcount:
                count += months.mail_interruption(context, connection, row)
    return count


def deliver_some(context: Context) -> int:
    """Gives away mails that are due, until none is or the server takes none; how many went."""
    if context.sender is None:
        return 0
    sent = 0
    while sent < _AT_ONCE and (row := outbox.claim(context)) is not None:
        if not outbox.deliver(context, row):
            break
        sent += 1
    _tell_trouble(context)
    return sent


def _tell_trouble(context: Context) -> None:
    """What an operator should see, in the log when it changes, at /health and in the metrics."""
    with context.database.read() as connection:
        counts, late = outbox.counts(connection), outbox.late(context, connection)
    parts = [f"{late} waiting for the server"] if late else []
    parts += [f"{counts[state]} {state}" for state in ("refused", "given_up") if counts[state]]
    before, now = context.troubles.get("mail", ""), ", ".join(parts)
    if now:
        context.troubles["mail"] = now
    else:
        context.troubles.pop("mail", None)
    if now and now != before:
        _log.warning("mail_not_sent", waiting=late, refused=counts["refused"], given_up=counts["given_up"])
