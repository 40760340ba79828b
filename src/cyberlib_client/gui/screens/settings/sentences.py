"""Settings as sentences that somebody who knows nothing about computers reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ....app.network_told import NetworkShown
from ....app.retention_told import Preview, RetentionShown
from ....app.scheduling import ScheduleShown
from ....app.wording.language import Both, say
from ....app.wording.units import SNAPSHOT, bit_rate, count, many, moment, size, span
from ....app.wording.weekdays import weekdays

PRESETS = {
    "": (
        Both("Tout garder", "Keep all"),
        Both("Aucune règle : rien n’est jamais effacé.", "No policy: nothing is ever deleted."),
    ),
    "cabinet": (
        Both("Dossiers de patients : 20 ans", "Patients’ records: 20 years"),
        Both(
            "Chaque jour d’un mois, puis de moins en moins souvent, jusqu’à une par an pendant 20 ans.",
            "Each day of a month, then ever more seldom, down to one a year for 20 years.",
        ),
    ),
    "comptabilite": (
        Both("Comptabilité : 10 ans", "Accounts: 10 years"),
        Both("De même, pendant 10 ans.", "Likewise, for 10 years."),
    ),
    "court": (
        Both("Un an", "One year"),
        Both(
            "Chaque jour de deux semaines, puis une par semaine et par mois, pendant un an.",
            "Each day of two weeks, then one a week and one a month, for a year.",
        ),
    ),
}
"""Policies in plain words, by the name of their preset; "" for none."""


def when(shown: ScheduleShown) -> str:
    """When backups run."""
    parts = []
    if shown.times:
        parts.append(f"{days(shown.days)} {_listed(shown.times)}")
    if shown.every is not None:
        parts.append(say(f"toutes les {span(shown.every)}", f"every {span(shown.every)}"))
    if shown.watch:
        parts.append(say("peu après chaque changement", "soon after each change"))
    if not parts:
        if shown.scan:
            return say("Une fois par jour.", "Once a day.")
        return say("Jamais d’elles-mêmes : à la main seulement.", "Never by themselves: by hand alone.")
    told = say(", et ", ", and ").join(parts)
    return f"{told[0].upper()}{told[1:]}."


def _listed(times: Iterable[str]) -> str:
    *first, last = times
    joined = ", ".join(first)
    if not first:
        return say(f"à {last}", f"at {last}")
    return say(f"à {joined} et {last}", f"at {joined} and {last}")


def days(chosen: list[int]) -> str:
    """Days of the week."""
    if len(chosen) == 7:
        return say("chaque jour", "every day")
    return weekdays(chosen)


def conditions(shown: ScheduleShown) -> Iterator[str]:
    """What is waited for."""
    stop = say(f"{shown.battery_stop} %", f"{shown.battery_stop}%")
    if shown.battery_from is None:
        yield say("Sur batterie : non, on attend le secteur.", "On battery: no, mains are waited for.")
    elif shown.battery_from == 0:
        yield say(
            f"Sur batterie : oui, jusqu’à {stop} de charge.", f"On battery: yes, down to {stop} of charge."
        )
    else:
        begin = say(f"{shown.battery_from} %", f"{shown.battery_from}%")
        yield say(f"Sur batterie : à partir de {begin} de charge.", f"On battery: from {begin} of charge.")
    if shown.metered:
        yield say(
            "Par un partage de connexion ou un forfait compté : oui.", "Over a metered connection: yes."
        )
    else:
        yield say(
            "Par un partage de connexion ou un forfait compté : non, on attend.",
            "Over a metered connection: no, it waits.",
        )
    if shown.hours:
        spans = say(" et ", " and ").join(
            f"{days(each.days)} {each.start}–{each.end}" for each in shown.hours
        )
        yield say(f"Commencer seulement : {spans}.", f"Begin only: {spans}.")
    else:
        yield say("À toute heure.", "At all hours.")


def rates(shown: NetworkShown) -> Iterator[str]:
    """How much of the line may be used."""
    yield say(
        f"Envoi : {bit_rate(shown.upload)} ; réception : {bit_rate(shown.download)}.",
        f"Upload: {bit_rate(shown.upload)}; download: {bit_rate(shown.download)}.",
    )
    for each in shown.hours:
        upload = bit_rate(each.upload) if isinstance(each.upload, int | None) else bit_rate(shown.upload)
        yield say(
            f"{days(each.days).capitalize()} {each.start}–{each.end} : {upload} en envoi.",
            f"{days(each.days).capitalize()} {each.start}–{each.end}: {upload} of upload.",
        )


def kept(shown: RetentionShown) -> str:
    """The policy, in a sentence."""
    if shown.preset in PRESETS and (shown.preset or not shown.chosen):
        name, more = PRESETS[shown.preset]
        return f"{name}\n{more}"
    return say("Vos propres nombres.", "Numbers of your own.")


def going(plan: Preview | None, quarantine: int) -> Iterator[str]:
    """What a policy would do today."""
    if plan is None:
        yield say(
            "Ces règles gardent au moins autant qu’avant : rien de plus ne partirait.",
            "This keeps at least as much as before: nothing more would go.",
        )
        return
    if not plan.going:
        yield say(
            f"Aujourd’hui, rien ne partirait : {many(len(plan.kept), *SNAPSHOT)} restent.",
            f"Nothing would go today: {many(len(plan.kept), *SNAPSHOT)} stay.",
        )
        return
    times = sorted(each.time for each in plan.going)
    of = count(len(plan.going) + len(plan.kept))
    gone = many(len(plan.going), *SNAPSHOT)
    yield say(
        f"{gone} sur {of} partiraient, du {moment(times[0])} au {moment(times[-1])}.",
        f"{gone} of {of} would go, from {moment(times[0])} to {moment(times[-1])}.",
    )
    yield say(
        f"Pendant {quarantine} jours elles se rétablissent d’un clic, puis {size(plan.frees)} sont libérés.",
        f"For {quarantine} days they come back at a click, then {size(plan.frees)} are freed.",
    )
