"""What a window noted before a change leads back to it, whatever came between."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberlib_client.app import network, retention_settings, scheduling
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.state.retention_settings import NUMBERS, RetentionSettings, is_chosen
from cyberlib_client.state.schedule_settings import ScheduleSettings
from cyberlib_client.state.settings import HoursSettings, NetworkSettings, Settings, write_settings

TIMES = st.lists(st.sampled_from(["00:00", "08:30", "12:30", "23:59"]), unique=True).map(sorted)
DAYS = st.sampled_from(["mon-fri", "sat,sun", "mon-sun", "tue"])
SCHEDULES = st.builds(
    ScheduleSettings,
    times=st.one_of(st.none(), TIMES),
    days=DAYS,
    every=st.sampled_from(["", "5 min", "90 min", "4 h", "3 d"]),
    watch=st.booleans(),
    quiet=st.sampled_from(["5 s", "60 s", "90 s"]),
    longest=st.sampled_from(["10 min", "3 h"]),
    scan=st.booleans(),
    hours=st.lists(st.sampled_from(["mon-fri 08:00-20:00", "sat 09:00-12:00"]), unique=True),
    battery=st.sampled_from(["yes", "no", "20%", "35%"]),
    metered=st.booleans(),
)
RATES = st.sampled_from(["", "16 kbit/s", "1.5 Mbit/s", "2 Mbit/s", "999 kbit/s", "1 Gbit/s", "250 kB/s"])
HOURS = st.builds(
    HoursSettings,
    start=st.just("08:00"),
    end=st.just("19:00"),
    days=DAYS,
    upload=st.one_of(st.none(), RATES),
)
LINES = st.builds(
    NetworkSettings,
    upload=RATES,
    download=RATES,
    hours=st.lists(HOURS, max_size=2, unique_by=lambda each: each.days),
)
POLICIES = st.builds(
    RetentionSettings,
    **{name: st.sampled_from([-1, 0, 1, 30]) for name in NUMBERS},
    labelled=st.booleans(),
    quarantine=st.integers(7, 366),
)
SHARED = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def session_with(tmp_path: Path, chosen: Settings) -> Session:
    profile = profile_at(str(tmp_path / "profile"))
    write_settings(profile, chosen)
    return Session(profile, Nobody())


@SHARED
@given(SCHEDULES, SCHEDULES)
def test_a_schedule(tmp_path: Path, before: ScheduleSettings, now: ScheduleSettings) -> None:
    shown = scheduling.show(session_with(tmp_path, Settings(schedule=before)))
    session = session_with(tmp_path, Settings(schedule=now))
    would_be = scheduling.change(session, scheduling.change_to(shown), dry=True)
    assert scheduling.show(session) == scheduling.show(session_with(tmp_path, Settings(schedule=now)))
    assert scheduling.change(session, scheduling.change_to(shown)) == would_be == shown


@SHARED
@given(LINES, LINES)
def test_rates(tmp_path: Path, before: NetworkSettings, now: NetworkSettings) -> None:
    shown = network.show(session_with(tmp_path, Settings(network=before)))
    session = session_with(tmp_path, Settings(network=msgspec.structs.replace(now, proxy="none")))
    back = network.set_rates(session, network.rates_of(shown))
    assert (back.upload, back.download, back.hours) == (shown.upload, shown.download, shown.hours)
    assert back.proxy == "none"  # nothing else is touched


@SHARED
@given(POLICIES, POLICIES)
def test_a_policy(tmp_path: Path, before: RetentionSettings, now: RetentionSettings) -> None:
    shown = retention_settings.show(session_with(tmp_path, Settings(retention=before)))
    back = retention_settings.changed(now, retention_settings.change_to(shown))
    assert is_chosen(back) == is_chosen(before)
    if is_chosen(before):
        assert back == before


def test_the_next_time_by_the_clock(tmp_path: Path) -> None:
    def shown(**chosen: object) -> scheduling.ScheduleShown:
        made = msgspec.convert(chosen, ScheduleSettings)
        return scheduling.show(session_with(tmp_path, Settings(schedule=made)))

    monday = int(datetime(2026, 11, 23, 10, 0, tzinfo=UTC).timestamp()) * 10**9
    told = scheduling.next_time(shown(times=["08:00"], days="sat"), monday)
    assert told is not None
    local = datetime.fromisoformat(told).astimezone()
    assert (local.weekday(), local.hour, local.minute) == (5, 8, 0)
    assert scheduling.next_time(shown(times=[]), monday) is None
