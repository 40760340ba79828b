"""What support is shown of a machine: its state without names, then names, never content."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from ...core.errors import UsageError
from ...core.guidance.messages import (
    AskFind,
    AskIncidents,
    AskNames,
    AskSnapshots,
    AskState,
    Lines,
    NameRow,
    Names,
    Propose,
    Request,
    SnapshotRow,
    Snapshots,
)
from .. import bootstrap, browsing
from ..diagnosis import collecting
from ..diagnosis.redacting import Redactor
from ..listed import EntryInfo
from ..paths import fit, native
from ..restoring import Wanted, run_restore
from ..session import Session
from ..snapshot_list import snapshots
from .told import ProposalTold

_MOST: Final = 200
_LONGEST: Final = 200
_MOST_BYTES: Final = 48 * 1024
"""Of the rows of an answer: with its frame it has to go into one message."""

_KINDS: Final = {"file": "file", "directory": "folder"}


class Desk:
    """For one meeting: what stands for a name in the state is the same all over it, and means nothing in
    another one. `session`: with the vault, where it opens."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._redactor = Redactor(bootstrap.random(32))

    def answer(self, request: Request) -> Lines | Snapshots | Names:
        """What a request that was granted gets. Raises what looking into the vault raises."""
        if isinstance(request, AskState):
            parts = {
                "program": collecting.program,
                "status": collecting.status,
                "agent": collecting.agent,
                "settings": collecting.settings,
            }
            return self._lines(request.number, parts)
        if isinstance(request, AskIncidents):
            return self._lines(request.number, {"history": collecting.history})
        if isinstance(request, AskSnapshots):
            return self._snapshots(request.number)
        if isinstance(request, AskNames):
            return self._names(request)
        if isinstance(request, AskFind):
            return self._found(request)
        raise UsageError("guidance_unknown")

    def look_at(self, proposed: Propose) -> ProposalTold:
        """What a proposal would restore. Raises what a restore raises."""
        items = [f"{proposed.snapshot}:{path}" for path in proposed.paths]
        done = run_restore(self._session, Wanted(items, None, dry_run=True))
        return ProposalTold(
            proposed.number,
            done.snapshot,
            done.time,
            list(proposed.paths),
            [fit(native(path, done.system) or path) for path in proposed.paths],
            done.files,
            done.bytes,
            done.identical,
        )

    def _lines(self, number: int, parts: Mapping[str, collecting.Collect]) -> Lines:
        found: list[str] = []
        for name, collect in parts.items():
            try:
                value = collect(self._session, self._redactor)
            except Exception as error:  # noqa: BLE001 (the other parts are told all the same)
                value = {"error": self._redactor.error(error)}
            if name == "status" and isinstance(value, dict):
                value.pop("calendar", None)
            if name == "history" and isinstance(value, dict):
                value = _latest_first(value)
            found += _flat(value, name)
        return Lines(number, [line[:_LONGEST] for line in found[:_MOST]])

    def _snapshots(self, number: int) -> Snapshots:
        listed = sorted(snapshots(self._session), key=lambda each: each.time, reverse=True)
        rows = [SnapshotRow(each.id, each.time, each.files) for each in listed[:_MOST]]
        return Snapshots(number, rows)

    def _names(self, request: AskNames) -> Names:
        wanted = f"{request.snapshot}:{request.path}" if request.path else request.snapshot
        listed = browsing.entries(self._session, wanted)
        return _page(request.number, _after(request.after, listed))

    def _found(self, request: AskFind) -> Names:
        found = browsing.find(self._session, request.text, only=request.snapshot)
        return _page(request.number, (each.entry for each in found))


def _after(path: str, listed: Iterable[EntryInfo]) -> Iterator[EntryInfo]:
    """Those that come after the one of this path; a snapshot does not change between two pages."""
    found = not path
    for each in listed:
        if found:
            yield each
        found = found or each.path == path


def _page(number: int, entries: Iterable[EntryInfo]) -> Names:
    """As many as go into one answer, and whether there are others."""
    rows: list[NameRow] = []
    room = _MOST_BYTES
    for each in entries:
        row = NameRow(each.path, _KINDS.get(each.kind, "other"), each.size or 0, each.modified)  # type: ignore[arg-type]
        room -= len(msgspec.json.encode(row))
        if len(rows) == _MOST or room < 0:
            return Names(number, rows, more=True)
        rows.append(row)
    return Names(number, rows, more=False)


def _latest_first(history: dict[str, Any]) -> dict[str, Any]:
    return {name: list(reversed(each))[:20] for name, each in history.items() if isinstance(each, list)}


def _flat(value: Any, name: str) -> Iterator[str]:
    """`a.b: value`, a line for each value; short records of a list are one line."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}")
    elif isinstance(value, list):
        for place, each in enumerate(value):
            if isinstance(each, dict):
                told = ", ".join(f"{k}={v}" for k, v in each.items() if v not in (None, "", [], {}))
                yield f"{name}[{place}]: {told}"
            else:
                yield from _flat(each, f"{name}[{place}]")
    elif value not in (None, ""):
        yield f"{name}: {value}"
