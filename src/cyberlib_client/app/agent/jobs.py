"""The jobs of an agent: one at a time, each in a worker of its own, those that somebody asked for first."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Final, NamedTuple, Protocol

import msgspec

from ...core.errors import Busy, CyberlibError, Failed, Stopped
from .messages import MALFORMED, Alive, Ended, Event, ProgressTold, encode, from_worker, told
from .worker import Order, Stop

DIED: Final = ("worker_died", "worker_not_started", "worker_stuck")
"""Codes of runs that cannot tell of themselves."""

_PATIENCE: Final = 60.0
"""Seconds that a worker has to stop when the agent ends, and to be gone once it was killed."""

HANGS: Final = 3 * 3600.0
"""Seconds after which a worker that gives no sign of life hangs: one pack on the slowest line takes less."""

HANGS_STOPPING: Final = 900.0
"""The same once it was asked to stop."""

MOST: Final = 100
"""Jobs that may wait when somebody asks for one more."""


if sys.platform == "win32":
    _FLAGS: Final = subprocess.CREATE_NO_WINDOW  # the agent itself may have none
else:
    _FLAGS: Final = 0


class Process(Protocol):
    """A worker at work."""

    def events(self) -> Callable[[], Event | Alive | None]:
        """Gives its next event; None when there is none any more."""

    def stop(self, reason: str) -> None:
        """Asks it to stop. Never raises."""

    def kill(self) -> None:
        """Ends it at once. Never raises."""


StartWorker = Callable[[Order], Process]
"""Starts a worker. Raises OSError."""


class Child:
    """A worker as a process of this system."""

    def __init__(self, command: list[str], order: Order) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=_FLAGS,
        )
        self._say(encode(order))

    def events(self) -> Callable[[], Event | Alive | None]:
        """See `Process`."""
        return self._next

    def stop(self, reason: str) -> None:
        """See `Process`."""
        self._say(encode(Stop(reason)))

    def kill(self) -> None:
        """See `Process`."""
        self._process.kill()

    def _say(self, line: bytes) -> None:
        given = self._process.stdin
        assert given is not None
        with contextlib.suppress(OSError, ValueError):  # it is gone: its output ends, and that is told
            given.write(line + b"\n")
            given.flush()

    def _next(self) -> Event | Alive | None:
        output: IO[bytes] | None = self._process.stdout
        assert output is not None
        while line := output.readline():
            try:
                event: Event | Alive = from_worker(line)
                return event
            except MALFORMED:
                continue  # what a library printed
        output.close()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process.wait()
        return None


@dataclass
class Task:
    """A job in the queue or at work. `hear`: takes its events, from another thread."""

    number: int
    order: Order
    hear: Callable[[Event], None]
    progress: ProgressTold | None = None
    stopping: str = ""
    process: Process | None = field(default=None, repr=False)
    heard: bool = True
    silent_since: float = 0.0
    killed: float | None = None
    over: bool = False


class Over(NamedTuple):
    """A job that ended, for whoever decides what comes next."""

    task: Task
    ended: Ended


class Jobs:
    """The queue. `prepare` is given each order when its turn comes, and gives what the worker is told;
    `on_event` hears all events of all jobs, `on_over` of each end. All from the thread that follows the
    worker."""

    def __init__(
        self,
        start: StartWorker,
        prepare: Callable[[Order], Order],
        on_event: Callable[[Task, Event], None],
        on_over: Callable[[Over], None],
    ) -> None:
        self._start = start
        self._prepare = prepare
        self._on_event = on_event
        self._on_over = on_over
        self._lock = threading.Lock()
        self._queue: list[Task] = []
        self._current: Task | None = None
        self._count = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def add(self, order: Order, hear: Callable[[Event], None] = lambda _event: None) -> tuple[int, int]:
        """(its number, jobs before it). Raises Failed("agent_ending"), Busy("agent_full", most=…)."""
        with self._lock:
            if self._closed:
                raise Failed("agent_ending")
            if not order.patient and len(self._queue) >= MOST:
                raise Busy("agent_full", most=MOST)
            self._count += 1
            task = Task(self._count, order, hear)
            # Somebody waits: before what the agent thought of by itself.
            place = len(self._queue)
            if not order.patient:
                place = sum(not each.order.patient for each in self._queue)
            self._queue.insert(place, task)
            ahead = place + (self._current is not None)
            if self._current is None:
                self._begin()
            return task.number, ahead

    @property
    def current(self) -> Task | None:
        """The one at work."""
        return self._current

    @property
    def idle(self) -> bool:
        """Whether nothing is at work or waiting."""
        with self._lock:
            return self._current is None and not self._queue

    @property
    def waiting(self) -> int:
        """Jobs whose turn has not come."""
        return len(self._queue)

    def stop(self, number: int | None, reason: str) -> int | None:
        """Stops a job, or the one at work; its number, None when there is none such."""
        with self._lock:
            current = self._current
            if current is not None and number in (None, current.number):
                self._stop(current, reason)
                return current.number
            for task in self._queue:
                if task.number == number:
                    self._queue.remove(task)
                    break
            else:
                return None
        self._end(task, _stopped(reason))
        return task.number

    def close(self) -> None:
        """Stops what is at work and takes nothing more; returns when all have ended."""
        with self._lock:
            self._closed = True
            waiting, self._queue = self._queue, []
            current, thread = self._current, self._thread
            if current is not None:
                self._stop(current, "shutdown")
        for task in waiting:
            self._end(task, _stopped("shutdown"))
        if thread is not None:
            thread.join(_PATIENCE)
            if thread.is_alive() and current is not None and current.process is not None:
                current.process.kill()
                thread.join(_PATIENCE)

    @staticmethod
    def _stop(task: Task, reason: str) -> None:
        if not task.stopping:
            task.stopping = reason
            task.heard = True
            if task.process is not None:
                task.process.stop(reason)

    def _begin(self) -> None:
        """With the lock: the first of the queue is at work from now on."""
        self._current = self._queue.pop(0)
        self._thread = threading.Thread(target=self._follow, args=(self._current,), daemon=True)
        self._thread.start()

    def _follow(self, task: Task) -> None:
        ended = _died()
        try:
            task.order = self._prepare(task.order)
            process = self._start(task.order)
        except OSError as error:
            ended = _failed(Failed("worker_not_started", reason=error.strerror or type(error).__name__))
        else:
            with self._lock:
                task.process = process
                if task.stopping:  # it was asked for while the process was being started
                    process.stop(task.stopping)
                if task.killed is not None:
                    process.kill()
            following = process.events()
            while (event := following()) is not None:
                task.heard = True
                if isinstance(event, Alive):
                    continue
                if isinstance(event, Ended):
                    ended = event
                    continue  # told once the process is gone, so that whoever hears it finds it gone
                if isinstance(event, ProgressTold):
                    task.progress = event
                self._tell(task, event)
        self._finish(task, _stuck() if task.killed is not None else ended)

    def _finish(self, task: Task, ended: Ended) -> None:
        with self._lock:
            if task.over:
                return  # it went on without it
            task.over = True
        self._end(task, ended)
        with self._lock:
            self._current = None
            if self._queue and not self._closed:
                self._begin()

    def look(self, mono: float) -> None:
        """Kills a worker that hangs, and goes on without one that not even the system can end. To be called
        every minute; `mono`: seconds, which stand still while the machine sleeps."""
        with self._lock:
            task = self._current
            if task is None:
                return
            if task.killed is None:
                if task.heard:
                    task.heard, task.silent_since = False, mono
                if mono - task.silent_since >= (HANGS_STOPPING if task.stopping else HANGS):
                    task.killed = mono
                    if task.process is not None:
                        task.process.kill()
                return
            if mono - task.killed < _PATIENCE:
                return
        self._finish(task, _stuck())

    def _tell(self, task: Task, event: Event) -> None:
        task.hear(event)
        self._on_event(task, event)

    def _end(self, task: Task, ended: Ended) -> None:
        self._on_over(Over(task, ended))
        self._tell(task, ended)


def _died() -> Ended:
    """A worker that says nothing about its end: killed, or out of memory."""
    return _failed(Failed("worker_died"))


def _stuck() -> Ended:
    """A worker that hung, in a folder that does not answer mostly."""
    return _failed(Failed("worker_stuck"))


def _stopped(reason: str) -> Ended:
    return _failed(Stopped(by=reason))


def _failed(error: CyberlibError) -> Ended:
    return Ended(error.exit_code, msgspec.Raw(b"null"), told(error))
