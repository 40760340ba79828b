"""docs/protocol says what the host does: every operation, every refusal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cyberlib_host.api.operations import OPERATIONS
from cyberlib_host.core.problems import STATUS
from tools import openapi

pytestmark = pytest.mark.portable

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "protocol"
# Refusals of the operator's command line, which no client meets.
OF_OPERATORS = {
    "zones_too_near", "organisation_unknown", "siren_taken", "state_not_allowed", "bad_seats", "bad_settings",
    "not_initialised", "database_newer", "chain_broken", "terms_empty", "terms_too_early", "bad_certificate",
    "certificate_names", "authority_key_absent", "port_taken", "database_failed", "storage_refused",
    "system_failed", "person_unknown", "bad_window", "window_unknown", "absence_unknown", "mail_unknown",
    "release_waiting", "leaving_not_requested", "erasure_not_allowed", "erasure_incomplete", "not_erased",
    "helper_known", "helper_unknown",
}  # fmt: skip


def test_openapi_is_what_was_written() -> None:
    assert (PAGES / "openapi.json").read_text(encoding="utf-8") == openapi.text(), (
        "run: python tools/openapi.py"
    )


def test_every_operation_is_told() -> None:
    page = (PAGES / "README.md").read_text(encoding="utf-8") + (PAGES / "logs.md").read_text(encoding="utf-8")
    for operation in OPERATIONS:
        assert operation.path in page, operation.name


def test_every_refusal_is_told_with_its_status() -> None:
    page = (PAGES / "problems.md").read_text(encoding="utf-8")
    told = {code: int(status) for code, status in re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.M)}
    assert told == {code: status for code, status in STATUS.items() if code not in OF_OPERATORS}


def test_every_declared_refusal_exists() -> None:
    for operation in OPERATIONS:
        assert set(operation.problems) <= set(STATUS), operation.name


def test_every_refusal_is_made_somewhere() -> None:
    """And none that the table does not know."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "src" / "cyberlib_host").rglob("*.py")
        if path.name != "problems.py"
    )
    for code in STATUS:
        assert f'"{code}"' in text, code
    assert set(re.findall(r'Problem\(\s*"(\w+)"', text)) <= set(STATUS)
