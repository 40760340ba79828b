"""What is wrong after a run, and when it is so no more: the one place that decides both.

An incident about a file clears with a later run that looked at the file and did not meet it again. One
about the way to the store clears with the next run that gets further. The rest say in `RULES` what clears
them; "owner": whoever raised it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from ..core.events import Incident
from ..core.health import DAY, PROOF
from ..state.records import IncidentRecord, Raised, RunRecord, Severity

if TYPE_CHECKING:
    from ..state.history import History

Clears = Literal[
    "looked_at", "further", "backup", "verified", "restored", "copied", "retained", "drilled", "aged", "owner"
]


class Rule(NamedTuple):
    """Of a kind of incidents: how grave it is, and what clears it."""

    severity: Severity
    clears: Clears


RULES: Final[dict[str, Rule]] = {
    "unreadable": Rule("warning", "looked_at"),
    "inconsistent": Rule("warning", "looked_at"),
    "placeholder": Rule("warning", "looked_at"),
    "special": Rule("notice", "looked_at"),
    "live_database": Rule("warning", "looked_at"),
    "database_damaged": Rule("critical", "looked_at"),
    "database_unchecked": Rule("notice", "looked_at"),
    "not_captured": Rule("notice", "looked_at"),
    "source_missing": Rule("critical", "looked_at"),
    "left_out_now": Rule("warning", "aged"),  # the next run finds nothing to compare with: told for a month
    "more_files": Rule("warning", "looked_at"),
    "stopped": Rule("notice", "backup"),
    "profile_stuck": Rule("critical", "further"),
    "clock_set": Rule("warning", "backup"),
    "vault_gone_back": Rule("critical", "verified"),
    "vault_damaged": Rule("critical", "verified"),
    "file_damaged": Rule("critical", "verified"),
    "restore_incomplete": Rule("warning", "restored"),
    "drill_failed": Rule("critical", "drilled"),
    "restore_not_proven": Rule("warning", "restored"),
    "ransomware_alarm": Rule("critical", "owner"),
    "watch_limit": Rule("notice", "owner"),
    "watch_network": Rule("notice", "owner"),
    "hook_failed": Rule("warning", "looked_at"),
    "certification_ends": Rule("notice", "owner"),
    "contract_ends": Rule("warning", "owner"),
    "terms_to_accept": Rule("warning", "owner"),
    "copy_gone": Rule("notice", "copied"),
    "copy_full": Rule("warning", "copied"),
    "copy_denied": Rule("warning", "copied"),
    "copy_not_here": Rule("notice", "copied"),
    "copy_other_vault": Rule("warning", "copied"),
    "copy_unsound": Rule("warning", "owner"),
    "mail_refused": Rule("warning", "owner"),
    "release_asked": Rule("critical", "owner"),
    "approval_asked": Rule("warning", "owner"),
    "kit_unchecked": Rule("notice", "owner"),
    "let_go_elsewhere": Rule("warning", "owner"),
    "retention_frozen": Rule("notice", "retained"),
    "retention_needs_whole": Rule("warning", "retained"),
    "clock_doubtful": Rule("warning", "retained"),
    "host_clock_doubtful": Rule("warning", "retained"),
    "alarm_damaged": Rule("warning", "verified"),
    "slots_note_damaged": Rule("notice", "aged"),
    "seen_note_damaged": Rule("notice", "verified"),
    "identity_damaged": Rule("notice", "aged"),
    "slot_came_back": Rule("critical", "owner"),
    "much_let_go": Rule("warning", "aged"),
    "refused_elsewhere": Rule("warning", "aged"),
}
"""By kind. Reasons for which runs fail are kinds too: `Rule("warning", "further")` unless they stand here;
so are codes of what happens to files: `Rule("warning", "looked_at")`."""

OF_THE_HOST: Final = frozenset(
    (
        "certification_ends",
        "contract_ends",
        "terms_to_accept",
        "mail_refused",
        "release_asked",
        "approval_asked",
    )
)
"""What it told itself."""

AGENT: Final = "agent"
"""The subject of what keeps an agent from its work."""

PROVING: Final = ("restore", "drill")
"""Commands that, done without a fault, prove that files come back."""
NOT_PROVEN: Final = "restore_not_proven"

PASSING: Final = frozenset(
    ("vanished", "socket_left_out", "metadata_omitted", "names_not_joined", "modes_not_kept")
)
"""What happens to files in a backup and leaves nothing of the user's behind."""

FILES_MOST: Final = 200
"""Files of a kind that have incidents of their own; the others are counted in one, "more_files"."""

AGED: Final = 30 * 86_400 * 10**9
"""ns after which what nothing else clears is told no more."""

_STAGE_OF_EXIT: Final = {2: 1, 8: 1, 6: 2, 4: 3, 5: 3, 7: 6}
_STAGE_OF_CODE: Final = {
    "settings_damaged": 1,
    "credentials_damaged": 1,
    "host_note_damaged": 1,
    "profile_denied": 1,
    "profile_full": 1,
    "lock_not_made": 1,
    "sources_missing": 4,
    "store_full": 5,
    "store_denied": 5,
    "host_full": 5,
    "host_quota_reached": 5,
}
_CRITICAL: Final = frozenset(
    (
        "store_full",
        "host_full",
        "host_quota_reached",
        "host_organisation_suspended",
        "host_organisation_terminated",
        "host_certification_withdrawn",
        "host_device_revoked",
        "host_device_replaced",
        "sources_missing",
    )
)
_BEYOND: Final = 9
_VERIFY: Final = ("verify", "repair")
"""Commands that look at the whole vault."""
_CLEARED_BY: Final[dict[str, tuple[str, ...]]] = {
    "backup": ("backup",),
    "verified": _VERIFY,
    "restored": ("restore",),
    "copied": ("copy",),
    "retained": ("retention",),
}


class Met(msgspec.Struct, frozen=True):
    """What a run met. `looked_at`: the sources of a full run (None: all of the profile's), the folders of a
    partial one; paths as `incidents` have them."""

    incidents: Sequence[Incident] = ()
    scope: str = ""
    looked_at: Sequence[str] | None = None

    def saw(self, path: str) -> bool:
        """Whether it would have met what is wrong with this file."""
        if self.looked_at is None:
            return True
        if self.scope == "partial":
            return path in self.looked_at or (path.rpartition("/")[0] or "/") in self.looked_at
        return any(f"{path}/".startswith(f"{root.rstrip('/')}/") for root in self.looked_at)


def stage_of(reason: str, exit_code: int) -> int:
    """How far a run came that failed so: 1 nowhere, 2 to the store's door, 3 to its lock, 4 to the sources,
    5 to writing, 6 to what the store holds."""
    if reason in _STAGE_OF_CODE:
        return _STAGE_OF_CODE[reason]
    return _STAGE_OF_EXIT.get(exit_code, 3 if reason.startswith("host_") else 4)


CLOCK_SET: Final = 3600
"""Seconds by which a clock that was set is worth telling: less is one that is put right."""


def after_run(history: History, record: RunRecord, met: Met, *, clock_moved: int = 0) -> list[Raised]:
    """Raises and clears what a run that ended tells of; those that are new. `clock_moved`: seconds by which
    this machine's clock was set since the last run that ended well."""
    standing = history.incidents(open_only=True)
    raised = _of_run(record)
    if abs(clock_moved) >= CLOCK_SET:
        raised.append(Raised("clock_set", "", "warning", {"seconds": clock_moved}))
    if record.command in ("backup", "drill", *_VERIFY) and record.outcome == "completed":
        raised += _of_files(met)
    if record.command == "backup" and record.outcome == "completed":
        raised += _unproven(history, record.ended)
    now = {(each.kind, each.subject) for each in raised}
    cleared = [
        (each.kind, each.subject)
        for each in standing
        if (each.kind, each.subject) not in now and _is_over(each, record, met, raised)
    ]
    return history.settle(raised, cleared, record.ended)


def _of_run(record: RunRecord) -> list[Raised]:
    if record.outcome == "stopped":
        by = str(record.facts.get("by") or "user")
        # What made way for a backup goes on after it.
        return (
            [] if by in ("user", "backup") else [Raised("stopped", by, "notice", {"command": record.command})]
        )
    if record.outcome == "failed":
        kind = record.reason
        if record.exit in (2, 8) and record.trigger == "user":
            return []  # a slip at the keyboard, another run at work
        severity: Severity = "critical" if kind in _CRITICAL else "warning"
        if record.command != "backup" and record.exit != 7:
            severity = RULES[kind].severity if kind in RULES else "notice"
        facts = {name: value for name, value in record.facts.items() if name != "path"}
        return [Raised(kind, record.command, severity, {**facts, "exit": record.exit})]
    if record.command == "backup" and record.exit == 7:
        return [_raised("vault_gone_back")]
    if record.command in _VERIFY and record.exit:
        return [Raised("vault_damaged", "", RULES["vault_damaged"].severity, dict(record.facts))]
    if record.command == "copy" and record.exit == 7:
        return [_raised("vault_damaged")] if record.unread else []
    if record.command == "restore" and record.exit:
        return [_raised("restore_incomplete")]
    return []


def _unproven(history: History, now: int) -> list[Raised]:
    """Nothing was restored for long, of a machine that is backed up for long."""
    first = history.completed("backup", first=True)
    proofs = [run.ended for name in PROVING if (run := history.completed(name, best=True)) is not None]
    if first is None or now - max(proofs, default=first.ended) <= PROOF:
        return []
    days = (now - max(proofs, default=first.ended)) // DAY
    severity = RULES[NOT_PROVEN].severity
    return [Raised(NOT_PROVEN, "", severity, {"days": days, "last": max(proofs, default=None)})]


def _raised(kind: str) -> Raised:
    return Raised(kind, "", RULES[kind].severity, {})


def _of_files(met: Met) -> list[Raised]:
    found: dict[tuple[str, str], Raised] = {}
    more: dict[str, int] = {}
    number: dict[str, int] = {}
    for incident in met.incidents:
        kind = incident.code
        if kind in PASSING or (kind, incident.path) in found:
            continue
        number[kind] = number.get(kind, 0) + 1
        if number[kind] > FILES_MOST:
            more[kind] = number[kind] - FILES_MOST
            continue
        severity = RULES.get(kind, _FILE).severity
        found[kind, incident.path] = Raised(kind, incident.path, severity, {"detail": incident.detail})
    return [
        *found.values(),
        *(Raised("more_files", kind, "warning", {"count": count}) for kind, count in more.items()),
    ]


_FILE: Final = Rule("warning", "looked_at")
_REASON: Final = Rule("warning", "further")


def _is_over(each: IncidentRecord, record: RunRecord, met: Met, raised: Sequence[Raised]) -> bool:
    """Whether an incident that the run did not raise again is no more."""
    from ..core.format_v1.snapshot import MAX_INCIDENTS  # with all that reads a vault: no window needs it

    # An incident of a failed run has the exit code in its facts; all others that are not known are files'.
    rule = RULES.get(each.kind, _REASON if "exit" in each.facts else _FILE)
    done = record.outcome == "completed"
    if rule.clears == "looked_at":
        if not done or record.command != "backup" or len(met.incidents) >= MAX_INCIDENTS:
            return False
        if each.kind == "more_files":
            return met.scope == "full" and met.looked_at is None
        crowded = any(r.kind == "more_files" and r.subject == each.kind for r in raised)
        return not crowded and met.saw(each.subject)
    if rule.clears == "further":
        return _stage(each) < _reached(record) or (done and each.subject == record.command)
    if rule.clears == "aged":
        return record.ended - each.last > AGED
    if each.kind == "file_damaged":  # those that are still touched were raised again
        return done and record.command in _VERIFY
    if each.kind == NOT_PROVEN:
        return done and record.command in PROVING and record.exit == 0
    if each.kind == "drill_failed":  # each drill tries again what failed before
        return done and record.command == "drill"
    commands = _CLEARED_BY.get(rule.clears, ())
    return done and record.command in commands and record.exit != 7


def _stage(each: IncidentRecord) -> int:
    code = each.facts.get("exit")
    return stage_of(each.kind, code if isinstance(code, int) else 1)


def _reached(record: RunRecord) -> int:
    if record.outcome == "failed":
        return stage_of(record.reason, record.exit)
    if record.outcome == "stopped":
        return 1  # perhaps before it began
    return _BEYOND if record.command == "backup" else 4


_NOT_PATHS: Final = frozenset(
    (
        "more_files",
        "stopped",
        "hook_failed",
        "ransomware_alarm",
        "certification_ends",
        "contract_ends",
        "terms_to_accept",
        "mail_refused",
        "release_asked",
        "approval_asked",
        "kit_unchecked",
        "copy_unsound",
        "let_go_elsewhere",
    )
)


def about_a_path(each: IncidentRecord) -> bool:
    """Whether its subject names a file or folder of the practice: so it is taken unless known otherwise."""
    known = each.subject == AGENT or "exit" in each.facts or each.kind in _NOT_PATHS
    return bool(each.subject) and not known
