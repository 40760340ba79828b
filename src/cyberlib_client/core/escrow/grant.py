"""The customer's leave for one covered restoration: staff restore for the holder, at one workstation.

Signed by a device that the vault certifies, it names the one request that it is for. What may be read is
sealed to that request's key, and once more to a log key that only who opens the vault can make again: neither
a host nor an officer reads names. With each access the workstation seals to the log key what it reads.

    log seed = HKDF-SHA256(key for local state, salt = request digest, info = purpose), 96 bytes

Whoever puts the parts together could read all of the vault: the limits bind the program, the record tells.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..crypto import hkdf
from ..errors import IntegrityError, UsageError
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..format_v1.signed import Device, is_certified
from ..keys import VaultKeys
from .consent import Consent, Signer
from .sealing import SEED_SIZE, SealingKey, is_public_key, seal
from .signing import Signed, split, unsigned

LONGEST: Final = 72 * 3600
"""Seconds that a grant may last."""

_SIGN: Final = b"cyberlib/v1/escrow grant\n"
_LIMITS: Final = b"cyberlib/v1/escrow grant limits\n"
_LOG: Final = b"cyberlib/v1/escrow access log\n"
_SIZES: Final = {"vault": 16, "vault_key": 32, "consent": 32, "request": 32}
_MOST_TEXT: Final = 500


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be read: these snapshots, "" for all, and what lies below these paths in the vault, none for
    everything."""

    snapshots: list[str]
    paths: list[str]


class Access(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was read. `what`: "snapshots", "list" or "restore", or "refused": it was tried, beyond the limits
    or with too few officers' answers, and nothing was read; `paths`: of restore, each file."""

    what: Literal["snapshots", "list", "restore", "refused"]
    time: str
    snapshot: str
    paths: list[str]


class GrantBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`consent`, `request`: their digests. `since`, `until`: RFC 3339, 72 hours apart at most. `whole`:
    nothing of the vault is left out. `limits`: sealed to the request's key, `kept`: to `log_key`. `who` gives
    it, and `reason`: in their words. Digests, ids and keys in hex."""

    kind: Literal["cyberlib escrow grant"]
    version: Literal[1]
    vault: str
    vault_key: str
    consent: str
    request: str
    since: str
    until: str
    whole: bool
    limits: str
    kept: str
    log_key: str
    who: str
    reason: str
    device: Signer


class Grant(NamedTuple):
    """A grant whose device signed it and is certified by the vault key it names."""

    body: GrantBody
    digest: bytes
    signed: Signed


_decoder = msgspec.json.Decoder(GrantBody)
_limits = msgspec.json.Decoder(Limits)
_accesses = msgspec.json.Decoder(Access)


def sign_grant(body: GrantBody, key: Ed25519PrivateKey) -> Grant:
    """The grant as the device in it signs it. Raises as `read_grant`."""
    return read_grant(unsigned(body).signed_with(key, _SIGN).write())


def read_grant(data: bytes) -> Grant:
    """A grant that holds; that `vault_key` is the vault's is for `check_grant` to know.

    Raises IntegrityError("escrow_malformed"), ("escrow_grant_unsigned").
    """
    signed = split(data)
    try:
        body = _decoder.decode(signed.body)
        for field, size in _SIZES.items():
            if len(from_hex(getattr(body, field))) != size:
                raise ValueError(field)
        if not is_public_key(from_hex(body.log_key)) or max(len(body.who), len(body.reason)) > _MOST_TEXT:
            raise ValueError("a field of the wrong size")
        if not 0 < seconds_of(body.until) - seconds_of(body.since) <= LONGEST:
            raise ValueError("too long")
        device = Device(
            id=from_hex(body.device.id),
            name=body.device.name,
            key=from_hex(body.device.key),
            certificate=from_hex(body.device.certificate),
        )
        certified = is_certified(from_hex(body.vault_key), from_hex(body.vault), device)
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    if not certified or not signed.is_signed_by(body.device.key, _SIGN):
        raise IntegrityError("escrow_grant_unsigned")
    return Grant(body, signed.digest, signed)


def check_grant(grant: Grant, request: bytes, consent: Consent, now: int) -> None:
    """Whether a grant covers a request, by its digest, at a moment, in seconds since 1970.

    Raises IntegrityError("escrow_grant_other"): for another request, or not of the vault that consented;
    UsageError("escrow_grant_early", since=…), ("escrow_grant_over", until=…).
    """
    body, told = grant.body, consent.body
    same = (body.vault, body.vault_key, body.consent) == (told.vault, told.vault_key, consent.digest.hex())
    if not same or body.request != request.hex():
        raise IntegrityError("escrow_grant_other")
    check_time(grant, now)


def check_time(grant: Grant, now: int) -> None:
    """Raises UsageError("escrow_grant_early", since=…), ("escrow_grant_over", until=…)."""
    if now < seconds_of(grant.body.since):
        raise UsageError("escrow_grant_early", since=grant.body.since)
    if now >= seconds_of(grant.body.until):
        raise UsageError("escrow_grant_over", until=grant.body.until)


def log_key(keys: VaultKeys, request: bytes) -> SealingKey:
    """What opens the log of one request's accesses, for whoever opens the vault."""
    return SealingKey(hkdf(keys.local, salt=request, info=_LOG, length=SEED_SIZE))


def seal_limits(limits: Limits, public: str, request: bytes) -> str:
    """In hex."""
    return seal(bytes.fromhex(public), msgspec.json.encode(limits), _LIMITS + request).hex()


def open_limits(sealed: str, key: SealingKey, request: bytes) -> Limits:
    """IntegrityError("escrow_malformed"): sealed to another, or no limits."""
    try:
        return _limits.decode(key.unseal(from_hex(sealed), _LIMITS + request))
    except (*MALFORMED, IntegrityError):
        raise IntegrityError("escrow_malformed") from None


def seal_access(access: Access, grant: Grant) -> str:
    """In hex."""
    info = _LOG + bytes.fromhex(grant.body.request)
    return seal(bytes.fromhex(grant.body.log_key), msgspec.json.encode(access), info).hex()


def open_access(sealed: str, key: SealingKey, request: bytes) -> Access:
    """IntegrityError("escrow_malformed")."""
    try:
        return _accesses.decode(key.unseal(from_hex(sealed), _LOG + request))
    except (*MALFORMED, IntegrityError):
        raise IntegrityError("escrow_malformed") from None


def seconds_of(text: str) -> int:
    """Seconds since 1970 of RFC 3339. ValueError, OverflowError."""
    made = datetime.fromisoformat(text)
    if made.tzinfo is None:
        raise ValueError("no zone")
    return int((made - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
