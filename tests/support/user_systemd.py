"""systemd for real, as a manager of units in namespaces of its own: nothing of it is left on the machine.

It is the manager of a user's session, that of root; what a system unit asks for it can give as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.command_line import SOURCES

_MANAGER = "/lib/systemd/systemd"
# A cgroup of its own, seen as the root: processes of the machine are not touched. Not as process 1, which
# would be the system's manager.
_START = f"""
set -e
mount --make-rprivate /
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /run/systemd
mkdir /run/systemd/system
{_MANAGER} --user --log-target=console --log-level=warning
exit 1
"""


class UserSystemd:
    """A running manager. `units`: the folder it looks for units in."""

    def __init__(self, folder: Path, inner: int) -> None:
        self.folder = folder
        self.units = folder / "config" / "systemd" / "user"
        self._inner = inner
        self.environment = _environment(folder)

    def run(self, *command: str | Path, code: int | None = 0) -> str:
        """What a command says, run where the manager is."""
        enter = ["nsenter", f"--target={self._inner}", "--mount", "--cgroup", "--pid", "--"]
        done = subprocess.run(
            [*enter, *map(str, command)], env=self.environment, capture_output=True, text=True, check=False
        )
        assert code is None or done.returncode == code, (done, (self.folder / "log").read_text("utf-8"))
        return done.stdout

    def python(self, script: str, *arguments: str | Path, code: int | None = 0) -> str:
        """What a script of Python prints there."""
        return self.run(sys.executable, "-c", script, *arguments, code=code)

    def control(self, *words: str) -> str:
        """systemctl."""
        return self.run("systemctl", "--user", *words).strip()


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(folder / "runtime"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHONPATH": str(SOURCES),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextmanager
def user_systemd(folder: Path) -> Iterator[UserSystemd]:
    """`folder`: for what it keeps; its path must be short."""
    (folder / "runtime").mkdir(mode=0o700)
    (folder / "config" / "systemd" / "user").mkdir(parents=True)
    unified = Path("/sys/fs/cgroup/unified")
    group = (unified if unified.is_dir() else Path("/sys/fs/cgroup")) / f"cyberlib-{os.getpid()}"
    group.mkdir()
    apart = "unshare --mount --cgroup --pid --fork --kill-child --mount-proc"
    into = f'echo $$ > {group}/cgroup.procs; exec {apart} "$@"'
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["sh", "-c", into, "sh", "sh", "-c", _START],
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        inner = _child(process.pid)
        manager = UserSystemd(folder, inner)
        _until_ready(manager, process)
        yield manager
    finally:
        process.kill()
        process.wait()
        _remove(group)


def _child(pid: int) -> int:
    """The first process of the new namespace."""
    for _ in range(1000):
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        if found:
            return int(found[0])
        time.sleep(0.01)
    raise AssertionError("no namespace")


def _until_ready(manager: UserSystemd, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if manager.run("systemctl", "--user", "is-system-running", code=None).strip() in (
            "running",
            "degraded",
        ):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError((manager.folder / "log").read_text(errors="replace"))


def _remove(group: Path) -> None:
    for _ in range(200):
        try:
            for below in sorted((*group.rglob("*/"), group), reverse=True):
                below.rmdir()
        except OSError:  # its processes are about to be gone
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"left over: {group}")
