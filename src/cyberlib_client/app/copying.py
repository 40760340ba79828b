"""Second copies made: to a place that is named, or to those of the profile that are there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Iterator, Sequence, Set

import msgspec

from ..core.errors import Busy, CyberlibError, Failed, IntegrityError, Stopped, Unreachable, UsageError
from ..core.events import Progress
from ..core.format_v1.vault import OBJECT_NAME
from ..core.ports import OBJECT_KINDS, PARITY, Store
from ..repository.retirements import load_retirements
from ..services.copied_purges import delete_from, left_over, purged_from
from ..services.copying import Copied, begin_copy, copy_objects, on_copy, sizes
from ..services.rotation import sample
from ..services.stripes import Striped, bring_up_to_date
from ..services.verify import verify
from ..state.copies import CopyState, read_copies
from . import bootstrap, stores
from .copies import named, note_present, note_soundness, remember, store_at
from .copy_places import store_of
from .copy_rounds import CopyRounds
from .history import remembered
from .paths import shown_native
from .session import Session
from .workplace import BucketGiven, Notice


class CopyDone(msgspec.Struct, frozen=True):
    """One copy that was made. `objects`, `bytes`: copied now; `present`: objects that were there. `damaged`:
    names of objects that the vault holds damaged, and that were not copied; `replaced`: those that the copy
    held in another size; `unsound`: those that the copy holds damaged, seen while parity was made. `parity`:
    bytes of it written now, null for a copy without. `unplug`: the disk may be unplugged. `deleted`: objects
    that were purged from the vault, and now from the copy. `left_over`: objects that the vault has not, and
    does not know to have deleted."""

    name: str
    at: str
    objects: int
    bytes: int
    present: int
    snapshots: int
    lacks: int
    damaged: list[str]
    replaced: list[str]
    unsound: list[str]
    parity: int | None
    unplug: bool
    deleted: int = 0
    left_over: int = 0
    seconds: float = 0.0


class CopiesDone(msgspec.Struct, frozen=True):
    """What a run of copies did. `absent`: names of those whose disk is not there. `failed`: of those that
    were not done; notices say why. `exit_code` of the command: 7 for damaged objects, else that of the first
    that failed."""

    copies: list[CopyDone]
    absent: list[str]
    failed: list[str]
    exit_code: int


def run_copies(
    session: Session,
    *,
    to: str = "",
    given: BucketGiven | None = None,
    parity: bool = False,
    names: Sequence[str] = (),
    erase_absent: bool = False,
) -> CopiesDone:
    """Copies to `to`, else to the profile's copies of these names, else to all of them that are there.

    `erase_absent`: what the vault has not goes from the copy too, against a proof, and only while the vault
    is whole: IntegrityError("retention_needs_whole", name=…), Failed("retention_frozen", device=…).

    Raises UsageError("no_copies"), ("copy_unknown", name=…), Unreachable("copy_not_here", …) when none is
    there, Busy("copy_busy", at=…), Stopped, and for a single copy what `copies.store_at`, `store_of` and
    `services.copying` raise.
    """
    if erase_absent:
        _require_whole(session)
    with remembered(session, "copy") as ended:
        if to:
            store = store_at(session, to, given or BucketGiven())
            done = CopiesDone([_copy(session, "", store, parity=parity, erase=erase_absent)], [], [], 0)
        else:
            done = _configured(session, names, erase=erase_absent)
        if any(each.damaged or each.unsound for each in done.copies):
            done = msgspec.structs.replace(done, exit_code=7)
        ended(
            done.exit_code,
            files=sum(each.objects for each in done.copies),
            bytes=sum(each.bytes for each in done.copies),
            unread=sum(len(each.damaged) for each in done.copies),
        )
    return done


def _require_whole(session: Session) -> None:
    """Before anything goes because the vault has it not: nothing is missing there, and who asks may ask."""
    session.unlock()
    session.prove()
    for record in session.vault.retirements().freezes.values():
        raise Failed("retention_frozen", device=record.device.name)
    found = verify(
        session.vault,
        session.snapshots,
        choose=sample(0, bootstrap.random),
        again=set(),
        listener=session.listener,
        cancel=session.cancel,
    )
    if not found.ok:
        names = [*(name for name, _ in found.damaged), *(problem.name for problem in found.problems)]
        raise IntegrityError("retention_needs_whole", name=names[0] if names else session.store.location)


def _configured(session: Session, names: Sequence[str], *, erase: bool) -> CopiesDone:
    copies = session.settings.copies
    if not copies:
        raise UsageError("no_copies")
    wanted = [named(copies, name) for name in names] or copies
    here = set(note_present(session))
    absent = [copy.name for copy in wanted if copy.name not in here]
    there = [copy for copy in wanted if copy.name in here]
    if not there:
        store_of(session, session.place.id, wanted[0])  # says since when it is not
    results: list[CopyDone] = []
    failed: list[str] = []
    first: CyberlibError | None = None
    for copy in there:
        try:
            store = store_of(session, session.place.id, copy)
            results.append(_copy(session, copy.name, store, parity=copy.parity, erase=erase))
        except Stopped:
            raise
        except CyberlibError as error:
            if len(there) == 1:
                raise
            session.notify(Notice(error.code, dict(error.facts)))
            failed.append(copy.name)
            first = first or error
    return CopiesDone(results, absent, failed, first.exit_code if first is not None else 0)


def _copy(session: Session, name: str, store: Store, *, parity: bool, erase: bool) -> CopyDone:
    begun, started = time.monotonic(), bootstrap.clock()
    vault = session.vault
    with alone(session, store):
        begin_copy(vault, store)
        before = read_copies(session.profile, vault.id).get(name, CopyState()) if name else CopyState()
        if name:
            remember(session, name, msgspec.structs.replace(before, tried=started))
        copied = copy_objects(vault.store, store, listener=session.listener, cancel=session.cancel)
        known = load_retirements(vault.store, vault.keys)
        purged = purged_from(vault.store, store, vault.keys, known, bootstrap.clock())
        left = left_over(vault.store, store, vault.keys, known)
        if erase:
            purged, left = purged | left, set()
        parity = parity or next(on_copy(store, lambda: store.list(PARITY)), None) is not None
        there = objects_of(store)
        striped = _stripe(session, store, there, purged) if parity else None
        deleted = delete_from(store, purged, session.cancel)
        there = {each: size for each, size in there.items() if each not in purged}
        session.listener(Progress("sync"))
        unplug = _flush(session, store)
        done = msgspec.structs.replace(
            _done(name, store, copied, striped, unplug=unplug),
            snapshots=sum(each.startswith("snapshots/") for each in there),
            deleted=deleted,
            left_over=len(left),
            seconds=round(time.monotonic() - begun, 3),
        )
        if name:
            _keep(session, name, store, there, done, started)
        if done.unsound:
            note_soundness(session, name or done.at, len(done.unsound))
            if name:
                rounds = CopyRounds(session, name)
                rounds.doubt(done.unsound)
                rounds.keep()
    if left:
        session.notify(Notice("copy_left_over", {"at": done.at, "count": len(left)}))
    if unplug:
        session.notify(Notice("copy_unplug", {"at": done.at}))
    return done


def _stripe(session: Session, store: Store, there: dict[str, int], purged: Set[str]) -> Striped:
    def gone(name: str) -> bool:
        """Slot tables that others replaced, and what was purged: nothing is to bring them back."""
        return name in purged or (name.startswith("slots/") and name not in there)

    return on_copy(store, lambda: bring_up_to_date(store, there, gone, session.listener, session.cancel))


def objects_of(store: Store) -> dict[str, int]:
    """All objects of a copy but its parity, with their sizes. Raises as `on_copy`."""
    there = sizes(store, OBJECT_KINDS)
    header = on_copy(store, lambda: store.size(OBJECT_NAME))
    if header is not None:
        there[OBJECT_NAME] = header
    return there


def _done(name: str, store: Store, copied: Copied, striped: Striped | None, *, unplug: bool) -> CopyDone:
    return CopyDone(
        name=name,
        at=shown_native(store.location),
        objects=copied.objects,
        bytes=copied.bytes,
        present=copied.present,
        snapshots=0,
        lacks=copied.lacks,
        damaged=copied.damaged,
        replaced=copied.replaced,
        unsound=striped.damaged if striped is not None else [],
        parity=striped.bytes_written if striped is not None else None,
        unplug=unplug,
    )


def _keep(
    session: Session, name: str, store: Store, there: dict[str, int], done: CopyDone, started: int
) -> None:
    now = bootstrap.clock()
    before = read_copies(session.profile, session.place.id).get(name, CopyState())
    state = msgspec.structs.replace(
        before,
        seen=now,
        tried=started,
        begun=started,
        copied=now,
        snapshots=done.snapshots,
        lacks=done.lacks,
        objects=len(there),
        bytes=sum(there.values()) + sum(size for _, size in store.list(PARITY)),
    )
    remember(session, name, state)


def _flush(session: Session, store: Store) -> bool:
    """Brings all of it to the disk, beyond what each object was flushed for; whether it is one that may be
    unplugged then. Raises Unreachable("copy_gone", at=…, reason=…) where something did not get there, and as
    `on_copy`."""
    folder = stores.location_folder(store.location)
    if folder is None:
        return False
    try:
        bootstrap.volumes().sync_directory(folder)
        if bootstrap.volumes().syncs_whole(folder):
            bootstrap.volumes().sync_volume(folder)
    except OSError as error:  # every object was flushed when it was put: some systems know no more than that
        if error.errno in (errno.EIO, errno.ENOSPC):
            raise Unreachable("copy_gone", at=store.location, reason=error.strerror) from None
    on_copy(store, lambda: store.size(OBJECT_NAME))  # it was there to the end
    disk, own = bootstrap.disks().of(folder), bootstrap.disks().of(session.profile.root)
    return disk is not None and (own is None or own.id != disk.id)


@contextlib.contextmanager
def alone(session: Session, store: Store) -> Iterator[None]:
    """One copy to a place at a time from this profile; backups go on meanwhile. Busy("copy_busy", at=…)."""
    session.profile.make()
    name = hashlib.sha256(store.location.encode()).hexdigest()[:16]
    path = os.path.join(session.profile.state, f"copy-{name}")
    session.profile.make_file(path)
    lock = bootstrap.file_lock(path)
    try:
        lock.__enter__()
    except Busy:
        raise Busy("copy_busy", at=store.location) from None
    try:
        yield
    finally:
        lock.__exit__(None, None, None)
