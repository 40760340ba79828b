"""When chores begin, what holds them back, what outlives the process: without a clock of their own."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.app.agent.brain import Now
from cyberlib_client.app.agent.chore_list import chores_of
from cyberlib_client.app.agent.chores import DAILY, GLANCE, SOON, Chore, Chores, Past
from cyberlib_client.app.agent.messages import DrillJob, VerifyJob
from cyberlib_client.state.settings import Settings, VaultSettings

START = 1_800_000_000 * 10**9
HOUR = 3600.0
VERIFY = Chore("verify", DAILY, VerifyJob(rotate=True))
COPY = Chore("copy:usb", 7 * 24 * HOUR, VerifyJob())


class Life:
    """Chores, and the hours that pass for them."""

    def __init__(self, *wanted: Chore, share: float = 0.5) -> None:
        self.wanted = wanted or (VERIFY,)
        self.now = Now(START, 1000.0, 1000.0)
        self.chores = Chores({}, share)
        self.chores.want(self.wanted, self.now)
        self.chores.due(self.now, backup=None, changes=1e9)

    def pass_by(self, seconds: float) -> None:
        wall, mono, _ = self.now
        self.now = Now(wall + round(seconds * 1e9), mono + seconds, mono + seconds)

    def due(self, *, backup: float | None = None, changes: float = 1e9) -> list[str]:
        """`backup`: seconds until the next."""
        at = self.now.wall + round(backup * 1e9) if backup is not None else None
        return [each.name for each in self.chores.due(self.now, backup=at, changes=changes)]

    def run(self, chore: Chore, seconds: float = 60, *, done: bool = True, by: str = "") -> None:
        self.chores.began(chore, self.now)
        self.pass_by(seconds)
        self.chores.ended(self.now, done=done, by=by)

    def begin_anew(self) -> None:
        """Another process, which knows what was written down."""
        past = msgspec.json.decode(msgspec.json.encode(self.chores.past), type=dict[str, Past])
        self.chores = Chores(past, 0.5)
        self.now = Now(self.now.wall, 10.0, 10.0)
        self.chores.want(self.wanted, self.now)
        self.due()
        self.pass_by(600)


def test_the_first_run_is_within_a_day_and_the_next_a_day_after_it_began() -> None:
    life = Life()
    life.pass_by(9 * HOUR)
    assert life.due() == []
    life.pass_by(1 * HOUR)
    assert life.due() == ["verify"]
    life.run(VERIFY, 3 * HOUR)
    life.pass_by(DAILY - 3 * HOUR - 1)
    assert life.due() == []
    life.pass_by(1)
    assert life.due() == ["verify"]


def test_shares_of_the_jitter_spread_installations() -> None:
    early, late = Life(share=0.1), Life(share=0.9)
    for life in (early, late):
        life.pass_by(10 * HOUR)
    assert (early.due(), late.due()) == (["verify"], [])


def test_a_machine_that_was_just_switched_on_is_left_alone() -> None:
    life = Life()
    life.pass_by(30 * HOUR)
    life.chores = Chores(life.chores.past, 0.5)
    life.chores.want([VERIFY], life.now)
    assert life.due() == []
    life.pass_by(599)
    assert life.due() == []
    life.pass_by(1)
    assert life.due() == ["verify"]


def test_backups_go_first() -> None:
    life = Life()
    life.pass_by(12 * HOUR)
    assert life.due(backup=SOON - 1) == []
    assert life.due(backup=SOON) == ["verify"]
    assert life.due(changes=GLANCE - 1) == []
    life.pass_by(24 * HOUR)
    assert life.due(changes=1.0) == ["verify"], "where changes never end it runs all the same"
    assert life.due(backup=1.0, changes=1.0) == []


def test_failures_hold_it_back_longer_each_time_and_a_success_ends_that() -> None:
    life = Life()
    life.pass_by(12 * HOUR)
    held = []
    for _ in range(6):
        tried = life.now.wall
        life.run(VERIFY, done=False)
        while not life.due():
            life.pass_by(600)
        held.append(round((life.now.wall - tried) / 3600e9))
    assert held == [1, 4, 12, 24, 24, 24]
    life.run(VERIFY)
    assert life.chores.past["verify"].failures == 0


def test_one_that_takes_the_machine_along_counts_as_failed() -> None:
    life = Life()
    life.pass_by(12 * HOUR)
    life.chores.began(VERIFY, life.now)
    life.begin_anew()
    assert life.due() == []
    life.pass_by(1 * HOUR)
    assert life.due() == ["verify"]


def test_one_that_made_way_goes_on_soon_and_one_that_somebody_stopped_later() -> None:
    life = Life()
    life.pass_by(12 * HOUR)
    life.run(VERIFY, done=False, by="backup")
    assert life.due() == []
    life.pass_by(120)
    assert life.due() == ["verify"]
    life.run(VERIFY, done=False, by="user")
    life.pass_by(3 * HOUR)
    assert life.due() == []
    life.pass_by(1 * HOUR)
    assert life.due() == ["verify"]
    assert life.chores.past["verify"].failures == 0


def test_one_that_would_begin_anew_makes_way_a_few_times() -> None:
    drill = Chore("drill", DAILY, DrillJob(), yields=3)
    life = Life(drill)
    for _ in range(2):
        life.pass_by(25 * HOUR)
        ways = 0
        life.chores.began(drill, life.now)
        while life.chores.makes_way:
            life.chores.ended(life.now, done=False, by="backup")
            ways += 1
            life.begin_anew()
            assert life.due() == ["drill"]
            life.run(drill, done=False, by="battery")  # no backup: it does not count
            life.pass_by(120)
            assert life.due() == ["drill"]
            life.chores.began(drill, life.now)
        assert ways == 3
        life.chores.ended(life.now, done=True)


def test_the_longest_due_comes_first_and_only_one_runs() -> None:
    life = Life(VERIFY, COPY)
    life.pass_by(13 * HOUR)
    assert life.due() == ["verify", "copy:usb"]
    life.chores.began(VERIFY, life.now)
    assert life.due() == []


def test_one_that_is_last_waits_for_those_that_are_less_late() -> None:
    check = Chore("check:usb", DAILY, VerifyJob(), last=True)
    life = Life(check, COPY)
    life.pass_by(13 * HOUR)
    life.run(COPY)
    life.pass_by(7 * 24 * HOUR)
    assert life.due() == ["copy:usb", "check:usb"]


def test_a_clock_that_is_set_back_by_years_holds_nothing_up() -> None:
    life = Life()
    life.pass_by(12 * HOUR)
    life.run(VERIFY)
    life.now = Now(life.now.wall - 5 * 365 * 86_400 * 10**9, life.now.mono, life.now.going)
    life.due()
    life.pass_by(DAILY)
    assert life.due() == ["verify"]


def test_what_is_wanted_no_more_is_forgotten() -> None:
    life = Life(VERIFY, COPY)
    life.pass_by(13 * HOUR)
    life.run(COPY)
    life.chores.want([VERIFY], life.now)
    assert set(life.chores.past) == {"verify"}
    life.chores.began(VERIFY, life.now)
    life.chores.want([], life.now)
    life.chores.ended(life.now, done=True)
    assert life.due() == []


@given(st.lists(st.tuples(st.floats(1, 1e5), st.sampled_from(["done", "failed", "backup", "user", "crash"]))))
def test_whatever_happens_it_comes_round_again_and_never_twice_at_once(
    days: list[tuple[float, str]],
) -> None:
    life = Life()
    for seconds, how in days:
        life.pass_by(seconds)
        for chore in life.chores.due(life.now, backup=None, changes=1e9)[:1]:
            if how == "crash":
                life.chores.began(chore, life.now)
                assert life.due() == []
                life.begin_anew()
            else:
                life.run(chore, done=how == "done", by=how if how in ("backup", "user") else "")
        assert life.chores.running is None
    life.pass_by(2 * 86_400)
    assert life.due() == ["verify"]


def test_retention_comes_round_wherever_there_is_a_vault() -> None:
    vault = VaultSettings("/vault", "00" * 16)
    for settings, wanted in ((Settings(vault=vault), True), (Settings(), False)):
        assert ("retention" in [each.name for each in chores_of(settings)]) is wanted
