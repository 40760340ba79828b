"""What a practice reads in the host's mails: words, never a bare code."""

from __future__ import annotations

import re
from typing import Final

import pytest

from cyberlib_client.app.incidents import RULES
from cyberlib_client.app.messages import error_texts
from cyberlib_client.app.messages.incidents import INCIDENTS
from cyberlib_host.mail import words
from cyberlib_host.mail.letter import as_text
from cyberlib_host.mail.letters import About, backup, incidents
from cyberlib_host.mail.reasons import REASONS

pytestmark = pytest.mark.portable

NO_RUN: Final = set(
    re.findall(
        r"\w+",
        """
    enrolment_file_unfit bucket_key_typed gui_not_installed gui_not_started agent_not_started clerk_gone
    usage report_not_written profile_has_vault vault_exists folder_not_empty vault_in_vault profile_in_vault
    words_file_in_vault source_known cat_is_raw slot_name_taken slot_unknown slot_ambiguous slot_last
    device_slot_here words_file_exists demo_folder_unusable demo_folder_not_empty slots_full passphrases_full
    bad_slot_name no_alarm proof_needed answer_not_text no_new_passphrase no_recovery_words passphrase_short
    passphrase_repeats passphrase_row passphrase_usual recovery_words_count recovery_word_unknown
    recovery_words_checksum words_file_not_written system_not_supported output_failed demo_failed host_already
    host_key_not_kept host_bad_siren host_bad_name host_device_name_taken host_contract_key_unknown
    host_contract_key_expired host_contract_key_revoked host_audit_broken host_audit_shorter audit_file_exists
    audit_file_not_written contract_key_unclear host_no_such_device host_device_itself nothing_to_change
    proxy_for_whom proxy_user_unfit bad_rate bad_hours bad_times bad_days bad_every bad_quiet bad_run_hours
    bad_battery hours_unknown hook_known hook_unknown bad_hook hook_folder repair_from_itself
    copy_place_taken copy_name_taken copy_is_vault copy_unknown copy_at_host bad_copy no_copies not_retired
    quarantine_over deletion_announced agent_running agent_not_running agent_denied agent_unfit agent_gone
    agent_stuck clerk_not_started
    agent_died roots_full
    agent_lost_us
    agent_ending agent_full unclear_pause bad_order bad_size drill_at_work no_certificate
    bad_fingerprint certificate_altered certificate_newer certificate_not_kept certificate_not_written
    certificate_of_another certificate_unknown certificate_unreadable host_leaving_accepted
    bad_preset bad_date yes_needed no_freeze erased_stays forget_newest bad_retention
    date_to_come refused_nowhere refusal_unknown bad_upkeep
    diagnosis_exists diagnosis_not_written contract_key_typed folder_not_below pattern_unknown
""",
    )
)
"""Errors of commands that make no run, or before there is one: no host hears of them."""
COMMANDS: Final = (
    "mount_",
    "service_",
    "kit_",
    "not_a_kit",
    "destruction_",
    "escrow_",
    "approval_",
    "guidance_",
    "adopt_",
    "answers_",
    "host_approval",
    "host_helper",
    "host_meeting",
    "host_saying",
    "host_escrow",
    "host_release",
    "host_person",
    "host_people",
    "host_passkey",
    "passkey_",
    "host_proof",
    "host_password",
    "host_invitation",
    "host_not_a_holder",
    "host_bad_address",
    "person_",
    "host_grant",
    "host_accesses",
    "cover_",
    "covered_",
    "sign_in_",
    "host_sign_in",
    "host_provider",
    "host_telephone",
)
"""How all errors of such commands begin."""


def test_all_that_devices_tell_of_has_its_words() -> None:
    assert {*INCIDENTS, *RULES} <= set(words.KINDS)


def test_every_reason_of_a_run_has_its_words_and_no_words_are_left_over() -> None:
    ours = {code for code in error_texts() if not code.startswith(COMMANDS)}
    ours |= {"stopped", "interrupted", "internal_error", "other"}
    assert set(REASONS) == ours - NO_RUN
    assert not NO_RUN - ours


@pytest.mark.parametrize(("language", "gone"), [("fr", "stockage ne répond pas"), ("en", "storage does not")])
def test_a_practice_reads_no_code(language: str, gone: str) -> None:
    about = About("Cabinet", language, "Europe/Paris")
    failures = {"bucket_unreachable": 2, "bucket_busy": 1, "proxy_login_needed": 1}
    told = as_text(incidents(about, "ACCUEIL", 4, {"agent_stumbled": 1}, failures))
    each = as_text(
        backup(about, "ACCUEIL", outcome="failed", reason="bucket_busy", ended=0, files=0, size=0, stored=0,
               incidents=0)
    )  # fmt: skip
    assert re.search(rf"{gone}.* +3\n", told), told
    assert gone in each
    assert "_" not in told + each


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_a_later_device_tells_is_named_as_such(language: str) -> None:
    assert words.reason_of("other", language) in ("autre cause", "another cause")
    for told in (words.kind_of("of_tomorrow", language), words.reason_of("of_tomorrow", language)):
        assert re.fullmatch(r"\w+ \w+ \(of_tomorrow\)", told)


def test_french_lines_do_not_begin_with_half_a_sign() -> None:
    texts = [*words.KINDS.values(), *words.REASONS.values(), *words.PHRASES.values()]
    assert [fr for fr, _ in texts if re.search(r"\S [:;!?»]|« ", fr)] == []
