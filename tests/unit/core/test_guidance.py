"""Guided restore: who may meet whom, what the line may do to it, and what support may ask."""

from __future__ import annotations

import os
from typing import NamedTuple

import msgspec
import pytest

from cyberlib_client.core.errors import IntegrityError, Refused, UsageError
from cyberlib_client.core.guidance import cards, channel, messages
from cyberlib_client.core.guidance.cards import Code
from cyberlib_client.core.guidance.channel import Channel
from cyberlib_client.core.guidance.grants import Grants
from cyberlib_client.core.guidance.messages import (
    STEPS,
    AskFind,
    AskIncidents,
    AskNames,
    AskSnapshots,
    AskState,
    Leave,
    NameRow,
    Names,
    Propose,
    Steps,
)

pytestmark = pytest.mark.portable

_WORDS = cards.new_words(os.urandom)
_SNAPSHOT = "ab" * 16


class Met(NamedTuple):
    """Two people who met, and what went over the line for it."""

    offer: bytes
    joining: bytes
    customer: Channel
    support: Channel
    name: str


@pytest.fixture(scope="module")
def code() -> Code:
    return cards.code_of(_WORDS)


@pytest.fixture(scope="module")
def others_code() -> Code:
    return cards.code_of(cards.new_words(os.urandom))


def _met(code: Code) -> Met:
    seed = os.urandom(96)
    offer = cards.make_offer(code, 3600, seed)
    joining, support = cards.join(cards.read_offer(offer.data, code), code, "Claire, assistance", os.urandom)
    name, customer = cards.accept(joining, offer, code, seed)
    return Met(offer.data, joining, customer, support, name)


def _refused(code: str, step: object, *given: object) -> None:
    assert callable(step)
    with pytest.raises(IntegrityError) as raised:
        step(*given)
    assert raised.value.code == code


def test_two_who_know_the_words_understand_each_other(code: Code) -> None:
    met = _met(code)
    assert met.name == "Claire, assistance"
    for text in (b"", b"un", b"d" * channel.LONGEST):
        assert met.customer.open(met.support.seal(text)) == text
        assert met.support.open(met.customer.seal(text)) == text


def test_the_words_lead_to_the_same_keys_for_ever() -> None:
    """Two releases of the program meet by them."""
    code = cards.code_of(cards.typed_words("abaisser " * 8))
    assert code.meeting == "d42f99e313ce4d017453bf77c3d747df"
    assert code.offer.hex() == "b79b30b3de3a82fccf68d28c3dd8e94068ec6db69907ff0d327a93200897cbdf"
    assert code.joining.hex() == "bd562fefcdba588bb615e1248490daf049460b3ef30e709727ec914f467e63f2"


def test_words_are_taken_as_people_write_them() -> None:
    text = ", ".join(f"{number}. {word.upper()}" for number, word in enumerate(_WORDS, 1))
    assert cards.typed_words(text) == _WORDS
    assert cards.typed_words(" ".join(word[:4] for word in _WORDS)) == _WORDS


def test_a_mistyped_word_is_told_by_its_place() -> None:
    with pytest.raises(UsageError) as raised:
        cards.typed_words(" ".join([*_WORDS[:6], "xyzzy", _WORDS[7]]))
    assert (raised.value.code, raised.value.facts["position"]) == ("guidance_word_unknown", 7)
    with pytest.raises(UsageError) as raised:
        cards.typed_words(" ".join(_WORDS[:7]))
    assert raised.value.facts == {"count": 7, "expected": 8}


def test_nothing_of_the_words_travels(code: Code) -> None:
    met = _met(code)
    for word in _WORDS:
        assert word.encode() not in met.offer + met.joining


def test_other_words_neither_read_an_offer_nor_join_it(code: Code, others_code: Code) -> None:
    assert code.meeting != others_code.meeting
    seed = os.urandom(96)
    offer = cards.make_offer(code, 3600, seed)
    _refused("guidance_forged", cards.read_offer, offer.data, others_code)
    joining, _ = cards.join(offer, others_code, "Un hôte", os.urandom)
    _refused("guidance_forged", cards.accept, joining, offer, code, seed)


def test_a_key_put_in_on_the_way_is_seen(code: Code) -> None:
    seed = os.urandom(96)
    offer = cards.make_offer(code, 3600, seed)
    line, mark, _ = offer.data.split(b"\n")
    body = msgspec.json.decode(line)
    for changed in (
        {"key": cards.SealingKey(os.urandom(96)).public.hex()},
        {"seconds": 7200},
        {"version": 2},
    ):
        forged = msgspec.json.encode(body | changed) + b"\n" + mark + b"\n"
        _refused("guidance_forged", cards.read_offer, forged, code)
    for broken in (b"", line, offer.data[:-1], offer.data + b"\n", b"x" * (cards.LARGEST + 1)):
        _refused("guidance_malformed", cards.read_offer, broken, code)


def test_a_joining_is_good_for_its_offer_alone(code: Code) -> None:
    """The host keeps one and hands it out when the same words are used again."""
    met, seed = _met(code), os.urandom(96)
    later = cards.make_offer(code, 3600, seed)
    _refused("guidance_other_offer", cards.accept, met.joining, later, code, seed)
    _refused("guidance_forged", cards.accept, met.offer, later, code, seed)


def test_words_learnt_later_open_nothing_that_was_recorded(code: Code) -> None:
    """They give every key but the sealed secret, whose key is gone with the meeting."""
    met = _met(code)
    sealed = met.customer.seal(b"des noms")
    offer = cards.read_offer(met.offer, code)
    _refused("not_authentic", cards.accept, met.joining, offer, code, os.urandom(96))
    _, another = cards.join(offer, code, "Claire, assistance", os.urandom)
    _refused("guidance_not_next", another.open, sealed)


def test_what_is_repeated_moved_left_out_altered_or_sent_back_does_not_open(code: Code) -> None:
    met = _met(code)
    first, second = met.customer.seal(b"un"), met.customer.seal(b"deux")
    altered = bytes([first[0] ^ 1]) + first[1:]
    for wrong in (
        second,
        altered,
        first[:-1],
        first[:-1024],
        first + bytes(1024),
        b"",
        met.support.seal(b""),
    ):
        _refused("guidance_not_next", met.support.open, wrong)
    assert met.support.open(first) == b"un"
    _refused("guidance_not_next", met.support.open, first)
    assert met.support.open(second) == b"deux"


def test_sizes_tell_little(code: Code) -> None:
    met = _met(code)
    assert len({len(met.customer.seal(b"x" * size)) for size in (0, 1, 500, 1020)}) == 1
    assert len(met.customer.seal(b"x" * channel.LONGEST)) <= channel.LARGEST
    with pytest.raises(ValueError, match="too long"):
        met.customer.seal(b"x" * (channel.LONGEST + 1))


def test_requests_and_answers_come_back_as_they_were() -> None:
    for request in (
        AskState(1),
        AskNames(2, _SNAPSHOT, "C:/Docs", "b"),
        Propose(3, _SNAPSHOT, ["C:/Docs/a"]),
    ):
        assert messages.read_request(messages.written(request)) == request
    names = Names(4, [NameRow("C:/Docs/é.odt", "file", 12, "2026-11-23T09:30:00Z")], more=False)
    for answer in (Steps(["state"], 3599), names):
        assert messages.read_answer(messages.written(answer)) == answer


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b'{"ask":"content","number":1}',
        b'{"ask":"state","number":1,"path":"C:/"}',
        b'{"ask":"state","number":-1}',
        b'{"ask":"names","number":1,"snapshot":"../x","path":""}',
        b'{"ask":"names","number":1,"snapshot":"abababab\\n","path":""}',
        b'{"ask":"propose","number":1,"snapshot":"abababab","paths":[]}',
        b'{"ask":"propose","number":1,"snapshot":"abababab","paths":["a"],"to":"C:/Windows"}',
        b'{"ask":"propose","number":1,"snapshot":"abababab","paths":["' + b"a" * 5000 + b'"]}',
        b'{"ask":"propose","number":1,"snapshot":"abababab","paths":[' + b'"a",' * 100 + b'"a"]}',
    ],
)
def test_what_support_may_not_ask_cannot_be_asked(data: bytes) -> None:
    _refused("guidance_malformed", messages.read_request, data)


def test_an_answer_can_hold_no_content() -> None:
    row = b'{"path":"a","kind":"file","size":1,"time":"","content":"..."}'
    _refused(
        "guidance_malformed",
        messages.read_answer,
        b'{"say":"names","number":1,"more":false,"rows":[' + row + b"]}",
    )


def test_each_step_opens_what_it_says_and_nothing_before_it() -> None:
    grants = Grants(ends=100.0)
    asked = {
        "state": [AskState(1), AskIncidents(2)],
        "names": [AskSnapshots(3), AskNames(4, _SNAPSHOT, ""), AskFind(5, _SNAPSHOT, "bilan")],
        "proposal": [Propose(6, _SNAPSHOT, ["C:/Docs"])],
    }
    for count in range(4):
        for place, step in enumerate(STEPS):
            for request in asked[step]:
                if place < count:
                    grants.check(request, 1.0)
                else:
                    with pytest.raises(Refused, match="guidance_not_granted"):
                        grants.check(request, 1.0)
        if count < len(STEPS):
            grants.grant(STEPS[count], 1.0)
            grants.grant(STEPS[count], 1.0)
    grants.withdraw("names")
    assert grants.granted == ["state"]


def test_steps_are_granted_in_their_order() -> None:
    grants = Grants(ends=100.0)
    with pytest.raises(UsageError) as raised:
        grants.grant("names", 1.0)
    assert (raised.value.code, raised.value.facts["state"]) == ("guidance_step_order", "state")


def test_after_stop_or_its_time_nothing_is_answered_or_granted() -> None:
    stopped, late = Grants(ends=100.0), Grants(ends=100.0)
    for grants in (stopped, late):
        grants.grant("state", 1.0)
    late.check(AskState(1), 99.9)
    stopped.stop()
    for grants, now in ((stopped, 2.0), (late, 100.0)):
        for request in (AskState(1), Leave(2)):
            with pytest.raises(Refused, match="guidance_over"):
                grants.check(request, now)
        with pytest.raises(Refused, match="guidance_over"):
            grants.grant("names", now)
