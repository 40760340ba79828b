"""The letters that the host writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from .figures import moment_of, month_of, number_of, size_of
from .letter import Letter, Rows
from .words import kind_of, phrase, reason_of


class About(NamedTuple):
    """Whom a letter is for: the language and time zone to write in, who answers questions."""

    organisation: str
    language: str
    zone: str
    support: str = ""


class DeviceMonth(NamedTuple):
    """A device in a month: figures, `days` that were missed, its `last` backup in it (µs) or None."""

    name: str
    backups: int
    files: int
    added: int
    stored: int
    incidents: Mapping[str, int]
    days: int
    last: int | None


def missed(about: About, device: str, *, critical: bool, planned: int, days: int, last: int | None) -> Letter:
    """That planned backups did not happen."""
    name = "critical" if critical else "missed"
    facts = {
        "device": device,
        "days": days,
        "planned": _moment(about, planned),
        "last": phrase("never", about.language) if last is None else _moment(about, last),
    }
    return _letter(
        about, name, [phrase(name, about.language, **facts), phrase("missed_advice", about.language)], **facts
    )


def recovered(about: About, device: str, last: int) -> Letter:
    """That backups come again."""
    facts = {"device": device, "last": _moment(about, last)}
    return _letter(about, "recovered", [phrase("recovered", about.language, **facts)], **facts)


def incidents(
    about: About, device: str, runs: int, kinds: Mapping[str, int], failures: Mapping[str, int]
) -> Letter:
    """What went wrong on a device since it was last told. `failures`: failed runs by their reason."""
    language = about.language
    why = Counter[str]()
    for reason, count in sorted(failures.items()):
        why[reason_of(reason, language)] += count
    rows = [
        (phrase("failed", language, reason=words), number_of(count, language)) for words, count in why.items()
    ]
    rows += _kinds(kinds, language)
    facts = {"device": device, "runs": runs}
    parts: list[str | Rows] = [phrase("incidents", language, **facts), _incident_rows(rows, language)]
    if failures:
        parts.append(phrase("failed_advice", language))
    if kinds:
        parts.append(phrase("incidents_advice", language))
    return _letter(about, "incidents", parts, **facts)


def monthly(
    about: About,
    year: int,
    month: int,
    devices: Sequence[DeviceMonth],
    total: int,
    aside: int = 0,
    quarantine: int = 30,
) -> Letter:
    """The month of an organisation; `total`: bytes stored at its end; `aside`: bytes of what devices let go
    and may call back yet, within so many days of `quarantine`."""
    language = about.language
    facts = {
        "organisation": about.organisation,
        "month": month_of(year, month, language),
        "total": size_of(total, language),
        "added": size_of(sum(each.added for each in devices), language),
    }
    names = ("device", "backups", "files", "volume", "stored", "incident_count", "missed_days", "last_backup")
    cells = [_month_cells(about, each) for each in devices]
    together = (phrase("all_devices", language), *(
        number_of(sum(values), language) for values in (
            [each.backups for each in devices], [each.files for each in devices])
    ), facts["added"], facts["total"], number_of(sum(sum(d.incidents.values()) for d in devices), language),
        number_of(sum(each.days for each in devices), language), "")  # fmt: skip
    table = Rows([phrase(name, language) for name in names], [*cells, together], frozenset(range(1, 7)))
    kinds: dict[str, int] = {}
    for each in devices:
        for kind, count in each.incidents.items():
            kinds[kind] = kinds.get(kind, 0) + count
    parts: list[str | Rows] = [phrase("report", language, **facts), table]
    if kinds:
        parts += [phrase("report_incidents", language), _incident_rows(_kinds(kinds, language), language)]
    else:
        parts.append(phrase("report_none", language))
    if aside:
        told = {"aside": size_of(aside, language), "days": number_of(quarantine, language)}
        parts.append(phrase("report_aside", language, **told))
    return _letter(about, "report", parts, **facts)


def _month_cells(about: About, each: DeviceMonth) -> tuple[str, ...]:
    language = about.language
    return (
        each.name,
        number_of(each.backups, language),
        number_of(each.files, language),
        size_of(each.added, language),
        size_of(each.stored, language),
        number_of(sum(each.incidents.values()), language),
        number_of(each.days, language),
        phrase("never", language) if each.last is None else _moment(about, each.last),
    )


def backup(
    about: About,
    device: str,
    *,
    outcome: str,
    reason: str,
    ended: int,
    files: int,
    size: int,
    stored: int,
    incidents: int,
) -> Letter:
    """One run, for who wants to be told of each. `reason`: the code of why it failed, or empty."""
    language = about.language
    facts = {
        "device": device,
        "outcome": phrase("outcome_failed" if outcome == "failed" else outcome, language),
        "why": f" ({reason_of(reason, language)})" if reason and outcome == "failed" else "",
        "ended": _moment(about, ended),
        "files": number_of(files, language),
        "bytes": size_of(size, language),
        "stored": size_of(stored, language),
        "incidents": number_of(incidents, language),
    }
    return _letter(about, "backup", [phrase("backup", language, **facts)], **facts)


EscrowEvent = Literal[
    "escrow_joined",
    "escrow_left",
    "release_asked",
    "release_cancelled",
    "release_waived",
    "grant_given",
    "grant_ended",
]


def escrow(about: About, event: EscrowEvent, device: str, when: int, opens: int = 0, who: str = "") -> Letter:
    """That something happened to a vault's escrow. `opens`: when officers are asked, or until when a
    grant lasts; `who` waived the delay."""
    till = _moment(about, opens) if opens else ""
    facts = {"device": device, "when": _moment(about, when), "opens": till, "who": who}
    advice = phrase(f"{event}_advice", about.language)
    return _letter(about, event, [phrase(event, about.language, **facts), advice], **facts)


ApprovalEvent = Literal["approval_asked", "approval_given", "approval_held", "approval_cancelled"]


def approval(about: About, event: ApprovalEvent, device: str, when: int, opens: int = 0) -> Letter:
    """That a new machine asks to be let in, or what became of it. `opens`: from when it is."""
    facts = {"device": device, "when": _moment(about, when), "opens": _moment(about, opens) if opens else ""}
    advice = phrase(f"{event}_advice", about.language)
    return _letter(about, event, [phrase(event, about.language, **facts), advice], **facts)


PersonEvent = Literal["person_enrolled", "person_linked", "passkey_added"]


def person(about: About, event: PersonEvent, device: str, who: str, when: int) -> Letter:
    """That somebody became one of the organisation's people, or proves it in one more way."""
    facts = {"device": device, "who": who, "when": _moment(about, when)}
    advice = phrase(f"{event}_advice", about.language)
    return _letter(about, event, [phrase(event, about.language, **facts), advice], **facts)


def maintenance(about: About, starts: int, ends: int, *, cancelled: bool = False) -> Letter:
    """A planned interruption, or that there is none after all."""
    name = "cancelled" if cancelled else "maintenance"
    facts = {
        "starts": _moment(about, starts),
        "ends": _moment(about, ends),
        "hours": number_of(round((ends - starts) / 3.6e9), about.language),
    }
    return _letter(about, name, [phrase(name, about.language, **facts)], **facts)


def _letter(about: About, name: str, parts: Sequence[str | Rows], **facts: object) -> Letter:
    language = about.language
    support = phrase("support", language, support=about.support) if about.support else ""
    foot = phrase("foot", language, organisation=about.organisation, support=support)
    subject = phrase(f"{name}_subject", language, **facts)
    return Letter(language, subject, [phrase("greeting", language), *parts, foot])


def _kinds(kinds: Mapping[str, int], language: str) -> list[tuple[str, str]]:
    called = Counter[str]()
    for kind, count in kinds.items():
        called[kind_of(kind, language)] += count
    return [
        (words, number_of(count, language))
        for words, count in sorted(called.items(), key=lambda each: (-each[1], each[0]))
    ]


def _incident_rows(rows: Sequence[tuple[str, str]], language: str) -> Rows:
    return Rows([phrase("kind", language), phrase("count", language)], rows, frozenset((1,)))


def _moment(about: About, moment: int) -> str:
    return moment_of(moment, about.zone, about.language)
