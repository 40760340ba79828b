"""A limited line: rates and hours as people write them, and a bucket that never lets more through."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.bandwidth import (
    LEAST,
    Bucket,
    Hours,
    Schedule,
    burst,
    read_clock,
    read_days,
    read_rate,
    read_time,
)
from cyberlib_client.core.errors import Stopped
from cyberlib_client.core.ports import CancelToken

RATES = st.integers(LEAST, 50_000_000)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.during: Callable[[], None] = lambda: None
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds
        self.during()


@given(RATES, st.lists(st.tuples(st.integers(1, 2_000_000), st.floats(0, 3)), min_size=1, max_size=40))
def test_never_more_than_the_rate_and_one_burst(rate: int, asked: list[tuple[int, float]]) -> None:
    clock = Clock()
    bucket = Bucket(lambda: rate, clock, clock.sleep)
    granted: list[tuple[float, int]] = []
    for most, rest in asked:
        clock.now += rest
        begun = clock.now
        got = bucket.take(most, CancelToken())
        assert 1 <= got <= most
        assert clock.now - begun <= got / rate + 0.02, "it waited longer than it had to"
        granted.append((clock.now, got))
    for first in range(len(granted)):
        total = 0
        for now, got in granted[first:]:
            total += got
            assert total <= rate * (now - granted[first][0]) + burst(rate) + 1
    assert bucket.passed == sum(got for _, got in granted)


def test_several_threads_share_one_rate_and_all_get_through() -> None:
    clock, rate = Clock(), 100_000
    bucket = Bucket(lambda: rate, clock, clock.sleep)
    begun = clock.now

    def send() -> None:
        left = 200_000
        while left:
            left -= bucket.take(left, CancelToken())

    threads = [threading.Thread(target=send) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert bucket.passed == 1_000_000
    assert bucket.passed <= rate * (clock.now - begun) + burst(rate)


def test_who_asked_first_is_served_first() -> None:
    """However small the later request, and however long both wait."""
    clock = Clock()
    bucket = Bucket(lambda: 8_000, clock, clock.sleep)
    later = CancelToken()
    naps = 0

    def overtake() -> None:
        nonlocal naps
        naps += 1
        if naps == 1:
            with pytest.raises(Stopped):
                bucket.take(1, later)
        elif naps == 50:
            later.cancel()

    clock.during = overtake
    assert bucket.take(1_000, CancelToken()) == 1_000
    assert bucket.passed == 1_000 and naps >= 50
    clock.during = lambda: None
    assert bucket.take(1, CancelToken()) == 1  # whoever gave up is not waited for


@pytest.mark.parametrize(
    ("before", "after"), [(LEAST, 4_000_000), (LEAST, None), (4_000_000, LEAST), (None, LEAST)]
)
def test_a_change_of_hour_is_noticed_within_a_second(before: int | None, after: int | None) -> None:
    clock = Clock()
    change = clock.now + 10
    bucket = Bucket(lambda: before if clock.now < change else after, clock, clock.sleep)
    while clock.now < change:
        bucket.take(100_000, CancelToken())
        clock.now += 0.01  # what sending takes by itself
    at_change = bucket.passed
    while clock.now < change + 1:
        bucket.take(100_000, CancelToken())
        clock.now += 0.01
    passed = bucket.passed - at_change
    if after == LEAST:
        assert passed <= LEAST * 1.3 + burst(LEAST) + 1
    else:
        assert passed > 2_000_000


def test_a_stop_is_heard_while_waiting() -> None:
    clock, cancel = Clock(), CancelToken()
    bucket = Bucket(lambda: LEAST, clock, clock.sleep)
    begun = clock.now
    clock.during = cancel.cancel
    with pytest.raises(Stopped):
        while True:
            bucket.take(100_000, cancel)
    assert clock.now - begun < 0.5


@pytest.mark.parametrize("rate", [LEAST, 20_000, 250_000])
def test_low_rates_trickle(rate: int) -> None:
    """Four connections that share it are never silent for as long as a server waits (30 seconds)."""
    clock = Clock()
    bucket = Bucket(lambda: rate, clock, clock.sleep)
    for _ in range(50):
        begun = clock.now
        bucket.take(10**6, CancelToken())
        assert clock.now - begun < 1


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("2 Mbit/s", 250_000), ("500 kbit/s", 62_500), ("1,5 Mbit/s", 187_500), ("1.5Mbps", 187_500),
        ("250 ko/s", 250_000), ("250 kB/s", 250_000), ("1 GB/s", 1_000_000_000), ("20000 bit/s", 2_500),
        ("none", None), ("", None), ("illimité", None), ("16 kbit/s", LEAST),
    ],
)  # fmt: skip
def test_rates_as_people_write_them(text: str, rate: int | None) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["2", "2 Mbit", "-1 Mbit/s", "0 Mbit/s", "8 kbit/s", "1e9 B/s", "2 Xbit/s", "²  B/s"]
)
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_rate(text)


def test_days_and_times() -> None:
    assert read_days("mon-fri") == read_days("lun-ven") == frozenset(range(5))
    assert read_days("fri-mon") == frozenset((4, 5, 6, 0))
    assert read_days("Sam, dim") == frozenset((5, 6))
    assert (read_time("08:00"), read_time("19h30"), read_time("24:00")) == (480, 1170, 1440)
    assert (read_clock("8h"), read_clock("19 H"), read_clock("19h30")) == (480, 1140, 1170)
    for bad in ("", "mondi", "mon-", "-fri", "mon--fri"):
        with pytest.raises(ValueError, match=r".*"):
            read_days(bad)
    for bad in ("", "8", "25:00", "12:60", "24:01", "08:00:00"):
        with pytest.raises(ValueError, match=r".*"):
            read_time(bad)


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    night = Hours(frozenset((4,)), 22 * 60, 6 * 60, {"upload": None})  # Friday night
    day = Hours(read_days("mon-fri"), 8 * 60, 19 * 60, {"upload": 50_000})
    schedule = Schedule({"upload": 100_000}, (night, day))
    expected = {
        (4, 22 * 60): None, (5, 0): None, (5, 6 * 60 - 1): None, (5, 6 * 60): 100_000, (4, 0): 100_000,
        (3, 23 * 60): 100_000, (4, 8 * 60): 50_000, (4, 19 * 60): 100_000, (6, 12 * 60): 100_000,
    }  # fmt: skip
    for (weekday, minute), rate in expected.items():
        assert schedule.rate("upload", weekday, minute) == rate, (weekday, minute)
    assert schedule.rate("download", 4, 8 * 60) is None
    assert schedule.lowest("upload") == 50_000
    assert schedule.always("upload", 9_000).rate("upload", 4, 23 * 60) == 9_000


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1440), st.sets(st.integers(0, 6)))
def test_every_minute_of_a_week_is_in_hours_or_not(day: int, start: int, end: int, days: set[int]) -> None:
    """Whatever the clock is put forward or back by, it shows one of these: no hour is lost or stuck."""
    hours = Hours(frozenset(days), start, end, {"upload": 1})
    length = (end - start) % 1440 or 1440 if end <= start else end - start
    held = sum(hours.hold(each, minute) for each in range(7) for minute in range(1440))
    assert held <= length * len(days)
    if len(days) < 2 or start < end:
        assert held == length * len(days)
