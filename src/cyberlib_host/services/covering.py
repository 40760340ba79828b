"""Covered restorations: the customer grants one, sees what was read, and ends it when they like."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Row, func, insert, select, update

from ..core import escrow as core
from ..core.escrow import Accessing, AccessKept, Granting, GrantTold
from ..core.problems import Problem
from ..core.times import rfc3339
from ..database.covered import accesses, grants
from ..database.entrusted import escrows
from . import audit, proving, releases
from . import grants as standing
from . import vaults as vault_service
from .access import Caller, concerning
from .context import Context

_MOST: Final = 10_000


def grant(context: Context, caller: Caller, vault: str, ident: str, given: Granting) -> GrantTold:
    """A member of the vault, and not the one that asked, allows it. Told again, it changes nothing.

    Raises Problem("escrow_document_bad", where=…): signed by no device of the vault, for another request or
    longer than three days; ("grant_over", until=…), ("grant_given"): another one is there,
    ("release_unknown"), ("release_over", state=…), and what `vaults.for_reading` and
    `proving.require` raise.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.for_reading(context, connection, caller, vault)
        row = releases.of_vault(connection, vault, ident)
        state = releases.state_of(context, row)
        if state not in ("waiting", "open"):
            raise Problem("release_over", state=state)
        consent = connection.execute(select(escrows.c.consent).where(escrows.c.id == row.escrow)).scalar_one()
        read = core.read_grant(given.grant, core.read_consent(consent, "join"))
        covered = core.read_request(row.request).scope == "covered"
        if not covered or read.body.request != ident or row.device == caller.device.id:
            raise Problem("escrow_document_bad", where="grant")
        known = standing.of_release(connection, ident)
        if known is not None:
            if known.id != read.digest:
                raise Problem("grant_given")
            return _told(context, connection, known)
        now = context.clock()
        if now >= read.until:
            raise Problem("grant_over", until=rfc3339(read.until))
        proving.require(context, connection, caller, "cover_grant", ident)
        connection.execute(
            insert(grants).values(
                id=read.digest, vault=vault, release=ident, grant=given.grant, given=now, until=read.until
            )
        )
        _note(context, connection, caller, "grant_given", ident)
        releases.mail_to_contacts(
            context, connection, caller, "grant_given", f"grant/{read.digest}", opens=read.until
        )
        return _told(context, connection, _of(connection, ident))


def told_to(context: Context, caller: Caller, vault: str, ident: str) -> GrantTold:
    """A grant and what was read by it, for any device of the organisation.

    Raises Problem("release_unknown"), ("grant_missing"), and what `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        releases.of_vault(connection, vault, ident)
        return _told(context, connection, _of(connection, ident))


def end(context: Context, caller: Caller, vault: str, ident: str) -> GrantTold:
    """Any device of the organisation ends it at once. Told again, it changes nothing. Raises as `told_to`."""
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        releases.of_vault(connection, vault, ident)
        row = _of(connection, ident)
        if standing.state_of(context, row) == "given":
            values = {"ended": context.clock()}
            connection.execute(update(grants).where(grants.c.id == row.id).values(values))
            _note(context, connection, caller, "grant_ended", ident)
            releases.mail_to_contacts(context, connection, caller, "grant_ended", f"grant/{row.id}/ended")
        return _told(context, connection, _of(connection, ident))


def access(context: Context, caller: Caller, vault: str, ident: str, given: Accessing) -> GrantTold:
    """The device that asked says, before it reads, what it reads.

    Raises Problem("release_unknown"): also to any other device, ("release_over", state=…), ("grant_missing"),
    ("grant_early", since=…), ("grant_over", until=…), ("accesses_many", most=…), and what
    `vaults.of_organisation` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        vault_service.of_organisation(context, connection, caller, vault)
        row = releases.of_vault(connection, vault, ident)
        if row.device != caller.device.id:
            raise Problem("release_unknown")
        releases.require_open(context, row)
        if not standing.require(context, connection, row):
            raise Problem("grant_missing")
        of_it = select(func.count()).where(accesses.c.release == ident)
        number = connection.execute(of_it).scalar_one()
        if number >= _MOST:
            raise Problem("accesses_many", most=_MOST)
        connection.execute(
            insert(accesses).values(
                release=ident, number=number, vault=vault, entry=given.entry, time=context.clock()
            )
        )
        _note(context, connection, caller, "covered_access", ident)
        return _told(context, connection, _of(connection, ident), log=False)


def _told(context: Context, connection: Connection, row: Row[Any], *, log: bool = True) -> GrantTold:
    kept = select(accesses).where(accesses.c.release == row.release).order_by(accesses.c.number)
    return GrantTold(
        release=row.release,
        state=standing.state_of(context, row),
        grant=row.grant,
        given=rfc3339(row.given),
        until=rfc3339(row.until),
        accesses=[
            AccessKept(rfc3339(each.time), each.entry)
            for each in (connection.execute(kept).all() if log else [])
        ],
    )


def _of(connection: Connection, ident: str) -> Row[Any]:
    row = standing.of_release(connection, ident)
    if row is None:
        raise Problem("grant_missing")
    return row


def _note(context: Context, connection: Connection, caller: Caller, action: str, ident: str) -> None:
    audit.note(context, connection, caller.organisation.id, caller.actor, action, release=ident[:16])
