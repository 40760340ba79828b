"""The customer's side of a meeting: offered, joined, answered step by step, ended by whoever is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Literal

from ...core.errors import CyberlibError, Refused, Unreachable
from ...core.guidance import cards
from ...core.guidance.meeting import Meeting
from ...core.guidance.messages import STEPS, Leave, Step
from ...core.ports import CancelToken
from ...state.profile import Profile
from ...transports.host import guidance as wire
from ...transports.host.client import HostClient
from .. import bootstrap
from ..paths import fit
from .answering import Answering, Confirmed, Opens
from .posting import Outbox
from .standing import Standing
from .told import GuidedTold

SECONDS: Final = 3600
_LAST_WORDS: Final = 3.0
_AGAIN: Final = 1.0

Decision = Literal["allow", "deny", "back", "yes", "no", "stop"]


class Guided:
    """One meeting. `run` works in its thread until it is over; all else may be called from any other and
    waits for nothing. `opens`: for what support asks to see; `tell`: hears of each change;
    `token`: stops it, and is set once it is over."""

    def __init__(
        self,
        profile: Profile,
        client: HostClient,
        opens: Opens,
        tell: Callable[[GuidedTold], None],
        seconds: int = SECONDS,
        token: CancelToken | None = None,
    ) -> None:
        self._client, self._opens = client, opens
        self.words = cards.new_words(bootstrap.random)
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self._meeting: Meeting | None = None
        self._token = token or CancelToken()
        self._over = threading.Event()
        self._ending = threading.Lock()
        self._standing = Standing(profile, self.words, seconds, tell)
        self._outbox: Outbox | None = None
        self._answering: Answering | None = None
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
        self._answering = Answering(meeting, self._outbox, self._standing, self._opens, self._token)
        threading.Thread(target=self._listen, args=(end,), name="guidance-hears", daemon=True).start()
        try:
            self._serve(self._answering)
        finally:
            self._finish("stopped")
            self._outbox.close(_LAST_WORDS)
            self._leave(end)
        return self.told

    # ---- what whoever is there decides --------------------------------------------------------------

    def decide(self, what: Decision, number: int = -1, to: str | None = None) -> None:
        """By a word: `allow` the next step, `deny` what was asked for, take the last step `back`, `yes` or
        `no` to the proposal of this number, `stop`. Raises what the methods below raise."""
        granted = self.told.granted
        if what == "allow" and len(granted) < len(STEPS):
            self.grant(STEPS[len(granted)])
        elif what == "back" and granted:
            self.withdraw(granted[-1])
        elif what == "deny":
            self.refuse()
        elif what == "yes":
            self.confirm(number, to)
        elif what == "no":
            self.decline(number)
        elif what == "stop":
            self.stop()

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
        self._at_work.put(Confirmed(proposal, to))

    def decline(self, number: int) -> None:
        """Not this proposal. Raises as `confirm`."""
        self._standing.take_proposal(number, "declined")
        self._at_work.refuse(number)

    def stop(self) -> None:
        """For good, at once: nothing more is looked up, answered or restored."""
        self._finish("stopped")

    # ---- how it goes ---------------------------------------------------------------------------------

    def _running(self) -> Meeting:
        if self._meeting is None or self._over.is_set():
            raise Refused("guidance_over")
        return self._meeting

    @property
    def _at_work(self) -> Answering:
        if self._answering is None:
            raise Refused("guidance_over")
        return self._answering

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
        known_as = "" if there.helper == found[0] else fit(there.helper)
        self._standing.note("joined", found[0], state="joined", helper=found[0], known_as=known_as)

    def _take(self, sealed: bytes) -> None:
        request = self._running().take(sealed, time.monotonic())
        if isinstance(request, Leave):
            self._finish("left")
            return
        self._at_work.put(request)

    def _serve(self, answering: Answering) -> None:
        try:
            while not self._over.is_set():
                if self._token.cancelled:
                    self._finish("stopped")
                elif time.monotonic() >= self._ends:
                    self._finish("expired")
                else:
                    answering.one()
        finally:
            answering.close()

    def _say(self, seal: Callable[[], bytes | None]) -> None:
        assert self._outbox is not None
        self._outbox.put(seal)

    def _leave(self, end: wire.CustomerEnd) -> None:
        """The host forgets sooner; where it is away it finds out by itself."""
        try:
            end.end()
        except CyberlibError:
            return
