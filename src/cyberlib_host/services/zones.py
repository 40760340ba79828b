"""Reading from whichever zone has it: the first, and where that one fails, another that has a copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import structlog
from sqlalchemy import Connection, delete, insert, select, update

from ..core.ports import Content
from ..core.problems import Problem
from ..core.times import SECOND
from ..database.schema import alone
from ..database.tables import objects, zones
from .context import Context, Zone

_DOWN_SECONDS = 30
"""For so long nobody waits again for a zone that did not answer, where another has the object."""

_log = structlog.get_logger("cyberlib.host")


def settle(context: Context) -> None:
    """Notes which zones there are. Where one is new, no object counts as copied until it was looked for
    there: it is copied, and clients see what waits. Copies that are in the other zones are not made again.
    """
    named = {zone.place.name for zone in context.zones}
    with context.database.read() as connection:
        if _known(connection) == named:
            return
    with context.database.write() as connection:
        alone(connection)
        known = _known(connection)
        if known and named - known and len(named) > 1:
            connection.execute(update(objects).values(copied=False))
            _log.info("zone_new", zones=sorted(named - known))
        connection.execute(delete(zones))
        connection.execute(insert(zones), [{"name": name} for name in sorted(named)])


def _known(connection: Connection) -> set[str]:
    return set(connection.execute(select(zones.c.name)).scalars())


def read_whole(context: Context, content: Content, *, copied: bool) -> bytes:
    """A small object's bytes, from the first zone that gives them as they were stored.

    Where none does, and one gives others, those: who reads them tells what they cost. Raises
    Problem("object_not_here"), and ("storage_unreachable") when a zone that may have it does not answer.
    """
    damaged: bytes | None = None
    missed = Problem("object_not_here")
    for zone in candidates(context, copied=copied):
        try:
            data = b"".join(zone.storage.read(content))
        except Problem as problem:
            _note(context, zone, problem)
            if problem.code == "storage_unreachable":
                missed = problem
            continue
        context.down.pop(zone.place.name, None)
        if hashlib.sha256(data).hexdigest() == content.sha256:
            return data
        _log.warning("object_damaged", vault=content.vault, zone=zone.place.name)
        damaged = damaged or data
    if damaged is not None:
        return damaged
    raise missed


def candidates(context: Context, *, copied: bool) -> Iterator[Zone]:
    """The zones that may have an object, those that do not answer at the moment last."""
    having = list(context.zones) if copied else list(context.zones[:1])
    now = context.clock()
    yield from sorted(having, key=lambda zone: context.down.get(zone.place.name, 0) > now)


def for_link(context: Context, *, copied: bool, elsewhere: bool) -> Zone:
    """The zone that a link is to lead to. `elsewhere`: whoever asks found that the first gives nothing."""
    found = list(candidates(context, copied=copied))
    if elsewhere:
        found = [zone for zone in found if zone is not context.zones[0]] or found
    return found[0]


def _note(context: Context, zone: Zone, problem: Problem) -> None:
    name, now = zone.place.name, context.clock()
    if problem.code == "storage_unreachable":
        if context.down.get(name, 0) <= now:
            _log.warning("zone_down", zone=name)
        context.down[name] = now + _DOWN_SECONDS * SECOND
    else:
        _log.warning("object_lost", zone=name, code=problem.code)
