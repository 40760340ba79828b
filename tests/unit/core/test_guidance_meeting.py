"""One meeting at the customer's machine: the first who knows the words, what is granted, and Stop."""

from __future__ import annotations

import os

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.guidance import cards, messages
from cyberlib_client.core.guidance.cards import Code
from cyberlib_client.core.guidance.channel import Channel
from cyberlib_client.core.guidance.meeting import Meeting
from cyberlib_client.core.guidance.messages import AskState, Leave, Lines, No, Over, Steps

pytestmark = pytest.mark.portable

_ASKED = AskState(1)
_TOLD = Lines(1, ["protégé"])


@pytest.fixture(scope="module")
def code() -> Code:
    return cards.code_of(cards.new_words(os.urandom))


def _joined(code: Code, meeting: Meeting) -> tuple[Channel, bytes]:
    joining, support = cards.join(cards.read_offer(meeting.offer, code), code, "Claire", os.urandom)
    name, first = meeting.join(joining, 1.0)
    assert name == "Claire"
    assert messages.read_answer(support.open(first)) == Steps([], 99)
    return support, joining


def _refused(code: str, step: object, *given: object) -> None:
    assert callable(step)
    with pytest.raises(CyberlibError) as raised:
        step(*given)
    assert raised.value.code == code


def test_what_is_granted_is_answered(code: Code) -> None:
    meeting = Meeting(code, 100, 0.0, os.urandom)
    support, _ = _joined(code, meeting)
    request = meeting.take(support.seal(messages.written(_ASKED)), 2.0)
    _refused("guidance_not_granted", meeting.check, request, 2.0)
    no = meeting.tell(No(1, "guidance_not_granted"), 2.0)
    assert messages.read_answer(support.open(no)) == No(1, "guidance_not_granted")
    assert messages.read_answer(support.open(meeting.grant("state", 3.0))) == Steps(["state"], 97)
    meeting.check(request, 3.0)
    assert messages.read_answer(support.open(meeting.answer(request, _TOLD, 3.0))) == _TOLD


def test_a_host_without_the_words_neither_joins_nor_uses_the_meeting_up(code: Code) -> None:
    meeting = Meeting(code, 100, 0.0, os.urandom)
    other = cards.code_of(cards.new_words(os.urandom))
    forged, _ = cards.join(_card(meeting, code), other, "Claire", os.urandom)
    for wrong in (forged, b"", meeting.offer):
        with pytest.raises(CyberlibError):
            meeting.join(wrong, 1.0)
    _refused("guidance_alone", meeting.grant, "state", 1.0)
    _joined(code, meeting)


def _card(meeting: Meeting, code: Code) -> cards.Offer:
    return cards.read_offer(meeting.offer, code)


def test_one_supporter_a_meeting(code: Code) -> None:
    meeting = Meeting(code, 100, 0.0, os.urandom)
    _, first = _joined(code, meeting)
    second, _ = cards.join(_card(meeting, code), code, "Un autre", os.urandom)
    for again in (first, second):
        _refused("guidance_taken", meeting.join, again, 2.0)


def test_what_is_looked_up_when_stop_is_pressed_stays_here(code: Code) -> None:
    meeting = Meeting(code, 100, 0.0, os.urandom)
    support, joining = _joined(code, meeting)
    support.open(meeting.grant("state", 1.0))
    request = meeting.take(support.seal(messages.written(_ASKED)), 2.0)
    last = meeting.end("stopped")
    assert last is not None
    assert messages.read_answer(support.open(last)) == Over("stopped")
    assert meeting.end("stopped") is None
    _refused("guidance_over", meeting.answer, request, _TOLD, 2.0)
    _refused("guidance_over", meeting.take, support.seal(messages.written(Leave(2))), 2.0)
    _refused("guidance_over", meeting.join, joining, 2.0)
    _refused("guidance_over", meeting.grant, "names", 2.0)
    assert meeting.over(2.0)


def test_a_step_taken_back_while_it_is_looked_up_is_not_answered(code: Code) -> None:
    meeting = Meeting(code, 100, 0.0, os.urandom)
    support, _ = _joined(code, meeting)
    support.open(meeting.grant("state", 1.0))
    request = meeting.take(support.seal(messages.written(_ASKED)), 2.0)
    assert messages.read_answer(support.open(meeting.withdraw("state", 2.0))) == Steps([], 98)
    _refused("guidance_not_granted", meeting.answer, request, _TOLD, 2.0)


def test_it_runs_out(code: Code) -> None:
    meeting = Meeting(code, 100, 0.0, os.urandom)
    support, _ = _joined(code, meeting)
    support.open(meeting.grant("state", 99.0))
    _refused("guidance_over", meeting.answer, _ASKED, _TOLD, 100.0)
    _refused("guidance_over", meeting.tell, No(1, "late"), 100.0)
    _refused("guidance_over", meeting.take, support.seal(messages.written(_ASKED)), 100.0)
