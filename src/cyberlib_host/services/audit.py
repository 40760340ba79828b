"""The audit log: every access by anyone, one chain for each organisation, kept six calendar months."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from ..core import chain
from ..core.problems import Fact, Problem
from ..core.records import AuditLine, AuditLog, AuditRecord
from ..core.times import months_before, rfc3339
from ..database.tables import audit, chains
from .context import Context

HOST: Final = ""
"""The chain of what concerns no organisation."""

_PAGE: Final = 1000


class Actor(msgspec.Struct, frozen=True):
    """Who asks, in which request."""

    name: str
    request: str


def note(
    context: Context,
    connection: Connection,
    organisation: str,
    actor: Actor,
    action: str,
    outcome: str = "done",
    **facts: Fact,
) -> None:
    """Adds a line within the caller's transaction: what it tells of happened if and only if it is there.

    `facts` hold numbers, ids and states; never a path, nor anything a person typed freely.
    """
    now = context.clock()
    record = AuditRecord(rfc3339(now), actor.name, action, outcome, actor.request, facts)
    of_it = chains.c.organisation == organisation
    head = connection.execute(select(chains.c.sequence, chains.c.hash).where(of_it).with_for_update()).one()
    digest = chain.link(head.hash, record)
    sequence = head.sequence + 1
    connection.execute(update(chains).where(of_it).values(sequence=sequence, hash=digest))
    connection.execute(
        insert(audit).values(
            organisation=organisation,
            sequence=sequence,
            time=now,
            record=msgspec.json.encode(record),
            hash=digest,
        )
    )


def begin(connection: Connection, organisation: str) -> None:
    """A new chain, before its first line."""
    connection.execute(
        insert(chains).values(
            organisation=organisation, sequence=0, hash=chain.BEGINNING, first=1, anchor=chain.BEGINNING
        )
    )


def begin_if_absent(connection: Connection, organisation: str) -> None:
    """The same, where it may have begun."""
    if (
        connection.execute(select(chains.c.first).where(chains.c.organisation == organisation)).first()
        is None
    ):
        begin(connection, organisation)


def page(connection: Connection, organisation: str, *, after: int = 0, limit: int = _PAGE) -> AuditLog:
    """Lines after a number, oldest first, with what anchors the first one there is."""
    head = connection.execute(select(chains).where(chains.c.organisation == organisation)).first()
    first, anchor = (head.first, head.anchor) if head else (1, chain.BEGINNING)
    rows = connection.execute(
        select(audit)
        .where(audit.c.organisation == organisation, audit.c.sequence > after)
        .order_by(audit.c.sequence)
        .limit(limit + 1)
    ).all()
    lines = [
        AuditLine(row.sequence, msgspec.json.decode(row.record, type=AuditRecord), row.hash.hex())
        for row in rows[:limit]
    ]
    return AuditLog(first, anchor.hex(), lines, lines[-1].sequence if len(rows) > limit else None)


def lines(connection: Connection, organisation: str) -> Iterator[AuditLine]:
    """All lines there are, oldest first, a page in memory at a time."""
    after: int | None = 0
    while after is not None:
        found = page(connection, organisation, after=after)
        yield from found.lines
        after = found.next


def check(connection: Connection, organisation: str) -> int:
    """How many lines there are, all chained up to the head, in a transaction that sees one moment.

    Raises Problem("chain_broken", sequence=…).
    """
    head = connection.execute(select(chains).where(chains.c.organisation == organisation)).first()
    if head is None:
        raise Problem("organisation_unknown")
    linked = (chain.Linked(line.sequence, line.record, line.hash) for line in lines(connection, organisation))
    last, digest = chain.check(linked, after=head.first - 1, previous=head.anchor)
    if (last, digest) != (head.sequence, head.hash):
        raise Problem("chain_broken", sequence=last + 1)
    return last - int(head.first) + 1


def purge(context: Context) -> int:
    """Removes lines older than the calendar months they are kept; how many. One chain at a time: who writes
    to another does not wait.

    The last line of a chain stays: its hash is what the next one hangs on. So does every line after the first
    one to keep, whatever its time: a clock that was wrong for a while costs no line that is young.
    """
    limit = months_before(context.clock(), context.audit_months)
    with context.database.read() as connection:
        names = connection.execute(select(chains.c.organisation)).scalars().all()
    removed = 0
    for name in names:
        with context.database.write() as connection:
            removed += _purge(connection, name, limit)
    return removed


def _purge(connection: Connection, organisation: str, limit: int) -> int:
    of_it = audit.c.organisation == organisation
    # Locked: of two processes that purge, the slower one must not put the anchor back.
    head = connection.execute(
        select(chains).where(chains.c.organisation == organisation).with_for_update()
    ).one()
    kept = connection.execute(
        select(audit.c.sequence)
        .where(of_it, (audit.c.time >= limit) | (audit.c.sequence == head.sequence))
        .order_by(audit.c.sequence)
        .limit(1)
    ).scalar()
    if kept is None or kept <= head.first:
        return 0
    last = connection.execute(
        select(audit.c.sequence, audit.c.hash).where(of_it, audit.c.sequence == kept - 1)
    ).one()
    removed: int = connection.execute(delete(audit).where(of_it, audit.c.sequence <= last.sequence)).rowcount
    connection.execute(
        update(chains)
        .where(chains.c.organisation == organisation)
        .values(first=last.sequence + 1, anchor=last.hash)
    )
    return removed
