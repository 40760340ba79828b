"""`cyberlib upkeep`: what the agent does by itself besides backups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...app.wording.language import Both, say
from ...app.wording.units import count, moment, size, span
from ..run import Run, pass_run
from ..words import Between, command, group, option, require_change, reset_option

if TYPE_CHECKING:
    from ...app.upkeep import ChoreShown, UpkeepShown

upkeep = group(
    "upkeep",
    Both(
        "Ce que l’agent fait de lui-même, à part sauvegarder.",
        "What the agent does by itself, besides backing up.",
    ),
)

_SPAN = Both("DURÉE", "TIME")
_DAY = 86_400


@command(
    "show",
    Both(
        "Montrer ces réglages, et quand chaque tâche a été faite.",
        "Show these settings, and when each of it was done last.",
    ),
    upkeep,
)
@pass_run
def show(run: Run) -> None:
    """See its help."""
    from ...app import upkeep as app

    shown = app.show(run.session)
    run.output.result(shown, lambda: _lines(shown))


@command(
    "set",
    Both(
        "Changer ces réglages ; ce qui n’est pas donné reste. Les règles de conservation : cyberlib retention"
        " set ; l’intervalle d’une copie : cyberlib copy change.",
        "Change these settings; what is not given stays. How long snapshots are kept: cyberlib retention set;"
        " how often a copy is made: cyberlib copy change.",
    ),
    upkeep,
)
@option(
    "--verify/--no-verify",
    default=None,
    help=Both("Relire chaque jour une part du coffre, ou non.", "Read a portion of the vault a day, or not."),
)
@option(
    "--verify-days",
    type=Between(1, 30),
    metavar=Both("JOURS", "DAYS"),
    help=Both("Relire tout en autant de jours (30).", "Read all of it within so many days (30)."),
)
@option(
    "--kit-days",
    type=Between(0, 3660),
    metavar=Both("JOURS", "DAYS"),
    help=Both(
        "Rappeler de contrôler le kit de secours après autant de jours (365) ; 0 : jamais.",
        "Remind of checking the recovery kit after so many days (365); 0: never.",
    ),
)
@option(
    "--drill-every",
    metavar=_SPAN,
    help=Both(
        'Un exercice de restauration tous les "30 d" ; off : jamais de lui-même.',
        'A restore drill every "30 d"; off: never by itself.',
    ),
)
@option(
    "--drill-files",
    type=Between(1, 10_000),
    metavar=Both("NOMBRE", "NUMBER"),
    help=Both("De tant de fichiers au plus (100).", "Of so many files at most (100)."),
)
@option(
    "--drill-size",
    metavar=Both("TAILLE", "SIZE"),
    help=Both('De tant de données au plus ("1 GB").', 'Of so much data at most ("1 GB").'),
)
@option(
    "--drill-to",
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Dans un dossier d’essai créé dans celui-ci ; none : dans le profil.",
        "In a scratch folder made in this one; none: in the profile.",
    ),
)
@option(
    "--organisation",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Le nom du cabinet sur les certificats ; none : celui que l’hébergeur connaît.",
        "The practice’s name on certificates; none: the one that the host knows.",
    ),
)
@option(
    "--copies-remind",
    metavar=_SPAN,
    help=Both('Le dire après "30 d" sans seconde copie.', 'Tell of "30 d" without a second copy.'),
)
@option(
    "--copies-check",
    metavar=_SPAN,
    help=Both(
        'Relire chaque copie en "90 d", par parts, quand son disque est branché ; off : à la main.',
        'Read each copy again within "90 d", in portions while its disk is plugged in; off: by hand.',
    ),
)
@reset_option
@pass_run
def change(run: Run, /, **given: Any) -> None:
    """See its help."""
    from ...app import upkeep as app

    wanted = app.UpkeepChange(**given)
    require_change(wanted != app.UpkeepChange())
    shown = app.change(run.session, wanted)
    run.output.result(shown, lambda: _lines(shown))


def _lines(shown: UpkeepShown) -> Iterator[str]:
    past = {each.name: each for each in shown.chores}
    days = shown.verify_days
    if shown.verify:
        text = say(
            f"Vérification : une part par jour, tout en {days} jours",
            f"Verification: a portion a day, all within {days} days",
        )
    else:
        text = say("Vérification : à la main", "Verification: by hand")
    yield text + _when(past.get("verify"))
    most = say(
        f"{count(shown.drill_files)} fichiers et {size(shown.drill_size)} au plus",
        f"{count(shown.drill_files)} files and {size(shown.drill_size)} at most",
    )
    if shown.kit_days:
        yield say(
            f"Kit de secours : à contrôler tous les {shown.kit_days} jours",
            f"Recovery kit: to be checked every {shown.kit_days} days",
        )
    every = _every(shown.drill_every)
    yield say(f"Exercices : {every}, {most}", f"Drills: {every}, {most}") + _when(past.get("drill"))
    if shown.drill_to:
        yield say(f"  dans {shown.drill_to}", f"  in {shown.drill_to}")
    if shown.organisation:
        yield say(f"  pour {shown.organisation}", f"  for {shown.organisation}")
    text = say(
        "Conservation : une fois par semaine (cyberlib retention show)",
        "Retention: once a week (cyberlib retention show)",
    )
    yield text + _when(past.get("retention"))
    for copy in shown.copies:
        every = _every(copy.every)
        yield say(f"Copie {copy.name} : {every}", f"Copy {copy.name}: {every}") + _when(
            past.get(f"copy:{copy.name}")
        )
        check = past.get(f"check:{copy.name}")
        if shown.copies_check and check is not None:
            within = span(shown.copies_check)
            yield say(f"  relue en {within}", f"  read again within {within}") + _when(check)
    remind = span(shown.copies_remind)
    yield say(
        f"Rappel quand aucune copie n’a été faite depuis {remind}",
        f"A reminder after {remind} without a copy",
    )


def _every(seconds: int | None) -> str:
    if not seconds:
        return say("à la main", "by hand")
    if seconds == _DAY:
        return say("chaque jour", "every day")
    return say(f"tous les {span(seconds)}", f"every {span(seconds)}")


def _when(past: ChoreShown | None) -> str:
    if past is None:
        return ""
    text = say(f" ; dernière : {moment(past.last)}", f"; last: {moment(past.last)}") if past.last else ""
    if past.failures:
        text += say(f" ; échecs depuis : {count(past.failures)}", f"; failures since: {count(past.failures)}")
    return text
