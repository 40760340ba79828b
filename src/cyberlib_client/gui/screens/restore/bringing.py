"""A restore on its way: by the agent, so that it goes on without the window; by the clerk where the agent has
something else to do, or cannot open the vault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from ....app.agent.client import AgentClient
from ....app.agent.messages import Accepted, Ended, ProgressTold, RestoreJob, raised
from ....app.agent.status import StatusInfo
from ....app.brought import Brought
from ....app.clerk import questions as q
from ....core.errors import CyberlibError, Failed, NeedsUnlock
from ....core.events import Progress
from ...bridge import Bridge

Conflict = Literal["keep-both", "replace", "skip"]
_MOST: Final = 1000
"""Items of a job: its line is not to be too long for the agent."""


class Bringing:
    """One for a window. `stands` takes a Progress, `done` what came of it, `failed` an error."""

    def __init__(
        self,
        bridge: Bridge,
        stands: Callable[[Progress], None],
        done: Callable[[Brought], object],
        failed: Callable[[CyberlibError], object],
    ) -> None:
        self._bridge, self._stands = bridge, stands
        self._done, self._failed = done, failed
        self._job: RestoreJob | None = None
        self._number: int | None = None
        self._asked: int | None = None
        self._early: dict[int, Ended] = {}
        bridge.status.connect(self._look)

    @property
    def at_work(self) -> bool:
        """Whether something is being brought back."""
        return self._job is not None

    @property
    def needs_window(self) -> bool:
        """Whether what is at work ends with the window."""
        return self._asked is not None

    def begin(
        self, snapshot: str, items: Sequence[str], to: str, conflict: Conflict, *, copy: bool = False
    ) -> None:
        """Paths of a snapshot; to a folder, or for "" to where they came from. `copy`: not of the vault, but
        of the copy that the clerk reads, of which the agent knows nothing."""
        self._job = RestoreJob(snapshot, list(items), to, conflict)
        self._early.clear()
        agent = self._bridge.agent
        if not copy and agent is not None and agent.job is None and len(items) <= _MOST:
            self._bridge.place(self._job, self._placed, self._refused)
        else:
            self._by_clerk()

    def stop(self) -> None:
        """At a good point; how it ended is still heard."""
        number = self._number
        if self._asked is not None:
            self._bridge.stop(self._asked)
        elif number is not None:
            self._bridge.order(lambda agent: _stop(agent, number))

    def heard(self, job: int, event: object) -> None:
        """Something happened at the agent."""
        if self._job is None or self._asked is not None:
            return
        if self._number is None:
            if isinstance(event, Ended):
                self._early[job] = event  # it may end before its number is known here
        elif job == self._number:
            if isinstance(event, ProgressTold):
                self._stands(event.progress)
            elif isinstance(event, Ended):
                self._ended(event)

    def _placed(self, accepted: Accepted) -> None:
        self._number = accepted.job
        if accepted.ahead:  # somebody waits for a file: not behind a backup of hours
            self._bridge.order(lambda agent: _stop(agent, accepted.job))
            self._by_clerk()
        elif accepted.job in self._early:
            self._ended(self._early[accepted.job])

    def _refused(self, _error: CyberlibError) -> None:
        self._by_clerk()

    def _ended(self, event: Ended) -> None:
        if event.error is None:
            self._over()
            self._done(msgspec.json.decode(event.result, type=Brought))
        elif event.error.kind == NeedsUnlock.__name__:  # the passphrase is the clerk's alone
            self._by_clerk()
        else:
            self._over()
            self._failed(raised(event.error))

    def _look(self, status: StatusInfo | None) -> None:
        if status is None and self._job is not None and self._asked is None:
            self._over()
            self._failed(Failed("agent_died"))

    def _by_clerk(self) -> None:
        assert self._job is not None
        self._number = None
        self._asked = self._bridge.ask(
            q.RestoreAsked, Brought, self._brought, failed=self._unbrought, stands=self._stands,
            **msgspec.structs.asdict(self._job),
        )  # fmt: skip

    def _brought(self, told: Brought) -> None:
        self._over()
        self._done(told)

    def _unbrought(self, error: CyberlibError) -> None:
        self._over()
        self._failed(error)

    def _over(self) -> None:
        self._job = self._number = self._asked = None


def _stop(agent: AgentClient, number: int) -> None:
    agent.stop(number)
