"""A timetable through days, nights, sleep, restarts and clocks that are set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.plan import Due, Plan, Quiet, read_duration
from cyberlib_client.core.timetable import AWAKENED, JITTER, Look, Timetable
from tests.support.clocks import DAY, HOUR, MINUTE, PARIS, SECOND, Machine, at

NOON_AND_EVENING = Plan(times=(12 * 60 + 30, 20 * 60))


class Agent:
    """A timetable, looked at as often as it asks for."""

    def __init__(self, plan: Plan, wall: int, *, share: float = 0.0, due: Due | None = None) -> None:
        self.machine = Machine(wall)
        self.share = share
        self.restart(plan, due)
        self.runs: list[tuple[int, Look]] = []

    def restart(self, plan: Plan, due: Due | None = None) -> None:
        kept = None if due is None else msgspec.json.decode(msgspec.json.encode(due), type=Due)
        self.table = Timetable(plan, PARIS, lambda: self.share, kept)

    def look(self) -> Look:
        return self.table.look(self.machine.wall, self.machine.mono, self.machine.going)

    def work(self, seconds: float) -> None:
        """Awake; what is due is run, in no time."""
        end = self.machine.mono + seconds
        while True:
            look = self.look()
            if look.due or look.reconcile:
                self.runs.append((self.machine.wall, look))
                self.table.ran(self.machine.wall, started=self.machine.wall)
            if self.machine.mono >= end:
                return
            self.machine.work(min(look.wait, end - self.machine.mono))

    def at(self) -> list[str]:
        """When runs began, as the clock on the wall showed it."""
        shown = [datetime.fromtimestamp(wall // SECOND, UTC).astimezone(PARIS) for wall, _ in self.runs]
        return [f"{each:%d %H:%M}" for each in shown]


def settled(plan: Plan, wall: int, *, share: float = 0.0) -> Agent:
    """One that has made its first run."""
    agent = Agent(plan, wall, share=share)
    agent.look()
    agent.table.ran(wall, started=wall)
    return agent


def test_times_of_the_day() -> None:
    agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
    agent.work(2 * DAY)
    assert agent.at() == ["16 12:30", "16 20:00", "17 12:30", "17 20:00"]
    assert not any(look.missed for _, look in agent.runs)


def test_days_of_the_week() -> None:
    agent = settled(Plan(times=(600,), days=(0, 4), reconcile=False), at(2026, 11, 16, 11))
    agent.work(14 * DAY)
    assert agent.at() == ["20 10:00", "23 10:00", "27 10:00", "30 10:00"]


def test_an_interval_counts_from_the_beginning_of_the_run_before() -> None:
    agent = settled(Plan(every=4 * 3600), at(2026, 11, 16, 9))
    agent.work(13 * HOUR)
    assert agent.at() == ["16 13:00", "16 17:00", "16 21:00"]


def test_a_run_longer_than_its_interval_is_followed_by_a_rest() -> None:
    agent = settled(Plan(every=1800, settle=0), at(2026, 11, 16, 9))
    started = agent.machine.wall
    agent.machine.work(2 * HOUR)
    agent.table.ran(agent.machine.wall, started=started)
    look = agent.look()
    assert not look.due and look.wait == AWAKENED
    agent.machine.work(look.wait)
    assert agent.look()[:2] == (True, False)


def test_a_time_that_passes_during_a_run_is_not_missed() -> None:
    agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 12))
    started = agent.machine.wall
    agent.machine.work(3 * HOUR)
    agent.table.ran(agent.machine.wall, started=started)
    look = agent.look()
    assert look[:2] == (True, False) and look.planned == at(2026, 11, 16, 12, 30)


@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25)])
@pytest.mark.parametrize("minute", [150, 120, 179, 180, 60])
def test_daylight_saving_costs_no_run_and_makes_none(day: tuple[int, int, int], minute: int) -> None:
    """02:00 to 03:00 does not exist in March, and exists twice in October."""
    agent = settled(
        Plan(times=(minute,), reconcile=False), at(*day) - round(DAY) * SECOND + 6 * 3600 * SECOND
    )
    agent.work(41 * HOUR)
    assert len(agent.runs) == 1


def test_what_the_clocks_jump_over_is_an_hour_later_by_their_new_count() -> None:
    agent = settled(Plan(times=(150,), reconcile=False), at(2026, 3, 28, 12))
    agent.work(DAY)
    assert agent.at() == ["29 03:30"]


@given(st.integers(0, 800), st.integers(0, 1439))
def test_local_times_go_there_and_back(day: int, minute: int) -> None:
    local = datetime(2025, 1, 1, tzinfo=PARIS) + timedelta(days=day, minutes=minute)
    assert local.astimezone(UTC).astimezone(PARIS).astimezone(UTC) == local.astimezone(UTC)
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=minute)
    assert start.astimezone(PARIS).astimezone(UTC) == start


class TestJitter:
    def test_machines_of_a_practice_do_not_come_at_once(self) -> None:
        found = set()
        for share in (0.0, 0.25, 0.5, 1.0):
            agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9), share=share)
            agent.work(4 * HOUR)
            [(began, look)] = agent.runs
            assert look.planned == at(2026, 11, 16, 12, 30)
            assert 0 <= began - look.planned <= (JITTER * share + 1) * SECOND
            found.add(began)
        assert len(found) == 4

    def test_one_installation_keeps_its_own(self) -> None:
        agent = Agent(NOON_AND_EVENING, at(2026, 11, 16, 9), share=0.5)
        agent.look()
        first = agent.table.due.next
        agent.share = 0.9
        agent.restart(NOON_AND_EVENING, agent.table.due)
        agent.look()
        assert agent.table.due.next == first

    def test_none_for_intervals(self) -> None:
        agent = settled(Plan(every=300), at(2026, 11, 16, 9), share=1.0)
        agent.work(HOUR)
        assert agent.at()[-3:] == ["16 09:47", "16 09:52", "16 09:57"]


class TestMissed:
    def test_asleep(self) -> None:
        """Three times pass: one run is for all, a few minutes after waking, told with the last."""
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9), share=0.5)
        agent.machine.sleep(2 * DAY)
        look = agent.look()
        assert look.slept == 2 * DAY and look.clock_moved == 0 and not look.due and look.missed
        agent.work(HOUR)
        [(began, told)] = agent.runs
        assert told.missed and told.planned == at(2026, 11, 17, 20)
        assert 2 * MINUTE <= (began - at(2026, 11, 18, 9)) / SECOND <= 8 * MINUTE
        agent.work(3 * HOUR)
        assert agent.at()[1:] == ["18 12:32"]

    def test_off(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        agent.machine.sleep(6 * HOUR)
        agent.machine.start()
        agent.restart(NOON_AND_EVENING, agent.table.due)
        look = agent.look()
        assert not look.due and look.missed and look.planned == at(2026, 11, 16, 12, 30)
        agent.work(10 * MINUTE)
        assert agent.at() == ["16 15:02"]

    def test_asleep_again_before_it_ran(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        for _ in range(3):
            agent.machine.sleep(DAY)
            agent.work(50)
        assert not agent.runs
        agent.work(MINUTE)
        assert len(agent.runs) == 1

    def test_a_nap_that_ends_before_the_time_misses_nothing(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        agent.machine.sleep(3 * HOUR)
        agent.work(HOUR)
        assert agent.at() == ["16 12:30"] and not agent.runs[0][1].missed

    def test_a_changed_plan_forgets_nothing_that_was_due(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        agent.machine.sleep(6 * HOUR)
        agent.restart(Plan(times=(23 * 60,)), agent.table.due)
        agent.work(10 * HOUR)
        assert agent.at() == ["16 15:02", "16 23:00"]


class TestClocks:
    @pytest.mark.parametrize("days", [1, 400, 3650])
    def test_set_forward_and_back(self, days: int) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        agent.machine.put(days * DAY)
        assert agent.look().clock_moved == days * DAY
        agent.work(30 * MINUTE)
        assert len(agent.runs) == 1 and not agent.runs[0][1].missed
        agent.machine.put(-days * DAY)
        assert agent.look().clock_moved == -days * DAY
        agent.work(3 * DAY)
        # What that one run was for is not run again, but what comes then is, and no day without a run.
        began = [wall for wall, _ in agent.runs[1:]]
        assert all(after - before <= 18 * 3600 * SECOND for before, after in pairwise(began))
        assert began[0] <= at(2026, 11, 17, 4) and 5 <= len(began) <= 7
        assert agent.at()[-2:] == ["18 12:30", "18 20:00"]

    def test_set_back_while_nobody_looked(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2031, 11, 16, 9))
        agent.machine.start()
        agent.machine.wall = at(2026, 11, 16, 9)
        agent.restart(NOON_AND_EVENING, agent.table.due)
        agent.work(14 * HOUR)
        assert agent.at() == ["16 12:30", "16 20:00"]

    def test_set_back_by_a_little_runs_no_time_twice(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        agent.work(4 * HOUR)
        agent.machine.put(-1 * HOUR)
        agent.work(9 * HOUR)
        assert agent.at() == ["16 12:30", "16 20:00"]

    def test_set_back_while_a_run_is_due_neither_loses_nor_repeats_it(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 12, 29))
        agent.machine.work(MINUTE)
        agent.look()
        agent.machine.work(MINUTE)
        agent.look()
        agent.machine.put(-2 * HOUR)
        agent.work(6 * HOUR)
        assert agent.at() == ["16 10:31"]

    def test_set_back_again_and_again(self) -> None:
        """The clock never gets to a planned time: a run comes after a period of work all the same."""
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9))
        for _ in range(20):
            agent.work(3 * HOUR)
            agent.machine.put(-3 * HOUR)
        assert 2 <= len(agent.runs) <= 3

    def test_an_interval_moves_with_the_clock(self) -> None:
        agent = settled(Plan(every=3600), at(2026, 11, 16, 9))
        agent.work(30 * MINUTE)
        agent.machine.put(5 * HOUR)
        agent.work(29 * MINUTE)
        assert not agent.runs
        agent.work(2 * MINUTE)
        agent.machine.put(-500 * DAY)
        agent.work(58 * MINUTE)
        assert len(agent.runs) == 1
        agent.work(2 * MINUTE)
        assert len(agent.runs) == 2

    def test_without_the_clock_that_goes_on_sleep_is_told_by_its_length(self) -> None:
        table = Timetable(NOON_AND_EVENING, PARIS, lambda: 0.0, None)
        wall = at(2026, 11, 16, 9)
        table.look(wall, 0.0)
        look = table.look(wall + 7200 * SECOND, 1.0)
        assert (look.slept, look.clock_moved) == (7199.0, 0.0)
        look = table.look(wall + 7200 * SECOND + round(400 * DAY) * SECOND, 1.0)
        assert (look.slept, look.clock_moved) == (0.0, 400 * DAY)
        look = table.look(wall, 2.0)
        assert look.slept == 0.0 and look.clock_moved < -400 * DAY

    @pytest.mark.parametrize("wall", [0, -(10**18), 2**63 - 1, at(1980, 1, 1), at(2200, 1, 1)])
    def test_no_clock_is_too_odd(self, wall: int) -> None:
        agent = Agent(NOON_AND_EVENING, wall)
        agent.work(HOUR)
        agent.machine.put(90_000 * DAY)
        agent.work(HOUR)
        agent.machine.put(-180_000 * DAY)
        agent.work(HOUR)
        assert len(agent.runs) >= 1


class TestOutcomes:
    def test_a_failed_run_is_due_again_after_a_while_that_grows(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 12))
        waits = []
        since = None
        while len(waits) < 7:
            look = agent.look()
            if look.due:
                assert look.planned == at(2026, 11, 16, 12, 30)
                waits.append(None if since is None else round((agent.machine.mono - since) / 60))
                since = agent.machine.mono
                agent.table.failed(agent.machine.wall)
            agent.machine.work(look.wait)
        assert waits[1:] == [5, 10, 20, 40, 60, 60]
        assert agent.table.due.failures == 7
        agent.table.ran(agent.machine.wall, started=agent.machine.wall)
        assert agent.table.due.failures == 0

    def test_what_somebody_stopped_waits_for_the_next_time(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 12, 30))
        agent.machine.work(2 * DAY)
        agent.look()
        agent.table.skip(agent.machine.wall)
        agent.work(8 * HOUR)
        assert agent.at() == ["18 20:00"]

    def test_a_run_of_changes_alone_serves_no_time(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 12, 30))
        agent.machine.work(8 * HOUR)
        agent.look()
        agent.table.ran(agent.machine.wall, started=agent.machine.wall, whole=False)
        assert agent.table.due.planned == at(2026, 11, 16, 20)

    def test_a_whole_run_that_a_user_asked_for_serves_what_was_due(self) -> None:
        agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 9), share=1.0)
        agent.work(3 * HOUR + 31 * MINUTE)  # 12:31, and this machine's turn is 12:35
        agent.table.ran(agent.machine.wall, started=agent.machine.wall)
        agent.work(HOUR)
        assert not agent.runs


class TestWholeScans:
    def test_once_a_day_with_no_plan_at_all(self) -> None:
        agent = settled(Plan(), at(2026, 11, 16, 9))
        agent.work(3 * DAY + HOUR)
        assert agent.at() == ["17 09:00", "18 09:00", "19 09:00"]
        assert all(look.reconcile and not look.due for _, look in agent.runs)

    def test_the_first_comes_soon(self) -> None:
        agent = Agent(NOON_AND_EVENING, at(2026, 11, 16, 9))
        agent.work(HOUR)
        assert agent.at() == ["16 09:02"] and agent.runs[0][1].reconcile

    def test_none_when_nobody_wants_any(self) -> None:
        agent = Agent(Plan(reconcile=False), at(2026, 11, 16, 9))
        agent.work(3 * DAY)
        assert not agent.runs and agent.look().planned is None


def test_no_wait_is_longer_than_a_minute_nor_none_at_all() -> None:
    """Timers stand still in sleep: waking is noticed within a minute."""
    agent = settled(Plan(times=(600,), days=(2,), reconcile=False), at(2026, 11, 16, 9))
    assert agent.look().wait == 60.0
    agent.machine.wall = at(2026, 11, 18, 9, 59) + 59 * SECOND
    assert 0.2 <= agent.look().wait <= 60.0


def test_what_is_stored_changes_seldom() -> None:
    agent = settled(NOON_AND_EVENING, at(2026, 11, 16, 13))
    kinds = set()
    for _ in range(6 * 60):
        agent.machine.work(MINUTE)
        agent.look()
        kinds.add(msgspec.json.encode(agent.table.due))
    assert len(kinds) <= 6 * 4 + 1


@pytest.mark.parametrize(
    "wrong",
    [{"times": (1440,)}, {"times": (-1,)}, {"times": (5,), "days": ()}, {"days": (7,)}, {"every": -1}],
)
def test_no_plan_is_nonsense(wrong: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(ValueError):
        Plan(**wrong)  # type: ignore[arg-type]


class TestQuiet:
    def test_changes_wait_for_quiet_and_not_for_ever(self) -> None:
        quiet = Quiet(Plan(quiet=60, longest=600))
        assert quiet.look(0.0, None) is None
        assert quiet.look(10.0, 10.0) == 60.0
        assert quiet.look(50.0, 45.0) == 55.0
        assert quiet.look(105.0, 45.0) == 0.0
        for now in range(110, 605, 5):
            assert quiet.look(now, now) == min(60.0, 610.0 - now)
        assert quiet.look(610.0, 610.0) == 0.0
        quiet.taken()
        assert quiet.look(612.0, 611.0) == 59.0

    def test_nothing_without_watching(self) -> None:
        assert Quiet(Plan(watch=False)).look(0.0, 0.0) is None


def test_durations() -> None:
    texts = ["60 s", "10min", "10 m", "4 h", "2 d", "2 J"]
    assert [read_duration(text) for text in texts] == [60, 600, 600, 14_400, 172_800, 172_800]
    for text in ("", "h", "4", "-4 h", "4 weeks", "1.5 h", "999999 s"):
        with pytest.raises(ValueError):
            read_duration(text)
