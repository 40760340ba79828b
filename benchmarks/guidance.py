"""`python -m benchmarks.guidance DIR`: how long support waits for each answer, near the host and far from it.

A host in one network namespace, a customer's machine and support in another, with a line of 20 Mbit/s between
them whose way there and back takes so many milliseconds: both are that far from the host. Both are processes
of their own (`cyberlib guide start`, `cyberlib support join`); what is typed at one is timed until the other
tells of it. Needs root.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median
from typing import Any

from .host_serving import Host, HostSettings, served
from .made import tiny_files
from .slow_line import FAR_ADDRESS, Ends, Line, lined
from .tools import CHECKOUT, PASSPHRASE

_ROUNDS = 5
_PATIENCE = 120.0


class Typed:
    """A process at the near end that is typed to."""

    def __init__(self, ends: Ends, profile: Path, *words: str) -> None:
        command = [sys.executable, "-m", "cyberlib_client", "--profile", str(profile), "--jsonl", *words]
        self.process = subprocess.Popen(
            ends.near_command(command), env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._items: list[Any] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self._items.append(json.loads(line).get("item", {}))
                self._changed.notify_all()

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def item(self, **wanted: Any) -> Any:
        """The next item that has these values."""
        until = time.monotonic() + _PATIENCE
        with self._changed:
            while True:
                while self._items:
                    item = self._items.pop(0)
                    if all(item.get(name) == value for name, value in wanted.items()):
                        return item
                if not self._changed.wait(max(0.0, until - time.monotonic())):
                    raise TimeoutError(str(wanted))

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(60)


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--milliseconds", type=float, nargs="*", default=[0.0, 300.0])
    parser.add_argument("--ends", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    work: Path = asked.work.absolute()
    if asked.ends:
        _measure(Ends(*asked.ends), work)
        return 0
    for milliseconds in asked.milliseconds:
        place = work / f"{milliseconds:.0f}-ms"
        place.mkdir(parents=True)
        print(f"{milliseconds:.0f} ms there and back:", flush=True)
        with lined(Line(round_trip=milliseconds / 1000)) as ends:
            again = [sys.executable, "-m", "benchmarks.guidance", str(place), "--ends", ends.near, ends.far]
            subprocess.run(ends.far_command(again), check=True, cwd=CHECKOUT)
    return 0


def _measure(ends: Ends, work: Path) -> None:
    """At the far end of the line."""
    with served(work / "host", HostSettings(FAR_ADDRESS, FAR_ADDRESS), seats=1) as host:
        credential = work / "credential.json"
        _at_host(work, "support", "add", "--name", "Mesure", "--at", host.address, str(credential))
        _prepare(ends, work, host)
        customer = Typed(ends, work / "customer", "guide", "start")
        words = customer.item(state="waiting")["words"]
        begun = time.monotonic()
        given = ["--credential", str(credential), "--ca", str(host.authority)]
        support = Typed(ends, work / "support", "support", "join", *words, *given)
        support.item(say="steps")
        _tell("program started, words to session joined", [time.monotonic() - begun])
        customer.item(state="joined")
        _talk(customer, support)
        begun = time.monotonic()
        customer.type("stop")
        customer.item(state="over")
        _tell("Stop typed, over at the customer's machine", [time.monotonic() - begun])
        support.process.wait(60)
        _tell("Stop typed, support's program has ended", [time.monotonic() - begun])
        customer.end()


def _talk(customer: Typed, support: Typed) -> None:
    for granted in (["state"], ["state", "names"], ["state", "names", "proposal"]):
        _timed("a step granted, seen by support", customer, "allow", support, 1, say="steps", granted=granted)
    _timed("state", support, "state", support, _ROUNDS, say="lines")
    _timed("incidents", support, "incidents", support, _ROUNDS, say="lines")
    rows = _timed("snapshots", support, "snapshots", support, _ROUNDS, say="snapshots")["rows"]
    snapshot = rows[0]["id"]
    top = _timed("names of a folder", support, f"ls {snapshot}", support, _ROUNDS, say="names")["rows"]
    folder = next(each["path"] for each in top if each["kind"] == "folder")
    while True:  # down to one that holds files
        support.type(f'ls {snapshot} "{folder}"')
        below = [each["path"] for each in support.item(say="names")["rows"] if each["kind"] == "folder"]
        if not below:
            break
        folder = below[0]
    listed = _timed(
        "names of a folder below", support, f'ls {snapshot} "{folder}"', support, _ROUNDS, say="names"
    )
    print(f"    ({len(listed['rows'])} rows)")
    found = _timed("a search in a snapshot", support, f"find {snapshot} 00", support, _ROUNDS, say="names")
    print(f"    ({len(found['rows'])} rows)")
    _timed("a proposal, shown", support, f"propose {snapshot} #1", support, 1, say="proposal", state="shown")
    _timed("a proposal, declined", customer, "no", support, 1, say="proposal", state="refused")


def _timed(what: str, typed: Typed, line: str, heard: Typed, rounds: int, **wanted: Any) -> Any:
    taken, item = [], None
    for _ in range(rounds):
        begun = time.monotonic()
        typed.type(line)
        item = heard.item(**wanted)
        taken.append(time.monotonic() - begun)
    _tell(what, taken)
    return item


def _tell(what: str, taken: list[float]) -> None:
    several = f" (of {len(taken)}: {min(taken):.2f} to {max(taken):.2f})" if len(taken) > 1 else ""
    print(f"  {what}: {median(taken):.2f} s{several}", flush=True)


def _prepare(ends: Ends, work: Path, host: Host) -> None:
    """A machine with a backup of 3,000 small files."""
    documents = work / "Documents"
    tiny_files(documents, files=3_000, seed=1)
    profile = work / "customer"
    declared = ["--host", host.address, "--contract-key-file", str(host.key), "--ca", str(host.authority)]
    for words in (
        ["device", "enrol", *declared, "--name", "POSTE", "--device-file"],
        ["vault", "create", "--at", host.address, "--device-file"],
        ["sources", "add", str(documents)],
        ["backup"],
    ):
        command = [sys.executable, "-m", "cyberlib_client", "--profile", str(profile), *words]
        subprocess.run(ends.near_command(command), env=_environment(), check=True, stdout=subprocess.DEVNULL)


def _at_host(work: Path, *words: str) -> None:
    command = [sys.executable, "-m", "cyberlib_host", "--data", str(work / "host"), *words]
    subprocess.run(command, env=_environment(), check=True, stdout=subprocess.DEVNULL)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT / "src"), "CYBERLIB_PASSPHRASE": PASSPHRASE}


if __name__ == "__main__":
    sys.exit(main())
