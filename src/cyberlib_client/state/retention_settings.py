"""The table `[retention]` of the settings: how long snapshots are kept."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from ..core.retention import ALL, PERIODS, Policy
from ..core.retention_presets import PRESETS

SHORTEST: Final = 7
LONGEST: Final = 366
MOST: Final = 10_000

Number = Annotated[int, Meta(ge=ALL, le=MOST)]


class RetentionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Nothing chosen: nothing is ever deleted.

    `preset`: the one that the numbers came from. The numbers: see `core.retention.Policy`. `quarantine`: days
    between the retirement of a snapshot and its end.
    """

    preset: str = ""
    last: Number = 0
    within: Number = 0
    hourly: Number = 0
    daily: Number = 0
    weekly: Number = 0
    monthly: Number = 0
    yearly: Number = 0
    labelled: bool = True
    quarantine: Annotated[int, Meta(ge=SHORTEST, le=LONGEST)] = 30

    def __post_init__(self) -> None:
        if self.preset and PRESETS.get(self.preset) != policy_of(self):
            raise ValueError("preset")


NUMBERS: Final = ("last", "within", *PERIODS)


def policy_of(written: RetentionSettings) -> Policy:
    """The policy; one that keeps all when none was chosen."""
    return Policy(**{name: getattr(written, name) for name in NUMBERS}, labelled=written.labelled)


def is_chosen(written: RetentionSettings) -> bool:
    """Whether there is a policy, be it one that keeps all."""
    return any(getattr(written, name) for name in NUMBERS)
