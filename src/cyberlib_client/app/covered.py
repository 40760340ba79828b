"""A covered restoration as the publisher's staff make it: for the holder, by a grant, and recorded.

The vault is opened into memory for each command, with notes of its own that go with it: this machine keeps
the request alone, and no way in. What is read is told to the host first, sealed to the customer.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import msgspec

from ..core.errors import CyberlibError, Failed, IntegrityError, UsageError
from ..core.escrow.deposit import read_deposit
from ..core.escrow.grant import (
    Access,
    Grant,
    Limits,
    check_time,
    open_limits,
    read_grant,
    seal_access,
)
from ..core.escrow.policy import read_policy
from ..core.escrow.release import Request, assemble, read_answer, read_request
from ..core.escrow.sealing import SealingKey
from ..core.format_v1.signed import vault_public_key
from ..state.escrow import Asked, forget_asked, read_asked
from ..state.settings import VaultSettings
from . import bootstrap, browsing, covering, escrow_post, escrow_recovery, escrow_waiting, host_link
from .covering_told import CoveredTold
from .escrow_told import EscrowAsked
from .listed import EntryInfo, SnapshotInfo
from .restoring import RestoreDone, Wanted, run_restore
from .session import Session
from .snapshot_list import snapshots
from .times import iso_time
from .unlock import Opened

_SECOND = 10**9
_MOST_PATHS = 200
_MOST_BYTES = 40_000


class _Covered(NamedTuple):
    """The vault, open in memory, and what of it may be read."""

    session: Session
    request: Request
    grant: Grant
    limits: Limits


def ask(session: Session, at: str, key_file: str, *, anew: bool = False) -> EscrowAsked:
    """Asks for leave to restore for the holder. `key_file`: the contract key that the customer handed over.

    Raises UsageError("profile_has_vault"), and as `first_run_join.ask_officers`."""
    from .first_run_join import ask_officers

    session.require_no_vault()
    return ask_officers(session, at, key_file=key_file, anew=anew, scope="covered")


def told(session: Session) -> CoveredTold:
    """How this machine's covered request stands. Raises UsageError("covered_not_asked"), and what the host
    refuses."""
    asked, request = _asked(session)
    stands = escrow_waiting.standing(session)
    granted, until, limits = "", "", Limits([], [])
    try:
        there = covering.post_at(session, asked.at).show(request.digest.hex())
    except Failed as error:
        if error.code != "host_grant_missing":
            raise
    else:
        granted, until = there.state, there.until
        grant = read_grant(there.grant.encode())
        limits = open_limits(grant.body.limits, SealingKey(asked.seed), request.digest)
    return CoveredTold(
        id=request.digest.hex(),
        at=asked.at,
        words=request.words,
        state=stands.state,
        opens=stands.opens,
        answered=stands.answered,
        needed=stands.needed,
        granted=granted,
        until=until,
        snapshots=limits.snapshots,
        paths=limits.paths,
    )


def listed(session: Session) -> list[SnapshotInfo]:
    """The snapshots that may be read. Raises as `_opened`."""
    with _opened(session) as covered:
        _record(session, covered, "snapshots", "", [])
        allowed = covered.limits.snapshots
        return [each for each in snapshots(covered.session) if not allowed or each.id in allowed]


def entries(session: Session, wanted: str) -> list[EntryInfo]:
    """What `SNAPSHOT:PATH` holds. Raises UsageError("covered_limits"): that is not granted, as `_opened`,
    and `browsing.entries`."""
    with _opened(session) as covered:
        snapshot, path = _within(session, covered, wanted)
        _record(session, covered, "list", snapshot, [path])
        return list(browsing.entries(covered.session, wanted))


def restore(session: Session, wanted: str, to: str) -> RestoreDone:
    """Restores `SNAPSHOT:PATH` below a folder, for the customer; each file is told first. Raises as
    `entries`, and `restoring.run_restore`."""
    with _opened(session) as covered:
        snapshot, _path = _within(session, covered, wanted)
        paths = [
            each.path
            for each in browsing.entries(covered.session, wanted, recursive=True)
            if each.kind != "directory"
        ]
        for part in _parts(paths):
            _record(session, covered, "restore", snapshot, part)
        return run_restore(covered.session, Wanted([wanted], to))


def forget(session: Session) -> None:
    """Takes the request back, and its key with it. Raises UsageError("covered_not_asked"), and what the
    host refuses."""
    _asked(session)
    escrow_waiting.give_up(session)


def _asked(session: Session) -> tuple[Asked, Request]:
    asked = read_asked(session.profile)
    request = read_request(asked.request) if asked is not None else None
    if asked is None or request is None or request.body.scope != "covered":
        raise UsageError("covered_not_asked")
    return asked, request


@contextmanager
def _opened(session: Session) -> Iterator[_Covered]:
    """The vault, for one command.

    Raises UsageError("covered_not_asked"), ("escrow_grant_early", since=…), ("escrow_grant_over", until=…),
    ("escrow_release_waiting", opens=…), ("escrow_release_over", state=…),
    IntegrityError("escrow_grant_other"), as `core.escrow.release.assemble`, and what the host refuses.
    """
    asked, request = _asked(session)
    there = covering.post_at(session, asked.at).show(request.digest.hex())
    grant = read_grant(there.grant.encode())
    try:
        if grant.body.request != request.digest.hex():
            raise IntegrityError("escrow_grant_other")
        check_time(grant, bootstrap.clock() // _SECOND)
        if there.state != "given":
            raise UsageError("escrow_grant_over", until=there.until)
    except UsageError as error:
        if error.code == "escrow_grant_over":  # nothing stays
            with bootstrap.lock(session.profile):
                forget_asked(session.profile)
        raise
    limits = open_limits(grant.body.limits, SealingKey(asked.seed), request.digest)
    try:
        secret, vault_id = _assembled(session, asked, request)
    except CyberlibError:
        _tell(session, asked.at, grant, "refused", "", [])
        raise
    folder = tempfile.mkdtemp(prefix="cyberlib-")
    try:
        inside = _session(session, folder)
        store = host_link.store_at(session, asked.at)
        vault = escrow_recovery.open_vault_by(session, secret, vault_id, store)
        if vault_public_key(vault.keys).hex() != grant.body.vault_key:
            raise IntegrityError("escrow_grant_other")
        place = VaultSettings(store.location, vault.id)
        inside.__dict__["settings"] = msgspec.structs.replace(inside.settings, vault=place)
        inside.__dict__["store"] = store
        inside.__dict__["host_log"] = []  # to follow it takes an enrolled profile
        inside.__dict__["_opened"] = Opened(vault, by_device=False)
        with inside.closing:
            yield _Covered(inside, request, grant, limits)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _session(session: Session, folder: str) -> Session:
    return Session(
        bootstrap.profile_at(folder),
        session.prompt,
        listener=session.listener,
        notify=session.notify,
        cancel=session.cancel,
        environ={},
    )


def _assembled(session: Session, asked: Asked, request: Request) -> tuple[bytes, str]:
    policy = read_policy(asked.policy)
    deposit = read_deposit(asked.deposit, policy)
    given = [read_answer(each, policy) for each in escrow_post.answers(session, asked.at)]
    return assemble(request, deposit, policy, SealingKey(asked.seed), given), deposit.body.vault


def _within(session: Session, covered: _Covered, wanted: str) -> tuple[str, str]:
    """The snapshot and path that are meant. UsageError("covered_limits") where they are not granted: the
    customer is told of it."""
    stored, path = browsing.resolve(covered.session, covered.session.vault.reader(), wanted)
    allowed = covered.limits
    text = path.decode("utf-8", "surrogateescape")
    inside = not allowed.paths or any(
        text == each or text.startswith(each.rstrip("/") + "/") for each in allowed.paths
    )
    if not inside or (allowed.snapshots and stored.id not in allowed.snapshots):
        tried = text.encode("utf-8", "replace").decode()
        fits = len(tried.encode()) <= _MOST_BYTES
        _record(session, covered, "refused", stored.id, [tried] if fits else [])
        raise UsageError("covered_limits", item=wanted)
    return stored.id, text.encode("utf-8", "replace").decode()


def _record(session: Session, covered: _Covered, what: str, snapshot: str, paths: list[str]) -> None:
    """As `_tell`."""
    _tell(session, covered.session.place.at, covered.grant, what, snapshot, paths)


def _tell(session: Session, at: str, grant: Grant, what: str, snapshot: str, paths: list[str]) -> None:
    """Tells the host, sealed to the customer; raises what it refuses."""
    fields = {"what": what, "time": iso_time(bootstrap.clock()), "snapshot": snapshot, "paths": paths}
    entry = seal_access(msgspec.convert(fields, Access), grant)
    covering.post_at(session, at).access(grant.body.request, entry)


def _parts(paths: list[str]) -> Iterator[list[str]]:
    """Small enough for one entry each; one, of nothing, where there are none."""
    part: list[str] = []
    size = 0
    for path in paths:
        if part and (len(part) >= _MOST_PATHS or size + len(path.encode("utf-8", "replace")) > _MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(path)
        size += len(path.encode("utf-8", "replace"))
    yield part
