"""Two people meet by eight words: an offer of the customer's machine and a joining of support's, each of two
lines as in `core.approval`, and the channel that they agree on.

    stretched = Argon2id(the eight words with spaces between, SALT, COST)
    meeting   = HKDF(stretched, SALT, "cyberlib/v1/guidance meeting"), 16 bytes: what the host calls it
    marks     = HKDF(stretched, SALT, "cyberlib/v1/guidance offer" or "… joining")
    secret    = 32 random bytes of support's, sealed to the offer's key, which is made for this meeting alone
    keys      = HKDF(secret + HKDF(stretched, SALT, "… words"), SHA-256(offer + joining), "… keys"), 64 bytes

The marks keep out whoever does not know the words; the sealed secret keeps closed what was recorded when the
words become known later.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from ..crypto import KEY_SIZE, hkdf, mac, same, sha256
from ..errors import IntegrityError, UsageError
from ..escrow.sealing import OVERHEAD, SealingKey, is_public_key, seal
from ..format_v1 import slots
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..ports import Random
from ..words import guesses, listed, written_words
from ..words_fr import WORDS
from .channel import Channel

WORD_COUNT: Final = 8
LARGEST: Final = 8 * 1024
LONGEST: Final = 2 * 3600
"""Seconds that a meeting may last."""

# Both sides have nothing in common but the words: neither salt nor cost can be drawn or agreed upon.
_SALT: Final = b"cyberlib/v1/guidance"
_COST: Final = slots.DEFAULT_COST
_BITS: Final = 11
_SECRET_SIZE: Final = 32
_MEETING_SIZE: Final = 16
_MARK_SIZE: Final = 32
_OFFER: Final = b"cyberlib/v1/guidance offer"
_JOINING: Final = b"cyberlib/v1/guidance joining"
_HAND: Final = b"cyberlib/v1/guidance hand\n"


class OfferBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`seconds`: how long the customer's machine listens, counted by its own steady clock; `key`: its public
    sealing key in hex."""

    kind: Literal["cyberlib guidance offer"]
    version: Literal[1]
    seconds: Annotated[int, Meta(ge=1, le=LONGEST)]
    key: str


class JoiningBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`offer`: digest of the one it joins; `name`: who helps, as the customer sees it;
    `sealed`: the secret."""

    kind: Literal["cyberlib guidance joining"]
    version: Literal[1]
    offer: str
    name: str
    sealed: str


class Code(NamedTuple):
    """What eight words lead to. `meeting`: in hex, for the host; the others are keys."""

    meeting: str
    offer: bytes
    joining: bytes
    words: bytes


class Offer(NamedTuple):
    """An offer that bears the words' mark."""

    body: OfferBody
    data: bytes


T = TypeVar("T")

_offers = msgspec.json.Decoder(OfferBody)
_joinings = msgspec.json.Decoder(JoiningBody)


def new_words(random: Random) -> list[str]:
    """Eight words, 88 random bits."""
    bits = int.from_bytes(random(WORD_COUNT * _BITS // 8))
    shifts = range((WORD_COUNT - 1) * _BITS, -1, -_BITS)
    return [WORDS[bits >> shift & (1 << _BITS) - 1] for shift in shifts]


def typed_words(text: str) -> list[str]:
    """Eight words as people write them; four letters stand for one.

    Raises UsageError("guidance_words_count", count=…, expected=…), ("guidance_word_unknown", position=…,
    suggestion=…): from 1; words of the list, or None.
    """
    written = written_words(text)
    if len(written) != WORD_COUNT:
        raise UsageError("guidance_words_count", count=len(written), expected=WORD_COUNT)
    found = []
    for position, word in enumerate(written, 1):
        meant = listed(word)
        if meant is None:
            suggestion = ", ".join(guesses(word)) or None
            raise UsageError("guidance_word_unknown", position=position, suggestion=suggestion)
        found.append(meant)
    return found


def code_of(words: list[str]) -> Code:
    """Where words of `new_words` or `typed_words` lead. Costs what a passphrase does."""
    stretched = slots.stretch(" ".join(words), _SALT, _COST)

    def key(purpose: bytes, length: int = KEY_SIZE) -> bytes:
        return hkdf(stretched, salt=_SALT, info=purpose, length=length)

    meeting = key(b"cyberlib/v1/guidance meeting", _MEETING_SIZE)
    return Code(meeting.hex(), key(_OFFER), key(_JOINING), key(b"cyberlib/v1/guidance words"))


def make_offer(code: Code, seconds: int, seed: bytes) -> Offer:
    """What the customer's machine leaves at the host. `seed`: of a sealing key drawn for this meeting, to be
    forgotten with it."""
    body = OfferBody("cyberlib guidance offer", 1, seconds, SealingKey(seed).public.hex())
    return Offer(body, _marked(msgspec.json.encode(body), code.offer, _OFFER))


def read_offer(data: bytes, code: Code) -> Offer:
    """At support. IntegrityError("guidance_malformed"), ("guidance_forged"): nobody who knows the words
    wrote it."""
    body = _read(data, code.offer, _OFFER, _offers)
    if not is_public_key(_bytes(body.key)):
        raise IntegrityError("guidance_malformed")
    return Offer(body, data)


def join(offer: Offer, code: Code, name: str, random: Random) -> tuple[bytes, Channel]:
    """Support's answer to an offer of `read_offer`, and its end of the channel."""
    _check_shown(name)
    secret = random(_SECRET_SIZE)
    sealed = seal(_bytes(offer.body.key), secret, _HAND + sha256(offer.data))
    body = JoiningBody("cyberlib guidance joining", 1, sha256(offer.data).hex(), name, sealed.hex())
    data = _marked(msgspec.json.encode(body), code.joining, _JOINING)
    of_customer, of_support = _keys(secret, code, offer, data)
    return data, Channel(sends=of_support, receives=of_customer)


def accept(data: bytes, offer: Offer, code: Code, seed: bytes) -> tuple[str, Channel]:
    """At the customer's machine: who joined, and its end of the channel. `seed`: the one of `make_offer`.

    Raises IntegrityError("guidance_malformed"), ("guidance_forged"), ("guidance_other_offer").
    """
    body = _read(data, code.joining, _JOINING, _joinings)
    _check_shown(body.name)
    if body.offer != sha256(offer.data).hex():
        raise IntegrityError("guidance_other_offer")
    sealed = _bytes(body.sealed)
    if len(sealed) != _SECRET_SIZE + OVERHEAD:
        raise IntegrityError("guidance_malformed")
    secret = SealingKey(seed).unseal(sealed, _HAND + sha256(offer.data))
    of_customer, of_support = _keys(secret, code, offer, data)
    return body.name, Channel(sends=of_customer, receives=of_support)


def _keys(secret: bytes, code: Code, offer: Offer, joining: bytes) -> tuple[bytes, bytes]:
    """Of what the customer's machine sends, and of what support sends."""
    salt = sha256(offer.data, joining)
    both = hkdf(secret + code.words, salt=salt, info=b"cyberlib/v1/guidance keys", length=2 * KEY_SIZE)
    return both[:KEY_SIZE], both[KEY_SIZE:]


def _marked(line: bytes, key: bytes, purpose: bytes) -> bytes:
    return line + b"\n" + mac(key, purpose + b"\n" + line).hex().encode() + b"\n"


def _read(data: bytes, key: bytes, purpose: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The document of two marked lines; the mark is compared before the document is read."""
    lines = data.split(b"\n") if len(data) <= LARGEST else []
    if len(lines) != 3 or lines[2] or len(lines[1]) != 2 * _MARK_SIZE:
        raise IntegrityError("guidance_malformed")
    if not same(lines[1], mac(key, purpose + b"\n" + lines[0]).hex().encode()):
        raise IntegrityError("guidance_forged")
    try:
        return decoder.decode(lines[0])
    except MALFORMED:
        raise IntegrityError("guidance_malformed") from None


def _bytes(text: str) -> bytes:
    try:
        return from_hex(text)
    except MALFORMED:
        raise IntegrityError("guidance_malformed") from None


def _check_shown(name: str) -> None:
    """Names are shown to people."""
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise IntegrityError("guidance_malformed")
