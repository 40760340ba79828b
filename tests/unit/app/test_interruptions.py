"""Interruptions that a host told of, as the agent takes them."""

from __future__ import annotations

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.interruptions import interruptions
from cyberlib_client.state.observatory import ToldSoFar

NOW = 1_800_000_000 * 10**9  # 15 January 2027


@pytest.mark.parametrize(
    ("starts", "ends", "counts"),
    [
        ("2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z", True),
        ("2027-01-15T00:00:00Z", "2027-01-29T00:00:00Z", True),
        ("2027-01-14T00:00:00Z", "2027-01-15T00:00:00Z", False),
        ("2027-01-16T00:00:00Z", "2027-01-15T12:00:00Z", False),
        ("2027-01-15T00:00:00Z", "2027-01-29T00:00:01Z", False),
        ("1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", False),
        ("demain", "2027-01-16T00:00:00Z", False),
        ("2027-01-15T00:00:00", "2027-01-16T00:00:00", False),
    ],
)
def test_which_count(monkeypatch: pytest.MonkeyPatch, starts: str, ends: str, counts: bool) -> None:
    monkeypatch.setattr(bootstrap, "clock", lambda: NOW)
    assert bool(interruptions(ToldSoFar("https://host.example", maintenance=[(starts, ends)]))) == counts
