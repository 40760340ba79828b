"""The agent of one profile: what it decides, has done and tells, put together.

One thread goes round (`run`): it asks the brain, and sleeps until something happens. Threads of the server,
of the watcher and of the worker's follower only leave word and wake it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Final

import msgspec

from ... import __version__
from ...core.errors import CyberlibError, Failed
from ...core.timetable import Timetable
from ...state.profile import Profile
from ..crash import write_report
from ..workplace import Fact
from .brain import Brain
from .chores import Chore
from .decoys import Decoys
from .jobs import DIED, Jobs, Over, Task
from .keeping import Kept, Memory
from .messages import Accepted, BackupJob, Changed, Ended, Event, Job
from .orders import check_pause, standing
from .pulse import Pulse
from .retelling import Retelling
from .rounds import Outside, Rounds, ready_of
from .server import Client, Server
from .status import JobInfo, StatusInfo, waiting_for
from .wanted import Wanted, read_wanted, stamp_of
from .worker import CanariesJob, Order, TellJob, command_of
from .world_ports import WatchedSources, World

_TROUBLED: Final = 60.0
"""Seconds until what keeps the agent from working is looked at again."""


class Agent:
    """See the module. `memory`: what outlives this process. `end` may be called from any thread."""

    def __init__(self, profile: Profile, world: World, memory: Memory) -> None:
        self._profile = profile
        self._world = world
        self._memory = memory
        self._lock = threading.RLock()
        self._pulse = Pulse(self.step, self._stumbled, self._is_changed)
        self._since = world.now().wall
        self._kept = memory.read()
        self._rounds = Rounds(self._kept.chores, memory.random())
        self._stamp: object = None
        self._wanted: Wanted | None = None
        self._decoys = Decoys(profile)
        self._problem = ""
        self._problem_facts: dict[str, Fact] = {}
        self._brain: Brain | None = None
        self._sources: WatchedSources | None = None
        self._retelling = Retelling()
        self._jobs = Jobs(world.worker(), self._prepare, self._on_event, self._on_over)
        self._job_started = 0
        self._owners: dict[int, Client] = {}
        self.server: Server | None = None

    # ---- going round -----------------------------------------------------------------------------

    def run(self) -> None:
        """Until `end`. What is at work then is stopped at a good point."""
        self.begin()
        try:
            self._pulse.run()
        finally:
            self.close()

    def _stumbled(self, raised: Exception) -> float:
        write_report(self._profile, raised, "agent run")
        with self._lock:
            self._trouble(Failed("agent_stumbled"))
            self._stamp = None
        return _TROUBLED

    def _is_changed(self) -> bool:
        return self._stamp is not None and stamp_of(self._profile) != self._stamp

    def begin(self) -> None:
        """Notes that there is an agent, and until when there was one that ended without a word."""
        if self._kept.running:
            self._note("agent_lost", {"last": self._kept.alive})
        self._note("agent_started", {"version": __version__})
        self._keep(msgspec.structs.replace(self._kept, alive=self._world.now().wall, running=True))

    def close(self) -> None:
        """Ends what is at work and notes the end."""
        self._pulse.ending = True
        self._jobs.close()
        if self._sources is not None:
            self._sources.stop()
        self._note("agent_ended", {})
        self._keep(msgspec.structs.replace(self._kept, alive=self._world.now().wall, running=False))

    @property
    def idle(self) -> bool:
        """Whether no job is at work or waiting."""
        return self._jobs.idle

    def end(self) -> None:
        """Ends `run`, soon."""
        self._pulse.end()

    def wake(self) -> None:
        """Something happened."""
        self._pulse.wake()

    def step(self) -> float:
        """Looks at everything once; seconds until it should be looked at again."""
        self._jobs.look(self._world.now().mono)
        with self._lock:
            self._look_at_settings()
        try:
            return self._think(None)
        except _Ask as asked:  # it may take seconds, and clients are to be answered meanwhile
            wanted = self._wanted
            if wanted is None:
                return _TROUBLED
            around = self._world.around(wanted, self._kept.paused_until)
            return self._think(Outside(around, ready_of(asked.chores)))

    def _think(self, outside: Outside | None) -> float:
        def look(chores: Sequence[Chore] = ()) -> Outside:
            if outside is None:
                raise _Ask(chores)
            return outside

        with self._lock:
            if self._brain is None or self._sources is None:
                return _TROUBLED
            seen = self._sources.seen()
            self._memory.watching(self._sources.describe(), self._world.now().wall)
            if self._decoys.touched(seen.fresh):
                self._jobs.add(Order(CanariesJob(), "changes"))
            now = self._world.now()
            step = self._brain.think(now, seen, lambda: look().around)
            if step.stop is not None:
                self._jobs.stop(None, step.stop)
            if step.begin is not None and self._jobs.idle:
                self._jobs.add(Order(BackupJob(), step.begin.trigger, partial=not step.begin.whole))
            if self._brain.waits_for(step.waiting):
                self._tell(Changed("waiting"))
            if self._jobs.idle and self._retelling.is_due(now.mono):
                self._tell_host()
            wait = self._rounds.step(now, step, self._brain.next_run(now), self._jobs, look)
            self._remember()
            return min(step.wait, wait)

    def _remember(self) -> None:
        """What the next process must know of."""
        due = self._brain.timetable.due if self._brain is not None else self._kept.due
        chores = self._rounds.past
        if due != self._kept.due or chores != self._kept.chores:
            # With time awake in it, `due` changes every quarter of an hour.
            alive = self._world.now().wall
            self._keep(msgspec.structs.replace(self._kept, due=due, alive=alive, chores=chores))

    def _keep(self, kept: Kept) -> None:
        if kept != self._kept:
            self._kept = kept
            self._memory.write(kept)

    # ---- settings --------------------------------------------------------------------------------

    def _look_at_settings(self) -> None:
        stamp = stamp_of(self._profile)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            wanted = read_wanted(self._profile)
        except CyberlibError as error:
            self._trouble(error)
            return
        before = self._wanted
        if self._sources is None or before is None or before.watched != wanted.watched:
            try:
                self._watch(wanted)
            except CyberlibError as error:  # a pattern that cannot work
                self._trouble(error)
                return
        self._trouble(None)
        self._wanted = wanted
        self._plan(wanted)
        self._rounds.want(wanted, self._world.now())
        self._tell_host()
        self._tell(Changed("settings"))

    def _tell_host(self) -> None:
        """In a worker: what speaks HTTP takes memory, and time."""
        if self._wanted is not None and self._wanted.at_host and not self._pulse.ending:
            self._jobs.add(Order(TellJob(), "schedule"))

    def _trouble(self, error: CyberlibError | None) -> None:
        code, self._problem_facts = (error.code, dict(error.facts)) if error is not None else ("", {})
        if code != self._problem:
            self._memory.problem(code, self._problem_facts, self._problem, self._world.now().wall)
            self._problem = code
            self._tell(Changed("problem"))
        if code:
            self._wanted = self._brain = None

    def _watch(self, wanted: Wanted) -> None:
        if self._sources is not None:
            self._sources.stop()
            self._sources = None
        self._sources = self._world.watch(wanted, self.wake)
        if self._brain is not None:
            self._brain.scan.add("sources")

    def _plan(self, wanted: Wanted) -> None:
        timetable = Timetable(wanted.plan, self._world.zone(), self._memory.random, self._kept.due)
        if self._brain is None:
            self._brain = Brain(wanted.plan, wanted.conditions, timetable, self._note)
        else:
            self._brain.set_plan(wanted.plan, wanted.conditions, timetable)

    # ---- jobs ------------------------------------------------------------------------------------

    def _prepare(self, order: Order) -> Order:
        """A job's turn has come."""
        with self._lock:
            self._job_started = self._world.now().wall
            if not order.of_all_sources or self._brain is None or self._sources is None:
                return order
            folders = self._sources.take()
            self._brain.began(self._world.now(), order.trigger)
            told = list(folders) if order.partial else []
            return msgspec.structs.replace(order, folders=told, clock_moved=round(self._brain.moved))

    def _on_event(self, task: Task, event: Event) -> None:
        if self.server is not None:
            self.server.tell(task.number, event, self._owners.get(task.number))
            if isinstance(event, Ended):
                self._owners.pop(task.number, None)

    def _on_over(self, over: Over) -> None:
        task, ended = over
        with self._lock:
            now = self._world.now()
            self._memory.over(command_of(task.order.job), task.order.trigger, self._job_started, ended)
            self._rounds.over(over, now)
            if task.order.of_all_sources and self._brain is not None and self._sources is not None:
                done = ended.made_snapshot
                (self._sources.saved if done else self._sources.put_back)()
                stopped = ended.error is not None and ended.error.kind == "Stopped"
                by = str(ended.error.facts.get("by", "user")) if stopped and ended.error else ""
                self._brain.ended(now, done=done, by=by, whole=ended.whole)
            self._remember()
            if isinstance(task.order.job, TellJob):
                self._retelling.ended(now.mono, told=ended.exit == 0)
            if ended.error is not None and ended.error.code in DIED and not task.order.is_errand:
                self._tell_host()
        self.wake()

    # ---- what clients ask --------------------------------------------------------------------------

    def start(self, job: Job, watched: bool, client: Client) -> Accepted:
        """See server.Desk."""
        number: list[int] = []
        ready = threading.Event()

        def hear(event: Event) -> None:
            ready.wait()
            client.hear(number[0], event)

        order = Order(job, "user", watched=watched, patient=False)
        made, ahead = self._jobs.add(order, hear)
        number.append(made)
        self._owners[made] = client
        ready.set()
        self.wake()  # a chore at work makes way
        return Accepted(made, ahead)

    def stop(self, job: int | None) -> int | None:
        """See server.Desk."""
        return self._jobs.stop(job, "user")

    def pause(self, until: int) -> None:
        """See server.Desk."""
        check_pause(until, self._world.now().wall)
        with self._lock:
            self._keep(msgspec.structs.replace(self._kept, paused_until=until))
            self._note("paused", {"until": until})
            current = self._jobs.current
            if current is not None and current.order.trigger != "user":
                self._jobs.stop(current.number, "paused")
        self._tell(Changed("paused"))
        self.wake()

    def resume(self) -> None:
        """See server.Desk."""
        with self._lock:
            if self._kept.paused_until is not None:
                self._keep(msgspec.structs.replace(self._kept, paused_until=None))
                self._note("resumed", {})
        self._tell(Changed("resumed"))
        self.wake()

    def status(self) -> StatusInfo:
        """See server.Desk."""
        with self._lock:
            brain, sources, task = self._brain, self._sources, self._jobs.current
            paused = standing(self._kept.paused_until, self._world.now().wall)
            return StatusInfo(
                pid=os.getpid(),
                version=__version__,
                since=self._since,
                paused_until=paused,
                job=self._job_info(task) if task is not None else None,
                queued=self._jobs.waiting,
                next_run=brain.next_run(self._world.now(), paused) if brain is not None else None,
                waiting=waiting_for(brain.waiting if brain is not None else ()),
                changed=sources.changed if sources is not None else 0,
                scan=sorted(brain.scan) if brain is not None else [],
                watching=sources.describe() if sources is not None else [],
                problem=self._problem,
                problem_facts=self._problem_facts,
                chores=self._rounds.told(),
            )

    def _job_info(self, task: Task) -> JobInfo:
        progress = task.progress.progress if task.progress is not None else None
        order = task.order
        return JobInfo(task.number, command_of(order.job), order.trigger, self._job_started, progress)

    def _tell(self, event: Event) -> None:
        if self.server is not None:
            self.server.tell(0, event)

    def _note(self, kind: str, facts: dict[str, Fact]) -> None:
        self._memory.note(kind, facts, self._world.now().wall)


class _Ask(Exception):
    """It matters what is around, and whether these chores have what they need."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self.chores = chores
