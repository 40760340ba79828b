"""Which snapshots a policy keeps, and why. Pure: times are given.

A rule for a period keeps the newest snapshot of each of the latest so many periods that have any (as borg and
restic count), in the practice's own time zone, since a day there ends at its midnight. Each device is judged
by itself: a machine that makes many snapshots, or misdated ones, pushes out its own alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, NamedTuple

import msgspec

PERIODS: Final = ("hourly", "daily", "weekly", "monthly", "yearly")

ALL: Final = -1
"""A number of periods without end."""

_DAY: Final = 86_400 * 1_000_000_000


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What to keep. `last`: so many snapshots; `within`: all of so many days; then of so many hours, days,
    weeks, months and years the newest each. 0: the rule keeps nothing; -1: it keeps without end.
    `labelled`: snapshots with a label are kept."""

    last: int = 0
    within: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    labelled: bool = True

    def __post_init__(self) -> None:
        numbers = [self.last, self.within, *(getattr(self, period) for period in PERIODS)]
        if any(number < ALL for number in numbers):
            raise ValueError("policy")

    @property
    def keeps_all(self) -> bool:
        """Whether nothing would ever go."""
        return (
            self.last == ALL
            or self.within == ALL
            or not any((self.last, self.within, *(getattr(self, period) for period in PERIODS)))
        )


def is_shorter(new: Policy, old: Policy) -> bool:
    """Whether the new one may let something go that the old one keeps."""
    if new.keeps_all or old.keeps_all:
        return not new.keeps_all
    numbers = ("last", "within", *PERIODS)
    return new.labelled < old.labelled or any(
        _reach(getattr(new, name)) < _reach(getattr(old, name)) for name in numbers
    )


def _reach(number: int) -> float:
    return float("inf") if number == ALL else number


class Dated(NamedTuple):
    """A snapshot as a policy sees it. `time`: when it was received, ns since 1970; `order`: grows with each
    of its device's."""

    digest: bytes
    device: bytes
    time: int
    order: int
    label: str = ""
    wanted: bool = False
    """Somebody brought it back from quarantine."""


class Decision(NamedTuple):
    """`kept`: digest → the rules that keep it ("newest", "undeleted", "label", "last", "within", a
    period's name); `going`: the others, from oldest to newest."""

    kept: Mapping[bytes, tuple[str, ...]]
    going: Sequence[bytes]


def decide(policy: Policy, snapshots: Iterable[Dated], now: int, zone: tzinfo) -> Decision:
    """Judges each snapshot. The newest of each device always stays, and one dated in the future."""
    kept: dict[bytes, tuple[str, ...]] = {}
    going: list[Dated] = []
    devices: dict[bytes, list[Dated]] = {}
    for each in snapshots:
        devices.setdefault(each.device, []).append(each)
    for mine in devices.values():
        mine.sort(key=lambda s: (s.order, s.time), reverse=True)
        reasons = _reasons(policy, mine, now, zone)
        for each in mine:
            if reasons[each.digest]:
                kept[each.digest] = tuple(reasons[each.digest])
            else:
                going.append(each)
    going.sort(key=lambda s: (s.time, s.order, s.digest))
    return Decision(kept, [each.digest for each in going])


def decide_each(
    policies: Callable[[bytes], Sequence[Policy]], snapshots: Iterable[Dated], now: int, zone: tzinfo
) -> Decision:
    """Judges the snapshots of each device by the policies that hold for it: what any of them keeps stays."""
    devices: dict[bytes, list[Dated]] = {}
    for each in snapshots:
        devices.setdefault(each.device, []).append(each)
    kept: dict[bytes, tuple[str, ...]] = {}
    going: list[Dated] = []
    for device, mine in devices.items():
        decided = [decide(policy, mine, now, zone).kept for policy in policies(device)]
        for each in mine:
            rules = dict.fromkeys(rule for one in decided for rule in one.get(each.digest, ()))
            if rules:
                kept[each.digest] = tuple(rules)
            else:
                going.append(each)
    going.sort(key=lambda s: (s.time, s.order, s.digest))
    return Decision(kept, [each.digest for each in going])


def _reasons(policy: Policy, mine: Sequence[Dated], now: int, zone: tzinfo) -> dict[bytes, list[str]]:
    """Why each of a device's snapshots is kept, from newest to oldest."""
    found: dict[bytes, list[str]] = {each.digest: [] for each in mine}
    if policy.keeps_all:
        return {digest: ["all"] for digest in found}
    found[mine[0].digest].append("newest")
    for number, each in enumerate(mine):
        if each.wanted:
            found[each.digest].append("undeleted")
        if each.label and policy.labelled:
            found[each.digest].append("label")
        if number < policy.last:
            found[each.digest].append("last")
        if each.time > now or (policy.within and each.time > now - policy.within * _DAY):
            found[each.digest].append("within")
    for period in PERIODS:
        left = getattr(policy, period)
        before: object = None
        for each in mine:
            if not left:
                break
            part = _PART_OF[period](_local(each.time, zone))
            if part != before:
                found[each.digest].append(period)
                before = part
                left -= 1
    return found


def _local(time: int, zone: tzinfo) -> datetime:
    # Not fromtimestamp: a clock that is centuries off is no reason to fail.
    seconds = max(-62_000_000_000, min(time // 1_000_000_000, 253_000_000_000))
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(zone)


_PART_OF: Final[Mapping[str, Callable[[datetime], object]]] = {
    "hourly": lambda at: (at.date(), at.hour, at.utcoffset()),
    "daily": lambda at: at.date(),
    "weekly": lambda at: at.isocalendar()[:2],
    "monthly": lambda at: (at.year, at.month),
    "yearly": lambda at: at.year,
}
