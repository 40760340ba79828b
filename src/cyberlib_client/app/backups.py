"""Running a backup of the profile's sources, or of paths named for once."""

from __future__ import annotations

import os
from typing import Literal

import msgspec

from .. import __version__
from ..core.events import Incident
from ..core.ids import object_name
from ..files.names import display
from ..repository.upkeep import put_back
from ..services.backup import BackupRequest, BackupResult, Changed, Source, backup
from ..services.suspects import UNKNOWN_PACK
from . import alarms, bootstrap, kit_reminder, stores
from .changed import checked, keep
from .device_identity import device_identity
from .frozen import Reading, reading
from .history import remembered, remembered_if_failed
from .hooks import HookRuns
from .incidents import Met
from .let_go import tell_let_go
from .listed import SnapshotInfo
from .machine_setup import setup_of
from .program import program
from .refused_elsewhere import Heeding
from .session import Session
from .snapshot_list import snapshot_info
from .sources import (
    Choice,
    OwnFolder,
    check_not_private,
    check_outside,
    chosen_sources,
    never_entered,
    own_folders_in,
)
from .workplace import Fact, Notice


class BackupDone(msgspec.Struct, frozen=True):
    """How a backup ended, compared with the last snapshot of each source: `metadata_files` differ in times,
    rights or attributes alone; `removed_files` are no longer there. A renamed file is a new and a removed
    one.

    `unread`: files and folders without a sound copy; `hooks_failed`: commands before and after that failed.
    When there are any of either the run is not green. `rolled_back`: the vault lacks a snapshot this machine
    had seen. `left_out`: folders of CyberLib's own in the sources. `incidents`: at most 1,000. `scope`:
    "partial" when only what had changed was looked at."""

    outcome: Literal["completed"]
    snapshot: SnapshotInfo
    metadata_files: int
    removed_files: int
    unchanged_files: int
    unread: int
    rolled_back: bool
    incidents: list[Incident]
    seconds: float
    left_out: list[OwnFolder]
    scope: Literal["full", "partial"]
    hooks_failed: int = 0

    @property
    def exit_code(self) -> int:
        """7 when the vault was put back to an earlier state, 3 when something has no sound copy, or a command
        failed."""
        return 7 if self.rolled_back else 3 if self.unread or self.hooks_failed else 0


def run_backup(session: Session, choice: Choice, changed: Changed | None = None) -> BackupDone:
    """Makes a snapshot. `changed`: see `changed.since_last`; everything is looked at when it does not fit.

    Raises UsageError("no_sources"), ("source_in_vault", path=…), ("source_private", path=…),
    ("source_special", path=…), ("bad_pattern"), Busy("profile_busy"), Failed("sources_missing"),
    ("hook_stopped", name=…, reason=…), ("hooks_exposed", at=…), Stopped, and what unlocking and the store
    raise.
    """
    place = session.place
    if session.trigger == "user" and (choice.paths or session.settings.sources):
        with remembered_if_failed(session, "backup"):
            session.unlock()  # before the lock: a prompt must not hold others up
    with bootstrap.lock(session.profile), remembered(session, "backup") as ended:
        sources = chosen_sources(session, choice)
        heeding = Heeding(session)
        sources = heeding.sources(sources)
        for source in sources:
            check_not_private(session, source)
            check_outside(source, place.at)
        partial = changed is not None
        with HookRuns(session, sources) as hooks, reading(session, sources, partial=partial) as read:
            result = _run(session, choice, sources, read, hooks, changed)
        alarms.after_backup(session, result, whole=not choice.paths)
        tell_let_go(session)
        kit_reminder.remind(session)
        heeding.tell()
        done = BackupDone(
            "completed",
            snapshot_info(result.snapshot),
            result.counts.metadata_files,
            result.counts.removed_files,
            result.counts.same_files,
            result.unread,
            bool(session.snapshots.lost),
            result.incidents,
            result.seconds,
            own_folders_in(session, sources),
            result.scope,
            sum(hook.failed for hook in result.snapshot.snapshot.hooks),
        )
        counts = result.statistics
        once = [display(source.path) for source in sources] if choice.paths else None
        ended(
            done.exit_code,
            Met(result.incidents, "full", once),  # a partial run tries all again that stood open
            unread=result.unread,
            scope="chosen" if choice.paths else result.scope,
            snapshot=result.snapshot.id,
            files=counts.files,
            bytes=counts.bytes,
            stored=counts.stored,
        )
    return done


def _run(
    session: Session,
    choice: Choice,
    sources: list[Source],
    read: Reading,
    hooks: HookRuns,
    changed: Changed | None,
) -> BackupResult:
    _ = session.host_log  # a host whose log was rewritten gets nothing new
    if stores.is_host(session.place.at):
        from .host_link import host_client
        from .hosting import before_storing

        before_storing(session, host_client(session.store))
    vault, snapshots, seen = session.vault, session.snapshots, session.seen
    skip = frozenset(never_entered(session))
    request = BackupRequest(
        read.sources,
        label=os.fsencode(choice.label).decode("utf-8", "replace"),
        user=bootstrap.machine().user_name(),
        client=__version__,
        skip=read.skip,
        suspects=frozenset(bytes.fromhex(name) for name in seen.suspects),
        endings=alarms.known_endings(session.profile),
        estimate=session.watched,
        room=session.profile.make_room(),
        program=program(),
        walked=hooks.walked,
        setup=setup_of(session.settings),
        # What a command writes just before (a dump of a database) was not there to be noticed.
        changed=checked(session, sources, skip, changed) if not session.settings.hooks else None,
    )
    for name in put_back(vault):
        session.notify(Notice("object_put_back", {"name": name}))
    result = backup(
        vault,
        device_identity(session),
        snapshots,
        request,
        metadata=bootstrap.metadata(),
        owners=_owner_names,
        clock=bootstrap.clock,
        random=bootstrap.random,
        listener=session.listener,
        cancel=session.cancel,
    )
    _after(session, request, result)
    keep(session, sources, skip, result)
    return result


def _after(session: Session, request: BackupRequest, result: BackupResult) -> None:
    """Local state, last of all: what it tells is in the vault by now."""
    snapshot = result.snapshot.snapshot
    seen = session.seen  # another command may have added suspects meanwhile
    heads = seen.heads - ({snapshot.previous.hex()} if snapshot.previous else set())
    gone = {name.hex() for name in request.suspects - result.suspects}
    suspects = (seen.suspects - gone) | {name.hex() for name in result.suspects}
    session.remember(
        msgspec.structs.replace(seen, heads=heads | {result.snapshot.id}, suspects=frozenset(suspects))
    )
    repaired = result.repaired
    for name in result.replaced:  # of others nothing was stored again: healed before, or not here any more
        if name in repaired.missing:
            session.notify(Notice("pack_missing", {"name": name}))
        elif name in repaired.resized:
            session.notify(Notice("pack_resized", {"name": name}))
    for name in repaired.damaged:
        if repaired.orphans or not name.startswith("index/"):  # else others tell what that index told
            session.notify(Notice("object_set_aside", {"name": name}))
    damaged = sorted(name for name in result.suspects if name != UNKNOWN_PACK)
    if damaged:
        facts: dict[str, Fact] = {"count": len(damaged), "name": object_name("packs", damaged[0])}
        session.notify(Notice("packs_suspected", facts))


def _owner_names(users: set[int], groups: set[int]) -> tuple[dict[int, str], dict[int, str]]:
    names = bootstrap.machine().owner_names(users, groups)
    return names.get("users", {}), names.get("groups", {})
