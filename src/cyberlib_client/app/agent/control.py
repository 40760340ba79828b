"""What a command asks of the agent, or tells of it when it is not there."""

from __future__ import annotations

import msgspec

from ...core.conditions import read_pause
from ...core.errors import CyberlibError, Failed
from .. import bootstrap
from ..reports import ReportHealth, ReportIncident, health_told, open_incidents
from ..scheduling import local_zone
from ..session import Session
from ..set_aside import SetAside, set_aside
from ..shares import ReadShare, share_told
from ..times import iso_time
from ..workplace import Fact, Notice
from .client import AgentClient, agent_of
from .facts import facts_from
from .keeping import read_kept, write_kept
from .status import StatusInfo, WaitingFor


class AgentPaused(msgspec.Struct, frozen=True):
    """Until when nothing begins by itself; None when that is not so."""

    until: str | None


class JobStopped(msgspec.Struct, frozen=True):
    """The number of the job that was asked to stop; None when there was none."""

    job: int | None


class JobShown(msgspec.Struct, frozen=True):
    """The job at work."""

    number: int
    command: str
    trigger: str
    started: str
    files_done: int
    bytes_done: int


class WatchShown(msgspec.Struct, frozen=True):
    """A source; `why` it is not watched: "limit", "network", "missing", "instances", "failed", "silent",
    "off"."""

    path: str
    watched: bool
    why: str


class ChoreShown(msgspec.Struct, frozen=True):
    """What comes round by itself besides backups: when the last run that ended well began, null for never,
    and when the next may; `failures`: in a row."""

    name: str
    last: str | None
    next: str
    failures: int


class AgentShown(msgspec.Struct, frozen=True):
    """How the agent is. `next_run`: when a run begins by the timetable. `changed`: folders with changes that
    no snapshot has yet. `scan`: why the next run looks at everything. `waiting`: all that keeps it from
    beginning. `problem`: the code of what keeps the agent from working at all, or empty, and
    `problem_facts` those of its words. `health`: the four answers, null when the settings cannot be read;
    `incidents`: what is wrong now, without names of files."""

    running: bool
    pid: int | None
    version: str
    since: str | None
    paused_until: str | None
    job: JobShown | None
    queued: int
    next_run: str | None
    waiting: list[WaitingFor]
    changed: int
    scan: list[str]
    watching: list[WatchShown]
    problem: str
    health: ReportHealth | None
    incidents: list[ReportIncident]
    problem_facts: dict[str, Fact] = {}
    chores: list[ChoreShown] = []
    """What comes round by itself besides backups."""
    share: ReadShare | None = None
    """What of the vault was read lately, null when nothing is known."""
    aside: SetAside | None = None
    """What lies in quarantine, null when nothing is known."""

    @property
    def exit_code(self) -> int:
        """1 when it is not running or cannot work."""
        return 0 if self.running and not self.problem else 1


def show(session: Session) -> AgentShown:
    """How the agent of the profile is. Raises Failed("agent_unfit"), ("agent_denied")."""
    shown = _show(session)
    try:
        return msgspec.structs.replace(shown, share=share_told(session), aside=set_aside(session))
    except CyberlibError:  # the settings, as its problem says
        return shown


def _show(session: Session) -> AgentShown:
    client = agent_of(session.profile)
    if client is not None:
        try:
            with client:
                info = client.status()
                return _shown(info, *_judged(session, info))
        except CyberlibError as error:
            if error.code != "agent_gone":
                raise
    kept = read_kept(session.profile)
    due = kept.due.next if kept.due is not None else None
    paused, wait = _time(kept.paused_until), _time(due)
    told = _judged(session, None)
    return AgentShown(False, None, "", None, paused, None, 0, wait, [], 0, [], [], "", *told)


def pause(session: Session, text: str) -> AgentPaused:
    """Nothing begins by itself until then, also when the agent is started only later. ValueError for a text
    that is no such time; UsageError("unclear_pause") for one that may be two."""
    now = bootstrap.clock()
    until = read_pause(text, now, local_zone())
    client = _agent(session)
    if client is not None:
        with client:
            client.pause(until)
    else:
        write_kept(session.profile, msgspec.structs.replace(read_kept(session.profile), paused_until=until))
        session.notify(Notice("agent_absent", {}))
    return AgentPaused(_time(until))


def resume(session: Session) -> AgentPaused:
    """Goes on."""
    client = _agent(session)
    if client is not None:
        with client:
            client.resume()
    else:
        write_kept(session.profile, msgspec.structs.replace(read_kept(session.profile), paused_until=None))
        session.notify(Notice("agent_absent", {}))
    return AgentPaused(None)


def stop_job(session: Session) -> JobStopped:
    """Stops what it is doing. Failed("agent_not_running")."""
    client = _agent(session)
    if client is None:
        raise Failed("agent_not_running")
    with client:
        return JobStopped(client.stop())


def _agent(session: Session) -> AgentClient | None:
    return agent_of(session.profile)


def _time(ns: int | None) -> str | None:
    return iso_time(ns) if ns is not None else None


def _judged(session: Session, info: StatusInfo | None) -> tuple[ReportHealth | None, list[ReportIncident]]:
    incidents = open_incidents(session)
    try:
        facts = facts_from(session, read_kept(session.profile), info, running=info is not None)
        return health_told(session, facts), incidents
    except CyberlibError:  # the agent says the same as its problem
        return None, incidents


def _shown(info: StatusInfo, health: ReportHealth | None, incidents: list[ReportIncident]) -> AgentShown:
    job = info.job
    progress = job.progress if job is not None else None
    return AgentShown(
        running=True,
        pid=info.pid,
        version=info.version,
        since=_time(info.since),
        paused_until=_time(info.paused_until),
        job=JobShown(
            job.number,
            job.command,
            job.trigger,
            iso_time(job.started),
            progress.files_done if progress is not None else 0,
            progress.bytes_done if progress is not None else 0,
        )
        if job is not None
        else None,
        queued=info.queued,
        next_run=_time(info.next_run),
        waiting=[_waiting(each) for each in info.waiting],
        changed=info.changed,
        scan=info.scan,
        watching=[WatchShown(each.path, each.watched, each.why) for each in info.watching],
        problem=info.problem,
        problem_facts=info.problem_facts,
        health=health,
        incidents=incidents,
        chores=[
            ChoreShown(each.name, _time(each.last), iso_time(each.next), each.failures)
            for each in info.chores
        ],
    )


def _waiting(told: WaitingFor) -> WaitingFor:
    until = told.facts.get("until")
    facts = told.facts | {"until": _time(until)} if isinstance(until, int) else told.facts
    return WaitingFor(told.kind, facts)
