"""New machines that ask to be let in by one that opens the vault: told to all contacts, answered by a member
of the vault, and taken by the machine that asked and no other."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from ..core import approvals as core
from ..core.approvals import Answering, ApprovalList, ApprovalTold, Asking, State
from ..core.problems import Problem
from ..core.times import SECOND, rfc3339
from ..database.approved import approvals
from ..database.tables import devices
from ..mail import letters
from . import audit, outbox, pending
from . import vaults as vault_service
from .access import Caller, concerning
from .context import Context

_MOST_AT_ONCE: Final = 20
_MOST_OF_ONE: Final = 2
"""Of one device: a stolen one cannot hold up the others, nor fill everybody's mail."""
_MOST_TOLD: Final = 20


def ask(context: Context, caller: Caller, vault: str, given: Asking) -> ApprovalTold:
    """A device asks; all contacts of its organisation are told. Told again, it changes nothing.

    Raises Problem("approval_document_bad", where=…), ("approvals_many", most=…), and what
    `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        ident = core.read_request(given.request, vault)
        vault_service.of_organisation(context, connection, caller, vault, lock=True)
        known = _found(connection, ident)
        if known is not None:
            if (known.vault, known.device) != (vault, caller.device.id):
                raise Problem("approval_document_bad", where="request")
            return _told(context, known, caller.device.id)
        _check_room(context, connection, vault, str(caller.device.id))
        connection.execute(
            insert(approvals).values(
                id=ident,
                vault=vault,
                device=caller.device.id,
                request=given.request,
                asked=context.clock(),
            )
        )
        _note(context, connection, caller, "approval_asked", ident)
        return _told(context, _of_vault(connection, vault, ident), caller.device.id)


def told_to(context: Context, caller: Caller, vault: str, ident: str) -> ApprovalTold:
    """How a request stands. The device that asked gets the answer once it is open, and with it becomes one
    of those that use the vault.

    Raises Problem("approval_unknown"), and what `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        row = _of_vault(connection, vault, ident)
        found = _told(context, row, caller.device.id)
        if found.answer:
            vault_service.let_in(context, connection, caller, vault)
            if row.taken is None:
                now = context.clock()
                connection.execute(update(approvals).where(approvals.c.id == ident).values(taken=now))
                audit.note(
                    context,
                    connection,
                    caller.organisation.id,
                    caller.actor,
                    "approval_taken",
                    approval=ident[:16],
                )
        return found


def listed(context: Context, caller: Caller, vault: str) -> ApprovalList:
    """Those of a vault, the latest first. Raises what `vaults.of_organisation` raises."""
    with context.database.read() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        rows = connection.execute(
            _with_names()
            .where(approvals.c.vault == vault)
            .order_by(approvals.c.asked.desc(), approvals.c.id)
            .limit(_MOST_TOLD)
        ).all()
        return ApprovalList([_told(context, row, "") for row in rows])


def answer(context: Context, caller: Caller, vault: str, ident: str, given: Answering) -> ApprovalTold:
    """Another member of the vault lets the machine in: at once where it knew the vault's passphrase or words,
    else after the delay. Told again, it changes nothing.

    Raises Problem("approval_document_bad", where=…), ("approval_unknown"), ("approval_own"),
    ("approval_over", state=…), and what `vaults.for_reading` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        reply = core.read_reply(given.answer, ident)
        vault_service.for_reading(context, connection, caller, vault)
        row = _of_vault(connection, vault, ident)
        if row.device == caller.device.id:
            raise Problem("approval_own")
        if row.answer == given.answer:
            return _told(context, row, caller.device.id)
        state = _state(context, row)
        if state != "asked":
            raise Problem("approval_over", state=state)
        delay = 0 if reply.proof == "secret" else context.escrow_hours * 3600 * SECOND
        opens = context.clock() + delay
        connection.execute(
            update(approvals)
            .where(approvals.c.id == ident)
            .values(answer=given.answer, by=caller.device.id, opens=opens)
        )
        _note(context, connection, caller, "approval_held" if delay else "approval_given", ident, opens=opens)
        return _told(context, _of_vault(connection, vault, ident), caller.device.id)


def cancel(context: Context, caller: Caller, vault: str, ident: str) -> ApprovalTold:
    """Any device of the organisation says no, also the one that asked. Told again, it changes nothing.

    Raises Problem("approval_unknown"), ("approval_over", state=…): it was taken, and what
    `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        row = _of_vault(connection, vault, ident)
        state = _state(context, row)
        if state == "cancelled":
            return _told(context, row, caller.device.id)
        if row.taken is not None or state == "expired":
            raise Problem("approval_over", state="taken" if row.taken is not None else state)
        values = {"cancelled": context.clock(), "answer": None}
        connection.execute(update(approvals).where(approvals.c.id == ident).values(values))
        _note(context, connection, caller, "approval_cancelled", ident)
        return _told(context, _of_vault(connection, vault, ident), caller.device.id)


def _note(
    context: Context,
    connection: Connection,
    caller: Caller,
    event: letters.ApprovalEvent,
    ident: str,
    opens: int = 0,
) -> None:
    """A line in the customer's log, and a letter to every address."""
    organisation = caller.organisation
    audit.note(context, connection, str(organisation.id), caller.actor, event, approval=ident[:16])
    whom = letters.About(
        str(organisation.name), str(organisation.language), str(organisation.zone), context.mail.support
    )
    letter = letters.approval(whom, event, str(caller.device.name), context.clock(), opens)
    about = f"approval/{ident}/{event}"
    outbox.put_to_all(context, connection, str(organisation.id), letter, kind="approval", subject_of=about)


def _state(context: Context, row: Row[Any]) -> State:
    """In one word; see `core.approvals.ApprovalTold`."""
    if row.cancelled is not None:
        return "cancelled"
    if context.clock() > row.asked + pending.APPROVAL_LIFE:
        return "expired"
    if row.answer is None:
        return "asked"
    return "open" if context.clock() >= row.opens else "held"


def _told(context: Context, row: Row[Any], device: str) -> ApprovalTold:
    state = _state(context, row)
    return ApprovalTold(
        id=row.id,
        state=state,
        device=row.device,
        name=row.name,
        asked=rfc3339(row.asked),
        opens=None if row.opens is None else rfc3339(row.opens),
        by=row.by_name or "",
        request=row.request,
        answer=row.answer if state == "open" and row.device == device else "",
        taken=row.taken is not None,
    )


def _with_names() -> Any:
    asker, by = devices.alias("asker"), devices.alias("answerer")
    return (
        select(approvals, asker.c.name, by.c.name.label("by_name"))
        .join(asker, asker.c.id == approvals.c.device)
        .outerjoin(by, by.c.id == approvals.c.by)
    )


def _check_room(context: Context, connection: Connection, vault: str, device: str) -> None:
    waiting = select(func.count()).where(approvals.c.vault == vault, pending.awaited(context))
    if connection.execute(waiting.where(approvals.c.device == device)).scalar_one() >= _MOST_OF_ONE:
        raise Problem("approvals_many", most=_MOST_OF_ONE)
    if connection.execute(waiting).scalar_one() >= _MOST_AT_ONCE:
        raise Problem("approvals_many", most=_MOST_AT_ONCE)


def _found(connection: Connection, ident: str) -> Row[Any] | None:
    found: Row[Any] | None = connection.execute(_with_names().where(approvals.c.id == ident)).first()
    return found


def _of_vault(connection: Connection, vault: str, ident: str) -> Row[Any]:
    row = _found(connection, ident)
    if row is None or row.vault != vault:
        raise Problem("approval_unknown")
    return row
