"""Whatever clocks, sleep and restarts do: no run is lost, and none comes twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.plan import Due, Plan
from cyberlib_client.core.timetable import JITTER, Timetable
from tests.support.clocks import DAY, HOUR, MINUTE, PARIS, Machine, at

PLANS = st.sampled_from(
    [
        Plan(times=(12 * 60 + 30, 20 * 60)),
        Plan(times=(2 * 60 + 30,), days=(0, 2, 6)),
        Plan(times=(0, 9 * 60, 9 * 60 + 1, 23 * 60 + 59)),
        Plan(every=30 * 60),
        Plan(every=6 * 3600),
        Plan(times=(12 * 60 + 30,), every=4 * 3600, days=(0, 1, 2, 3, 4)),
    ]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.floats(10 * MINUTE, 20 * HOUR)),
        st.tuples(st.just("sleep"), st.floats(MINUTE, 40 * HOUR)),
        st.tuples(st.just("put"), st.sampled_from([-1.0, 1.0]), st.floats(2 * MINUTE, 30 * HOUR)),
        st.tuples(st.just("put"), st.sampled_from([-1.0, 1.0]), st.floats(DAY, 3000 * DAY)),
        st.tuples(st.just("restart"), st.floats(MINUTE, 40 * HOUR)),
    ),
    min_size=1,
    max_size=9,
)


class Begun(NamedTuple):
    """A run. `awake`, `passed`: seconds when it began, without and with those of sleep."""

    awake: float
    passed: float
    planned: int


@dataclass
class Life:
    """An agent, as it keeps a timetable."""

    plan: Plan
    machine: Machine
    share: float
    takes: float  # seconds that a run takes
    told: bool  # whether all three clocks are known
    stored: bytes | None = None
    awake: float = 0.0
    passed: float = 0.0
    ends: float | None = None  # awake seconds at which the run under way ends
    started: int = 0
    cut_off: int = 0  # runs that a restart ended: they are run again
    runs: list[Begun] = field(default_factory=list)
    table: Timetable = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        due = None if self.stored is None else msgspec.json.decode(self.stored, type=Due)
        self.table = Timetable(self.plan, PARIS, lambda: self.share, due)
        self.cut_off += self.ends is not None
        self.ends = None

    def look(self) -> float:
        machine = self.machine
        if self.ends is not None and self.awake >= self.ends:
            self.table.ran(machine.wall, started=self.started)
            self.ends = None
        look = self.table.look(machine.wall, machine.mono, machine.going if self.told else None)
        if look.due and self.ends is None:
            assert look.planned is not None
            self.runs.append(Begun(self.awake, self.passed, look.planned))
            self.started, self.ends = machine.wall, self.awake + self.takes
        self.stored = msgspec.json.encode(self.table.due)
        return look.wait

    def work(self, seconds: float) -> None:
        end = self.awake + seconds
        while self.awake < end:
            wait = min(self.look(), end - self.awake)
            self.machine.work(wait)
            self.awake += wait
            self.passed += wait
        self.look()


def lived(plan: Plan, steps: list[tuple[str, float]], share: float, takes: float, told: bool) -> Life:
    life = Life(plan, Machine(at(2026, 3, 26, 8)), share, takes, told)
    life.look()
    for kind, *amounts in steps:
        amount = amounts[0] if len(amounts) == 1 else amounts[0] * amounts[1]  # type: ignore[operator]
        if kind == "work":
            life.work(amount)
        elif kind == "sleep":
            life.passed += amount
            life.machine.sleep(amount)
            life.look()
        elif kind == "put":
            life.machine.put(amount)
            life.look()
        else:
            life.passed += amount
            life.machine.sleep(amount)
            life.machine.start()
            life.begin()
            life.look()
    return life


@given(PLANS, STEPS, st.floats(0, 1), st.floats(1, 2 * HOUR), st.booleans())
def test_no_run_is_lost_and_none_comes_twice(
    plan: Plan, steps: list[tuple[str, float]], share: float, takes: float, told: bool
) -> None:
    life = lived(plan, steps, share, takes, told)
    period = plan.period()
    assert period is not None
    restarts = sum(1 for each in steps if each[0] == "restart")
    breaks = restarts + sum(1 for each in steps if each[0] == "sleep")
    allowed = period + 3 * 900 + (plan.settle + JITTER) * (breaks + 1) + takes * (restarts + 1)
    marks = [0.0, *(run.awake for run in life.runs), life.awake]
    assert all(after - before <= allowed for before, after in pairwise(marks))
    assert len(life.runs) <= life.awake / 1800 + restarts + len(steps) + 1
    if not plan.every:  # of an interval the number may come again, when the clock was set back
        twice = len(life.runs) - len({run.planned for run in life.runs})
        assert twice <= life.cut_off
    elif told and not plan.times and not restarts:
        assert all(after.passed - before.passed >= plan.every - 1 for before, after in pairwise(life.runs))
