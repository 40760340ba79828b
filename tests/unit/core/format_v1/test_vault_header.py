"""The header of a vault: what is taken, what is refused, and what is said of newer ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cyberlib_client.core.errors import IntegrityError, UsageError
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.format_v1.vault import (
    USUAL_CHUNKING,
    authenticate_vault_header,
    check_header,
    new_vault_header,
    read_vault_header,
    write_vault_header,
)
from cyberlib_client.core.ids import MAX_CHUNK
from cyberlib_client.core.keys import VaultKeys

KEYS = VaultKeys(bytes(range(32)), bytes(range(16)))
GOOD: dict[str, Any] = {
    "format": "cyberlib vault",
    "version": 1,
    "suite": 1,
    "id": KEYS.vault_id.hex(),
    "created": 1_700_000_000,
    "chunking": {"minimum": 32768, "average": 131072, "maximum": 1048576},
}


def test_there_and_back() -> None:
    header = new_vault_header(KEYS.vault_id, 1_700_000_000, USUAL_CHUNKING)
    data = write_vault_header(header, KEYS)
    assert read_vault_header(data) == check_header(GOOD) == header
    assert header.vault_id == KEYS.vault_id
    assert json.loads(data.split(b"\n")[0]) == GOOD
    authenticate_vault_header(data, KEYS)


def test_only_the_vaults_own_keys_authenticate() -> None:
    header = new_vault_header(KEYS.vault_id, 1_700_000_000, USUAL_CHUNKING)
    data = write_vault_header(header, KEYS)
    for keys in (VaultKeys(bytes(32), KEYS.vault_id), VaultKeys(KEYS.root, bytes(16))):
        with pytest.raises(IntegrityError) as refused:
            authenticate_vault_header(data, keys)
        assert refused.value.code == "vault_altered"
    with pytest.raises(IntegrityError):
        authenticate_vault_header(data.replace(b"1048576", b"1048577"), KEYS)


def test_fields_that_a_later_program_adds_do_no_harm() -> None:
    data = write_lines(json.dumps({**GOOD, "later": {"x": [1]}}).encode(), KEYS.header)
    assert read_vault_header(data) == check_header(GOOD)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"}, {"format": None}, {"format": 1},
        {"version": 0}, {"version": -1}, {"version": "1"}, {"version": 1.5}, {"version": None},
        {"suite": 0}, {"suite": "1"}, {"suite": []},
        {"id": ""}, {"id": "00" * 15}, {"id": "00" * 17}, {"id": "zz" * 16}, {"id": "é" * 16}, {"id": 5},
        {"created": "now"}, {"created": None}, {"created": 1e300},
        {"chunking": None}, {"chunking": {}}, {"chunking": {"minimum": 32768, "maximum": 1048576}},
        {"chunking": {"minimum": 63, "average": 256, "maximum": 1024}},
        {"chunking": {"minimum": 64, "average": 255, "maximum": 1024}},
        {"chunking": {"minimum": 64, "average": 256, "maximum": 1023}},
        {"chunking": {"minimum": 512, "average": 256, "maximum": 1024}},
        {"chunking": {"minimum": 64, "average": 2048, "maximum": 1024}},
        {"chunking": {"minimum": 64, "average": 256, "maximum": MAX_CHUNK + 1}},
        {"chunking": {"minimum": -64, "average": 256, "maximum": 1024}},
    ],
)  # fmt: skip
def test_headers_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    seen = {**GOOD, **change}
    with pytest.raises(IntegrityError) as refused:
        check_header(seen)
    assert refused.value.code == "not_a_vault"


@pytest.mark.parametrize("field", sorted(GOOD))
def test_every_field_is_needed(field: str) -> None:
    with pytest.raises(IntegrityError):
        check_header({name: value for name, value in GOOD.items() if name != field})


@pytest.mark.parametrize("seen", [None, [], "cyberlib vault", 1, {}])
def test_what_is_no_header_is_refused(seen: object) -> None:
    with pytest.raises(IntegrityError) as refused:
        check_header(seen)
    assert refused.value.code == "not_a_vault"


@pytest.mark.parametrize("change", [{"version": 2}, {"suite": 2}, {"version": 7, "suite": 3}])
def test_newer_versions_are_named(change: dict[str, int]) -> None:
    """Whatever else they say: their fields may be others."""
    with pytest.raises(UsageError) as refused:
        check_header({"format": "cyberlib vault", "version": 1, "suite": 1, **change})
    assert refused.value.code == "newer_format"
    assert refused.value.facts == {"version": 1, "suite": 1, **change}
