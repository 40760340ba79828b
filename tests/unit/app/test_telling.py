"""What the host is to expect of a workstation, by its settings."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec
import pytest

from cyberlib_client.app import telling
from cyberlib_client.app.telling import declared, told, zone_name
from cyberlib_client.state.records import IncidentRecord, RunRecord
from cyberlib_client.state.schedule_settings import ScheduleSettings
from cyberlib_client.state.settings import Settings
from cyberlib_host.core.plans import Plan, check_plan

HOUR = 3600 * 10**9


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        ({}, {"times": ["12:30", "19:00"], "days": [1, 2, 3, 4, 5, 6, 7], "weekends_off": True}),
        ({"every": "90 min"}, {"times": [], "every_hours": 2}),
        ({"every": "5 d"}, {"every_hours": 24}),
        ({"times": []}, {"times": [], "every_hours": None, "closes": "19:00"}),
        ({"days": "mon-sat"}, {"days": [1, 2, 3, 4, 5, 6], "weekends_off": False}),
        ({"days": "sat,sun"}, {"days": [6, 7], "weekends_off": False}),
        ({"times": [], "hours": ["mon-fri 09:00-17:30"]},
         {"opens": "09:00", "closes": "17:30", "days": [1, 2, 3, 4, 5]}),
        ({"hours": ["mon-fri 20:00-06:00"]}, {"opens": "08:00", "closes": "19:00"}),
        ({"hours": ["mon-sun 00:00-24:00"]}, {}),
    ],
)  # fmt: skip
def test_the_plan_is_that_of_the_settings_and_the_host_takes_it(
    chosen: dict[str, object], wanted: dict[str, object]
) -> None:
    plan = declared(Settings(schedule=ScheduleSettings(**chosen)))  # type: ignore[arg-type]
    plain = msgspec.to_builtins(plan)
    assert {name: plain[name] for name in wanted} == wanted
    check_plan(msgspec.convert(plain, Plan))


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be set")
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Indian/Reunion", "Indian/Reunion"),
        (":Europe/Paris", "Europe/Paris"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Paris"),
        ("UTC0", "Etc/UTC"),
        ("AAA-5", "Etc/GMT-5"),
        ("AAA7", "Etc/GMT+7"),
    ],
)
def test_the_zone_has_its_name_or_one_with_the_same_hours(
    clocks: pytest.MonkeyPatch, given: str, name: str
) -> None:
    clocks.setattr(telling, "_linked", lambda: "")
    clocks.setenv("TZ", given)
    time.tzset()
    assert zone_name() == name


def test_of_a_run_the_host_hears_what_it_met_by_kind_and_no_name() -> None:
    record = RunRecord("backup", "schedule", 10 * HOUR, 11 * HOUR, "completed", 3, files=7)
    standing = [
        IncidentRecord("unreadable", f"/C/Patients/dupont{n}.doc", {}, "warning", HOUR, 11 * HOUR, n, None)
        for n in (1, 2)
    ]
    old = IncidentRecord("watch_limit", "/C/Patients", {}, "notice", HOUR, 2 * HOUR, 1, None)
    noted = [
        IncidentRecord("stopped", by, {}, "notice", 11 * HOUR, 11 * HOUR, 1, None)
        for by in ("shutdown", "battery_low")
    ]
    run = told(record, [*standing, old, *noted])
    assert run.incidents == {"unreadable": 2, "stopped": 1} and run.files == 7
    assert b"dupont" not in msgspec.json.encode(run)
