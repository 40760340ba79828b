"""What a command costs: wall and processor time, and the peak memory of its biggest process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

LAUNCHER = Path(__file__).with_name("launch.py")
LONGEST_SECONDS = 2 * 3600
TAIL_CHARACTERS = 2_000


class Cost(NamedTuple):
    """Seconds of wall clock, seconds of processor time (user and system, all processes), bytes."""

    wall: float
    cpu: float
    peak: int


class Command(NamedTuple):
    """A command line with what it adds to the environment and where it runs."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path | None = None


class CommandFailed(Exception):
    """A measured command did not end with 0; the message holds the end of what it printed."""


def run(command: Command, scratch: Path, *, must_print: str = "") -> Cost:
    """Run to the end and measure; `scratch` is a folder for the output.

    Raises CommandFailed, also when `must_print` is not in the output: a listing has to find its file.
    What earlier runs left to be written is flushed first, so that no run pays for another's writes.
    """
    result, output = scratch / "cost.json", scratch / "output.txt"
    result.unlink(missing_ok=True)
    os.sync()
    argv = [sys.executable, "-I", "-S", str(LAUNCHER), str(result), *command.argv]
    environment = {**os.environ, **command.env}
    # An installed program has its compiled modules; a development machine may forbid to keep them.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with output.open("wb") as out:
        process = subprocess.Popen(
            argv, env=environment, cwd=command.cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(LONGEST_SECONDS)
        except BaseException:  # also Control-C: a tool left running would disturb what follows
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
    cost = json.loads(result.read_text(encoding="utf-8")) if result.exists() else {"code": process.returncode}
    told = output.read_text(encoding="utf-8", errors="replace")
    if cost["code"] != 0 or must_print not in told:
        problem = f"exit code {cost['code']}" if cost["code"] else f"did not print {must_print}"
        raise CommandFailed(f"{problem}: {' '.join(command.argv)}\n{told[-TAIL_CHARACTERS:]}")
    return Cost(cost["wall"], cost["cpu"], cost["peak_kib"] * 1024)


def bytes_in(folder: Path) -> int:
    """Sum of the sizes of all files below a folder."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            total += os.lstat(os.path.join(at, name)).st_size
    return total


def read_through(folder: Path) -> None:
    """Read every file once: all tools then find the sources in memory alike."""
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            if not os.path.islink(path):
                with open(path, "rb", buffering=0) as file:
                    while file.read(1 << 20):
                        pass
