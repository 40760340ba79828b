"""The other end of an agent's socket: for the command line, and for any window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Final

import msgspec

from ... import __version__
from ...core.errors import CyberlibError, Failed
from ...core.platform import Channel
from ...core.ports import CancelToken
from ...state.profile import Profile
from .. import bootstrap
from .messages import (
    LONGEST,
    MALFORMED,
    VERSION,
    Accepted,
    Answer,
    Asked,
    EndAsked,
    Ended,
    Event,
    FollowAsked,
    Hello,
    Job,
    Lines,
    PauseAsked,
    ResumeAsked,
    StartAsked,
    StatusAsked,
    StopAsked,
    Unfit,
    Welcome,
    encode,
    from_agent,
    raised,
)
from .place import read_address, read_pid
from .status import StatusInfo

_READ: Final = 64 << 10
_GLANCE: Final = 0.2
"""Seconds between two looks at whether Ctrl-C was pressed."""
PATIENCE: Final = 20.0
"""Seconds that an agent has to say welcome, and to answer: it answers at once, jobs or none."""
_LONGEST: Final = 16 * LONGEST
"""Bytes of a line from the agent: a result lists up to 10,000 files."""


def agent_of(
    profile: Profile, hear: Callable[[int, Event], None] | None = None, patience: float = PATIENCE
) -> AgentClient | None:
    """A connection to the agent of a profile, or None when there is none at work. `hear` and `patience`: as
    `AgentClient`.

    Raises Failed("agent_unfit", version=…, own=…) when it is of another version, ("agent_denied", reason=…)
    when it is somebody else's, ("agent_stuck", pid=…) when it says nothing.
    """
    address = read_address(profile)
    if address is None:
        return None
    try:
        channel = bootstrap.local_sockets().connect(address)
    except PermissionError as error:
        raise Failed("agent_denied", reason=error.strerror) from None
    except OSError:
        return None  # it ended without a word
    try:
        return AgentClient(channel, hear, patience)
    except CyberlibError as error:
        if error.code != "agent_stuck":
            raise
        raise Failed("agent_stuck", pid=read_pid(profile)) from None


class AgentClient:
    """Asks one agent. `hear` takes the number of a job (0: none) and what happened, once `follow` was called,
    in the thread that reads. `patience`: seconds for each answer. For use in a `with` block.

    Each question raises what the agent answers as an error, Failed("agent_gone") when the connection ends
    first, ("agent_stuck", pid=…) when no answer comes, and ("agent_unfit", version=…, own=…) when it cannot
    be understood.
    """

    pid: int | None = None

    def __init__(
        self,
        channel: Channel,
        hear: Callable[[int, Event], None] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._channel = channel
        self._patience = patience
        self._hear = hear or (lambda _job, _event: None)
        self._lock = threading.Lock()
        self._count = 0
        self._answers: dict[int, SimpleQueue[Answer | CyberlibError]] = {}
        self._starting: dict[int, Callable[[Event | CyberlibError], None]] = {}
        self._greeting: SimpleQueue[Welcome | CyberlibError] = SimpleQueue()
        self._gone: CyberlibError | None = None
        self._heard: dict[int, Callable[[Event | CyberlibError], None]] = {}
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._channel.send(encode(Hello(VERSION, f"cyberlib {__version__}")) + b"\n")
            greeting = self._greeting.get(timeout=patience)
        except OSError:
            greeting = Failed("agent_gone")
        except Empty:  # stopped in its tracks
            greeting = Failed("agent_stuck", pid=None)
        if isinstance(greeting, CyberlibError):
            self.close()
            raise greeting
        self.pid = greeting.pid

    def __enter__(self) -> AgentClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection; jobs go on."""
        self._channel.close()

    def status(self) -> StatusInfo:
        """How the agent is."""
        told: StatusInfo = self._ask(StatusAsked, StatusInfo)
        return told

    def follow(self) -> None:
        """From now on `hear` takes all that happens."""
        self._ask(FollowAsked, type(None))

    def pause(self, until: int) -> None:
        """It starts nothing by itself until then (ns since 1970)."""
        self._ask(PauseAsked, type(None), until=until)

    def resume(self) -> None:
        """It goes on."""
        self._ask(ResumeAsked, type(None))

    def end(self) -> None:
        """It ends."""
        self._ask(EndAsked, type(None))

    def stop(self, job: int | None = None) -> int | None:
        """Stops a job; its number, or None when there is none such."""
        stopped: int | None = self._ask(StopAsked, int | None, job=job)
        return stopped

    def start(self, job: Job) -> Accepted:
        """Has a job done without waiting for its end: who follows hears of it."""
        place: Accepted = self._ask(StartAsked, Accepted, job=job, watched=True)
        return place

    def run(
        self,
        job: Job,
        hear: Callable[[Event], None],
        accepted: Callable[[Accepted], None],
        cancel: CancelToken,
        *,
        watched: bool = False,
    ) -> Ended:
        """Has a job done and waits for its end. `hear` takes its events; `accepted` hears first that it is in
        the queue; once `cancel` is set the job is asked to stop."""
        events: SimpleQueue[Event | CyberlibError] = SimpleQueue()
        place: Accepted = self._ask(StartAsked, Accepted, events.put, job=job, watched=watched)
        accepted(place)
        stopped = False
        while True:
            if cancel.cancelled and not stopped:
                stopped = True
                self.stop(place.job)
            try:
                event = events.get(timeout=_GLANCE)
            except Empty:
                continue
            if isinstance(event, CyberlibError):
                raise event
            if isinstance(event, Ended):
                return event
            hear(event)

    def _ask(
        self,
        kind: type[Asked],
        answer: Any,
        hear: Callable[[Event | CyberlibError], None] | None = None,
        **facts: Any,
    ) -> Any:
        queue: SimpleQueue[Answer | CyberlibError] = SimpleQueue()
        with self._lock:
            if self._gone is not None:
                raise self._gone
            self._count += 1
            number = self._count
            self._answers[number] = queue
            if hear is not None:
                self._starting[number] = hear
        try:
            self._channel.send(encode(kind(id=number, **facts)) + b"\n")
        except OSError:
            raise Failed("agent_gone") from None
        try:
            told = queue.get(timeout=self._patience)
        except Empty:
            raise Failed("agent_stuck", pid=self.pid) from None
        if isinstance(told, CyberlibError):
            raise told
        if told.error is not None:
            raise raised(told.error)
        try:
            return msgspec.json.decode(told.result, type=answer)
        except MALFORMED:  # what it tells is not what is told here
            raise Failed("agent_unfit", own=VERSION) from None

    def _read(self) -> None:
        lines = Lines(_LONGEST)
        error: CyberlibError = Failed("agent_gone")
        try:
            while data := self._channel.receive(_READ):
                for line in lines.feed(data):
                    self._take(line)
        except OSError:
            pass
        except _Told as told:
            error = told.error
        except (ValueError, *MALFORMED):
            error = Failed("agent_unfit", own=VERSION)
        self._channel.close()
        with self._lock:
            self._gone = error
            waiting, hearing = list(self._answers.values()), list(self._heard.values())
        for queue in waiting:
            queue.put(error)
        for hear in hearing:
            hear(error)
        self._greeting.put(error)

    def _take(self, line: bytes) -> None:
        said = from_agent(line)
        if isinstance(said, Welcome):
            self._greeting.put(said)
        elif isinstance(said, Unfit):
            if said.code == "slow":
                raise _Told(Failed("agent_lost_us"))
            raise _Told(Failed("agent_unfit", version=said.version, own=VERSION))
        elif isinstance(said, Answer):
            self._answered(said)
        else:
            with self._lock:
                hear = self._heard.get(said.job)
                if isinstance(said.event, Ended):
                    self._heard.pop(said.job, None)
            if hear is not None:
                hear(said.event)
            self._hear(said.job, said.event)

    def _answered(self, said: Answer) -> None:
        with self._lock:
            queue, hear = self._answers.pop(said.id, None), self._starting.pop(said.id, None)
            if hear is not None and said.error is None:  # before its first event is read
                self._heard[msgspec.json.decode(said.result, type=Accepted).job] = hear
        if queue is not None:
            queue.put(said)


class _Told(Exception):
    """The agent let this client go."""

    def __init__(self, error: CyberlibError) -> None:
        super().__init__(error.code)
        self.error = error
