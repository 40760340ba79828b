"""When runs begin by themselves, whole or partial, and what ends them: decided without a clock of its own."""

from __future__ import annotations

from datetime import UTC

from cyberlib_client.app.agent.brain import Begin, Brain, Now, Seen
from cyberlib_client.app.workplace import Fact
from cyberlib_client.core.conditions import Around, Conditions
from cyberlib_client.core.plan import Plan
from cyberlib_client.core.timetable import Timetable

START = 1_800_000_000 * 10**9


class Life:
    """A brain, and the hours that pass for it."""

    def __init__(self, plan: Plan | None = None) -> None:
        plan = plan or Plan(times=(12 * 60 + 30,))
        self.noted: list[tuple[str, dict[str, Fact]]] = []
        self.brain = Brain(
            plan,
            Conditions(),
            Timetable(plan, UTC, lambda: 0.0, None),
            lambda kind, facts: self.noted.append((kind, facts)),
        )
        self.now = Now(START, 1000.0, 1000.0)
        self.last: float | None = None
        self.lost: set[str] = set()
        self.around = Around(START, UTC)
        self.waiting: list[str] = []

    def pass_by(self, seconds: float, asleep: bool = False) -> None:
        self.now = Now(
            self.now.wall + round(seconds * 1e9),
            self.now.mono + (0.0 if asleep else seconds),
            (self.now.going or 0.0) + seconds,
        )

    def change(self) -> None:
        self.last = self.now.mono

    def until_begun(self, hours: float = 48) -> Begin | None:
        end = self.now.wall + round(hours * 3600e9)
        while self.now.wall < end:
            begin, _ = self.look()
            if begin is not None:
                return begin
        return None

    def look(self) -> tuple[Begin | None, str | None]:
        lost, self.lost = frozenset(self.lost), set()
        step = self.brain.think(self.now, Seen(self.last, lost), lambda: self.around)
        self.waiting = [each.kind for each in step.waiting]
        if step.begin is None and step.stop is None:
            assert step.wait > 0
            self.pass_by(step.wait)
        return step.begin, step.stop

    def run(self, begin: Begin, seconds: float = 10.0) -> None:
        self.began(begin)
        self.pass_by(seconds)
        self.brain.ended(self.now, done=True, whole=begin.whole)

    def began(self, begin: Begin) -> None:
        self.brain.began(self.now, begin.trigger)
        self.last = None


def settled() -> Life:
    """After the first whole run."""
    life = Life()
    begin = life.until_begun()
    assert begin is not None and begin.whole
    life.run(begin)
    return life


def test_the_first_run_of_an_agent_looks_at_everything_once_the_machine_has_settled() -> None:
    life = Life()
    begin = life.until_begun()
    assert begin == Begin("reconcile", whole=True)
    assert life.now.mono - 1000.0 >= life.brain.plan.settle


def test_a_change_is_saved_once_it_is_quiet_and_nothing_else_is_looked_at() -> None:
    life = settled()
    life.change()
    changed = life.now.mono
    assert life.until_begun(1) == Begin("changes", whole=False)
    assert 60.0 <= life.now.mono - changed <= 61.0


def test_changes_that_go_on_wait_ten_minutes_at_most() -> None:
    life = settled()
    life.change()
    first = life.now.mono
    for _ in range(200):
        begin, _ = life.look()
        if begin is not None:
            break
        life.change()
    assert begin == Begin("changes", whole=False)
    assert life.now.mono - first <= 700.0


def test_what_was_lost_is_looked_for_everywhere() -> None:
    life = settled()
    life.lost = {"overflow"}
    life.change()
    begin = life.until_begun(1)
    assert begin == Begin("reconcile", whole=True)
    assert ("watch_lost", {"reason": "overflow"}) in life.noted
    life.run(begin)
    life.change()
    assert life.until_begun(1) == Begin("changes", whole=False)


def test_what_is_lost_during_a_whole_run_calls_for_another() -> None:
    life = settled()
    life.lost = {"overflow"}
    begin = life.until_begun(1)
    assert begin is not None
    life.began(begin)
    life.lost = {"unmounted"}
    life.look()
    life.brain.ended(life.now, done=True)
    assert life.until_begun(1) == Begin("reconcile", whole=True)


def test_after_sleep_all_is_looked_at_but_not_at_once() -> None:
    life = settled()
    life.look()
    life.pass_by(5 * 3600, asleep=True)
    woke = life.now.mono
    begin = life.until_begun(1)
    assert begin is not None and begin.whole
    assert life.now.mono - woke >= 60.0
    assert [kind for kind, _ in life.noted] == ["slept"]


def test_a_failure_is_tried_again_less_and_less_often() -> None:
    life = settled()
    life.change()
    pauses = []
    for _ in range(6):
        before = life.now.mono
        begin = life.until_begun(3)
        assert begin is not None
        pauses.append(life.now.mono - before)
        life.brain.began(life.now, begin.trigger)
        life.brain.ended(life.now, done=False)
    assert pauses[1] >= 60.0 and pauses[2] >= 300.0 and pauses[3] >= 900.0
    assert max(pauses) <= 3700.0


def test_somebody_who_stops_a_run_is_left_alone_for_a_while() -> None:
    life = settled()
    life.change()
    begin = life.until_begun(1)
    assert begin is not None
    life.began(begin)
    life.change()
    life.brain.ended(life.now, done=False, by="user")
    stopped = life.now.mono
    assert life.until_begun(2) is not None
    assert life.now.mono - stopped >= 900.0


def test_all_that_is_unmet_is_told_and_nothing_begins() -> None:
    life = settled()
    life.change()
    life.around = Around(START, UTC, on_battery=True, percent=12, metered=True)
    assert life.until_begun(1) is None
    assert life.waiting == ["battery", "metered"]
    life.around = Around(START, UTC, on_battery=False)
    assert life.until_begun(1) is not None


def test_an_empty_battery_ends_a_run_and_the_run_comes_again_without_a_penalty() -> None:
    life = settled()
    life.change()
    begin = life.until_begun(1)
    assert begin is not None
    life.brain.began(life.now, begin.trigger)
    life.around = Around(START, UTC, on_battery=True, percent=3)
    assert life.look() == (None, "battery_low")
    life.brain.ended(life.now, done=False, by="battery_low")
    life.around = Around(START, UTC, on_battery=False)
    assert life.look()[0] == begin


def test_a_missed_time_is_made_up_for() -> None:
    life = settled()
    life.look()
    life.pass_by(30 * 3600, asleep=True)
    assert life.until_begun(1) == Begin("missed", whole=True)


def test_a_run_that_somebody_asked_for_serves_as_any_other() -> None:
    life = Life()
    life.look()
    life.brain.began(life.now, "user")
    life.pass_by(10)
    life.brain.ended(life.now, done=True, whole=True)
    begin = life.until_begun(30)
    assert begin is not None and begin.trigger == "schedule"
