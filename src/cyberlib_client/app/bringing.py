"""Files brought back at a window's request, by its clerk or by the agent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from .brought import MOST_ITEMS, Brought, BroughtItem
from .paths import shown
from .restoring import ConflictName, RestoreDone, Wanted, run_restore
from .session import Session

_BAD = ("refused", "failed")


def bring_back(session: Session, snapshot: str, items: Sequence[str], to: str, conflict: str) -> Brought:
    """Paths of a snapshot. Without `to`, to where they came from. Raises as `run_restore`."""
    wanted = Wanted([f"{snapshot}:{path}" for path in items], to or None, cast(ConflictName, conflict))
    told: list[tuple[bytes, str]] = []
    counted = [0]

    def each(path: bytes, outcome: str) -> None:
        counted[0] += 1
        if len(told) < MOST_ITEMS or outcome in _BAD:
            told.append((path, outcome))

    done = run_restore(session, wanted, each=each)
    return _brought(done, told[: 2 * MOST_ITEMS], counted[0])


def _brought(done: RestoreDone, told: Sequence[tuple[bytes, str]], count: int) -> Brought:
    why = {incident.path: incident for incident in done.incidents}
    items = []
    for path, outcome in sorted(told):
        text = shown(path)
        incident = why.get(text) if outcome in _BAD else None
        items.append(
            BroughtItem(text, outcome, incident.code, incident.detail)
            if incident is not None
            else BroughtItem(text, outcome)
        )
    return Brought(
        to=done.to,
        files=done.files,
        bytes=done.bytes,
        directories=done.directories,
        identical=done.identical,
        skipped=done.skipped,
        kept_both=done.kept_both,
        replaced=done.replaced,
        failed=done.failed,
        seconds=done.seconds,
        exit_code=done.exit_code,
        items=items,
        more=max(0, count - len(items)),
    )
