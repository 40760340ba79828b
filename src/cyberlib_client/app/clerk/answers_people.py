"""Takes who is there, for when the host asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...core.ports import CancelToken
from ..workplace import PersonGiven
from . import questions_people as q
from .asking import Question
from .clerk import Answer, Clerk


def _take(clerk: Clerk, asked: q.PersonThere, _token: CancelToken) -> object:
    clerk.give_person(PersonGiven(asked.mail, asked.password, asked.code))
    return None


ANSWERS_PEOPLE: Final[Mapping[type[Question], Answer]] = {q.PersonThere: _take}
