"""An officer's public half as it is handed in for a policy: signed by itself, so that nothing in it changes
on the way unnoticed, and named by a fingerprint that people compare. A card that was exchanged as a whole
shows another fingerprint, and its policy cannot be signed with the officer's own key.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..crypto import sha256
from ..errors import IntegrityError, UsageError
from ..format_v1.malformed import MALFORMED
from ..kit import grouped
from .policy import Officer, is_officer
from .signing import Signed, split, unsigned

_SIGN: Final = b"cyberlib/v1/escrow card\n"


class CardBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an officer signs of themselves."""

    kind: Literal["cyberlib escrow card"]
    version: Literal[1]
    officer: Officer


class Card(NamedTuple):
    """A card that its own key signed."""

    officer: Officer
    signed: Signed


_decoder = msgspec.json.Decoder(CardBody)


def fingerprint(officer: Officer) -> str:
    """Of both keys and the names beside them, as people compare it: six groups of four digits."""
    return grouped(sha256(_body(officer)))


def make_card(officer: Officer, key: Ed25519PrivateKey) -> Card:
    """The card of these keys. Raises as `read_card`."""
    return read_card(Signed(_body(officer), {}).signed_with(key, _SIGN).write())


def read_card(data: bytes) -> Card:
    """IntegrityError("escrow_malformed"), ("escrow_card_unsigned", officer=…)."""
    signed = split(data)
    try:
        officer = _decoder.decode(signed.body).officer
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    if not is_officer(officer) or signed.body != _body(officer):
        raise IntegrityError("escrow_malformed")
    if not signed.is_signed_by(officer.signing, _SIGN):
        raise IntegrityError("escrow_card_unsigned", officer=officer.id)
    return Card(officer, signed)


def check_own(officer: Officer, own: Officer) -> None:
    """Whether a policy names the keys that somebody has.

    Raises UsageError("escrow_not_your_policy", officer=…), IntegrityError("escrow_key_exchanged",
    officer=…): the name is there with keys of somebody else.
    """
    if officer.id != own.id:
        raise UsageError("escrow_not_your_policy", officer=own.id)
    if officer != own:
        raise IntegrityError("escrow_key_exchanged", officer=own.id)


def _body(officer: Officer) -> bytes:
    return unsigned(CardBody("cyberlib escrow card", 1, officer)).body
