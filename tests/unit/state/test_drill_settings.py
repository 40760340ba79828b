"""The table `[drill]` of the settings."""

from __future__ import annotations

from typing import Any

import pytest

from cyberlib_client.state.drill_settings import DrillSettings, drill_seconds, read_size


def test_what_is_absent() -> None:
    assert drill_seconds(DrillSettings()) == 30 * 86_400
    assert read_size(DrillSettings().size) == 10**9


@pytest.mark.parametrize(("text", "size"), [
    ("500 MB", 500 * 10**6), ("1,5 Go", 1_500_000_000), ("2.5gb", 2_500_000_000), ("200000", 200_000),
    ("3 k", 3000), ("1TB", 10**12), ("12 o", 12),
])  # fmt: skip
def test_sizes_as_people_write_them(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1 GB", "1e9", "GB", "1 GiBit", "1..5 MB", "9" * 40, "0,0001 k"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError):
        read_size(text)


@pytest.mark.parametrize("off", ["off", "OFF", "none", "non"])
def test_switched_off(off: str) -> None:
    assert drill_seconds(DrillSettings(every=off)) is None


@pytest.mark.parametrize("given", [
    {"every": "1 h"}, {"every": "400 d"}, {"every": "often"}, {"files": 0}, {"files": 10_001},
    {"size": "much"}, {"organisation": "x" * 101},
])  # fmt: skip
def test_what_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        DrillSettings(**given)
