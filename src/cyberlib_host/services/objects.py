"""Objects of a vault: announced, put straight into the storage, counted once they were verified."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from ..core.ports import Content
from ..core.problems import Problem
from ..core.wire import (
    Declared,
    Download,
    DownloadList,
    Listed,
    Listing,
    Prepared,
    PreparedList,
    Stored,
    StoredList,
)
from ..database.tables import objects, organisations, uploads, vaults
from . import audit, receipts, zones
from .access import Caller, concerning
from .context import Context
from .vaults import for_reading, for_storing

LARGEST_INLINE = 1 << 20
"""Bytes of an object that may come and go through the host itself, to spare a round trip."""

LONGEST_PAGE = 1000


def prepare(context: Context, caller: Caller, vault: str, wanted: Sequence[Declared]) -> PreparedList:
    """Where to put each object that the vault has not yet.

    Raises Problem("body_too_large"), ("quota_reached"), and what `for_storing` raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_storing(context, connection, caller, vault)
        known = _known(connection, vault, [each.name for each in wanted])
        new = [each for each in wanted if each.name not in known]
        _check_sizes(context, new)
        announced = {each.sha256: each for each in new}
        waiting = _waiting(connection, caller, vault, announced)
        _check_quota(connection, caller, sum(each.size for each in new), waiting)
        for each in announced.values():
            _announce(context, connection, vault, each)
    seconds = context.link_seconds
    links = {each.name: context.storage.upload_link(_content(vault, each), seconds) for each in new}
    return PreparedList([Prepared(each.name, links.get(each.name)) for each in wanted])


def commit(context: Context, caller: Caller, vault: str, put: Sequence[Declared]) -> StoredList:
    """Counts objects that were put, once the storage has them whole; those known already stay as they are.

    Raises Problem("object_not_here"), ("size_mismatch"), ("hash_mismatch"), ("quota_reached"), and what
    `for_storing` raises; then none of them counts.
    """
    with context.database.read() as connection, concerning(caller.organisation.id):
        # First: the storage would tell anybody what others' vaults have, and work for them.
        for_storing(context, connection, caller, vault, lock=False)
    for each in put:
        context.storage.check(_content(vault, each))
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_storing(context, connection, caller, vault)
        return StoredList(_count(context, connection, caller, vault, put))


def store(context: Context, caller: Caller, vault: str, name: str, data: bytes) -> Stored:
    """A small object in one go. Raises as `commit`, and ("body_too_large")."""
    each = Declared(name, len(data), hashlib.sha256(data).hexdigest())
    if len(data) > LARGEST_INLINE:
        raise Problem("body_too_large", most=LARGEST_INLINE)
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_storing(context, connection, caller, vault)
        if not _known(connection, vault, [name]):
            _check_quota(connection, caller, each.size)
            _announce(context, connection, vault, each)
    content = _content(vault, each)
    context.storage.write(content, data)
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_storing(context, connection, caller, vault)
        return _count(context, connection, caller, vault, [each])[0]


def fetch(context: Context, caller: Caller, vault: str, name: str) -> bytes:
    """A small object's bytes. Raises Problem("object_unknown"), ("body_too_large"), ("object_not_here"), and
    what `for_reading` raises."""
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_reading(context, connection, caller, vault)
        row = _known(connection, vault, [name]).get(name)
        if row is None:
            raise Problem("object_unknown")
        if row.size > LARGEST_INLINE:
            raise Problem("body_too_large", most=LARGEST_INLINE)
        audit.note(context, connection, caller.organisation.id, caller.actor, "read", vault=vault, objects=1)
    return zones.read_whole(context, Content(vault, row.sha256.hex(), row.size), copied=row.copied)


def links(
    context: Context, caller: Caller, vault: str, names: Sequence[str], *, elsewhere: bool = False
) -> DownloadList:
    """Where to read each object; `elsewhere`: the first zone did not give it. Raises what `for_reading`
    raises."""
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_reading(context, connection, caller, vault)
        known = _known(connection, vault, names)
        audit.note(
            context,
            connection,
            caller.organisation.id,
            caller.actor,
            "read",
            vault=vault,
            objects=len(known),
        )
    found = []
    for name in names:
        row = known.get(name)
        if row is None:
            found.append(Download(name, 0, None))
            continue
        content = Content(vault, row.sha256.hex(), row.size)
        zone = zones.for_link(context, copied=row.copied, elsewhere=elsewhere)
        link = zone.storage.download_link(content, context.link_seconds)
        stands_in = zone.place.name if zone is not context.zones[0] else None
        found.append(Download(name, row.size, link, stands_in))
    return DownloadList(found)


def listing(
    context: Context, caller: Caller, vault: str, kind: str, after: str | None, limit: int
) -> Listing:
    """A page of the objects of a kind, by name. Raises what `for_reading` raises."""
    limit = max(1, min(limit, LONGEST_PAGE))
    with context.database.read() as connection, concerning(caller.organisation.id):
        for_reading(context, connection, caller, vault)
        first, end = ("vaul", "vault0") if kind == "vault" else (f"{kind}/", f"{kind}0")
        rows = connection.execute(
            select(objects.c.name, objects.c.size)
            .where(
                objects.c.vault == vault,
                # One lower bound: of two, a database may seek to the lesser and pass over all in between.
                objects.c.name > max(first, after or ""),
                objects.c.name < end,
            )
            .order_by(objects.c.name)
            .limit(limit + 1)
        ).all()
    found = [Listed(row.name, row.size) for row in rows[:limit]]
    return Listing(found, found[-1].name if len(rows) > limit else None)


def _count(
    context: Context, connection: Connection, caller: Caller, vault: str, put: Sequence[Declared]
) -> list[Stored]:
    """Within the transaction that says they count. Snapshots also enter the vault's log."""
    row = connection.execute(select(vaults).where(vaults.c.id == vault)).one()
    known = _known(connection, vault, [each.name for each in put])
    fresh = {each.name: each for each in put if each.name not in known}
    size = sum(each.size for each in fresh.values())
    _check_quota(connection, caller, size, lock=True)
    _take_announced(connection, vault, {bytes.fromhex(each.sha256) for each in fresh.values()})
    now = context.clock()
    found: dict[str, Stored] = {}
    for sequence, each in enumerate(fresh.values(), row.sequence + 1):
        connection.execute(
            insert(objects).values(
                vault=vault,
                name=each.name,
                size=each.size,
                sha256=bytes.fromhex(each.sha256),
                device=caller.device.id,
                stored=now,
                copied=len(context.zones) == 1,
                sequence=sequence,
            )
        )
        receipt = None
        if each.name.startswith("snapshots/"):
            receipt = receipts.append(context, connection, vault, each, caller.device.id)
        found[each.name] = Stored(each.name, each.size, receipt)
    if fresh:
        connection.execute(
            update(vaults)
            .where(vaults.c.id == vault)
            .values(
                objects=row.objects + len(fresh),
                bytes=row.bytes + size,
                sequence=row.sequence + len(fresh),
            )
        )
        connection.execute(
            update(organisations)
            .where(organisations.c.id == caller.organisation.id)
            .values(bytes=organisations.c.bytes + size)
        )
        audit.note(
            context,
            connection,
            caller.organisation.id,
            caller.actor,
            "stored",
            vault=vault,
            objects=len(fresh),
            bytes=size,
            snapshots=sum(each.name.startswith("snapshots/") for each in fresh.values()),
        )
    for name, old in known.items():
        found[name] = Stored(name, old.size, receipts.of(connection, vault, name))
    return [found[each.name] for each in put]


def _take_announced(connection: Connection, vault: str, digests: set[bytes]) -> None:
    """Raises Problem("object_not_here") for content that is announced no longer: it may just be removed."""
    if not digests:
        return
    taken = connection.execute(
        delete(uploads).where(uploads.c.vault == vault, uploads.c.sha256.in_(digests))
    ).rowcount
    if taken != len(digests):
        raise Problem("object_not_here")


def _known(connection: Connection, vault: str, names: Iterable[str]) -> dict[str, Row[tuple[Any, ...]]]:
    rows = connection.execute(
        select(objects).where(objects.c.vault == vault, objects.c.name.in_(list(names)))
    ).all()
    return {row.name: row for row in rows}


def _announce(context: Context, connection: Connection, vault: str, each: Declared) -> None:
    """Remembers what may arrive, so that what is never committed can be removed."""
    digest = bytes.fromhex(each.sha256)
    of_it = (uploads.c.vault == vault) & (uploads.c.sha256 == digest)
    again = connection.execute(update(uploads).where(of_it).values(prepared=context.clock())).rowcount
    if not again:
        connection.execute(
            insert(uploads).values(vault=vault, sha256=digest, size=each.size, prepared=context.clock())
        )


def _check_sizes(context: Context, wanted: Iterable[Declared]) -> None:
    if any(each.size > context.largest_object for each in wanted):
        raise Problem("body_too_large", most=context.largest_object)


def _waiting(connection: Connection, caller: Caller, vault: str, besides: Collection[str]) -> int:
    """Bytes that the organisation announced and that do not count yet: they may fill the storage as well."""
    if caller.organisation.quota is None:
        return 0
    own = select(vaults.c.id).where(vaults.c.organisation == caller.organisation.id)
    again = (uploads.c.vault == vault) & uploads.c.sha256.in_([bytes.fromhex(each) for each in besides])
    total = select(func.sum(uploads.c.size)).where(uploads.c.vault.in_(own), ~again)
    return int(connection.execute(total).scalar() or 0)


def _check_quota(
    connection: Connection, caller: Caller, more: int, waiting: int = 0, *, lock: bool = False
) -> None:
    """`lock`: who stores into other vaults of the organisation waits for the end of the transaction."""
    wanted = select(organisations.c.bytes, organisations.c.quota).where(
        organisations.c.id == caller.organisation.id
    )
    row = connection.execute(wanted.with_for_update() if lock and more else wanted).one()
    if row.quota is not None and more and row.bytes + waiting + more > row.quota:
        raise Problem("quota_reached", quota=row.quota)


def _content(vault: str, each: Declared) -> Content:
    return Content(vault, each.sha256, each.size)
