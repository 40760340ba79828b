"""An officer's keys in a file."""

from __future__ import annotations

import os

import msgspec
import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.escrow.officer_key import OfficerKeys, make_keys, open_keys, read_officer

pytestmark = pytest.mark.portable

PASSPHRASE = "agrafe-horloge-sapin-tunnel"


@pytest.fixture(scope="module")
def made() -> tuple[OfficerKeys, bytes]:
    return make_keys("claire", "Claire Exemple", "Étude fictive", PASSPHRASE, os.urandom)


def test_what_was_made_opens_and_signs(made: tuple[OfficerKeys, bytes]) -> None:
    keys, data = made
    again = open_keys(data, PASSPHRASE)
    assert again.officer == keys.officer == read_officer(data)
    assert again.opening.public == keys.opening.public == bytes.fromhex(keys.officer.sealing)
    assert again.signing.public_key() == keys.signing.public_key()


def test_nothing_secret_stands_in_the_file(made: tuple[OfficerKeys, bytes]) -> None:
    keys, data = made
    assert keys.signing.private_bytes_raw().hex().encode() not in data


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "escrow_key_closed"),
        ({"organisation": "Autre"}, "escrow_key_closed"),
        ({"sealed": "altered"}, "escrow_key_closed"),
        ({"memory": 64}, "kdf_out_of_bounds"),
        ({"version": 2}, "escrow_malformed"),
        ({"salt": "zz"}, "escrow_malformed"),
        ({"more": 1}, "escrow_malformed"),
    ],
)
def test_what_does_not_open(made: tuple[OfficerKeys, bytes], change: dict[str, object], code: str) -> None:
    body = msgspec.json.decode(made[1])
    kept = body["sealed"]
    for field, value in change.items():
        part = {"organisation": body["officer"], "memory": body["kdf"]}.get(field, body)
        part[field] = value
        if field == "sealed":
            part[field] = f"{int(kept[:2], 16) ^ 1:02x}{kept[2:]}"
    with pytest.raises(CyberlibError) as caught:
        open_keys(msgspec.json.encode(body), PASSPHRASE if change else "une autre phrase")
    assert caught.value.code == code
