"""Copies of stored objects in the other zones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import Row, select, tuple_, update

from ..core.ports import Content
from ..core.problems import Problem
from ..core.times import SECOND
from ..database.tables import objects
from ..services.context import Context
from ..services.retirement import condemn

_BATCH = 100
_PUT_OFF_SECONDS = 3600
"""An object that is lost keeps no other waiting, and is in the log each hour."""

_log = structlog.get_logger("cyberlib.host")


def copy_some(
    context: Context,
    put_off: dict[Content, int] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Copies objects that are not in every zone yet, those stored first; how many were. A zone that cannot be
    reached, or is full, is tried again at the next call.

    `put_off`: what could not be copied for a reason of its own, and until when it is passed over.
    """
    if len(context.zones) == 1:
        return 0
    put_off = {} if put_off is None else put_off
    done, after = 0, (-1, "", "")
    while not done:
        waiting = _waiting(context, after)
        if not waiting:
            break
        after = (waiting[-1].stored, waiting[-1].vault, waiting[-1].name)
        for row in waiting:
            content = Content(row.vault, row.sha256.hex(), row.size)
            if stopped():
                return done
            if put_off.get(content, 0) > context.clock():
                continue
            try:
                _copy(context, content)
            except Problem as problem:
                _log.warning("copy_failed", vault=row.vault, code=problem.code)
                if problem.code in ("storage_unreachable", "storage_full"):
                    return done
                put_off[content] = context.clock() + _PUT_OFF_SECONDS * SECOND
                continue
            put_off.pop(content, None)
            with context.database.write() as connection:
                there = connection.execute(
                    update(objects)
                    .where(objects.c.vault == row.vault, objects.c.name == row.name)
                    .values(copied=True)
                ).rowcount
                if not there:
                    condemn(connection, row.vault, row.sha256)
            done += 1
    return done


def _waiting(context: Context, after: tuple[int, str, str]) -> Sequence[Row[tuple[Any, ...]]]:
    place = tuple_(objects.c.stored, objects.c.vault, objects.c.name)
    with context.database.read() as connection:
        return connection.execute(
            select(objects).where(~objects.c.copied, place > after).order_by(*place).limit(_BATCH)
        ).all()


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
