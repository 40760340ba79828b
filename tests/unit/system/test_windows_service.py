"""Services of Windows: really made, begun, asked, ended and deleted."""

from __future__ import annotations

import ctypes
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "win32":
    pytest.skip("services of Windows", allow_module_level=True)

from cyberlib_client.app.bootstrap import services
from cyberlib_client.core.errors import Failed
from cyberlib_client.core.platform import ServicePlan
from cyberlib_client.system.windows import service_api
from cyberlib_client.system.windows.api import DWORD
from cyberlib_client.system.windows.service_api import advapi32
from tests.support.systems import WINE

_NUMBERS = itertools.count()
PROGRAM = """
import pathlib, sys, threading
sys.path[:0] = {path!r}
from cyberlib_client.app.bootstrap import services
folder = pathlib.Path(sys.argv[1])
ended = threading.Event()
def main():
    assert threading.current_thread() is threading.main_thread()
    (folder / "here").touch()
    if {fails!r}:
        raise SystemExit(1)
    ended.wait()
    (folder / "ended").touch()
services().run_as_service(str(folder), main, ended.set)
"""


@pytest.fixture
def plan(tmp_path: Path) -> Iterator[ServicePlan]:
    folder = tmp_path / "profil d'été"
    folder.mkdir()
    # A name of its own for each: one that was deleted may not be made again while anybody holds it open.
    name = f"cyberlib-agent-test-{os.getpid()}-{next(_NUMBERS)}"
    yield ServicePlan(name, "system", f"CyberLib: essai {name}", _command(folder, fails=False), str(folder))
    services().uninstall(name, "system")


def _command(folder: Path, *, fails: bool) -> tuple[str, ...]:
    program = folder.parent / f"program-{fails}.py"
    program.write_text(PROGRAM.format(path=sys.path, fails=fails), encoding="utf-8")
    return (sys.executable, str(program), str(folder))


def _until(true: Callable[[], bool]) -> None:
    for _ in range(3_600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def test_a_service_is_made_begun_ended_and_deleted(plan: ServicePlan) -> None:
    made = services()
    assert made.state(plan.name, "system") == "absent"
    assert made.install(plan) == plan.name
    assert made.install(plan) == plan.name  # in the place of itself
    assert made.state(plan.name, "system") == "stopped"
    made.start(plan.name, "system")
    assert made.state(plan.name, "system") == "running"
    _until(Path(plan.folder, "here").exists)
    made.start(plan.name, "system")
    made.stop(plan.name, "system")
    assert Path(plan.folder, "ended").exists()
    assert made.state(plan.name, "system") == "stopped"
    made.stop(plan.name, "system")
    assert made.uninstall(plan.name, "system") is True
    _until(lambda: made.state(plan.name, "system") == "absent")  # once nobody holds it open
    assert made.uninstall(plan.name, "system") is False


def test_one_that_fails_is_told_to_have_failed(plan: ServicePlan) -> None:
    services().install(plan._replace(command=_command(Path(plan.folder), fails=True)))
    try:
        services().start(plan.name, "system")
    except Failed as error:
        assert error.code == "service_refused"
    _until(Path(plan.folder, "here").exists)
    _until(lambda: services().state(plan.name, "system") == "failed")


def test_it_says_what_it_is(plan: ServicePlan) -> None:
    services().install(plan)
    manager = advapi32().OpenSCManagerW(None, None, 1)
    service = advapi32().OpenServiceW(manager, plan.name, 1)
    room, needed = ctypes.create_string_buffer(8192), DWORD()
    assert advapi32().QueryServiceConfig2W(service, 1, room, len(room), ctypes.byref(needed))
    assert service_api.Description.from_buffer(room).text == plan.description
    for handle in (service, manager):
        advapi32().CloseServiceHandle(handle)


def test_there_are_no_services_of_one_user() -> None:
    with pytest.raises(Failed) as caught:
        services().state("cyberlib-agent-test", "user")
    assert caught.value.code == "service_scope_unknown"


@pytest.mark.skipif(WINE, reason="takes ten seconds to find out there")
def test_a_process_that_nobody_began_as_a_service_just_runs(tmp_path: Path) -> None:
    ran: list[int] = []
    services().run_as_service(str(tmp_path), lambda: ran.append(1), lambda: ran.append(2))
    assert ran == [1]
