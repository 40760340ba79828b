"""Whether a network is metered: asked of the real system."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from cyberlib_client.system import this_system
from cyberlib_client.system.linux.connection import interface_to
from cyberlib_client.system.windows.connection import judged, socket_address
from tests.support.session_bus import start_bus

linux = pytest.mark.skipif(sys.platform != "linux", reason="NetworkManager and netlink are Linux' own")
UNKNOWN, YES, NO, GUESS_YES, GUESS_NO = range(5)

Bus = Callable[..., None]


def test_this_machine_answers() -> None:
    connection = this_system().connection
    assert connection.metered("") in (True, False, None)
    assert connection.metered("127.0.0.1") in (False, None)
    assert connection.metered("no address") is None


@pytest.mark.skipif(sys.platform != "win32", reason="Windows' own")
def test_windows_tells_the_cost_of_a_way() -> None:
    assert this_system().connection.metered("") is False
    assert this_system().connection.metered("192.0.2.1") is False


def test_costs_of_windows() -> None:
    assert [judged(each) for each in (0, 1, 2, 4, 0x10001, 0x40001, 0x80001, 0x20001)] == [
        None, False, True, True, True, True, False, False,
    ]  # fmt: skip
    assert socket_address("192.0.2.7")[:8] == b"\x02\0\0\0\xc0\0\x02\x07"
    assert socket_address("2001:db8::1")[:12] == b"\x17\0\0\0\0\0\0\0\x20\x01\x0d\xb8"
    assert len(socket_address("2001:db8::1")) == 128


@linux
class TestLinux:
    @pytest.fixture
    def bus(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
        with ExitStack() as stack:
            environment: dict[str, str] = {}
            start_bus(stack, environment)
            monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", environment["DBUS_SESSION_BUS_ADDRESS"])

            def serve(*arguments: str) -> None:
                command = [sys.executable, "-m", "tests.support.network_manager", *arguments]
                process = stack.enter_context(
                    subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, **environment})
                )
                stack.callback(process.kill)
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n"

            yield serve

    @pytest.fixture
    def way(self) -> str:
        """The interface to the internet; loopback where a machine has none."""
        return interface_to("") or "none"

    @pytest.mark.parametrize(
        ("primary", "own", "told"),
        [
            (YES, NO, False),
            (NO, YES, True),
            (NO, GUESS_YES, True),
            (YES, GUESS_NO, False),
            (GUESS_YES, UNKNOWN, True),
            (UNKNOWN, UNKNOWN, None),
        ],
    )
    def test_the_interface_that_the_traffic_takes(
        self, bus: Bus, way: str, primary: int, own: int, told: bool | None
    ) -> None:
        if way == "none":
            pytest.skip("this machine has no way to anywhere")
        bus(str(primary), f"{way}={own}", "wwan7=1")
        assert this_system().connection.metered("") is told

    def test_a_device_that_is_not_managed_is_judged_by_the_primary_connection(self, bus: Bus) -> None:
        bus(str(YES), "wwan7=2")
        assert this_system().connection.metered("192.0.2.1") is True
        assert this_system().connection.metered("127.0.0.1") is False  # nobody is asked

    def test_nobody_on_the_bus_and_no_bus(self, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
        assert this_system().connection.metered("") is None
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        assert this_system().connection.metered("") is None

    def test_the_kernel_knows_the_way(self) -> None:
        assert interface_to("127.0.0.1") == "lo"
        assert interface_to("::1") == "lo"
        with pytest.raises(ValueError):
            interface_to("localhost")
