"""Handing a secret out again: a request from the workstation that is to open the vault, one answer from each
officer, and the parts put together there and nowhere else.

    words = six words of the recovery list, from SHA-256(purpose + request), 66 bits
    info  = purpose + SHA-256(request) + JSON [group, officer]

Officers compare the words over the telephone with those on the workstation's screen: a host that puts its own
key into the request shows others. An answer is sealed to that one request; in another it opens nothing.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..crypto import sha256
from ..errors import IntegrityError, UsageError
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..words import listed, written_words
from ..words_fr import WORDS
from .consent import Consent, Scope
from .deposit import SEALED_SIZE, Deposit, check_part, joined, open_part
from .grant import Grant, check_grant, seconds_of
from .policy import Policy
from .sealing import SealingKey, is_public_key, seal
from .signing import LARGEST, Signed, split, unsigned

WORD_COUNT: Final = 6
_BITS: Final = 11
_WORDS: Final = b"cyberlib/v1/escrow words\n"
_ANSWER: Final = b"cyberlib/v1/escrow answer\n"
_HAND: Final = b"cyberlib/v1/escrow hand\n"


class RequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id`: 16 random bytes; `deposit`: its digest; `key`: the workstation's public sealing key, made for
    this request alone; in hex. `workstation`: its name, `time`: RFC 3339. `scope`: "covered" when staff
    restore for the holder."""

    kind: Literal["cyberlib escrow request"]
    version: Literal[1]
    id: str
    vault: str
    deposit: str
    scope: Scope
    workstation: str
    time: str
    key: str


class Request(NamedTuple):
    """A request that is in order. Anybody may make one: the words tell whose it is."""

    body: RequestBody
    data: bytes

    @property
    def digest(self) -> bytes:
        """What answers name it by."""
        return sha256(self.data)

    @property
    def words(self) -> list[str]:
        """Six words to compare by voice."""
        bits = int.from_bytes(sha256(_WORDS, self.data)) >> (256 - WORD_COUNT * _BITS)
        shifts = range((WORD_COUNT - 1) * _BITS, -1, -_BITS)
        return [WORDS[bits >> shift & (1 << _BITS) - 1] for shift in shifts]


class HandedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part sealed to the workstation; `sealed` in hex."""

    group: list[str]
    sealed: str


class AnswerBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one officer hands to one request, of which `request` is the digest."""

    kind: Literal["cyberlib escrow answer"]
    version: Literal[1]
    request: str
    officer: str
    time: str
    parts: list[HandedPart]


class Answer(NamedTuple):
    """An answer that its officer signed."""

    body: AnswerBody
    signed: Signed


_requests = msgspec.json.Decoder(RequestBody)
_answers = msgspec.json.Decoder(AnswerBody)


def make_request(body: RequestBody) -> Request:
    """The request as it is sent. Raises as `read_request`."""
    return read_request(msgspec.json.encode(body))


def read_request(data: bytes) -> Request:
    """IntegrityError("escrow_malformed")."""
    try:
        if len(data) > LARGEST:
            raise ValueError("too large")
        body = _requests.decode(data)
        sizes = tuple(len(from_hex(text)) for text in (body.id, body.vault, body.deposit))
        if (
            sizes != (16, 16, 32)
            or not is_public_key(from_hex(body.key))
            or not body.workstation.isprintable()
        ):
            raise ValueError("a field of the wrong size")
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    return Request(body, data)


def check_words(request: Request, heard: str) -> None:
    """Whether the six words that somebody heard are the request's, as the words of a kit are compared: four
    letters decide.

    Raises UsageError("escrow_words_count", count=…, expected=…), IntegrityError("escrow_words_differ",
    places=…): their numbers, from 1.
    """
    written = written_words(heard)
    if len(written) != WORD_COUNT:
        raise UsageError("escrow_words_count", count=len(written), expected=WORD_COUNT)
    pairs = enumerate(zip(written, request.words, strict=True), 1)
    wrong = [str(place) for place, (ours, theirs) in pairs if listed(ours) != theirs]
    if wrong:
        raise IntegrityError("escrow_words_differ", places=", ".join(wrong))


def answer(
    request: Request,
    deposit: Deposit,
    consent: Consent,
    officer: str,
    keys: tuple[SealingKey, Ed25519PrivateKey],
    time: str,
    grant: Grant | None = None,
) -> Answer:
    """An officer's parts, sealed anew to the workstation. `keys`: the officer's own, to open and to sign;
    `grant`: for a covered request, looked at now.

    Raises as `check_allowed`, IntegrityError("escrow_part_wrong", officer=…),
    UsageError("escrow_officer_unknown", officer=…).
    """
    check_allowed(request, deposit, consent, grant, seconds_of(time))
    mine = deposit.parts_of(officer)
    if not mine:
        raise UsageError("escrow_officer_unknown", officer=officer)
    opening, signing = keys
    public = bytes.fromhex(request.body.key)
    parts = [
        HandedPart(
            part.group,
            seal(public, open_part(part, deposit.body, opening), _hand(request, part.group, officer)).hex(),
        )
        for part in mine
    ]
    body = AnswerBody("cyberlib escrow answer", 1, request.digest.hex(), officer, time, parts)
    return Answer(body, unsigned(body).signed_with(signing, _ANSWER))


def read_answer(data: bytes, policy: Policy) -> Answer:
    """An answer that an officer of this policy signed.

    Raises IntegrityError("escrow_malformed"), ("escrow_answer_unsigned", officer=…),
    UsageError("escrow_officer_unknown", officer=…).
    """
    signed = split(data)
    try:
        body = _answers.decode(signed.body)
        if {len(from_hex(part.sealed)) for part in body.parts} != {SEALED_SIZE}:
            raise ValueError("a part of the wrong size")
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    if not signed.is_signed_by(policy.officer(body.officer).signing, _ANSWER):
        raise IntegrityError("escrow_answer_unsigned", officer=body.officer)
    return Answer(body, signed)


def assemble(
    request: Request, deposit: Deposit, policy: Policy, key: SealingKey, answers: list[Answer]
) -> bytes:
    """The secret that was entrusted, 32 bytes. `key`: the one made for the request.

    Raises IntegrityError("escrow_other_deposit"), ("escrow_other_request", officer=…),
    ("escrow_part_wrong", officer=…), UsageError("escrow_answers_missing", needed=…, got=…).
    """
    check_asks_for(request, deposit)
    handed: _Handed = {}
    for given in answers:
        officer = policy.officer(given.body.officer).id
        if given.body.request != request.digest.hex():
            raise IntegrityError("escrow_other_request", officer=officer)
        handed.update({(tuple(part.group), officer): part.sealed for part in given.body.parts})
    groups = dict.fromkeys(tuple(part.group) for part in deposit.body.parts)
    whole = [group for group in groups if all((group, officer) in handed for officer in group)]
    if not whole:
        got = len({given.body.officer for given in answers})
        raise UsageError("escrow_answers_missing", needed=policy.body.needed, got=got)
    wrong: IntegrityError | None = None
    for group in whole:  # where more answered than it takes, one wrong answer keeps nobody from the key
        try:
            return _secret_of(group, request, deposit, handed, key)
        except IntegrityError as error:
            wrong = wrong or error
    raise wrong or AssertionError("no group")


def check_allowed(
    request: Request, deposit: Deposit, consent: Consent, grant: Grant | None = None, now: int = 0
) -> None:
    """Whether the customer's consent covers a request for a deposit; a covered one takes a grant of its own,
    which stands `now`, whatever the consent says.

    Raises IntegrityError("escrow_other_deposit"), ("escrow_not_consented", reason=…): "consent_ended",
    …_deposit, …_grant; as `grant.check_grant`.
    """
    check_consented(request, deposit, consent)
    if request.body.scope == "holder":
        return
    if grant is None:
        raise IntegrityError("escrow_not_consented", reason="consent_grant")
    check_grant(grant, request.digest, consent, now)


def check_consented(request: Request, deposit: Deposit, consent: Consent) -> None:
    """Whether the customer's consent stands and is for this deposit. Raises as `check_allowed`."""
    check_asks_for(request, deposit)
    told = consent.body
    names = (deposit.body.vault, deposit.body.slot, deposit.body.policy, deposit.digest.hex())
    reasons = {
        "consent_ended": told.action == "join",
        "consent_deposit": (told.vault, told.slot, told.policy, told.deposit) == names,
    }
    for reason, holds in reasons.items():
        if not holds:
            raise IntegrityError("escrow_not_consented", reason=reason)


def check_asks_for(request: Request, deposit: Deposit) -> None:
    """IntegrityError("escrow_other_deposit") unless the request is for this deposit."""
    if (request.body.vault, request.body.deposit) != (deposit.body.vault, deposit.digest.hex()):
        raise IntegrityError("escrow_other_deposit")


_Handed = dict[tuple[tuple[str, ...], str], str]
"""Sealed parts by group and officer."""


def _secret_of(
    group: tuple[str, ...], request: Request, deposit: Deposit, handed: _Handed, key: SealingKey
) -> bytes:
    plain = []
    for part in deposit.body.parts:
        if tuple(part.group) != group:
            continue
        sealed = bytes.fromhex(handed[group, part.officer])
        try:
            plain.append(key.unseal(sealed, _hand(request, part.group, part.officer)))
        except IntegrityError:
            raise IntegrityError("escrow_part_wrong", officer=part.officer) from None
        check_part(part, deposit.body, plain[-1])
    return joined(plain)


def _hand(request: Request, group: list[str], officer: str) -> bytes:
    return _HAND + request.digest + msgspec.json.encode([group, officer])
