"""What is told of a profile's last days: the four answers, each day, runs, incidents, volume."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, Final

import msgspec

from ..core.errors import Failed, UsageError
from ..core.health import DAY, Health
from ..core.health_facts import Fact
from ..core.spread import Spread
from ..state.private_file import write_private
from ..state.records import IncidentRecord, RunRecord
from . import bootstrap
from .drill_list import CertificateInfo, newest_certificate
from .incidents import about_a_path
from .plain_ends import is_plain_end
from .report_days import ReportDay as ReportDay
from .report_days import calendar, local_day, start_of
from .set_aside import SetAside, set_aside
from .shares import ReadShare, share_told
from .times import iso_time

if TYPE_CHECKING:
    from .health import AgentFacts
    from .session import Session

MOST_DAYS: Final = 400
_SECOND: Final = 10**9
_RUNS: Final = 50_000


class ReportReason(msgspec.Struct, frozen=True):
    """See `core.health.Reason`; times in UTC."""

    code: str
    weight: str
    facts: dict[str, Fact]


class ReportHealth(msgspec.Struct, frozen=True):
    """See `core.health.Health`. `last_backup`, `proof`: UTC, null for never. `age`: seconds."""

    level: str
    reasons: list[ReportReason]
    missing: list[ReportReason]
    last_backup: str | None
    age: int | None
    proof: str | None
    next: str
    spread: Spread | None = None


class ReportRun(msgspec.Struct, frozen=True):
    """See `state.records.RunRecord`; times in UTC."""

    command: str
    trigger: str
    started: str
    ended: str
    outcome: str
    exit: int
    reason: str
    facts: dict[str, Fact]
    snapshot: str
    files: int
    bytes: int
    stored: int
    unread: int
    scope: str


class ReportIncident(msgspec.Struct, frozen=True):
    """See `state.records.IncidentRecord`; times in UTC. `count`: how many of the kind, of which `subject`
    names the one, or none where names are left out."""

    kind: str
    subject: str
    severity: str
    count: int
    times: int
    first: str
    last: str
    cleared: str | None
    facts: dict[str, Fact]


class Report(msgspec.Struct, frozen=True):
    """`since`: UTC; `days`: how many. `calendar`: oldest first. `files`, `bytes`: of the last backup;
    `stored`: what was sent in these days. `with_names`: names of files and folders are in it. `verified`:
    what of the vault was read lately; `certificate`: the newest of a drill; `aside`: what lies in
    quarantine; null when there is none."""

    device: str
    made: str
    since: str
    days: int
    with_names: bool
    health: ReportHealth
    calendar: list[ReportDay]
    runs: list[ReportRun]
    incidents: list[ReportIncident]
    files: int
    bytes: int
    stored: int
    asleep: int
    paused: int
    verified: ReadShare | None
    certificate: CertificateInfo | None
    aside: SetAside | None


def report(
    session: Session,
    days: int,
    *,
    with_names: bool = False,
    agent: AgentFacts | None = None,
    zone: tzinfo | None = None,
) -> Report:
    """The last `days` days (1 to 400), today included. `zone`: of days, None for this machine's.

    Raises Failed("settings_damaged") alone."""
    now = bootstrap.clock()
    today = local_day(now, zone)
    first = today - timedelta(days=days - 1)
    since = start_of(first, zone)
    history = session.history
    from .health import health_of

    answers = health_of(session, agent)
    runs = history.runs(since=since, limit=_RUNS)
    moments = history.moments(since)
    incidents = [
        each
        for each in history.incidents(open_only=False)
        if each.cleared is None or max(each.cleared, each.last) >= since
    ]
    told = list(calendar(first, days, runs, moments, now, zone))
    last = history.completed("backup")
    return Report(
        device=session.settings.device or bootstrap.machine().machine_name(),
        made=iso_time(now - now % _SECOND),
        since=iso_time(since),
        days=days,
        with_names=with_names,
        health=_health(answers, with_names=with_names),
        calendar=told,
        runs=[_run(run, with_names=with_names) for run in runs],
        incidents=list(_named(incidents) if with_names else _unnamed(incidents)),
        files=last.files if last is not None else 0,
        bytes=last.bytes if last is not None else 0,
        stored=sum(run.stored for run in runs),
        asleep=sum(day.asleep for day in told),
        paused=sum(day.paused for day in told),
        verified=share_told(session),
        certificate=newest_certificate(session),
        aside=set_aside(session),
    )


def health_told(session: Session, agent: AgentFacts | None) -> ReportHealth:
    """The four answers alone, without names. Raises Failed("settings_damaged")."""
    from .health import health_of

    return _health(health_of(session, agent), with_names=False)


def open_incidents(session: Session) -> list[ReportIncident]:
    """What is wrong now, without names."""
    return list(_unnamed(session.history.incidents(open_only=True)))


def write_page(session: Session, path: str, page: str) -> None:
    """Writes a report where it is wanted, over an older one. Failed("report_not_written", at=…, reason=…)."""
    if not path:
        raise UsageError("bad_path", path=path)
    try:
        write_private(session.profile.private, os.path.abspath(path), page.encode("utf-8", "replace"))
    except Failed as error:
        reason = error.facts.get("reason") or "No space left on device"
        raise Failed("report_not_written", at=path, reason=reason) from None


# ---- runs and incidents ---------------------------------------------------------------------------

_TIMES: Final = frozenset(("last", "expected", "since", "until", "found"))
"""Facts that are times, in ns."""


def _facts(facts: dict[str, Fact], kind: str = "", *, with_names: bool) -> dict[str, Fact]:
    if not with_names:
        # What a command of the user's wrote may name files; how it ended does not.
        facts = {
            name: "…" if name == "path" else fact
            for name, fact in facts.items()
            if not (name == "detail" or (name == "reason" and kind == "hook_stopped"))
            or is_plain_end(str(fact))
        }
    return {
        name: iso_time(value) if name in _TIMES and isinstance(value, int) and abs(value) > DAY else value
        for name, value in facts.items()
    }


def _health(answers: Health, *, with_names: bool) -> ReportHealth:
    reasons = [
        ReportReason(r.code, r.weight, _facts(r.facts, with_names=with_names)) for r in answers.reasons
    ]
    missing = {reason.code for reason in answers.missing}
    return ReportHealth(
        answers.level,
        reasons,
        [reason for reason in reasons if reason.code in missing],
        iso_time(answers.last_backup) if answers.last_backup is not None else None,
        answers.age,
        iso_time(answers.proof) if answers.proof is not None else None,
        answers.next,
        answers.spread,
    )


def _run(run: RunRecord, *, with_names: bool) -> ReportRun:
    plain = msgspec.structs.asdict(run)
    told = _facts(run.facts, run.reason, with_names=with_names)
    return ReportRun(
        **{**plain, "facts": told, "started": iso_time(run.started), "ended": iso_time(run.ended)}
    )


def _incident(each: IncidentRecord, subject: str, facts: dict[str, Fact], count: int = 1) -> ReportIncident:
    cleared = iso_time(each.cleared) if each.cleared is not None else None
    return ReportIncident(
        each.kind,
        subject,
        each.severity,
        count,
        each.times,
        iso_time(each.first),
        iso_time(each.last),
        cleared,
        facts,
    )


def _named(incidents: Iterable[IncidentRecord]) -> Iterator[ReportIncident]:
    for each in incidents:
        yield _incident(each, each.subject, _facts(each.facts, with_names=True))


def _unnamed(incidents: Iterable[IncidentRecord]) -> Iterator[ReportIncident]:
    """Those about files and folders counted by kind; open and cleared ones apart."""
    groups: dict[tuple[str, bool], list[IncidentRecord]] = {}
    for each in incidents:
        if about_a_path(each):
            groups.setdefault((each.kind, each.cleared is None), []).append(each)
        else:
            yield _incident(each, each.subject, _facts(each.facts, each.kind, with_names=False))
    for found in groups.values():
        newest = max(found, key=lambda each: each.last)
        whole = msgspec.structs.replace(
            newest,
            first=min(each.first for each in found),
            times=max(each.times for each in found),
            severity=max((e.severity for e in found), key=("notice", "warning", "critical").index),
        )
        yield _incident(whole, "", {}, len(found))
