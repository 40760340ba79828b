"""Conditions: all that is unmet is told, and what ends a run."""

from __future__ import annotations

import re

import msgspec
import pytest

from cyberlib_client.core.bandwidth import Hours
from cyberlib_client.core.conditions import (
    LONGEST_PAUSE,
    Around,
    Conditions,
    Window,
    ended_by,
    read_pause,
    unmet,
)
from cyberlib_client.core.errors import UsageError
from tests.support.clocks import PARIS, SECOND, at

NOW = at(2026, 11, 16, 22)  # a Monday
WORK = Hours(frozenset(range(5)), 8 * 60, 20 * 60, {})
NIGHT = Hours(frozenset({4}), 22 * 60, 6 * 60, {})


def around(**facts: object) -> Around:
    return msgspec.structs.replace(Around(NOW, PARIS), **facts)


def kinds(wanted: Conditions, case: Around, *, manual: bool = False) -> list[str]:
    return [each.kind for each in unmet(wanted, case, manual=manual)]


def test_nothing_known_keeps_nothing() -> None:
    assert kinds(Conditions(), around()) == []


def test_all_that_is_unmet_is_told_with_its_end() -> None:
    case = around(
        on_battery=True,
        percent=12,
        metered=True,
        maintenance=(Window(NOW - SECOND, NOW + 5 * SECOND),),
        paused_until=NOW + 9 * SECOND,
    )
    found = unmet(Conditions(hours=(WORK,)), case)
    assert [(each.kind, each.facts) for each in found] == [
        ("battery", {"percent": 12, "wanted": 20}),
        ("metered", {}),
        ("hours", {"until": at(2026, 11, 17, 8)}),
        ("maintenance", {"until": NOW + 5 * SECOND}),
        ("paused", {"until": NOW + 9 * SECOND}),
    ]
    assert kinds(Conditions(hours=(WORK,)), case, manual=True) == []


@pytest.mark.parametrize(
    ("wanted", "percent", "told"),
    [
        (Conditions(), 20, []),
        (Conditions(), 19, ["battery"]),
        (Conditions(), None, []),
        (Conditions(battery_from=0), 4, []),
        (Conditions(battery_from=0), 3, ["battery_low"]),
        (Conditions(on_battery=False), 100, ["battery"]),
        (Conditions(on_battery=False), None, ["battery"]),
        (Conditions(on_battery=False), 2, ["battery_low"]),
    ],
)
def test_batteries(wanted: Conditions, percent: int | None, told: list[str]) -> None:
    assert kinds(wanted, around(on_battery=True, percent=percent)) == told
    assert kinds(wanted, around(on_battery=False, percent=percent)) == []
    assert kinds(wanted, around(on_battery=None, percent=percent)) == []


class TestEnding:
    def test_a_battery_that_is_almost_empty_ends_any_run(self) -> None:
        low = around(on_battery=True, percent=3)
        for manual in (False, True):
            [ended] = ended_by(Conditions(), low, manual=manual)
            assert (ended.kind, ended.facts) == ("battery_low", {"percent": 3, "wanted": 3})
            assert kinds(Conditions(), low, manual=manual) == ["battery_low"]
        assert ended_by(Conditions(), around(on_battery=True, percent=4)) == []
        assert ended_by(Conditions(), around(on_battery=False, percent=1)) == []

    def test_a_metered_network_ends_those_by_the_clock(self) -> None:
        assert [each.kind for each in ended_by(Conditions(), around(metered=True))] == ["metered"]
        assert ended_by(Conditions(), around(metered=True), manual=True) == []
        assert ended_by(Conditions(metered=True), around(metered=True)) == []

    def test_hours_maintenance_and_pauses_end_none(self) -> None:
        case = around(maintenance=(Window(NOW - 1, NOW + 1),), paused_until=NOW + SECOND)
        assert ended_by(Conditions(hours=(WORK,)), case) == []


class TestHours:
    @pytest.mark.parametrize(
        ("wall", "until"),
        [
            (at(2026, 11, 16, 8), None),
            (at(2026, 11, 16, 7, 59), at(2026, 11, 16, 8)),
            (at(2026, 11, 20, 20), at(2026, 11, 20, 22)),
            (at(2026, 11, 21, 5, 59), None),
            (at(2026, 11, 21, 6), at(2026, 11, 23, 8)),
        ],
    )
    def test_until_the_first_that_begins(self, wall: int, until: int | None) -> None:
        found = unmet(Conditions(hours=(WORK, NIGHT)), around(wall=wall))
        assert [each.facts for each in found] == ([] if until is None else [{"until": until}])


def test_windows_that_follow_one_another_are_one() -> None:
    hour = 3600 * SECOND
    windows = (Window(NOW + hour, NOW + 2 * hour), Window(NOW - hour, NOW + hour), Window(NOW + 5, NOW + 6))
    [found] = unmet(Conditions(), around(maintenance=windows))
    assert found.facts == {"until": NOW + 2 * hour}
    assert unmet(Conditions(), around(maintenance=(Window(NOW + 1, NOW + hour),))) == []


class TestPauses:
    @pytest.mark.parametrize(
        ("text", "until"),
        [
            ("1 h", NOW + 3600 * SECOND),
            ("30min", NOW + 1800 * SECOND),
            ("7 d", NOW + LONGEST_PAUSE),
            ("23:15", at(2026, 11, 16, 23, 15)),
            ("45 mn", NOW + 2700 * SECOND),
            ("2 heures", NOW + 7200 * SECOND),
            ("1 jour", NOW + 86_400 * SECOND),
            ("8 h 30", at(2026, 11, 17, 8, 30)),
            ("8h30", at(2026, 11, 17, 8, 30)),
            ("24:00", at(2026, 11, 17)),
            ("Demain", at(2026, 11, 17)),
            ("tomorrow", at(2026, 11, 17)),
        ],
    )
    def test_all_have_an_end(self, text: str, until: int) -> None:
        assert read_pause(text, NOW, PARIS) == until

    @pytest.mark.parametrize("text", ["18h", "18 h", "18 heures", "6h", "24h"])
    def test_an_hour_that_may_be_a_time_or_a_length_is_asked_for_again(self, text: str) -> None:
        with pytest.raises(UsageError) as refused:
            read_pause(text, NOW, PARIS)
        hour = int(re.sub(r"\D", "", text))
        assert refused.value.facts == {"text": text, "at": f"{hour:02}:00", "minutes": hour * 60}
        read_pause(f"{hour:02}:00", NOW, PARIS)
        assert read_pause(f"{hour * 60} min", NOW, PARIS) == NOW + hour * 3600 * SECOND
        assert read_pause(f"{hour} hours", NOW, PARIS) == NOW + hour * 3600 * SECOND

    @pytest.mark.parametrize("text", ["1h30", "1 h 30", "5 h 05"])
    def test_hours_and_minutes_of_the_night_are_asked_for_again(self, text: str) -> None:
        with pytest.raises(UsageError) as refused:
            read_pause(text, NOW, PARIS)
        assert refused.value.code == "unclear_pause"
        assert refused.value.facts["minutes"] in (90, 305)

    @pytest.mark.parametrize("text", ["", "always", "8 d", "0 h", "1 year", "25:00", "99999 h"])
    def test_none_is_for_ever(self, text: str) -> None:
        with pytest.raises(ValueError):
            read_pause(text, NOW, PARIS)

    def test_one_that_a_clock_set_back_made_long_counts_no_more(self) -> None:
        assert kinds(Conditions(), around(paused_until=NOW + LONGEST_PAUSE)) == ["paused"]
        assert kinds(Conditions(), around(paused_until=NOW + LONGEST_PAUSE + 1)) == []
        assert kinds(Conditions(), around(paused_until=NOW)) == []
