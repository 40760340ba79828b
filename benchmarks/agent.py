"""What an agent costs: `python -m benchmarks.agent FOLDER [--files N] [--idle SECONDS]`.

Makes a tree of small files in FOLDER (100,000 by default), a profile and a vault, starts a real agent and
measures: what it takes while nothing happens, before its first backup and after it; and how long after the
last change, with how much work, a changed file is in a committed snapshot. (`benchmarks.watching` measures
the runs by themselves.)
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .watching import cyberlib, make

_TICKS = os.sysconf("SC_CLK_TCK")


class Usage:
    """Of the agent and of all the workers it has had: processor seconds, MB of memory."""

    def __init__(self, pid: int) -> None:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own, workers = map(int, fields[11:13]), map(int, fields[13:15])
        self.agent, self.workers = sum(own) / _TICKS, sum(workers) / _TICKS
        status = Path(f"/proc/{pid}/status").read_text()
        self.memory = next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line) / 1000


def told(profile: Path, *args: str) -> dict[str, object]:
    """What the command line answers."""
    command = [sys.executable, "-m", "cyberlib_client", "--profile", str(profile), "--json", *args]
    answer = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    document: dict[str, object] = json.loads(answer)
    return document


def idle(pid: int, seconds: int) -> dict[str, float]:
    """What it takes while nothing happens."""
    before, began = Usage(pid), time.monotonic()
    time.sleep(seconds)
    after, passed = Usage(pid), time.monotonic() - began
    used = after.agent - before.agent
    return {
        "seconds": round(passed),
        "of_a_core_percent": round(100 * used / passed, 4),
        "mb": round(after.memory),
    }


def change(pid: int, profile: Path, file: Path, quiet: float) -> dict[str, float]:
    """Changes a file and waits for the snapshot that holds it."""
    before, made = Usage(pid), len(list((profile.parent / "vault" / "snapshots").rglob("*")))
    with file.open("ab") as out:
        out.write(b"more")
    changed = time.monotonic()
    snapshots = profile.parent / "vault" / "snapshots"
    while len(list(snapshots.rglob("*"))) == made:
        time.sleep(0.02)
    committed = time.monotonic() - changed
    time.sleep(3)
    after = Usage(pid)
    return {
        "after_the_quiet": round(committed - quiet, 2),
        "workers": round(after.workers - before.workers, 2),
        "agent": round(after.agent - before.agent, 2),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--idle", type=int, default=120)
    parser.add_argument("--quiet", type=int, default=5)
    given = parser.parse_args()
    top: Path = given.folder
    tree, profile, vault = top / "tree", top / "profile", top / "vault"
    if not tree.exists():
        make(tree, given.files)
    cyberlib(profile, "vault", "create", "--at", str(vault), "--json", "--device-file")
    cyberlib(profile, "sources", "add", str(tree))
    cyberlib(profile, "schedule", "set", "--quiet", f"{given.quiet} s", "--times", "none")
    command = [sys.executable, "-m", "cyberlib_client", "--profile", str(profile), "agent", "run"]
    agent = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while told(profile, "agent", "status")["exit"]:
            time.sleep(0.1)
        time.sleep(5)
        print("idle, before", json.dumps(idle(agent.pid, given.idle // 2)), flush=True)
        print("first backup", told(profile, "backup")["exit"], flush=True)
        print("idle, after", json.dumps(idle(agent.pid, given.idle)), flush=True)
        runs = [change(agent.pid, profile, tree / "0000" / "42" / f"{n}.txt", given.quiet) for n in range(5)]
        for each in runs:
            print("one file", json.dumps(each), flush=True)
        work = statistics.median(each["workers"] + each["agent"] for each in runs)
        print("one file, median work", round(work, 2), "memory", round(Usage(agent.pid).memory), flush=True)
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait(60)


if __name__ == "__main__":
    main()
