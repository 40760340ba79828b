"""The log of a vault's snapshots: a chain of receipts, each signed by the host."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select, update

from ..core import chain
from ..core.signatures import receipt_message
from ..core.times import rfc3339
from ..core.wire import Declared, Log, Receipt
from ..database.observed import watches
from ..database.tables import log, vaults
from .access import Caller, concerning
from .context import Context
from .vaults import for_reading

_PAGE = 500


class Committed(msgspec.Struct, frozen=True):
    """What a receipt's hash covers, after the hash before it; in this order."""

    vault: str
    sequence: int
    name: str
    size: int
    sha256: str
    device: str
    time: str


def append(context: Context, connection: Connection, vault: str, each: Declared, device: str) -> Receipt:
    """Within the transaction that counts the snapshot, which holds the vault's row."""
    end = connection.execute(
        select(vaults.c.log_sequence, vaults.c.log_hash).where(vaults.c.id == vault)
    ).one()
    sequence = end.log_sequence + 1
    record = Committed(vault, sequence, each.name, each.size, each.sha256, device, rfc3339(context.clock()))
    digest = chain.link(end.log_hash, record)
    receipt = Receipt(
        sequence=sequence,
        vault=vault,
        name=each.name,
        size=each.size,
        sha256=each.sha256,
        device=device,
        time=record.time,
        previous=end.log_hash.hex(),
        hash=digest.hex(),
        signature=context.key.sign(receipt_message(digest)).hex(),
    )
    connection.execute(
        insert(log).values(
            vault=vault, sequence=sequence, name=each.name, record=msgspec.json.encode(receipt)
        )
    )
    connection.execute(
        update(vaults).where(vaults.c.id == vault).values(log_sequence=sequence, log_hash=digest)
    )
    _note_backup(connection, device, context.clock())
    return receipt


def _note_backup(connection: Connection, device: str, now: int) -> None:
    """Whatever the device tells or does not tell: this is proof that it is backed up."""
    of_it = watches.c.device == device
    if not connection.execute(update(watches).where(of_it).values(last_backup=now)).rowcount:
        connection.execute(insert(watches).values(device=device, since=now, last_backup=now))


def of(connection: Connection, vault: str, name: str) -> Receipt | None:
    """The receipt of a snapshot; None for what is none."""
    if not name.startswith("snapshots/"):
        return None
    row = connection.execute(select(log.c.record).where(log.c.vault == vault, log.c.name == name)).first()
    return None if row is None else msgspec.json.decode(row.record, type=Receipt)


def page(context: Context, caller: Caller, vault: str, after: int) -> Log:
    """Receipts after a number, oldest first. Raises what `for_reading` raises."""
    with context.database.read() as connection, concerning(caller.organisation.id):
        for_reading(context, connection, caller, vault)
        rows = connection.execute(
            select(log.c.record)
            .where(log.c.vault == vault, log.c.sequence > after)
            .order_by(log.c.sequence)
            .limit(_PAGE + 1)
        ).all()
    found = [msgspec.json.decode(row.record, type=Receipt) for row in rows[:_PAGE]]
    return Log(found, found[-1].sequence if len(rows) > _PAGE else None)
