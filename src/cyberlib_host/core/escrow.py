"""Escrow at the host: documents that it keeps and cannot open (docs/format/escrow.md).

Customers' machines and officers check them all and trust no host. It checks them as well, so that what is
replayed or does not belong together is refused where it is seen, with a line in the customer's log.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Final, NamedTuple, TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta

from .problems import Problem
from .shapes import Answer, Hex32, Hex64, Id, Struct, Time

Document = Annotated[str, Meta(min_length=2, max_length=120_000, description="as in docs/format/escrow.md")]

T = TypeVar("T")

_CONSENT: Final = b"cyberlib/v1/escrow consent\n"
_POLICY: Final = b"cyberlib/v1/escrow policy\n"
_ANSWER: Final = b"cyberlib/v1/escrow answer\n"
_GRANT: Final = b"cyberlib/v1/escrow grant\n"
_LONGEST: Final = 72 * 3600 * 1_000_000
_DEVICE: Final = b"cyberlib/v1/device"


# ---- on the wire


class Entrusting(Struct, frozen=True):
    """What a customer's machine entrusts: the documents, as they were signed."""

    policy: Document
    deposit: Document
    consent: Document


class Withdrawal(Struct, frozen=True):
    """A consent whose action is "leave"."""

    consent: Document


class Asking(Struct, frozen=True):
    """A request for what was entrusted."""

    request: Document


class Granting(Struct, frozen=True):
    """A customer's leave for a covered restoration."""

    grant: Document


class Accessing(Struct, frozen=True):
    """What is read next, in hex, sealed so that only the customer can read it."""

    entry: Annotated[str, Meta(min_length=2, max_length=120_000, pattern="^([0-9a-f]{2})*$")]


class AccessKept(Answer, frozen=True):
    """An entry of the log, and when it came."""

    time: Time
    entry: str


class GrantTold(Answer, frozen=True):
    """A grant as it was signed. `state`: "given" until `until`, then "over"; "ended" before that."""

    release: Hex32
    state: str
    grant: str
    given: Time
    until: Time
    accesses: list[AccessKept]


class Destroyed(Answer, frozen=True):
    """That a deposit is gone from this host: `signature` by the key of its receipts over
    "cyberlib escrow destruction 1\\n" ‖ deposit (32 bytes) ‖ time in UTF-8."""

    deposit: Hex32
    time: Time
    signature: Hex64


class ReleaseTold(Answer, frozen=True):
    """A request. `state`: "waiting" until `opens`, then "open"; "cancelled", "left" (the escrow was left) or
    "expired". `device`: the one that asked. `answers`: documents; none before it is open. `answered`: by how
    many officers."""

    id: Hex32
    state: str
    device: Id
    asked: Time
    opens: Time
    request: str
    answered: int
    answers: list[str]


class EscrowTold(Answer, frozen=True):
    """What stands for a vault. `state`: "none", "joined" or "left". `releases`: the latest first."""

    state: str
    policy: str | None
    deposit: str | None
    consent: str | None
    withdrawal: str | None
    joined: Time | None
    left: Time | None
    destroyed: Destroyed | None
    releases: list[ReleaseTold]


# ---- the documents, as far as a host reads them


class _Signer(msgspec.Struct, frozen=True):
    id: Id
    name: str
    key: Hex32
    certificate: Hex64


class Consent(msgspec.Struct, frozen=True):
    """See docs/format/escrow.md."""

    kind: str
    action: str
    vault: Id
    vault_key: Hex32
    slot: str
    policy: Hex32
    deposit: Hex32
    time: str
    device: _Signer
    former: str


class Request(msgspec.Struct, frozen=True):
    """See docs/format/escrow.md."""

    kind: str
    vault: Id
    deposit: Hex32
    time: str
    scope: str = "holder"


class Grant(msgspec.Struct, frozen=True):
    """See docs/format/escrow.md."""

    kind: str
    vault: Id
    vault_key: Hex32
    consent: Hex32
    request: Hex32
    since: str
    until: str
    device: _Signer


class _Officer(msgspec.Struct, frozen=True):
    id: str
    signing: Hex32


class Policy(msgspec.Struct, frozen=True):
    """See docs/format/escrow.md."""

    kind: str
    officers: list[_Officer]


class _Deposit(msgspec.Struct, frozen=True):
    kind: str
    vault: Id
    slot: str
    policy: Hex32


class Reply(msgspec.Struct, frozen=True):
    """An officer's answer; see docs/format/escrow.md."""

    kind: str
    request: Hex32
    officer: str


class Read(NamedTuple):
    """A consent that holds; `digest`: what names it."""

    body: Consent
    digest: str


def read_consent(text: str, action: str) -> Read:
    """A consent of this action, signed by a device that the vault key in it certifies.

    Raises Problem("escrow_document_bad", where=…).
    """
    first, signatures = _split(text, "consent")
    body = _decoded(first, Consent, "consent")
    _check_certified(body, "consent")
    right = body.kind == "cyberlib escrow consent" and body.action == action
    if not right or not _is_signed(first, signatures, body.device.key, _CONSENT):
        raise Problem("escrow_document_bad", where="consent")
    return Read(body, digest_of(first))


class ReadGrant(NamedTuple):
    """A grant that holds; `digest`: what names it; its times in microseconds since 1970."""

    body: Grant
    digest: str
    since: int
    until: int


def read_grant(text: str, consent: Read) -> ReadGrant:
    """A grant by a device of the vault that consented, for three days at most.

    Raises Problem("escrow_document_bad", where=…).
    """
    first, signatures = _split(text, "grant")
    body = _decoded(first, Grant, "grant")
    _check_certified(body, "grant")
    told = consent.body
    same = (body.vault, body.vault_key, body.consent) == (told.vault, told.vault_key, consent.digest)
    signed = _is_signed(first, signatures, body.device.key, _GRANT)
    since, until = moment_of(body.since), moment_of(body.until)
    right = body.kind == "cyberlib escrow grant" and 0 < until - since <= _LONGEST
    if not (same and signed and right):
        raise Problem("escrow_document_bad", where="grant")
    return ReadGrant(body, digest_of(first), since, until)


def since_of(text: str) -> int:
    """From when a grant that was read before counts, in microseconds since 1970."""
    return moment_of(_decoded(_split(text, "grant")[0], Grant, "grant").since)


def check_together(given: Entrusting, consent: Consent) -> None:
    """Whether policy, deposit and consent belong together. Raises Problem("escrow_document_bad", where=…)."""
    first, signatures = _split(given.policy, "policy")
    policy = _decoded(first, Policy, "policy")
    signed = all(_is_signed(first, signatures, each.signing, _POLICY) for each in policy.officers)
    if policy.kind != "cyberlib escrow policy" or not signed or digest_of(first) != consent.policy:
        raise Problem("escrow_document_bad", where="policy")
    deposit = _decoded(given.deposit.encode(), _Deposit, "deposit")
    names = (deposit.vault, deposit.slot, deposit.policy)
    if deposit.kind != "cyberlib escrow deposit" or names != (consent.vault, consent.slot, consent.policy):
        raise Problem("escrow_document_bad", where="deposit")
    if digest_of(given.deposit.encode()) != consent.deposit:
        raise Problem("escrow_document_bad", where="deposit")


def check_ends(leaving: Consent, joined: Read) -> None:
    """Whether one consent ends the other. Raises Problem("escrow_document_bad", where=…)."""
    one, other = leaving, joined.body
    same = (one.vault, one.vault_key, one.slot) == (other.vault, other.vault_key, other.slot)
    if not same or one.former != joined.digest:
        raise Problem("escrow_document_bad", where="consent")


def read_request(text: str) -> Request:
    """Raises Problem("escrow_document_bad", where=…)."""
    request = _decoded(text.encode(), Request, "request")
    if request.kind != "cyberlib escrow request":
        raise Problem("escrow_document_bad", where="request")
    return request


def answered_by(text: str) -> str:
    """Which request an answer says that it is to; nothing else is looked at. Raises as `read_reply`."""
    return _decoded(_split(text, "answer")[0], Reply, "answer").request


def read_reply(text: str, policy: str) -> Reply:
    """An answer that an officer of this policy signed. Raises Problem("escrow_document_bad", where=…)."""
    first, signatures = _split(text, "answer")
    reply = _decoded(first, Reply, "answer")
    officers = {each.id: each for each in _decoded(_split(policy, "policy")[0], Policy, "policy").officers}
    officer = officers.get(reply.officer)
    if officer is None or not _is_signed(first, signatures, officer.signing, _ANSWER):
        raise Problem("escrow_document_bad", where="answer")
    return reply


def moment_of(text: str) -> int:
    """Microseconds since 1970 of a time in a document. Raises Problem("escrow_document_bad", where=…)."""
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1_000_000)
    except (ValueError, OverflowError, OSError):
        raise Problem("escrow_document_bad", where="time") from None


def digest_of(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def destruction_message(deposit: str, time: str) -> bytes:
    """What the host signs when a deposit is gone."""
    return b"cyberlib escrow destruction 1\n" + bytes.fromhex(deposit) + time.encode()


def _split(text: str, where: str) -> tuple[bytes, dict[str, str]]:
    lines = text.encode().split(b"\n")
    if len(lines) != 3 or lines[2]:
        raise Problem("escrow_document_bad", where=where)
    return lines[0], _decoded(lines[1], dict[str, str], where)


def _decoded(data: bytes, kind: type[T], where: str) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Problem("escrow_document_bad", where=where) from None


def _check_certified(body: Consent | Grant, where: str) -> None:
    """Whether the vault key in it certifies the device that signs."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(body.vault_key))
        signer = body.device
        told = _DEVICE + bytes.fromhex(body.vault + signer.id + signer.key) + signer.name.encode()
        key.verify(bytes.fromhex(signer.certificate), told)
    except (InvalidSignature, ValueError):
        raise Problem("escrow_document_bad", where=where) from None


def _is_signed(data: bytes, signatures: dict[str, str], key: str, purpose: bytes) -> bool:
    try:
        signature = bytes.fromhex(signatures.get(key, ""))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(signature, purpose + data)
    except (InvalidSignature, ValueError):
        return False
    return True
