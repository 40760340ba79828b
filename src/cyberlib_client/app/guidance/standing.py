"""How a meeting stands at the customer's machine, and its log: for whoever looks on, and kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from ...core.errors import UsageError
from ...state.guidance_log import LoggedLine, add_guidance_log
from ...state.profile import Profile
from .. import bootstrap
from ..times import iso_time
from .told import Done, GuidedLine, GuidedTold, ProposalTold

_MOST_LINES: Final = 500
_WHAT: Final = 300


class Standing:
    """Safe to use from several threads. `tell`: hears of each change, one after the other."""

    def __init__(
        self, profile: Profile, words: list[str], seconds: int, tell: Callable[[GuidedTold], None]
    ) -> None:
        self._profile, self._tell = profile, tell
        self._lock = threading.RLock()
        self._told = GuidedTold("waiting", words, "", "", [], "", seconds, None, False, "", "", [])
        self._ident = ""
        self._ends = time.monotonic() + seconds

    def begin(self, ident: str, ends: float) -> None:
        """It is offered, under what the host calls it; until then by the steady clock."""
        self._ident, self._ends = ident, ends
        self.note("opened")

    @property
    def told(self) -> GuidedTold:
        """How it stands now."""
        with self._lock:
            left = 0 if self.over else max(0, int(self._ends - time.monotonic()))
            return msgspec.structs.replace(self._told, left=left)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._told.state == "over"

    def end(self, reason: str) -> None:
        """It is over."""
        left: dict[str, Any] = {"proposal": None, "wanted": "", "granted": [], "away": ""}
        self.note("ended", reason, state="over", ended=reason, **left)

    def away(self, code: str) -> None:
        """The host is not reached, because of this; or, with "", it is again."""
        with self._lock:
            if code != self._told.away and not self.over:
                self.note("away" if code else "back", code, away=code)

    def take_proposal(self, number: int, done: Done, **changed: Any) -> ProposalTold:
        """The one that waits, which then waits no more. UsageError("guidance_no_proposal")."""
        with self._lock:
            proposal = self._told.proposal
            if proposal is None or proposal.number != number or self.over:
                raise UsageError("guidance_no_proposal")
            self.note(done, count=proposal.files, proposal=None, **changed)
            return proposal

    def note(self, done: Done, what: str = "", count: int = 0, **changed: Any) -> None:
        """A line in the log, and what changed with it."""
        with self._lock:
            line = GuidedLine(iso_time(bootstrap.clock()), done, what[:_WHAT], count)
            log = [*self._told.log, line][-_MOST_LINES:]
            self._told = msgspec.structs.replace(self._told, log=log, **changed)
            helper = self._told.helper
            kept = LoggedLine(line.time, "customer", self._ident, done, line.what, count, helper)
            add_guidance_log(self._profile, [kept])
            self._tell(self.told)
