"""What the process of a clerk does."""

from __future__ import annotations

import queue
import threading
from typing import BinaryIO

from ...state.profile import Profile
from .. import bootstrap
from ..agent.messages import MALFORMED
from . import questions as q
from .answers import ANSWERS
from .clerk import Clerk
from .questions_keys import LockWanted


def serve(profile: Profile, given: BinaryIO, output: BinaryIO) -> int:
    """What the process of a clerk does until its window is gone; its exit code."""
    bootstrap.process().forbid_core_dumps()
    bootstrap.process().give_memory_back()
    clerk = Clerk(profile, output, ANSWERS)
    waiting: queue.SimpleQueue[q.Asked | None] = queue.SimpleQueue()
    threading.Thread(target=_hear, args=(given, clerk, waiting), daemon=True).start()
    _load()
    while True:
        try:
            asked = waiting.get(block=not clerk.naming.at_work)
        except queue.Empty:
            clerk.use_the_time()
            continue
        if asked is None:
            break
        clerk.answer(asked)
    clerk.naming.end()
    return 0


def _load() -> None:
    """What the first question of a window takes, before it comes."""
    from ..agent import facts
    from . import home

    _ = facts, home


def _hear(given: BinaryIO, clerk: Clerk, waiting: queue.SimpleQueue[q.Asked | None]) -> None:
    while line := given.readline():
        try:
            asked = q.from_window(line)
        except MALFORMED:
            continue  # both are of one program
        if isinstance(asked, q.CancelAsked):
            clerk.cancel(asked.id)
            continue
        if isinstance(asked, LockWanted):
            clerk.forbid(asked.id)  # not after hours of what is at work
        waiting.put(asked)
    clerk.cancel_all()
    waiting.put(None)
