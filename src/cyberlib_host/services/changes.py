"""What came to a vault since a client last asked, and many small objects at once: what spares round trips."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sqlalchemy import Connection, select

from ..core.ports import Content
from ..core.problems import Problem
from ..core.wire import Changes, Listed
from ..database.tables import objects, vaults
from . import audit
from .access import Caller, concerning
from .context import Context
from .objects import LARGEST_INLINE, LONGEST_PAGE
from .vaults import for_reading
from .zones import read_whole

MOST_TOGETHER: Final = 8 << 20
"""Bytes of the objects of one answer, but for one that is larger alone."""

ABSENT: Final = 0xFFFFFFFF
"""In the place of a length: the vault has no such object, or it is too large to come this way."""

_MARK_DIGITS: Final = 16
_READERS: Final = 8
_pool: Final = ThreadPoolExecutor(_READERS, "contents")


def changes(context: Context, caller: Caller, vault: str, mark: str, limit: int) -> Changes:
    """A page of the objects that came after `mark`, in the order in which they came.

    A mark that this vault never gave, or gave before its database was put back, counts as none: the answer
    then begins with the first object and says so. Raises what `for_reading` raises.
    """
    limit = max(1, min(limit, LONGEST_PAGE))
    with context.database.read() as connection, concerning(caller.organisation.id):
        for_reading(context, connection, caller, vault)
        purges = connection.execute(select(vaults.c.purges).where(vaults.c.id == vault)).scalar_one()
        after = _place(connection, vault, mark, purges)
        rows = connection.execute(
            select(objects.c.name, objects.c.size, objects.c.sequence)
            .where(objects.c.vault == vault, objects.c.sequence > (after or 0))
            .order_by(objects.c.sequence)
            .limit(limit + 1)
        ).all()
    more = len(rows) > limit
    found = [Listed(row.name, row.size) for row in rows[:limit]]
    if rows:
        last = rows[:limit][-1]
        mark = f"{last.sequence}-{last.name[-_MARK_DIGITS:]}"
        mark += f"-{purges}" if purges else ""
    return Changes(found, mark if rows or after else "", whole=after is None, more=more)


def _place(connection: Connection, vault: str, mark: str, purges: int) -> int | None:
    """The number of the object that a mark names; None when it is not that object's any more, or objects
    were deleted since."""
    number, _, rest = mark.partition("-")
    digits, _, count = rest.partition("-")
    if count != (str(purges) if purges else ""):
        return None
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        return None
    name = connection.execute(
        select(objects.c.name).where(objects.c.vault == vault, objects.c.sequence == int(number))
    ).scalar()
    return int(number) if name is not None and name[-_MARK_DIGITS:] == digits else None


def contents(context: Context, caller: Caller, vault: str, names: Sequence[str]) -> bytes:
    """Small objects in the order asked for, each after its length (4 bytes, big-endian), as many as fit.

    Raises what `for_reading` raises, and what the storage raises.
    """
    with context.database.write() as connection, concerning(caller.organisation.id):
        for_reading(context, connection, caller, vault)
        rows = connection.execute(
            select(objects.c.name, objects.c.size, objects.c.sha256, objects.c.copied).where(
                objects.c.vault == vault, objects.c.name.in_(names)
            )
        ).all()
        known = {row.name: Content(vault, row.sha256.hex(), row.size) for row in rows}
        copied = {known[row.name] for row in rows if row.copied}
        told = list(_fitting(names, known))
        count = sum(content is not None for content in told)
        audit.note(
            context, connection, caller.organisation.id, caller.actor, "read", vault=vault, objects=count
        )
    read = _pool.map(lambda content: _read(context, content, copied=content in copied), told)
    parts: list[bytes] = []
    for data in read:
        parts += (struct.pack(">I", ABSENT),) if data is None else (struct.pack(">I", len(data)), data)
    return b"".join(parts)


def _fitting(names: Sequence[str], known: dict[str, Content]) -> Iterator[Content | None]:
    """What goes into one answer; None for what does not come this way."""
    total = 0
    for name in names:
        content = known.get(name)
        if content is not None and content.size > LARGEST_INLINE:
            content = None
        total += content.size if content is not None else 0
        if total > MOST_TOGETHER:
            return
        yield content


def _read(context: Context, content: Content | None, *, copied: bool) -> bytes | None:
    """None too for one that the storage lost: the others come, and who asks for it alone is told."""
    try:
        return None if content is None else read_whole(context, content, copied=copied)
    except Problem as problem:
        if problem.code != "object_not_here":
            raise
        return None
