"""The four answers: each fault has its reason, none makes things look better, nobody is warned falsely."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.health import (
    BY_HAND,
    BY_HAND_DANGER,
    CHANCE,
    COPY_UNREAD,
    DAY,
    HOUR,
    LATE_DANGER,
    NEXT,
    PROOF,
    UNPLUGGED,
    health,
)
from cyberlib_client.core.health_facts import Fault, HealthFacts
from cyberlib_client.core.spread import CopiesKnown, CopyFact

NOW = 20_000 * DAY
FINE = HealthFacts(
    now=NOW,
    last_backup=NOW - HOUR,
    first_backup=NOW - 50 * DAY,
    scheduled=True,
    expected=NOW + 20 * HOUR,
    proof=NOW - 20 * DAY,
)


def _with(**changes: Any) -> HealthFacts:
    return msgspec.structs.replace(FINE, **changes)


def _fault(kind: str, severity: str = "warning", count: int = 1, **facts: Any) -> dict[str, Any]:
    made = msgspec.convert(
        {"kind": kind, "severity": severity, "count": count, "first": NOW - DAY, "facts": facts}, Fault
    )
    return {"faults": (made,)}


def _copies(*copied: int | None, read: int | None = None) -> CopiesKnown:
    facts = tuple(CopyFact(f"disk-{place}", at, not place, read) for place, at in enumerate(copied))
    return CopiesKnown("machine", "machine", vault_elsewhere=False, copies=facts, remind=30 * DAY)


@pytest.mark.parametrize(
    ("known", "wanted", "safe"),
    [
        (_copies(), (2, 1, 0), False),
        (_copies(NOW - 29 * DAY), (3, 2, 1), True),
        (_copies(NOW - 31 * DAY), (2, 1, 0), False),
        (_copies(None, NOW - DAY), (3, 2, 0), False),
        (_copies(NOW, NOW), (4, 3, 1), True),
        (CopiesKnown("machine", None, vault_elsewhere=True, copies=(), remind=DAY), (1, 1, 0), False),
        (CopiesKnown("machine", "https://h", vault_elsewhere=True, copies=(), remind=DAY), (2, 2, 1), False),
    ],
)
def test_three_copies_two_media_one_elsewhere(
    known: CopiesKnown, wanted: tuple[int, int, int], safe: bool
) -> None:
    spread = health(_with(copies=known)).spread
    assert spread is not None
    assert ((spread.copies, spread.media, spread.elsewhere), spread.safe) == (wanted, safe)


def test_of_disks_in_rotation_any_counts() -> None:
    assert health(_with(copies=_copies(NOW - 90 * DAY, NOW - DAY, None))).reasons == []


def test_all_is_well_and_there_is_nothing_to_do() -> None:
    answers = health(FINE)
    assert (answers.level, answers.reasons, answers.missing, answers.next) == ("protected", [], [], "")
    assert (answers.last_backup, answers.age, answers.proof) == (NOW - HOUR, 3600, NOW - 20 * DAY)


CASES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"vault": False, "last_backup": None}, "danger", "no_vault", "make_vault"),
    ({"sources": 0}, "danger", "no_sources", "add_source"),
    ({"last_backup": None}, "danger", "never_backed_up", "back_up"),
    ({"last_backup": None, "running": NOW - HOUR}, "attention", "first_backup_running", ""),
    ({"last_backup": None, "running": NOW - 2 * DAY}, "danger", "never_backed_up", "back_up"),
    ({"last_backup": None, "history": False}, "unknown", "history_unknown", "back_up"),
    ({"expected": NOW - CHANCE - 1}, "attention", "late", "back_up"),
    ({"expected": NOW - LATE_DANGER - 1}, "danger", "late", "back_up"),
    ({"scheduled": False, "last_backup": NOW - BY_HAND - 1}, "attention", "old_backup", "back_up"),
    ({"scheduled": False, "last_backup": NOW - BY_HAND_DANGER - 1}, "danger", "old_backup", "back_up"),
    ({"last_backup": NOW + 2 * DAY}, "attention", "clock_moved", "back_up"),
    ({"unreached": NOW - UNPLUGGED - 1}, "attention", "disk_not_plugged", "plug_disk"),
    ({"copies": _copies(NOW - 31 * DAY, None)}, "attention", "copy_old", "plug_copy"),
    ({"copies": _copies(None, None)}, "protected", "copy_never", ""),
    ({"copies": _copies(NOW, read=NOW - COPY_UNREAD - 1)}, "protected", "copy_unread", ""),
    (_fault("copy_gone", "notice", exit=6), "protected", "copy_interrupted", ""),
    (_fault("let_go_elsewhere"), "attention", "let_go_elsewhere", "look_at_incidents"),
    (_fault("copy_unsound"), "attention", "copy_unsound", "check_copy"),
    (_fault("copy_full", exit=1), "attention", "incident", "look_at_incidents"),
    ({"agent": False}, "attention", "agent_not_running", "start_agent"),
    ({"paused_until": NOW + HOUR}, "attention", "paused", "resume"),
    ({"interrupted": True}, "protected", "run_interrupted", ""),
    ({"proof": None}, "protected", "restore_never_proven", ""),
    ({"proof": None, "first_backup": NOW - PROOF - 1}, "attention", "restore_never_proven", "prove_restore"),
    ({"proof": NOW - PROOF - 1}, "attention", "restore_proof_old", "prove_restore"),
    (_fault("unreadable"), "attention", "files_unreadable", "look_at_files"),
    (_fault("placeholder"), "attention", "files_placeholder", "look_at_files"),
    (_fault("inconsistent"), "attention", "files_inconsistent", "look_at_files"),
    (_fault("special", "notice"), "protected", "files_special", ""),
    (_fault("source_missing", "critical"), "danger", "source_missing", "look_at_sources"),
    (_fault("sources_missing", "critical", exit=1), "danger", "source_missing", "look_at_sources"),
    (_fault("left_out_now"), "attention", "scope_changed", "look_at_sources"),
    (_fault("host_organisation_suspended", exit=1), "danger", "contract_suspended", "call_host"),
    (_fault("host_certification_withdrawn", exit=1), "danger", "card_withdrawn", "call_host"),
    (_fault("ransomware_alarm", "critical"), "danger", "ransomware_alarm", "look_at_alarm"),
    (_fault("live_database"), "attention", "database_raw", "look_at_files"),
    (_fault("database_damaged", "critical"), "danger", "database_damaged", "look_at_files"),
    (_fault("not_captured", "notice"), "protected", "database_unchecked", ""),
    (_fault("watch_limit", "notice"), "protected", "watch_limit", ""),
    (_fault("store_full", "critical", exit=1), "danger", "store_full", "make_room"),
    (_fault("vault_damaged", "critical"), "danger", "vault_damaged", "verify"),
    (_fault("host_unreachable", exit=6), "protected", "unreachable", ""),
    (_fault("keychain_unavailable", exit=5), "attention", "locked", "unlock"),
    (_fault("of_a_later_version", "critical"), "danger", "incident", "look_at_incidents"),
    (_fault("of_a_later_version", "notice"), "protected", "incident", ""),
]


@pytest.mark.parametrize(("changes", "level", "code", "next_thing"), CASES)
def test_each_fault_has_its_reason(changes: dict[str, Any], level: str, code: str, next_thing: str) -> None:
    answers = health(_with(**changes))
    assert code in [reason.code for reason in answers.reasons]
    assert (answers.level, answers.next) == (level, next_thing)


def test_what_is_missing_is_named_with_its_number() -> None:
    files = [*_fault("unreadable", count=3)["faults"], *_fault("more_files", count=2)["faults"]]
    answers = health(_with(faults=(*files, *_fault("ransomware_alarm", "critical")["faults"])))
    assert [(r.code, r.facts["count"]) for r in answers.missing] == [
        ("files_unreadable", 3),
        ("files_more", 2),
    ]
    assert answers.next == "look_at_alarm"


def test_a_weekend_without_power_is_not_late_before_the_missed_run_had_its_chance() -> None:
    friday = NOW - 61 * HOUR
    off = 60 * HOUR
    assert health(_with(expected=friday, off=off)).level == "protected"
    assert health(_with(expected=friday, off=off - CHANCE)).level == "attention"
    holidays = _with(expected=NOW - 21 * DAY, off=21 * DAY - HOUR)
    assert health(holidays).level == "protected"
    assert health(msgspec.structs.replace(holidays, now=NOW + 2 * HOUR)).level == "danger"


def test_a_run_at_work_is_not_late_but_one_that_never_ends_is() -> None:
    assert health(_with(expected=NOW - 5 * HOUR, running=NOW - 4 * HOUR)).level == "protected"
    assert health(_with(expected=NOW - 30 * HOUR, running=NOW - 29 * HOUR)).level == "attention"


KINDS = [*sorted({c[0]["faults"][0].kind for c in CASES if "faults" in c[0]}), "another"]
FAULTS = st.builds(
    Fault,
    kind=st.sampled_from(KINDS),
    severity=st.sampled_from(("notice", "warning", "critical")),
    count=st.integers(1, 50),
    first=st.integers(NOW - 100 * DAY, NOW),
    facts=st.sampled_from(({}, {"exit": 1}, {"exit": 5}, {"exit": 6}, {"count": 9})),
)
TIMES = st.none() | st.integers(NOW - 200 * DAY, NOW)
FACTS = st.builds(
    HealthFacts,
    now=st.just(NOW),
    history=st.booleans(),
    vault=st.booleans(),
    sources=st.integers(0, 2),
    last_backup=TIMES,
    first_backup=TIMES,
    running=TIMES,
    interrupted=st.booleans(),
    scheduled=st.booleans(),
    agent=st.booleans(),
    expected=TIMES,
    off=st.integers(0, 100 * DAY),
    paused_until=TIMES,
    unreached=TIMES,
    proof=TIMES,
    faults=st.lists(FAULTS, max_size=4).map(tuple),
)
ORDER = ("protected", "unknown", "attention", "danger")


def _worse(facts: HealthFacts, fault: Fault, older: int) -> list[HealthFacts]:
    """The same with one thing more that is wrong."""

    def then(time: int | None) -> int | None:
        return time - older if time is not None else None

    changes: list[dict[str, Any]] = [
        {"faults": (*facts.faults, fault)},
        {"vault": False},
        {"sources": 0},
        {"agent": False},
        {"paused_until": NOW + HOUR},
        {"interrupted": True},
        {"unreached": then(facts.unreached)},
        {"proof": then(facts.proof)},
        {"expected": then(facts.expected)},
        {"off": max(0, facts.off - older)},
    ]
    if facts.last_backup is not None:
        changes.append({"last_backup": facts.last_backup - older})
        changes.append({"last_backup": None, "running": None, "history": True})
    return [msgspec.structs.replace(facts, **change) for change in changes]


@given(facts=FACTS, fault=FAULTS, older=st.integers(0, 60 * DAY))
def test_one_more_fault_never_makes_it_greener(facts: HealthFacts, fault: Fault, older: int) -> None:
    level = ORDER.index(health(facts).level)
    for worse in _worse(facts, fault, older):
        assert ORDER.index(health(worse).level) >= level


@given(FACTS)
def test_no_fault_is_silent_and_the_next_thing_answers_a_reason(facts: HealthFacts) -> None:
    answers = health(facts)
    told = {reason.facts.get("kind") for reason in answers.reasons} | {r.code for r in answers.reasons}
    for fault in facts.faults:
        same = health(HealthFacts(NOW, last_backup=NOW, proof=NOW, faults=(fault,)))
        assert {reason.code for reason in same.reasons} <= told
    assert (answers.level == "protected") == all(reason.weight == "notice" for reason in answers.reasons)
    assert answers.next in {"", *(NEXT.get(reason.code, "") for reason in answers.reasons)}
    if answers.level == "protected":
        assert answers.next == ""
