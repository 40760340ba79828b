"""Whether a customer's leave for a covered restoration stands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from ..core import escrow as core
from ..core.problems import Problem
from ..core.times import rfc3339
from ..database.covered import grants
from .context import Context


def of_release(connection: Connection, release: str) -> Row[Any] | None:
    """The one for a request, whatever became of it."""
    return connection.execute(select(grants).where(grants.c.release == release)).first()


def state_of(context: Context, row: Row[Any]) -> str:
    """See `core.escrow.GrantTold`."""
    if row.ended is not None:
        return "ended"
    return "over" if context.clock() >= row.until else "given"


def require(context: Context, connection: Connection, release: Row[Any]) -> str:
    """The grant of a covered request, which stands now; "" for a request of the holder's own.

    Raises Problem("grant_missing"), ("grant_early", since=…), ("grant_over", until=…).
    """
    if core.read_request(release.request).scope == "holder":
        return ""
    row = of_release(connection, release.id)
    if row is None:
        raise Problem("grant_missing")
    if state_of(context, row) != "given":
        raise Problem("grant_over", until=rfc3339(row.ended or row.until))
    since = core.since_of(row.grant)
    if context.clock() < since:
        raise Problem("grant_early", since=rfc3339(since))
    return str(row.grant)


def stands(context: Context, connection: Connection, release: Row[Any]) -> bool:
    """The same, without why."""
    try:
        require(context, connection, release)
    except Problem:
        return False
    return True
