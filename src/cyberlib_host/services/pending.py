"""Requests for what was entrusted that are not over: how many, as every device of a practice is told."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from ..core.times import SECOND
from ..database.entrusted import releases
from ..database.tables import vaults
from .context import Context

LIFE: Final = 14 * 86_400 * SECOND
"""As long as an officer's tool answers a request at all."""


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
