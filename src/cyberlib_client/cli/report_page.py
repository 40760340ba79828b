"""A report as one HTML file: no script, nothing fetched, readable by screen readers and on paper."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..app.wording.language import Both, language, say
from ..app.wording.report_words import (
    COMMANDS,
    DAY_SIGNS,
    LEVELS,
    SEVERITIES,
    SIGNS,
    STATES,
    TRIGGERS,
    certificate,
    day_text,
    days_to_tell,
    hours,
    incident_message,
    is_named,
    kept_aside,
    level_message,
    other_reasons,
    outcome,
    read_share,
    reason_message,
    since,
    with_remark,
    word,
)
from ..app.wording.units import FILE, count, many, moment, size

if TYPE_CHECKING:
    from ..app.reports import Report, ReportReason

_RUNS: Final = 300
_INCIDENTS: Final = 500

_STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { font: 11pt/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; color: #1c1c1c; background: #fff;
  margin: 0 auto; padding: 1.5rem; max-width: 60rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .25rem; }
p { margin: .25rem 0; } ul { margin: .25rem 0; padding-left: 1.25rem; }
.made { color: #4a4a4a; }
.level { border: 2px solid; border-left-width: .75rem; border-radius: .25rem; padding: .75rem 1rem;
  margin: 1rem 0; }
.level p:first-child { font-size: 1.25rem; font-weight: bold; }
.protected { border-color: #1b6e3c; } .attention { border-color: #8a5a00; }
.danger { border-color: #a3162a; } .unknown { border-color: #55585c; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: .75rem; }
.answers section { border: 1px solid #8a8a8a; border-radius: .25rem; padding: .75rem 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: #4a4a4a; padding-bottom: .25rem; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #b9b9b9; vertical-align: top; }
thead th { border-bottom: 2px solid #1c1c1c; } th.n, td.n { text-align: right; white-space: nowrap; }
.when { white-space: nowrap; } .text { overflow-wrap: anywhere; }
.advice { color: #3a3a3a; }
@page { size: A4; margin: 15mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 9.5pt; }
  h2 { break-after: avoid; } tr, .level, .answers section { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""


_CLASSES: Final = {"n": ' class="n"', "w": ' class="when"', "t": ' class="text"'}
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def page(made: Report) -> str:
    """The whole file, in the language of the command."""
    title = say(f"Sauvegarde du poste {made.device}", f"Backup of the machine {made.device}")
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{language()}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<header>",
        f"<h1>{_text(title)}</h1>",
        f'<p class="made">{_text(_made(made))}</p>',
        "</header>",
        "<main>",
        *_level(made),
        *_answers(made),
        *_volume(made),
        *_calendar(made),
        *_incidents(made),
        *_runs(made),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(parts) + "\n"


def _made(made: Report) -> str:
    days = many(made.days, Both("jour", "day"), Both("jours", "days"))
    text = say(
        f"Rapport du {moment(made.made)}, sur {days}.", f"Report of {moment(made.made)}, about {days}."
    )
    if made.with_names:
        text += say(
            " Il contient des noms de fichiers : ne le transmettez pas.",
            " It has names of files in it: do not hand it on.",
        )
    return text


def _level(made: Report) -> Iterator[str]:
    health = made.health
    yield f'<div class="level {_text(health.level)}">'
    sign = f'<span aria-hidden="true">{SIGNS[health.level]}</span>'
    yield f"<p>{sign} {_text(word(LEVELS, health.level))}</p>"
    yield f"<p>{_text(level_message(health.level))}</p>"
    yield from _reasons(other_reasons(health))
    if health.next:
        what = level_message(health.next)
        yield f"<p><strong>{_text(say(f'À faire : {what}', f'To do: {what}'))}</strong></p>"
    yield "</div>"


def _reasons(reasons: Iterable[ReportReason]) -> Iterator[str]:
    told = [reason_message(reason) for reason in reasons]
    if told:
        lines = "".join(
            f'<li>{_text(each.title)} <span class="advice">{_text(each.advice)}</span></li>' for each in told
        )
        yield f"<ul>{lines}</ul>"


def _answers(made: Report) -> Iterator[str]:
    health = made.health
    proof = moment(health.proof) if health.proof is not None else say("Jamais.", "Never.")
    drill = _paragraph(certificate(made.certificate)) if made.certificate is not None else ""
    nothing = say("Rien que l’on sache.", "Nothing that is known.")
    missing = "".join(_reasons(health.missing)) or _paragraph(nothing)
    answers = (
        (say("Suis-je protégé ?", "Am I protected?"), _paragraph(level_message(health.level))),
        (say("Que manque-t-il ?", "What is missing?"), missing),
        (say("Depuis quand ?", "How long has it been?"), _paragraph(since(made.health))),
        (
            say("Quand une restauration a-t-elle été essayée ?", "When was a restore last proven?"),
            _paragraph(proof) + drill,
        ),
    )
    yield f"<h2>{_text(say('Quatre réponses', 'Four answers'))}</h2>"
    yield '<div class="answers">'
    for question, answer in answers:
        yield f"<section><h3>{_text(question)}</h3>{answer}</section>"
    yield "</div>"


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _volume(made: Report) -> Iterator[str]:
    yield f"<h2>{_text(say('Volume et temps', 'Volume and time'))}</h2>"
    rows = [
        [say("Fichiers dans la dernière sauvegarde", "Files in the last backup"), many(made.files, *FILE)],
        [say("Taille de ces fichiers", "Size of these files"), size(made.bytes)],
        [say("Envoyé au coffre pendant ces jours", "Sent to the vault in these days"), size(made.stored)],
        [*read_share(made.verified)],
        *([what, told] for what, told in kept_aside(made.aside)),
        [say("Poste en veille", "Machine asleep"), hours(made.asleep)],
        [say("Sauvegardes en pause", "Backups paused"), hours(made.paused)],
    ]
    yield from _table([say("quoi", "what"), say("combien", "how much")], rows, "ln", heads=True)


def _calendar(made: Report) -> Iterator[str]:
    yield f"<h2>{_text(say('Jour par jour', 'Day by day'))}</h2>"
    head = [
        say("jour", "day"),
        say("état", "state"),
        say("réussies", "done"),
        say("arrêtées", "stopped"),
        say("échecs", "failed"),
        say("envoyé", "sent"),
        say("veille", "asleep"),
        say("pause", "paused"),
    ]
    rows = [
        [
            day_text(day),
            f"{DAY_SIGNS[day.state]} {word(STATES, day.state)}",
            count(day.completed),
            count(day.stopped),
            count(day.failed),
            size(day.stored),
            hours(day.asleep),
            hours(day.paused),
        ]
        for day in reversed(days_to_tell(made))
    ]
    yield from _table(head, rows, "wlnnnnnn", heads=True)


def _incidents(made: Report) -> Iterator[str]:
    yield f"<h2>{_text(say('Incidents', 'Incidents'))}</h2>"
    if not made.incidents:
        yield f"<p>{_text(say('Aucun.', 'None.'))}</p>"
        return
    head = [
        say("gravité", "severity"),
        say("quoi, et que faire", "what, and what to do"),
        say("depuis", "since"),
        say("vu en dernier", "last seen"),
        say("réglé", "over"),
    ]
    rows = []
    weights = ("critical", "warning", "notice")
    gravest = list(reversed(made.incidents))
    gravest.sort(key=lambda each: (each.cleared is not None, weights.index(each.severity)))
    for each in gravest[:_INCIDENTS]:
        told = incident_message(each)
        name = f" – {each.subject}" if is_named(made, each) else ""
        over = moment(each.cleared) if each.cleared is not None else say("non", "no")
        rows.append(
            [
                word(SEVERITIES, each.severity),
                f"{with_remark(told.title, name)} {told.advice}",
                moment(each.first),
                moment(each.last),
                over,
            ]
        )
    yield from _table(head, rows, "wtwww")
    yield from _left_out(len(gravest) - _INCIDENTS)


def _runs(made: Report) -> Iterator[str]:
    title = say("Sauvegardes, restaurations, vérifications", "Backups, restores, verifications")
    yield f"<h2>{_text(title)}</h2>"
    if not made.runs:
        yield f"<p>{_text(say('Aucune.', 'None.'))}</p>"
        return
    head = [
        say("début", "began"),
        say("quoi", "what"),
        say("fin", "end"),
        say("fichiers", "files"),
        say("envoyé", "sent"),
        say("non lus", "unread"),
    ]
    rows = [
        [
            moment(run.started),
            f"{word(COMMANDS, run.command)}, {word(TRIGGERS, run.trigger)}",
            outcome(run),
            count(run.files),
            size(run.stored),
            count(run.unread),
        ]
        for run in reversed(made.runs[-_RUNS:])
    ]
    yield from _table(head, rows, "wltnnn")
    yield from _left_out(len(made.runs) - _RUNS)


def _left_out(number: int) -> Iterator[str]:
    if number > 0:
        rest = count(number)
        told = say(
            f"… et {rest} de plus ; --json les donne tous.", f"… and {rest} more; --json has them all."
        )
        yield f"<p>{_text(told)}</p>"


def _table(
    head: Sequence[str], rows: Iterable[Sequence[str]], kinds: str, *, heads: bool = False
) -> Iterator[str]:
    """`kinds`: a letter a column, "n" for numbers, "w" for times, "t" for texts of any
    length. `heads`: the first of a row names it."""
    classes = [_CLASSES.get(kind, "") for kind in kinds]
    yield "<table><thead><tr>"
    yield "".join(f'<th scope="col"{of}>{_text(cell)}</th>' for cell, of in zip(head, classes, strict=True))
    yield "</tr></thead><tbody>"
    for row in rows:
        cells = [f"<td{of}>{_text(cell)}</td>" for cell, of in zip(row, classes, strict=True)]
        if heads:
            cells[0] = f'<th scope="row"{classes[0]}>{_text(row[0])}</th>'
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table>"


def _text(text: str) -> str:
    """Text, whatever it holds: no sign of it begins a tag, none moves or hides what follows."""
    fit = "".join(c if c.isprintable() or c in "\u202f\u00a0" else f"\\u{ord(c):04x}" for c in str(text))
    return html.escape(fit, quote=True)
