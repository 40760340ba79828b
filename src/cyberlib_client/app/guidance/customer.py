"""The customer's side of a meeting: offered, joined, answered step by step, ended by whoever is there."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from ...core.errors import CyberlibError, Refused, Stopped, Unreachable
from ...core.guidance import cards
from ...core.guidance.grants import step_of
from ...core.guidance.meeting import Meeting
from ...core.guidance.messages import (
    AskFind,
    AskIncidents,
    AskNames,
    AskSnapshots,
    AskState,
    Leave,
    Lines,
    No,
    Proposal,
    Propose,
    Request,
    Step,
)
from ...core.ports import CancelToken
from ...state.profile import Profile
from ...transports.host import guidance as wire
from ...transports.host.client import HostClient
from .. import bootstrap
from ..restoring import Wanted, run_restore
from ..session import Session
from .desk import Desk
from .posting import Outbox
from .standing import Standing
from .told import Done, GuidedTold, ProposalTold

SECONDS: Final = 3600
_LAST_WORDS: Final = 3.0
_LOOK: Final = 0.2
_AGAIN: Final = 1.0
_MOST_WAITING: Final = 16
_MOST_LINES: Final = 500
_WHAT: Final = 300

Opens = Callable[[CancelToken], Session]
"""A session with the vault, whose work the token stops."""


_DONE: Final[dict[type[Request], Done]] = {
    AskState: "state",
    AskIncidents: "incidents",
    AskSnapshots: "snapshots",
    AskNames: "names",
    AskFind: "find",
}


class _Confirmed(msgspec.Struct, frozen=True):
    proposal: ProposalTold
    to: str | None


class Guided:
    """One meeting. `run` works in its thread until it is over; all else may be called from any other and
    waits for nothing. `opens`: for what support asks to see; `tell`: hears of each change."""

    def __init__(
        self,
        profile: Profile,
        client: HostClient,
        opens: Opens,
        tell: Callable[[GuidedTold], None],
        seconds: int = SECONDS,
    ) -> None:
        self._client, self._opens = client, opens
        self.words = cards.new_words(bootstrap.random)
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._meeting: Meeting | None = None
        self._token = CancelToken()
        self._work: queue.Queue[Request | _Confirmed] = queue.Queue(_MOST_WAITING)
        self._over = threading.Event()
        self._ending = threading.Lock()
        self._standing = Standing(profile, self.words, seconds, tell)
        self._outbox: Outbox | None = None
        self._joined = False

    @property
    def told(self) -> GuidedTold:
        """How it stands now."""
        return self._standing.told

    def run(self) -> GuidedTold:
        """Until it is over. Raises what opening it at the host raises; what ends it later is told."""
        code = cards.code_of(self.words)
        end = wire.CustomerEnd(self._client, code.meeting)
        self._meeting = meeting = Meeting(code, self._seconds, time.monotonic(), bootstrap.random)
        self._ends = time.monotonic() + self._seconds
        end.open(meeting.offer, self._seconds)
        self._standing.begin(code.meeting[:16], self._ends)
        self._outbox = Outbox(end, self._standing.away, self._failed)
        threading.Thread(target=self._listen, args=(end,), name="guidance-hears", daemon=True).start()
        try:
            self._serve()
        finally:
            self._finish("stopped")
            self._outbox.close(_LAST_WORDS)
            self._leave(end)
        return self.told

    # ---- what whoever is there decides --------------------------------------------------------------

    def grant(self, step: Step) -> None:
        """One step more. Raises Refused("guidance_over"), ("guidance_alone"),
        UsageError("guidance_step_order", state=…)."""
        meeting = self._running()
        self._say(lambda: meeting.grant(step, time.monotonic()))
        self._standing.note("granted", step, granted=meeting.granted, wanted="")

    def withdraw(self, step: Step) -> None:
        """A step and those after it taken back. Raises as `grant`."""
        meeting = self._running()
        self._say(lambda: meeting.withdraw(step, time.monotonic()))
        self._standing.note("withdrawn", step, granted=meeting.granted)

    def refuse(self) -> None:
        """Not the step that support asked for."""
        wanted = self._standing.told.wanted
        if wanted:
            self._standing.note("refused", wanted, wanted="")

    def confirm(self, number: int, to: str | None = None) -> None:
        """The proposal of this number is restored: to a folder, or where things were. Nothing that exists is
        replaced. Raises UsageError("guidance_no_proposal")."""
        proposal = self._standing.take_proposal(number, "confirmed", restoring=True)
        self._put(_Confirmed(proposal, to))

    def decline(self, number: int) -> None:
        """Not this proposal. Raises as `confirm`."""
        self._standing.take_proposal(number, "declined")
        self._proposal(number, "refused")

    def stop(self) -> None:
        """For good, at once: nothing more is looked up, answered or restored."""
        self._finish("stopped")

    # ---- how it goes ---------------------------------------------------------------------------------

    def _running(self) -> Meeting:
        if self._meeting is None or self._over.is_set():
            raise Refused("guidance_over")
        return self._meeting

    def _finish(self, reason: str) -> None:
        """`reason`: as in `GuidedTold.ended`."""
        with self._ending:
            if self._over.is_set():
                return
            self._over.set()
        self._token.cancel("user")
        meeting, outbox = self._meeting, self._outbox
        if meeting is not None and outbox is not None:
            said = reason if reason in ("stopped", "expired", "left") else "stopped"
            outbox.last(lambda: meeting.end(said))  # type: ignore[arg-type]
        self._standing.end(reason)  # last: what is told of it must hold

    def _failed(self, error: CyberlibError) -> None:
        self._finish("left" if error.code == "host_meeting_over" else error.code)

    def _listen(self, end: wire.CustomerEnd) -> None:
        try:
            self._hear(end)
        finally:
            self._finish("internal_error")  # a fault of ours must not look like a meeting that goes on

    def _hear(self, end: wire.CustomerEnd) -> None:
        """What comes from the host, until it is over."""
        heard = 0
        while not self._over.is_set():
            try:
                there = end.hear(heard, joined=self._joined)
                self._standing.away("")
                if there.joining and not self._joined:
                    self._join(there)
                for each in there.said:
                    if each.number == heard:
                        self._take(end.content(each))
                        heard += 1
                if there.state == "over" and not there.said:
                    expired = time.monotonic() >= self._ends - 1
                    self._finish("expired" if expired else "left")
                    return
            except Unreachable as error:
                self._standing.away(error.code)
                self._over.wait(_AGAIN)
            except CyberlibError as error:
                self._finish(error.code)
                return

    def _join(self, there: wire.Meeting) -> None:
        meeting = self._running()
        found: list[str] = []

        def seal() -> bytes:
            name, steps = meeting.join(there.joining.encode(), time.monotonic())
            found.append(name)
            return steps

        self._say(seal)
        self._joined = True
        known_as = "" if there.helper == found[0] else there.helper
        self._standing.note("joined", found[0], state="joined", helper=found[0], known_as=known_as)

    def _take(self, sealed: bytes) -> None:
        request = self._running().take(sealed, time.monotonic())
        if isinstance(request, Leave):
            self._finish("left")
            return
        self._put(request)

    def _put(self, work: Request | _Confirmed) -> None:
        """Who asks faster than is answered waits."""
        while not self._over.is_set():
            try:
                self._work.put(work, timeout=_LOOK)
                return
            except queue.Full:
                continue

    def _serve(self) -> None:
        desk: Desk | None = None
        session: Session | None = None
        try:
            while not self._over.is_set():
                if time.monotonic() >= self._ends:
                    self._finish("expired")
                    return
                try:
                    work = self._work.get(timeout=_LOOK)
                except queue.Empty:
                    continue
                if self._refused(work):
                    continue
                if session is None or desk is None:
                    session = self._opens(self._token)
                    desk = Desk(session)
                if isinstance(work, _Confirmed):
                    self._restore(session, work)
                else:
                    self._answer(desk, work)
        finally:
            if session is not None:
                session.closing.close()

    def _refused(self, work: Request | _Confirmed) -> bool:
        """Whether a request was refused before anything was looked up for it."""
        if isinstance(work, _Confirmed):
            return False
        try:
            self._running().check(work, time.monotonic())
        except Refused as error:
            step = step_of(work)
            if step is not None and error.code == "guidance_not_granted":
                self._standing.note("refused", step, wanted=step)
            self._no(work.number, error.code)
            return True
        return False

    def _answer(self, desk: Desk, request: Request) -> None:
        meeting = self._running()
        try:
            if isinstance(request, Propose):
                self._propose(desk, request)
                return
            answer = desk.answer(request)
            self._say(lambda: meeting.answer(request, answer, time.monotonic()))
        except Stopped:
            return
        except CyberlibError as error:
            self._no(request.number, error.code)
        else:
            shown = answer.lines if isinstance(answer, Lines) else answer.rows
            self._standing.note(_DONE[type(request)], _what(request), len(shown))

    def _propose(self, desk: Desk, request: Propose) -> None:
        if self._standing.told.proposal is not None or self._standing.told.restoring:
            raise Refused("guidance_proposal_waits")
        found = desk.look_at(request)
        self._running().check(request, time.monotonic())
        self._standing.note("proposed", count=found.files, proposal=found)
        self._proposal(request.number, "shown", found.files, found.bytes)

    def _restore(self, session: Session, work: _Confirmed) -> None:
        proposal = work.proposal
        self._proposal(proposal.number, "running", proposal.files, proposal.bytes)
        items = [f"{proposal.snapshot}:{path}" for path in proposal.paths]
        try:
            done = run_restore(session, Wanted(items, work.to))
        except Stopped:
            self._standing.note("restore_failed", "stopped", restoring=False)
        except CyberlibError as error:
            self._standing.note("restore_failed", error.code, restoring=False)
            self._proposal(proposal.number, "failed")
        else:
            failed = bool(done.failed)
            self._standing.note(
                "restore_failed" if failed else "restored", done.to, done.files, restoring=False
            )
            self._proposal(proposal.number, "failed" if failed else "done", done.files, done.bytes)

    def _say(self, seal: Callable[[], bytes | None]) -> None:
        assert self._outbox is not None
        self._outbox.put(seal)

    def _no(self, number: int, code: str) -> None:
        meeting = self._meeting
        assert meeting is not None
        if not self._over.is_set():
            self._say_if_running(lambda: meeting.tell(No(number, code), time.monotonic()))

    def _proposal(self, number: int, state: str, files: int = 0, size: int = 0) -> None:
        meeting = self._meeting
        assert meeting is not None
        told = Proposal(number, state, files, size)  # type: ignore[arg-type]
        self._say_if_running(lambda: meeting.tell(told, time.monotonic()))

    def _say_if_running(self, seal: Callable[[], bytes]) -> None:
        try:
            self._say(seal)
        except Refused:
            return  # stopped meanwhile: nothing is said any more

    def _leave(self, end: wire.CustomerEnd) -> None:
        """The host forgets sooner; where it is away it finds out by itself."""
        try:
            end.end()
        except CyberlibError:
            return


def _what(request: Request) -> str:
    if isinstance(request, AskNames):
        return request.path
    return request.text if isinstance(request, AskFind) else ""
