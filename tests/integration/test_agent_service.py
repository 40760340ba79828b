"""The agent as a service, on systemd for real; what it may do there, and what it may not."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cyberlib_client.app.service_install import ServiceInstalled, ServiceRemoved
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree
from tests.support.user_systemd import UserSystemd, user_systemd

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's"),
    pytest.mark.skipif(sys.platform == "linux" and os.geteuid() != 0, reason="namespaces need root"),
]

SERVICE = """
import json, sys
from cyberlib_client.core.errors import Failed
from cyberlib_client.core.platform import ServicePlan
from cyberlib_client.system.linux.service import Systemd
services, (verb, *rest) = Systemd(), sys.argv[1:]
if verb == "install":
    folder, *command = rest
    print(services.install(ServicePlan("cyberlib-agent-test", "user", "Test", tuple(command), folder)))
else:
    print(getattr(services, verb)("cyberlib-agent-test", "user"))
"""

PROBE = """
import ctypes, errno, json, os, socket, sys
from pathlib import Path
told = {}
def attempt(name, what):
    try:
        told[name] = what() or "done"
    except OSError as error:
        told[name] = errno.errorcode[error.errno]
profile, source, outside = sys.argv[1:]
attempt("write outside", lambda: Path(outside, "x").write_bytes(b"x") and None)
attempt("write source", lambda: Path(source, "x").write_bytes(b"x") and None)
attempt("give away", lambda: os.chown(profile, 1, 1))
attempt("packets", lambda: socket.socket(socket.AF_PACKET).close())
def mount():
    if ctypes.CDLL(None, use_errno=True).mount(b"x", b"/mnt", b"tmpfs", 0, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")
attempt("mount", mount)
attempt("nice", lambda: os.setpriority(os.PRIO_PROCESS, 0, 10))
with open("/proc/self/status") as status:
    told["capabilities"] = [line.split()[1] for line in status if line.startswith(("CapEff", "CapBnd"))]
told["runtime"] = os.environ.get("RUNTIME_DIRECTORY", "")
import sqlite3, httpx2, cryptography, zstandard, pyfastcdc, secretstorage
from cyberlib_client.cli.main import main
told["backup"] = main(["--profile", profile, "backup", source])
Path(profile, "told.json").write_text(json.dumps(told))
"""


@pytest.fixture(scope="module")
def manager() -> Iterator[UserSystemd]:
    folder = Path(tempfile.mkdtemp(prefix="cl-"))
    try:
        with user_systemd(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder)


def test_a_service_is_made_begun_ended_and_taken_away(manager: UserSystemd, tmp_path: Path) -> None:
    profile = tmp_path / 'l\'été 100% $HOME "x" \\n'
    profile.mkdir(mode=0o700)
    program = tmp_path / "program.py"
    program.write_text(
        "import pathlib, sys, time\npathlib.Path(sys.argv[1], 'here').touch()\ntime.sleep(1000)\n"
    )

    def service(*words: str | Path) -> str:
        return manager.python(SERVICE, *words).strip()

    assert service("state") == "absent"
    path = service("install", profile, sys.executable, program, profile)
    assert Path(path).parent == manager.units
    assert manager.control("is-enabled", "cyberlib-agent-test") == "enabled"
    assert service("state") == "stopped"
    service("start")
    _until((profile / "here").exists)
    assert service("state") == "running"
    service("stop")
    assert service("state") == "stopped"
    program.write_text("raise SystemExit(1)\n")
    manager.python(SERVICE, "start", code=None)  # systemd may have seen it fail before it answers
    _until(lambda: service("state") == "failed")
    assert service("uninstall") == "True"
    assert service("state") == "absent"
    assert service("uninstall") == "False"
    assert [each for each in manager.units.rglob("*") if not each.is_dir()] == []


def test_the_commands_install_and_uninstall_it(manager: UserSystemd, line: CommandLine) -> None:
    def agent(*words: str, code: int = 0) -> Any:
        program = [sys.executable, "-m", "cyberlib_client", "--json", "--profile", str(line.profile)]
        return json.loads(manager.run(*program, "agent", *words, code=code))

    installed = msgspec.convert(agent("install", "--user")["result"], ServiceInstalled, strict=True)
    assert installed.scope == "user"
    assert Path(installed.at) == manager.units / f"{installed.name}.service"
    assert installed.state in ("running", "failed")
    assert f'"--profile" "{line.profile}" "agent" "run"' in Path(installed.at).read_text()
    assert agent("install", "--user")["error"] is None  # in the place of itself
    assert agent("install", "--system", code=2)["error"]["code"] == "service_other_scope"
    removed = msgspec.convert(agent("uninstall")["result"], ServiceRemoved, strict=True)
    assert removed == ServiceRemoved(installed.name, "user")
    assert not Path(installed.at).exists()
    assert agent("uninstall", "--user", code=2)["error"]["code"] == "service_absent"
    assert line.json("snapshots")["error"] is None  # profile and vault are as they were


def test_in_the_sandbox_of_a_system_unit_all_is_read_and_nothing_else_is_written(
    manager: UserSystemd, line: CommandLine, tmp_path: Path
) -> None:
    from cyberlib_client.core.platform import ServicePlan
    from cyberlib_client.system.linux.unit import unit

    source, outside = tmp_path / "source", tmp_path / "outside"
    make_tree(source, {"a.txt": b"a", "closed": {"b.txt": b"b"}})
    os.chown(source / "closed" / "b.txt", 12_345, 12_345)
    (source / "closed" / "b.txt").chmod(0)
    os.chown(source / "closed", 12_345, 12_345)
    (source / "closed").chmod(0)
    outside.mkdir()
    probe = tmp_path / "probe.py"
    probe.write_text(PROBE)
    command = tuple(map(str, (sys.executable, probe, line.profile, source, outside)))
    plan = ServicePlan("cyberlib-agent-box", "system", "Test", command, str(line.profile), (str(line.vault),))
    # What hides the kernel's own files needs nodes that only a manager of the whole system makes.
    text = re.sub("ProtectKernel.*\n", "", unit(plan, "root"))
    (manager.units / "cyberlib-agent-box.service").write_text(text)
    manager.control("daemon-reload")
    manager.control("start", "cyberlib-agent-box")
    _until(lambda: manager.control("show", "-P", "SubState", "cyberlib-agent-box") != "running")
    told = json.loads((line.profile / "told.json").read_text())
    assert told.pop("runtime").endswith("/cyberlib-agent-box")
    assert told == {
        "write outside": "EROFS",
        "write source": "EROFS",
        "give away": "EPERM",
        "packets": "EAFNOSUPPORT",
        "mount": "EPERM",
        "nice": "done",
        "capabilities": ["0000000000000004"] * 2,  # CAP_DAC_READ_SEARCH
        "backup": 0,
    }
    assert list(outside.iterdir()) == []
    assert line("cat", f"latest:{source}/closed/b.txt").out == "b"


def _until(true: object) -> None:
    for _ in range(600):
        if true():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")
