"""The terms of service: versions that come into force on a day, and the register of who accepted them."""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection, func, insert, select

from ..core.licences import DAY
from ..core.problems import Problem
from ..core.terms import Acceptance, Terms, TermsList
from ..core.times import rfc3339
from ..database.tables import acceptances, devices, organisations, terms
from . import audit
from .audit import Actor
from .context import Context


def publish(context: Context, connection: Connection, text: str, effective: int, actor: Actor) -> int:
    """A new version of the terms; its number. Raises Problem("terms_empty"), ("terms_too_early")."""
    if not text.strip():
        raise Problem("terms_empty")
    if effective < context.clock() - DAY:
        raise Problem("terms_too_early")
    version: int = (connection.execute(select(func.max(terms.c.version))).scalar() or 0) + 1
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    connection.execute(insert(terms).values(version=version, effective=effective, sha256=digest, text=text))
    audit.note(context, connection, audit.HOST, actor, "terms", version=version, effective=rfc3339(effective))
    return version


def in_force(context: Context, connection: Connection) -> int:
    """The version in force now, 0 while there is none."""
    newest = select(func.max(terms.c.version)).where(terms.c.effective <= context.clock())
    return connection.execute(newest).scalar() or 0


def shown(context: Context, connection: Connection) -> TermsList:
    """The terms in force and those to come."""
    rows = connection.execute(
        select(terms).where(terms.c.version >= in_force(context, connection)).order_by(terms.c.version)
    ).all()
    return TermsList([Terms(r.version, rfc3339(r.effective), r.sha256.hex(), r.text) for r in rows])


def accept(
    context: Context, connection: Connection, organisation: str, device: str, given: Acceptance, actor: Actor
) -> None:
    """Notes that somebody accepted a version, once.

    Raises Problem("terms_changed") when there is no such version, or its text is not the one they saw, and
    ("bad_name").
    """
    if not given.user.isprintable():  # operators print the register on their terminals
        raise Problem("bad_name", most=100)
    row = connection.execute(select(terms).where(terms.c.version == given.version)).first()
    if row is None or row.sha256.hex() != given.sha256:
        raise Problem("terms_changed")
    known = connection.execute(
        select(acceptances.c.time).where(
            acceptances.c.organisation == organisation,
            acceptances.c.device == device,
            acceptances.c.version == given.version,
            acceptances.c.user == given.user,
        )
    ).first()
    if known is not None:
        return
    connection.execute(
        insert(acceptances).values(
            organisation=organisation,
            device=device,
            version=given.version,
            user=given.user,
            sha256=row.sha256,
            time=context.clock(),
            name=given.name,
        )
    )
    audit.note(context, connection, organisation, actor, "terms_accepted", version=given.version)


class Published(msgspec.Struct, frozen=True):
    """A version there was, without its text."""

    version: int
    effective: str
    sha256: str
    in_force: bool


class Accepted(msgspec.Struct, frozen=True):
    """A line of the register. `user`: the account; `name`: as its holder signed, where that is another.
    `sha256`: of the text that was accepted."""

    time: str
    siren: str
    organisation: str
    device: str
    device_name: str
    user: str
    name: str | None
    version: int
    sha256: str


def published(context: Context, connection: Connection) -> list[Published]:
    """All versions there ever were, oldest first."""
    now = in_force(context, connection)
    rows = connection.execute(select(terms).order_by(terms.c.version)).all()
    return [Published(r.version, rfc3339(r.effective), r.sha256.hex(), r.version == now) for r in rows]


def register(connection: Connection, organisation: str | None) -> list[Accepted]:
    """Who accepted which version where and when, oldest first; of all organisations when None is given."""
    wanted = (
        select(
            acceptances,
            organisations.c.siren,
            organisations.c.name.label("organisation_name"),
            devices.c.name.label("device_name"),
        )
        .join(devices, devices.c.id == acceptances.c.device)
        .join(organisations, organisations.c.id == acceptances.c.organisation)
        .order_by(acceptances.c.time, organisations.c.siren, devices.c.name, acceptances.c.version)
    )
    if organisation is not None:
        wanted = wanted.where(acceptances.c.organisation == organisation)
    return [
        Accepted(
            rfc3339(r.time),
            r.siren,
            r.organisation_name,
            r.device,
            r.device_name,
            r.user,
            r.name,
            r.version,
            r.sha256.hex(),
        )
        for r in connection.execute(wanted).all()
    ]
