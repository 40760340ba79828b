"""An agent whose days pass in seconds: clocks, sleep, battery and events are the test's; backups are real.

Each job runs in a forked process with the simulated clock, so that it can be killed as the system kills.
"""

from __future__ import annotations

import io
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.agent import Agent
from cyberlib_client.app.agent.brain import Now, Seen
from cyberlib_client.app.agent.jobs import Process, StartWorker
from cyberlib_client.app.agent.keeping import Kept
from cyberlib_client.app.agent.messages import BackupJob, Ended, Event, from_worker
from cyberlib_client.app.agent.status import WatchInfo
from cyberlib_client.app.agent.wanted import Wanted
from cyberlib_client.app.agent.worker import Order, Worker
from cyberlib_client.app.agent.world import RealMemory
from cyberlib_client.app.agent.world_ports import WatchedSources
from cyberlib_client.app.workplace import Fact
from cyberlib_client.core.conditions import Around
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.files.names import to_vault_path
from cyberlib_client.state.profile import Profile
from cyberlib_client.state.records import Trigger
from tests.support.clocks import PARIS, Machine


class Told:
    """Folders with changes, as a watcher tells of them, or does not."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._folders: set[bytes] = set()
        self._taken: set[bytes] = set()
        self._lost: set[str] = set()
        self._last: float | None = None

    def change(self, folder: Path) -> None:
        self._folders.add(to_vault_path(str(folder)))
        self._last = self._machine.mono

    def overflow(self) -> None:
        self._lost.add("overflow")

    def seen(self) -> Seen:
        lost, self._lost = frozenset(self._lost), set()
        return Seen(self._last if self._folders else None, lost)

    def take(self) -> Sequence[bytes]:
        self._taken, self._folders = self._folders, set()
        return sorted(self._taken)

    def put_back(self) -> None:
        self._folders |= self._taken

    def saved(self) -> None:
        self._taken = set()

    def describe(self) -> list[WatchInfo]:
        return []

    @property
    def changed(self) -> int:
        return len(self._folders)

    def stop(self) -> None:
        pass


class Forked:
    """A worker in a process of its own, which the system kills before it tells its `kill_at`th line."""

    def __init__(
        self, profile: Profile, order: Order, wall: int, kill_at: int | None, killed: Callable[[], None]
    ) -> None:
        self._killed = killed
        given, self._given = os.pipe()
        reading, output = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            _work(profile, order, wall, _Lines(output, kill_at))
        os.close(given)
        os.close(output)
        self._reading = os.fdopen(reading, "rb")

    def events(self) -> Callable[[], Event | None]:
        return self._next

    def _next(self) -> Event | None:
        line = self._reading.readline()
        if line:
            event: Event = from_worker(line)
            return event
        _, status = os.waitpid(self._pid, 0)
        self._reading.close()
        os.close(self._given)
        if os.WIFSIGNALED(status):
            self._killed()
        return None

    def stop(self, _reason: str) -> None:
        os.kill(self._pid, signal.SIGTERM)

    def kill(self) -> None:
        os.kill(self._pid, signal.SIGKILL)


class _Lines(io.RawIOBase):
    """A pipe that is the end of whoever writes one line too many; not of who is done already."""

    def __init__(self, output: int, kill_at: int | None) -> None:
        self._output, self._left = output, kill_at

    def write(self, line: Any) -> int:
        if self._left is not None and b'"ended"' not in line:
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)
        return os.write(self._output, line)


def _work(profile: Profile, order: Order, wall: int, output: Any) -> None:
    """In the forked process; does not return."""
    try:
        begun = time.monotonic_ns()
        bootstrap.clock = lambda: wall + time.monotonic_ns() - begun  # type: ignore[misc]
        cancel = CancelToken()
        signal.signal(signal.SIGTERM, lambda *_: cancel.cancel("system"))
        Worker(profile, output, cancel).work(order)
    finally:
        os._exit(0)


class Life:
    """The world and the memory of one agent, and what truly happened to it."""

    def __init__(self, profile: Profile, wall: int, seed: int) -> None:
        self.profile = profile
        self.machine = Machine(wall)
        self.random = random.Random(seed)
        self.folders = Told(self.machine)
        self.on_battery: int | None = None
        self.ended: list[tuple[Trigger, str]] = []
        """Trigger of each backup, and "killed", "completed", or the code of its error."""
        self.cut_next = False
        self.agent: Agent | None = None
        self._memory: Remembered | None = None

    # ---- the agent comes and goes

    def start(self) -> None:
        """The machine is switched on, or its service started."""
        self.machine.start()
        self._memory = Remembered(self.profile, self)
        self.agent = Agent(self.profile, self, self._memory)
        self.agent.begin()

    def stop(self) -> None:
        """Shut down in order."""
        assert self.agent is not None
        self.agent.close()
        self.agent = None

    def cut(self) -> None:
        """No more current: nothing more is written by anybody."""
        assert self._memory is not None
        self._memory.dead = True
        self.agent = None

    # ---- time goes by

    def live(self, until: int) -> None:
        """Awake until then (ns), or until the current goes."""
        while self.agent is not None and self.machine.wall < until:
            left = (until - self.machine.wall) / 1e9
            wait = self.agent.step()
            if not self.agent.idle:
                self.wait_for_jobs()
                self.machine.work(min(left, 20.0))
            else:
                self.machine.work(max(1.0, min(wait, left)))

    def wait_for_jobs(self) -> None:
        """Until the jobs have really ended; with them perhaps the current."""
        while self.agent is not None and not self.agent.idle:
            time.sleep(0.002)

    # ---- agent.World

    def now(self) -> Now:
        return Now(self.machine.wall, self.machine.mono, self.machine.going)

    def zone(self) -> tzinfo:
        return PARIS

    def around(self, _wanted: Wanted, paused_until: int | None) -> Around:
        battery = self.on_battery
        return Around(
            self.machine.wall, PARIS, battery is not None, battery, False, paused_until=paused_until
        )

    def watch(self, _wanted: Wanted, _wake: Callable[[], None]) -> WatchedSources:
        return self.folders

    def worker(self) -> StartWorker:
        def start(order: Order) -> Process:
            kill_at, self.cut_next = (self.random.randrange(2, 5) if self.cut_next else None), False

            def killed() -> None:
                self.cut()
                if isinstance(order.job, BackupJob):
                    self.ended.append((order.trigger, "killed"))

            return Forked(self.profile, order, self.machine.wall, kill_at, killed)

        return start


class Remembered(RealMemory):
    """The real one, until the current is cut."""

    def __init__(self, profile: Profile, life: Life) -> None:
        super().__init__(profile)
        self._life = life
        self.dead = False

    def write(self, kept: Kept) -> None:
        if not self.dead:
            super().write(kept)

    def random(self) -> float:
        return 0.5

    def note(self, kind: str, facts: dict[str, Fact], at: int) -> None:
        if not self.dead:
            super().note(kind, facts, at)

    def over(self, command: str, trigger: Trigger, started: int, ended: Ended) -> None:
        if not self.dead:
            super().over(command, trigger, started, ended)
            if command == "backup":
                how = ended.error.code if ended.error is not None else "completed"
                self._life.ended.append((trigger, how))
