"""An authenticator in a few lines, which answers as it is told to, also wrongly (Web Authentication, 6.1)."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor

UP: Final = 0x01
UV: Final = 0x04
_AT: Final = 0x40


def written(data: bytes) -> str:
    """Base64url, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Authenticator:
    """One passkey. `changes` of `made` and `used`: what is said in place of the truth."""

    def __init__(self, address: str, name: str) -> None:
        self.address, self.name = address, name
        self.ident, self.count = secrets.token_bytes(32), 0
        self.user = b""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def made(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """As `navigator.credentials.create` tells it."""
        asked = options["publicKey"]
        padded = asked["user"]["id"] + "=="
        self.user = base64.urlsafe_b64decode(padded)
        numbers = self._key.public_key().public_numbers()
        cose = {
            1: 2, 3: changes.get("alg", -7), -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32),
        }  # fmt: skip
        key = bytes(16) + struct.pack(">H", len(self.ident)) + self.ident + cbor.encode(cose)
        data = self._data(_AT, changes) + (b"" if changes.get("no_key") else key)
        attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], changes)
        return self._told({"clientDataJSON": client, "attestationObject": written(attested)}, changes)

    def used(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """As `navigator.credentials.get` tells it."""
        self.count += 1
        data = self._data(0, changes)
        client = self._client("webauthn.get", options["publicKey"]["challenge"], changes)
        padded = client + "=" * (-len(client) % 4)
        signed = data + hashlib.sha256(base64.urlsafe_b64decode(padded)).digest()
        signature = bytearray(self._key.sign(signed, ec.ECDSA(SHA256())))
        if changes.get("forged"):
            signature = bytearray(ec.generate_private_key(ec.SECP256R1()).sign(signed, ec.ECDSA(SHA256())))
        response = {
            "clientDataJSON": client,
            "authenticatorData": written(data),
            "signature": written(bytes(signature)),
        }
        user = changes.get("user", self.user)
        return self._told(response | ({"userHandle": written(user)} if user else {}), changes)

    def _told(self, response: dict[str, str], changes: dict[str, Any]) -> dict[str, Any]:
        ident = written(changes.get("ident", self.ident))
        told = {"id": ident, "rawId": ident, "type": "public-key", "clientExtensionResults": {}}
        return told | {"response": response}

    def _data(self, flags: int, changes: dict[str, Any]) -> bytes:
        name = changes.get("name", self.name)
        flags |= changes.get("flags", UP | UV)
        count = changes.get("count", self.count)
        return hashlib.sha256(name.encode()).digest() + struct.pack(">BI", flags, count)

    def _client(self, kind: str, challenge: str, changes: dict[str, Any]) -> str:
        said = {
            "type": changes.get("kind", kind),
            "challenge": changes.get("challenge", challenge),
            "origin": changes.get("origin", self.address),
            "crossOrigin": changes.get("cross", False),
        }
        return written(json.dumps(said).encode())
