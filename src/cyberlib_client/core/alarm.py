"""Whether what backups see looks like ransomware: rules with weights, each of which can be told.

A run hands over its signs. What counts first is content that is lost: files that are no longer what their
names say, or that were replaced by files nobody can read. It is added up over windows from one run to half
a year, and compared with what this device lost in earlier windows of the same length: in ordinary work
next to nothing, so that even some files a day stand out. It counts by itself, too, that a large part of all
files is gone, and nothing came instead: deleted, packed into an archive, on a disk that is not there. Signs
that ordinary work has too (many changes, old files changed, nothing deduplicated, one small file in many
folders) only add to these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Final, Literal, NamedTuple

import msgspec

from .signs import DAY, Alarm, Code, Ending, Fewer, Past, Reason, Signs, Tally


class _Window(NamedTuple):
    days: int  # 0: the run alone
    share: float  # of all files, that alone raises the alarm
    least: int
    most: int


_WINDOWS: Final = (
    _Window(0, 0.004, 6, 60),
    _Window(1, 0.006, 8, 120),
    _Window(7, 0.008, 10, 250),
    _Window(42, 0.012, 14, 500),
    _Window(182, 0.025, 25, 1500),
)
_DELETED: Final = ((7, 0.25), (42, 0.5))
"""Days, and the part of all files that went in them and was not made up for: folders may be copied elsewhere
on one day, and removed on another."""
_LEAST_DELETED: Final = 50
_KEPT_DAYS: Final = 400
_ENOUGH: Final = 100
"""Points that raise the alarm."""
_CRITICAL: Final = 200
_BESIDE: Final = 25
"""Points of lost content from which what only adds to it is looked at."""
_GAP: Final = 9
"""Days without a sign that a slope may have: a week of holidays."""
_FORTNIGHT: Final = 14
_MOST_FOLDERS: Final = 5_000
_DATABASE: Final = 40
_CANARY: Final = {"canaries_changed": 100, "canaries_gone": 45}


def assess(past: Past, signs: Signs, before: str) -> tuple[Past, Alarm | None]:
    """What is remembered from now on, and the alarm that these signs raise. `before`: the snapshot (hex)
    before this run's, "" for none."""
    past, signs = _paired(past, signs)
    past = _remembered(past, signs, before)
    if signs.first or not (signs.is_suspicious or signs.loose_strange or signs.loose_gone):
        return past, None
    reasons = [*_content(past, signs), *_decoys(past, signs)]
    deleted, gone = _deleted(past, signs)
    alone = not reasons
    reasons += deleted
    strong = sum(reason.points for reason in reasons)
    if strong < _BESIDE:
        return past, None
    reasons += _beside(past, signs)
    points = strong + min(60, sum(reason.points for reason in reasons[:]) - strong)
    if points < _ENOUGH:
        return past, None
    start = _slope(past, signs)
    lost = sum(_apart([t]) + t.lost for t in past.days if t.day >= start.day)
    since, clean = start.since, start.clean
    if gone:
        lost += sum(each.net for each in gone)
        if alone or not since or gone[0].since < since:
            since, clean = gone[0].since, gone[0].clean
    level: Literal["warning", "critical"] = "critical" if points >= _CRITICAL else "warning"
    reasons.sort(key=lambda reason: -reason.points)
    return past, Alarm(signs.at, level, points, lost, since, clean, tuple(reasons))


def dismissed(past: Past, at: int, endings: Iterable[str]) -> Past:
    """The past once somebody said that it was their own doing: what was seen is settled, files of these
    endings are even as a rule, and what happened on most days of the last fortnight may go on."""
    kept = tuple(Tally(t.day, moved=t.moved, old=t.old, share=t.share) for t in past.days)
    learned = {ending: Ending(100, 100) for ending in endings if ending}
    lately = [sum(t.lost for t in past.days if t.day == at // DAY - back) for back in range(_FORTNIGHT)]
    allowed = max(past.allowed, median(lately))
    return msgspec.structs.replace(
        past, days=kept, endings=past.endings | learned, strange={}, allowed=allowed, fewer=()
    )


def _paired(past: Past, signs: Signs) -> tuple[Past, Signs]:
    """Files that go from folders to which unreadable ones came in the fortnight before were replaced."""
    today = signs.at // DAY
    strange = {key: told for key, told in past.strange.items() if today - told[0] < _FORTNIGHT}
    replaced = 0
    for key, gone in signs.gone_in.items():
        day, count = strange.pop(key, (today, 0))
        replaced += min(gone, count)
        if count > gone:
            strange[key] = (day, count - gone)
    for key, count in signs.strange_in.items():
        strange[key] = (today, strange.get(key, (0, 0))[1] + count)
    if len(strange) > _MOST_FOLDERS:
        strange = dict(sorted(strange.items(), key=lambda item: item[1])[-_MOST_FOLDERS:])
    if replaced:
        signs = msgspec.structs.replace(
            signs, replaced=signs.replaced + replaced, loose_gone=max(0, signs.loose_gone - replaced)
        )
    return msgspec.structs.replace(past, strange=strange), signs


def _remembered(past: Past, signs: Signs, before: str) -> Past:
    endings = dict(past.endings)
    for ending, learned in signs.learned.items():
        known = endings.get(ending, Ending())
        if known.judged < 1000:
            endings[ending] = Ending(known.judged + learned.judged, known.even + learned.even)
    today = signs.at // DAY
    days = [tally for tally in past.days if today - tally.day < _KEPT_DAYS]
    last = days.pop() if days and days[-1].day >= today else Tally(today)
    if not signs.first:
        last = _added(last, signs, before)
    if last != Tally(last.day):
        days.append(last)
    fewer = _fewer(past.fewer, signs, before)
    return msgspec.structs.replace(past, days=tuple(days), endings=endings, fewer=fewer)


def _fewer(past: Sequence[Fewer], signs: Signs, before: str) -> tuple[Fewer, ...]:
    today, net = signs.at // DAY, signs.gone - signs.new
    days = [each for each in past if today - each.day < _DELETED[-1][0]]
    if signs.first or not net:
        return tuple(days)
    last = days.pop() if days and days[-1].day >= today else Fewer(today)
    since, clean = (last.since, last.clean) if last.since or net < 0 else (signs.at, before)
    return (*days, Fewer(last.day, last.net + net, since, clean))


def _added(tally: Tally, signs: Signs, before: str) -> Tally:
    share = 100 * signs.changed_new // signs.changed_bytes if signs.changed_bytes else -1
    fresh = (signs.is_suspicious or _strewn(signs)) and not tally.since
    return Tally(
        tally.day,
        tally.broken + signs.broken,
        tally.dense + signs.dense,
        tally.replaced + signs.replaced,
        tally.databases + signs.databases,
        tally.loose_gone + signs.loose_gone,
        tally.loose_strange + signs.loose_strange,
        tally.strewn + _strewn(signs),
        tally.canaries_changed + signs.canaries_changed,
        tally.canaries_gone + signs.canaries_gone,
        max(tally.notes, signs.notes),
        tally.moved + signs.changed + signs.gone,
        tally.old + signs.old,
        max(tally.share, share),
        signs.at if fresh else tally.since,
        before if fresh else tally.clean,
    )


def _strewn(signs: Signs) -> int:
    return sum(signs.strange_in.values()) if len(signs.strange_in) >= 5 else 0


def _content(past: Past, signs: Signs) -> list[Reason]:
    """The window in which most is lost beyond what is usual, told by kinds of loss."""
    found: list[Reason] = []
    for window in _WINDOWS:
        need = min(max(window.least, window.share * signs.files), window.most)
        tallies = _since(past, signs.at // DAY, window.days)
        told: list[tuple[Code, int]]
        if window.days:
            apart = max(_apart(_since(past, signs.at // DAY, 1)), _sum(tallies, "strewn") // 2)
            told = [(code, _sum(tallies, code)) for code in ("broken", "dense", "replaced")]
            told.append(("apart", apart))
            databases = _sum(tallies, "databases")
            usual = _usual(past, signs.at // DAY, window.days)
        else:
            told = [("broken", signs.broken), ("dense", signs.dense), ("replaced", signs.replaced)]
            databases, usual = signs.databases, _usual(past, signs.at // DAY, 1)
        total = sum(count for _, count in told)
        points = 100 * max(0.0, total - usual) / need
        reasons = [
            Reason(code, count, window.days, round(points * count / total)) for code, count in told if count
        ]
        if databases:
            reasons.append(Reason("databases", databases, window.days, _DATABASE * databases))
        if sum(r.points for r in reasons) > sum(r.points for r in found):
            found = reasons
    return found


def _apart(tallies: Sequence[Tally]) -> int:
    """Files that may have been replaced by about as many elsewhere: half, since people delete and receive
    too."""
    gone, strange = _sum(tallies, "loose_gone"), _sum(tallies, "loose_strange")
    return min(gone, strange) // 2 if max(gone, strange) < 2 * min(gone, strange) else 0


def _decoys(past: Past, signs: Signs) -> list[Reason]:
    tallies = _since(past, signs.at // DAY, 7)
    codes: tuple[Code, Code] = ("canaries_changed", "canaries_gone")
    counts = [(code, _sum(tallies, code)) for code in codes]
    return [Reason(code, count, 7, min(count, 3) * _CANARY[code]) for code, count in counts if count]


def _deleted(past: Past, signs: Signs) -> tuple[list[Reason], list[Fewer]]:
    """Whether far fewer files are there than some days ago, and the days on which they went."""
    today = signs.at // DAY
    for days, share in _DELETED:
        window = [each for each in past.fewer if each.day > today - days]
        gone = sum(each.net for each in window)
        need = max(_LEAST_DELETED, share * (signs.files + gone))
        if gone >= need:
            went = [each for each in window if each.net > 0]
            most = [each for each in went if 10 * each.net >= gone]  # not the few that go on any day
            return [Reason("deleted", gone, days, round(_ENOUGH * gone / need))], most or went
    return [], []


def _beside(past: Past, signs: Signs) -> list[Reason]:
    """What ordinary work has too; compared with the device's own days."""
    tallies = _since(past, signs.at // DAY, 1)
    others = [t for t in past.days if t.day < signs.at // DAY]
    found = []
    if (notes := max((t.notes for t in tallies), default=0)) >= 4:
        found.append(Reason("notes", notes, 1, min(50, 5 * notes)))
    moved = _sum(tallies, "moved")
    if len(others) >= 7 and moved >= 50 and moved > 3 * _typical(others, lambda t: t.moved):
        found.append(Reason("burst", moved, 1, 20))
    old = _sum(tallies, "old")
    if old >= 20 and old > 3 * _typical(others, lambda t: t.old):
        found.append(Reason("old", old, 1, 20))
    shares = [t.share for t in others if t.share >= 0]
    today = max((t.share for t in tallies), default=-1)
    if len(shares) >= 7 and today >= 90 and today > 1.5 * median(shares):
        found.append(Reason("undeduplicated", today, 1, 10))
    return found


def _typical(tallies: Sequence[Tally], of: Callable[[Tally], int]) -> float:
    values = sorted(of(t) for t in tallies)
    return values[int(0.9 * (len(values) - 1))] if values else 0


def _usual(past: Past, today: int, days: int) -> float:
    """What this device loses in so many days, in ordinary times: from the weeks before these days, and before
    the last six at most, the median and three deviations. It takes four weeks to be believed."""
    length = min(days, 7)
    oldest = past.days[0].day if past.days else today
    end = today - max(7, min(days, 42))
    sums: list[int] = []
    while end - length >= oldest and len(sums) < 52:
        sums.append(sum(t.lost for t in past.days if end - length < t.day <= end))
        end -= length
    allowed = past.allowed * days
    if len(sums) < 4:
        return allowed
    middle = median(sums)
    spread = 1.5 * median(abs(s - middle) for s in sums)
    return max(allowed, (middle + 3 * spread) * days / length)


def _slope(past: Past, signs: Signs) -> Tally:
    """The day on which it began: back from now, over the days with signs, as long as the gaps are short."""
    usual = _usual(past, signs.at // DAY, 1)
    start = past.days[-1] if past.days else Tally(signs.at // DAY)
    for tally in reversed(past.days):
        if start.day - tally.day > _GAP:
            break
        decoys = tally.canaries_changed or tally.canaries_gone
        if tally.since and (tally.lost > usual or tally.strewn or decoys):
            start = tally
    return start


def _since(past: Past, today: int, days: int) -> list[Tally]:
    return [t for t in past.days if t.day > today - max(days, 1)]


def _sum(tallies: Iterable[Tally], code: str) -> int:
    return sum(int(getattr(t, code)) for t in tallies)
