"""Space is freed by machines that do not know of each other, and die: 10,000 steps, and nothing is lost.

800 steps where CI=1 is set, whose time is short. More of them: CYBERLIB_HISTORIES=500 in the environment.

The model is a dictionary: what each snapshot held when it was made. Between any two calls of the store
another machine may do a whole job, or the one at work may be killed, before or after the call did what it was
to do. Every few steps some snapshot that nobody let go is read whole, at the end of each history all are, and
what was let go less than its quarantine ago comes back when somebody asks for it.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed, UsageError
from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.retired import REVIVE
from cyberlib_client.core.ids import KIB
from cyberlib_client.core.ports import Buffer, CancelToken, StoredObject
from cyberlib_client.repository.snapshots import Stored
from cyberlib_client.services.revive import undelete
from cyberlib_client.services.sweep import QUARANTINE, Sweep, sweep
from cyberlib_client.services.waste import Limits
from cyberlib_client.transports.memory import MemoryStore
from tests.support.light import Files, Station, changed, read_files, some_files
from tests.support.vaults import DAY, FixedClock, make_vault

HISTORIES = int(os.environ.get("CYBERLIB_HISTORIES", "4" if os.environ.get("CI") else "50"))
STEPS = 200
FAILED_ONCE = (356647, 933102)
HOUR = DAY // 24
_LIMITS = Limits(small=64 * KIB + 1, many=4, small_index=64 * KIB)


class Killed(BaseException):
    """The power went."""


class Disturbed(MemoryStore):
    """A store at each call of which something may happen first."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[str], None] = lambda _call: None
        self.after: Callable[[str], None] = lambda _call: None

    def put(self, name: str, *parts: Buffer) -> None:
        self.before("put")
        super().put(name, *parts)
        self.after("put")

    def list(self, kind: str) -> Iterator[StoredObject]:
        self.before("list")
        return super().list(kind)

    def delete(self, name: str) -> None:
        self.before("delete")
        super().delete(name)
        self.after("delete")


class History:
    """One history of a vault and its model."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)
        self.clock = FixedClock()
        self.store = Disturbed()
        opened = make_vault(self.store, seed=seed, clock=self.clock)
        self.stations = [
            Station(opened, self.store, f"poste-{n}", self.clock, seed * 10 + n) for n in range(3)
        ]
        self.files: list[Files] = [some_files(self.source) for _ in self.stations]
        self.running: list[tuple[Iterator[Stored | None], Files] | None] = [None] * len(self.stations)
        self.kept: dict[bytes, Files] = {}
        """Snapshots that nobody let go."""
        self.let_go: dict[bytes, tuple[Files, int]] = {}
        """Others, and since when at the earliest."""
        self.going: set[bytes] = set()
        self.newest: dict[int, bytes] = {}
        self.done = Counter[str]()
        self.at_work: set[int] = set()
        self.depth = 0
        self.countdown: int | None = None
        self.thread = threading.get_ident()
        self.victim = ""
        self.store.before = lambda call: self._happens(call, "before")
        self.store.after = lambda call: self._happens(call, "after")

    # ---- what may happen at any call ----------------------------------------------------------------

    def _happens(self, call: str, when: str) -> None:
        if self.countdown is None or (when == "after") != (self.victim == "killed after"):
            return
        self.countdown -= 1
        if self.countdown >= 0:
            return
        if self.victim == "another" and threading.get_ident() != self.thread:
            return  # the model is one thread's: it waits for that one's next call
        victim, self.countdown = self.victim, None
        if victim != "another":
            self.done[f"killed at {call}"] += 1
            raise Killed
        self.done[f"another at {call}"] += 1
        self.depth += 1
        self.step(self.source.choice(["backup", "go on", "sweep", "undelete"]))
        self.depth -= 1

    def _disturb(self) -> None:
        """Something will happen at one of the next calls, perhaps."""
        if self.depth < 2 and self.source.random() < 0.6:
            self.countdown = self.source.randrange(25)
            self.victim = self.source.choice(["another", "another", "killed before", "killed after"])

    def _calm(self) -> None:
        if self.depth == 0:
            self.countdown = None

    # ---- steps ----------------------------------------------------------------------------------------

    def step(self, what: str) -> None:
        {
            "backup": self.begin,
            "go on": self.go_on,
            "sweep": self.sweep,
            "time": self.time,
            "undelete": self.undelete,
            "crash": self.crash,
        }[what]()
        self.done[what] += 1
        if not self.depth:
            self._settle_quarrels()

    def _settle_quarrels(self) -> None:
        """What one machine brought back while another was about to let it go: the later word counts."""
        quarrels, self.going = self.going & self.kept.keys(), set()
        if quarrels:
            for digest in quarrels & self.stations[0].vault().retirements().retired("snapshots"):
                self.let_go[digest] = self.kept.pop(digest), self.clock.now

    def begin(self) -> None:
        number = self.source.randrange(len(self.stations))
        if self.running[number] is not None or number in self.at_work:
            self.go_on()
            return
        self.files[number] = changed(self.files[number], self.source)
        files = dict(self.files[number])
        self.running[number] = (self.stations[number].backup(files), files)
        self.go_on(number)

    def go_on(self, number: int | None = None) -> None:
        busy = [n for n, each in enumerate(self.running) if each is not None]
        if number is None and not busy:
            return
        number = number if number is not None else self.source.choice(busy)
        run = self.running[number]
        if run is None:
            return
        self.running[number] = None
        self.at_work.add(number)  # nobody else takes a step of it, nor begins another beside it
        try:
            if self._some_steps(number, *run):
                self.running[number] = run
        finally:
            self.at_work.discard(number)

    def _some_steps(self, number: int, run: Iterator[Stored | None], files: Files) -> bool:
        """Whether it has not come to its end."""
        for _ in range(self.source.randint(1, 5)):
            self._disturb()
            try:
                made = next(run)
            except Failed as error:
                assert error.code == "vault_changed"
                self.done["backup begins again"] += 1
                return False
            except Killed:
                self.stations[number].died()
                return False
            finally:
                self._calm()
            if made is not None:
                self.kept[made.digest] = files
                self.newest[number] = made.digest
                self.done["snapshot"] += 1
                return False
        return True

    def crash(self) -> None:
        number = self.source.randrange(len(self.stations))
        run, self.running[number] = self.running[number], None
        if run is not None:
            run[0].close()  # type: ignore[attr-defined]
            self.stations[number].died()

    def time(self) -> None:
        self.clock.advance(self.source.choice([HOUR, HOUR, 6 * HOUR, DAY, DAY, 5 * DAY, 16 * DAY, 31 * DAY]))

    def sweep(self) -> None:
        station = self.source.choice(self.stations)
        vault = station.vault()
        self._disturb()
        going: list[Stored] = []
        try:
            snapshots = station.snapshots(vault)
            may_go = [s for s in snapshots.items if s.digest not in self.newest.values()]
            going = self.source.sample(may_go, min(len(may_go), self.source.choice([0, 1, 1, 3])))
            if len(may_go) > 14:
                going = may_go[:10]
            # Whether it gets so far or not: nobody relies upon these any more.
            for stored in going:
                self.going.add(stored.digest)
                if stored.digest in self.kept:
                    self.let_go[stored.digest] = self.kept.pop(stored.digest), self.clock.now
            freed = sweep(
                vault,
                station.identity,
                snapshots,
                Sweep(going, limits=_LIMITS),
                clock=self.clock,
                random=station.random,
                listener=ignore,
                cancel=CancelToken(),
            )
        except Killed:
            station.died()
            # Killed after it announced and before it said what it spares: what was brought back in that very
            # moment stays hidden.
            for digest in self.kept.keys() & station.vault().retirements().doomed("snapshots"):
                self.let_go[digest] = self.kept.pop(digest), self.clock.now
            return
        except CyberlibError as error:
            assert error.code in ("vault_changed", "retention_took_long"), error
            self.done[error.code] += 1
            return
        finally:
            self._calm()
        for what in ("retired", "rewritten", "purged", "revived"):
            self.done[what] += getattr(freed, what) > 0

    def undelete(self) -> None:
        if not self.let_go:
            return
        digest = self.source.choice(sorted(self.let_go))
        since = self.let_go[digest][1]
        before = self.let_go[digest]
        station = self.source.choice(self.stations)
        vault = station.vault()
        if digest not in vault.retirements().retired("snapshots"):
            return  # the sweep was killed before it said so
        self._disturb()
        begun = self.clock.now
        try:
            undelete(vault, station.identity, station.random, self.clock, digest)
        except Killed:
            station.died()
            return
        except Failed as error:
            assert error.code in ("quarantine_over", "deletion_announced")
            assert begun - since >= QUARANTINE or self.clock.now - since >= QUARANTINE
            self.done["too late"] += 1
            return
        except UsageError as error:
            assert error.code == "not_retired"
            assert self.let_go.get(digest) is not before, "nobody else brought it back"
            return
        finally:
            self._calm()
        if self.let_go.get(digest) is before:  # else somebody let it go once more meanwhile
            self.kept[digest] = self.let_go.pop(digest)[0]
        self.done["brought back"] += 1

    # ---- what must hold -----------------------------------------------------------------------------

    def check(self, everything: bool = False) -> None:
        station = self.stations[0]
        vault = station.vault()
        snapshots = station.snapshots(vault)
        assert not snapshots.problems
        listed = {stored.digest: stored for stored in snapshots.items}
        assert self.kept.keys() <= listed.keys()
        wanted = (
            sorted(self.kept) if everything else self.source.sample(sorted(self.kept), min(1, len(self.kept)))
        )
        for digest in wanted:
            assert read_files(vault, listed[digest]) == self.kept[digest]


@pytest.mark.parametrize("seed", [*range(HISTORIES), *FAILED_ONCE])
def test_nothing_that_is_kept_is_lost(seed: int) -> None:
    history = History(seed)
    steps = ["backup"] * 4 + ["go on"] * 3 + ["sweep"] * 3 + ["time"] * 2 + ["undelete", "crash"]
    for number in range(STEPS):
        history.step(history.source.choice(steps))
        if not number % 6:
            history.check()
    history.check(everything=True)
    assert history.done["snapshot"]
    assert history.done["sweep"]


def test_faults_were_seen() -> None:
    """Over some histories each kind of fault happens: a test that meets none proves nothing."""
    done = Counter[str]()
    for seed in range(100, 106):
        history = History(seed)
        for _ in range(STEPS):
            history.step(
                history.source.choice(["backup", "go on", "go on", "sweep", "sweep", "time", "undelete"])
            )
        history.check(everything=True)
        records = history.stations[0].vault().retirements().records.values()
        history.done["settled"] += any(record.reason == "settled" for record in records)
        # By a backup that relied upon it, or a sweep that found it needed after all.
        needed = (record.action == REVIVE and record.reason == "needed" for record in records)
        history.done["revived"] += any(needed)
        done += history.done
    kills = ["killed at put", "killed at list", "killed at delete"]
    for what in [
        *kills,
        "rewritten",
        "settled",
        "revived",
        "brought back",
        "too late",
    ]:
        assert done[what], f"{what} never happened: {done}"
