"""Mail that waits to go out, went out, or was refused: nothing is lost unseen, or said twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ..core.addresses import verp
from ..core.ports import MailRefused, MailWaits
from ..core.problems import Problem
from ..core.times import SECOND
from ..database.observed import mails
from ..mail.bounces import Bounce
from ..mail.letter import Letter, message_of
from . import addresses, audit
from .addresses import Purpose
from .audit import Actor
from .context import Context

HOST: Final = Actor("host", "observatory")
_LEASE: Final = 600 * SECOND
_PAUSES: Final = (60, 300, 900, 3600, 4 * 3600)
"""Seconds after the first attempts; the last again and again."""

_KEPT_TRYING: Final = 5 * 86_400 * SECOND
_KEPT_SENT: Final = 180 * 86_400 * SECOND


def put(
    context: Context,
    connection: Connection,
    organisation: str,
    purpose: Purpose,
    letter: Letter,
    *,
    kind: str,
    subject_of: str,
) -> int:
    """A letter to each address of an organisation, within the transaction that decided it; how many.

    `subject_of`: what it is about; nobody gets two about the same. Without an address that works it goes to
    the operator, or is kept as refused, where operators see it.
    """
    found = addresses.of(connection, organisation, purpose)
    if not found:
        found = [context.mail.operator] if context.mail.operator else [""]
    return sum(_put(context, connection, organisation, each, letter, kind, subject_of) for each in found)


def put_to_all(
    context: Context, connection: Connection, organisation: str, letter: Letter, *, kind: str, subject_of: str
) -> int:
    """As `put`, to the addresses of every purpose at once."""
    found = {
        each for purpose in addresses.PURPOSES for each in addresses.of(connection, organisation, purpose)
    }
    every = sorted(found) or [context.mail.operator or ""]
    return sum(_put(context, connection, organisation, each, letter, kind, subject_of) for each in every)


def _put(
    context: Context,
    connection: Connection,
    organisation: str,
    recipient: str,
    letter: Letter,
    kind: str,
    subject_of: str,
) -> bool:
    same = (mails.c.subject_of == subject_of) & (mails.c.recipient == recipient)
    if connection.execute(select(mails.c.id).where(same)).first() is not None:
        return False
    ident, now = context.random(16).hex(), context.clock()
    message = message_of(
        letter,
        sender=context.mail.sender,
        name=context.mail.name,
        recipient=recipient or context.mail.sender,
        ident=ident,
        created=now,
    )
    connection.execute(
        insert(mails).values(
            id=ident,
            subject_of=subject_of,
            recipient=recipient,
            organisation=organisation,
            kind=kind,
            message=message,
            created=now,
            due=now,
            attempts=0,
            state="waiting" if recipient else "refused",
            done=None if recipient else now,
            reason=None if recipient else "no address",
        )
    )
    return True


def claim(context: Context) -> Row[Any] | None:
    """The next mail that is due, this process's alone for some minutes. A crash meanwhile sends it again."""
    now = context.clock()
    with context.database.write() as connection:
        row = connection.execute(
            select(mails)
            .where(mails.c.state == "waiting", mails.c.due <= now)
            .order_by(mails.c.due, mails.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is not None:
            connection.execute(
                update(mails).where(mails.c.id == row.id).values(due=now + _LEASE, attempts=row.attempts + 1)
            )
    return row


def deliver(context: Context, row: Row[Any]) -> bool:
    """Gives a claimed mail away; False when no server takes any now."""
    assert context.sender is not None
    try:
        context.sender.send(row.id, verp(context.mail.bounces, row.id), row.recipient, row.message)
    except MailRefused as refused:
        with context.database.write() as connection:
            _done(context, connection, row.id, "refused", str(refused))
            if refused.of_address:
                addresses.mark_refused(
                    context, connection, row.organisation, row.recipient, str(refused), HOST
                )
        return True
    except MailWaits as waits:
        later = _PAUSES[min(row.attempts, len(_PAUSES) - 1)] * SECOND
        now = context.clock()
        with context.database.write() as connection:
            if now - row.created > _KEPT_TRYING:
                _done(context, connection, row.id, "given_up", str(waits))
            else:
                connection.execute(
                    update(mails).where(mails.c.id == row.id).values(due=now + later, reason=str(waits))
                )
        return False
    with context.database.write() as connection:
        _done(context, connection, row.id, "sent", None)
    return True


def _done(context: Context, connection: Connection, mail: str, state: str, reason: str | None) -> None:
    connection.execute(
        update(mails).where(mails.c.id == mail).values(state=state, reason=reason, done=context.clock())
    )


def came_back(context: Context, connection: Connection, bounce: Bounce, actor: Actor) -> str | None:
    """A bounce; the address that it marks as one that does not work, or None."""
    row = connection.execute(select(mails).where(mails.c.id == bounce.mail)).first()
    if row is None or not bounce.permanent:
        return None
    _done(context, connection, row.id, "refused", f"came back: {bounce.status}")
    marked = addresses.mark_refused(
        context, connection, row.organisation, row.recipient, f"came back: {bounce.status}", actor
    )
    return str(row.recipient) if marked else None


def listed(connection: Connection, *, everything: bool = False) -> Sequence[Row[Any]]:
    """Mails that are not sent, or all there are, newest first; without their text."""
    wanted = select(*(each for each in mails.c if each.name != "message")).order_by(mails.c.created.desc())
    if not everything:
        wanted = wanted.where(mails.c.state != "sent")
    return connection.execute(wanted.limit(1000)).all()


def retry(context: Context, connection: Connection, mail: str | None, actor: Actor) -> int:
    """Tries one that was refused or given up anew, or all; how many. Raises Problem("mail_unknown")."""
    again = update(mails).where(mails.c.state != "sent", mails.c.recipient != "")
    if mail is not None:
        again = again.where(mails.c.id == mail)
    now = context.clock()
    count: int = connection.execute(
        again.values(state="waiting", due=now, created=now, attempts=0, done=None)
    ).rowcount
    if mail is not None and not count:
        raise Problem("mail_unknown")
    audit.note(context, connection, audit.HOST, actor, "mails_retried", count=count)
    return count


def counts(connection: Connection) -> dict[str, int]:
    """How many there are in each state."""
    found = {"waiting": 0, "sent": 0, "refused": 0, "given_up": 0}
    rows = connection.execute(select(mails.c.state, func.count()).group_by(mails.c.state)).all()
    return found | {str(row[0]): int(row[1]) for row in rows}


def late(context: Context, connection: Connection) -> int:
    """How many wait although they were tried."""
    waiting = select(func.count()).where(mails.c.state == "waiting", mails.c.reason.is_not(None))
    return connection.execute(waiting).scalar_one()


def forget_old(context: Context, connection: Connection) -> int:
    """Removes mails that were done with half a year ago."""
    limit = context.clock() - _KEPT_SENT
    gone: int = connection.execute(delete(mails).where(mails.c.done < limit)).rowcount
    return gone
