"""Rules of the host that need neither network nor database."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_host.core import chain
from cyberlib_host.core.geography import LEAST_KM, Place, check_apart, distance_km
from cyberlib_host.core.licences import DAY, Licence, Rules, decide, refuse_reading, refuse_storing, state_at
from cyberlib_host.core.problems import Problem
from cyberlib_host.core.siren import checked_siren
from cyberlib_host.core.times import micros, months_before, rfc3339

pytestmark = pytest.mark.portable

# ---- SIREN -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["732829320", "732 829 320", " 732\u00a0829\u202f320 "])
def test_a_siren_with_its_spaces(written: str) -> None:
    assert checked_siren(written) == "732829320"


@pytest.mark.parametrize(
    "written", ["", "73282932", "7328293200", "732829321", "73282932O", "٧٣٢٨٢٩٣٢٠", "000000000", "-32829320"]
)
def test_what_is_no_siren(written: str) -> None:
    with pytest.raises(Problem) as refused:
        checked_siren(written)
    assert refused.value.code == "bad_siren"


@given(st.integers(10**7, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(begun: int, at: int, by: int) -> None:
    good = next(f"{begun}{last}" for last in range(10) if _is_siren(f"{begun}{last}"))
    wrong = good[:at] + str((int(good[at]) + by) % 10) + good[at + 1 :]
    assert not _is_siren(wrong)


def _is_siren(written: str) -> bool:
    try:
        checked_siren(written)
    except Problem:
        return False
    return True


# ---- zones -----------------------------------------------------------------------------------------

PARIS = Place("Paris", 48.8566, 2.3522)
LYON = Place("Lyon", 45.7640, 4.8357)
LILLE = Place("Lille", 50.6292, 3.0573)
ROUEN = Place("Rouen", 49.4432, 1.0993)


def test_distances_are_those_of_the_map() -> None:
    assert 390 < distance_km(PARIS, LYON) < 394
    assert 202 < distance_km(PARIS, LILLE) < 206
    assert distance_km(PARIS, PARIS) == 0


def test_zones_that_are_too_near_are_refused() -> None:
    check_apart([PARIS, LYON])
    check_apart([PARIS, LILLE])
    with pytest.raises(Problem) as refused:
        check_apart([LYON, PARIS, ROUEN])
    assert refused.value.code == "zones_too_near"
    assert {refused.value.facts["first"], refused.value.facts["second"]} == {"Paris", "Rouen"}


def test_the_limit_is_two_hundred_kilometres() -> None:
    degree = distance_km(Place("a", 0, 0), Place("b", 1, 0))
    here = Place("here", 45, 5)
    check_apart([here, Place("far", 45 + (LEAST_KM + 0.5) / degree, 5)])
    with pytest.raises(Problem):
        check_apart([here, Place("near", 45 + (LEAST_KM - 0.5) / degree, 5)])


@given(*[st.floats(-90, 90), st.floats(-180, 180)] * 2)
def test_a_distance_is_the_same_both_ways(a: float, b: float, c: float, d: float) -> None:
    one, two = Place("one", a, b), Place("two", c, d)
    assert abs(distance_km(one, two) - distance_km(two, one)) < 1e-6
    assert 0 <= distance_km(one, two) < 20_016


# ---- licences --------------------------------------------------------------------------------------


def test_a_suspension_begins_with_days_of_grace() -> None:
    rules, licence = Rules(), Licence("suspended", 100 * DAY)
    assert state_at(licence, 107 * DAY - 1, rules) == "grace"
    assert refuse_storing(licence, 107 * DAY - 1, rules) is None
    assert state_at(licence, 107 * DAY, rules) == "suspended"
    assert refuse_storing(licence, 107 * DAY, rules) == "organisation_suspended"
    assert refuse_reading(licence, 107 * DAY, rules) is None
    strict = rules._replace(restore_when_suspended=False)
    assert refuse_reading(licence, 107 * DAY, strict) == "organisation_suspended"


@pytest.mark.parametrize("days", [30, 90])
def test_what_was_terminated_can_be_read_for_a_time(days: int) -> None:
    rules, licence = Rules(restore_days=days), Licence("terminated", 10 * DAY)
    assert refuse_storing(licence, 10 * DAY, rules) == "organisation_terminated"
    assert refuse_reading(licence, (10 + days) * DAY - 1, rules) is None
    assert refuse_reading(licence, (10 + days) * DAY, rules) == "restore_window_over"


def test_decisions() -> None:
    begun = Licence("active", 0)
    suspended = decide(begun, "suspended", 5)
    assert suspended == ("suspended", 5)
    assert decide(suspended, "active", 6) == ("active", 6)
    ended = decide(suspended, "terminated", 7)
    for licence, wanted in ((ended, "active"), (ended, "terminated"), (suspended, "suspended")):
        with pytest.raises(Problem) as refused:
            decide(licence, wanted, 8)
        assert refused.value.code == "state_not_allowed"


# ---- times -----------------------------------------------------------------------------------------


@given(st.integers(0, 4 * 10**15))
def test_times_come_back_and_sort_as_text(time: int) -> None:
    assert micros(rfc3339(time)) == time
    assert rfc3339(time) < rfc3339(time + 1)


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        ("2026-11-22", 6, "2026-05-22"),
        ("2026-03-15", 6, "2025-09-15"),
        ("2026-08-31", 6, "2026-02-28"),
        ("2024-08-30", 6, "2024-02-29"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2026-05-31", 1, "2026-04-30"),
    ],
)
def test_calendar_months(day: str, months: int, earlier: str) -> None:
    assert months_before(micros(day), months) == micros(earlier)
    hour = 9 * 3_600_000_000
    assert months_before(micros(day) + hour, months) == micros(earlier) + hour


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - UTC is put on below
def test_six_calendar_months_are_between_181_and_184_days(moment: datetime) -> None:
    time = micros(moment.replace(tzinfo=UTC).isoformat())
    assert 181 <= (time - months_before(time, 6)) / DAY <= 184


# ---- chains ----------------------------------------------------------------------------------------


class _Line(msgspec.Struct, frozen=True):
    number: int
    text: str


def _chained(texts: list[str]) -> list[chain.Linked]:
    previous, found = chain.BEGINNING, []
    for number, text in enumerate(texts, 1):
        record = _Line(number, text)
        previous = chain.link(previous, record)
        found.append(chain.Linked(number, record, previous.hex()))
    return found


@given(st.lists(st.text(max_size=5), min_size=2, max_size=8), st.data())
def test_no_change_of_a_chain_goes_unnoticed(texts: list[str], data: st.DataObject) -> None:
    entries = _chained(texts)
    assert chain.check(entries) == (len(entries), bytes.fromhex(entries[-1].hash))
    at = data.draw(st.integers(0, len(entries) - 2))
    left_out = entries[:at] + entries[at + 1 :]
    swapped = [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]
    changed = [*entries]
    changed[at] = msgspec.structs.replace(entries[at], record=_Line(at + 1, texts[at] + "!"))
    rehashed = [*changed]
    before = bytes.fromhex(entries[at - 1].hash) if at else chain.BEGINNING
    rehashed[at] = msgspec.structs.replace(changed[at], hash=chain.link(before, changed[at].record).hex())
    for wrong in (left_out, swapped, changed, rehashed):
        with pytest.raises(Problem) as broken:
            chain.check(wrong)
        assert broken.value.code == "chain_broken"


def test_a_chain_may_begin_where_older_lines_were_purged() -> None:
    entries = _chained(["a", "b", "c", "d"])
    end = chain.check(entries)
    assert chain.check(entries[2:], after=2, previous=bytes.fromhex(entries[1].hash)) == end
    with pytest.raises(Problem):
        chain.check(entries[2:], after=2, previous=bytes.fromhex(entries[0].hash))
