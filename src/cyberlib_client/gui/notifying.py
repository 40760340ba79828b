"""What is worth a word beside the clock: each thing once for as long as it lasts, and no names of files."""

from __future__ import annotations

from collections.abc import Callable

from ..app.agent.messages import Begun, Ended, raised
from ..app.reports import ReportHealth
from ..app.wording.language import say
from ..app.wording.report_words import COMMANDS, word
from .words import bare, error, reason

_TELLING = frozenset(("late", "old_backup", "disk_not_plugged", "copy_old", "copy_never", "ransomware_alarm"))
"""Told though nothing is in danger yet; what is in danger is always told."""


class Notifier:
    """`tell`: shows a sentence, grave or not."""

    def __init__(self, tell: Callable[[str, bool], object]) -> None:
        self._tell = tell
        self._standing: frozenset[str] | None = None
        self._jobs: dict[int, str] = {}
        self._failed: dict[str, str] = {}

    def health(self, told: ReportHealth) -> None:
        """How the machine is now. What was so when the window came is on its home page: not told."""
        worth = [each for each in told.reasons if each.weight == "danger" or each.code in _TELLING]
        before, self._standing = self._standing, frozenset(each.code for each in worth)
        if before is None:
            return
        for each in worth:
            if each.code not in before:
                self._tell(reason(each).title, each.weight == "danger")

    def happened(self, job: int, event: object) -> None:
        """What the agent does. A job that fails again for the same reason is not told again."""
        if isinstance(event, Begun):
            self._jobs[job] = event.command
            return
        if not isinstance(event, Ended):
            return
        command = self._jobs.pop(job, "backup")
        if event.error is None:
            self._failed.pop(command, None)
            if command == "drill" and event.exit == 0:
                self._tell(say("Restauration d’essai réussie.", "The trial restore went well."), False)
            return
        if event.error.kind == "Stopped" or self._failed.get(command) == event.error.code:
            return
        self._failed[command] = event.error.code
        name = word(COMMANDS, command).capitalize()
        self._tell(say(f"{name} : échec. {_why(event)}", f"{name} failed. {_why(event)}"), True)


def _why(event: Ended) -> str:
    """Without the places and names that an error may have."""
    return error(bare(raised(event.error))).title if event.error is not None else ""
