"""Copies of stored objects in the other zones."""

from __future__ import annotations

import hashlib

import structlog
from sqlalchemy import select, update

from ..core.ports import Content
from ..core.problems import Problem
from ..database.tables import objects
from ..services.context import Context

_BATCH = 100
_log = structlog.get_logger("cyberlib.host")


def copy_some(context: Context) -> int:
    """Copies objects that are not in every zone yet, those stored first; how many were. A zone that cannot be
    reached is tried again at the next call."""
    if len(context.zones) == 1:
        return 0
    with context.database.read() as connection:
        waiting = connection.execute(
            select(objects.c.vault, objects.c.name, objects.c.sha256, objects.c.size)
            .where(~objects.c.copied)
            .order_by(objects.c.stored)
            .limit(_BATCH)
        ).all()
    done = 0
    for row in waiting:
        try:
            _copy(context, Content(row.vault, row.sha256.hex(), row.size))
        except Problem as problem:
            _log.warning("copy_failed", vault=row.vault, code=problem.code)
            if problem.code == "storage_unreachable":
                break
            continue
        with context.database.write() as connection:
            connection.execute(
                update(objects)
                .where(objects.c.vault == row.vault, objects.c.name == row.name)
                .values(copied=True)
            )
        done += 1
    return done


def _copy(context: Context, content: Content) -> None:
    """Raises Problem("hash_mismatch") when the first zone gives other bytes than were stored."""
    data = b"".join(context.storage.read(content))
    if hashlib.sha256(data).hexdigest() != content.sha256:
        raise Problem("hash_mismatch")
    for zone in context.zones[1:]:
        try:
            zone.storage.check(content)
        except Problem as problem:
            if problem.code == "storage_unreachable":
                raise
            zone.storage.write(content, data)
