"""Requests for what was entrusted: told to all contacts at once, held back for a day, cancelled by whoever of
the customer says so, and only then handed to officers."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from ..core import escrow as core
from ..core.escrow import Asking, ReleaseTold
from ..core.problems import Problem
from ..core.times import SECOND, rfc3339
from ..database.entrusted import answers, escrows, releases
from ..database.tables import organisations, vaults
from ..mail import letters
from . import audit, grants, outbox, proving
from . import vaults as vault_service
from .access import Caller, concerning
from .audit import Actor
from .context import Context
from .entrusted import check_kept
from .pending import LIFE, alive

State = Literal["waiting", "open", "cancelled", "left", "expired"]

_ALIVE: Final = ("waiting", "open")
_SKEW: Final = 86_400 * SECOND
_MOST_AT_ONCE: Final = 20
_MOST_OF_ONE: Final = 2
"""Of one device: a stolen one cannot hold up the others, nor fill everybody's mail."""
_MOST_TOLD: Final = 20


def ask(context: Context, caller: Caller, vault: str, given: Asking) -> ReleaseTold:
    """A device asks; all contacts of its organisation are told at once. Told again, it changes nothing.

    Raises Problem("escrow_document_bad", where=…), ("escrow_not_joined"), ("release_other_deposit"),
    ("release_time", now=…): by its own clock it was made more than a day from now, ("releases_many"),
    ("release_of_another"): another device asked it, and what `vaults.of_organisation` raises.
    """
    ident = core.digest_of(given.request.encode())
    with context.database.write() as connection, concerning(caller.organisation.id):
        request = core.read_request(given.request)
        vault_service.of_organisation(context, connection, caller, vault, lock=True)
        known = _found(connection, ident)
        if known is not None:
            if known.vault != vault:
                raise Problem("vault_unknown")
            if known.device != caller.device.id:
                raise Problem("release_of_another")
            return _told_again(context, connection, known, caller)
        escrow = _standing(connection, vault)
        consent = core.read_consent(escrow.consent, "join").body
        if (request.vault, request.deposit) != (consent.vault, consent.deposit):
            raise Problem("release_other_deposit")
        now = context.clock()
        if abs(core.moment_of(request.time) - now) > _SKEW:
            raise Problem("release_time", now=rfc3339(now))
        _check_room(context, connection, vault, str(caller.device.id))
        opens = now + context.escrow_hours * 3600 * SECOND
        connection.execute(
            insert(releases).values(
                id=ident,
                vault=vault,
                escrow=escrow.id,
                device=caller.device.id,
                request=given.request,
                asked=now,
                opens=opens,
            )
        )
        organisation = caller.organisation.id
        audit.note(context, connection, organisation, caller.actor, "release_asked", release=ident[:16])
        mail_to_contacts(context, connection, caller, "release_asked", f"release/{ident}", opens=opens)
        return _told(context, connection, _of(connection, ident), caller.device.id)


def told_to(context: Context, caller: Caller, vault: str, ident: str) -> ReleaseTold:
    """How a request stands; its answers to the device that asked, once the delay is over.

    Raises Problem("release_unknown"), and what `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        row = of_vault(connection, vault, ident)
        found = _told_again(context, connection, row, caller)
        if found.answers:
            organisation = caller.organisation.id
            audit.note(context, connection, organisation, caller.actor, "release_read", release=ident[:16])
        return found


def cancel(context: Context, caller: Caller, vault: str, ident: str) -> ReleaseTold:
    """Any device of the organisation says no. Told again, it changes nothing.

    Raises Problem("release_unknown"), ("release_over", state=…), and what `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        row = of_vault(connection, vault, ident)
        _cancel(context, connection, row, caller.organisation.id, caller.actor)
        mail_to_contacts(context, connection, caller, "release_cancelled", f"release/{ident}/cancelled")
        return _told(context, connection, _of(connection, ident), caller.device.id)


def waive(context: Context, caller: Caller, vault: str, ident: str) -> ReleaseTold:
    """A holder, who proves to be there, ends the delay: all contacts are told who it was. Told again, it
    changes nothing.

    Raises Problem("release_unknown"), ("release_over", state=…), and what `proving.require` and
    `vaults.of_organisation` raise.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        row = of_vault(connection, vault, ident)
        state = state_of(context, row)
        if state == "waiting":
            person = proving.require(context, connection, caller, "release_waive", ident)
            connection.execute(update(releases).where(releases.c.id == row.id).values(opens=context.clock()))
            organisation, who = caller.organisation.id, person.name if person is not None else ""
            audit.note(context, connection, organisation, caller.actor, "release_waived", release=ident[:16])
            mail_to_contacts(
                context, connection, caller, "release_waived", f"release/{ident}/waived", who=who
            )
        elif state != "open":
            raise Problem("release_over", state=state)
        return _told(context, connection, _of(connection, ident), caller.device.id)


def cancel_for(context: Context, connection: Connection, wanted: str, actor: Actor) -> str:
    """The same by an operator, whom a contact called; its id. Raises as `cancel`."""
    row = begun_with(connection, wanted)
    _cancel(context, connection, row, _organisation(connection, row.vault), actor)
    return str(row.id)


class Papers(NamedTuple):
    """What an officer's tool takes."""

    request: str
    policy: str
    deposit: str
    consent: str
    grant: str = ""


def papers(context: Context, connection: Connection, wanted: str, actor: Actor) -> Papers:
    """For the officers, once the delay is over; of a covered request, while its grant stands.

    Raises Problem("release_unknown"), ("release_waiting", opens=…), ("release_over", state=…), and as
    `grants.require`.
    """
    row = begun_with(connection, wanted)
    with concerning(_organisation(connection, row.vault)):
        require_open(context, row)
        grant = grants.require(context, connection, row)
    escrow = connection.execute(select(escrows).where(escrows.c.id == row.escrow)).one()
    organisation = _organisation(connection, row.vault)
    with concerning(organisation):
        check_kept(escrow)
    audit.note(context, connection, organisation, actor, "release_handed_out", release=row.id[:16])
    return Papers(row.request, escrow.policy, escrow.deposit or "", escrow.consent, grant)


def answered(context: Context, connection: Connection, answer: str, actor: Actor) -> Row[Any]:
    """Keeps an officer's answer for the device that asked; which request it answers. Again: the newer one.

    Raises Problem("escrow_document_bad", where=…), ("release_unknown"), ("release_waiting", opens=…),
    ("release_over", state=…), and as `grants.require`.
    """
    ident = core.answered_by(answer)
    row = _found(connection, ident)
    if row is None:
        raise Problem("release_unknown")
    with concerning(_organisation(connection, row.vault)):
        require_open(context, row)
        grants.require(context, connection, row)
        policy = connection.execute(select(escrows.c.policy).where(escrows.c.id == row.escrow)).scalar_one()
        reply = core.read_reply(answer, policy)
    of_it = (answers.c.release == ident) & (answers.c.officer == reply.officer)
    values = {"answer": answer, "received": context.clock()}
    if not connection.execute(update(answers).where(of_it).values(values)).rowcount:
        connection.execute(
            insert(answers).values(release=ident, officer=reply.officer, vault=row.vault, **values)
        )
    organisation = _organisation(connection, row.vault)
    audit.note(context, connection, organisation, actor, "release_answered", release=ident[:16])
    return row


def open_ones(context: Context, connection: Connection) -> list[tuple[Row[Any], State]]:
    """All that wait or are open, of all organisations, oldest first."""
    rows = connection.execute(
        select(releases, organisations.c.name, organisations.c.siren)
        .join(vaults, vaults.c.id == releases.c.vault)
        .join(organisations, organisations.c.id == vaults.c.organisation)
        .where(alive(context))
        .order_by(releases.c.asked)
    ).all()
    return [(row, state_of(context, row)) for row in rows]


def listed(context: Context, connection: Connection, vault: str, device: str) -> list[ReleaseTold]:
    """Those of a vault, the latest first."""
    rows = connection.execute(
        select(releases)
        .where(releases.c.vault == vault)
        .order_by(releases.c.asked.desc(), releases.c.id)
        .limit(_MOST_TOLD)
    ).all()
    return [_told(context, connection, row, device) for row in rows]


def end_all(context: Context, connection: Connection, escrow: str) -> None:
    """The escrow was left: nobody is handed anything any more."""
    of_it = (releases.c.escrow == escrow) & releases.c.ended.is_(None)
    connection.execute(update(releases).where(of_it).values(ended=context.clock(), why="left"))


def state_of(context: Context, row: Row[Any]) -> State:
    """In one word; see `core.escrow.ReleaseTold`."""
    if row.ended is not None:
        return "left" if row.why == "left" else "cancelled"
    if context.clock() > row.asked + LIFE:
        return "expired"
    return "open" if context.clock() >= row.opens else "waiting"


def begun_with(connection: Connection, wanted: str) -> Row[Any]:
    """The request whose id begins so. Raises Problem("release_unknown")."""
    begins = releases.c.id.startswith(wanted, autoescape=True)
    rows = connection.execute(select(releases).where(begins).limit(2)).all()
    if len(rows) != 1 or len(wanted) < 4:
        raise Problem("release_unknown")
    return rows[0]


def mail_to_contacts(
    context: Context,
    connection: Connection,
    caller: Caller,
    name: letters.EscrowEvent,
    about: str,
    *,
    opens: int = 0,
    who: str = "",
) -> None:
    """A letter to every address of the organisation, for whatever purpose it was given."""
    row = caller.organisation
    whom = letters.About(str(row.name), str(row.language), str(row.zone), context.mail.support)
    letter = letters.escrow(whom, name, str(caller.device.name), context.clock(), opens, who)
    outbox.put_to_all(context, connection, str(row.id), letter, kind="escrow", subject_of=about)


def _told_again(context: Context, connection: Connection, row: Row[Any], caller: Caller) -> ReleaseTold:
    """To who asked; with a line where it is over, and somebody tries all the same."""
    found = _told(context, connection, row, caller.device.id)
    if found.state not in _ALIVE:
        organisation, actor = caller.organisation.id, caller.actor
        audit.note(
            context, connection, organisation, actor, "release_read", "release_over", release=row.id[:16]
        )
    return found


def _told(context: Context, connection: Connection, row: Row[Any], device: str) -> ReleaseTold:
    state = state_of(context, row)
    found = connection.execute(
        select(answers.c.answer).where(answers.c.release == row.id).order_by(answers.c.received)
    ).scalars()
    given = list(found)
    handed = state == "open" and row.device == device and grants.stands(context, connection, row)
    return ReleaseTold(
        id=row.id,
        state=state,
        device=row.device,
        asked=rfc3339(row.asked),
        opens=rfc3339(row.opens),
        request=row.request,
        answered=len(given),
        answers=given if handed else [],
    )


def _cancel(context: Context, connection: Connection, row: Row[Any], organisation: str, actor: Actor) -> None:
    state = state_of(context, row)
    if state == "cancelled":
        return
    if state not in ("waiting", "open"):
        raise Problem("release_over", state=state)
    connection.execute(
        update(releases).where(releases.c.id == row.id).values(ended=context.clock(), why="cancelled")
    )
    audit.note(context, connection, organisation, actor, "release_cancelled", release=row.id[:16])


def require_open(context: Context, row: Row[Any]) -> None:
    """Raises Problem("release_waiting", opens=…), ("release_over", state=…)."""
    state = state_of(context, row)
    if state == "waiting":
        raise Problem("release_waiting", opens=rfc3339(row.opens))
    if state != "open":
        raise Problem("release_over", state=state)


def _check_room(context: Context, connection: Connection, vault: str, device: str) -> None:
    waiting = select(func.count()).where(releases.c.vault == vault, alive(context))
    if connection.execute(waiting.where(releases.c.device == device)).scalar_one() >= _MOST_OF_ONE:
        raise Problem("releases_many", most=_MOST_OF_ONE)
    if connection.execute(waiting).scalar_one() >= _MOST_AT_ONCE:
        raise Problem("releases_many", most=_MOST_AT_ONCE)


def _standing(connection: Connection, vault: str) -> Row[Any]:
    row = connection.execute(
        select(escrows).where(escrows.c.vault == vault, escrows.c.left.is_(None))
    ).first()
    if row is None:
        raise Problem("escrow_not_joined")
    return row


def _found(connection: Connection, ident: str) -> Row[Any] | None:
    return connection.execute(select(releases).where(releases.c.id == ident)).first()


def _of(connection: Connection, ident: str) -> Row[Any]:
    row = _found(connection, ident)
    if row is None:
        raise Problem("release_unknown")
    return row


def of_vault(connection: Connection, vault: str, ident: str) -> Row[Any]:
    """A request about a vault. Raises Problem("release_unknown")."""
    row = _of(connection, ident)
    if row.vault != vault:
        raise Problem("release_unknown")
    return row


def _organisation(connection: Connection, vault: str) -> str:
    return str(connection.execute(select(vaults.c.organisation).where(vaults.c.id == vault)).scalar_one())
