"""What a policy does, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ..app.wording.language import Both, say
from ..app.wording.units import SNAPSHOT, count, many, moment, size
from ..core.retention import ALL
from .tables import cut, table

if TYPE_CHECKING:
    from ..app.policies import SharedPolicy
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
    ("within", Both("toutes celles des {} derniers jours", "all of the last {} days")),
    ("hourly", Both("une par heure, {} heures", "one an hour, {} hours")),
    ("daily", Both("une par jour, {} jours", "one a day, {} days")),
    ("weekly", Both("une par semaine, {} semaines", "one a week, {} weeks")),
    ("monthly", Both("une par mois, {} mois", "one a month, {} months")),
    ("yearly", Both("une par an, {} ans", "one a year, {} years")),
)

_ONE: Final = {
    "last": Both("la dernière version", "the last snapshot"),
    "within": Both("toutes celles du dernier jour", "all of the last day"),
    "hourly": Both("une de la dernière heure où il y en a", "one of the last hour that has any"),
    "daily": Both("une du dernier jour où il y en a", "one of the last day that has any"),
    "weekly": Both("une de la dernière semaine où il y en a", "one of the last week that has any"),
    "monthly": Both("une du dernier mois où il y en a", "one of the last month that has any"),
    "yearly": Both("une de la dernière année où il y en a", "one of the last year that has any"),
}


def shown_lines(shown: RetentionShown) -> Iterator[str]:
    """The policy in force."""
    yield from _policy(shown)
    yield say(f"Quarantaine : {shown.quarantine} jours", f"Quarantine: {shown.quarantine} days")
    yield from _shared(shown)
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


def _shared(shown: RetentionShown) -> Iterator[str]:
    """What stands in the vault."""
    for each in shown.shared or ():
        yield ""
        by, when = each.set_by, moment(each.set_at)
        if each.device_id:
            yield say(
                f"Dans le coffre, pour {each.device} (choisi par {by} le {when}) :",
                f"In the vault, for {each.device} (set by {by}, {when}):",
            )
        else:
            yield say(
                f"Dans le coffre, pour tous les postes (choisi par {by} le {when}) :",
                f"In the vault, for all devices (set by {by}, {when}):",
            )
        yield from _rules(each)
        yield say(f"- quarantaine : {each.quarantine} jours", f"- quarantine: {each.quarantine} days")
    if shown.shared and shown.chosen:
        yield ""
        yield say(
            "Ce que ces règles ou celles de ce poste gardent est gardé.",
            "What these policies or this machine’s own keep is kept.",
        )


def _policy(shown: RetentionShown) -> Iterator[str]:
    if not shown.chosen and shown.shared != []:  # nor when nobody could look: nothing is promised then
        yield say("Ce poste n’a pas de règles à lui.", "This machine has no policy of its own.")
        return
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
    yield from _rules(shown)
    yield say(
        "- la dernière de chaque poste, quoi qu’il arrive", "- the newest of each device, whatever happens"
    )


def _rules(shown: RetentionShown | SharedPolicy) -> Iterator[str]:
    if ALL in (shown.last, shown.within):
        yield say("- toutes les versions", "- all snapshots")
        return
    for field, words in _NUMBERS:
        number = getattr(shown, field)
        if number == ALL:
            text = str(words).partition(",")[0] + say(", sans fin", ", without end")
        elif number == 1 and field in _ONE:
            text = str(_ONE[field])
        elif number:
            text = str(words).format(count(number))
        else:
            continue
        yield f"- {text}"
    if shown.labelled:
        yield say("- celles qui ont une étiquette", "- those with a label")


def changed_lines(changed: RetentionChanged) -> Iterator[str]:
    """Before and after."""
    shared = changed.every or changed.device
    yield from _about(changed) if shared else shown_lines(changed.after)
    if changed.then is not None:
        yield ""
        before = len(changed.now.going) if changed.now is not None else 0
        whose = "" if shared else say(" de ce poste", " of this machine")
        yield say(
            f"Versions{whose} qui partiraient : {count(len(changed.then.going))} ; avec les règles"
            f" d’avant : {count(before)}.",
            f"Snapshots{whose} that would go: {count(len(changed.then.going))}; by the policy"
            f" before: {count(before)}.",
        )
        yield from plan_lines(changed.then)
    yield ""
    if changed.saved and shared:
        yield say(
            "Noté dans le coffre. Rien n’est effacé maintenant : l’agent de chaque poste l’applique une fois"
            " par semaine aux versions de ce poste. Celui qui a ses propres règles garde aussi ce qu’elles"
            " gardent.",
            "Noted in the vault. Nothing is deleted now: once a week the agent of each machine applies it to"
            " that machine’s snapshots. One with a policy of its own keeps what that keeps as well.",
        )
    elif changed.saved and not (changed.after.chosen or changed.after.shared):
        yield say(
            "Noté : plus aucune version ne partira. Celles qui sont déjà parties : cyberlib undelete.",
            "Noted: no snapshot goes any more. Those that went already: cyberlib undelete.",
        )
    elif changed.saved:
        yield say(
            "Noté. Rien n’est effacé maintenant : l’agent l’applique une fois par semaine, ou tout de suite :"
            " cyberlib retention apply",
            "Noted. Nothing is deleted now: the agent applies it once a week, or at once: cyberlib retention"
            " apply",
        )
    else:
        yield say("Simulation : rien n’est changé.", "Simulation: nothing is changed.")


def _about(changed: RetentionChanged) -> Iterator[str]:
    """A policy in the vault, as it is then."""
    whose = say("tous les postes", "all devices") if changed.every else changed.device
    if not changed.after.chosen:
        yield say(
            f"Dans le coffre, pour {whose} : plus aucune règle ; celles de chaque poste restent.",
            f"In the vault, for {whose}: no policy any more; each machine’s own stays.",
        )
        return
    yield say(f"Dans le coffre, pour {whose} :", f"In the vault, for {whose}:")
    yield from _rules(changed.after)
    yield say(
        f"- quarantaine : {changed.after.quarantine} jours", f"- quarantine: {changed.after.quarantine} days"
    )


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
            f"En quarantaine jusqu’au {until} : {gone}. Pour rétablir : cyberlib undelete.",
            f"In quarantine until {until}: {gone}. To bring back: cyberlib undelete.",
        )
    else:
        yield say("Aucune version n’est partie.", "No snapshot went.")
    yield say(
        f"Effacé : {size(done.purged)} ; en quarantaine : {size(done.plan.waiting)}.",
        f"Deleted: {size(done.purged)}; in quarantine: {size(done.plan.waiting)}.",
    )
    if done.held:
        yield say(
            f"Gardés par l’hébergeur jusqu’à la fin de sa quarantaine : {count(done.held)} objets.",
            f"Kept by the host until the end of its quarantine: {count(done.held)} objects.",
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
