"""Requests for what was entrusted, and of new machines, that are not over: how many, as every device of a
practice is told."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from ..core.times import SECOND
from ..database.approved import approvals
from ..database.entrusted import releases
from ..database.tables import vaults
from .context import Context

LIFE: Final = 14 * 86_400 * SECOND
"""As long as an officer's tool answers a request at all."""

APPROVAL_LIFE: Final = 3 * 86_400 * SECOND
"""For so long a new machine's request can be answered, and its answer be taken."""


def alive(context: Context) -> ColumnElement[bool]:
    """Of a request that waits or is open."""
    found: ColumnElement[Any] = releases.c.ended.is_(None) & (releases.c.asked > context.clock() - LIFE)
    return found


def of_others(context: Context, connection: Connection, organisation: str, device: str) -> int:
    """Those of an organisation that other devices than this one made."""
    wanted = (
        select(func.count())
        .select_from(releases)
        .join(vaults, vaults.c.id == releases.c.vault)
        .where(vaults.c.organisation == organisation, releases.c.device != device, alive(context))
    )
    return connection.execute(wanted).scalar_one()


def awaited(context: Context) -> ColumnElement[bool]:
    """Of a new machine's request that nobody has answered yet, or whose answer was not taken."""
    young = approvals.c.asked > context.clock() - APPROVAL_LIFE
    found: ColumnElement[Any] = approvals.c.cancelled.is_(None) & approvals.c.taken.is_(None) & young
    return found


def to_answer(context: Context, connection: Connection, organisation: str, device: str) -> int:
    """New machines of an organisation, other than this one, that wait for somebody to let them in, or that
    somebody let in a while ago and that may still be told no."""
    wanted = (
        select(func.count())
        .select_from(approvals)
        .join(vaults, vaults.c.id == approvals.c.vault)
        .where(vaults.c.organisation == organisation, approvals.c.device != device, awaited(context))
    )
    return connection.execute(wanted).scalar_one()
