"""A new machine let in by an old one: who may put what into the papers, and who may not."""

from __future__ import annotations

import os

import msgspec
import pytest

from cyberlib_client.core import approval
from cyberlib_client.core.approval import Handed
from cyberlib_client.core.errors import CyberlibError, IntegrityError, UsageError

pytestmark = pytest.mark.portable

_PLACE, _VAULT, _SLOT = "5a" * 16, "6b" * 16, "7c" * 8
_NOW = "2026-11-23T09:30:00Z"


class Asking:
    """A new machine."""

    def __init__(self, name: str = "ACCUEIL-2") -> None:
        self.seed = approval.new_seed(os.urandom)
        self.words = approval.new_words(os.urandom)
        self.request, self.code = approval.make_request(_PLACE, name, _NOW, self.words, self.seed, os.urandom)

    def opened(self, answer: bytes) -> Handed:
        return approval.open_answer(answer, self.request, self.code, self.seed)[1]


@pytest.fixture(scope="module")
def new() -> Asking:
    return Asking()


def _answered(new: Asking, secret: bytes = b"s" * 32, words: list[str] | None = None) -> bytes:
    request = approval.read_request(new.request.data)
    code = approval.check_request(request, words or new.words)
    handed = Handed(_VAULT, _SLOT, secret)
    return approval.make_answer(request, code, handed, device="ACCUEIL", proof="secret", time=_NOW)


def test_the_new_machine_gets_what_the_old_one_handed_over(new: Asking) -> None:
    assert new.opened(_answered(new)) == (_VAULT, _SLOT, b"s" * 32)
    assert len(new.words) == 6
    assert not any(word.encode() in new.request.data for word in new.words)


def test_words_are_taken_as_people_write_them(new: Asking) -> None:
    text = ", ".join(f"{number}. {word.upper()}" for number, word in enumerate(new.words, 1))
    assert approval.typed_words(text) == new.words
    assert approval.typed_words(" ".join(word[:4] for word in new.words)) == new.words


def test_a_word_that_is_none_is_told_by_its_place(new: Asking) -> None:
    with pytest.raises(UsageError) as raised:
        approval.typed_words(" ".join([*new.words[:3], "xyzzy", *new.words[4:]]))
    assert (raised.value.code, raised.value.facts["position"]) == ("approval_word_unknown", 4)
    with pytest.raises(UsageError) as raised:
        approval.typed_words(" ".join(new.words[:5]))
    assert raised.value.facts == {"count": 5, "expected": 6}


def test_words_of_another_machine_open_nothing(new: Asking) -> None:
    with pytest.raises(IntegrityError) as raised:
        approval.check_request(new.request, approval.new_words(os.urandom))
    assert raised.value.code == "approval_words_differ"


def test_a_key_put_in_by_whoever_carries_the_request_is_seen(new: Asking) -> None:
    line, mark, _ = new.request.data.split(b"\n")
    body = msgspec.json.decode(line)
    other = Asking()
    for changed in (
        {"key": other.request.body.key},
        {"device": "UN-AUTRE"},
        {"place": "00" * 16},
        {"salt": "00" * 32},
        {"id": "11" * 16},
    ):
        forged = approval.read_request(msgspec.json.encode(body | changed) + b"\n" + mark + b"\n")
        with pytest.raises(IntegrityError) as raised:
            approval.check_request(forged, new.words)
        assert raised.value.code == "approval_words_differ"


def test_a_vault_put_in_by_whoever_carries_the_answer_is_seen(new: Asking) -> None:
    """It knows the request, and can seal what it likes to its key: not the six words."""
    guessed = approval.code_of(approval.new_words(os.urandom), new.request.body)
    handed = Handed("00" * 16, _SLOT, b"t" * 32)
    forged = approval.make_answer(new.request, guessed, handed, device="ACCUEIL", proof="secret", time=_NOW)
    with pytest.raises(IntegrityError) as raised:
        new.opened(forged)
    assert raised.value.code == "approval_answer_forged"


def test_an_answer_with_one_bit_off_is_refused(new: Asking) -> None:
    answer = _answered(new)
    for place in range(0, len(answer), 397):
        with pytest.raises(CyberlibError):
            new.opened(answer[:place] + bytes([answer[place] ^ 1]) + answer[place + 1 :])


def test_an_answer_to_another_request_opens_nothing(new: Asking) -> None:
    answer = _answered(new)
    with pytest.raises(IntegrityError) as raised:
        Asking().opened(answer)
    assert raised.value.code == "approval_answer_forged"
    # The same words for two requests: a machine would have to draw them twice.
    again, code = approval.make_request(_PLACE, "ACCUEIL-2", _NOW, new.words, new.seed, os.urandom)
    with pytest.raises(IntegrityError):
        approval.open_answer(answer, again, code, new.seed)
    with pytest.raises(IntegrityError) as raised:
        approval.open_answer(answer, again, new.code, new.seed)
    assert raised.value.code == "approval_other_request"


def test_words_are_not_stretched_for_less_than_a_passphrase(new: Asking) -> None:
    """A host cannot make guessing cheap, nor an old machine spend all its memory."""
    line, mark, _ = new.request.data.split(b"\n")
    body = msgspec.json.decode(line)
    for memory in (8, 1 << 24):
        cost = body["kdf"] | {"memory": memory}
        with pytest.raises(IntegrityError) as raised:
            approval.read_request(msgspec.json.encode(body | {"kdf": cost}) + b"\n" + mark + b"\n")
        assert raised.value.code == "kdf_out_of_bounds"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}\n" + b"0" * 64 + b"\n",
        b"[" * 9000,
        b"\xff\n\xff\n",
        b"x" * 20_000,
        b'{"kind":"cyberlib approval request"}\n' + b"0" * 64 + b"\n",
    ],
)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(IntegrityError) as raised:
        approval.read_request(data)
    assert raised.value.code == "approval_malformed"


def test_a_name_that_cannot_be_shown_is_refused(new: Asking) -> None:
    with pytest.raises(IntegrityError) as raised:
        approval.make_request(_PLACE, "A\u202eB", _NOW, new.words, new.seed, os.urandom)
    assert raised.value.code == "approval_malformed"
