"""The facts from which `core.health` answers: settings, history, and what the agent says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from ..core.health import DAY, Health, health
from ..core.health_facts import Fact, Fault, HealthFacts
from ..state.records import INTERRUPTED, IncidentRecord, Moment, RunRecord
from . import bootstrap, stores
from .incidents import AGENT, PROVING, stage_of
from .session import Session
from .shares import share_told
from .spread import copies_known

_REACH = 2
_SECOND = 10**9


class AgentFacts(msgspec.Struct, frozen=True):
    """What the agent says, or what is known of one that is not there.

    `scheduled`: backups are to run by themselves. `planned`: when the next one is to begin, or should have
    (ns). `period`: seconds from one to the next at most, as `Plan.period`; None for once a day.
    `paused_until`: ns, None unless paused."""

    running: bool = True
    scheduled: bool = True
    planned: int | None = None
    period: float | None = None
    paused_until: int | None = None


def health_of(session: Session, agent: AgentFacts | None = None) -> Health:
    """The four answers for a profile, now. `agent`: None where backups run by hand or by another program.

    Raises Failed("settings_damaged") and nothing else."""
    return health(facts_of(session, agent, bootstrap.clock()))


def facts_of(session: Session, agent: AgentFacts | None, now: int) -> HealthFacts:
    """What is known at `now` (ns). Raises as `health_of`."""
    settings, history = session.settings, session.history
    last, first = history.completed("backup"), history.completed("backup", first=True)
    drills = [run for name in PROVING if (run := history.completed(name, best=True))]
    standing = history.incidents(open_only=True)
    recent = history.runs(limit=50)
    attempts = [run for run in recent if run.command == "backup"]
    expected = _expected(agent, last, now) if agent is not None and agent.scheduled else None
    moments = history.moments(expected - 30 * DAY) if expected is not None and expected < now else []
    return HealthFacts(
        now=now,
        history=history.is_known and (last is not None or not _had_history(session, attempts)),
        vault=settings.vault is not None,
        sources=len(settings.sources),
        last_backup=last.ended if last is not None else None,
        first_backup=first.ended if first is not None else None,
        running=min((run.started for run in history.running() if run.command == "backup"), default=None),
        interrupted=bool(attempts) and attempts[-1].reason == INTERRUPTED,
        scheduled=agent is not None and agent.scheduled,
        agent=agent is None or agent.running,
        expected=expected,
        off=off_between(moments, recent, expected, now) if expected is not None else 0,
        paused_until=agent.paused_until if agent is not None else None,
        unreached=_unreached(session, standing),
        proof=max((run.ended for run in drills), default=None),
        unread=_unread(session),
        faults=tuple(faults_of(standing)),
        copies=copies_known(session.profile, settings, backed_up=last is not None),
    )


def _unread(session: Session) -> int | None:
    """None where portions are off, or nothing was verified yet."""
    if not session.settings.verification.rotate:
        return None
    share = share_told(session)
    return share.unread_for if share is not None else None


def _had_history(session: Session, attempts: Sequence[RunRecord]) -> bool:
    """Whether there were backups of which the history, begun anew, knows nothing. `attempts`: those it knows,
    also of paths chosen for once."""
    if session.settings.vault is None:
        return False
    untold = bool(session.seen.heads) and all(run.outcome != "completed" for run in attempts)
    return untold or any(moment.kind == "history_begun_anew" for moment in session.history.moments(-(2**63)))


def _expected(agent: AgentFacts, last: RunRecord | None, now: int) -> int | None:
    passed = agent.planned is not None and agent.planned <= now
    if last is None or (passed and agent.planned is not None and agent.planned > last.started):
        return agent.planned
    by_period = last.started + round((agent.period or 86_400.0) * _SECOND)
    return max(by_period, last.ended)


def off_between(moments: Sequence[Moment], runs: Iterable[RunRecord], since: int, until: int) -> int:
    """ns between two times during which the machine slept or was off, as far as the agent's notes tell.

    A start of the agent ends a time about which nothing is known but its last word before."""
    # An agent that ended without a word is told of by the next one, with when it was last there.
    said = {m.facts.get("last") if m.kind == "agent_lost" else m.at for m in moments}
    words = sorted(
        {at for at in said if isinstance(at, int)}
        | {run.ended for run in runs}
        | {run.started for run in runs}
    )
    spans = []
    for moment in moments:
        if moment.kind == "slept":
            seconds = moment.facts.get("seconds")
            if isinstance(seconds, int | float):
                spans.append((moment.at - round(seconds * _SECOND), moment.at))
        elif moment.kind == "agent_started":
            before = max((word for word in words if word < moment.at), default=since)
            spans.append((before, moment.at))
    total, reached = 0, since
    for start, end in sorted(spans):
        start, end = max(start, reached), min(end, until)
        if end > start:
            total += end - start
            reached = end
    return total


def faults_of(standing: Iterable[IncidentRecord]) -> list[Fault]:
    """Open incidents by kind; numbers added up, no names."""
    found: dict[str, Fault] = {}
    for each in standing:
        before = found.get(each.kind)
        # Those of a run that failed name no file but for these; of files, numbers and days alone are told.
        of_a_run = "exit" in each.facts or each.subject == AGENT
        not_ours = ("path", "detail", "reason") if each.kind == "hook_stopped" else ("path", "detail")
        told: dict[str, Fact] = {
            name: fact
            for name, fact in each.facts.items()
            if name in ("exit", "count", "day", "by", "total", "until") or (of_a_run and name not in not_ours)
        }
        if each.kind == "stopped":
            told["by"] = each.subject
        if before is None:
            found[each.kind] = Fault(each.kind, each.severity, 1, each.first, told)
            continue
        counts = [facts.get("count") for facts in (told, before.facts)]
        if all(isinstance(count, int) for count in counts):
            told["count"] = sum(count for count in counts if isinstance(count, int))
        severity = max(each.severity, before.severity, key=("notice", "warning", "critical").index)
        first = min(each.first, before.first)
        found[each.kind] = Fault(each.kind, severity, before.count + 1, first, told)
    return list(found.values())


def _unreached(session: Session, standing: Iterable[IncidentRecord]) -> int | None:
    """Since when the disk that has the vault has not been there."""
    vault = session.settings.vault
    if vault is None or stores.location_folder(vault.at) is None:
        return None
    away = [each for each in standing if _is_away(each)]
    if not away:
        return None
    seen = [run.ended for name in ("backup", "verify", "restore") if (run := session.history.completed(name))]
    return max(seen, default=min(each.first for each in away))


def _is_away(each: IncidentRecord) -> bool:
    exit_code = each.facts.get("exit")
    of_copy = each.subject == "copy"  # another disk
    return not of_copy and isinstance(exit_code, int) and stage_of(each.kind, exit_code) == _REACH
