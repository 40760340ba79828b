"""The customer's word on escrow, signed by a device that the vault certifies; both sides keep it.

It names what was entrusted (the deposit's digest), to whom (the policy's), who decided and how that person
was authenticated, and the very text that was read. Leaving is the same document with another action, and
names the consent that it ends.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..errors import IntegrityError
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED
from ..format_v1.signed import Device, is_certified
from .signing import Signed, split, unsigned

Action = Literal["join", "leave"]
Scope = Literal["holder", "covered"]
"""To whom the secret may be released: the holder's own workstation, or also, each time with a grant of its
own, staff who restore for the holder."""

_SIGN: Final = b"cyberlib/v1/escrow consent\n"
_SIZES: Final = {"vault": 16, "vault_key": 32, "slot": 8, "policy": 32, "deposit": 32, "text": 32}


class Signer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """See `format_v1.signed.Device`, in hex."""

    id: str
    name: str
    key: str
    certificate: str


class ConsentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`who`: as they called themselves; `proof`: how they were authenticated (a code); `text`: SHA-256 of
    what they read, `text_version` its version; `time`: RFC 3339. `former`: of "leave", the digest of the
    consent it ends, else empty. Ids, keys and digests in hex."""

    kind: Literal["cyberlib escrow consent"]
    version: Literal[1]
    action: Action
    scope: Scope
    vault: str
    vault_key: str
    slot: str
    policy: str
    deposit: str
    who: str
    proof: str
    text: str
    text_version: str
    time: str
    device: Signer
    former: str = ""


class Consent(NamedTuple):
    """A consent whose device signed it and is certified by the vault key it names."""

    body: ConsentBody
    digest: bytes
    signed: Signed


_decoder = msgspec.json.Decoder(ConsentBody)


def sign_consent(body: ConsentBody, key: Ed25519PrivateKey) -> Consent:
    """The consent as the device in it signs it. Raises as `read_consent`."""
    return read_consent(unsigned(body).signed_with(key, _SIGN).write())


def read_consent(data: bytes) -> Consent:
    """A consent that holds. That `vault_key` is the vault's is for the caller to know: a device by its keys,
    a host by the first consent or by the fingerprint of the customer's kit.

    Raises IntegrityError("escrow_malformed"), ("escrow_consent_unsigned").
    """
    signed = split(data)
    try:
        body = _decoder.decode(signed.body)
        for field, size in _SIZES.items():
            if len(from_hex(getattr(body, field))) != size:
                raise ValueError(field)
        if len(from_hex(body.former)) != (32 if body.action == "leave" else 0):
            raise ValueError("former")
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
        raise IntegrityError("escrow_consent_unsigned")
    return Consent(body, signed.digest, signed)


def check_ends(leaving: Consent, joined: Consent) -> None:
    """Whether one consent ends the other. IntegrityError("escrow_consent_other")."""
    one, other = leaving.body, joined.body
    same = (one.vault, one.vault_key, one.slot) == (other.vault, other.vault_key, other.slot)
    if not same or one.action != "leave" or other.action != "join" or one.former != joined.digest.hex():
        raise IntegrityError("escrow_consent_other")
