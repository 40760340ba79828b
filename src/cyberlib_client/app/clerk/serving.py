"""What the process of a clerk does."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping
from typing import BinaryIO, Final

from ...state.profile import Profile
from .. import bootstrap
from ..agent.messages import MALFORMED
from . import questions as q
from .answers import ANSWERS
from .asking import Question
from .clerk import Clerk
from .questions_guidance import GuidanceDecided, GuidanceWanted
from .questions_keys import LockWanted
from .questions_settings import RetentionTriedAsked, RulesTriedAsked

_Waiting = queue.SimpleQueue[q.Asked | None]

_BESIDE: Final[Mapping[type[Question], str]] = {
    q.PreviewAsked: "counting",
    RulesTriedAsked: "counting",
    q.StorageAsked: "store",
    RetentionTriedAsked: "retention",
    GuidanceWanted: "guidance",
}
"""What may take minutes, changes nothing, and is answered beside the others: those of one name one after the
other, since two at once would only hold each other up."""


def serve(profile: Profile, given: BinaryIO, output: BinaryIO) -> int:
    """What the process of a clerk does until its window is gone; its exit code."""
    bootstrap.process().forbid_core_dumps()
    bootstrap.process().give_memory_back()
    clerk = Clerk(profile, output, ANSWERS)
    waiting: _Waiting = queue.SimpleQueue()
    beside: dict[str, _Waiting] = {}
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
        name = _BESIDE.get(type(asked))
        if name is None:
            clerk.answer(asked)
            continue
        if name not in beside:
            beside[name] = queue.SimpleQueue()
            threading.Thread(target=_answer_all, args=(clerk, beside[name]), daemon=True).start()
        beside[name].put(asked)  # what was asked before it is answered: it finds what that changed
    clerk.naming.end()
    return 0


def _answer_all(clerk: Clerk, waiting: _Waiting) -> None:
    while (asked := waiting.get()) is not None:
        clerk.answer(asked)


def _load() -> None:
    """What the first question of a window takes, before it comes."""
    from ..agent import facts
    from . import home

    _ = facts, home


def _hear(given: BinaryIO, clerk: Clerk, waiting: _Waiting) -> None:
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
        if isinstance(asked, GuidanceDecided):
            clerk.answer(asked)  # Stop waits for nothing
            continue
        waiting.put(asked)
    clerk.cancel_all()
    waiting.put(None)
