"""The table `[schedule]`: as programs write it, and as hands do."""

from __future__ import annotations

from pathlib import Path

import pytest

from cyberlib_client.app.bootstrap import private_files
from cyberlib_client.core.errors import Failed
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.schedule_settings import ScheduleSettings, conditions_from, plan_from
from cyberlib_client.state.settings import Settings, read_settings, write_settings

BY_HAND = """\
# never while patients wait
[schedule]
times = ["7h30", "20:00"]  # before and after
days = "lun-sam"
every = "4 h"
hours = ["mon-fri 19:00-08:00", "12:00-14:00"]
battery = "no"
quiet = "2 min"
"""


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    made = Profile(str(tmp_path / "profile"), private_files)
    made.make()
    return made


def test_what_nobody_chose() -> None:
    plan, conditions = plan_from(ScheduleSettings()), conditions_from(ScheduleSettings())
    assert plan.times == (12 * 60 + 30, 19 * 60) and plan.days == (0, 1, 2, 3, 4, 5, 6)
    assert (plan.every, plan.watch, plan.quiet, plan.longest, plan.reconcile) == (0, True, 60, 600, True)
    assert (conditions.on_battery, conditions.battery_from, conditions.metered) == (True, 20, False)
    assert conditions.hours == ()


def test_an_interval_alone_has_no_times() -> None:
    assert plan_from(ScheduleSettings(every="30 min")).times == ()
    assert plan_from(ScheduleSettings(every="30 min", times=["12:00"])).times == (720,)


def test_a_table_written_by_hand(profile: Profile) -> None:
    profile.write(profile.settings, BY_HAND.encode())
    settings = read_settings(profile)
    plan, conditions = plan_from(settings.schedule), conditions_from(settings.schedule)
    assert (plan.times, plan.days, plan.every, plan.quiet) == ((450, 1200), (0, 1, 2, 3, 4, 5), 14_400, 120)
    assert not conditions.on_battery
    night, noon = conditions.hours
    assert night.hold(5, 7 * 60) and not night.hold(5, 12 * 60) and noon.hold(5, 12 * 60)
    write_settings(profile, settings)
    assert Path(profile.settings).read_text(encoding="utf-8") == BY_HAND


def test_what_is_written_is_read_and_nothing_leaves_no_table(profile: Profile) -> None:
    chosen = ScheduleSettings(times=[], every="1 h", watch=False, hours=["sat 08:00-12:00"], metered=True)
    write_settings(profile, Settings(schedule=chosen))
    assert read_settings(profile).schedule == chosen
    write_settings(profile, Settings())
    assert "schedule" not in Path(profile.settings).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('times = ["25:00"]', "value_unfit:schedule"),
        ('times = "12:30"', "value_unfit:schedule.times"),
        ('days = "funday"', "value_unfit:schedule"),
        ('every = "1 s"', "value_unfit:schedule"),
        ('every = "32 d"', "value_unfit:schedule"),
        ('quiet = "2 h"', "value_unfit:schedule"),
        ('longest = "long"', "value_unfit:schedule"),
        ('hours = ["08:00"]', "value_unfit:schedule"),
        ('battery = "101%"', "value_unfit:schedule"),
        ("metered = 1", "value_unfit:schedule.metered"),
        ("meter = true", "key_unknown:schedule.meter"),
        (f"times = {[f'{n // 60:02d}:{n % 60:02d}' for n in range(49)]}", "value_unfit:schedule"),
    ],
)
def test_what_is_not_understood_is_told_with_its_line(profile: Profile, line: str, reason: str) -> None:
    written = f'language = "en"\n\n[schedule]\nwatch = true\n{line}\n'
    profile.write(profile.settings, written.encode())
    with pytest.raises(Failed) as caught:
        read_settings(profile)
    assert caught.value.code == "settings_damaged"
    assert (caught.value.facts["reason"], caught.value.facts["line"]) == (reason, 5)
