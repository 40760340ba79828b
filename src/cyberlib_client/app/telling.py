"""What the vault's host is told after each run: the plan, and the runs of the history that it does not know.

From the history, so that runs whose process died, or never began, are told with the next one. Nothing here
fails a run; where the vault is at no host nothing is done.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

from ..core.conditions import Conditions
from ..core.plan import Plan
from ..state.observatory import MOST
from ..state.records import IncidentRecord, RunRecord
from ..state.settings import Settings
from .incidents import OF_THE_HOST
from .interruptions import host_of
from .scheduling import conditions_of, plan_of
from .session import Session

if TYPE_CHECKING:
    from .observatory import DeclaredPlan, RunTold

_WEEKEND: Final = frozenset((5, 6))
_ZONES: Final = {
    (1, 2): "Europe/Paris",
    (-4, -4): "America/Guadeloupe",
    (-3, -3): "America/Cayenne",
    (4, 4): "Indian/Reunion",
    (3, 3): "Indian/Mayotte",
    (11, 11): "Pacific/Noumea",
    (-10, -10): "Pacific/Tahiti",
    (-3, -2): "America/Miquelon",
}
"""By hours east in winter and in summer: where practices are, when the system tells no name."""
_WINTER: Final = 1_736_942_400  # 15 January 2025, noon
_SUMMER: Final = 1_752_580_800  # 15 July
_UNREACHABLE: Final = 6


def tell_host(session: Session, run: int | None = None) -> bool:
    """Tells it; whether it has heard all by now, or there is no host. `run`: the number of the one that just
    ended. May take a few seconds when the line is bad; not tried where the run itself could not reach the
    host. Never raises."""
    try:
        if not host_of(session):
            return True
        from . import observatory  # takes a moment to load, as all that speaks HTTP

        found = session.history.ended(MOST)
        standing = session.history.incidents(open_only=True)
        reached = not any(each == run and record.exit == _UNREACHABLE for each, record in found)
        done = observatory.catch_up(
            session,
            declared(session.settings) if _by_itself(session) else None,
            [(number, told(record, standing)) for number, record in found],
            mine=run,
            deliver=reached,
        )
        return reached and (done is None or done.delivered)
    except Exception as error:  # noqa: BLE001 (a run that is done does not fail by what is told of it)
        from .crash import write_report

        with contextlib.suppress(Exception):
            write_report(session.profile, error, "observatory")
        return False


def _by_itself(session: Session) -> bool:
    """Whether there is an agent, or was: who backs up by hand keeps no timetable."""
    return session.trigger != "user" or os.path.exists(session.profile.timetable)


def declared(settings: Settings) -> DeclaredPlan:
    """What the host is to expect of these settings."""
    from .observatory import DeclaredPlan

    plan, conditions = plan_of(settings), conditions_of(settings)
    opens, closes = _opening(conditions)
    chosen = plan.days if plan.times else _days_of(conditions)
    language: Literal["fr", "en"] = "en" if settings.language == "en" else "fr"
    return DeclaredPlan(
        days=[day + 1 for day in chosen],
        zone=zone_name(),
        times=[f"{minute // 60:02d}:{minute % 60:02d}" for minute in plan.times[:24]],
        every_hours=_hours(plan),
        opens=opens,
        closes=closes,
        # Who chose days and a Saturday among them works then.
        weekends_off=len(chosen) == 7 or not _WEEKEND & set(chosen),
        language=language,
    )


def _hours(plan: Plan) -> int | None:
    return min(24, max(1, -(-plan.every // 3600))) if plan.every and not plan.times else None


def _days_of(conditions: Conditions) -> Sequence[int]:
    return sorted({day for each in conditions.hours for day in each.days}) or range(7)


def _opening(conditions: Conditions) -> tuple[str, str]:
    """From the first hour in which runs may begin to the last; the host's own where there is none such."""
    starts = [each.start for each in conditions.hours]
    ends = [each.end for each in conditions.hours]
    if not starts or min(starts) >= max(ends) or any(s >= e for s, e in zip(starts, ends, strict=True)):
        return "08:00", "19:00"
    first, last = min(starts), min(max(ends), 24 * 60 - 1)
    return f"{first // 60:02d}:{first % 60:02d}", f"{last // 60:02d}:{last % 60:02d}"


def zone_name() -> str:
    """The zone of this machine, as the IANA database names it; where it has no name, one with its hours."""
    for told in (os.environ.get("TZ", "").lstrip(":"), _linked()):
        if "/" in told and not told.startswith("/") and all(c.isalnum() or c in "/_+-" for c in told):
            return told
    winter, summer = (time.localtime(at).tm_gmtoff // 3600 for at in (_WINTER, _SUMMER))
    return _ZONES.get((winter, summer)) or (f"Etc/GMT{-winter:+d}" if winter else "Etc/UTC")


def _linked() -> str:
    with contextlib.suppress(OSError):
        return os.path.realpath("/etc/localtime").rpartition("/zoneinfo/")[2]
    return ""


def _is_worth_a_mail(each: IncidentRecord) -> bool:
    """Not what is merely noted, nor a shutdown in the evening; a battery that ended a run is."""
    if each.kind in OF_THE_HOST:
        return False  # it knows
    return each.severity != "notice" or each.subject == "battery_low"


def told(record: RunRecord, standing: Sequence[IncidentRecord]) -> RunTold:
    """A run of the history as the host may know it: what it met, by kind."""
    from .observatory import RunTold

    met = Counter(
        each.kind
        for each in standing
        if record.started <= each.last <= record.ended and _is_worth_a_mail(each)
    )
    failed = record.outcome == "failed"
    met.pop(record.reason, 0)  # told as the reason
    return RunTold(
        record.command,
        record.started,
        max(record.started, record.ended),
        record.outcome,
        record.reason if failed else "",
        record.files,
        record.bytes,
        record.stored,
        dict(met),
    )
