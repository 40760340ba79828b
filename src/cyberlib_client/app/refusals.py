"""A patient refused: what is theirs is left out from now on, and taken out of what was saved before."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from ..core.errors import Stopped, UsageError
from ..core.format_v1.retired import ERASED, REFUSED, RETIRE, Retirement, by_kind
from ..core.ids import KIND_DATA, KIND_TREE, digest_of, object_name
from ..files.names import display
from ..repository.retirements import ERASURE, put_retirement
from ..services.erasure import Holding, holding, rewrite
from ..services.quarantine import DAY
from ..services.sweep import Freed, Sweep, sweep
from ..state.refusal_settings import Reason as Reason
from ..state.refusal_settings import RefusalSettings
from ..state.refusals import (
    RefusalLine,
    write_ids,
)
from ..state.settings import write_settings
from . import bootstrap
from .device_identity import device_identity
from .history import remembered
from .paths import compared, is_of_here, meant_path, native_path
from .policies import in_force
from .refusal_proofs import check, look, remains_of
from .refusal_register import RefusalInfo, digest_of_paths, ids_of_path, info_of, keep, waiting_ids
from .refused_paths import refused_native
from .retention import alone, check_clock, note, refuse_frozen
from .scheduling import local_zone
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

    Raises UsageError("bad_date", text=…), ("date_to_come", text=…), ("bad_path"), ("refused_nowhere",
    path=…), ("yes_needed"), Stopped, and as `retention.apply`.
    """
    wanted = sorted({meant_path(path) for path in paths})
    date = _day(date)
    session.unlock()
    _known(session, dict.fromkeys(paths))
    line = _line(session, wanted, reason, date)
    made = [
        RefusalSettings(reason, date, **_as_settings(path), lines=[line.id])
        for path in dict.fromkeys(paths)
        if is_of_here(path)
    ]
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
            _say(session, REFUSED, line, (), wanted)
            return msgspec.structs.replace(plan, done=True)
        with remembered(session, "retention") as ended:
            done = _erase(session, line, held, wanted, now=now)
            ended(0, files=len(held), bytes=done.purged)
    return done


_DAY: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
"""A day as it is written in France."""


def _day(text: str) -> str:
    """The day that somebody typed, year first."""
    french = _DAY.fullmatch(text.strip())
    plain = "-".join(f"{int(each):02d}" for each in reversed(french.groups())) if french else text.strip()
    try:
        day = datetime.date.fromisoformat(plain)
    except ValueError:
        raise UsageError("bad_date", text=text) from None
    if day > datetime.datetime.fromtimestamp(bootstrap.clock() / 1e9, local_zone()).date():
        raise UsageError("date_to_come", text=text)
    return day.isoformat()


def _known(session: Session, paths: Iterable[str]) -> None:
    """A path that is neither on this machine nor in any snapshot is a slip: what was meant would go on being
    saved. UsageError("refused_nowhere", path=…)."""
    refused = {compared(refused_native(each)) for each in session.settings.refusals}
    for text in paths:
        native = native_path(os.path.expanduser(text))
        there = is_of_here(text) and (os.path.lexists(native) or compared(native) in refused)
        if not there and not _held(session, [meant_path(text)]):
            raise UsageError("refused_nowhere", path=text)


def _as_settings(text: str) -> dict[str, str]:
    native = native_path(os.path.expanduser(text))
    path = os.fsdecode(native)
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return {"escaped": display(os.fsencode(native))}
    return {"path": path}


def _exclude(session: Session, made: Sequence[RefusalSettings]) -> None:
    with bootstrap.lock(session.profile):
        settings = session.fresh_settings()
        every = {compared(refused_native(each)): each for each in settings.refusals}
        for each in made:
            path = compared(refused_native(each))
            known = every.get(path, each)
            lines = [*known.lines, *(line for line in each.lines if line not in known.lines)]
            every[path] = msgspec.structs.replace(known, lines=lines)
        write_settings(session.profile, msgspec.structs.replace(settings, refusals=list(every.values())))
    session.fresh_settings()


def _line(session: Session, paths: Sequence[bytes], reason: str, date: str) -> RefusalLine:
    salt = bootstrap.random(16)
    digest = digest_of_paths(session, salt, paths)
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


def _erase(
    session: Session, line: RefusalLine, held: Sequence[Holding], wanted: Sequence[bytes], *, now: bool
) -> RefusalDone:
    """First the register, then snapshots anew, then the old ones go: killed anywhere, it is known what is to
    be gone, and the same command goes on."""
    ids, counting, quarantine = _ids(held), session.counting, in_force(session).quarantine
    days = counting.days if now else quarantine  # a host keeps its own, whatever is waived here
    line = msgspec.structs.replace(line, status="waiting", until=counting.clock() + days * DAY)
    write_ids(session.profile, line.id, ids)
    keep(session, line)
    rewrite(
        session.vault,
        device_identity(session),
        held,
        session.snapshots,
        clock=counting.clock,
        random=bootstrap.random,
        listener=session.listener,
        cancel=session.cancel,
    )
    session.forget_snapshots()
    session.profile.remove(session.profile.names)
    old = {each.stored.digest for each in held}
    names = [object_name("snapshots", digest) for digest in sorted(old)]
    every = waiting_ids(session)
    freed = _sweep(session, old, every)
    left = [s for s in session.snapshots.retired if s.digest in old]
    _mark(session, [object_name("snapshots", s.digest) for s in left])
    _say(session, ERASED, line, names, wanted)
    purged = kept = 0
    if now:
        # Packs that hold what is to go, and no other: the quarantine of earlier refusals is their own.
        holding_it = (object_name("packs", name) for name in remains_of(session, ids).packs)
        early = frozenset([*names, *holding_it])
        last = _sweep(session, set(), every, early)
        purged, kept = last.purged, last.kept
    line, found = look(session, line, ids)
    if now:
        if line.status == "waiting":  # what may come back from quarantine needs a pack that holds some
            line = msgspec.structs.replace(line, until=counting.clock() + quarantine * DAY)
            keep(session, line)
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
    asked = Sweep(going, ERASURE, in_force(session).quarantine * DAY, erase=ids, early=early)
    try:
        freed = sweep(
            session.vault,
            device_identity(session),
            session.snapshots,
            asked,
            clock=session.counting.clock,
            random=bootstrap.random,
            listener=session.listener,
            cancel=session.cancel,
        )
    finally:
        session.forget_snapshots()
    note(session, freed)
    return freed


def _mark(session: Session, names: Sequence[str]) -> None:
    """What was in quarantine already, for another reason, is not to come back either."""
    vault, identity = session.vault, device_identity(session)
    retirements = vault.retirements()
    new = [
        name for name in names if ERASURE not in retirements.reasons(name.partition("/")[0], digest_of(name))
    ]
    if new:
        now = session.counting.clock()
        said = Retirement(identity.device, RETIRE, now, "", ERASURE, by_kind(new))
        put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)


def _say(
    session: Session, action: str, line: RefusalLine, names: Sequence[str], wanted: Sequence[bytes]
) -> None:
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
        paths=b"".join(each for path in wanted for each in ids_of_path(session, path)),
    )
    put_retirement(vault.store, vault.keys, bootstrap.random, said, identity.signing)
