"""An officer's keys in a file."""

from __future__ import annotations

import os

import msgspec
import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.escrow.officer_card import fingerprint, make_card, read_card
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


def test_a_card_says_what_its_officer_signed(made: tuple[OfficerKeys, bytes]) -> None:
    keys, _ = made
    card = make_card(keys.officer, keys.signing)
    data = card.signed.write()
    assert read_card(data) == card and card.officer == keys.officer
    other = msgspec.structs.replace(keys.officer, organisation="Autre")
    assert fingerprint(other) != fingerprint(keys.officer)
    stranger, _ = make_keys("claire", "Claire Exemple", "Étude fictive", PASSPHRASE, os.urandom)
    for changed, code in (
        (data.replace("Étude".encode(), b"Autre"), "escrow_card_unsigned"),
        (
            data.replace(keys.officer.sealing.encode(), stranger.officer.sealing.encode()),
            "escrow_card_unsigned",
        ),
        (data.replace(keys.officer.sealing.encode(), b"00"), "escrow_malformed"),
        (data.replace(b'"version":1', b'"version":1 '), "escrow_malformed"),  # one way to write a card
        (data.replace(b'"version":1', b'"version":2'), "escrow_malformed"),
        (data[:-1], "escrow_malformed"),
    ):
        with pytest.raises(CyberlibError) as caught:
            read_card(changed)
        assert caught.value.code == code
