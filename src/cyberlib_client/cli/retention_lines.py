"""What a policy does, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from .language import Both, say
from .tables import cut, table
from .units import SNAPSHOT, count, many, moment, size

if TYPE_CHECKING:
    from ..app.retention import Preview, RetentionDone, VersionTold
    from ..app.retention_settings import RetentionChanged, RetentionShown

_LABEL: Final = 30

_RULES: Final = {
    "newest": Both("dernière du poste", "the device’s newest"),
    "undeleted": Both("rétablie", "brought back"),
    "label": Both("étiquette", "label"),
    "last": Both("parmi les dernières", "one of the last"),
    "within": Both("récente", "recent"),
    "hourly": Both("heure", "hour"),
    "daily": Both("jour", "day"),
    "weekly": Both("semaine", "week"),
    "monthly": Both("mois", "month"),
    "yearly": Both("année", "year"),
    "all": Both("tout est gardé", "all is kept"),
}

_NUMBERS: Final = (
    ("last", Both("les {} dernières versions", "the last {} snapshots")),
    ("within", Both("toutes celles de {} jours", "all of {} days")),
    ("hourly", Both("une par heure, {} heures", "one an hour, {} hours")),
    ("daily", Both("une par jour, {} jours", "one a day, {} days")),
    ("weekly", Both("une par semaine, {} semaines", "one a week, {} weeks")),
    ("monthly", Both("une par mois, {} mois", "one a month, {} months")),
    ("yearly", Both("une par an, {} ans", "one a year, {} years")),
)


def shown_lines(shown: RetentionShown) -> Iterator[str]:
    """The policy in force."""
    yield from _policy(shown)
    yield say(f"Quarantaine : {shown.quarantine} jours", f"Quarantine: {shown.quarantine} days")
    if shown.frozen:
        yield say(
            "GELÉ : une alarme dure sur ce poste, rien n’est effacé (cyberlib alarm show).",
            "FROZEN: an alarm stands on this machine, nothing is deleted (cyberlib alarm show).",
        )
    if shown.applied:
        gone, freed = many(shown.retired, *SNAPSHOT), size(shown.freed)
        yield say(
            f"Appliqué le {moment(shown.applied)} : {gone} en quarantaine, {freed} effacés ;"
            f" en attente : {size(shown.waiting)}",
            f"Applied {moment(shown.applied)}: {gone} into quarantine, {freed} deleted;"
            f" waiting: {size(shown.waiting)}",
        )


def _policy(shown: RetentionShown) -> Iterator[str]:
    if not shown.chosen:
        yield say(
            "Aucune règle : toutes les versions sont gardées, rien n’est jamais effacé.",
            "No policy: all snapshots are kept, nothing is ever deleted.",
        )
        yield say(
            "Pour en choisir une : cyberlib retention set --preset cabinet --dry-run",
            "To choose one: cyberlib retention set --preset cabinet --dry-run",
        )
        return
    name = f" ({shown.preset})" if shown.preset else ""
    yield say(f"Sont gardées{name} :", f"Kept{name}:")
    if -1 in (shown.last, shown.within):
        yield say("- toutes les versions", "- all snapshots")
        return
    for field, words in _NUMBERS:
        number = getattr(shown, field)
        if number == -1:
            text = str(words).format("∞")
        elif number:
            text = str(words).format(count(number))
        else:
            continue
        yield f"- {text}"
    if shown.labelled:
        yield say("- celles qui ont une étiquette", "- those with a label")
    yield say(
        "- la dernière de chaque poste, quoi qu’il arrive", "- the newest of each device, whatever happens"
    )


def changed_lines(changed: RetentionChanged) -> Iterator[str]:
    """Before and after."""
    yield from shown_lines(changed.after)
    if changed.then is not None:
        yield ""
        before = len(changed.now.going) if changed.now is not None else 0
        yield say(
            f"Avec les règles d’avant, {many(before, *SNAPSHOT)} de ce poste partiraient ; avec celles-ci :"
            f" {count(len(changed.then.going))}.",
            f"By the policy before, {many(before, *SNAPSHOT)} of this machine would go; by this one:"
            f" {count(len(changed.then.going))}.",
        )
        yield from plan_lines(changed.then)
    yield ""
    if changed.saved:
        yield say(
            "Noté. Rien n’est effacé maintenant : l’agent l’applique une fois par semaine, ou tout de suite :"
            " cyberlib retention apply",
            "Noted. Nothing is deleted now: the agent applies it once a week, or at once: cyberlib retention"
            " apply",
        )
    else:
        yield say("Simulation : rien n’est changé.", "Simulation: nothing is changed.")


def plan_lines(plan: Preview) -> Iterator[str]:
    """What would go, what stays and why, what it frees."""
    if plan.going:
        yield say("Partiraient :", "Would go:")
        yield from table(_head(), [_row(each) for each in plan.going], "lllr")
    else:
        yield say("Aucune version ne partirait.", "No snapshot would go.")
    if plan.kept:
        yield say("Resteraient :", "Would stay:")
        head = [*_head()[:3], say("POURQUOI", "WHY")]
        yield from table(head, [[*_row(each)[:3], _why(each)] for each in plan.kept])
    yield say(
        f"Place libérée à la fin de la quarantaine : {size(plan.frees)} ; tout de suite : {size(plan.due)} ;"
        f" sur {size(plan.total)}.",
        f"Freed at the end of the quarantine: {size(plan.frees)}; at once: {size(plan.due)}; of"
        f" {size(plan.total)}.",
    )


def done_lines(done: RetentionDone) -> Iterator[str]:
    """What was done."""
    if not done.done:
        yield from plan_lines(done.plan)
        yield say("Simulation : rien n’est changé.", "Simulation: nothing is changed.")
        return
    if done.retired:
        gone, until = many(done.retired, *SNAPSHOT), moment(done.until)
        yield say(
            f"En quarantaine jusqu’au {until} : {gone} (cyberlib undelete les rétablit).",
            f"In quarantine until {until}: {gone} (cyberlib undelete brings them back).",
        )
    else:
        yield say("Aucune version n’est partie.", "No snapshot went.")
    yield say(
        f"Effacé : {size(done.purged)} ; en quarantaine : {size(done.plan.waiting)}.",
        f"Deleted: {size(done.purged)}; in quarantine: {size(done.plan.waiting)}.",
    )


def _head() -> list[str]:
    return [
        say("VERSION", "SNAPSHOT"),
        say("DATE", "DATE"),
        say("POSTE", "DEVICE"),
        say("TAILLE", "SIZE"),
    ]


def _row(each: VersionTold) -> list[str]:
    label = f" « {cut(each.label, _LABEL)} »" if each.label else ""
    return [each.id[:8], moment(each.time), each.device + label, size(each.bytes)]


def _why(each: VersionTold) -> str:
    return ", ".join(str(_RULES[rule]) if rule in _RULES else rule for rule in each.rules)
