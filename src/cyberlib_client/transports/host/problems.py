"""A host's refusals as this program's errors."""

from __future__ import annotations

from typing import Final

from ...core.errors import CyberlibError, Failed, IntegrityError, Refused, Unreachable, UsageError
from ..http import PASSING
from .records import Problem

# A refusal bears the protocol's code after "host_".
_USAGE: Final = frozenset((
    "host_bad_siren", "host_bad_name", "host_device_name_taken", "host_device_taken", "host_vault_unknown",
))  # fmt: skip
_ACCESS: Final = frozenset((
    "host_device_unknown", "host_device_revoked", "host_not_a_member", "host_other_organisation",
    "host_contract_key_unknown", "host_contract_key_expired", "host_contract_key_revoked",
    "host_bad_signature", "host_not_signed_in", "host_session_over", "host_challenge_unknown",
    "host_person_refused", "host_invitation_unknown", "host_not_a_holder",
    "host_sign_in_unknown", "host_helper_refused", "host_telephone_refused",
))  # fmt: skip
_FAILED: Final = frozenset((
    "host_device_surplus", "host_organisation_suspended", "host_organisation_terminated",
    "host_restore_window_over", "host_terms_not_accepted", "host_terms_changed",
    "host_certification_withdrawn", "host_client_too_old", "host_quota_reached", "host_unknown_path",
    "host_leaving_accepted", "host_escrow_document_bad", "host_escrow_replayed", "host_escrow_joined",
    "host_escrow_not_joined", "host_escrow_of_another", "host_release_unknown", "host_release_other_deposit",
    "host_release_time", "host_releases_many", "host_release_of_another", "host_release_over",
    "host_approval_document_bad", "host_approval_unknown", "host_approval_own", "host_approval_over",
    "host_approvals_many",
    "host_meeting_unknown", "host_meeting_taken", "host_meeting_over", "host_saying_order",
    "host_proof_needed", "host_proof_not_valid", "host_person_wait", "host_password_weak",
    "host_grant_missing", "host_grant_given", "host_grant_early", "host_grant_over", "host_accesses_many",
    "host_person_known", "host_people_many", "host_bad_address", "host_provider_none",
    "host_passkeys_none", "host_passkey_unknown", "host_passkeys_many",
    "host_provider_refused", "host_provider_unreachable",
))  # fmt: skip
_DAMAGED: Final = frozenset(("host_size_mismatch", "host_hash_mismatch"))


def error_of(problem: Problem, at: str) -> CyberlibError:
    """The error that a refusal is. `at`: the host's address."""
    code = f"host_{problem.code}"
    facts = {key: int(value) if isinstance(value, bool) else value for key, value in problem.facts.items()}
    if code in _USAGE:
        return UsageError(code, at=at, **facts)
    if code == "host_device_replaced":
        return Refused(code, at=at, **facts)
    if code in _ACCESS:
        return Refused(code, at=at)
    if code in _FAILED:
        return Failed(code, at=at, **facts)
    if code in _DAMAGED:
        return IntegrityError("host_upload_damaged", at=at)
    if problem.code == "object_unknown":
        return IntegrityError("object_missing", name="")
    if problem.code == "storage_full":
        return Failed("host_full", at=at)
    if problem.status in PASSING:
        return Unreachable("host_busy", at=at, request=problem.request or None)
    return Failed("host_refused", at=at, reason=problem.code, request=problem.request or None)
