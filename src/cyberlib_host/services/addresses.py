"""Whom an organisation's mail goes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from sqlalchemy import Connection, delete, insert, select, update

from ..core.addresses import checked_address
from ..core.problems import Problem
from ..database.observed import addresses
from . import audit
from .audit import Actor
from .context import Context

Purpose = Literal["incident", "report"]
PURPOSES: Final[tuple[Purpose, ...]] = ("incident", "report")
_MOST: Final = 10


def set_addresses(
    context: Context,
    connection: Connection,
    organisation: str,
    purpose: Purpose,
    wanted: Sequence[str],
    actor: Actor,
) -> None:
    """Replaces the addresses for a purpose; one that was refused and is given again is tried again.

    Raises Problem("bad_address", where=…).
    """
    found = list(dict.fromkeys(checked_address(each) for each in wanted))
    if len(found) > _MOST:
        raise Problem("bad_address", where=f"{len(found)}")
    of_it = (addresses.c.organisation == organisation) & (addresses.c.purpose == purpose)
    connection.execute(delete(addresses).where(of_it))
    for address in found:
        connection.execute(
            insert(addresses).values(organisation=organisation, purpose=purpose, address=address)
        )
    audit.note(context, connection, organisation, actor, "addresses_set", purpose=purpose, count=len(found))


def of(connection: Connection, organisation: str, purpose: Purpose) -> list[str]:
    """Those that work: for the purpose, or the other one's where it has none."""
    for each in (purpose, *(other for other in PURPOSES if other != purpose)):
        rows = connection.execute(
            select(addresses.c.address)
            .where(addresses.c.organisation == organisation, addresses.c.purpose == each)
            .where(addresses.c.refused.is_(None))
            .order_by(addresses.c.address)
        ).scalars()
        if found := list(rows):
            return found
    return []


def all_of(connection: Connection, organisation: str) -> dict[str, list[str]]:
    """By purpose, refused ones among them."""
    found: dict[str, list[str]] = {purpose: [] for purpose in PURPOSES}
    rows = connection.execute(
        select(addresses).where(addresses.c.organisation == organisation).order_by(addresses.c.address)
    )
    for row in rows:
        found[row.purpose].append(row.address)
    return found


def refused(connection: Connection, organisation: str) -> list[str]:
    """Those that do not work."""
    rows = connection.execute(
        select(addresses.c.address)
        .where(addresses.c.organisation == organisation, addresses.c.refused.is_not(None))
        .order_by(addresses.c.address)
    ).scalars()
    return list(dict.fromkeys(rows))


def mark_refused(
    context: Context, connection: Connection, organisation: str, address: str, reason: str, actor: Actor
) -> bool:
    """That mail to it comes back; whether it is one of the organisation's."""
    marked: int = connection.execute(
        update(addresses)
        .where(addresses.c.organisation == organisation, addresses.c.address == address)
        .values(refused=context.clock(), reason=reason[:200])
    ).rowcount
    if marked:
        audit.note(context, connection, organisation, actor, "address_refused")
    return marked > 0
