"""Every code raised anywhere has its words, in both languages, and no words are left over."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import httpx2
import pytest

from cyberlib_client.app.messages import (
    error_message,
    error_texts,
    incident_message,
    notice_message,
    notice_texts,
    translated,
)
from cyberlib_client.app.messages.background import WAITING
from cyberlib_client.app.messages.health import HEALTH
from cyberlib_client.app.messages.incidents import INCIDENTS, NAMED
from cyberlib_client.app.messages.reasons import REASONS
from cyberlib_client.core.conditions import Kind
from cyberlib_client.core.health import NEXT
from cyberlib_client.transports.trouble import trouble

pytestmark = pytest.mark.portable

NOTICES: Final = dict(notice_texts())
SRC: Final = Path(__file__).parents[3] / "src" / "cyberlib_client"
ERRORS: Final = {
    "Refused",
    "UsageError",
    "NeedsUnlock",
    "Unreachable",
    "IntegrityError",
    "Busy",
    "Stopped",
    "Failed",
}

# Where a code is no constant at the place where it is raised: the constants it comes from.
INDIRECT: Final = {
    ("UsageError", "files/names.py"): {"bad_path", "path_not_absolute"},
    ("Failed", "files/restore_refusals.py"): {
        "target_full",
        "target_lost",
        "target_not_written",
        "target_read_only",
        "target_unusable",
    },
    ("UsageError", "transports/host/problems.py"): {
        "host_bad_siren",
        "host_bad_name",
        "host_device_name_taken",
        "host_vault_unknown",
    },
    ("Refused", "transports/host/problems.py"): {
        "host_device_unknown",
        "host_device_revoked",
        "host_device_replaced",
        "host_device_taken",
        "host_not_a_member",
        "host_other_organisation",
        "host_contract_key_unknown",
        "host_contract_key_expired",
        "host_contract_key_revoked",
        "host_bad_signature",
        "host_not_signed_in",
        "host_session_over",
        "host_challenge_unknown",
        "host_person_refused",
        "host_invitation_unknown",
        "host_not_a_holder",
        "host_sign_in_unknown",
        "host_telephone_refused",
    },
    ("Failed", "transports/host/problems.py"): {
        "host_device_surplus",
        "host_organisation_suspended",
        "host_organisation_terminated",
        "host_restore_window_over",
        "host_terms_not_accepted",
        "host_terms_changed",
        "host_certification_withdrawn",
        "host_client_too_old",
        "host_unknown_path",
        "host_quota_reached",
        "host_leaving_accepted",
        "host_grant_missing",
        "host_grant_given",
        "host_grant_early",
        "host_grant_over",
        "host_accesses_many",
        "host_approval_document_bad",
        "host_approval_unknown",
        "host_approval_own",
        "host_approval_over",
        "host_approvals_many",
        "host_helper_refused",
        "host_meeting_unknown",
        "host_meeting_taken",
        "host_meeting_over",
        "host_saying_order",
        "host_proof_needed",
        "host_proof_not_valid",
        "host_person_wait",
        "host_password_weak",
        "host_person_known",
        "host_people_many",
        "host_bad_address",
        "host_provider_none",
        "host_passkeys_none",
        "host_passkey_unknown",
        "host_passkeys_many",
        "host_provider_refused",
        "host_provider_unreachable",
        "host_escrow_document_bad",
        "host_release_of_another",
        "host_escrow_replayed",
        "host_escrow_joined",
        "host_escrow_not_joined",
        "host_escrow_of_another",
        "host_release_unknown",
        "host_release_other_deposit",
        "host_release_time",
        "host_releases_many",
        "host_release_over",
    },
    ("Incident", "files/preview.py"): {"vanished", "unreadable"},
    ("Incident", "files/restore_refusals.py"): {"restore_denied", "restore_failed", "kind_not_supported"},
    ("Incident", "files/restore_conflicts.py"): {"kept_both", "name_changed"},
    ("Incident", "services/leaves.py"): {"not_captured", "database_damaged", "database_unchecked"},
    ("Incident", "services/restore_tally.py"): {"content_damaged", "no_content"},
    ("Incident", "services/mounted.py"): {"no_content", "mount_damaged", "mount_unreached"},
    ("UsageError", "app/scheduling.py"): {
        "bad_times",
        "bad_days",
        "bad_every",
        "bad_quiet",
        "bad_run_hours",
        "bad_battery",
    },
    ("UsageError", "app/passphrases.py"): {"passphrase_repeats", "passphrase_row", "passphrase_usual"},
    ("Notice", "app"): set(),  # an error or a problem of the chain, told as a notice
}


def _calls() -> Iterator[tuple[str, str, ast.Call]]:
    """(class, file, call) of all that makes an error, incident, problem or notice."""
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and made in ERRORS | {"Incident", "Problem", "Notice"}:
                yield made, name, node


def _raised() -> dict[str, dict[str, list[set[str]]]]:
    """Codes by kind ("error", "incident", "notice"), each with the facts given at each place."""
    found: dict[str, dict[str, list[set[str]]]] = defaultdict(lambda: defaultdict(list))
    for kind, file, call in _calls():
        facts = {keyword.arg or "" for keyword in call.keywords}
        codes = (
            {n.value for n in ast.walk(call.args[0]) if isinstance(n, ast.Constant)}
            if call.args
            else {"stopped"}
        )
        if not codes or not all(isinstance(code, str) for code in codes):
            where = file if (kind, file) in INDIRECT else file.partition("/")[0]
            codes = INDIRECT[kind, where]
            text = (SRC / file).read_text(encoding="utf-8") if where == file else ""
            assert all(f'"{code}"' in text for code in codes), (file, codes)
        group = "error" if kind in ERRORS else "incident" if kind == "Incident" else "notice"
        for code in codes:
            found[group][str(code)].append(facts)
    return found


RAISED: Final = _raised()


def test_every_code_has_words_and_every_word_a_code() -> None:
    # A file of the vault that is refused for its name is an incident of the restore, but an error inside it.
    assert set(RAISED["error"]) - {"usage"} == set(error_texts()) - {"usage"}
    assert set(RAISED["incident"]) == set(INCIDENTS)
    assert set(RAISED["notice"]) == set(NOTICES)


def _needed(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", re.sub(r"\[[^\]]*\]", "", text)))


@pytest.mark.parametrize("code", sorted(error_texts()))
def test_errors_are_given_the_facts_they_tell(code: str) -> None:
    text = error_texts()[code]
    assert set(re.findall(r"\{(\w+)\}", text.fr + text.fr_advice)) == set(
        re.findall(r"\{(\w+)\}", text.en + text.en_advice)
    )
    assert _needed(text.fr + text.fr_advice) == _needed(text.en + text.en_advice), "left out in one language"
    for facts in RAISED["error"].get(code, []):
        assert _needed(text.fr + text.fr_advice) <= facts, f"{code} is raised without a fact it tells"


@pytest.mark.parametrize("code", sorted(NOTICES))
def test_notices_are_given_the_facts_they_tell(code: str) -> None:
    text = NOTICES[code]
    told = {"name", "device"} if code.startswith("snapshot_") else None
    assert _needed(text.fr + text.fr_advice) == _needed(text.en + text.en_advice)
    if told is not None:
        assert _needed(text.fr) <= told


def test_every_condition_has_words() -> None:
    assert set(WAITING) == set(get_args(Kind))


@pytest.mark.parametrize(
    "table",
    [error_texts(), NOTICES, INCIDENTS, WAITING],
    ids=["errors", "notices", "incidents", "conditions"],
)
def test_sentences_are_sentences(table: dict[str, object]) -> None:
    for code, text in table.items():
        fr, fr_advice, en, en_advice = text  # type: ignore[misc]
        for sentence in (fr, fr_advice, en, en_advice):
            assert "'" not in sentence, (code, sentence)  # the apostrophe of print
            if sentence and code != "usage":
                assert sentence.rstrip("] ")[-1] in ".)?", (code, sentence)
        assert fr != en or code == "usage"
        assert bool(fr_advice) == bool(en_advice)
        if table is not INCIDENTS:
            assert fr_advice, f"{code} does not say what to do"


def test_facts_that_are_codes_are_translated_and_names_are_not() -> None:
    told = error_message("store_denied", {"at": "/locked", "reason": "Permission denied"}, "fr")
    assert "accès refusé" in told.title
    assert "/locked" in told.title
    assert "missing" in error_message("not_a_vault", {"at": "missing"}, "fr").title
    assert "locked" in incident_message("kept_both", "locked", "fr").title
    assert "attribut user.x" in incident_message("metadata_lost", "xattr:user.x, owner", "fr").title
    assert "propriétaire" in incident_message("metadata_lost", "xattr:user.x, owner", "fr").title


def test_unknown_facts_leave_their_part_out() -> None:
    assert "processus" not in error_message("profile_busy", {"pid": None}, "fr").title
    assert "(processus 12)" in error_message("profile_busy", {"pid": 12}, "fr").title
    assert (
        "peut-être"
        not in error_message("recovery_word_unknown", {"position": 3, "suggestion": None}, "fr").title
    )


def test_a_code_of_a_later_version_is_shown_as_it_is() -> None:
    assert str(error_message("made_up", {}, "en")) == "Error made_up."
    assert "made_up" in str(notice_message("made_up", {}, "fr"))


def test_reasons_have_words() -> None:
    patterns = (SRC / "files" / "patterns.py").read_text(encoding="utf-8")
    given = set(re.findall(r'refuse\(\s*"(\w+)"', patterns))
    given |= set(re.findall(r'else "(\w+)"', patterns)) & {"empty", "control"}
    for path in (SRC / "system").rglob("keychain.py"):
        given |= set(re.findall(r'reason ?= ?"(\w+)"', path.read_text(encoding="utf-8")))
    assert len(given) > 8
    assert given <= set(REASONS)
    assert translated("no_service", "fr") != translated("no_service", "en")


def test_what_the_line_does_is_told_in_words() -> None:
    kinds = (
        httpx2.ConnectError, httpx2.ReadError, httpx2.WriteError, httpx2.CloseError,
        httpx2.RemoteProtocolError, httpx2.ConnectTimeout, httpx2.ReadTimeout,
        httpx2.WriteTimeout, httpx2.PoolTimeout,
    )  # fmt: skip
    for kind in kinds:
        error, _passes = trouble(kind("cut"), "https://a.test", None)
        assert kind.__name__ not in str(error_message(error.code, error.facts, "fr"))
        assert kind.__name__ not in str(error_message(error.code, error.facts, "en"))
    for words in ("Temporary failure in name resolution", "getaddrinfo failed", "Broken pipe"):
        cut = httpx2.ConnectError("cut")
        cut.__cause__ = OSError(1, words)
        error, _passes = trouble(cut, "https://a.test", None)
        assert words not in str(error_message(error.code, error.facts, "fr"))


def test_days_and_large_numbers_are_written_as_people_write_them() -> None:
    ends = {"at": "https://a.test", "day": "2026-11-29"}
    assert "29/11/2026" in notice_message("host_contract_ends", ends, "fr").title
    assert "2026-11-29" in notice_message("host_contract_ends", ends, "en").title
    full = {"at": "https://a.test", "quota": 5_000_000}
    assert "5\u202f000\u202f000 octets" in error_message("host_quota_reached", full, "fr").title
    assert "5,000,000 bytes" in error_message("host_quota_reached", full, "en").title


def test_names_are_told_apart_from_reasons() -> None:
    assert set(INCIDENTS) >= NAMED
    for code in INCIDENTS:
        placeholder = "{name}" if code in NAMED else "{detail}"
        other = "{detail}" if code in NAMED else "{name}"
        assert other not in INCIDENTS[code].fr + INCIDENTS[code].en
        assert (placeholder in INCIDENTS[code].fr) == (placeholder in INCIDENTS[code].en)


def test_every_reason_and_every_next_thing_has_words() -> None:
    files = ("health.py", "health_faults.py")
    source = "".join((SRC / "core" / name).read_text(encoding="utf-8") for name in files)
    reasons = set(re.findall(r'\b(?:Reason|_Kind)\(\s*"(\w+)"', source)) | {
        "unreachable",
        "locked",
        "incident",
    }
    levels = {"protected", "attention", "danger", "unknown"}
    assert reasons | set(NEXT.values()) | levels == set(HEALTH)
    assert set(NEXT) <= reasons
    for text in HEALTH.values():
        assert _needed(text.fr + text.fr_advice) == _needed(text.en + text.en_advice) <= {"count"}
