"""What support asks, looked up and answered one after the other; and what was confirmed, restored."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Final, Literal

import msgspec

from ...core.errors import CyberlibError, Refused, Stopped
from ...core.guidance.grants import step_of
from ...core.guidance.meeting import Meeting
from ...core.guidance.messages import (
    AskFind,
    AskIncidents,
    AskNames,
    AskSnapshots,
    AskState,
    Lines,
    No,
    Proposal,
    Propose,
    Request,
)
from ...core.ports import CancelToken
from ..paths import fit
from ..restoring import Wanted, run_restore
from ..session import Session
from .desk import Desk
from .posting import Outbox
from .standing import Standing
from .told import Done, ProposalTold

LOOK: Final = 0.2
"""Seconds within which it is noticed that nothing more is to be done."""
_MOST_WAITING: Final = 16

Opens = Callable[[CancelToken], Session]
"""A session with the vault, whose work the token stops."""
_State = Literal["shown", "refused", "running", "done", "failed"]

_DONE: Final[dict[type[Request], Done]] = {
    AskState: "state",
    AskIncidents: "incidents",
    AskSnapshots: "snapshots",
    AskNames: "names",
    AskFind: "find",
}


class Confirmed(msgspec.Struct, frozen=True):
    """A proposal that is to be restored: to a folder, or where things were."""

    proposal: ProposalTold
    to: str | None


class Answering:
    """For one meeting. `put` and `refuse` may be called from any thread, `one` from its own."""

    def __init__(
        self, meeting: Meeting, outbox: Outbox, standing: Standing, opens: Opens, token: CancelToken
    ) -> None:
        self._meeting, self._outbox, self._standing = meeting, outbox, standing
        self._opens, self._token = opens, token
        self._work: queue.Queue[Request | Confirmed] = queue.Queue(_MOST_WAITING)
        self._desk: Desk | None = None
        self._session: Session | None = None

    def put(self, work: Request | Confirmed) -> None:
        """Who asks faster than is answered waits."""
        while not self._token.cancelled:
            try:
                self._work.put(work, timeout=LOOK)
                return
            except queue.Full:
                continue

    def refuse(self, number: int) -> None:
        """Tells that a proposal is not wanted."""
        self._proposal(number, "refused")

    def one(self) -> None:
        """Does the next, if there is one soon."""
        try:
            work = self._work.get(timeout=LOOK)
        except queue.Empty:
            return
        if isinstance(work, Confirmed):
            self._restore(work)
        elif self._may(work):
            self._answer(work)

    def close(self) -> None:
        """Ends what it holds open."""
        if self._session is not None:
            self._session.closing.close()

    def _open(self) -> tuple[Session, Desk]:
        if self._session is None or self._desk is None:
            self._session = self._opens(self._token)
            self._desk = Desk(self._session)
        return self._session, self._desk

    def _may(self, request: Request) -> bool:
        """Whether it is granted; before anything is looked up for it."""
        try:
            self._meeting.check(request, time.monotonic())
        except Refused as error:
            step = step_of(request)
            if step is not None and error.code == "guidance_not_granted":
                self._standing.note("refused", step, wanted=step)
            self._no(request.number, error.code)
            return False
        return True

    def _answer(self, request: Request) -> None:
        try:
            _, desk = self._open()
            if isinstance(request, Propose):
                self._propose(desk, request)
                return
            answer = desk.answer(request)
            self._outbox.put(lambda: self._meeting.answer(request, answer, time.monotonic()))
        except Stopped:
            return
        except CyberlibError as error:
            self._no(request.number, error.code)
        else:
            shown = answer.lines if isinstance(answer, Lines) else answer.rows
            self._standing.note(_DONE[type(request)], _what(request), len(shown))

    def _propose(self, desk: Desk, request: Propose) -> None:
        told = self._standing.told
        if told.proposal is not None or told.restoring:
            raise Refused("guidance_proposal_waits")
        found = desk.look_at(request)
        self._meeting.check(request, time.monotonic())
        self._standing.note("proposed", count=found.files, proposal=found)
        self._proposal(request.number, "shown", found.files, found.bytes)

    def _restore(self, work: Confirmed) -> None:
        proposal = work.proposal
        self._proposal(proposal.number, "running", proposal.files, proposal.bytes)
        items = [f"{proposal.snapshot}:{path}" for path in proposal.paths]
        try:
            done = run_restore(self._open()[0], Wanted(items, work.to))
        except Stopped:
            self._standing.note("restore_failed", "stopped", restoring=False)
        except CyberlibError as error:
            self._standing.note("restore_failed", error.code, restoring=False)
            self._proposal(proposal.number, "failed")
        else:
            ended: Done = "restore_failed" if done.failed else "restored"
            self._standing.note(ended, done.to, done.files, restoring=False)
            self._proposal(proposal.number, "failed" if done.failed else "done", done.files, done.bytes)

    def _no(self, number: int, code: str) -> None:
        self._say(lambda: self._meeting.tell(No(number, code), time.monotonic()))

    def _proposal(self, number: int, state: _State, files: int = 0, size: int = 0) -> None:
        told = Proposal(number, state, files, size)
        self._say(lambda: self._meeting.tell(told, time.monotonic()))

    def _say(self, seal: Callable[[], bytes]) -> None:
        try:
            self._outbox.put(seal)
        except Refused:
            return  # stopped meanwhile: nothing is said any more


def _what(request: Request) -> str:
    """In the log, which people read: support's words write no line of it."""
    if isinstance(request, AskNames):
        return fit(request.path)
    return fit(request.text) if isinstance(request, AskFind) else ""
