"""Declared devices: enrolment, revocation, and a licence that goes from one to another."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from ..core.problems import Problem
from ..core.signatures import check_signature, enrolment_message
from ..core.siren import checked_siren
from ..core.times import rfc3339
from ..core.wire import Device, DeviceList, Enrolment, Reassignment, Revocation
from ..database.observed import watches
from ..database.tables import devices, members, organisations, sessions
from . import audit, proving
from .access import Caller, concerning, device_of, organisation_of_key, used_seats
from .audit import Actor
from .context import Context
from .organisations import share_out


def enrol(context: Context, given: Enrolment, request_id: str) -> Device:
    """Declares a device. The same device with the same key of the same contract gets the same answer.

    One more than there are seats is inactive ("surplus"). Raises Problem("bad_signature"), ("bad_siren"),
    ("bad_name"), ("device_name_taken"), ("device_revoked"), ("other_organisation") and what
    `organisation_of_key` raises.
    """
    public_key, name = bytes.fromhex(given.public_key), given.name.strip()
    message = enrolment_message(public_key, given.contract_key.strip())
    check_signature(public_key, given.signature, message)
    if not name or not name.isprintable():
        raise Problem("bad_name", most=100)
    with context.database.write() as connection:
        organisation = organisation_of_key(context, connection, given.contract_key)
        with concerning(organisation):
            row = _locked(connection, organisation)
            if given.siren is not None and checked_siren(given.siren) != row.siren:
                raise Problem("other_organisation")
            known = connection.execute(select(devices).where(devices.c.public_key == public_key)).first()
            if known is not None:
                return _enrolled_before(known, organisation)
            if _named(connection, organisation, name) is not None:
                raise Problem("device_name_taken", name=name)
            state = "active" if used_seats(connection, organisation) < row.seats else "surplus"
            made = context.random(16).hex()
            connection.execute(
                insert(devices).values(
                    id=made,
                    organisation=organisation,
                    name=name,
                    public_key=public_key,
                    state=state,
                    created=context.clock(),
                )
            )
            actor = Actor(f"device:{made}", request_id)
            audit.note(context, connection, organisation, actor, "device_enrolled", state=state)
            return device_of(connection.execute(select(devices).where(devices.c.id == made)).one())


def _enrolled_before(known: Row[tuple[Any, ...]], organisation: str) -> Device:
    if known.organisation != organisation:
        raise Problem("other_organisation")
    if known.state == "revoked":
        raise Problem("device_revoked")
    return device_of(known)


def listed(connection: Connection, organisation: str) -> DeviceList:
    """All devices of an organisation, revoked ones among them, oldest first."""
    rows = connection.execute(
        select(devices, watches.c.last_backup)
        .outerjoin(watches, watches.c.device == devices.c.id)
        .where(devices.c.organisation == organisation)
        .order_by(devices.c.created, devices.c.id)
    ).all()
    names = {row.id: str(row.name) for row in rows}
    return DeviceList(
        [
            msgspec.structs.replace(
                device_of(row),
                last_backup=None if row.last_backup is None else rfc3339(row.last_backup),
                replaced_by=names.get(row.successor),
            )
            for row in rows
        ]
    )


def reassign(context: Context, caller: Caller, given: Reassignment) -> Device:
    """Gives the caller the seat and the vaults of another device of its organisation, which is revoked.

    Done twice it changes nothing. Raises Problem("device_unknown"), ("other_organisation"),
    ("device_taken", by=…): another one was as quick.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        organisation = caller.organisation.id
        _require_own_key(context, connection, caller, given.contract_key)
        _locked(connection, organisation)
        old = _wanted(connection, organisation, given.device)
        mine = connection.execute(select(devices).where(devices.c.id == caller.device.id)).one()
        if old.id == mine.id:
            return device_of(mine)
        if old.successor == mine.id:
            return device_of(mine)
        if old.successor is not None:
            raise Problem("device_taken", by=_name(connection, old.successor))
        proving.require(context, connection, caller, "device_reassign", old.id)
        for vault in connection.execute(select(members.c.vault).where(members.c.device == old.id)).scalars():
            join(context, connection, vault, mine.id)
        state = "active" if old.state == "active" else mine.state
        _revoke(connection, old.id)
        replaced = {"successor": mine.id, "replaced": context.clock()}
        connection.execute(update(devices).where(devices.c.id == old.id).values(replaced))
        connection.execute(
            update(devices).where(devices.c.id == mine.id).values(state=state, vault=old.vault or mine.vault)
        )
        audit.note(
            context, connection, organisation, caller.actor, "licence_reassigned", old=old.id, new=mine.id
        )
        return device_of(connection.execute(select(devices).where(devices.c.id == mine.id)).one())


def revoke(context: Context, caller: Caller, given: Revocation) -> Device:
    """Ends a device of the caller's organisation at once; its seat goes to the next one that waits.

    Raises as `reassign`.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        _require_own_key(context, connection, caller, given.contract_key)
        row = _wanted(connection, caller.organisation.id, given.device)
        if row.state != "revoked":
            proving.require(context, connection, caller, "device_revoke", row.id)
        return revoke_named(context, connection, caller.organisation.id, row.id, caller.actor)


def revoke_named(
    context: Context, connection: Connection, organisation: str, wanted: str, actor: Actor
) -> Device:
    """The same by an operator. Raises Problem("device_unknown")."""
    _locked(connection, organisation)
    row = _wanted(connection, organisation, wanted)
    if row.state != "revoked":
        _revoke(connection, row.id)
        audit.note(context, connection, organisation, actor, "device_revoked", device=row.id)
        share_out(connection, organisation)
    return device_of(connection.execute(select(devices).where(devices.c.id == row.id)).one())


def join(context: Context, connection: Connection, vault: str, device: str) -> None:
    """Makes a device a member of a vault; it may be one already."""
    known = select(members.c.since).where(members.c.vault == vault, members.c.device == device)
    if connection.execute(known).first() is None:
        connection.execute(insert(members).values(vault=vault, device=device, since=context.clock()))


def _revoke(connection: Connection, device: str) -> None:
    connection.execute(update(devices).where(devices.c.id == device).values(state="revoked"))
    connection.execute(delete(sessions).where(sessions.c.device == device))


def _require_own_key(context: Context, connection: Connection, caller: Caller, contract_key: str) -> None:
    if organisation_of_key(context, connection, contract_key) != caller.organisation.id:
        raise Problem("other_organisation")


def _locked(connection: Connection, organisation: str) -> Row[tuple[Any, ...]]:
    """The organisation's row; whoever else counts its seats waits."""
    return connection.execute(
        select(organisations).where(organisations.c.id == organisation).with_for_update()
    ).one()


def _named(connection: Connection, organisation: str, name: str) -> Row[tuple[Any, ...]] | None:
    return connection.execute(
        select(devices).where(devices.c.organisation == organisation, devices.c.name == name)
    ).first()


def _name(connection: Connection, device: str) -> str:
    return str(connection.execute(select(devices.c.name).where(devices.c.id == device)).scalar_one())


def _wanted(connection: Connection, organisation: str, wanted: str) -> Row[tuple[Any, ...]]:
    """A device by its name or its id."""
    row = connection.execute(
        select(devices).where(devices.c.organisation == organisation, devices.c.id == wanted)
    ).first()
    row = row or _named(connection, organisation, wanted)
    if row is None:
        raise Problem("device_unknown")
    return row
