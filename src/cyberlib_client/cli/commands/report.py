"""`cyberlib report`: whether this machine is protected, and what happened in the last days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.report_words import ages, certificate, kept_aside, read_share
from ...app.wording.units import FILE, count, many, moment, size
from ..run import Run, pass_run
from ..tables import table
from ..words import Between, command, option

if TYPE_CHECKING:
    from ...app.reports import Report, ReportReason

_RUNS = 20
_INCIDENTS = 50
"""Lines that somebody reads; the page and JSON have more."""


@command(
    "report",
    Both(
        "Dire si ce poste est protégé. Ce qui manque, depuis quand, de quand date la dernière restauration"
        " essayée ; puis les derniers jours.",
        "Tell whether this machine is protected. What is missing, since when, when a restore was last tried;"
        " then the last days.",
    ),
)
@option(
    "--days",
    type=Between(1, 400),
    default=30,
    metavar=Both("N", "N"),
    help=Both("Les N derniers jours (30 par défaut).", "The last N days (30 by default)."),
)
@option(
    "--html",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Écrire le rapport dans ce fichier, à lire dans un navigateur ou à imprimer.",
        "Write the report into this file, for a browser or to be printed.",
    ),
)
@option(
    "--with-names",
    is_flag=True,
    help=Both(
        "Donner les noms des fichiers et dossiers, qui peuvent être ceux de patients : un tel rapport ne se"
        " transmet pas.",
        "Give the names of files and folders, which may be those of patients: such a report is not to be"
        " handed on.",
    ),
)
@pass_run
def report(run: Run, days: int, html: str | None, with_names: bool) -> None:
    """See its help."""
    from ...app import reports
    from ...app.agent.facts import agent_facts

    made = reports.report(run.session, days, with_names=with_names, agent=agent_facts(run.session))
    if html is not None:
        from ..report_page import page

        reports.write_page(run.session, html, page(made))
    run.output.result(made, lambda: _written(html) if html is not None else _lines(made))


def _written(path: str) -> Iterator[str]:
    yield say(f"Rapport écrit : {path}", f"Report written: {path}")


def _lines(made: Report) -> Iterator[str]:
    yield from _answers(made)
    yield ""
    yield from _days(made)
    if made.runs:
        yield ""
        yield from _runs(made)
    if made.incidents:
        yield ""
        yield from _incidents(made)


def _answers(made: Report) -> Iterator[str]:
    from ...app.wording.report_words import LEVELS, SIGNS, level_message, other_reasons

    health = made.health
    yield f"{SIGNS[health.level]} {LEVELS[health.level]} – {level_message(health.level)}"
    yield from _reasons(other_reasons(health))
    if health.next:
        yield say(f"À faire : {level_message(health.next)}", f"To do: {level_message(health.next)}")
    yield ""
    nothing = "" if health.missing else say(" rien que l’on sache", " nothing that is known")
    yield say(f"Ce qui manque :{nothing}", f"What is missing:{nothing}")
    yield from _reasons(health.missing)
    yield from ages(health)
    if made.certificate is not None:
        yield certificate(made.certificate)
    what, part = read_share(made.verified)
    yield say(f"{what} : {part}", f"{what}: {part}")
    for what, told in kept_aside(made.aside):
        yield say(f"{what} : {told}", f"{what}: {told}")
    files = f"{many(made.files, *FILE)}, {size(made.bytes)}"
    yield say(f"Sauvegardés : {files}", f"Backed up: {files}")


def _reasons(reasons: Iterable[ReportReason]) -> Iterator[str]:
    from ...app.wording.report_words import reason_message

    for reason in reasons:
        told = reason_message(reason)
        yield f"  - {told.title} {told.advice}".rstrip()


def _days(made: Report) -> Iterator[str]:
    from ...app.wording.report_words import DAY_SIGNS, STATES, day_text, days_to_tell, hours, word

    head = [
        "",
        say("jour", "day"),
        say("état", "state"),
        say("réussies", "done"),
        say("échecs", "failed"),
        say("envoyé", "sent"),
        say("veille", "asleep"),
        say("pause", "paused"),
    ]
    rows = [
        [
            DAY_SIGNS[day.state],
            day_text(day),
            word(STATES, day.state),
            count(day.completed),
            count(day.failed),
            size(day.stored),
            hours(day.asleep),
            hours(day.paused),
        ]
        for day in days_to_tell(made)
    ]
    yield from table(head, rows, "lllrrrrr")


def _runs(made: Report) -> Iterator[str]:
    from ...app.wording.report_words import COMMANDS, TRIGGERS, outcome, word

    for run in made.runs[-_RUNS:]:
        what = f"{word(COMMANDS, run.command)} ({word(TRIGGERS, run.trigger)})"
        yield f"{moment(run.started)}  {what} – {outcome(run)}"
    if len(made.runs) > _RUNS:
        yield _more(len(made.runs) - _RUNS)


def _more(number: int) -> str:
    return say(
        f"… et {count(number)} avant ; --html et --json les donnent.",
        f"… and {count(number)} before; --html and --json have them.",
    )


def _incidents(made: Report) -> Iterator[str]:
    from ...app.wording.report_words import SEVERITIES, incident_message, is_named, with_remark, word

    standing = [each for each in made.incidents if each.cleared is None]
    past = len(made.incidents) - len(standing)
    for each in standing[-_INCIDENTS:]:
        told = incident_message(each)
        name = f" – {each.subject}" if is_named(made, each) else ""
        when = say(f"depuis le {moment(each.first)}", f"since {moment(each.first)}")
        yield f"[{word(SEVERITIES, each.severity)}] {with_remark(told.title, f'{name} ({when})')}"
    if len(standing) > _INCIDENTS:
        yield _more(len(standing) - _INCIDENTS)
    if past:
        yield say(f"Incidents réglés depuis : {count(past)}", f"Incidents that are over: {count(past)}")
