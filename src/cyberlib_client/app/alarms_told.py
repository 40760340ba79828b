"""The alarm as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

from typing import Literal

import msgspec


class ReasonInfo(msgspec.Struct, frozen=True):
    """One rule that held; see `core.signs.Reason`."""

    code: str
    count: int
    days: int
    points: int


class AlarmShown(msgspec.Struct, frozen=True):
    """The alarm as it stands; `level` is "none" without one, and all else then empty. `clean`: the last
    snapshot before the first suspicious sign. `lost`: files that look lost. `canaries`: decoys in place.
    `frozen`: retention removes nothing."""

    level: Literal["none", "warning", "critical"]
    raised: str | None
    since: str | None
    clean: str | None
    lost: int
    points: int
    reasons: list[ReasonInfo]
    canaries: int
    frozen: bool


class AlarmDismissed(msgspec.Struct, frozen=True):
    """An alarm taken back."""

    reason: str
    raised: str
