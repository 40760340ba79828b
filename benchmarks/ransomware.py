"""`python -m benchmarks.ransomware`: how soon the alarm comes, and how often for nothing.

1. *Engine.* A tree on disk goes through days of work, every kind of burst, and every way of attack, and is
   backed up by the real engine into a real vault. The same operations on the tree in memory must give the
   same signs, run by run.
2. *Years.* Practices in memory work for years, with all bursts: alarms there are false.
3. *Attacks.* From random days of such practices, every way at every speed. Work goes on meanwhile.

Ordinary runs come every hour of a working day and at midnight. While files change at other times, a run
comes every `--every` seconds, as the agent's watch would have it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cyberlib_client.core.alarm import assess, dismissed
from cyberlib_client.core.signs import Alarm, Past, Signs

from .ransom_attacks import DELETIONS, HOUR, NOTE, SPEEDS, WAYS, Way
from .ransom_tree import MemoryTree, office, practice
from .ransom_work import A_YEAR, BURSTS, DAY, workday

BEGIN = 25_600 * DAY  # in 2040: after the real clock, which files on disk show
CANARIES = ", canaries on"
_OPENS = 8  # o'clock
_RUN = 5
"""Seconds that a run of a few folders takes; the attack goes on meanwhile."""


class Practice:
    """One in memory with its device's past: works day after day, is attacked from a copy."""

    def __init__(self, seed: int, files: int) -> None:
        self.rng = random.Random(f"practice {seed}")
        self.files, self.day = files, 0
        self.tree, self.past = MemoryTree(), Past()
        self.alarms: list[tuple[str, Alarm]] = []
        self.fewer = {7: 0.0, 42: 0.0}  # by days, the largest part of all files that went
        practice(self.tree, self.rng, files, BEGIN)
        self.back_up(BEGIN)

    def copy(self, seed: str) -> Practice:
        other = object.__new__(Practice)
        other.__dict__.update(self.__dict__)
        other.rng, other.tree, other.alarms = random.Random(seed), self.tree.copy(), []
        other.fewer = dict(self.fewer)
        return other

    def back_up(self, at: int) -> Alarm | None:
        signs = self.tree.run(at, self.past.endings)
        self.past, alarm = assess(self.past, signs, f"{at:032x}")
        for days in self.fewer:
            gone = sum(each.net for each in self.past.fewer if each.day > at // DAY - days)
            self.fewer[days] = max(self.fewer[days], gone / (signs.files + gone))
        return alarm

    @property
    def now(self) -> int:
        return BEGIN + self.day * DAY

    def work(self, *, bursts: bool = True) -> None:
        """One day; at its end the next begins. An alarm is noted, and taken back as its user would."""
        self.day += 1
        todo = ["day"] if self.day % 7 not in (5, 6) else []
        if bursts:
            todo += [name for name in BURSTS if self.rng.random() < A_YEAR / 365]
        for hour, what in enumerate(todo):
            at = self.now + (_OPENS + hour) * HOUR
            if what == "day":
                workday(self.tree, self.rng, at, self.day)
            else:
                BURSTS[what](self.tree, self.rng, at, self.files)
            if alarm := self.back_up(at):
                self.alarms.append((what, alarm))
                self.past = dismissed(self.past, at, ())


def place_canaries(tree: MemoryTree, now: int) -> frozenset[str]:
    """Two decoys, first and last by name, in each of a hundred folders."""
    folders = sorted({path.rpartition("/")[0] for path in tree.files()})[:100]
    names = [f"{folder}/{name}" for folder in folders for name in (".000 inventaire.docx", "zzz bilan.xlsx")]
    for name in names:
        tree.write(name, office(random.Random(name)), now)
    return frozenset(names)


class Attacked(NamedTuple):
    """One attack: `lost` is a part of all files; None when no alarm came before its end."""

    way: str
    speed: str
    lost: float | None
    hours: float
    clean: bool


def attack(victim: Practice, way: str, speed: str, every: int) -> Attacked:
    """Takes all files of a practice from now on, until the alarm."""
    rng, tree = victim.rng, victim.tree
    begin = victim.now + rng.randrange(24) * HOUR
    doing = (WAYS | DELETIONS)[way]
    decoys = place_canaries(tree, begin) if speed.endswith(CANARIES) else frozenset()
    victim.back_up(begin)
    targets = [path for path in tree.files() if not path.startswith("Sauvegardes")]
    rng.shuffle(targets)
    order = rng.choice(("folders", "folders", "names", "chance"))
    if order != "chance":  # the last one is taken first
        targets.sort(key=lambda path: path.rpartition("/")[0] if order == "folders" else path, reverse=True)
    rate = (SPEEDS[speed.removesuffix(CANARIES)] * len(targets) or 3.0) / HOUR  # files a ns
    step = max(every * 10**9, int(1 / rate))
    total, lost, taken = len(targets), 0, 0
    noted: set[str] = set()
    later: list[tuple[int, str]] = []
    now = begin
    while targets or later:
        now += step
        if (now - BEGIN) // DAY > victim.day:
            victim.work(bursts=False)
            if victim.alarms:
                now = max(now, victim.alarms[-1][1].at)
                return _caught(way, speed, lost / total, now - begin, victim.alarms[-1][1], begin)
        wanted = int((now - begin) * rate)
        while targets and taken < wanted:
            path = targets.pop()
            taken += 1
            try:
                done = doing.take(tree, path, rng, now)
            except KeyError:
                continue  # work removed or renamed it meanwhile
            if doing.later:
                later.append((now + DAY, path))
            else:
                lost += done
            if path in decoys:
                lost += int(_RUN * 10**9 * rate)
                signs = Signs(now, files=len(tree), canaries_changed=1)
                victim.past, told = assess(victim.past, signs, f"{begin:032x}")
                assert told
                return _caught(way, speed, lost / total, now - begin, told, begin)
            folder = path.rpartition("/")[0]
            if doing.note and folder not in noted:
                noted.add(folder)
                tree.write(f"{folder}/LIRE POUR RETROUVER.txt", NOTE, now)
        while later and later[0][0] <= now:
            path = later.pop(0)[1]
            with contextlib.suppress(KeyError):
                tree.remove(path)
                lost += 1
        if alarm := victim.back_up(now):
            lost += 0 if later else min(len(targets), int(_RUN * 10**9 * rate))
            return _caught(way, speed, lost / total, now - begin, alarm, begin)
    return Attacked(way, speed, None, (now - begin) / HOUR, False)


def _caught(way: str, speed: str, lost: float, took: int, alarm: Alarm, begin: int) -> Attacked:
    """`clean`: the snapshot proposed was made before the attack began, and no more than 10 days before."""
    clean = int(alarm.clean, 16) if alarm.clean else 0
    return Attacked(
        way, speed, lost, took / HOUR, alarm.since >= begin - 10 * DAY and clean >= begin - 11 * DAY
    )


def years(seeds: Sequence[int], files: int, days: int) -> tuple[list[tuple[str, Alarm]], float]:
    """(false alarms with what was going on, years)."""
    found = []
    for seed in seeds:
        worker = Practice(seed, files)
        for _ in range(days):
            worker.work()
        found += worker.alarms
        went = ", ".join(f"{100 * part:.1f} % in {days} days" for days, part in worker.fewer.items())
        print(
            f"  practice {seed}: {len(worker.alarms)} false alarms, {len(worker.tree)} files; went: {went}",
            flush=True,
        )
    return found, len(seeds) * days / 365


def attacks(
    seeds: Sequence[int], files: int, every: int, rounds: int, ways: Mapping[str, Way] = WAYS
) -> list[Attacked]:
    """Every way at every speed, `rounds` times, each from a random day of a practice."""
    speeds = (*SPEEDS, next(iter(SPEEDS)) + CANARIES) if ways is WAYS else tuple(SPEEDS)
    todo = [(way, speed, number) for way in ways for speed in speeds for number in range(rounds)]
    rng = random.Random("attacks")
    rng.shuffle(todo)
    done = []
    for part, seed in enumerate(seeds):
        worker = Practice(seed, files)
        mine = todo[part :: len(seeds)]
        days = sorted(rng.randrange(15, 250) for _ in mine)
        for (way, speed, number), day in zip(mine, days, strict=True):
            while worker.day < day:
                worker.work()
            done.append(attack(worker.copy(f"{seed} {way} {speed} {number}"), way, speed, every))
        print(f"  practice {seed}: {len(mine)} attacks", flush=True)
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """All three parts; prints Markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ransomware", description=__doc__)
    parser.add_argument("--files", type=int, default=6000, help="files of a practice (6000)")
    parser.add_argument("--practices", type=int, default=6, help="how many practices work (6)")
    parser.add_argument("--days", type=int, default=730, help="days that each works (730)")
    parser.add_argument("--rounds", type=int, default=5, help="times each way at each speed (5)")
    parser.add_argument("--every", type=int, default=60, help="seconds between runs while files change (60)")
    parser.add_argument("--seed", type=int, default=0, help="the first practice's; others have other ones")
    parser.add_argument("--engine-files", type=int, default=5000, help="files on disk; 0: no engine")
    asked = parser.parse_args(arguments)
    begun = time.monotonic()
    if asked.engine_files:
        from .ransom_engine import compare

        with tempfile.TemporaryDirectory() as folder:
            print(compare(Path(folder), asked.engine_files), flush=True)
    found, spent = years(range(asked.seed, asked.seed + asked.practices), asked.files, asked.days)
    print(f"\nfalse alarms: {len(found)} in {spent:.1f} years, {len(found) / spent:.2f} a year")
    for what, alarm in found:
        told = ", ".join(f"{r.code} {r.count}/{r.days} d: {r.points}" for r in alarm.reasons)
        print(f"  during “{what}”: {told}")
    print()
    first = asked.seed + 100
    done = attacks(range(first, first + asked.practices), asked.files, asked.every, asked.rounds)
    print(table(done))
    print("\nnothing left unreadable:\n")
    print(
        table(
            attacks(range(first, first + asked.practices), asked.files, asked.every, asked.rounds, DELETIONS)
        )
    )
    print(f"\n{time.monotonic() - begun:.0f} s")
    return 0


def table(done: Sequence[Attacked]) -> str:
    """Shares of attacks alarmed in time, by way and by speed."""
    lines = ["| attacks | number | alarmed | before 5 % lost | lost, median | worst | hours, median |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")

    def line(name: str, of: Callable[[Attacked], bool]) -> None:
        some = [a for a in done if of(a)]
        if not some:
            return
        lost = [a.lost for a in some if a.lost is not None]
        early = sum(part < 0.05 for part in lost)
        alarmed = f"{100 * len(lost) / len(some):.1f} % | {100 * early / len(some):.1f} %"
        typical = f"{100 * statistics.median(lost):.2f} % | {100 * max(lost):.2f} %" if lost else "– | –"
        hours = f"{statistics.median(a.hours for a in some):.1f}"
        lines.append(f"| {name} | {len(some)} | {alarmed} | {typical} | {hours} |")

    fast, *slower = SPEEDS
    line("all, without canaries", lambda a: not a.speed.endswith(CANARIES))
    line(f"the same, but {fast}", lambda a: a.speed in slower)
    for way in (*WAYS, *DELETIONS):
        line(f"{way} *", lambda a, way=way: a.way == way and a.speed in slower)  # type: ignore[misc]
    for speed in (*SPEEDS, next(iter(SPEEDS)) + CANARIES):
        line(speed, lambda a, speed=speed: a.speed == speed)  # type: ignore[misc]
    caught = [a for a in done if a.lost is not None]
    right = sum(a.clean for a in caught)
    lines.append(f"\nlast clean snapshot within ten days before the attack: {right} of {len(caught)}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
