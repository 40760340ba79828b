"""Erasing an organisation that left: everywhere, provably, and once."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update

from ..core.destruction import VERSION, Certificate, ErasedVault, Found, sign
from ..core.problems import Fact, Problem
from ..core.times import rfc3339
from ..database.approved import approvals
from ..database.covered import accesses, grants
from ..database.entrusted import answers, escrows, releases
from ..database.guided import meetings, sayings
from ..database.observed import absences, addresses, alarms, mails, plans, run_incidents, runs, watches
from ..database.people import passkeys, people, proof_challenges, proofs, recovery, sign_ins, telephone_asks
from ..database.tables import (
    chains,
    challenges,
    condemned,
    contract_keys,
    devices,
    log,
    members,
    objects,
    organisations,
    retired,
    sessions,
    uploads,
    vaults,
)
from ..services import audit, leaving
from ..services.audit import Actor
from ..services.context import Context
from ..services.organisations import found

_ROUNDS: Final = 3
"""A copy that was under way between zones when it began may come after: it is looked for again."""


def erase(context: Context, organisation: str, actor: Actor) -> bytes:
    """Erases all of an organisation that counts as data, in every zone and in the database; its certificate.

    Cut short anywhere it is begun again by the same call, and then finished; done twice, it gives the same
    certificate. Raises Problem("erasure_not_allowed"), ("erasure_incomplete"), ("storage_unreachable").
    """
    with context.database.write() as connection:
        known = leaving.of(connection, organisation, lock=True)
        if known.certificate is not None:
            return known.certificate
        begun = _begun(context, connection, organisation, actor, known)
    for vault in begun.vaults:
        _empty(context, vault.id)
    with context.database.write() as connection:
        known = leaving.of(connection, organisation, lock=True)
        if known.certificate is not None:  # another process was faster
            return known.certificate
        _forget(connection, organisation)
        document = _certified(context, connection, organisation, actor, begun)
        leaving.note(connection, organisation, erased=context.clock(), certificate=document)
    return document


def _begun(
    context: Context, connection: Connection, organisation: str, actor: Actor, known: leaving.Leaving
) -> Found:
    """From here on nothing is served to the organisation any more, and nothing of it is copied."""
    if known.found is not None:
        return msgspec.json.decode(known.found, type=Found)
    basis = leaving.basis(context, connection, organisation)
    rows = connection.execute(
        select(vaults).where(vaults.c.organisation == organisation).order_by(vaults.c.created, vaults.c.id)
    ).all()
    there = Found([ErasedVault(row.id, row.objects, row.bytes) for row in rows], actor.name, basis)
    leaving.note(connection, organisation, begun=context.clock(), found=msgspec.json.encode(there))
    mine = select(devices.c.id).where(devices.c.organisation == organisation)
    connection.execute(delete(sessions).where(sessions.c.device.in_(mine)))
    connection.execute(update(devices).where(devices.c.organisation == organisation).values(state="revoked"))
    for row in rows:
        connection.execute(update(objects).where(objects.c.vault == row.id).values(copied=True))
    audit.note(context, connection, organisation, actor, "erasure_begun", vaults=len(rows), basis=basis)
    return there


def _empty(context: Context, vault: str) -> None:
    """Until every zone, asked again, has nothing more of it."""
    for _ in range(_ROUNDS):
        removed = [zone.storage.erase(vault) for zone in context.zones]
        if not any(removed):
            return
    raise Problem("erasure_incomplete")


def _forget(connection: Connection, organisation: str) -> None:
    """What the database knows of its data and its people. The audit log, the terms that were accepted, and
    who the customer was, stay: for as long as the law wants them."""
    mine: Any = select(vaults.c.id).where(vaults.c.organisation == organisation)
    own: Any = select(devices.c.id).where(devices.c.organisation == organisation)
    for table in (
        accesses,
        grants,
        answers,
        releases,
        escrows,
        approvals,
        objects,
        retired,
        condemned,
        uploads,
        log,
        members,
    ):
        connection.execute(delete(table).where(table.c.vault.in_(mine)))
    connection.execute(delete(vaults).where(vaults.c.organisation == organisation))
    own_people: Any = select(people.c.id).where(people.c.organisation == organisation)
    for table in (proofs, recovery, passkeys, sign_ins, telephone_asks):
        connection.execute(delete(table).where(table.c.person.in_(own_people)))
    own_meetings: Any = select(meetings.c.id).where(meetings.c.device.in_(own))
    connection.execute(delete(sayings).where(sayings.c.meeting.in_(own_meetings)))
    for table in (
        meetings,
        sign_ins,
        telephone_asks,
        proof_challenges,
        run_incidents,
        runs,
        alarms,
        watches,
        plans,
        sessions,
        challenges,
    ):
        connection.execute(delete(table).where(table.c.device.in_(own)))
    for table in (people, addresses, absences, mails, contract_keys):
        connection.execute(delete(table).where(table.c.organisation == organisation))
    connection.execute(update(devices).where(devices.c.organisation == organisation).values(vault=None))
    connection.execute(
        update(organisations).where(organisations.c.id == organisation).values(bytes=0, contact=None)
    )


def _certified(
    context: Context, connection: Connection, organisation: str, actor: Actor, there: Found
) -> bytes:
    row, known = found(connection, organisation), leaving.of(connection, organisation)
    facts: dict[str, Fact] = {
        "vaults": len(there.vaults),
        "objects": sum(vault.objects for vault in there.vaults),
        "bytes": sum(vault.bytes for vault in there.vaults),
        "zones": len(context.zones),
    }
    audit.note(context, connection, organisation, actor, "erased", "done", **facts)
    audit.note(context, connection, audit.HOST, actor, "erased", "done", of=organisation, **facts)
    line = connection.execute(
        select(chains.c.sequence, chains.c.hash).where(chains.c.organisation == organisation)
    ).one()
    certificate = Certificate(
        version=VERSION,
        host=context.card.host if context.card is not None else "",
        organisation=organisation,
        siren=row.siren,
        name=row.name,
        terminated=rfc3339(row.decided_at),
        basis=there.basis,
        accepted=None if known.accepted is None else rfc3339(known.accepted),
        accepted_by=known.accepted_by,
        manifest=None if known.manifest is None else known.manifest.hex(),
        vaults=there.vaults,
        zones=[zone.place.name for zone in context.zones],
        operator=there.operator,
        begun=rfc3339(known.begun or 0),
        erased=rfc3339(context.clock()),
        audit_sequence=line.sequence,
        audit_hash=line.hash.hex(),
    )
    return sign(certificate, context.key)
