"""The table `[verification]` of the settings."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

LONGEST_ROUND: Final = 30
"""Days within which every pack is read."""


class VerificationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`rotate`: whether the agent reads a portion of the vault a day; `days`: within which all of it.
    `kit_days`: after which a kit that nobody checked is told of, 0 for never."""

    rotate: bool = True
    days: Annotated[int, Meta(ge=1, le=LONGEST_ROUND)] = LONGEST_ROUND
    kit_days: Annotated[int, Meta(ge=0, le=3660)] = 365
