"""Words that the text of a report and its page have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from ..messages import Fact, Message, error_texts, health_message, translated
from ..messages.health import HEALTH
from .language import Both, language, say
from .units import FILE, SNAPSHOT, count, duration, many, moment, percent, size

if TYPE_CHECKING:
    from ..drill_list import CertificateInfo
    from ..reports import Report, ReportDay, ReportHealth, ReportIncident, ReportReason, ReportRun
    from ..set_aside import SetAside
    from ..shares import ReadShare

LEVELS: Final = {
    "protected": Both("Protégé", "Protected"),
    "attention": Both("À surveiller", "Needs attention"),
    "danger": Both("En danger", "In danger"),
    "unknown": Both("Inconnu", "Unknown"),
}
SIGNS: Final = {"protected": "✓", "attention": "!", "danger": "✗", "unknown": "?"}
"""Never colour alone."""
STATES: Final = {
    "done": Both("sauvegardé", "backed up"),
    "incomplete": Both("sauvegardé, avec des réserves", "backed up, with reservations"),
    "stopped": Both("arrêté", "stopped"),
    "failed": Both("échec", "failed"),
    "none": Both("aucune sauvegarde", "no backup"),
}
DAY_SIGNS: Final = {"done": "✓", "incomplete": "!", "stopped": "–", "failed": "✗", "none": "·"}
COMMANDS: Final = {
    "backup": Both("sauvegarde", "backup"),
    "restore": Both("restauration", "restore"),
    "verify": Both("vérification", "verification"),
    "copy": Both("copie", "copy"),
    "check": Both("contrôle de copie", "check of a copy"),
    "repair": Both("réparation", "repair"),
    "drill": Both("restauration d’essai", "restore drill"),
    "retention": Both("conservation", "retention"),
}
TRIGGERS: Final = {
    "user": Both("à la main", "by hand"),
    "schedule": Both("à l’heure prévue", "as planned"),
    "changes": Both("des fichiers ont changé", "files changed"),
    "missed": Both("rattrapage", "made up for"),
    "reconcile": Both("parcours complet", "whole scan"),
}
BY: Final = {
    "user": Both("par quelqu’un", "by somebody"),
    "battery": Both("batterie faible", "low battery"),
    "metered": Both("réseau payé au volume", "metered network"),
    "unplugged": Both("disque débranché", "disk unplugged"),
    "shutdown": Both("extinction du poste", "the machine was shut down"),
    "system": Both("par le système", "by the system"),
}
SEVERITIES: Final = {
    "notice": Both("à savoir", "notice"),
    "warning": Both("à surveiller", "warning"),
    "critical": Both("grave", "critical"),
}
_FILES: Final = {
    "unreadable": "files_unreadable",
    "placeholder": "files_placeholder",
    "inconsistent": "files_inconsistent",
    "special": "files_special",
    "file_damaged": "files_damaged",
    "live_database": "database_raw",
    "not_captured": "database_unchecked",
    "left_out_now": "scope_changed",
    "source_missing": "source_missing",
    "more_files": "files_more",
    "restore_not_proven": "restore_proof_old",
    "stopped": "run_stopped",
}


def word(table: Mapping[str, Both], key: str) -> str:
    """The word for a code of a later version is the code."""
    return str(table[key]) if key in table else key


def reason_message(reason: ReportReason) -> Message:
    """What is said of a reason, and what to do."""
    return health_message(reason.code, _readable(reason.facts), language())


def other_reasons(health: ReportHealth) -> list[ReportReason]:
    """Those that name nothing without a sound copy: these answer another question."""
    return [reason for reason in health.reasons if reason not in health.missing]


def level_message(code: str) -> str:
    """The sentence of a level or of the next thing to do."""
    return health_message(code, {}, language()).title


def reason_of(kind: str) -> str:
    """The reason of `core.health` that a kind of incidents is told as; the kind itself for others."""
    return _FILES.get(kind, kind)


def incident_message(each: ReportIncident) -> Message:
    """What is wrong, and what to do; without the subject."""
    facts = _readable({"count": each.count, **each.facts})
    if each.kind == "stopped":
        facts["by"] = word(BY, each.subject)
    code = reason_of(each.kind)
    if code in HEALTH:
        return health_message(code, facts, language())
    return health_message("incident", {"kind": each.kind, **facts}, language())


def with_remark(sentence: str, remark: str) -> str:
    """A sentence, and more before its end."""
    return f"{sentence.removesuffix('.')}{remark}." if remark else sentence


def is_named(made: Report, each: ReportIncident) -> bool:
    """Whether what an incident is about is told: a command's name is no patient's."""
    return bool(each.subject) and (made.with_names or each.kind == "hook_failed")


def outcome(run: ReportRun) -> str:
    """How a run ended, in a few words."""
    if run.outcome == "completed":
        if run.exit == 0:
            return say("réussie", "done")
        if run.command == "backup" and run.exit == 3 and not run.unread:
            return say("faite, mais une commande a échoué", "done, but a command failed")
        return say(f"faite, mais pas en entier (code {run.exit})", f"done, but not in full (code {run.exit})")
    if run.outcome == "stopped":
        by = word(BY, str(run.facts.get("by") or "user"))
        return say(f"arrêtée : {by}", f"stopped: {by}")
    if run.reason == "interrupted":
        return say("interrompue : fin inconnue", "interrupted: its end is not known")
    why = failure(run)
    return say(f"échec : {why}", f"failed: {why}")


def failure(run: ReportRun) -> str:
    """Why a run failed, in a sentence."""
    if run.reason not in error_texts():
        return translated(run.reason, language())
    return health_message("incident", {**run.facts, "kind": run.reason}, language()).title


def hours(seconds: int) -> str:
    """A time of a day, or nothing."""
    return duration(seconds) if seconds >= 1 else "–"


def days_to_tell(made: Report) -> list[ReportDay]:
    """From the first of which there is anything to tell; at least today."""
    told = (n for n, d in enumerate(made.calendar) if d.state != "none" or d.asleep or d.paused)
    return made.calendar[next(told, len(made.calendar) - 1) :]


def day_text(each: ReportDay) -> str:
    """A day as people of each language write it."""
    if language() == "en":
        return each.day
    year, month, day = each.day.split("-")
    return f"{day}/{month}/{year}"


def _readable(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Times as people write them, and codes of who stopped a run as words."""
    found: dict[str, Fact] = {}
    for name, value in facts.items():
        if isinstance(value, str) and value.endswith("Z") and "T" in value:
            value = moment(value)
        if name == "by":
            value = word(BY, str(value))
        found[name] = value
    return found


def ages(health: ReportHealth) -> Iterator[str]:
    """How old the last backup is, and the last proof."""
    yield say(f"Dernière sauvegarde : {since(health)}", f"Last backup: {since(health)}")
    proof = moment(health.proof) if health.proof is not None else say("jamais", "never")
    yield say(f"Dernière restauration essayée : {proof}", f"Last restore tried: {proof}")
    yield from _spread(health)


def _spread(health: ReportHealth) -> Iterator[str]:
    told = health.spread
    if told is None:
        return
    copies = many(told.copies, Both("exemplaire", "copy"), Both("exemplaires", "copies"))
    media = many(told.media, Both("support", "medium"), Both("supports", "media"))
    rule = say("la règle 3-2-1 est tenue", "the 3-2-1 rule is kept")
    if not told.safe:
        rule = say(
            "la règle 3-2-1 en veut 3, sur 2, dont 1 ailleurs", "the 3-2-1 rule wants 3, on 2, 1 elsewhere"
        )
    there = count(told.elsewhere)
    yield say(
        f"Vos données : {copies} sur {media}, dont ailleurs : {there} ; {rule}.",
        f"Your data: {copies} on {media}, elsewhere: {there}; {rule}.",
    )


def certificate(each: CertificateInfo) -> str:
    """The newest certificate of a drill, in a line."""
    if each.problem:
        return say(
            f"Certificat {each.id} : illisible ou modifié.", f"Certificate {each.id}: unreadable or altered."
        )
    how = say("réussi", "passed") if each.outcome == "passed" else say("ÉCHEC", "FAILED")
    when, files = moment(each.time), many(each.files, *FILE)
    return say(
        f"Dernier exercice de restauration : {when}, {files}, {how} (certificat {each.id[:8]}).",
        f"Last restore drill: {when}, {files}, {how} (certificate {each.id[:8]}).",
    )


def read_share(share: ReadShare | None) -> tuple[str, str]:
    """(what, how much): of the vault was read lately."""
    if share is None:
        return say("Paquets relus", "Packs read"), say("jamais", "never")
    what = say(f"Paquets relus depuis moins de {share.days} jours", f"Packs read within {share.days} days")
    return what, percent(share.read, share.packs)


def kept_aside(told: SetAside | None) -> Iterator[tuple[str, str]]:
    """(what, how much): what lies in quarantine, and when anything was let go."""
    if told is None:
        return
    if told.frozen:
        yield (
            say("Rien n’est effacé", "Nothing is deleted"),
            say(f"une alarme dure sur {told.frozen}", f"an alarm stands on {told.frozen}"),
        )
    if told.snapshots and told.first is not None and told.last is not None:
        first, last = moment(told.first)[:10], moment(told.last)[:10]
        until = say(f"jusqu’au {first}", f"until {first}")
        if last != first:
            until = say(f"la première jusqu’au {first}, la dernière jusqu’au {last}", f"{first} to {last}")
        gone = many(told.snapshots, *SNAPSHOT)
        yield (
            say("En quarantaine", "In quarantine"),
            say(
                f"{gone}, {size(told.waiting)}, {until} (pour rétablir : cyberlib undelete)",
                f"{gone}, {size(told.waiting)}, {until} (to bring back: cyberlib undelete)",
            ),
        )
    elif told.waiting:
        yield say("En quarantaine", "In quarantine"), size(told.waiting)
    if told.chosen or told.applied is not None:
        when = moment(told.applied) if told.applied is not None else say("jamais encore", "not yet")
        yield say("Dernier tri des versions", "Retention last applied"), when


def since(health: ReportHealth) -> str:
    """When the last backup ended, and how long ago that is."""
    if health.last_backup is None or health.age is None:
        return say("jamais, que l’on sache", "never, as far as is known")
    when, ago = moment(health.last_backup), _ago(health.age)
    if health.age < 60:
        return say(f"{when} (à l’instant)", f"{when} (just now)")
    return say(f"{when} (il y a {ago})", f"{when} ({ago} ago)")


_DAYS = (Both("jour", "day"), Both("jours", "days"))


def _ago(seconds: int) -> str:
    if seconds >= 2 * 86_400:
        return many(seconds // 86_400, *_DAYS)
    return duration(seconds) if seconds >= 3600 else f"{seconds // 60} min"
