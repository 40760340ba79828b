"""Certificates of drills: what they are signed with, and what forgers try."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cyberlib_client.app import drill_page
from cyberlib_client.app.drill_page import certificate_page
from cyberlib_client.core.certificate import (
    Compared,
    DeviceNamed,
    DrillRecord,
    Looked,
    Part,
    SnapshotNamed,
    Taken,
    Times,
    Wrong,
    check_file,
    device_named,
    read_fingerprint,
    sign_file,
    unsigned,
    vault_named,
)
from cyberlib_client.core.errors import CyberlibError, IntegrityError, UsageError
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.core.kit import fingerprint_of
from cyberlib_client.services.device import Identity, identity

KEYS = VaultKeys(b"r" * 32, b"v" * 16)
OTHER = VaultKeys(b"s" * 32, b"w" * 16)


def device(keys: VaultKeys = KEYS, name: str = "ACCUEIL-1") -> Identity:
    return identity(keys, bytes(range(48)), name)


def record(**given: Any) -> DrillRecord:
    made = DrillRecord(
        kind="cyberlib restore drill",
        version=1,
        id="ab" * 16,
        outcome="passed",
        organisation="Cabinet fictif",
        device=device_named(device().device),
        vault=vault_named(KEYS),
        snapshot=SnapshotNamed("cd" * 32, 12, "2026-11-22T18:00:00Z", "linux", 5000, 10**9),
        trigger="schedule",
        started="2026-11-22T18:00:00Z",
        ended="2026-11-22T18:05:00Z",
        taken=Taken(*(Part(n, n * 1000) for n in range(6))),
        total=Part(15, 15_000),
        compared=Compared(Part(10, 10_000), Part(5, 5000)),
        looked=Looked(1, 0, 4, 10, 0),
        wrong=Wrong(0, 0, 0, 0),
        seconds=Times(0.1, 1.0, 2.0, 60.0, 400.0),
        software="CyberLib 0",
        system="linux",
    )
    return msgspec.structs.replace(made, **given)


def signed(what: DrillRecord, signer: Identity | None = None, keys: VaultKeys = KEYS) -> bytes:
    signer = signer or device()
    return sign_file(b"%PDF\n" + unsigned(what) + b"\n%%EOF\n", keys.vault_id, signer.signing)


def code_of(data: bytes, known: str | None = None) -> str:
    with pytest.raises(CyberlibError) as caught:
        check_file(data, known)
    assert isinstance(caught.value, IntegrityError | UsageError)
    return caught.value.code


def test_a_record_goes_round() -> None:
    data = signed(record())
    assert check_file(data) == record() == check_file(data, fingerprint_of(KEYS))
    assert code_of(data, fingerprint_of(OTHER)) == "certificate_of_another"


def test_a_fingerprint_is_read_as_people_write_it() -> None:
    told = fingerprint_of(KEYS)
    for written in (told, told.upper(), told.replace(" ", ""), told.replace(" ", "-"), f" {told}\n"):
        assert read_fingerprint(written) == told
    for wrong in ("", told[:-1], told + "0", "é" * 24):
        with pytest.raises(UsageError):
            read_fingerprint(wrong)


def test_forgers() -> None:
    """Each would do with keys of their own what only this vault's can do."""
    stranger = device(OTHER, "ACCUEIL-1")
    own = Ed25519PrivateKey.from_private_bytes(bytes(32))
    named = device_named(device().device)
    # A device of another vault, said to be of this one: its certificate is of the other key.
    assert code_of(signed(record(device=device_named(stranger.device)), stranger)) == "certificate_altered"
    # Another vault's key under this vault's fingerprint, or its id.
    mixed = msgspec.structs.replace(vault_named(OTHER), fingerprint=fingerprint_of(KEYS))
    forged = record(device=device_named(stranger.device), vault=mixed)
    assert code_of(signed(forged, stranger, OTHER)) == "certificate_altered"
    mixed = msgspec.structs.replace(vault_named(OTHER), id=KEYS.vault_id.hex())
    forged = record(device=device_named(stranger.device), vault=mixed)
    assert code_of(signed(forged, stranger)) == "certificate_altered"
    # This device's name and certificate with a key of the forger's.
    forged = record(device=msgspec.structs.replace(named, key=own.public_key().public_bytes_raw().hex()))
    assert code_of(signed(forged, Identity(device().device, own))) == "certificate_altered"
    # The device's own signature, made for another record.
    good, other = signed(record()), signed(record(outcome="failed"))
    digits = re.compile(rb'(?<="signature":")[0-9a-f]{128}')
    moved = digits.sub(digits.findall(good)[0], other)
    assert code_of(moved) == "certificate_altered"
    # An id and a key whose border is moved: laid end to end, they are the same bytes.
    shifted = DeviceNamed(named.id + named.key[:2], named.name, named.key[2:], named.certificate)
    assert code_of(signed(record(device=shifted))) == "certificate_altered"
    # A vault of the forger's own holds, and is told as another.
    theirs = record(device=device_named(stranger.device), vault=vault_named(OTHER))
    data = signed(theirs, stranger, OTHER)
    assert check_file(data) == theirs
    assert code_of(data, fingerprint_of(KEYS)) == "certificate_of_another"


def test_what_is_not_one_text_for_one_record_fails() -> None:
    signer = device()
    for old, new, code in (
        (b'"version":1', b'"version": 1', "certificate_altered"),
        (b'"version":1', b'"version":2', "certificate_newer"),
        (b'"version":1', b'"version":1,"more":0', "certificate_altered"),
        (b'"organisation":"Cabinet fictif",', b"", "certificate_altered"),
        (b"Cabinet", b"\xff\xfe", "certificate_altered"),
    ):
        text = unsigned(record())
        assert text.count(old) == 1
        data = sign_file(text.replace(old, new), KEYS.vault_id, signer.signing)
        assert code_of(data) == code
    twice = signed(record())
    assert code_of(twice + twice) == "certificate_altered"
    assert code_of(b"%PDF-1.7\n%%EOF\n") == "certificate_unknown"
    assert code_of(b"") == "certificate_unknown"


@pytest.mark.parametrize(
    "name", ["ACCUEIL-1", "Ωμέγα Приёмная Ÿ œ", "漢字 \U0001f600 \u202e", '"}x', "n" * 300]
)
def test_the_page_is_archivable_whatever_names_are_on_it(name: str) -> None:
    """PDF/A-3b by its outward signs; and by a validator, where it is installed."""
    signer = device(KEYS, name)
    what = record(device=device_named(signer.device), organisation=name[:100])
    data = sign_file(certificate_page(what), KEYS.vault_id, signer.signing)
    assert check_file(data) == what
    assert data.count(b"%%EOF") == 1 and data.endswith(b"%%EOF\n")
    assert re.match(rb"%PDF-1\.7\n%[\x80-\xff]{4}", data)
    for needed in (
        b"<pdfaid:part>3</pdfaid:part>",
        b"<pdfaid:conformance>B</pdfaid:conformance>",
        b"/GTS_PDFA1",
        b"/AFRelationship /Data",
        b"/FontFile2",
        b"/ID [",
    ):
        assert needed in data, needed
    assert b"/Encrypt" not in data and b"\r\nendstream" not in data
    assert len(re.findall(rb"/Type /Page\b", data)) == 1
    here = sys.platform == "linux" and platform.machine() == "x86_64"  # where CI has it
    if (here and os.environ.get("CI")) or importlib.util.find_spec("page") is not None:
        page = importlib.import_module("page")
        report = page.validate_pdf_bytes(data, profile=page.ValidationProfile.PDF_A_3B)
        assert report.is_compliant, [failure.message for failure in report.failures]


def test_the_command_on_the_page_is_one_that_exists() -> None:
    """A line that is broken at a hyphen would be typed with a blank."""
    for text in drill_page._CHECK:
        assert re.search(r"cyberlib certificate verify \w+ --vault-fingerprint [A-Z]+\.", text)
