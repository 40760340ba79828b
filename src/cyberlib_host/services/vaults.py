"""Vaults and which devices may use them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from ..core import chain
from ..core.problems import Problem
from ..core.times import rfc3339
from ..core.wire import Membership, Vault, VaultList
from ..database.tables import devices, members, objects, vaults
from . import audit
from .access import Caller, concerning, organisation_of_key, require_reading, require_storing
from .context import Context
from .devices import join


def create(context: Context, caller: Caller) -> Vault:
    """A new vault, which the caller's device writes to.

    A device whose vault has nothing in it gets that one again: it asked before and did not hear the answer.
    Raises what `require_storing` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        require_storing(context, connection, caller)
        # Locked: of two requests at once, as of one that was repeated, the second gets the first one's vault.
        here = connection.execute(
            select(devices.c.vault).where(devices.c.id == caller.device.id).with_for_update()
        ).scalar()
        empty = connection.execute(select(vaults).where(vaults.c.id == here, vaults.c.objects == 0)).first()
        if empty is not None:
            return _told(context, connection, empty)
        made = context.random(16).hex()
        connection.execute(
            insert(vaults).values(
                id=made,
                organisation=caller.organisation.id,
                created=context.clock(),
                objects=0,
                bytes=0,
                log_sequence=0,
                log_hash=chain.BEGINNING,
            )
        )
        join(context, connection, made, caller.device.id)
        connection.execute(update(devices).where(devices.c.id == caller.device.id).values(vault=made))
        audit.note(context, connection, caller.organisation.id, caller.actor, "vault_created", vault=made)
        return _told(context, connection, connection.execute(select(vaults).where(vaults.c.id == made)).one())


def listed(context: Context, connection: Connection, caller: Caller) -> VaultList:
    """The vaults of the caller's organisation, whether it may use them or not."""
    rows = connection.execute(
        select(vaults).where(vaults.c.organisation == caller.organisation.id).order_by(vaults.c.created)
    ).all()
    return VaultList([_told(context, connection, row) for row in rows])


def admit(context: Context, caller: Caller, vault: str, given: Membership) -> Vault:
    """Lets a device use a vault of its organisation, for whoever holds the contract key.

    Raises Problem("vault_unknown"), ("other_organisation") and what `organisation_of_key` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        if organisation_of_key(context, connection, given.contract_key) != caller.organisation.id:
            raise Problem("other_organisation")
        row = _own(connection, caller, vault)
        let_in(context, connection, caller, vault)
        return _told(context, connection, row)


def let_in(context: Context, connection: Connection, caller: Caller, vault: str) -> None:
    """The caller's device becomes one of those that use a vault of its organisation."""
    here = connection.execute(select(devices.c.vault).where(devices.c.id == caller.device.id)).scalar()
    known = select(members.c.since).where(members.c.vault == vault, members.c.device == caller.device.id)
    if here == vault and connection.execute(known).first() is not None:
        return
    join(context, connection, vault, caller.device.id)
    connection.execute(update(devices).where(devices.c.id == caller.device.id).values(vault=vault))
    audit.note(context, connection, caller.organisation.id, caller.actor, "vault_joined", vault=vault)


def for_reading(context: Context, connection: Connection, caller: Caller, vault: str) -> Row[tuple[Any, ...]]:
    """A vault that the caller may read. Raises Problem("vault_unknown"), ("not_a_member"), and what
    `require_reading` raises."""
    row = _own(connection, caller, vault)
    require_reading(context, caller)
    _require_member(connection, caller, vault)
    return row


def for_storing(
    context: Context, connection: Connection, caller: Caller, vault: str, *, lock: bool = True
) -> Row[tuple[Any, ...]]:
    """A vault that the caller may add to; with `lock`, whoever else adds to it waits.

    Raises Problem("vault_unknown"), ("not_a_member"), and what `require_storing` raises.
    """
    row = _own(connection, caller, vault, lock=lock)
    require_storing(context, connection, caller)
    _require_member(connection, caller, vault)
    return row


def of_organisation(
    context: Context, connection: Connection, caller: Caller, vault: str, *, lock: bool = False
) -> Row[tuple[Any, ...]]:
    """A vault of the caller's organisation, whether the caller is a member or not.

    Raises Problem("vault_unknown"), and what `require_reading` raises."""
    row = _own(connection, caller, vault, lock=lock)
    require_reading(context, caller)
    return row


def _own(connection: Connection, caller: Caller, vault: str, *, lock: bool = False) -> Row[tuple[Any, ...]]:
    wanted = select(vaults).where(vaults.c.id == vault)
    row = connection.execute(wanted.with_for_update() if lock else wanted).first()
    if row is None or row.organisation != caller.organisation.id:
        raise Problem("vault_unknown")  # of another organisation: not even that it exists is told
    return row


def _require_member(connection: Connection, caller: Caller, vault: str) -> None:
    known = select(members.c.since).where(members.c.vault == vault, members.c.device == caller.device.id)
    if connection.execute(known).first() is None:
        raise Problem("not_a_member")


def _told(context: Context, connection: Connection, row: Row[tuple[Any, ...]]) -> Vault:
    names = connection.execute(
        select(devices.c.name)
        .join(members, members.c.device == devices.c.id)
        .where(members.c.vault == row.id, devices.c.state != "revoked")
        .order_by(members.c.since)
    ).scalars()
    waiting = 0
    if len(context.zones) > 1:
        uncopied = select(func.count()).where(objects.c.vault == row.id, ~objects.c.copied)
        waiting = connection.execute(uncopied).scalar_one()
    return Vault(
        id=row.id,
        created=rfc3339(row.created),
        objects=row.objects,
        bytes=row.bytes,
        devices=list(names),
        zones=[zone.place.name for zone in context.zones],
        waiting=waiting,
    )
