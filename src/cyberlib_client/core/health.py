"""Am I protected? What is missing? How long has it been? When was a restore last proven?

The four answers, from plain facts, in this one place: home, the tray, the command line and the host's mail
all show what is said here. Each fault adds a reason and takes none away, so that more faults never look
better.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from .health_facts import Fact, Fault, HealthFacts
from .health_faults import FAULTS, Weight
from .spread import Spread, newest, spread_of

Level = Literal["protected", "attention", "danger", "unknown"]

HOUR: Final = 3600 * 10**9
DAY: Final = 24 * HOUR

CHANCE: Final = 2 * HOUR
"""ns awake after a planned time before a run that did not come is late: it waits for disks and networks."""
LATE_DANGER: Final = 3 * DAY
BY_HAND: Final = 7 * DAY
"""Age at which the last backup of a machine without a schedule is too old."""
BY_HAND_DANGER: Final = 30 * DAY
UNPLUGGED: Final = 30 * DAY
PROOF: Final = 100 * DAY
"""Age at which the last proof of a restore, or else the first backup, asks for attention."""
UNREAD: Final = 45
"""Days after which a part of the vault that nobody read is worth telling: 30 are promised."""
COPY_UNREAD: Final = 135 * DAY
"""Time after which a part of a copy that nobody read is worth telling: 90 days are usual."""
LONG_RUN: Final = DAY
"""A run at work keeps others from being late for so long."""


class Reason(msgspec.Struct, frozen=True):
    """Why. `code` has words in `app.messages.health`. `weight`: "notice" changes no colour."""

    code: str
    weight: Weight
    facts: dict[str, Fact] = {}


class Health(msgspec.Struct, frozen=True):
    """The four answers. `level`: am I protected; `reasons`: why, gravest first. `missing`: those of the
    reasons that name what has no sound copy. `last_backup`, `proof`: ns, None for never. `age`: seconds since
    the last backup. `next`: the one next thing to do, as a code; empty when there is nothing to do. `spread`:
    how many copies there are."""

    level: Level
    reasons: list[Reason]
    missing: list[Reason]
    last_backup: int | None
    age: int | None
    proof: int | None
    next: str
    spread: Spread | None = None


_NOT_PROVEN: Final = "restore_not_proven"
_PASSPHRASE: Final = 5
_UNREACHABLE: Final = 6

MISSING: Final = frozenset(
    (
        "no_vault",
        "no_sources",
        "never_backed_up",
        "source_missing",
        "files_unreadable",
        "files_placeholder",
        "files_inconsistent",
        "files_more",
        "files_special",
        "database_raw",
        "database_damaged",
        "scope_changed",
    )
)
"""Reasons that answer "what is missing?"."""

NEXT: Final[dict[str, str]] = {
    "ransomware_alarm": "look_at_alarm",
    "release_asked": "look_at_keys",
    "kit_unchecked": "look_at_keys",
    "approval_asked": "look_at_keys",
    "no_vault": "make_vault",
    "no_sources": "add_source",
    "vault_damaged": "verify",
    "files_damaged": "verify",
    "vault_gone_back": "verify",
    "drill_failed": "look_at_incidents",
    "alarm_damaged": "verify",
    "slot_came_back": "look_at_keys",
    "let_go_elsewhere": "look_at_incidents",
    "contract_suspended": "call_host",
    "contract_ended": "call_host",
    "card_withdrawn": "call_host",
    "device_revoked": "call_host",
    "device_surplus": "call_host",
    "store_full": "make_room",
    "disk_not_plugged": "plug_disk",
    "copy_unsound": "check_copy",
    "copy_old": "plug_copy",
    "locked": "unlock",
    "agent_not_running": "start_agent",
    "never_backed_up": "back_up",
    "late": "back_up",
    "clock_moved": "back_up",
    "old_backup": "back_up",
    "source_missing": "look_at_sources",
    "database_damaged": "look_at_files",
    "database_raw": "look_at_files",
    "scope_changed": "look_at_sources",
    "terms_to_accept": "accept_terms",
    "files_unreadable": "look_at_files",
    "files_placeholder": "look_at_files",
    "files_inconsistent": "look_at_files",
    "files_more": "look_at_files",
    "hook_failed": "look_at_incidents",
    "incident": "look_at_incidents",
    "clock_set": "back_up",
    "unreachable": "look_at_line",
    "paused": "resume",
    "contract_ends": "call_host",
    "mail_refused": "call_host",
    "restore_incomplete": "look_at_incidents",
    "restore_never_proven": "prove_restore",
    "restore_proof_old": "prove_restore",
    "history_unknown": "back_up",
}
"""What to do about a reason, the gravest first; the order of the reasons of one weight too. Others wait."""

_WEIGHTS: Final[dict[Weight, int]] = {"notice": 0, "unknown": 1, "attention": 2, "danger": 3}
_LEVELS: Final[dict[Weight, Level]] = {
    "notice": "protected",
    "unknown": "unknown",
    "attention": "attention",
    "danger": "danger",
}
_ORDER: Final = {code: place for place, code in enumerate(NEXT)}


def health(facts: HealthFacts) -> Health:
    """The four answers."""
    found = [
        *_set_up(facts),
        *_of_faults(facts),
        *_of_time(facts),
        *_of_agent(facts),
        *_of_proof(facts),
        *_of_reading(facts),
        *_of_copies(facts),
    ]
    found.sort(key=lambda reason: (-_WEIGHTS[reason.weight], _ORDER.get(reason.code, len(_ORDER))))
    gravest: Weight = found[0].weight if found else "notice"
    doing = (NEXT[reason.code] for reason in found if reason.weight != "notice" and reason.code in NEXT)
    last = facts.last_backup
    return Health(
        _LEVELS[gravest],
        found,
        [reason for reason in found if reason.code in MISSING],
        last,
        max(0, facts.now - last) // 10**9 if last is not None else None,
        facts.proof,
        next(doing, ""),
        spread_of(facts.copies, facts.now) if facts.copies is not None else None,
    )


def _set_up(facts: HealthFacts) -> list[Reason]:
    found = []
    if not facts.vault:
        found.append(Reason("no_vault", "danger"))
    if not facts.sources:
        found.append(Reason("no_sources", "danger"))
    if facts.last_backup is None:
        if not facts.history:
            found.append(Reason("history_unknown", "unknown"))
        elif _is_running(facts):
            found.append(Reason("first_backup_running", "attention", {"since": facts.running}))
        else:
            found.append(Reason("never_backed_up", "danger"))
    return found


def _is_running(facts: HealthFacts) -> bool:
    return facts.running is not None and facts.now - facts.running < LONG_RUN


def _of_time(facts: HealthFacts) -> list[Reason]:
    found = []
    last = facts.last_backup
    if facts.scheduled:
        late = facts.now - facts.expected if facts.expected is not None else 0
        if late - facts.off > CHANCE and not _is_running(facts):
            weight: Weight = "danger" if late > LATE_DANGER else "attention"
            found.append(Reason("late", weight, {"expected": facts.expected, "last": last}))
    elif last is not None and facts.now - last > BY_HAND:
        weight = "danger" if facts.now - last > BY_HAND_DANGER else "attention"
        found.append(Reason("old_backup", weight, {"last": last}))
    if facts.unreached is not None and facts.now - facts.unreached > UNPLUGGED:
        days = (facts.now - facts.unreached) // DAY
        found.append(Reason("disk_not_plugged", "attention", {"since": facts.unreached, "days": days}))
    if last is not None and last - facts.now > DAY:
        found.append(Reason("clock_moved", "attention", {"last": last}))
    if facts.interrupted:
        found.append(Reason("run_interrupted", "notice"))
    return found


def _of_agent(facts: HealthFacts) -> list[Reason]:
    found = []
    if facts.scheduled and not facts.agent:
        found.append(Reason("agent_not_running", "attention"))
    if facts.paused_until is not None:
        found.append(Reason("paused", "attention", {"until": facts.paused_until}))
    return found


def _of_proof(facts: HealthFacts) -> list[Reason]:
    if facts.proof is not None:
        if facts.now - facts.proof > PROOF:
            return [Reason("restore_proof_old", "attention", {"last": facts.proof})]
        return []
    if facts.last_backup is None:
        return []
    old = facts.first_backup is not None and facts.now - facts.first_backup > PROOF
    return [Reason("restore_never_proven", "attention" if old else "notice")]


def _of_reading(facts: HealthFacts) -> list[Reason]:
    if facts.unread is None or facts.unread <= UNREAD:
        return []
    return [Reason("verification_late", "notice", {"days": facts.unread})]


def _of_copies(facts: HealthFacts) -> list[Reason]:
    if facts.copies is None or not facts.copies.copies:
        return []
    last = newest(facts.copies.copies)
    if last is None:
        return [Reason("copy_never", "notice")]
    found = []
    if facts.now - last > facts.copies.remind:
        found.append(Reason("copy_old", "attention", {"last": last, "days": (facts.now - last) // DAY}))
    unread = [each.read_since for each in facts.copies.copies if each.read_since is not None]
    if unread and facts.now - min(unread) > COPY_UNREAD:
        found.append(Reason("copy_unread", "notice", {"days": (facts.now - min(unread)) // DAY}))
    return found


def _of_faults(facts: HealthFacts) -> list[Reason]:
    """One reason a code, the gravest of its faults; numbers added up."""
    found: dict[str, Reason] = {}
    for fault in facts.faults:
        if fault.kind == _NOT_PROVEN:
            continue  # `_of_proof` says it, with the time that it is now
        code, weight = _kind(fault)
        told = {name: fact for name, fact in fault.facts.items() if name != "exit"}
        told |= {"kind": fault.kind, "count": fault.count, "since": fault.first}
        if isinstance(number := fault.facts.get("count"), int):
            told["count"] = number
        key = f"incident:{fault.kind}" if code == "incident" else code
        before = found.get(key)
        if before is not None:
            told["count"] = _whole(told["count"]) + _whole(before.facts["count"])
            told["since"] = min(fault.first, _whole(before.facts["since"]))
            weight = max(weight, before.weight, key=_WEIGHTS.__getitem__)
        found[key] = Reason(code, weight, told)
    return list(found.values())


def _whole(fact: Fact) -> int:
    return fact if isinstance(fact, int) else 0


def _kind(fault: Fault) -> tuple[str, Weight]:
    by_severity: dict[str, Weight] = {"notice": "notice", "warning": "attention", "critical": "danger"}
    known = FAULTS.get(fault.kind)
    if known is not None:
        return known.code, known.weight
    exit_code = fault.facts.get("exit")
    if exit_code == _UNREACHABLE and fault.severity != "critical":
        return "unreachable", "notice"  # the next attempt may do; once it is late, that says so
    if exit_code == _PASSPHRASE and fault.severity == "warning":
        return "locked", "attention"
    return "incident", by_severity[fault.severity]
