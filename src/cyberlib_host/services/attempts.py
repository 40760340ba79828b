"""How often somebody may try to say who they are: five times, then after waits that double.

CNIL, deliberation 2022-100: more than a minute after five tries that failed, growing exponentially, at most
25 in a day. A try counts before it is looked at: many at once get no further than one after the other.
"""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import delete, insert, select, update

from ..core.problems import Problem
from ..core.times import SECOND
from ..database.people import attempts
from .access import Caller
from .context import Context

_FREE: Final = 5
_FREE_OF_A_DEVICE: Final = 15
_FIRST_WAIT: Final = 90  # a minute is not more than one
_DAY: Final = 86_400


def count(context: Context, caller: Caller, mail: str) -> None:
    """One more, of this person and at this device. Raises Problem("person_wait", seconds=…)."""
    now = context.clock()
    with context.database.write() as connection:
        connection.execute(delete(attempts).where(attempts.c.last <= now - _DAY * SECOND))
        for whom, free in _kept(caller, mail):
            row = connection.execute(
                select(attempts).where(attempts.c.whom == whom).with_for_update()
            ).first()
            if row is None:
                connection.execute(insert(attempts).values(whom=whom, tries=1, last=now))
                continue
            left = row.last + wait_after(row.tries, free) * SECOND - now
            if left > 0:
                seconds = -(-left // SECOND)
                raise Problem("person_wait", seconds=seconds)
            connection.execute(
                update(attempts).where(attempts.c.whom == whom).values(tries=row.tries + 1, last=now)
            )


def forget(context: Context, caller: Caller, mail: str) -> None:
    """One succeeded."""
    with context.database.write() as connection:
        for whom, _free in _kept(caller, mail):
            connection.execute(delete(attempts).where(attempts.c.whom == whom))


def of_person(organisation: str, mail: str) -> bytes:
    """Under what the tries of a person are counted, whether there is one or not."""
    return hashlib.sha256(f"person\n{organisation}\n{mail}".encode()).digest()


def wait_after(tries: int, free: int = _FREE) -> int:
    """Seconds."""
    return 0 if tries < free else min(_DAY, _FIRST_WAIT << min(tries - free, 20))


def _kept(caller: Caller, mail: str) -> tuple[tuple[bytes, int], ...]:
    device = hashlib.sha256(f"device\n{caller.device.id}".encode()).digest()
    return (of_person(str(caller.organisation.id), mail), _FREE), (device, _FREE_OF_A_DEVICE)
