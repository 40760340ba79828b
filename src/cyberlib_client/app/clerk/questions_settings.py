"""What a window asks about settings: folders and what they leave out, when backups run, how long
snapshots are kept, second copies."""

from __future__ import annotations

from typing import Annotated

import msgspec

from ...state.settings import MOST_ALONE
from ..rates_wanted import RatesWanted
from ..retention_change import RetentionChange
from ..scheduling import ScheduleChange, ScheduleShown
from ..source_rules import RuleDraft, SourceRules
from .asking import Question


class ProtectedAsked(Question, frozen=True, tag="protected"):
    """The folders, and when each was last in a backup: a list of `Protected`."""


class UsualRulesAsked(Question, frozen=True, tag="usual_rules"):
    """The exclusions that come with the program, for this source: a list of patterns."""

    path: str


class RulesTriedAsked(Question, frozen=True, tag="try_rules"):
    """What a source would leave out by these rules, and one that is being typed: `RulesTried`."""

    path: str
    rules: SourceRules
    draft: RuleDraft | None = None


class RulesWanted(Question, frozen=True, tag="change_rules"):
    """What a source leaves out is changed: `RulesChanged`."""

    path: str
    rules: SourceRules


# ---- schedule, conditions, rates -------------------------------------------------------------------


class ScheduleTold(msgspec.Struct, frozen=True):
    """`next`: when a run by the clock would begin, UTC; null for never."""

    shown: ScheduleShown
    next: str | None


class ScheduleAsked(Question, frozen=True, tag="schedule"):
    """When backups run by themselves: `ScheduleTold`."""


class ScheduleTriedAsked(Question, frozen=True, tag="try_schedule"):
    """What a change would come to: `ScheduleTold`."""

    change: ScheduleChange


class ScheduleWanted(Question, frozen=True, tag="change_schedule"):
    """A change: `ScheduleTold`."""

    change: ScheduleChange


class RatesAsked(Question, frozen=True, tag="rates"):
    """How much of the line may be used: `NetworkShown`."""


class RatesChanged(Question, frozen=True, tag="change_rates"):
    """All rates at once: `NetworkShown`."""

    rates: RatesWanted


# ---- the window itself -----------------------------------------------------------------------------


class LeftAloneAsked(Question, frozen=True, tag="left_alone"):
    """Minutes without a touch after which the window shows no names any more; 0 for never."""


class LeftAloneWanted(Question, frozen=True, tag="change_left_alone"):
    """Others: the same."""

    minutes: Annotated[int, msgspec.Meta(ge=0, le=MOST_ALONE)]


# ---- how long snapshots are kept -------------------------------------------------------------------


class RetentionAsked(Question, frozen=True, tag="retention"):
    """What is in force: `RetentionShown`."""


class RetentionTriedAsked(Question, frozen=True, tag="try_retention"):
    """What a change would do: `RetentionChanged`, nothing saved."""

    change: RetentionChange


class RetentionWanted(Question, frozen=True, tag="change_retention"):
    """A change: `RetentionChanged`. `secret`: a passphrase or the 24 words, which keeping less takes."""

    change: RetentionChange
    secret: str = ""


class RetentionApplied(Question, frozen=True, tag="apply_retention"):
    """What is not kept goes into quarantine: `RetentionDone`. `dry`: only looked at."""

    dry: bool = True


class QuarantineAsked(Question, frozen=True, tag="quarantine"):
    """What can be brought back, oldest first: a list of `Quarantined`."""


class BringBackWanted(Question, frozen=True, tag="undelete"):
    """Snapshots come back: `Undeleted`."""

    snapshots: list[str]


# ---- second copies ---------------------------------------------------------------------------------


class CopyWanted(Question, frozen=True, tag="add_copy"):
    """One more second copy: `CopyInfo`. `key_file`: of a bucket, the file with its access key; `in_file`:
    keep that in a file rather than in the keychain."""

    name: str
    at: str
    every: str = "1 d"
    parity: bool = False
    elsewhere: bool = False
    endpoint: str = ""
    region: str = ""
    key_file: str = ""
    in_file: bool = False


class CopyChangeWanted(Question, frozen=True, tag="change_copy"):
    """What is noted of a copy: `CopyInfo`. `new`: its name then."""

    name: str
    new: str
    every: str
    parity: bool
    elsewhere: bool


class CopyRemoved(Question, frozen=True, tag="remove_copy"):
    """One less: `CopyInfo`. What it holds stays where it is."""

    name: str


AskedSettings = (
    ProtectedAsked
    | UsualRulesAsked
    | RulesTriedAsked
    | RulesWanted
    | ScheduleAsked
    | ScheduleTriedAsked
    | ScheduleWanted
    | RatesAsked
    | RatesChanged
    | LeftAloneAsked
    | LeftAloneWanted
    | RetentionAsked
    | RetentionTriedAsked
    | RetentionWanted
    | RetentionApplied
    | QuarantineAsked
    | BringBackWanted
    | CopyWanted
    | CopyChangeWanted
    | CopyRemoved
)
