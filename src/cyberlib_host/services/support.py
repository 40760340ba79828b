"""Support's people, who may join a meeting that a customer offers them: each with a credential of their
own."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from ..core.problems import Problem
from ..core.signatures import hashed
from ..core.times import rfc3339
from ..database.guided import helpers
from . import audit
from .audit import Actor
from .context import Context


class Helper(NamedTuple):
    """Who asks, in which request."""

    id: str
    name: str
    request: str

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        return Actor(f"support:{self.id}", self.request)


class Added(NamedTuple):
    """`secret`: told this once."""

    id: str
    name: str
    secret: str


def add(context: Context, connection: Connection, name: str, actor: Actor) -> Added:
    """Somebody more. Raises Problem("bad_name", most=…), ("helper_known")."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > 100:
        raise Problem("bad_name", most=100)
    in_force = helpers.c.revoked.is_(None)
    if connection.execute(select(helpers.c.id).where(helpers.c.name == name, in_force)).first() is not None:
        raise Problem("helper_known")
    made = Added(context.random(16).hex(), name, context.random(32).hex())
    connection.execute(
        insert(helpers).values(id=made.id, name=name, hash=hashed(made.secret), created=context.clock())
    )
    audit.note(context, connection, audit.HOST, actor, "helper_added", helper=made.id)
    return made


def listed(connection: Connection) -> list[dict[str, Any]]:
    """All there ever were: a customer's log names them by their ids."""
    rows = connection.execute(select(helpers).order_by(helpers.c.created, helpers.c.id)).all()
    return [
        {
            "id": row.id,
            "name": row.name,
            "state": "active" if row.revoked is None else "revoked",
            "created": rfc3339(row.created),
            "last_seen": None if row.last_seen is None else rfc3339(row.last_seen),
        }
        for row in rows
    ]


def revoke(context: Context, connection: Connection, wanted: str, actor: Actor) -> str:
    """Their credential opens nothing from now on, and what they guide ends with their next request; the name.
    Raises Problem("helper_unknown")."""
    of_it = (helpers.c.id == wanted) | (helpers.c.name == wanted)
    row = connection.execute(select(helpers).where(of_it).order_by(helpers.c.created.desc())).first()
    if row is None:
        raise Problem("helper_unknown")
    if row.revoked is None:
        connection.execute(update(helpers).where(helpers.c.id == row.id).values(revoked=context.clock()))
        audit.note(context, connection, audit.HOST, actor, "helper_revoked", helper=row.id)
    return str(row.name)


def helper_of(context: Context, connection: Connection, secret: str | None, request: str) -> Helper:
    """Who holds a credential. Raises Problem("helper_refused")."""
    row: Row[Any] | None = None
    if secret:
        row = connection.execute(select(helpers).where(helpers.c.hash == hashed(secret))).first()
    if row is None or row.revoked is not None:
        raise Problem("helper_refused")
    return Helper(row.id, row.name, request)
