"""`cyberlib schedule`: what is chosen is shown, kept, and refused when it makes no sense."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.scheduling import conditions_of, local_zone, look_around, plan_of
from cyberlib_client.core.conditions import Window
from cyberlib_client.core.platform import Energy
from cyberlib_client.core.timetable import Timetable
from cyberlib_client.state.settings import NetworkSettings, Settings, VaultSettings, read_settings
from tests.support.command_line import CommandLine

DEFAULTS = {
    "times": ["12:30", "19:00"],
    "days": [0, 1, 2, 3, 4, 5, 6],
    "every": None,
    "watch": True,
    "quiet": 60,
    "longest": 600,
    "scan": True,
    "hours": [],
    "battery_from": 20,
    "battery_stop": 3,
    "metered": False,
}


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "station")


def test_what_nobody_chose(line: CommandLine) -> None:
    assert line.json("schedule", "show")["result"] == DEFAULTS


def test_what_is_chosen_stays(line: CommandLine) -> None:
    chosen = line.json(
        "schedule", "set", "--times", "20h15, 8:00", "--days", "lun-ven", "--every", "4 h",
        "--hours", "mon-fri 07:00-21:00", "--hours", "sam 8:00-12:00", "--no-watch", "--battery", "no",
        "--quiet", "2 min", "--metered", "--no-scan",
    )["result"]  # fmt: skip
    assert chosen == DEFAULTS | {
        "times": ["08:00", "20:15"],
        "days": [0, 1, 2, 3, 4],
        "every": 14_400,
        "watch": False,
        "quiet": 120,
        "scan": False,
        "hours": [
            {"days": [0, 1, 2, 3, 4], "start": "07:00", "end": "21:00"},
            {"days": [5], "start": "08:00", "end": "12:00"},
        ],
        "battery_from": None,
        "metered": True,
    }
    assert line.json("schedule", "show")["result"] == chosen
    changed = line.json(
        "schedule", "set", "--times", "none", "--hours", "none", "--watch", "--longest", "1 h"
    )["result"]
    assert changed == chosen | {"times": [], "hours": [], "watch": True, "longest": 3600}
    assert line.json("schedule", "set", "--reset", "--battery", "50")["result"] == DEFAULTS | {
        "battery_from": 50
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["--times", "25:00"], "bad_times"),
        (["--times", "noon"], "bad_times"),
        (["--days", "someday"], "bad_days"),
        (["--every", "1 min"], "bad_every"),
        (["--every", "4"], "bad_every"),
        (["--quiet", "1 s"], "bad_quiet"),
        (["--longest", "2 d"], "bad_quiet"),
        (["--hours", "08:00"], "bad_run_hours"),
        (["--battery", "101%"], "bad_battery"),
    ],
)
def test_what_makes_no_sense_is_refused(line: CommandLine, given: list[str], code: str) -> None:
    assert line.error("schedule", "set", *given, "--metered", code=2) == code
    assert line.json("schedule", "show")["result"] == DEFAULTS


def test_nothing_to_change_is_wrong_use(line: CommandLine) -> None:
    line.error("schedule", "set", code=2)


class TestAround:
    """What the agent asks before a run."""

    def test_a_timetable_from_the_settings(self, line: CommandLine) -> None:
        line("schedule", "set", "--times", "03:00")
        settings = read_settings(bootstrap.profile_at(str(line.profile)))
        table = Timetable(plan_of(settings), local_zone(), lambda: 0.0, None)
        now, clocks = bootstrap.clock(), bootstrap.clocks()
        planned = table.look(now, clocks.awake(), clocks.going()).planned
        assert planned is not None and 0 < (planned - now) / 10**9 <= 25 * 3600

    def test_what_is_the_case(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        class Machine:
            def energy(self) -> Energy:
                return Energy(True, 12)

            def metered(self, address: str) -> bool:
                asked.append(address)
                return True

        def looked_up(host: str, *_rest: object, **_more: object) -> list[object]:
            if host == "gone.example":
                raise socket.gaierror("no such name")
            return [(2, 1, 6, "", ({"host.example": "192.0.2.5", "proxy.example": "192.0.2.9"}[host], 0))]

        monkeypatch.setattr(bootstrap, "power", Machine)
        monkeypatch.setattr(bootstrap, "connection", Machine)
        monkeypatch.setattr(socket, "getaddrinfo", looked_up)
        at_host = Settings(vault=VaultSettings("https://host.example:8443/", "00" * 16))
        window = Window(1, 2)
        found = look_around(at_host, paused_until=7, maintenance=[window])
        assert (found.on_battery, found.percent, found.metered) == (True, 12, True)
        assert (found.paused_until, found.maintenance) == (7, (window,))
        proxied = NetworkSettings(proxy="http://proxy.example:3128")
        look_around(Settings(vault=at_host.vault, network=proxied))
        look_around(Settings(vault=VaultSettings("s3://bucket/x", "00" * 16, "https://gone.example", "eu")))
        assert asked == ["192.0.2.5", "192.0.2.9", ""]
        assert conditions_of(at_host).metered is False

    def test_a_folder_needs_no_network(self, tmp_path: Path) -> None:
        assert look_around(Settings(vault=VaultSettings(str(tmp_path), "00" * 16))).metered is None
        assert look_around(Settings()).metered is None
