"""Organisations and their contracts: for operators."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from ..core import licences
from ..core.licences import Licence
from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.siren import checked_siren
from ..core.times import SECOND, at_zone
from ..database.tables import contract_keys, devices, organisations
from . import audit
from .audit import Actor
from .context import Context

_LONGEST_NAME = 200
_KEY_BYTES = 20
MOST_SEATS = 100_000


class Made(NamedTuple):
    """A new organisation and its contract key, which nobody can show again."""

    id: str
    contract_key: str


def create(
    context: Context,
    connection: Connection,
    actor: Actor,
    *,
    name: str,
    siren: str,
    seats: int,
    contact: str | None = None,
    quota: int | None = None,
) -> Made:
    """A new organisation with its first contract key.

    Raises Problem("bad_siren"), ("siren_taken"), ("bad_name"), ("bad_seats").
    """
    name, siren = name.strip(), checked_siren(siren)
    if not name or len(name) > _LONGEST_NAME:
        raise Problem("bad_name", most=_LONGEST_NAME)
    _check_seats(seats)
    if connection.execute(select(organisations.c.id).where(organisations.c.siren == siren)).first():
        raise Problem("siren_taken", siren=siren)
    made, now = context.random(16).hex(), context.clock()
    connection.execute(
        insert(organisations).values(
            id=made,
            name=name,
            siren=siren,
            contact=contact,
            seats=seats,
            decided="active",
            decided_at=now,
            quota=quota,
            bytes=0,
            created=now,
        )
    )
    audit.begin(connection, made)
    audit.note(context, connection, made, actor, "organisation_created", seats=seats)
    return Made(made, new_key(context, connection, made, actor))


def change(
    context: Context, connection: Connection, organisation: str, actor: Actor, wanted: Mapping[str, Any]
) -> None:
    """Changes `name`, `contact`, `quota` (None: no limit), `language`, `zone`, `holidays`, `report_each`.

    Raises Problem("bad_name"), ("bad_plan", where="zone").
    """
    changed = dict(wanted)
    if "name" in changed:
        changed["name"] = changed["name"].strip()
        if not changed["name"] or len(changed["name"]) > _LONGEST_NAME:
            raise Problem("bad_name", most=_LONGEST_NAME)
    if "contact" in changed:
        changed["contact"] = changed["contact"].strip()[:_LONGEST_NAME] or None
    if "zone" in changed:
        at_zone(changed["zone"])
    connection.execute(update(organisations).where(organisations.c.id == organisation).values(changed))
    audit.note(
        context, connection, organisation, actor, "organisation_changed", fields=",".join(sorted(changed))
    )


def new_key(
    context: Context, connection: Connection, organisation: str, actor: Actor, *, days: int | None = None
) -> str:
    """Another contract key, valid for so many days or until revoked; earlier ones stay valid."""
    raw = base64.b32encode(context.random(_KEY_BYTES)).decode().lower()
    key = "-".join(raw[at : at + 4] for at in range(0, len(raw), 4))
    now = context.clock()
    connection.execute(
        insert(contract_keys).values(
            hash=hashed(key),
            organisation=organisation,
            created=now,
            expires=None if days is None else now + days * 86_400 * SECOND,
        )
    )
    audit.note(context, connection, organisation, actor, "contract_key_made", days=days)
    return key


def revoke_keys(context: Context, connection: Connection, organisation: str, actor: Actor) -> int:
    """Revokes all contract keys; how many. Devices that enrolled with them stay."""
    revoked = connection.execute(
        update(contract_keys)
        .where(contract_keys.c.organisation == organisation, contract_keys.c.revoked.is_(None))
        .values(revoked=context.clock())
    ).rowcount
    audit.note(context, connection, organisation, actor, "contract_keys_revoked", count=revoked)
    return revoked


def rotate_key(
    context: Context, connection: Connection, organisation: str, actor: Actor, *, days: int | None = None
) -> str:
    """Revokes all contract keys and makes one, valid for so many days or until revoked."""
    revoke_keys(context, connection, organisation, actor)
    return new_key(context, connection, organisation, actor, days=days)


def decide(context: Context, connection: Connection, organisation: str, wanted: str, actor: Actor) -> None:
    """Suspends ("suspended"), resumes ("active") or terminates ("terminated") a subscription.

    Raises Problem("state_not_allowed").
    """
    row = found(connection, organisation)
    licence = licences.decide(Licence(row.decided, row.decided_at), wanted, context.clock())
    connection.execute(
        update(organisations)
        .where(organisations.c.id == organisation)
        .values(decided=licence.decided, decided_at=licence.decided_at)
    )
    audit.note(context, connection, organisation, actor, "subscription", state=wanted)


def set_seats(context: Context, connection: Connection, organisation: str, seats: int, actor: Actor) -> None:
    """How many devices may be active. Those enrolled first are: others become surplus, or active again.

    Raises Problem("bad_seats").
    """
    _check_seats(seats)
    connection.execute(update(organisations).where(organisations.c.id == organisation).values(seats=seats))
    audit.note(context, connection, organisation, actor, "seats", seats=seats)
    share_out(connection, organisation)


def share_out(connection: Connection, organisation: str) -> None:
    """Gives the seats there are to devices that were active, then to those that enrolled first."""
    seats = connection.execute(
        select(organisations.c.seats).where(organisations.c.id == organisation).with_for_update()
    ).scalar_one()
    rows = connection.execute(
        select(devices.c.id, devices.c.state)
        .where(devices.c.organisation == organisation, devices.c.state != "revoked")
        .order_by(devices.c.state, devices.c.created, devices.c.id)  # "active" before "surplus"
    ).all()
    for number, row in enumerate(rows):
        state = "active" if number < seats else "surplus"
        if state != row.state:
            connection.execute(update(devices).where(devices.c.id == row.id).values(state=state))


def found(connection: Connection, wanted: str) -> Row[tuple[Any, ...]]:
    """An organisation by its id, its SIREN, or the beginning of its id. Problem("organisation_unknown")."""
    siren = "".join(wanted.split())
    exact = (organisations.c.id == wanted) | (organisations.c.siren == siren)
    rows = connection.execute(select(organisations).where(exact)).all()
    if not rows and len(wanted) >= 4:
        begins = func.substr(organisations.c.id, 1, len(wanted)) == wanted
        rows = connection.execute(select(organisations).where(begins).limit(2)).all()
    if len(rows) != 1:
        raise Problem("organisation_unknown")
    return rows[0]


def _check_seats(seats: int) -> None:
    if not 0 <= seats <= MOST_SEATS:
        raise Problem("bad_seats", most=MOST_SEATS)
