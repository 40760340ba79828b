"""The shapes of what --json and --jsonl print: for the schema, and for tests that hold commands to it."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from ..app.adopting_told import Adoption
from ..app.agent.control import AgentPaused, AgentShown, JobStopped
from ..app.alarms import AlarmDismissed, AlarmShown, CanariesSet
from ..app.approval_told import ApprovalAsked, ApprovalOpened, ApprovalShown
from ..app.audits import AuditChecked
from ..app.backups import BackupDone
from ..app.browsing import ChangeInfo
from ..app.buckets import BucketChanged
from ..app.copies import CopyInfo
from ..app.copy_checks import CopyCheckDone
from ..app.copying import CopiesDone
from ..app.covering_told import CoveredTold, CoverShown
from ..app.diagnosis.contents import Diagnosis
from ..app.drill_certificates import CertificateChecked, CertificateShown
from ..app.drill_list import CertificateInfo
from ..app.drills import Drilled
from ..app.escrow_told import EscrowAsked, EscrowJoined, EscrowLeft, EscrowOpened, EscrowTold, ReleaseShown
from ..app.exclusions import RulesChanged
from ..app.exporting import Exported
from ..app.forgetting import Forgotten, Undeleted
from ..app.guidance.log import LoggedLine
from ..app.guidance.told import GuidedTold
from ..app.hooks import HookInfo
from ..app.hosts import Enrolled, HostDevice, Reassigned, TermsShown
from ..app.keys import SlotAdded, SlotRemoved
from ..app.keys_told import KeyRewritten, KeyRotated
from ..app.kit_check import Checked as KitChecked
from ..app.leaving import Destruction, Leaving
from ..app.lifting import RefusalsLifted
from ..app.listed import EntryInfo, FoundInfo, SnapshotInfo
from ..app.mounting import Mounted
from ..app.network import NetworkShown
from ..app.network_check import Checked
from ..app.officer import OfficerShown
from ..app.officer_policy import PolicyShown
from ..app.officer_release import Answered, RequestShown
from ..app.people_told import PasskeyShown, PeopleTold, PersonAccepted, PersonInvited, PersonShown
from ..app.recovery_kit import RecoveryKitChecked, RecoveryKitMade
from ..app.refusal_register import RefusalInfo
from ..app.refusals import RefusalDone
from ..app.repairing import Repaired
from ..app.replacing_told import Replacement
from ..app.reports import Report
from ..app.restoring import RestoreDone
from ..app.retention import RetentionDone
from ..app.retention_settings import RetentionChanged, RetentionShown
from ..app.scheduling import ScheduleShown
from ..app.service_install import ServiceInstalled, ServiceRemoved
from ..app.showcase import Step
from ..app.slots import SlotInfo
from ..app.sources import PreviewInfo, SourceInfo
from ..app.upkeep import UpkeepShown
from ..app.vault_info import VaultInfo
from ..app.vaults import VaultMade, VaultOpened
from ..app.verifying import Verified
from ..core.guidance.messages import Answer

Fact = str | int | float | None


class Told(msgspec.Struct, frozen=True):
    """An error or a notice. `code` and the names of `facts` are stable; the words are for people."""

    code: str
    facts: dict[str, Fact]
    title: str
    advice: str


class Document(msgspec.Struct, frozen=True):
    """What --json prints. `items` only for commands that list; `error` and `exit` as the command ended."""

    version: Literal[1]
    command: str
    result: Any
    notices: list[Told]
    error: Told | None
    exit: int
    items: list[Any] | msgspec.UnsetType = msgspec.UNSET


class ProgressEvent(msgspec.Struct, frozen=True, tag_field="event", tag="progress"):
    """See core.events.Progress; bytes are bytes of the user's files."""

    phase: str
    files_done: int
    files_total: int | None
    bytes_done: int
    bytes_total: int | None
    bytes_known: int
    bytes_stored: int
    bytes_waiting: int
    current: str


class IncidentEvent(msgspec.Struct, frozen=True, tag_field="event", tag="incident"):
    """One thing that did not go as asked for; the run goes on."""

    code: str
    path: str
    detail: str


class NoticeEvent(msgspec.Struct, frozen=True, tag_field="event", tag="notice"):
    """As `Told`, when it is noticed."""

    code: str
    facts: dict[str, Fact]
    title: str
    advice: str


class ItemEvent(msgspec.Struct, frozen=True, tag_field="event", tag="item"):
    """One item of a command that lists."""

    item: Any


class EndEvent(msgspec.Struct, frozen=True, tag_field="event", tag="end"):
    """The last line: as `Document`, without items."""

    version: Literal[1]
    command: str
    result: Any
    notices: list[Told]
    error: Told | None
    exit: int


AnyEvent = ProgressEvent | IncidentEvent | NoticeEvent | ItemEvent | EndEvent

ITEMS: Final[dict[str, type]] = {
    "snapshots": SnapshotInfo,
    "ls": EntryInfo,
    "find": FoundInfo,
    "versions": FoundInfo,
    "diff": ChangeInfo,
    "key list": SlotInfo,
    "device list": HostDevice,
    "sources list": SourceInfo,
    "hooks list": HookInfo,
    "copy list": CopyInfo,
    "refusals list": RefusalInfo,
    "refusals check": RefusalInfo,
    "certificate list": CertificateInfo,
    "demo": Step,
    "guide start": GuidedTold,
    "guide log": LoggedLine,
    "support join": Answer,  # type: ignore[dict-item]
}
"""What commands list."""

RESULTS: Final[dict[str, type]] = {
    "vault create": VaultMade,
    "vault open": VaultOpened,
    "vault info": VaultInfo,
    "vault access": BucketChanged,
    "backup": BackupDone,
    "restore": RestoreDone,
    "mount": Mounted,
    "export plain": Exported,
    "export vault": Exported,
    "export check": KitChecked,
    "export request": Leaving,
    "export status": Leaving,
    "export accept": Leaving,
    "export certificate": Destruction,
    "verify": Verified,
    "copy run": CopiesDone,
    "copy add": CopyInfo,
    "copy change": CopyInfo,
    "copy remove": CopyInfo,
    "copy check": CopyCheckDone,
    "repair": Repaired,
    "drill": Drilled,
    "certificate show": CertificateShown,
    "certificate verify": CertificateChecked,
    "retention show": RetentionShown,
    "retention set": RetentionChanged,
    "retention apply": RetentionDone,
    "forget": Forgotten,
    "refuse": RefusalDone,
    "refusals lift": RefusalsLifted,
    "undelete": Undeleted,
    "report": Report,
    "diagnose": Diagnosis,
    "key add": SlotAdded,
    "key remove": SlotRemoved,
    "key rotate": KeyRotated,
    "key rewrite": KeyRewritten,
    "kit create": RecoveryKitMade,
    "kit check": RecoveryKitChecked,
    "sources add": SourceInfo,
    "sources change": RulesChanged,
    "sources remove": SourceInfo,
    "sources preview": PreviewInfo,
    "hooks add": HookInfo,
    "hooks change": HookInfo,
    "hooks remove": HookInfo,
    "schedule show": ScheduleShown,
    "schedule set": ScheduleShown,
    "upkeep show": UpkeepShown,
    "upkeep set": UpkeepShown,
    "agent run": type(None),
    "agent status": AgentShown,
    "agent pause": AgentPaused,
    "agent resume": AgentPaused,
    "agent stop": JobStopped,
    "agent install": ServiceInstalled,
    "agent uninstall": ServiceRemoved,
    "device enrol": Enrolled,
    "device reassign": Reassigned,
    "device revoke": HostDevice,
    "device terms": TermsShown,
    "device audit": AuditChecked,
    "network show": NetworkShown,
    "network limit": NetworkShown,
    "network hours": NetworkShown,
    "network proxy": NetworkShown,
    "network ca": NetworkShown,
    "network check": Checked,
    "alarm show": AlarmShown,
    "alarm dismiss": AlarmDismissed,
    "alarm canaries": CanariesSet,
    "sources adopt": Adoption,
    "device replace": Replacement,
    "approval ask": ApprovalAsked,
    "approval status": ApprovalShown,
    "approval open": ApprovalOpened,
    "approval list": list[ApprovalShown],
    "approval allow": ApprovalShown,
    "approval refuse": list[ApprovalShown],
    "escrow join": EscrowJoined,
    "escrow status": EscrowTold,
    "escrow leave": EscrowLeft,
    "escrow request": EscrowAsked,
    "escrow cancel": list[ReleaseShown],
    "escrow waive": list[ReleaseShown],
    "escrow open": EscrowOpened,
    "person list": PeopleTold,
    "person invite": PersonInvited,
    "person accept": PersonAccepted,
    "person confirm": PersonShown,
    "person add-passkey": PasskeyShown,
    "person remove-passkey": PersonShown,
    "escrow cover give": CoverShown,
    "escrow cover list": list[CoverShown],
    "escrow cover end": list[CoverShown],
    "covered ask": EscrowAsked,
    "covered status": CoveredTold,
    "covered snapshots": list[SnapshotInfo],
    "covered list": list[EntryInfo],
    "covered restore": RestoreDone,
    "covered forget": type(None),
    "officer key create": OfficerShown,
    "officer key show": OfficerShown,
    "officer key export": OfficerShown,
    "officer policy propose": PolicyShown,
    "officer policy show": PolicyShown,
    "officer policy sign": PolicyShown,
    "officer release show": RequestShown,
    "officer release answer": Answered,
    "completion": str,
}
"""What other commands find out."""
