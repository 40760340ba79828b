"""Objects that devices let go: marked, kept for a quarantine by the host's own clock, deleted when asked.

A device's credential alone destroys nothing: what it marks stays for weeks, readable, and any member of the
vault takes the mark back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, case, delete, exists, func, insert, select, update

from ..core.marks import Names
from ..core.problems import Problem
from ..core.times import SECOND
from ..database.tables import condemned, objects, organisations, retired, uploads, vaults
from . import audit, maintenance
from .access import Caller, concerning
from .context import Context
from .vaults import for_storing

_BATCH = 500
_KINDS = ("packs/", "index/", "lookups/", "snapshots/", "retired/")


def retire(context: Context, caller: Caller, vault: str, names: Sequence[str]) -> Names:
    """Marks objects; those that the vault has not are passed over. The names of those that are marked now.

    Raises Problem("bad_request", where=…) for what cannot be let go, and what `for_storing` raises.
    """
    _check(names)
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_storing(context, connection, caller, vault)
        there = _there(connection, vault, names)
        known = set(_marked(connection, vault, names))
        fresh = sorted(there - known)
        now = context.clock()
        if fresh:
            rows = [{"vault": vault, "name": n, "since": now, "device": caller.device.id} for n in fresh]
            connection.execute(insert(retired), rows)
            _note(context, connection, caller, "objects_retired", vault, fresh)
    return Names(sorted(there))


def revive(context: Context, caller: Caller, vault: str, names: Sequence[str]) -> Names:
    """Takes marks back. The names of those that are there: others were deleted. Raises as `retire`."""
    _check(names)
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_storing(context, connection, caller, vault)
        marked = sorted(_marked(connection, vault, names))
        if marked:
            connection.execute(delete(retired).where(retired.c.vault == vault, retired.c.name.in_(marked)))
            _note(context, connection, caller, "objects_revived", vault, marked)
        return Names(sorted(_there(connection, vault, names)))


def purge(context: Context, caller: Caller, vault: str, names: Sequence[str]) -> Names:
    """Deletes those whose quarantine is over. The names of all that are gone now. Raises as `retire`.

    None is deleted while the clock may have jumped: by one that is months ahead, all quarantines are over.
    """
    _check(names)
    steady = maintenance.is_steady(context)
    with context.database.write() as connection, concerning(caller.organisation.id):
        row = for_storing(context, connection, caller, vault)
        over = context.clock() - context.quarantine_days * 86_400 * SECOND
        marked = _marked(connection, vault, names)
        due = sorted(name for name, since in marked.items() if steady and since <= over)
        if due:
            _delete(connection, caller, vault, due)
            connection.execute(update(vaults).where(vaults.c.id == vault).values(purges=row.purges + 1))
            _note(context, connection, caller, "objects_purged", vault, due)
        there = _there(connection, vault, names)
    remove_condemned(context, vault)
    return Names(sorted(set(names) - there))


class Waiting(NamedTuple):
    """What waits of a vault, bytes as they are stored. `since`, `until`: when the first of it was let go, and
    may be deleted, in µs; `due`: objects that may be, when a device asks. `condemned`: objects that are
    deleted, and whose content some zone that is away may have."""

    organisation: str
    vault: str
    objects: int
    snapshots: int
    bytes: int
    due: int
    since: int | None
    until: int | None
    condemned: int


def waiting(context: Context, connection: Connection) -> list[Waiting]:
    """The quarantine of all vaults in which something waits, in the order of their organisations."""
    lasts = context.quarantine_days * 86_400 * SECOND
    over = context.clock() - lasts
    let_go = {
        row.vault: row
        for row in connection.execute(
            select(
                retired.c.vault,
                func.count().label("number"),
                func.sum(case((retired.c.name.like("snapshots/%"), 1), else_=0)).label("snapshots"),
                func.sum(case((retired.c.since <= over, 1), else_=0)).label("due"),
                func.sum(objects.c.size).label("bytes"),
                func.min(retired.c.since).label("since"),
            )
            .join(objects, (objects.c.vault == retired.c.vault) & (objects.c.name == retired.c.name))
            .group_by(retired.c.vault)
        )
    }
    counted = select(condemned.c.vault, func.count().label("number")).group_by(condemned.c.vault)
    left = {row.vault: row.number for row in connection.execute(counted)}
    owners = select(vaults.c.id, vaults.c.organisation).order_by(vaults.c.organisation, vaults.c.created)
    found = []
    for vault in connection.execute(owners):
        row = let_go.get(vault.id)
        if row is None and vault.id not in left:
            continue
        found.append(
            Waiting(
                organisation=vault.organisation,
                vault=vault.id,
                objects=row.number if row else 0,
                snapshots=int(row.snapshots) if row else 0,
                bytes=int(row.bytes) if row else 0,
                due=int(row.due) if row else 0,
                since=row.since if row else None,
                until=row.since + lasts if row else None,
                condemned=left.get(vault.id, 0),
            )
        )
    return found


def _delete(connection: Connection, caller: Caller, vault: str, names: Sequence[str]) -> None:
    """Within the transaction that says they are gone; their content follows."""
    of_it = (objects.c.vault == vault) & objects.c.name.in_(names)
    rows = connection.execute(select(objects.c.size, objects.c.sha256).where(of_it)).all()
    connection.execute(delete(retired).where(retired.c.vault == vault, retired.c.name.in_(names)))
    connection.execute(delete(objects).where(of_it))
    size = sum(row.size for row in rows)
    digests = {row.sha256 for row in rows}
    held = select(condemned.c.sha256).where(condemned.c.vault == vault, condemned.c.sha256.in_(digests))
    digests -= set(connection.execute(held).scalars())
    if digests:
        values = [{"vault": vault, "sha256": digest} for digest in sorted(digests)]
        connection.execute(insert(condemned), values)
    connection.execute(
        update(vaults)
        .where(vaults.c.id == vault)
        .values(objects=vaults.c.objects - len(rows), bytes=vaults.c.bytes - size)
    )
    connection.execute(
        update(organisations)
        .where(organisations.c.id == caller.organisation.id)
        .values(bytes=organisations.c.bytes - size)
    )


def remove_condemned(context: Context, vault: str | None = None) -> int:
    """Deletes content that no object is made of any more, in every zone; how much. What a zone that is away
    keeps is tried again."""
    wanted = select(condemned).limit(_BATCH)
    if vault is not None:
        wanted = wanted.where(condemned.c.vault == vault)
    with context.database.read() as connection:
        rows = connection.execute(wanted).all()
    removed = 0
    for row in rows:
        of_it = (condemned.c.vault == row.vault) & (condemned.c.sha256 == row.sha256)
        with context.database.write() as connection:
            # While this goes on nobody announces it anew.
            connection.execute(select(vaults.c.id).where(vaults.c.id == row.vault).with_for_update())
            if not connection.execute(delete(condemned).where(of_it)).rowcount:
                continue
            if _is_used(connection, row.vault, row.sha256):
                continue  # it was put again: of the same bytes
            try:
                for zone in context.zones:
                    zone.storage.delete(row.vault, row.sha256.hex())
            except Problem:
                connection.rollback()
                continue
        removed += 1
    return removed


def condemn(connection: Connection, vault: str, sha256: bytes) -> None:
    """Content that arrived in a zone when its object was deleted already."""
    known = select(condemned.c.vault).where(condemned.c.vault == vault, condemned.c.sha256 == sha256)
    if connection.execute(known).first() is None:
        connection.execute(insert(condemned).values(vault=vault, sha256=sha256))


def _is_used(connection: Connection, vault: str, sha256: bytes) -> bool:
    return any(
        connection.execute(
            select(exists().where(table.c.vault == vault, table.c.sha256 == sha256))
        ).scalar_one()
        for table in (objects, uploads)
    )


def _check(names: Sequence[str]) -> None:
    for name in names:
        if not name.startswith(_KINDS):
            raise Problem("bad_request", where="names")


def _there(connection: Connection, vault: str, names: Sequence[str]) -> set[str]:
    found = select(objects.c.name).where(objects.c.vault == vault, objects.c.name.in_(names))
    return set(connection.execute(found).scalars())


def _marked(connection: Connection, vault: str, names: Sequence[str]) -> dict[str, int]:
    found = select(retired.c.name, retired.c.since).where(retired.c.vault == vault, retired.c.name.in_(names))
    return {row.name: row.since for row in connection.execute(found)}


def _note(
    context: Context, connection: Connection, caller: Caller, what: str, vault: str, names: Sequence[str]
) -> None:
    audit.note(
        context,
        connection,
        caller.organisation.id,
        caller.actor,
        what,
        vault=vault,
        objects=len(names),
        snapshots=sum(name.startswith("snapshots/") for name in names),
    )
