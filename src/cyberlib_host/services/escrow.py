"""What customers entrust to officers: kept, told, and given up."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from ..core import escrow as core
from ..core.escrow import Destroyed, Entrusting, EscrowTold, Withdrawal
from ..core.problems import Problem
from ..core.times import rfc3339
from ..database.entrusted import answers, escrows
from . import audit, proving, vaults
from .access import Caller, concerning
from .context import Context
from .entrusted import check_kept
from .releases import end_all, mail_to_contacts
from .releases import listed as listed_releases


def entrust(context: Context, caller: Caller, vault: str, given: Entrusting) -> EscrowTold:
    """Keeps what a member of a vault entrusts. Told again, it changes nothing.

    Raises Problem("escrow_document_bad", where=…), ("escrow_replayed"): a consent that was given up
    before or is older than one that was, ("escrow_joined"): another one stands, ("escrow_of_another"): signed
    for another vault than the earlier ones, and what `vaults.for_storing` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        consent = core.read_consent(given.consent, "join")
        core.check_together(given, consent.body)
        vaults.for_storing(context, connection, caller, vault)
        earlier = _all(connection, vault)
        standing = _standing(earlier)
        if standing is not None:
            if standing.id != consent.digest:
                raise Problem("escrow_joined")
            return told(context, connection, vault, caller.device.id)
        _check_new(consent, earlier)
        proving.require(context, connection, caller, "escrow_join", f"{vault}\n{consent.body.policy}")
        connection.execute(
            insert(escrows).values(
                id=consent.digest,
                vault=vault,
                policy=given.policy,
                deposit=given.deposit,
                consent=given.consent,
                joined=context.clock(),
            )
        )
        actor, organisation = caller.actor, caller.organisation.id
        audit.note(context, connection, organisation, actor, "escrow_joined", consent=consent.digest[:16])
        mail_to_contacts(context, connection, caller, "escrow_joined", f"escrow/{consent.digest}")
        return told(context, connection, vault, caller.device.id)


def withdraw(context: Context, caller: Caller, vault: str, given: Withdrawal) -> EscrowTold:
    """Destroys what was entrusted, and says so under the host's key. Told again, it changes nothing.

    Raises Problem("escrow_document_bad", where=…), ("escrow_not_joined"), and what `vaults.for_reading`
    raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        leaving = core.read_consent(given.consent, "leave")
        vaults.for_reading(context, connection, caller, vault)
        earlier = _all(connection, vault)
        standing = _standing(earlier)
        if standing is None:
            if any(each.id == leaving.body.former for each in earlier):
                return told(context, connection, vault, caller.device.id)
            raise Problem("escrow_not_joined")
        joined = core.read_consent(standing.consent, "join")
        core.check_ends(leaving.body, joined)
        proving.require(context, connection, caller, "escrow_leave", standing.id)
        end_all(context, connection, standing.id)
        connection.execute(delete(answers).where(answers.c.vault == vault))
        gone = _destroyed(context, joined.body.deposit)
        connection.execute(
            update(escrows)
            .where(escrows.c.id == standing.id)
            .values(
                deposit=None,
                withdrawal=given.consent,
                left=context.clock(),
                destroyed=msgspec.json.encode(gone),
            )
        )
        actor, organisation = caller.actor, caller.organisation.id
        audit.note(context, connection, organisation, actor, "escrow_left", consent=standing.id[:16])
        mail_to_contacts(context, connection, caller, "escrow_left", f"escrow/{standing.id}/left")
        return told(context, connection, vault, caller.device.id)


def told_to(context: Context, caller: Caller, vault: str) -> EscrowTold:
    """How a vault's escrow stands, for any device of its organisation: who has lost every key is no member.

    Raises as `check_kept`, and what `vaults.of_organisation` raises."""
    with context.database.write() as connection, concerning(caller.organisation.id):
        vaults.of_organisation(context, connection, caller, vault)
        standing = _standing(_all(connection, vault))
        if standing is not None:
            check_kept(standing)
        audit.note(context, connection, caller.organisation.id, caller.actor, "escrow_read")
        return told(context, connection, vault, caller.device.id)


def told(context: Context, connection: Connection, vault: str, device: str) -> EscrowTold:
    """The same; `device`: the one that asks, which alone gets answers to its requests."""
    earlier = _all(connection, vault)
    last = _standing(earlier) or (earlier[-1] if earlier else None)
    if last is None:
        return EscrowTold("none", None, None, None, None, None, None, None, [])
    return EscrowTold(
        state="joined" if last.left is None else "left",
        policy=last.policy,
        deposit=last.deposit,
        consent=last.consent,
        withdrawal=last.withdrawal,
        joined=rfc3339(last.joined),
        left=None if last.left is None else rfc3339(last.left),
        destroyed=None if last.destroyed is None else msgspec.json.decode(last.destroyed, type=Destroyed),
        releases=listed_releases(context, connection, vault, device),
    )


def _all(connection: Connection, vault: str) -> list[Row[Any]]:
    """Those of a vault, oldest first."""
    found = select(escrows).where(escrows.c.vault == vault).order_by(escrows.c.joined, escrows.c.id)
    return list(connection.execute(found).all())


def _standing(earlier: list[Row[Any]]) -> Row[Any] | None:
    return next((each for each in earlier if each.left is None), None)


def _check_new(consent: core.Read, earlier: list[Row[Any]]) -> None:
    """Of the vault that signed before, none of those, and not older than all that was signed."""
    for each in earlier:
        if each.id == consent.digest:
            raise Problem("escrow_replayed")
        known = core.read_consent(each.consent, "join").body
        if known.vault != consent.body.vault:
            raise Problem("escrow_of_another")
        last = known.time
        if each.withdrawal is not None:
            last = core.read_consent(each.withdrawal, "leave").body.time
        if core.moment_of(consent.body.time) < core.moment_of(last):
            raise Problem("escrow_replayed")


def _destroyed(context: Context, deposit: str) -> Destroyed:
    time = rfc3339(context.clock())
    signature = context.key.sign(core.destruction_message(deposit, time)).hex()
    return Destroyed(deposit, time, signature)
