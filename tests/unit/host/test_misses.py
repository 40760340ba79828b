"""The dead-man's switch, as far as it is reckoning: holidays, plans, what is missed, and a year of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cyberlib_host.core.holidays import Region, easter, holidays
from cyberlib_host.core.misses import (
    DAY,
    GRACE,
    Alarm,
    Missed,
    Version,
    Watched,
    Window,
    missed,
    next_step,
)
from cyberlib_host.core.plans import Absence, Closed, Plan, check_plan, planned
from cyberlib_host.core.problems import Problem
from cyberlib_host.core.times import SECOND, micros

pytestmark = pytest.mark.portable

HOUR = 3600 * SECOND
WEEK = [1, 2, 3, 4, 5]
ONCE = Plan(days=WEEK)


# ---- holidays ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sunday",
    ["1961-04-02", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28",
     "2038-04-25", "2100-03-28"],
)  # fmt: skip
def test_easter_is_that_of_the_calendar(sunday: str) -> None:
    assert easter(int(sunday[:4])).isoformat() == sunday


def test_the_eleven_of_all() -> None:
    assert sorted(day.isoformat()[5:] for day in holidays(2026)) == [
        "01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("region", "more"),
    [("alsace-moselle", {"2026-04-03", "2026-12-26"}), ("reunion", {"2026-12-20"}),
     ("mayotte", {"2026-04-27"}),
     ("martinique", {"2026-05-22"}), ("guadeloupe", {"2026-05-27"}), ("guyane", {"2026-06-10"}),
     ("saint-barthelemy", {"2026-10-09"}), ("saint-martin", {"2026-05-28"})],
)  # fmt: skip
def test_what_regions_add(region: Region, more: set[str]) -> None:
    assert {day.isoformat() for day in holidays(2026, region) - holidays(2026)} == more
    assert not holidays(2026, "none")


# ---- plans ------------------------------------------------------------------------------------------


def _at(written: str, zone: str = "Europe/Paris") -> int:
    return int(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def _moments(plan: Plan, start: str, end: str, *closed: Closed) -> list[str]:
    zone = ZoneInfo(plan.zone)
    found = planned(plan, _at(start, plan.zone), _at(end, plan.zone), closed)
    return [datetime.fromtimestamp(each.at // SECOND, zone).strftime("%a %d %H:%M") for each in found]


def test_once_a_day_on_working_days() -> None:
    assert _moments(ONCE, "2026-05-06 00:00", "2026-05-15 23:00") == [
        "Wed 06 19:00", "Thu 07 19:00", "Mon 11 19:00", "Tue 12 19:00", "Wed 13 19:00", "Fri 15 19:00",
    ]  # fmt: skip


def test_times_days_weekends_and_absences() -> None:
    plan = Plan(days=[5, 6, 7], times=["20:00", "12:30"], holidays="none", weekends_off=False,
                absences=[Absence("2026-05-09", "2026-05-09")])  # fmt: skip
    moments = _moments(plan, "2026-05-08 13:00", "2026-05-15 13:00")
    assert moments == ["Fri 08 20:00", "Sun 10 12:30", "Sun 10 20:00", "Fri 15 12:30"]
    office = Closed(date(2026, 5, 10), date(2026, 5, 14))
    assert _moments(plan, "2026-05-08 13:00", "2026-05-15 13:00", office) == ["Fri 08 20:00", "Fri 15 12:30"]
    off = msgspec.structs.replace(plan, weekends_off=True)
    assert _moments(off, "2026-05-08 13:00", "2026-05-15 13:00") == ["Fri 08 20:00", "Fri 15 12:30"]


def test_every_hours_is_judged_by_the_first_of_a_day() -> None:
    assert _moments(Plan(days=WEEK, every_hours=2), "2026-06-01 00:00", "2026-06-02 23:00") == [
        "Mon 01 10:00", "Tue 02 10:00",
    ]  # fmt: skip
    late = Plan(days=WEEK, every_hours=24, opens="09:15", closes="18:45")
    assert _moments(late, "2026-06-01 00:00", "2026-06-01 23:00") == ["Mon 01 18:45"]


def test_daylight_saving() -> None:
    plan = Plan(days=[7], times=["02:30", "19:00"], weekends_off=False)
    zone = ZoneInfo("Europe/Paris")
    for day in ("2026-03-29", "2026-10-25"):
        found = list(planned(plan, _at(f"{day} 00:00"), _at(f"{day} 23:00")))
        assert [each.day.isoformat() for each in found] == [day, day]
    spring = next(planned(plan, _at("2026-03-29 00:00"), _at("2026-03-29 23:00")))
    assert datetime.fromtimestamp(spring.at // SECOND, zone).strftime("%H:%M") == "03:30"
    assert _moments(Plan(days=[1], zone="Indian/Reunion"), "2026-06-01 00:00", "2026-06-01 23:59") == [
        "Mon 01 19:00"
    ]


@pytest.mark.parametrize(
    ("plan", "where"),
    [
        (Plan(days=WEEK, zone="Europe/Nowhere"), "zone"),
        (Plan(days=WEEK, zone="Europe"), "zone"),
        (Plan(days=[6, 7]), "days"),
        (Plan(days=WEEK, opens="19:00", closes="08:00"), "closes"),
        (Plan(days=WEEK, absences=[Absence("2026-02-30", "2026-03-01")]), "absences"),
        (Plan(days=WEEK, absences=[Absence("2026-03-02", "2026-03-01")]), "absences"),
        (Plan(days=WEEK, absences=[Absence("2026-01-01", "2026-12-31")]), "absences"),
        (Plan(days=WEEK, absences=[Absence("2026-01-01", "2026-03-20")] * 3), "absences"),
    ],
)
def test_a_plan_that_means_nothing(plan: Plan, where: str) -> None:
    with pytest.raises(Problem) as refused:
        check_plan(plan)
    assert (refused.value.code, refused.value.facts) == ("bad_plan", {"where": where})


# ---- what is missed ------------------------------------------------------------------------------------


def _watched(plan: Plan, last: str | None, since: str = "2026-06-01 00:00") -> Watched:
    return Watched([Version(0, plan)], _at(last) if last else None, _at(since))


def test_it_is_said_within_a_day_and_not_before() -> None:
    device = _watched(ONCE, "2026-06-01 18:00")  # a Monday; Tuesday's does not come
    due = _at("2026-06-02 19:00")
    assert missed(device, [], due + GRACE - SECOND) is None
    assert missed(device, [], due + GRACE) == Missed(due, 1)
    assert missed(device, [], due + GRACE + DAY) == Missed(due, 2)


def test_a_backup_by_hand_before_stands_for_it_and_a_later_one_makes_up() -> None:
    plan = Plan(days=WEEK, times=["19:00"])
    for last, is_missed in (("16:59", True), ("17:00", False), ("23:00", False)):
        device = _watched(plan, f"2026-06-02 {last}")
        assert (missed(device, [], _at("2026-06-03 18:30")) is not None) is is_missed, last


def test_a_device_that_never_made_one() -> None:
    device = _watched(ONCE, None)
    assert missed(device, [], _at("2026-06-02 17:00")) is None
    assert missed(device, [], _at("2026-06-02 18:00")) == Missed(_at("2026-06-01 19:00"), 1)


def test_an_older_plan_counts_for_its_time() -> None:
    versions = [Version(0, ONCE), Version(_at("2026-06-02 20:00"), Plan(days=[5]))]
    device = Watched(versions, _at("2026-06-01 18:00"), 0)
    assert missed(device, [], _at("2026-06-03 18:00")) == Missed(_at("2026-06-02 19:00"), 1)
    assert missed(device, [], _at("2026-06-05 18:00")) == Missed(_at("2026-06-02 19:00"), 1)
    assert missed(device, [], _at("2026-06-06 18:00")) == Missed(_at("2026-06-02 19:00"), 2)


def test_where_the_host_was_away_the_next_planned_one_judges() -> None:
    friday = _watched(ONCE, "2026-06-04 18:00")
    away = Window(_at("2026-06-05 18:30"), _at("2026-06-06 04:00"))
    assert missed(friday, [], _at("2026-06-06 18:00")) is not None
    assert missed(friday, [away], _at("2026-06-09 17:59")) is None
    assert missed(friday, [away], _at("2026-06-09 18:00")) == Missed(_at("2026-06-05 19:00"), 2)
    nights = [Window(_at("2026-06-05 01:00") + n * DAY, _at("2026-06-05 03:00") + n * DAY) for n in range(30)]
    assert missed(friday, nights, _at("2026-06-09 18:00")) is not None  # work each night hides nothing


def test_what_is_said_and_when() -> None:
    one, three, nine = Missed(1, 1), Missed(1, 3), Missed(1, 9)
    warned = Alarm("warning", said=10 * DAY, days=1, last=DAY)
    loud = Alarm("critical", said=10 * DAY, days=3, last=DAY)
    assert next_step(None, None, DAY, 0) is None
    assert next_step(None, one, DAY, 10 * DAY) == "open"
    assert next_step(warned, one, DAY, 11 * DAY) is None
    assert next_step(warned, three, DAY, 12 * DAY) == "escalate"
    assert next_step(loud, nine, DAY, 16 * DAY) is None
    assert next_step(loud, nine, DAY, 17 * DAY) == "remind"
    assert next_step(loud, three, DAY, 17 * DAY) is None  # closed since: nothing more was missed
    assert next_step(loud, None, 17 * DAY, 17 * DAY) == "recovered"
    assert next_step(loud, None, DAY, 17 * DAY) == "close"


# ---- a year ------------------------------------------------------------------------------------------


class Practice(NamedTuple):
    """A workstation: its plan, from when to when it is on (local hours), and days away."""

    plan: Plan
    on: int
    off: int
    closed: Closed


OFF = {  # written down by hand, from the calendar of 2026 and 2027
    "france": "2026-11-11 2026-12-25 2027-01-01 2027-03-29 2027-05-01 2027-05-06 2027-05-08 2027-05-17"
    " 2027-07-14 2027-08-15 2027-11-01 2027-11-11",
    "alsace-moselle": "2026-11-11 2026-12-25 2026-12-26 2027-01-01 2027-03-26 2027-03-29 2027-05-01"
    " 2027-05-06 2027-05-08 2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11",
    "reunion": "2026-11-11 2026-12-20 2026-12-25 2027-01-01 2027-03-29 2027-05-01 2027-05-06 2027-05-08"
    " 2027-05-17 2027-07-14 2027-08-15 2027-11-01 2027-11-11",
    "none": "",
}
DAYS = [1, 2, 3, 4, 5, 6, 7]
WINTER = [Absence("2027-02-15", "2027-02-27")]
SUMMER = Closed(date(2027, 8, 2), date(2027, 8, 22))
NEVER = Closed(date(2000, 1, 1), date(2000, 1, 1))
PRACTICES = [
    Practice(ONCE, 8, 20, NEVER),
    Practice(Plan(days=[1, 2, 4, 5], times=["12:30"], absences=WINTER), 8, 19, NEVER),
    Practice(Plan(days=[1, 2, 3, 4, 5, 6], times=["10:00", "17:00"], weekends_off=False), 8, 20, SUMMER),
    Practice(Plan(days=WEEK, every_hours=1, holidays="alsace-moselle"), 8, 18, SUMMER),
    Practice(Plan(days=WEEK, zone="Indian/Reunion", holidays="reunion"), 7, 20, NEVER),
    Practice(Plan(days=DAYS, times=["02:30"], weekends_off=False, holidays="none"), 0, 24, NEVER),
    Practice(Plan(days=[2], times=["18:00"], zone="America/Martinique", holidays="none"), 8, 20, NEVER),
    Practice(Plan(days=WEEK, every_hours=4, zone="Pacific/Noumea"), 8, 19, NEVER),
]  # fmt: skip
BEGIN = date(2026, 11, 2)
OUTAGES = [  # of the host: a night's work, a Friday evening, a long weekend, an afternoon
    ("2026-12-09 22:00", "2026-12-10 05:00"), ("2027-01-15 17:30", "2027-01-16 06:00"),
    ("2027-04-09 15:00", "2027-04-12 11:00"), ("2027-06-16 12:00", "2027-06-16 19:30"),
]  # fmt: skip


def _works(practice: Practice, day: date) -> bool:
    plan = practice.plan
    away = [(each.first, each.last) for each in plan.absences]
    return (
        day.isoweekday() in plan.days
        and not (plan.weekends_off and day.isoweekday() > 5)
        and day.isoformat() not in OFF[plan.holidays].split()
        and not practice.closed.first <= day <= practice.closed.last
        and not any(first <= day.isoformat() <= last for first, last in away)
    )


def _wanted(practice: Practice) -> Iterator[tuple[int, date]]:
    """When the workstation's own timetable wants a backup; by another way than the host's."""
    for number in range(366):
        day = BEGIN + timedelta(number)
        if not _works(practice, day):
            continue
        times = practice.plan.times or (
            [f"{hour:02}:00" for hour in range(9, 19)] if practice.plan.every_hours == 1
            else ["12:00", "16:00"] if practice.plan.every_hours else ["13:00"]
        )  # fmt: skip
        for written in times:
            yield _at(f"{day} {written}", practice.plan.zone), day


def _year(practice: Practice, chance: random.Random) -> tuple[list[int], list[tuple[int, int]]]:
    """The backups of a year, and the stretches in which the workstation made none though it should.

    It sleeps through some planned times and makes up for them when it is on; some runs fail and are tried
    again an hour later; some are made by hand; the host is away now and then. And at times it is broken.
    """
    zone = practice.plan.zone
    away = [(_at(first), _at(last)) for first, last in OUTAGES]
    broken, at = list[tuple[int, int]](), _at(f"{BEGIN} 12:00") + 20 * DAY
    while at < _at(f"{BEGIN} 12:00") + 330 * DAY:
        broken.append((at, at + chance.randint(9, 22) * DAY))
        at = broken[-1][1] + chance.randint(25, 70) * DAY
    made = list[int]()
    for wanted, day in _wanted(practice):
        on, off = _at(f"{day} {practice.on:02}:00", zone), _at(f"{day} {min(practice.off, 23):02}:59", zone)
        moment = max(wanted, on)
        if chance.random() < 0.3:  # asleep, or in use elsewhere
            moment += chance.randint(1, 5) * HOUR
        if chance.random() < 0.1:  # failed, and tried again
            moment += HOUR
        if chance.random() < 0.1 and not practice.plan.every_hours:
            moment = wanted - HOUR // 2  # by hand
        # It is switched off only once its backup is made, as one is told to.
        moment += chance.randint(0, 600) * SECOND
        if any(first <= moment <= last for first, last in away):
            moment = max(last for first, last in away if first <= moment <= last) + HOUR
            if moment > off:
                continue  # tomorrow's, or Monday's, makes up for it
        if not any(first <= moment <= last for first, last in broken):
            made.append(moment)
    return sorted(made), broken


@pytest.mark.parametrize("number", range(len(PRACTICES)))
def test_a_year_without_a_false_alarm_and_no_miss_unsaid(number: int) -> None:
    practice = PRACTICES[number]
    windows = [Window(_at(first), _at(last)) for first, last in OUTAGES]
    made, broken = _year(practice, random.Random(number))
    steps = list(_watch(practice, made, windows))
    opened = [at for at, step in steps if step == "open"]
    # No false one: each is raised within a broken stretch, or before its first planned backup afterwards.
    wanted = [moment for moment, _ in _wanted(practice)]
    real = 0
    for first, last in broken:
        due = [moment for moment in wanted if first <= moment <= last and not _stands(practice, moment, made)]
        again = next((moment for moment in made if moment > last), last + 30 * DAY)
        if not due:
            continue
        alarms = [at for at in opened if first <= at <= again]
        if again <= due[0] + DAY:
            assert not alarms  # made up for in time
            continue
        latest = _latest(practice, due[0], windows, wanted)
        assert len(alarms) == 1 and alarms[0] <= latest, (_shown(due[0]), [_shown(at) for at in alarms])
        opened.remove(alarms[0])
        real += 1
        after = [step for at, step in steps if alarms[0] < at <= again + DAY]
        assert after.count("recovered") == 1 and after[-1] == "recovered"
        assert after.count("escalate") == (
            1 if len({d for m, d in _wanted(practice) if due[0] <= m <= again - DAY}) >= 3 else 0
        )
    assert [_shown(at) for at in opened] == []
    assert real >= 3  # the year had something to find


def _stands(practice: Practice, moment: int, made: list[int]) -> bool:
    day = datetime.fromtimestamp(moment // SECOND, ZoneInfo(practice.plan.zone)).date()
    midnight = _at(f"{day} 00:00", practice.plan.zone)
    since = moment - 2 * HOUR if practice.plan.times else midnight
    return any(since <= each <= moment + 23 * HOUR for each in made)


def _latest(practice: Practice, due: int, windows: list[Window], wanted: list[int]) -> int:
    """A day after it was planned; that much after the next planned one where the host was away meanwhile."""
    # What is planned is at the day's end for a plan without times.
    day = datetime.fromtimestamp(due // SECOND, ZoneInfo(practice.plan.zone)).date()
    if not practice.plan.times and not practice.plan.every_hours:
        due = _at(f"{day} 19:00", practice.plan.zone)
    away = [each.ends for each in windows if each.starts < due + DAY and each.ends > due - HOUR]
    if not away:
        return due + DAY
    after = next(moment for moment in wanted if moment > max(away))
    return max(due, after) + (DAY if practice.plan.times or practice.plan.every_hours else 2 * DAY)


def _watch(practice: Practice, made: list[int], windows: list[Window]) -> Iterator[tuple[int, str]]:
    """What the host says in a year, looking each half hour."""
    alarm: Alarm | None = None
    versions = [Version(0, practice.plan)]
    begin = micros(f"{BEGIN}T00:00:00")
    place = 0
    for half in range(366 * 48):
        now = begin + half * HOUR // 2
        while place < len(made) and made[place] <= now:
            place += 1
        last = made[place - 1] if place else None
        if alarm is None and last is not None and last > now - GRACE:
            continue  # nothing planned before it can be missing
        found = missed(Watched(versions, last, begin, [practice.closed]), windows, now)
        step = next_step(alarm, found, last, now)
        if step is None:
            continue
        yield now, step
        if step in ("recovered", "close"):
            alarm = None
        else:
            assert found is not None
            level = "warning" if step == "open" else "critical"
            alarm = Alarm(level, now, found.days, last if alarm is None else alarm.last)


def _shown(moment: int) -> str:
    return datetime.fromtimestamp(moment // SECOND, UTC).isoformat()
