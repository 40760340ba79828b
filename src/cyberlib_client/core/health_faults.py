"""What each kind of incident means for the answers of `health`."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Weight = Literal["notice", "unknown", "attention", "danger"]


class _Kind(NamedTuple):
    code: str
    weight: Weight


FAULTS: Final[dict[str, _Kind]] = {
    "ransomware_alarm": _Kind("ransomware_alarm", "danger"),
    "vault_damaged": _Kind("vault_damaged", "danger"),
    "file_damaged": _Kind("files_damaged", "danger"),
    "vault_gone_back": _Kind("vault_gone_back", "danger"),
    "host_organisation_suspended": _Kind("contract_suspended", "danger"),
    "host_organisation_terminated": _Kind("contract_ended", "danger"),
    "host_certification_withdrawn": _Kind("card_withdrawn", "danger"),
    "host_device_revoked": _Kind("device_revoked", "danger"),
    "host_device_replaced": _Kind("device_replaced", "danger"),
    "host_device_surplus": _Kind("device_surplus", "danger"),
    "host_terms_not_accepted": _Kind("terms_to_accept", "attention"),
    "host_terms_changed": _Kind("terms_to_accept", "attention"),
    "terms_to_accept": _Kind("terms_to_accept", "attention"),
    "contract_ends": _Kind("contract_ends", "attention"),
    "mail_refused": _Kind("mail_refused", "attention"),
    "release_asked": _Kind("release_asked", "danger"),
    "kit_unchecked": _Kind("kit_unchecked", "attention"),
    "approval_asked": _Kind("approval_asked", "attention"),
    "certification_ends": _Kind("certification_ends", "notice"),
    "store_full": _Kind("store_full", "danger"),
    "host_full": _Kind("store_full", "danger"),
    "host_quota_reached": _Kind("store_full", "danger"),
    "sources_missing": _Kind("source_missing", "danger"),
    "source_missing": _Kind("source_missing", "danger"),
    "left_out_now": _Kind("scope_changed", "attention"),
    "unreadable": _Kind("files_unreadable", "attention"),
    "placeholder": _Kind("files_placeholder", "attention"),
    "inconsistent": _Kind("files_inconsistent", "attention"),
    "more_files": _Kind("files_more", "attention"),
    "special": _Kind("files_special", "notice"),
    "live_database": _Kind("database_raw", "attention"),
    "database_damaged": _Kind("database_damaged", "danger"),
    "database_unchecked": _Kind("database_unchecked", "notice"),
    "not_captured": _Kind("database_unchecked", "notice"),
    "hook_failed": _Kind("hook_failed", "attention"),
    "restore_incomplete": _Kind("restore_incomplete", "attention"),
    "drill_failed": _Kind("drill_failed", "danger"),
    "watch_limit": _Kind("watch_limit", "notice"),
    "watch_network": _Kind("watch_network", "notice"),
    "stopped": _Kind("run_stopped", "notice"),
    "clock_set": _Kind("clock_set", "attention"),
    "alarm_damaged": _Kind("alarm_damaged", "attention"),
    "slots_note_damaged": _Kind("slots_note_damaged", "notice"),
    "seen_note_damaged": _Kind("seen_note_damaged", "notice"),
    "identity_damaged": _Kind("identity_damaged", "notice"),
    "slot_came_back": _Kind("slot_came_back", "attention"),
    "much_let_go": _Kind("much_let_go", "notice"),
    "refused_elsewhere": _Kind("refused_elsewhere", "notice"),
    "retention_frozen": _Kind("retention_frozen", "notice"),
    "copy_gone": _Kind("copy_interrupted", "notice"),
    "copy_not_here": _Kind("copy_interrupted", "notice"),
    "copy_unsound": _Kind("copy_unsound", "attention"),
    "let_go_elsewhere": _Kind("let_go_elsewhere", "attention"),
}
