"""Where the words of agent and clerk become Qt's signals: here alone. All of it happens in threads; what is
heard comes to the window's own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from subprocess import Popen
from typing import Any, Final

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from ..app.agent.client import AgentClient, agent_of
from ..app.agent.messages import Accepted, Begun, Changed, Ended, Event, Job
from ..app.agent.status import StatusInfo
from ..app.bootstrap import profile_at
from ..app.brought import Brought
from ..app.clerk import questions as q
from ..app.clerk.asking import Question
from ..app.clerk.client import ClerkClient, error_of
from ..app.clerk.questions_keys import LockWanted
from ..core.errors import CyberlibError, Failed

_LOOK: Final = 5.0
"""Seconds between two looks at how the agent is; what happens is heard at once."""
_AGAIN: Final = 2.0
"""Seconds until an agent that is not there is looked for again."""
_GLANCES: Final = 10
"""Looks within that time at whether somebody has work for it: then it is looked for at once."""

_PATIENCE: Final = 10.0
"""Seconds that an agent has for each answer."""
_BEGINS: Final = 40.0
"""Seconds in which one that is started is there, on a slow machine that has just been switched on."""
_LOST: Final = ("agent_gone", "agent_stuck")

Then = Callable[[Any], None]


class _Waiting:
    """A question and who waits for what. `again`: asks it once more, as it was."""

    def __init__(self, kind: Any, then: Then, failed: Then | None, part: Then | None, stands: Then | None):
        self.kind, self.then, self.failed, self.part, self.stands = kind, then, failed, part, stands
        self.again: Callable[[], object] = lambda: None


def _is_there(then: Then) -> bool:
    """Whether what would take an answer has not been removed from the window meanwhile."""
    while isinstance(then, partial):
        then = then.func
    owner = getattr(then, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)


class Bridge(QObject):
    """One for a window. `clerk`: one that was started already. `status`: StatusInfo, or None while no agent
    is there; `happened`: number of a job and its event; `agent_failed`, `failed`: an error that nobody else
    takes; `noticed`: number of a question and what is to be seen while it is at work; `over`: it came to
    its end."""

    status = Signal(object)
    noticed = Signal(int, object)
    over = Signal(int)
    happened = Signal(int, object)
    failed = Signal(object)
    _heard = Signal(int, object)
    _placed = Signal(object, object)

    def __init__(self, folder: str | None, clerk: Popen[bytes] | None = None) -> None:
        super().__init__()
        self.profile = profile_at(folder)
        self.agent: StatusInfo | None = None
        self._clerk = ClerkClient(self.profile, clerk)
        self._waiting: dict[int, _Waiting] = {}
        self._orders: SimpleQueue[Callable[[AgentClient], object]] = SimpleQueue()
        self.who_is_there: Callable[[CyberlibError, Callable[[], object], Then], bool] | None = None
        self._refused = ""
        self._wanted_since: float | None = None
        self._at_work = False
        self._closing = threading.Event()
        # Queued: a clerk that cannot be started says so before its question has a number.
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._placed.connect(lambda hear, told: hear(told))
        self.status.connect(self._keep)
        self.happened.connect(self._look)
        self._link = threading.Thread(target=self._follow, daemon=True)

    def start(self) -> None:
        """From now on the agent is listened to."""
        self._link.start()

    def close(self) -> None:
        """Nobody listens any more."""
        self._closing.set()
        self._orders.put(lambda _client: None)
        self._waiting.clear()
        self._clerk.close()

    # ---- the clerk

    @property
    def waits(self) -> bool:
        """Whether something that was asked is not answered yet."""
        return bool(self._waiting)

    def ask(
        self,
        kind: type[Question],
        result: Any,
        then: Then,
        *,
        failed: Then | None = None,
        part: Then | None = None,
        stands: Then | None = None,
        **facts: Any,
    ) -> int:
        """Asks; `then` takes the answer as `result`, `failed` the error, `part` each part of a long list
        (`result` is that of a part then), `stands` a Progress. The number, for `cancel`."""
        # The answer comes as an event of this thread's: never before this has returned.
        waiting = _Waiting(result, then, failed, part, stands)

        def begin() -> int:
            number = self._clerk.ask(kind, self._tell, **facts)
            self._waiting[number] = waiting
            return number

        waiting.again = begin
        return begin()

    def cancel(self, number: int) -> None:
        """Nobody waits for it any more: nothing of it is heard."""
        if self._waiting.pop(number, None) is not None:
            self._clerk.cancel(number)

    def stop(self, number: int) -> None:
        """It stops at a good point; how it ended is still heard."""
        self._clerk.cancel(number)

    def lock(self, failed: Then) -> None:
        """Nothing of the vault is told until somebody gives its secret. What was asked before is not heard
        any more, but for what is being brought back."""
        for number, waiting in list(self._waiting.items()):
            if waiting.kind is not Brought:
                self.cancel(number)
        self.ask(LockWanted, None, lambda _nothing: None, failed=failed)

    def _tell(self, number: int, said: q.FromClerk | CyberlibError) -> None:
        if not self._closing.is_set():
            self._heard.emit(number, said)

    def _hear(self, number: int, said: object) -> None:
        last = isinstance(said, q.Answered | q.Refused | CyberlibError)
        waiting = self._waiting.pop(number, None) if last else self._waiting.get(number)
        if last:
            self.over.emit(number)
        if waiting is None or not _is_there(waiting.then):
            return
        match said:
            case q.Answered():
                kind = waiting.kind if waiting.part is None else Any
                waiting.then(msgspec.json.decode(said.result, type=kind))
            case q.Refused():
                self._take_refusal(waiting, error_of(said))
            case CyberlibError():
                (waiting.failed or self.failed.emit)(said)
            case q.Part() if waiting.part is not None:
                waiting.part(msgspec.json.decode(said.result, type=waiting.kind))
            case q.Noticed():
                self.noticed.emit(number, said.notice)
            case q.Stands() if waiting.stands is not None:
                waiting.stands(said.progress)

    def _take_refusal(self, waiting: _Waiting, error: CyberlibError) -> None:
        """Where the host asks who is there, whoever is may say so, and it is asked again."""
        failed = waiting.failed or self.failed.emit
        if self.who_is_there is None or not self.who_is_there(error, waiting.again, failed):
            failed(error)

    # ---- the agent

    def order(self, what: Callable[[AgentClient], object]) -> None:
        """Has the agent do something, such as `lambda agent: agent.resume()`; what it refuses is `failed`."""
        self._orders.put(what)

    def begin(self, job: Job) -> None:
        """Has the agent do a job; `happened` tells of it."""
        self.order(lambda agent: agent.start(job))

    def place(self, job: Job, then: Callable[[Accepted], None], failed: Then) -> None:
        """As `begin`; `then` takes its number, or `failed` why it is not done."""

        def ask(agent: AgentClient) -> None:
            try:
                accepted = agent.start(job)
            except CyberlibError as error:
                self._placed.emit(failed, error)
                if error.code in _LOST:
                    raise
            else:
                self._placed.emit(then, accepted)

        self.order(ask)

    def _keep(self, status: StatusInfo | None) -> None:
        died = status is None and self._at_work and not self._closing.is_set()
        self.agent = status
        job = status.job if status is not None else None
        self._at_work = job is not None and job.command != "restore"  # of which who asked for it tells
        if died:
            self.failed.emit(Failed("agent_died"))

    def _look(self, _job: int, event: Event) -> None:
        if isinstance(event, Ended):
            self._at_work = False  # it came to its end before the agent came to its own

    def _follow(self) -> None:
        while not self._closing.is_set():
            try:
                client = agent_of(self.profile, self._happened, _PATIENCE)
                if client is None:
                    self.status.emit(None)
                    self._wait_for_one()
                else:
                    with client:
                        client.follow()
                        self._serve(client)
            except CyberlibError as error:
                self.status.emit(None)
                if error.code != "agent_gone":
                    self._refuse(error)
                else:
                    self._wait_for_one()
            for _ in range(_GLANCES):
                if self._closing.wait(_AGAIN / _GLANCES) or not self._orders.empty():
                    break  # whoever waits for something to be done has just started one

    def _wait_for_one(self) -> None:
        """What is wanted of an agent is not wanted for ever: whoever pressed the button hears of it."""
        if self._orders.empty():
            self._wanted_since = None
        elif self._wanted_since is None:
            self._wanted_since = time.monotonic()
        elif time.monotonic() - self._wanted_since > _BEGINS:
            self._wanted_since = None
            self._refuse(Failed("agent_gone"))

    def _refuse(self, error: CyberlibError) -> None:
        """Tells why the agent cannot be spoken with: once, and again to whoever wanted something of it."""
        wanted = False
        with contextlib.suppress(Empty):
            while True:
                self._orders.get_nowait()
                wanted = True
        if wanted or error.code != self._refused:
            self._refused = error.code
            self.failed.emit(error)

    def agent_failed(self, error: CyberlibError) -> None:
        """One that was started is over before it was at work: nobody is left to do what it was wanted for.
        From any thread."""
        if self._closing.is_set():
            return
        if error.code != "agent_running":
            self._refuse(error)
        elif self._refused == "agent_stuck":
            self.failed.emit(Failed("agent_stuck", **error.facts))

    def _serve(self, client: AgentClient) -> None:
        self._refused = ""
        while not self._closing.is_set():
            self.status.emit(client.status())
            try:
                what = self._orders.get(timeout=_LOOK)
            except Empty:
                continue
            try:
                what(client)
            except CyberlibError as error:
                if error.code in _LOST:
                    raise
                self.failed.emit(error)

    def _happened(self, job: int, event: Event) -> None:
        if not self._closing.is_set():
            self.happened.emit(job, event)
            if isinstance(event, Begun | Changed | Ended):
                self._orders.put(lambda _client: None)  # look at once
