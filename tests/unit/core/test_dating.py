"""When snapshots were made, by machines whose clocks go wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.dating import Told, times_of

DAY = 86_400 * 10**9
BEGIN = 20_700 * DAY  # September 2026
NOW = BEGIN + 4000 * DAY
DEVICE = b"d" * 16


def told(times: list[int]) -> list[Told]:
    return [Told(bytes([n >> 8, n & 255]) * 16, DEVICE, n + 1, time) for n, time in enumerate(times)]


def dated(times: list[int], received: dict[int, int] | None = None) -> list[int]:
    each = told(times)
    known = {each[n].digest: time for n, time in (received or {}).items()}
    found = times_of(reversed(each), NOW, known)
    return [found[one.digest] for one in each]


def test_times_that_agree_are_believed() -> None:
    times = [BEGIN + n * DAY for n in range(20)]
    assert dated(times) == times


def test_a_dead_battery_moves_what_it_dated_alone() -> None:
    times = [BEGIN + n * DAY for n in range(20)]
    wrong = [*times[:10], 0, 3600 * 10**9, *times[10:]]
    assert dated(wrong) == [*times[:10], times[10], times[10], *times[10:]]


def test_a_year_ahead_moves_what_it_dated_alone() -> None:
    times = [BEGIN + n * DAY for n in range(20)]
    wrong = [*times[:10], times[9] + 365 * DAY, *times[10:]]
    assert dated(wrong) == [*times[:10], times[10], *times[10:]]


def test_a_clock_that_is_wrong_still_dates_now_and_pushes_nothing_out() -> None:
    times = [BEGIN + n * DAY for n in range(20)]
    assert dated([*times, *range(40)]) == [*times, *[NOW] * 40]
    ahead = NOW + 365 * DAY
    assert dated([*times, ahead]) == [*times, ahead]


def test_what_the_store_received_counts_before_any_clock() -> None:
    times = [BEGIN + n * DAY for n in range(5)]
    assert dated([times[0], 7, times[2]], {1: times[1]}) == times[:3]


@given(
    st.lists(st.integers(BEGIN, NOW), min_size=3, max_size=60).map(sorted),
    st.lists(st.tuples(st.integers(0, 59), st.integers(-NOW, 2 * NOW)), max_size=2),
)
def test_few_wrong_clocks_leave_the_others_as_they_are(
    times: list[int], wrong: list[tuple[int, int]]
) -> None:
    """As long as those that are right are the more, by far."""
    odd = {at % len(times) for at, _ in wrong}
    if len(times) - len(odd) <= 2 * len(odd) or not odd:
        return
    mixed = list(times)
    for at, time in wrong:
        mixed[at % len(times)] = time
    found = dated(mixed)
    right = [n for n in range(len(times)) if n not in odd]
    assert found == sorted(found) or max(found) > NOW
    assert sum(found[n] != times[n] for n in right) <= len(odd)
