"""Bringing files back from a snapshot."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Final, Literal

import msgspec

from ..core.errors import UsageError
from ..core.events import Incident
from ..files.restore_names import NameRules
from ..repository.snapshots import Stored
from ..services.restore import Conflict, RestoreRequest, restore
from ..services.restore import Question as Question
from ..services.restore_tally import Each, RestoreResult
from . import bootstrap, stores
from .choosing import choose, snapshot_before, tell_absent, tell_newer
from .history import remembered
from .own_places import OwnPlace, own_places
from .paths import (
    inner_path,
    inner_pattern,
    lies_in,
    native_path,
    real,
    shown,
    shown_native,
    shown_text,
    split_snapshot,
)
from .session import Session
from .snapshot_list import absent_sources
from .times import iso_time
from .workplace import Fact, Notice

ConflictName = Literal["ask", "keep-both", "replace", "skip"]
NamesOf = Literal["windows", "macos"]
"""Whose rules for names apply, for a disk that goes to another machine; None: those of the target itself."""

RULES: Final[dict[NamesOf, NameRules]] = {
    "windows": NameRules(windows=True, text=True, fold_case=True),
    "macos": NameRules(text=True, fold_case=True, fold_form=True),
}
Asks = Callable[[Question], ConflictName]


class Mapped(msgspec.Struct, frozen=True):
    """A folder of the snapshot, and the folder here that stands for it."""

    source: str
    to: str


class Wanted(msgspec.Struct, frozen=True):
    """What to restore. `items`: `SNAPSHOT[:PATH]`, all of one snapshot. `to`: a folder below which paths are
    made again, or None for where they were, or where `mapped` says. `include`: patterns, none for all."""

    items: Sequence[str]
    to: str | None
    conflict: ConflictName = "keep-both"
    include: Sequence[str] = ()
    owner: bool = False
    acl: bool = False
    devices: bool = False
    names: NamesOf | None = None
    dry_run: bool = False
    mapped: Sequence[Mapped] = ()


class RestoreDone(msgspec.Struct, frozen=True):
    """How a restore ended, or with `dry_run` would end. `time` to `missing` tell which snapshot it was, as in
    `SnapshotInfo`. `to`: the folder, empty for where things were. `private`: folders that only lead to what
    is restored were made, for their owner alone: the vault has no times of them. `files` to `bytes`: written
    in this run, `kept_both` and `replaced` of them where something else stood. `identical`: items that were
    there already. `skipped`: where something else stands, left. `to_ask` (dry run): the user would be asked.
    `failed`: items not restored whole; `incidents` name them."""

    outcome: Literal["completed"]
    snapshot: str
    time: str
    device: str
    system: str
    sources: list[str]
    missing: list[str]
    to: str
    private: bool
    dry_run: bool
    files: int
    directories: int
    others: int
    bytes: int
    identical: int
    skipped: int
    kept_both: int
    replaced: int
    to_ask: int
    failed: int
    incidents: list[Incident]
    seconds: float

    @property
    def exit_code(self) -> int:
        """7 when what was stored is damaged, 3 when something else was not restored whole."""
        if any(incident.code == "content_damaged" for incident in self.incidents):
            return 7
        return 3 if self.failed else 0


def run_restore(
    session: Session, wanted: Wanted, ask: Asks | None = None, each: Each | None = None
) -> RestoreDone:
    """Restores; `ask` answers for conflict "ask", `each` is told what became of each item.

    Raises UsageError("bad_path") for a target that is no path, ("no_answer_conflict") when nobody can be
    asked, ("empty_pattern"), ("one_snapshot"), ("target_in_vault"), as `own_places`, what unlocking raises,
    and what `services.restore` raises.
    """
    if wanted.to is not None:
        native_path(wanted.to)  # a variable of a script that was never set: not the current folder
    if "" in wanted.include:
        raise UsageError("empty_pattern")
    if wanted.conflict == "ask" and ask is None:
        raise UsageError("no_answer_conflict")
    if wanted.dry_run:
        return _done(wanted, *_run(session, wanted, ask, each))
    with remembered(session, "restore") as ended:
        done = _done(wanted, *_run(session, wanted, ask, each))
        ended(done.exit_code, snapshot=done.snapshot, files=done.files, bytes=done.bytes)
    return done


def _done(wanted: Wanted, result: RestoreResult, stored: Stored) -> RestoreDone:
    s = stored.snapshot
    return RestoreDone(
        outcome="completed",
        snapshot=stored.id,
        time=iso_time(s.time),
        device=shown_text(s.device.name),
        system=s.system,
        sources=[shown(path) for path in s.sources],
        missing=[shown(path) for path in absent_sources(stored)],
        to=shown_native(os.path.abspath(wanted.to)) if wanted.to is not None else "",
        # Rights of POSIX: Windows looks at others, and what a dry run would make is not made.
        private=result.private and not wanted.dry_run and not bootstrap.is_windows(),
        dry_run=wanted.dry_run,
        files=result.files,
        directories=result.directories,
        others=result.others,
        bytes=result.bytes,
        identical=result.identical,
        skipped=result.skipped,
        kept_both=result.kept_both,
        replaced=result.replaced,
        to_ask=result.to_ask,
        failed=result.failed,
        incidents=result.incidents,
        seconds=result.seconds,
    )


def _run(
    session: Session, wanted: Wanted, ask: Asks | None, each: Each | None
) -> tuple[RestoreResult, Stored]:
    for to in [wanted.to] if wanted.to is not None else [each.to for each in wanted.mapped]:
        _check_outside(to, session)
    names = {split_snapshot(item)[0] for item in wanted.items}
    if len(names) != 1:
        raise UsageError("one_snapshot")
    name = names.pop()
    stored = choose(session, name)
    paths = [inner_path(path) for _, path in map(split_snapshot, wanted.items)]
    if b"/" in paths:
        paths = []
    tell_newer(session, name, stored)
    tell_absent(session, name, stored, paths)
    result = RestoreResult()
    for place in _places(wanted, stored, paths):
        result.add(_restore_to(session, wanted, stored, place, ask, each))
    if result.failed and not (result.files or result.others or result.identical):
        _tell_earlier(session, stored)
    return result, stored


def _places(wanted: Wanted, stored: Stored, paths: list[bytes]) -> list[OwnPlace]:
    if wanted.to is not None:
        return [OwnPlace(b"", wanted.to, paths)]
    if not wanted.mapped:
        return own_places(stored, paths)
    bases = [(inner_path(each.source), each.to) for each in wanted.mapped]
    return [OwnPlace(base, to, [base]) for base, to in bases]


def _restore_to(
    session: Session, wanted: Wanted, stored: Stored, place: OwnPlace, ask: Asks | None, each: Each | None
) -> RestoreResult:
    request = RestoreRequest(
        stored,
        place.to,
        paths=place.paths,
        include=_include(wanted, stored),
        conflict=Conflict(wanted.conflict),
        ask=(lambda question: Conflict(ask(question))) if ask is not None else None,
        owner=wanted.owner,
        acl=wanted.acl,
        devices=wanted.devices,
        dry_run=wanted.dry_run,
        rules=RULES[wanted.names] if wanted.names else None,
        each=each,
        base=place.base,
    )
    return restore(
        session.vault,
        request,
        metadata=bootstrap.metadata(),
        volumes=bootstrap.volumes(),
        listener=session.listener,
        cancel=session.cancel,
    )


def _tell_earlier(session: Session, stored: Stored) -> None:
    """A notice of the snapshot before one that gave nothing back."""
    before = snapshot_before(session, stored)
    if before is not None:
        facts: dict[str, Fact] = {"snapshot": stored.id[:8], "before": before.id[:8]}
        session.notify(Notice("earlier_snapshot", {**facts, "time": iso_time(before.snapshot.time)}))


def _include(wanted: Wanted, stored: Stored) -> Sequence[str]:
    """Patterns on paths of the vault."""
    if stored.snapshot.system != "windows":
        return wanted.include
    return [inner_pattern(pattern) for pattern in wanted.include]


def _check_outside(to: str, session: Session) -> None:
    """Files among a vault's objects would be taken for damage."""
    vault = session.settings.vault
    for at in {session.place.at, vault.at if vault is not None else ""}:
        folder = stores.location_folder(at)
        if folder is not None and lies_in(real(to), real(folder)):
            raise UsageError("target_in_vault", at=to)
