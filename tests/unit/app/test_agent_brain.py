"""When runs begin by themselves, whole or partial, and what ends them: decided without a clock of its own."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise

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
        self.items = 0
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
        step = self.brain.think(self.now, Seen(self.last, lost, self.items), lambda: self.around)
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
        self.items = 0


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


def test_from_the_start_it_tells_all_that_it_waits_for() -> None:
    life = Life()
    life.around = Around(START, UTC, metered=True)
    life.look()
    assert life.waiting == ["settling", "metered"]
    life.around = Around(START, UTC)
    begin = life.until_begun(1)
    assert begin is not None and life.waiting == []
    life.began(begin)
    life.brain.ended(life.now, done=False)
    life.look()
    assert life.waiting == ["after_failure"]
    begin = life.until_begun(1)
    assert begin is not None
    life.began(begin)
    life.brain.ended(life.now, done=False, by="user")
    life.look()
    assert life.waiting == ["after_stop"]
    quiet = settled()
    quiet.look()
    assert quiet.waiting == [], "nothing is to be done"


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


def _attacked(life: Life, seconds: float, each_run: float = 2.0) -> list[float]:
    """Two files change each second; when runs began."""
    begun, end = [], life.now.mono + seconds
    while life.now.mono < end:
        life.change()
        life.items += 2
        step = life.brain.think(life.now, Seen(life.last, items=life.items), lambda: life.around)
        if step.begin is None:
            life.pass_by(1)
            continue
        assert not step.begin.whole or step.begin.trigger == "schedule"
        begun.append(life.now.mono)
        life.run(step.begin, each_run)
    return begun


def test_many_files_that_change_are_saved_at_once_and_then_every_twenty_seconds() -> None:
    life = settled()
    life.pass_by(100)
    start = life.now.mono
    begun = _attacked(life, 240)
    assert begun[0] - start <= 20.0
    gaps = [after - before for before, after in pairwise(begun)]
    assert min(gaps) >= 20.0 and max(gaps) <= 24.0


def test_a_document_that_is_saved_waits_for_quiet() -> None:
    life = settled()
    life.pass_by(100)
    life.change()
    life.items = 6
    changed = life.now.mono
    assert life.until_begun(1) == Begin("changes", whole=False)
    assert life.now.mono - changed >= 60.0


def test_changes_that_never_end_do_not_keep_the_machine_busy() -> None:
    """All day, and each run takes half a minute."""
    life = settled()
    life.pass_by(100)
    begun = _attacked(life, 6 * 3600, each_run=30.0)
    first_hour = [each for each in begun if each < begun[0] + 3600]
    last_hour = [each for each in begun if each > begun[-1] - 3600]
    assert len(first_hour) * 30.0 <= 3600 / 5 + 60.0
    assert len(last_hour) <= 8


def test_a_burst_waits_for_what_a_run_may_not_begin_without() -> None:
    life = settled()
    life.pass_by(100)
    life.around = Around(START, UTC, on_battery=True, percent=10)
    life.change()
    life.items = 500
    assert life.look() == (None, None) and life.waiting == ["battery"]


def test_by_how_much_the_clock_was_set_is_known_until_a_run_ended_well() -> None:
    life = settled()
    life.look()
    life.now = Now(life.now.wall - 3 * 3600 * 10**9, life.now.mono, life.now.going)
    life.change()
    for done in (False, True):
        begin = life.until_begun(2)
        assert begin is not None and round(life.brain.moved) == -3 * 3600
        life.began(begin)
        life.brain.ended(life.now, done=done)
        life.change()
    assert round(life.brain.moved) == 0


def test_the_first_look_at_everything_is_told_beforehand() -> None:
    life = Life()
    assert life.brain.next_run(life.now) is None
    life.look()
    soon = life.brain.next_run(life.now)
    assert soon is not None and START < soon <= START + 180 * 10**9
    begin = life.until_begun()
    assert begin is not None and abs(life.now.wall - soon) < 10**9
    life.run(begin)
    assert life.brain.next_run(life.now) == life.brain.timetable.due.next
    assert life.brain.next_run(life.now, 1 << 62) == 1 << 62, "not before a pause ends"
