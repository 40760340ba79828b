"""The alarm's simulation through the real engine: a tree on disk, a vault, a run after each step."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from cyberlib_client.core.alarm import assess
from cyberlib_client.core.signs import Alarm, Past, Signs
from cyberlib_client.transports.folder import FolderStore
from tests.support.vaults import VaultKit

from .ransom_attacks import HOUR, NOTE, WAYS
from .ransom_tree import DiskTree, MemoryTree, Tree, practice
from .ransom_work import BURSTS, DAY, workday

BEGIN = 25_600 * DAY
_LEFT_OUT = ("changed_new", "changed_bytes", "learned")
"""What the tree in memory only comes near to: it does not cut files into chunks."""


class Step(NamedTuple):
    """One step: what it was, what the engine and the tree in memory tell, the alarm, files lost since the
    attack began (None in ordinary work)."""

    name: str
    signs: Signs
    replayed: Signs
    alarm: Alarm | None
    lost: int | None

    @property
    def agree(self) -> bool:
        """Whether both tell the same."""
        first, second = map(msgspec.to_builtins, (self.signs, self.replayed))
        return {k: v for k, v in first.items() if k not in _LEFT_OUT} == {
            k: v for k, v in second.items() if k not in _LEFT_OUT
        }


class Engine:
    """A practice on disk, backed up by the engine; the same in memory beside it."""

    def __init__(self, folder: Path, files: int, store: object | None = None) -> None:
        self.disk, self.memory = DiskTree(folder / "cabinet"), MemoryTree()
        self.kit = VaultKit(store if store is not None else FolderStore.make(str(folder / "vault")))  # type: ignore[arg-type]
        self.past, self.at, self.day, self.last = Past(), BEGIN, 0, ""
        self.files = files
        for tree in self.trees:
            practice(tree, random.Random("engine"), files, BEGIN)
        self.back_up("first backup", None)

    @property
    def trees(self) -> tuple[Tree, Tree]:
        return self.disk, self.memory

    def back_up(self, name: str, lost: int | None) -> Step:
        """A run of the engine, and the same of the tree in memory."""
        self.kit.clock.now = self.at - DAY
        done = self.kit.backup(self.disk.root, endings=self.past.endings)
        replayed = self.memory.run(self.at, self.past.endings)
        past = self.past
        self.past, alarm = assess(past, done.signs, self.last)
        self.last = done.snapshot.id
        # Folders have other paths there: under other digests they tell the same.
        signs = msgspec.structs.replace(
            done.signs, gone_in=_by_number(done.signs.gone_in), strange_in=_by_number(done.signs.strange_in)
        )
        replayed = msgspec.structs.replace(
            replayed, gone_in=_by_number(replayed.gone_in), strange_in=_by_number(replayed.strange_in)
        )
        self.at += HOUR
        return Step(name, signs, replayed, alarm, lost)

    def work(self, name: str) -> Step:
        """A day of work, or a burst."""
        for tree in self.trees:
            rng = random.Random(f"{name} {self.day}")
            if name == "work":
                workday(tree, rng, self.at, self.day)
            else:
                BURSTS[name](tree, rng, self.at, self.files)
        self.day += 1
        self.at = max(self.at, BEGIN + self.day * DAY)
        return self.back_up(name, None)

    def attack(self, name: str, files: int, runs: int) -> Iterator[Step]:
        """So many files taken, so many runs meanwhile; then the files as they were."""
        rng = random.Random(name)
        targets = [p for p in sorted(self.memory.files()) if p.startswith("Dossier")]
        rng.shuffle(targets)
        kept = {path: self.memory.read(path) for path in targets[:files]}
        times = {path: self.memory.mtime(path) for path in kept}
        known = set(self.memory.files())
        lost = 0
        kept_for_later: list[tuple[Tree, str]] = []
        for run in range(runs):
            done = False
            for number, path in enumerate(targets[run * files // runs : (run + 1) * files // runs]):
                for tree in self.trees:
                    done = WAYS[name].take(tree, path, random.Random(f"{path} {number}"), self.at)
                    if WAYS[name].note and number % 10 == 0:
                        tree.write(f"{path.rpartition('/')[0]}/LIRE.txt", NOTE, self.at)
                    if WAYS[name].later:
                        tree.remove(path) if run % 2 else kept_for_later.append((tree, path))
                lost += done
            if WAYS[name].later:
                yield self.back_up(name, lost)
                for tree, path in kept_for_later:
                    tree.remove(path)
                kept_for_later.clear()
            yield self.back_up(name, lost)
        for tree in self.trees:
            for path in set(tree.files()) - known:
                tree.remove(path)
            for path, data in kept.items():
                tree.write(path, data, times[path])
        self.back_up("restored", None)
        self.past = msgspec.structs.replace(self.past, days=(), strange={})
        self.at += DAY


def _by_number(counts: dict[str, int]) -> dict[str, int]:
    return {str(place): count for place, count in enumerate(sorted(counts.values()))}


def compare(folder: Path, files: int, days: int = 60, tell: Callable[[str], None] = print) -> str:
    """Days of work with every burst, then every way of attack; what both tell, and the alarms."""
    begun = time.monotonic()
    engine = Engine(folder, files)
    steps = []
    bursts = list(BURSTS)
    for day in range(days):
        steps.append(engine.work("work"))
        if day % 4 == 3 and bursts:
            steps.append(engine.work(bursts.pop(0)))
    tell(f"  {days} days and {len(BURSTS)} bursts by the engine: {time.monotonic() - begun:.0f} s")
    false = [step for step in steps if step.alarm]
    lines = []
    for way in WAYS:
        caught, step = None, None
        for step in engine.attack(way, files // 10, 20):
            steps.append(step)
            if step.alarm and caught is None:
                caught = step
        lost = (
            f"{100 * (caught.lost or 0) / files:.2f} %"
            if caught
            else f"no alarm, {step.lost if step else 0} files lost"
        )
        lines.append(f"| {way} | {lost} |")
        tell(f"  {way}: {lost}")
    wrong = [step for step in steps if not step.agree]
    for step in wrong[:5]:
        tell(f"  {step.name}:\n    {step.signs}\n    {step.replayed}")
    counts = f"{len(steps)} runs of {files} files in {time.monotonic() - begun:.0f} s"
    same = f"memory tells the same in {len(steps) - len(wrong)}"
    told = f"false alarms in {days} days with every burst: {len(false)} {[step.name for step in false]}"
    head = "| way (20 runs for a tenth of the files) | lost at the alarm |\n|---|---:|\n"
    return f"engine: {counts}; {same}; {told}\n\n{head}" + "\n".join(lines)
