"""How long snapshots are kept and what a change does, as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

import msgspec

from ..state.retention_settings import NUMBERS
from .retention_change import RetentionChange


class SharedPolicy(msgspec.Struct, frozen=True):
    """A policy that stands in the vault. `device`, `device_id`: whose snapshots, by name and 32 hex digits;
    empty: those of all devices that have no such policy of their own. `set_by`: the device that said so;
    `set_at`: when, by its clock (UTC). The others: see `RetentionShown`."""

    device: str
    device_id: str
    set_by: str
    set_at: str
    preset: str
    last: int
    within: int
    hourly: int
    daily: int
    weekly: int
    monthly: int
    yearly: int
    labelled: bool
    quarantine: int


class VersionTold(msgspec.Struct, frozen=True):
    """A snapshot before a policy. `time`: when it was made, as far as that can be known; `told`: what its
    device's clock had. `rules`: why it stays, see `core.retention.Decision`; none for one that goes."""

    id: str
    time: str
    told: str
    device: str
    label: str
    files: int
    bytes: int
    rules: list[str]


class Preview(msgspec.Struct, frozen=True):
    """What would happen, in bytes as they are stored. `frees`: what goes into quarantine now, and is free
    when it is over; `due`: deleted at once, its quarantine being over; `waiting`: in quarantine then;
    `total`: of all packs. `kept`: of the devices asked for."""

    going: list[VersionTold]
    kept: list[VersionTold]
    frees: int
    due: int
    waiting: int
    total: int


class RetentionDone(msgspec.Struct, frozen=True):
    """`done`: it was done; otherwise only looked at. `retired`: snapshots that went into quarantine; `until`:
    when that ends; `purged`: bytes deleted now; `purged_snapshots`: deleted now. `held`: objects that a store
    keeps longer by its own rules."""

    done: bool
    plan: Preview
    retired: int
    until: str
    purged: int
    purged_snapshots: int
    held: int
    seconds: float


class RetentionShown(msgspec.Struct, frozen=True):
    """A policy: this machine's own, or, of a change, the one that is changed.

    `chosen`: there is one; without one, here and in the vault, nothing is ever deleted. `preset`: where its
    numbers come from, empty for one's own. `last`: so many snapshots; `within`: all of so many days; then the
    newest each of so many hours, days, weeks, months, years; -1: without end. `labelled`: those with a label
    are kept. `quarantine`: days. `frozen`: an alarm stands on this machine. `applied`: UTC, null for never;
    `retired` snapshots, `freed` bytes then, `waiting` bytes in quarantine afterwards. `shared`: what stands
    in the vault; null when that was not looked up, or could not be.
    """

    chosen: bool
    preset: str
    last: int
    within: int
    hourly: int
    daily: int
    weekly: int
    monthly: int
    yearly: int
    labelled: bool
    quarantine: int
    frozen: bool
    applied: str | None
    retired: int
    freed: int
    waiting: int
    shared: list[SharedPolicy] | None = None


class RetentionChanged(msgspec.Struct, frozen=True):
    """`now`, `then`: what the policies do with the snapshots concerned, as far as this machine knows them;
    null where nothing would go. `saved`: it is changed; nothing is deleted before the policy is applied.
    `device`, `every`: whose policy in the vault it is; empty and false for this machine's own settings."""

    before: RetentionShown
    after: RetentionShown
    now: Preview | None
    then: Preview | None
    saved: bool
    device: str = ""
    every: bool = False


def change_to(shown: RetentionShown) -> RetentionChange:
    """The change that leads to this policy, whatever was in force before."""
    numbers = {name: _typed(getattr(shown, name)) for name in NUMBERS}
    preset = shown.preset or ("none" if not shown.chosen else None)
    return RetentionChange(preset, **numbers, labelled=shown.labelled, quarantine=shown.quarantine)


def _typed(number: int) -> str:
    return "all" if number == -1 else str(number)


class Quarantined(msgspec.Struct, frozen=True):
    """A snapshot in quarantine. `retired`: since when; `until`: when it may be deleted, after which it may
    still be there for a while; `reason`: "policy", "user", "erasure"; "announced" where nobody let it go and
    somebody said that it is being deleted. `returns`: it can be brought back; `announced`: that it is being
    deleted was said within the last day, and until that is over it cannot."""

    id: str
    time: str
    device: str
    label: str
    files: int
    bytes: int
    retired: str
    until: str
    reason: str
    returns: bool
    announced: bool = False


class Undeleted(msgspec.Struct, frozen=True):
    """`back`: snapshots that are there again, which no policy lets go any more. `waiting`: what is in
    quarantine, oldest first."""

    back: list[str]
    waiting: list[Quarantined]
