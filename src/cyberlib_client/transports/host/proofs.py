"""What a host says of a person who was there, believed only by the key of its receipts."""

from __future__ import annotations

import hashlib
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta

from ...core.errors import IntegrityError
from .people import Proof

_PURPOSE: Final = b"cyberlib proof 1\n"
_Method = Annotated[str, Meta(pattern="^[a-z0-9_]{1,30}$(?!\n)")]


class Said(msgspec.Struct, frozen=True):
    """Of the document; see docs/protocol."""

    kind: str
    version: int
    id: str
    device: str
    person: Annotated[str, Meta(pattern="^[0-9a-f]{32}$(?!\n)")]
    method: Annotated[list[_Method], Meta(min_length=1, max_length=5)]
    action: str
    digest: str


def read_proof(proof: Proof, key: str, device: str, action: str, digest: str, at: str) -> Said:
    """What a proof says that the host's `key` (hex) has signed, for this action of this device, of the token
    that came with it. Raises IntegrityError("host_proof_bad", at=…)."""
    document = proof.document.encode()
    try:
        signer = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        signer.verify(bytes.fromhex(proof.signature), _PURPOSE + document)
        said = msgspec.json.decode(document, type=Said)
    except (ValueError, InvalidSignature, msgspec.MsgspecError):
        raise IntegrityError("host_proof_bad", at=at) from None
    mark = hashlib.sha256(proof.token.encode()).hexdigest()[:32]
    wanted = ("cyberlib proof", 1, mark, device, action, digest)
    if (said.kind, said.version, said.id, said.device, said.action, said.digest) != wanted:
        raise IntegrityError("host_proof_bad", at=at)
    return said
