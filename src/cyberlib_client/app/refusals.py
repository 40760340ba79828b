"""A patient refused: what is theirs is left out from now on, and taken out of what was saved before."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import msgspec

from ..core.errors import Stopped, UsageError
from ..core.format_v1.retired import ERASED, REFUSED, RETIRE, Retirement, by_kind
from ..core.ids import KIND_DATA, KIND_TREE, object_name
from ..files.names import display
from ..repository.retirements import ERASURE, put_retirement
from ..repository.snapshots import SnapshotList
from ..services.erasure import Holding, Remains, holding, remains, rewrite
from ..services.sweep import DAY, Freed, Sweep, sweep
from ..state.refusal_settings import Reason as Reason
from ..state.refusal_settings import RefusalSettings
from ..state.refusals import (
    RefusalLine,
    drop_ids,
    read_ids,
    read_register,
    write_ids,
)
from ..state.settings import write_settings
from . import bootstrap
from .device_identity import device_identity
from .history import remembered
from .paths import compared, inner_path, native_path
from .refusal_register import RefusalInfo, info_of, keep, list_refusals
from .refused_paths import refused_native
from .retention import alone, check_clock, note, refuse_frozen
from .session import Session


class RefusalDone(msgspec.Struct, frozen=True):
    """What was done, or would be (`done` is false). `packs`: that hold pieces still; `frees`: bytes that go
    into quarantine; `purged`: bytes deleted at once; `kept`: objects that the store keeps for now."""

    done: bool
    line: RefusalInfo
    versions: list[str]
    packs: int
    frees: int
    purged: int
    kept: int

    @property
    def exit_code(self) -> int:
        """3 when pieces are there still that were to be gone at once."""
        return 3 if self.done and self.line.status == "waiting" and self.purged and self.packs else 0


def refuse(
    session: Session,
    paths: Sequence[str],
    reason: Reason,
    date: str,
    *,
    purge: bool = False,
    now: bool = False,
    dry: bool = False,
    sure: bool = False,
    clock_is_right: bool = False,
    agree: Callable[[RefusalDone], bool | None] = lambda _plan: None,
) -> RefusalDone:
    """Leaves these paths out of backups; with `purge` takes them out of every snapshot, against a proof, and
    with `now` deletes them without a quarantine, where the store lets us.

    Raises UsageError("bad_date", text=…), ("bad_path"), ("yes_needed"), Stopped, and as `retention.apply`.
    """
    wanted = sorted({inner_path(path) for path in paths})
    try:
        made = [RefusalSettings(reason, date, **_as_settings(path)) for path in dict.fromkeys(paths)]
    except ValueError:
        raise UsageError("bad_date", text=date) from None
    session.unlock()
    line = _line(session, wanted, reason, date)
    if purge:
        refuse_frozen(session)
        check_clock(session, clock_is_right=clock_is_right)
        if not dry:
            session.prove()
    with alone(session):
        held = _held(session, wanted) if purge else []
        line = _counted(line, held)
        plan = RefusalDone(False, info_of(line), [each.stored.id for each in held], 0, 0, 0, 0)
        if dry:
            return plan
        if purge and held and not sure:
            answer = agree(plan)
            if answer is None:
                raise UsageError("yes_needed")
            if not answer:
                raise Stopped
        _exclude(session, made)
        if not purge:
            keep(session, line)
            _say(session, REFUSED, line, ())
            return msgspec.structs.replace(plan, done=True)
        with remembered(session, "retention") as ended:
            done = _erase(session, line, held, now=now)
            ended(0, files=len(held), bytes=done.purged)
    return done


def _as_settings(text: str) -> dict[str, str]:
    native = native_path(text)
    path = os.fsdecode(native)
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return {"escaped": display(os.fsencode(native))}
    return {"path": path}


def _exclude(session: Session, made: Sequence[RefusalSettings]) -> None:
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        known = {compared(refused_native(each)) for each in settings.refusals}
        new = [each for each in made if compared(refused_native(each)) not in known]
        if new:
            every = [*settings.refusals, *new]
            write_settings(session.profile, msgspec.structs.replace(settings, refusals=every))
    session.fresh_settings()


def _line(session: Session, paths: Sequence[bytes], reason: str, date: str) -> RefusalLine:
    salt = bootstrap.random(16)
    # Under a key of the vault: nobody who guesses names can tell whether they guessed right.
    digest = session.vault.keys.tree_ids.of(b"refusal\0" + salt + b"\0".join(paths))
    return RefusalLine(
        bootstrap.random(4).hex(),
        bootstrap.clock(),
        date,
        reason,
        salt.hex(),
        digest.hex(),
        len(paths),
        "excluded",
    )


def _held(session: Session, paths: Sequence[bytes]) -> list[Holding]:
    listed = session.snapshots
    every = [*listed.items, *listed.retired]
    return holding(session.vault, every, paths, session.cancel, session.listener)


def _counted(line: RefusalLine, held: Sequence[Holding]) -> RefusalLine:
    return msgspec.structs.replace(
        line,
        snapshots=len(held),
        files=sum(each.removed.files for each in held),
        bytes=sum(each.removed.bytes for each in held),
        pieces=sum(len(every) for every in _ids(held).values()),
    )


def _ids(held: Sequence[Holding]) -> dict[int, frozenset[bytes]]:
    return {
        KIND_DATA: frozenset[bytes]().union(*(each.removed.data for each in held)),
        KIND_TREE: frozenset[bytes]().union(*(each.removed.trees for each in held)),
    }


def _erase(session: Session, line: RefusalLine, held: Sequence[Holding], *, now: bool) -> RefusalDone:
    """First the register, then snapshots anew, then the old ones go: killed anywhere, it is known what is to
    be gone, and the same command goes on."""
    settings, ids = session.settings.retention, _ids(held)
    line = msgspec.structs.replace(
        line, status="waiting", until=bootstrap.clock() + (0 if now else settings.quarantine * DAY)
    )
    write_ids(session.profile, line.id, ids)
    keep(session, line)
    rewrite(
        session.vault,
        device_identity(session),
        held,
        session.snapshots,
        clock=bootstrap.clock,
        random=bootstrap.random,
        listener=session.listener,
        cancel=session.cancel,
    )
    session.forget_snapshots()
    old = {each.stored.digest for each in held}
    names = [object_name("snapshots", digest) for digest in sorted(old)]
    every = _waiting_ids(session)
    freed = _sweep(session, old, every)
    left = [s for s in session.snapshots.retired if s.digest in old]
    _mark(session, [object_name("snapshots", s.digest) for s in left])
    _say(session, ERASED, line, names)
    purged = kept = 0
    if now:
        early = frozenset(session.vault.retirements().for_reason(ERASURE))
        last = _sweep(session, set(), every, early)
        purged, kept = last.purged, last.kept
    line, found = _look(session, line, ids)
    if now:
        check(session)
    versions = [each.stored.id for each in held]
    frees = freed.retired + freed.rewritten
    return RefusalDone(True, info_of(line), versions, len(found.packs), frees, purged, kept)


def _sweep(
    session: Session,
    old: set[bytes],
    ids: dict[int, frozenset[bytes]],
    early: frozenset[str] = frozenset(),
) -> Freed:
    going = [s for s in session.snapshots.items if s.digest in old]
    asked = Sweep(going, ERASURE, session.settings.retention.quarantine * DAY, erase=ids, early=early)
    try:
        freed = sweep(
            session.vault,
            device_identity(session),
            session.snapshots,
            asked,
            clock=bootstrap.clock,
            random=bootstrap.random,
            listener=session.listener,
            cancel=session.cancel,
        )
    finally:
        session.forget_snapshots()
    note(session, freed)
    return freed


def _waiting_ids(session: Session) -> dict[int, frozenset[bytes]]:
    """Of all that is to be gone: an attempt that was cut short is gone on with."""
    found: dict[int, frozenset[bytes]] = {}
    for line in read_register(session.profile, session.place.id):
        ids = read_ids(session.profile, line.id) if line.status == "waiting" else None
        for kind, every in (ids or {}).items():
            found[kind] = found.get(kind, frozenset()) | every
    return found


def _mark(session: Session, names: Sequence[str]) -> None:
    """What was in quarantine already, for another reason, is not to come back either."""
    vault, identity = session.vault, device_identity(session)
    retirements = vault.retirements()
    new = [
        name
        for name in names
        if ERASURE not in retirements.reasons("snapshots", bytes.fromhex(name.rpartition("/")[2]))
    ]
    if new:
        said = Retirement(identity.device, RETIRE, bootstrap.clock(), "", ERASURE, by_kind(new))
        put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)


def _say(session: Session, action: str, line: RefusalLine, names: Sequence[str]) -> None:
    """A line in the vault's own register."""
    vault, identity = session.vault, device_identity(session)
    said = Retirement(
        identity.device,
        action,
        bootstrap.clock(),
        "",
        line.reason,
        by_kind(names),
        digest=bytes.fromhex(line.salt + line.digest),
    )
    put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)


# ---- the register -------------------------------------------------------------------------------------


def check(session: Session) -> list[RefusalInfo]:
    """Looks whether what was to be gone is gone; the register then. Raises as `list_refusals`, and
    IntegrityError for what cannot be read."""
    session.unlock()
    for line in read_register(session.profile, session.place.id):
        ids = read_ids(session.profile, line.id) if line.status == "waiting" else None
        if ids is not None:
            _look(session, line, ids)
    return list_refusals(session)


def _look(
    session: Session, line: RefusalLine, ids: dict[int, frozenset[bytes]]
) -> tuple[RefusalLine, Remains]:
    listed: SnapshotList = session.snapshots
    retirements = session.vault.retirements()
    return_ = [s for s in listed.retired if ERASURE not in retirements.reasons("snapshots", s.digest)]
    found = remains(session.vault, [*listed.items, *return_], ids, session.cancel)
    erased = [s for s in listed.retired if s not in return_]
    gone = not found.held and not erased
    line = msgspec.structs.replace(
        line,
        status="proven" if gone else "waiting",
        looked=bootstrap.clock(),
        shared=found.shared,
        held=found.held,
    )
    keep(session, line)
    if gone:
        drop_ids(session.profile, line.id)
    return line, found
