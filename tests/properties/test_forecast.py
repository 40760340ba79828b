"""When the room is used up: what a steady growth comes to, and what no order of runs changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.forecast import LEAST, LONGEST, LOOKED_BACK, Forecast, Grown, forecast

DAY = 86_400 * 10**9
NOW = 1_795_400_000 * 10**9
TIMES = st.integers(NOW - 2 * LOOKED_BACK, NOW + 10 * DAY)
RUNS = st.lists(st.builds(Grown, at=TIMES, bytes=st.integers(-(10**9), 10**10)), max_size=30)


@given(st.integers(14, 90), st.integers(1, 10**9), st.integers(1, 1500))
def test_a_steady_growth_ends_when_it_must(days: int, a_day: int, lasts: int) -> None:
    runs = [Grown(NOW - day * DAY, a_day) for day in range(1, days + 1)]
    assert forecast(runs, lasts * a_day, NOW) == Forecast("full_by", NOW + lasts * DAY)


@given(RUNS, st.integers(0, 10**13), st.integers(0, 10**12))
def test_what_holds_of_all(runs: list[Grown], left: int, more: int) -> None:
    found = forecast(runs, left, NOW)
    assert forecast(sorted(runs), left, NOW) == found
    assert (found.at is not None) == (found.kind == "full_by")
    if found.at is not None:
        assert NOW <= found.at <= NOW + LONGEST
    later = forecast(runs, left + more, NOW)
    if found.at is not None and later.at is not None:
        assert later.at >= found.at
    # Twice the growth is never later.
    sooner = forecast([Grown(run.at, 2 * run.bytes) for run in runs], left, NOW)
    if found.at is not None:
        assert sooner.at is not None and sooner.at <= found.at
    seen = [run for run in runs if NOW - LOOKED_BACK <= run.at <= NOW]
    if left and found.kind != "unknown":
        assert NOW - min(run.at for run in seen) >= LEAST and len(seen) >= 3


def test_what_nobody_can_tell_is_not_told() -> None:
    week = [Grown(NOW - day * DAY, 10**9) for day in range(7)]
    assert forecast([], 10**12, NOW) == Forecast("unknown")
    assert forecast(week, 10**12, NOW) == Forecast("unknown")
    assert forecast([Grown(NOW - 60 * DAY, 1)], 10**12, NOW) == Forecast("unknown")
    month = [Grown(NOW - day * DAY, 0) for day in range(30)]
    assert forecast(month, 10**12, NOW) == Forecast("steady")
    emptied = [*week, Grown(NOW - 20 * DAY, -(10**12))]
    assert forecast(emptied, 10**12, NOW) == Forecast("steady")
    assert forecast([Grown(NOW - day * DAY, 1) for day in range(30)], 10**12, NOW) == Forecast("long")
    assert forecast([], 0, NOW) == Forecast("full_by", NOW)
