"""`cyberlib agent status`: what the agent does, waits for and watches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ...app.wording.language import Both, language, say
from ...app.wording.units import FILE, FOLDER, count, many, moment, size
from ..places import here
from ..run import Run, pass_run
from ..words import command

if TYPE_CHECKING:
    from ...app.agent.control import AgentShown, ChoreShown, JobShown, WatchShown
    from ...app.reports import ReportHealth, ReportIncident
    from ...app.set_aside import SetAside
    from ...app.shares import ReadShare


@command(
    "status",
    Both(
        "Dire ce que fait et attend l’agent. Et ce qu’il surveille ; code 1 s’il n’est pas en marche.",
        "Tell what the agent does and waits for. And what it watches; exit code 1 when it is not running.",
    ),
)
@pass_run
def status(run: Run) -> int:
    """See its help."""
    from ...app.agent import control

    shown = control.show(run.session)
    run.output.result(shown, lambda: lines(shown))
    return shown.exit_code


_INCIDENTS: Final = 10
"""Lines; the report has all."""

_TRIGGERS: Final = {
    "user": Both("demandé", "asked for"),
    "schedule": Both("à l’heure prévue", "at its time"),
    "missed": Both("rattrapage", "made up for"),
    "changes": Both("après des changements", "after changes"),
    "reconcile": Both("contrôle complet", "complete look"),
}

_COMMANDS: Final = {
    "backup": Both("sauvegarde", "backup"),
    "verify": Both("vérification", "verification"),
    "copy": Both("copie", "copy"),
    "check": Both("contrôle de copie", "check of a copy"),
    "repair": Both("réparation", "repair"),
    "drill": Both("restauration d’essai", "restore drill"),
    "retention": Both("conservation", "retention"),
    "tell": Both("message à l’hébergeur", "message to the host"),
    "canaries": Both("contrôle des fichiers témoins", "a look at the decoys"),
}

_UNWATCHED: Final = {
    "limit": Both(
        "trop de dossiers pour la limite de surveillance du système",
        "too many folders for the system’s limit",
    ),
    "network": Both("lecteur réseau", "network drive"),
    "instances": Both(
        "trop de programmes surveillent déjà des dossiers", "too many programs are watching folders already"
    ),
    "failed": Both("le système refuse la surveillance", "the system refuses to watch it"),
    "silent": Both("le disque ne répond pas", "the disk does not answer"),
    "off": Both("surveillance désactivée", "watching is off"),
}


def lines(shown: AgentShown) -> Iterator[str]:
    """The state of the agent in a few lines, then how this machine is protected."""
    yield from _agent(shown)
    if shown.health is not None:
        yield from _health(shown.health)
    if shown.share is not None:
        yield _share(shown.share)
    yield from _aside(shown.aside)
    left = [e for e in shown.incidents if e.kind != shown.problem and not _is_told(e, shown.health)]
    for each in left[:_INCIDENTS]:
        yield _incident(each)
    if len(left) > _INCIDENTS:
        more = count(len(left) - _INCIDENTS)
        yield say(f"… et {more} autres : cyberlib report.", f"… and {more} more: cyberlib report.")


def _health(health: ReportHealth) -> Iterator[str]:
    from ...app.wording.report_words import LEVELS, SIGNS, ages, level_message, reason_message, with_remark

    yield f"{SIGNS[health.level]} {LEVELS[health.level]} – {level_message(health.level)}"
    for reason in health.reasons:
        if reason.weight != "notice":
            since = reason.facts.get("since") if "kind" in reason.facts else None
            when = f" {_since(since)}" if isinstance(since, str) else ""
            yield f"  - {with_remark(reason_message(reason).title, when)}"
    yield from ages(health)
    if health.next:
        yield say(f"À faire : {level_message(health.next)}", f"To do: {level_message(health.next)}")


def _aside(aside: SetAside | None) -> Iterator[str]:
    from ...app.wording.report_words import kept_aside

    for what, told in kept_aside(aside):
        yield say(f"{what} : {told}", f"{what}: {told}")


def _share(share: ReadShare) -> str:
    from ...app.wording.report_words import read_share

    what, part = read_share(share)
    return say(f"{what} : {part}", f"{what}: {part}")


def _incident(each: ReportIncident) -> str:
    from ...app.wording.report_words import SEVERITIES, incident_message, with_remark, word

    told = with_remark(incident_message(each).title, f" {_since(each.first)}")
    return f"[{word(SEVERITIES, each.severity)}] {told}"


def _since(first: str) -> str:
    return say(f"(depuis le {moment(first)})", f"(since {moment(first)})")


def _is_told(each: ReportIncident, health: ReportHealth | None) -> bool:
    """Whether it is among the reasons that were just told."""
    return health is not None and any(
        reason.facts.get("kind") == each.kind and reason.weight != "notice" for reason in health.reasons
    )


def _agent(shown: AgentShown) -> Iterator[str]:
    from ...app.messages import error_message

    if not shown.running:
        yield from _absent(shown)
        return
    since = moment(shown.since or "")
    yield say(
        f"L’agent est en marche depuis le {since} (processus {shown.pid}).",
        f"The agent is running since {since} (process {shown.pid}).",
    )
    if shown.problem:
        yield f"! {error_message(shown.problem, shown.problem_facts, language())} [{shown.problem}]"
    if shown.job is not None:
        yield _job(shown.job)
    if shown.queued:
        yield say(f"En attente : {count(shown.queued)}.", f"Waiting: {count(shown.queued)}.")
    yield from _waits(shown)
    if shown.scan and shown.job is None:
        yield say("La prochaine sauvegarde relira tout.", "The next backup will look at everything.")
    if shown.next_run:
        yield say(
            f"Prochaine sauvegarde prévue : {moment(shown.next_run)}.",
            f"Next planned backup: {moment(shown.next_run)}.",
        )
    if shown.changed:
        yield say(
            f"Changements pas encore sauvegardés : {many(shown.changed, *FOLDER)}.",
            f"Changes not saved yet: {many(shown.changed, *FOLDER)}.",
        )
    for source in shown.watching:
        yield _source(source)
    for chore in shown.chores:
        yield _chore(chore)


def _waits(shown: AgentShown) -> Iterator[str]:
    """What keeps runs from beginning; a pause once."""
    from ...app.messages import waiting_message

    if shown.paused_until:
        until = moment(shown.paused_until)
        yield say(f"En pause jusqu’au {until}.", f"Paused until {until}.")
    for each in shown.waiting:
        if each.kind == "paused" and shown.paused_until:
            continue  # just told
        facts = {
            name: moment(f) if name == "until" and isinstance(f, str) else f for name, f in each.facts.items()
        }
        yield f"! {waiting_message(each.kind, facts, language())}"


def _chore(chore: ChoreShown) -> str:
    name, _, subject = chore.name.partition(":")
    what = f"{_COMMANDS.get(name, name)} {subject}".rstrip()
    last = moment(chore.last) if chore.last else say("jamais", "never")
    told = say(
        f"De temps en temps : {what} (dernière : {last} ; prochaine : {moment(chore.next)})",
        f"From time to time: {what} (last: {last}; next: {moment(chore.next)})",
    )
    if chore.failures:
        failed = count(chore.failures)
        told += say(f", échecs de suite : {failed}", f", failures in a row: {failed}")
    return f"{told}."


def _absent(shown: AgentShown) -> Iterator[str]:
    yield say(
        "L’agent n’est pas en marche : rien n’est sauvegardé de soi-même. cyberlib agent install l’installe,"
        " cyberlib agent run le lance dans cette fenêtre.",
        "The agent is not running: nothing is backed up by itself. cyberlib agent install sets it up,"
        " cyberlib agent run runs it in this window.",
    )
    if shown.paused_until:
        until = moment(shown.paused_until)
        yield say(
            f"À son démarrage il sera en pause jusqu’au {until}.", f"Once started it pauses until {until}."
        )
    if shown.next_run:
        planned = moment(shown.next_run)
        yield say(
            f"La sauvegarde prévue le {planned} l’attend.", f"The backup planned at {planned} waits for it."
        )


def _job(job: JobShown) -> str:
    what = _COMMANDS.get(job.command, job.command)
    why = (
        f" ({_TRIGGERS.get(job.trigger, job.trigger)})" if job.command in ("backup", "verify", "copy") else ""
    )
    told = say(f"En cours : {what}{why}", f"At work: {what}{why}")
    if job.files_done:
        told += f", {many(job.files_done, *FILE)}, {size(job.bytes_done)}"
    return told + "."


def _source(source: WatchShown) -> str:
    path = here(source.path)
    if source.watched:
        return say(f"Surveillé : {path}", f"Watched: {path}")
    if source.why == "missing":
        return say(
            f"! Absent : {path}. Rebranchez son disque, ou retirez-le : cyberlib sources remove.",
            f"! Not there: {path}. Connect its disk, or take it out: cyberlib sources remove.",
        )
    why = _UNWATCHED.get(source.why, source.why)
    return say(f"Contrôlé aux heures prévues : {path} ({why})", f"Looked at when planned: {path} ({why})")
