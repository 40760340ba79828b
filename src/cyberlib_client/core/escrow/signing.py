"""Documents that several people sign: two lines of JSON, so that everybody signs the very same bytes.

Line 1 is the document, line 2 the signatures by public key, `{"<hex>": "<hex>", …}`; each line ends with
"\\n". A signature (Ed25519, RFC 8032) covers a purpose and line 1.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..crypto import sha256
from ..errors import IntegrityError
from ..format_v1.lines import from_hex
from ..format_v1.malformed import MALFORMED

LARGEST: Final = 256 * 1024
_MOST_SIGNATURES: Final = 16
_signatures = msgspec.json.Decoder(dict[str, str])


class Signed(NamedTuple):
    """A document as it lies, nothing believed yet. `signatures`: by public key, both in hex."""

    body: bytes
    signatures: dict[str, str]

    @property
    def digest(self) -> bytes:
        """What names the document, whoever has signed it."""
        return sha256(self.body)

    def is_signed_by(self, key: str, purpose: bytes) -> bool:
        """Whether the holder of a public key (hex) signed it for this purpose."""
        try:
            signature = from_hex(self.signatures.get(key, ""))
            Ed25519PublicKey.from_public_bytes(from_hex(key)).verify(signature, purpose + self.body)
        except (InvalidSignature, ValueError):
            return False
        return True

    def signed_with(self, key: Ed25519PrivateKey, purpose: bytes) -> Signed:
        """The same with one signature more."""
        public = key.public_key().public_bytes_raw().hex()
        made = key.sign(purpose + self.body).hex()
        return Signed(self.body, {**self.signatures, public: made})

    def write(self) -> bytes:
        """The bytes of the document; those of the same signatures are always the same."""
        signatures = dict(sorted(self.signatures.items()))
        return self.body + b"\n" + msgspec.json.encode(signatures) + b"\n"


def unsigned(document: msgspec.Struct) -> Signed:
    """A document that nobody has signed yet."""
    return Signed(msgspec.json.encode(document), {})


def split(data: bytes) -> Signed:
    """The two lines. IntegrityError("escrow_malformed")."""
    lines = data.split(b"\n") if len(data) <= LARGEST else []
    if len(lines) != 3 or lines[2]:
        raise IntegrityError("escrow_malformed")
    try:
        signatures = _signatures.decode(lines[1])
    except MALFORMED:
        raise IntegrityError("escrow_malformed") from None
    if len(signatures) > _MOST_SIGNATURES:
        raise IntegrityError("escrow_malformed")
    return Signed(lines[0], signatures)
