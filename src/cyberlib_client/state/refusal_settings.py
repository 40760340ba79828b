"""The tables `[[refusals]]` of the settings: what no backup takes, since a patient refused."""

from __future__ import annotations

import datetime
from typing import Final, Literal

import msgspec

Reason = Literal["refusal", "objection", "erasure", "mistake"]
REASONS: Final[tuple[Reason, ...]] = ("refusal", "objection", "erasure", "mistake")
"""Codes and no free text: a reason is nobody's history."""


class RefusalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`path`, or `escaped`: as those of a source. `reason`: a code; `date`: the day of the request; `lines`:
    ids of the register."""

    reason: Reason
    date: str
    path: str = ""
    escaped: str = ""
    lines: list[str] = []

    def __post_init__(self) -> None:
        datetime.date.fromisoformat(self.date)
        if not (self.path or self.escaped):
            raise ValueError("path")
