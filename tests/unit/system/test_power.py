"""Current and clocks: from files as the kernel writes them, and from the machine itself."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from cyberlib_client.core.platform import Energy
from cyberlib_client.system import this_system
from cyberlib_client.system.linux.power import LinuxPower
from cyberlib_client.system.macos.power import MacPower, Source
from cyberlib_client.system.macos.power import told as told_on_macos
from cyberlib_client.system.windows.power import told as told_on_windows

AWAY = {"type": "Mains", "online": "0"}
PLUGGED = {"type": "Mains", "online": "1"}
FULL = {"type": "Battery", "present": "1", "status": "Full", "capacity": "100"}
HALF = {
    "type": "Battery",
    "scope": "System",
    "status": "Discharging",
    "capacity": "48",
    "energy_now": "24000000",
    "energy_full": "50000000",
}
SMALL = {
    "type": "Battery",
    "status": "Unknown",
    "capacity": "90",
    "energy_now": "9000000",
    "energy_full": "10000000",
}
MOUSE = {"type": "Battery", "scope": "Device", "status": "Discharging", "capacity": "4"}
PHONE = {"type": "USB", "online": "0"}
EMPTY_BAY = {"type": "Battery", "present": "0", "status": "Unknown"}
UPS = {"type": "UPS", "status": "Discharging", "capacity": "71"}
MUTE = {"type": "Battery", "status": "Unknown"}


@pytest.mark.parametrize(
    ("supplies", "told"),
    [
        ({}, Energy(False, None)),
        ({"AC": PLUGGED}, Energy(False, None)),
        ({"AC": PLUGGED, "BAT0": FULL}, Energy(False, 100)),
        ({"AC": AWAY, "BAT0": HALF}, Energy(True, 48)),
        ({"AC": AWAY, "BAT0": HALF, "BAT1": SMALL}, Energy(True, 55)),
        ({"AC": PLUGGED, "BAT0": HALF}, Energy(False, 48)),
        ({"AC": AWAY, "USB-C": PLUGGED | {"type": "USB"}, "BAT0": HALF}, Energy(False, 48)),
        ({"BAT0": HALF}, Energy(True, 48)),
        ({"BAT0": FULL}, Energy(False, 100)),
        ({"BAT0": MUTE}, Energy(None, None)),
        ({"AC": PLUGGED, "hid-mouse": MOUSE, "phone": PHONE}, Energy(False, None)),
        ({"AC": AWAY, "BAT0": EMPTY_BAY}, Energy(False, None)),
        ({"ups": UPS}, Energy(True, 71)),
    ],
)
def test_supplies_as_the_kernel_shows_them(
    tmp_path: Path, supplies: dict[str, dict[str, str]], told: Energy
) -> None:
    for name, values in supplies.items():
        (tmp_path / name).mkdir()
        for value, text in values.items():
            (tmp_path / name / value).write_text(f"{text}\n")
    assert LinuxPower(str(tmp_path)).energy() == told


def test_a_battery_that_cannot_be_read_is_not_made_up(tmp_path: Path) -> None:
    (tmp_path / "BAT0").mkdir()
    (tmp_path / "BAT0" / "type").write_text("Battery\n")
    (tmp_path / "BAT0" / "capacity").write_text("a lot\n")
    (tmp_path / "BAT0" / "status").mkdir()
    assert LinuxPower(str(tmp_path)).energy() == Energy(None, None)
    assert LinuxPower(str(tmp_path / "none")).energy() == Energy(None, None)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ((1, 128, 255), Energy(False, None)),
        ((0, 1, 93), Energy(True, 93)),
        ((0, 4, 3), Energy(True, 3)),
        ((1, 8 | 2, 20), Energy(False, 20)),
        ((255, 255, 255), Energy(None, None)),
    ],
)
def test_what_windows_tells(status: tuple[int, int, int], told: Energy) -> None:
    assert told_on_windows(*status) == told


def test_what_macos_tells() -> None:
    battery = Source("InternalBattery", 47, 100)
    assert told_on_macos("AC Power", []) == Energy(False, None)
    assert told_on_macos("Battery Power", [battery]) == Energy(True, 47)
    assert told_on_macos("AC Power", [battery, Source("", 0, 0)]) == Energy(False, 47)
    if sys.platform != "darwin":
        assert MacPower().energy() == Energy(None, None)


def test_this_machine_answers() -> None:
    energy = this_system().power.energy()
    assert energy.percent is None or 0 <= energy.percent <= 100
    assert energy.on_battery in (True, False, None)


def test_clocks_go_on_by_themselves() -> None:
    clocks = this_system().clocks
    awake, going = clocks.awake(), clocks.going()
    end = time.monotonic() + 0.06
    while time.monotonic() < end:
        time.sleep(0.02)
    # Steps of Windows' clocks are 16 ms.
    assert clocks.awake() - awake >= 0.03
    assert clocks.going() - going >= 0.03


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' own file tells the same")
def test_the_clock_that_goes_on_is_the_one_since_the_start() -> None:
    with open("/proc/uptime", encoding="ascii") as file:
        before = float(file.read().split()[0])
    assert this_system().clocks.going() >= before - 0.02
