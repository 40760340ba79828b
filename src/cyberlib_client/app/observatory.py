"""What the host is told, so that it notices by itself when a backup does not happen; and what it answers.

Nothing here fails a run or keeps it waiting for long, and a vault in a folder or a bucket has none of it.
What goes out are codes and numbers: never a path, never a name.
To import this takes a moment, as all that speaks HTTP: only for vaults at a host.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal

import msgspec

from ..core.errors import CyberlibError, Failed
from ..core.ports import CancelToken
from ..state.observatory import KNOWN, MOST, ToldSoFar, read_told, write_told
from ..transports.host import observatory as tell
from ..transports.host import records
from ..transports.host.client import HostClient
from ..transports.host.identity import DeviceIdentity
from . import bootstrap, replaced
from .host_link import access_of, account, host_client, seed_of
from .hosting import tell_approvals, tell_releases
from .incidents import RULES
from .interruptions import Interruption, host_of, interruptions
from .line import line_of
from .messages import error_texts
from .messages.incidents import INCIDENTS
from .session import Session

_PATIENCE: Final = 5.0
"""Seconds that what may pass is tried again: what is not told now is told with the next run."""

_SILENCE: Final = 5.0
"""Seconds without an answer: nobody waits half a minute for what may be told later."""

_MOST_KINDS: Final = 32
_LARGEST: Final = 1 << 53
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
OTHER: Final = "other"
"""In the place of a code that is none of ours."""


class DeclaredPlan(msgspec.Struct, frozen=True):
    """When backups are planned: `days` 1 (Monday) to 7; at `times` ("HH:MM", local), else `every_hours`
    within the working hours, else once a day. `zone`: of the IANA database. `weekends_off`: the workstation
    may be off then. `holidays`: the region whose public holidays are off ("france", "alsace-moselle",
    "guadeloupe", "guyane", "martinique", "mayotte", "reunion", "saint-barthelemy", "saint-martin"; "none":
    none is). `absences`: first and last day (YYYY-MM-DD) of when the practice is closed."""

    days: list[int]
    zone: str
    times: list[str] = []
    every_hours: int | None = None
    opens: str = "08:00"
    closes: str = "19:00"
    weekends_off: bool = True
    holidays: str = "france"
    language: Literal["fr", "en"] = "fr"
    absences: list[tuple[str, str]] = []


class RunTold(msgspec.Struct, frozen=True):
    """How a run ended. Times in ns since 1970. `reason`: the code of its error; `incidents`: how many of each
    code."""

    command: str
    started: int
    ended: int
    outcome: Literal["completed", "stopped", "failed"]
    reason: str = ""
    files: int = 0
    bytes: int = 0
    stored: int = 0
    incidents: dict[str, int] = {}


class Told(msgspec.Struct, frozen=True):
    """`delivered`: the host knows all by now; else `waiting` runs are told with the next one, and `reason` is
    the code of why. `addresses_refused`: those of the practice's mail that do not work."""

    delivered: bool
    waiting: int
    reason: str
    maintenance: list[Interruption]
    addresses_refused: list[str]


def declare_plan(session: Session, plan: DeclaredPlan) -> Told | None:
    """Tells the host when it is to expect backups; what it knows already is not said again. None where the
    vault is at no host. What is not heard now goes with the next run."""
    wanted = _plain(plan)

    def change(told: ToldSoFar) -> ToldSoFar:
        if told.plan == wanted:
            return told
        return msgspec.structs.replace(told, plan=wanted, version=0)

    return _told(session, change)


def catch_up(
    session: Session,
    plan: DeclaredPlan | None,
    runs: Sequence[tuple[int, RunTold]],
    *,
    mine: int | None = None,
    deliver: bool = True,
) -> Told | None:
    """Both: the plan, and of `runs` (numbers in the history, newest last) those that the host was not told
    of. At a host that was told nothing yet `mine` alone is news. Without `deliver` all of it waits."""

    def change(told: ToldSoFar) -> ToldSoFar:
        old = frozenset(told.known) if told.known is not None else {run for run, _ in runs} - {mine}
        new = [_record(each, f"{run:032x}") for run, each in runs if run not in old]
        known = list(dict.fromkeys([*(told.known or ()), *(run for run, _ in runs)]))[-KNOWN:]
        changed = msgspec.structs.replace(told, runs=[*told.runs, *new][-MOST:], known=known)
        wanted = _plain(plan) if plan is not None else told.plan
        return changed if told.plan == wanted else msgspec.structs.replace(changed, plan=wanted, version=0)

    return _told(session, change, deliver=deliver)


def tell_run(session: Session, run: RunTold) -> Told | None:
    """Tells the host how a run ended, with those that it did not hear of before. As `declare_plan`."""
    record = _record(run)

    def change(told: ToldSoFar) -> ToldSoFar:
        return msgspec.structs.replace(told, runs=[*told.runs, record][-MOST:])

    return _told(session, change)


def maintenance(session: Session, *, ask: bool = False) -> list[Interruption]:
    """The host's planned interruptions, as it last told; `ask`: now, when it answers. They are soon, and not
    over."""
    told = _told(session, lambda told: told, ask=True) if ask else None
    if told is not None:
        return told.maintenance
    url = host_of(session)
    return interruptions(read_told(session.profile, url)) if url else []


def _plain(plan: DeclaredPlan) -> dict[str, Any]:
    wanted: dict[str, Any] = msgspec.to_builtins(plan)
    wanted["absences"] = [{"first": first, "last": last} for first, last in plan.absences]
    return wanted


def _told(
    session: Session,
    change: Callable[[ToldSoFar], ToldSoFar],
    *,
    ask: bool = False,
    deliver: bool = True,
) -> Told | None:
    url = host_of(session)
    if not url:
        return None
    known = read_told(session.profile, url)
    wanted = change(known)
    if wanted != known:
        write_told(session.profile, wanted)
    reason = ""
    if ask or (deliver and (wanted.runs or (wanted.plan is not None and not wanted.version))):
        try:
            wanted = _deliver(session, wanted)
            tell_releases(session, url, wanted.releases)
            tell_approvals(session, url, wanted.approvals)
        except CyberlibError as error:
            reason = error.code
        write_told(session.profile, wanted)
    return Told(not reason, len(wanted.runs), reason, interruptions(wanted), wanted.addresses_refused)


def _deliver(session: Session, told: ToldSoFar) -> ToldSoFar:
    access = access_of(session.profile)
    replaced.require_not(session.profile, access)
    identity = DeviceIdentity(seed_of(session.profile, access), access.device)
    # The run's own line may be cancelled by now, and tells its user of outages.
    line = replace(
        line_of(session, access.ca),
        cancel=CancelToken(),
        on_outage=lambda _error: None,
        silence=_SILENCE,
        patience=_PATIENCE,
    )
    heard = partial(replaced.heard, session.profile, access)
    client = HostClient(access.url, line, identity=identity, user=account(), replaced=heard)
    if "store" in session.__dict__:  # the run was signed in
        client.goes_on_as(host_client(session.store))
    try:
        plan, version = told.plan, told.version
        if plan is not None and not version:
            version = _declared(client, plan)
        kept = _heard(client, told.runs)
        if plan is not None and version and kept.plan != version:  # it put its database back
            version = _declared(client, plan)
    finally:
        client.close()
    return msgspec.structs.replace(
        told,
        plan=plan if version else None,
        version=version,
        runs=[],
        maintenance=[(each.starts, each.ends) for each in kept.maintenance],
        addresses_refused=list(kept.addresses_refused),
        releases=kept.releases,
        approvals=kept.approvals,
    )


def _declared(client: HostClient, plan: dict[str, Any]) -> int:
    """The version it has at the host; 0 for one that the host will never take."""
    try:
        return tell.declare_plan(client, plan).version
    except Failed as error:
        if error.code != "host_refused":
            raise
        return 0


def _heard(client: HostClient, runs: list[dict[str, Any]]) -> records.RunsKept:
    """Runs that a host finds malformed are given up: it would refuse them, and all after them, each time."""
    try:
        return tell.tell_runs(client, runs)
    except Failed as error:
        if error.code != "host_refused" or not runs:
            raise
        return tell.tell_runs(client, [])


def _record(run: RunTold, number: str = "") -> dict[str, Any]:
    return {
        "run": number or bootstrap.random(16).hex(),
        "command": _code(run.command, _commands()),
        "started": _rfc3339(run.started),
        "ended": _rfc3339(run.ended),
        "outcome": run.outcome,
        "reason": _code(run.reason, _reasons()) if run.reason else "",
        "files": _count(run.files),
        "bytes": _count(run.bytes),
        "stored": _count(run.stored),
        "incidents": [
            {"kind": kind, "count": count} for kind, count in _kinds(run.incidents).items() if count
        ],
    }


def _kinds(incidents: Mapping[str, int]) -> dict[str, int]:
    """The most frequent ones by their codes, the rest together."""
    found: dict[str, int] = {}
    for number, (kind, count) in enumerate(sorted(incidents.items(), key=lambda each: -each[1])):
        code = _code(kind, _incidents()) if number < _MOST_KINDS - 1 else OTHER
        found[code] = _count(found.get(code, 0) + count)
    return found


def _code(written: str, known: Any) -> str:
    """A code that we have words for; whatever else slipped in here is not passed on."""
    return written if written in known else OTHER


def _commands() -> frozenset[str]:
    return frozenset(("backup", "restore", "verify", "drill"))


def _incidents() -> frozenset[str]:
    return frozenset((*INCIDENTS, *RULES, *error_texts()))


def _reasons() -> frozenset[str]:
    return frozenset((*error_texts(), "stopped", "interrupted", "internal_error"))


def _count(number: int) -> int:
    return max(0, min(number, _LARGEST))


def _rfc3339(moment: int) -> str:
    try:
        at = _BEGINNING + timedelta(microseconds=max(0, moment) // 1000)
    except OverflowError:
        at = _BEGINNING
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
