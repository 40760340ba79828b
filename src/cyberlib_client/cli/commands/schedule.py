"""`cyberlib schedule`: when the agent backs up by itself, and under which conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...app.wording.language import Both, say
from ...app.wording.units import span
from ...app.wording.weekdays import weekdays
from ..run import Run, pass_run
from ..words import command, group, option, require_change, reset_option

if TYPE_CHECKING:
    from ...app.scheduling import ScheduleShown

schedule = group(
    "schedule",
    Both(
        "Quand, et à quelles conditions, l’agent sauvegarde.",
        "When, and under which conditions, the agent backs up.",
    ),
)

SPAN = Both("DURÉE", "TIME")


@command("show", Both("Montrer ces réglages.", "Show these settings."), schedule)
@pass_run
def show(run: Run) -> None:
    """See its help."""
    from ...app import scheduling as app

    shown = app.show(run.session)
    run.output.result(shown, lambda: _lines(shown))


@command(
    "set",
    Both(
        "Changer ces réglages ; ce qui n’est pas donné reste. Débit selon l’heure : cyberlib network hours.",
        "Change these settings; what is not given stays. Rates by hours: cyberlib network hours.",
    ),
    schedule,
)
@option(
    "--times",
    metavar=Both("HEURES", "TIMES"),
    help=Both(
        "Heures des sauvegardes, par exemple 12:30,19:00 ; none : aucune.",
        "Times of backups, such as 12:30,19:00; none: no times.",
    ),
)
@option(
    "--days",
    metavar=Both("JOURS", "DAYS"),
    help=Both("Jours de ces heures : lun-ven, ou sam,dim.", "Days of these times: mon-fri, or sat,sun."),
)
@option(
    "--every",
    metavar=SPAN,
    help=Both(
        'Ou toutes les "4 h", "30 min" ; none : jamais ainsi.', 'Or every "4 h", "30 min"; none: never so.'
    ),
)
@option(
    "--hours",
    multiple=True,
    metavar=Both("PLAGE", "SPAN"),
    help=Both(
        'Ne commencer qu’à ces heures : "lun-ven 08:00-20:00" ; plusieurs possibles ; none : à toute heure.',
        'Begin only in these hours: "mon-fri 08:00-20:00"; may be given again; none: at all hours.',
    ),
)
@option(
    "--watch/--no-watch",
    default=None,
    help=Both("Sauvegarder ce qui change, aussitôt, ou non.", "Save what changes at once, or not."),
)
@option(
    "--quiet",
    metavar=SPAN,
    help=Both('Une fois que rien n’a changé depuis "60 s".', 'Once nothing has changed for "60 s".'),
)
@option(
    "--longest",
    metavar=SPAN,
    help=Both(
        'Au plus tard "10 min" après, quand les changements se suivent.',
        'After "10 min" at the latest, while changes go on.',
    ),
)
@option(
    "--scan/--no-scan",
    default=None,
    help=Both("Tout relire une fois par jour au moins, ou non.", "Look at everything once a day, or not."),
)
@option(
    "--battery",
    metavar=Both("CHARGE", "CHARGE"),
    help=Both("Sur batterie : yes, no, ou à partir de 20%.", "On battery: yes, no, or from 20%."),
)
@option(
    "--metered/--no-metered",
    default=None,
    help=Both(
        "Sauvegarder aussi par un réseau payé au volume, ou non.",
        "Back up over networks paid by volume too, or not.",
    ),
)
@reset_option
@pass_run
def change(run: Run, /, **given: Any) -> None:
    """See its help."""
    from ...app import scheduling as app

    wanted = app.ScheduleChange(**given)
    require_change(wanted != app.ScheduleChange())
    shown = app.change(run.session, wanted)
    run.output.result(shown, lambda: _lines(shown))


def _lines(shown: ScheduleShown) -> Iterator[str]:
    yield say(f"Sauvegardes : {_when(shown)}", f"Backups: {_when(shown)}")
    if shown.watch:
        quiet, longest = span(shown.quiet), span(shown.longest)
        yield say(
            f"Changements : sauvegardés après {quiet} sans rien de nouveau, {longest} au plus",
            f"Changes: saved after {quiet} of quiet, {longest} at most",
        )
    else:
        yield say("Changements : non surveillés", "Changes: not watched")
    if shown.scan:
        yield say("Relecture entière : une fois par jour au moins", "Whole scan: once a day at least")
    else:
        yield say("Relecture entière : aux sauvegardes seulement", "Whole scan: at backups only")
    spans = [f"{_days(each.days)} {each.start}-{each.end}" for each in shown.hours]
    if spans:
        told = ", ".join(spans)
        yield say(f"Ne commencer que : {told}", f"Begin only: {told}")
    end = _percent(shown.battery_stop)
    if shown.battery_from is None:
        yield say("Sur batterie : non", "On battery: no")
    elif shown.battery_from == 0:
        yield say(f"Sur batterie : oui ; tout s’arrête à {end}", f"On battery: yes; all ends at {end}")
    else:
        begin = _percent(shown.battery_from)
        yield say(
            f"Sur batterie : à partir de {begin} ; tout s’arrête à {end}",
            f"On battery: from {begin}; all ends at {end}",
        )
    if shown.metered:
        yield say("Réseau payé au volume : oui", "Networks paid by volume: yes")
    else:
        yield say("Réseau payé au volume : non", "Networks paid by volume: no")


def _when(shown: ScheduleShown) -> str:
    parts = []
    if shown.times:
        parts.append(f"{_days(shown.days)} {', '.join(shown.times)}")
    if shown.every is not None:
        every = span(shown.every)
        parts.append(say(f"à {every} d’intervalle", f"every {every}"))
    return " + ".join(parts) or say("à aucune heure", "at no time")


def _percent(share: int) -> str:
    return say(f"{share} %", f"{share}%")


def _days(days: list[int]) -> str:
    if len(days) == 7:
        return say("chaque jour", "every day")
    return weekdays(days)
