"""Every refusal of the host: a stable code, an HTTP status, the facts (RFC 9457, "Problem Details").

Codes are lower-case words joined by underscores and never change once released; the client has the
sentences. Facts are plain values, never a secret, and never anything of a patient: the host has none.
"""

from __future__ import annotations

from typing import Final

STATUS: Final[dict[str, int]] = {
    # the request itself
    "bad_request": 400,
    "bad_siren": 422,
    "bad_name": 422,
    "bad_key": 422,
    "bad_object_name": 422,
    "client_too_old": 426,
    "unknown_path": 404,
    "method_not_allowed": 405,
    "body_too_large": 413,
    "not_json": 415,
    "too_many_requests": 429,
    # who asks
    "not_signed_in": 401,
    "session_over": 401,
    "bad_signature": 401,
    "challenge_unknown": 401,
    "device_unknown": 403,
    "device_revoked": 403,
    "device_replaced": 403,
    "device_taken": 409,
    "device_surplus": 403,
    "device_name_taken": 409,
    "contract_key_unknown": 403,
    "contract_key_expired": 403,
    "contract_key_revoked": 403,
    "organisation_suspended": 403,
    "organisation_terminated": 403,
    "restore_window_over": 403,
    "other_organisation": 403,
    "not_a_member": 403,
    "terms_not_accepted": 403,
    "terms_changed": 409,
    # what devices tell of their backups
    "bad_plan": 422,
    # certified hosting
    "certification_withdrawn": 403,
    "zones_too_near": 500,
    # objects
    "vault_unknown": 404,
    "object_unknown": 404,
    "object_not_here": 409,
    "size_mismatch": 422,
    "hash_mismatch": 422,
    "link_expired": 403,
    "link_not_valid": 403,
    "range_not_satisfiable": 416,
    "quota_reached": 507,
    "storage_full": 507,
    "storage_unreachable": 503,
    # escrow
    "escrow_document_bad": 422,
    "escrow_replayed": 409,
    "escrow_joined": 409,
    "escrow_not_joined": 409,
    "escrow_of_another": 409,
    "release_unknown": 404,
    "release_other_deposit": 409,
    "release_time": 409,
    "releases_many": 409,
    "release_of_another": 409,
    "release_waiting": 409,
    "grant_missing": 404,
    "grant_given": 409,
    "grant_early": 409,
    "grant_over": 409,
    "accesses_many": 409,
    "release_over": 409,
    # new machines
    "approval_document_bad": 422,
    "approval_unknown": 404,
    "approval_own": 409,
    "approval_over": 409,
    "approvals_many": 409,
    # support that guides
    "helper_refused": 401,
    "helper_known": 409,
    "helper_unknown": 404,
    "meeting_unknown": 404,
    "meeting_taken": 409,
    "meeting_over": 409,
    "saying_order": 409,
    "sayings_many": 429,
    # people
    "proof_needed": 403,
    "proof_not_valid": 403,
    "not_a_holder": 403,
    "person_refused": 403,
    "person_wait": 403,
    "invitation_unknown": 403,
    "password_weak": 422,
    "sign_in_unknown": 403,
    "telephone_refused": 403,
    "provider_none": 404,
    "passkeys_none": 404,
    "passkey_unknown": 404,
    "passkeys_many": 409,
    "provider_refused": 403,
    "provider_unreachable": 424,  # not 503: asked again, what was used up would be
    "person_known": 409,
    "people_many": 409,
    "person_unknown": 404,
    # the end of a contract
    "leaving_not_requested": 409,
    "leaving_accepted": 409,
    "erasure_not_allowed": 409,
    "erasure_incomplete": 503,
    "not_erased": 404,
    # operators
    "organisation_unknown": 404,
    "siren_taken": 409,
    "state_not_allowed": 409,
    "bad_seats": 422,
    "bad_address": 422,
    "bad_window": 422,
    "window_unknown": 404,
    "absence_unknown": 404,
    "mail_unknown": 404,
    "terms_empty": 422,
    "terms_too_early": 422,
    "bad_settings": 500,
    "bad_certificate": 500,
    "certificate_names": 409,
    "authority_key_absent": 409,
    "port_taken": 500,
    "database_failed": 500,
    "storage_refused": 500,
    "system_failed": 500,
    "not_initialised": 500,
    "database_newer": 500,
    "chain_broken": 500,
    "internal_error": 500,
}

Fact = str | int | float | bool | None


class Problem(Exception):
    """Why something was refused. `status` is HTTP's; `retry_after` in seconds, where trying again may help.

    `organisation`: whose audit log has the refusal; the host's own while nobody's is known.
    """

    organisation: str = ""

    def __init__(self, code: str, *, retry_after: int | None = None, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.status = STATUS[code]
        self.retry_after = retry_after
        self.facts = facts

    def __str__(self) -> str:
        shown = ", ".join(f"{key}={value}" for key, value in self.facts.items())
        return f"{self.code} ({shown})" if shown else self.code
