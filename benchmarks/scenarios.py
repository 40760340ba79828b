"""What is done with each corpus. Every scenario makes its vaults, measures, and removes them.

Tools take turns: each round lets every tool do the whole scenario, beginning with another tool each time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from cyberlib_client.app import demo

from .compare import assert_same
from .corpora import Corpus
from .disks import fresh_disk
from .figures import Figures
from .measure import Command, Cost, bytes_in, read_through, run
from .scale import Scale
from .tools import Cyberlib, Tool, Vault

GB = 1_000_000_000
HUNDRED_DAYS_SEED = 20250304
CHANGED_FILE_BYTES = 20_000  # the one file that is edited is the first found at least so large


class Bench(NamedTuple):
    """What a scenario works with."""

    corpus: Corpus
    tools: Sequence[Tool]
    work: Path
    scale: Scale
    figures: Figures

    def turns(self, rounds: int) -> Iterator[tuple[Tool, bool]]:
        """Every tool in every round, and whether this is the tool's first turn."""
        for turn in range(rounds):
            shift = turn % len(self.tools)
            for tool in (*self.tools[shift:], *self.tools[:shift]):
                print(f"  round {turn + 1}/{rounds} {tool.name}", flush=True)
                yield tool, turn == 0

    def measure(self, operation: str, tool: Tool, command: Command, *, must_print: str = "") -> Cost:
        cost = run(command, self.work, must_print=must_print)
        self.figures.add_cost(operation, tool.name, cost)
        print(
            f"    {operation}: {cost.wall:.2f} s, cpu {cost.cpu:.2f} s, {cost.peak / 1e6:.0f} MB", flush=True
        )
        return cost

    def back_up(self, operation: str, tool: Tool, vault: Vault, sources: Path, *, warm: bool = True) -> None:
        """Measure a backup, and the bytes it adds to the vault. Whichever tool's turn it is, it finds the
        sources in memory."""
        if warm:
            read_through(sources)
        before = bytes_in(vault.store)
        self.measure(operation, tool, tool.backup(vault, sources))
        size = bytes_in(vault.store)
        self.figures.add(f"{operation} added", tool.name, size - before)
        self.figures.add(f"{operation} vault", tool.name, size)
        print(f"    {operation}: {(size - before) / 1e6:.3f} MB added", flush=True)

    def restore(self, operation: str, tool: Tool, vault: Vault, sources: Path, *, compare: bool) -> None:
        """Measure a restore of everything onto a fresh disk; `compare` it with the sources.

        Some tools end when the system has the files, some when the disk has them: both are told.
        """
        with fresh_disk(self.work, room=self.corpus.bytes, files=self.corpus.files) as target:
            cost = self.measure(operation, tool, tool.restore(vault, target))
            begun = time.monotonic()
            subprocess.run(["sync", "-f", str(target)], check=True)
            wall = cost.wall + time.monotonic() - begun
            self.figures.add(f"{operation} to the disk wall", tool.name, wall)
            print(f"    {operation} to the disk: {wall:.2f} s", flush=True)
            if compare:
                assert_same(sources, target, in_full=isinstance(tool, Cyberlib))

    def rescue(self, tool: Cyberlib, vault: Vault, sources: Path) -> None:
        """Restore everything by the rescue file, from the folder and the words, and compare it."""
        with fresh_disk(self.work, room=self.corpus.bytes, files=self.corpus.files) as target:
            self.measure("rescue", tool, tool.rescue(vault, target))
            assert_same(sources, target, in_full=True)

    @contextmanager
    def vault(self, tool: Tool) -> Iterator[Vault]:
        """A new vault, removed afterwards with what the tool kept about it."""
        place = self.work / "vaults" / tool.name
        shutil.rmtree(place, ignore_errors=True)
        vault = Vault(place / "store", place / "state")
        vault.state.mkdir(parents=True)
        try:
            run(tool.init(vault), self.work)
            yield vault
        finally:
            shutil.rmtree(place)


def small(bench: Bench) -> None:
    """Many small files: first backup, nothing changed, listings, verify, restore, one file changed."""
    with bench.corpus.shown("before") as sources:
        edited = _file_to_edit(sources)
        for tool, first in bench.turns(bench.scale.rounds):
            with bench.vault(tool) as vault:
                bench.back_up("first", tool, vault, sources)
                bench.back_up("unchanged", tool, vault, sources)
                for _ in range(bench.scale.listings):
                    bench.measure("snapshots", tool, tool.snapshots(vault))
                    bench.measure("list file", tool, tool.list_file(vault, edited), must_print=edited.name)
                bench.measure("verify", tool, tool.verify(vault))
                bench.restore("restore", tool, vault, sources, compare=first)
                if first and isinstance(tool, Cyberlib):
                    bench.rescue(tool, vault, sources)
                with _edited(edited):
                    bench.back_up("one changed", tool, vault, sources)


def office(bench: Bench) -> None:
    """Office documents and images: first backup, nothing changed, verify, restore."""
    with bench.corpus.shown("before") as sources:
        for tool, first in bench.turns(bench.scale.rounds):
            with bench.vault(tool) as vault:
                bench.back_up("first", tool, vault, sources)
                bench.back_up("unchanged", tool, vault, sources)
                bench.measure("verify", tool, tool.verify(vault))
                bench.restore("restore", tool, vault, sources, compare=first)


def incompressible(bench: Bench) -> None:
    """One large incompressible file: first backup, verify, restore, bytes inserted near its head."""
    _two_versions(bench, "inserted")


def database(bench: Bench) -> None:
    """A practice's database: first backup, verify, restore, then after a day's work."""
    _two_versions(bench, "day")


def large_database(bench: Bench) -> None:
    """A large database: first backup, verify, restore, then with one row in a hundred edited."""
    _two_versions(bench, "edited")


def hundred_days(bench: Bench) -> None:
    """A database backed up every evening for a hundred days: restore after the first and after the last."""
    sources = bench.work / "hundred days"
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir()
    path = sources / "cabinet.sqlite"
    shutil.copyfile(bench.corpus.folder / "before" / "cabinet.sqlite", path)
    try:
        _hundred_days(bench, sources, path)
    finally:
        shutil.rmtree(sources)


def tiny(bench: Bench) -> None:
    """A million tiny files, once: first backup, nothing changed, verify, restore."""
    with bench.corpus.shown("before") as sources:
        for tool, _ in bench.turns(1):
            with bench.vault(tool) as vault:
                bench.back_up("first", tool, vault, sources, warm=False)
                bench.back_up("unchanged", tool, vault, sources, warm=False)
                bench.measure("verify", tool, tool.verify(vault))
                bench.restore("restore", tool, vault, sources, compare=True)


class Scenario(NamedTuple):
    """A scenario and its corpus, with the disk they take at the full scale.

    The corpus keeps `kept` bytes for later runs; vaults and restored copies take `used` bytes for a while.
    """

    title: str
    corpus: str
    run: Callable[[Bench], None]
    kept: int
    used: int


SCENARIOS: dict[str, Scenario] = {
    "small": Scenario("many small files", "small", small, 2 * GB, 3 * GB),
    "office": Scenario("office documents and images", "office", office, 2 * GB, 4 * GB),
    "incompressible": Scenario(
        "2 GB that cannot be compressed", "incompressible", incompressible, 4 * GB, 5 * GB
    ),
    "database": Scenario("a 200 MB practice database and a day's work", "database", database, 1 * GB, 1 * GB),
    "large-database": Scenario(
        "a 2 GB database, 1 % of its rows edited", "large-database", large_database, 4 * GB, 5 * GB
    ),
    "hundred-days": Scenario(
        "100 days of work on a 200 MB database", "database", hundred_days, 1 * GB, 17 * GB
    ),
    "tiny": Scenario("1,000,000 tiny files", "tiny", tiny, 5 * GB, 9 * GB),
}


def _two_versions(bench: Bench, change: str) -> None:
    """First backup, verify and restore of the first version, then a backup of the second."""
    for tool, first in bench.turns(bench.scale.rounds):
        with bench.vault(tool) as vault:
            with bench.corpus.shown("before") as sources:
                bench.back_up("first", tool, vault, sources)
                bench.measure("verify", tool, tool.verify(vault))
                bench.restore("restore", tool, vault, sources, compare=first)
            with bench.corpus.shown("after") as sources:
                bench.back_up(change, tool, vault, sources)
                if first:
                    bench.restore(f"restore {change}", tool, vault, sources, compare=True)


def _hundred_days(bench: Bench, sources: Path, path: Path) -> None:
    """The vaults of all tools stand side by side: each evening every tool backs up the same bytes."""
    with ExitStack() as places:
        vaults = {tool.name: places.enter_context(bench.vault(tool)) for tool in bench.tools}
        for tool in bench.tools:
            bench.back_up("day 0", tool, vaults[tool.name], sources)
        for day in range(1, bench.scale.days + 1):
            demo.work_day(path, seed=HUNDRED_DAYS_SEED)
            for tool in bench.tools:
                bench.back_up("each day", tool, vaults[tool.name], sources)
            if day in (1, bench.scale.days):
                moment = "first" if day == 1 else "last"
                for tool, first in bench.turns(bench.scale.rounds):
                    bench.restore(f"restore {moment} day", tool, vaults[tool.name], sources, compare=first)


def _file_to_edit(sources: Path) -> Path:
    for at, folders, names in os.walk(sources):
        folders.sort()
        for name in sorted(names):
            path = Path(at, name)
            if not path.is_symlink() and CHANGED_FILE_BYTES <= path.stat().st_size < 10 * CHANGED_FILE_BYTES:
                return path
    raise RuntimeError(f"no file of {CHANGED_FILE_BYTES} bytes in {sources}")


@contextmanager
def _edited(path: Path) -> Iterator[None]:
    """The file with a line added, until the end of the block."""
    content, status = path.read_bytes(), path.stat()
    path.write_bytes(content + b"One more line.\n")
    try:
        yield
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
