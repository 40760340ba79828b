"""The systemd unit of a host, as far as that goes without systemd as process 1."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.support.command_line import SOURCES
from tests.support.servers import free_ports

UNIT = Path(__file__).parents[2] / "installers" / "linux" / "cyberlib-host.service"
PROGRAM, STATE = "/opt/cyberlib/bin/cyberlib-host", "/var/lib/cyberlib-host"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")


def _analyze(*words: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("systemd-analyze"), "the package systemd is not installed"
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_systemd_understands_all_of_it(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text("utf-8").replace(PROGRAM, "/bin/true"), encoding="utf-8")
    done = _analyze("verify", "--man=no", str(copy))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_has_the_least_rights(tmp_path: Path) -> None:
    done = _analyze("security", "--offline=true", "--threshold=14", str(UNIT))  # 1.4 of 10
    assert done.returncode == 0, done.stdout


def _line(key: str, state: Path, port: int) -> list[str]:
    """A command of the unit, for this machine."""
    match = re.search(rf"^{key}=(.*)$", UNIT.read_text("utf-8"), re.M)
    assert match is not None
    words = shlex.split(match[1].replace(STATE, str(state)).replace("8443", str(port)))
    assert words.pop(0) == PROGRAM
    return [sys.executable, "-m", "cyberlib_host", *words]


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts need root")
def test_its_commands_need_nothing_but_their_state(tmp_path: Path) -> None:
    """Everything else read-only, no capability, no new rights; SIGTERM ends it gracefully."""
    state, outside = tmp_path / "state", tmp_path / "outside"
    state.mkdir()
    outside.mkdir()
    (port,) = free_ports(1)
    rights = "setpriv --bounding-set=-all --inh-caps=-all --no-new-privs --"
    script = f"""
        set -e
        mount --make-rprivate /
        mount --bind {state} {state}
        mount --rbind / /
        for at in / $(awk '{{print $5}}' /proc/self/mountinfo | sort -u); do
            mount -o remount,bind,ro "$at" 2>/dev/null || true
        done
        mount -o remount,bind,rw {state}
        umask 077
        cd /
        ! touch {outside}/x 2>/dev/null
        {rights} {shlex.join(_line("ExecStartPre", state, port))}
        exec {rights} {shlex.join(_line("ExecStart", state, port))}
    """
    environment = {**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", script],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = [process.stdout.readline(), process.stdout.readline()]
        assert said[1].startswith(b"Serving at "), (said, process.communicate(timeout=180))
        trust = ssl.create_default_context(cafile=state / "tls" / "ca.crt")
        with urllib.request.urlopen(f"https://127.0.0.1:{port}/ready", context=trust, timeout=180) as answer:
            assert answer.read() == b"ok"
        capabilities = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        assert re.search(r"^CapEff:\s*0+$", capabilities, re.M), capabilities
        process.send_signal(signal.SIGTERM)
        assert process.wait(180) == 0
    finally:
        process.kill()
        process.communicate()
    modes = {path.stat().st_mode & 0o077 for path in state.rglob("*") if path.name != "ca.crt"}
    assert modes == {0}, "files that others may read"
