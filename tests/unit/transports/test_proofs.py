"""What a host says of a person is believed by the key of its receipts alone."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.transports.host.people import Proof
from cyberlib_client.transports.host.proofs import Said, read_proof

pytestmark = pytest.mark.portable

KEY: Final = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
TOKEN: Final = "ab" * 32
DOCUMENT: Final = {
    "kind": "cyberlib proof", "version": 1, "id": hashlib.sha256(TOKEN.encode()).hexdigest()[:32],
    "organisation": "0" * 32, "device": "d" * 32, "person": "1" * 32, "name": "Claude Exemple",
    "role": "holder", "method": ["password", "totp"], "action": "escrow_join", "digest": "e" * 64,
    "time": "2026-11-24T02:00:00Z", "expires": "2026-11-24T02:05:00Z",
}  # fmt: skip


def proof(document: bytes, key: Ed25519PrivateKey = KEY, purpose: bytes = b"cyberlib proof 1\n") -> Proof:
    return Proof(TOKEN, document.decode(), key.sign(purpose + document).hex(), 10)


def read(given: Proof, key: str | None = None) -> Said:
    known = KEY.public_key().public_bytes_raw().hex() if key is None else key
    return read_proof(given, known, "d" * 32, "escrow_join", "e" * 64, "https://host.example")


def changed(**change: Any) -> bytes:
    return json.dumps(
        {name: value for name, value in (DOCUMENT | change).items() if value is not None}
    ).encode()


def test_a_proof_that_the_host_signed() -> None:
    said = read(proof(changed()))
    assert (said.person, said.method) == ("1" * 32, ["password", "totp"])


@pytest.mark.parametrize(
    "change",
    [
        {"action": "escrow_leave"},
        {"digest": "f" * 64},
        {"device": "c" * 32},
        {"id": "0" * 32},
        {"kind": "cyberlib receipt"},
        {"version": 2},
        {"person": "somebody"},
        {"person": "1" * 32 + "\n"},
        {"method": []},
        {"method": ["password, and the holder's own card"]},
        {"method": None},
    ],
)
def test_a_signed_proof_of_something_else(change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError) as told:
        read(proof(changed(**change)))
    assert told.value.code == "host_proof_bad"


@pytest.mark.parametrize(
    "given",
    [
        proof(changed(), Ed25519PrivateKey.from_private_bytes(b"x" * 32)),
        proof(changed(), purpose=b"cyberlib receipt 1\n"),
        Proof(TOKEN, changed(role="member").decode(), proof(changed()).signature, 10),
        Proof(TOKEN, changed().decode(), "", 10),
        Proof(TOKEN, changed().decode(), "no hex", 10),
        proof(b"[]"),
        proof(b"{"),
    ],
)
def test_a_proof_that_the_host_did_not_sign(given: Proof) -> None:
    with pytest.raises(IntegrityError) as told:
        read(given)
    assert told.value.code == "host_proof_bad"


@pytest.mark.parametrize("key", ["", "00", "no hex"])
def test_a_machine_that_knows_no_key_of_its_host(key: str) -> None:
    with pytest.raises(IntegrityError):
        read(proof(changed()), key)
