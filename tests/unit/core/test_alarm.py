"""The alarm's rules: what raises it, what never does, when it began, what is learned."""

from __future__ import annotations

import msgspec
import pytest

from cyberlib_client.core.alarm import assess, dismissed
from cyberlib_client.core.signs import DAY, Alarm, Ending, Past, Signs

pytestmark = pytest.mark.portable

BEGIN = 20_000 * DAY
FILES = 10_000


class Device:
    """A device from one run to the next; a run's snapshot is called by its day."""

    def __init__(self) -> None:
        self.past = Past()
        self.alarms: list[tuple[int, Alarm]] = []
        self.last = ""
        self.run(0, first=True)

    def run(self, day: float, **signs: object) -> Alarm | None:
        signs.setdefault("files", FILES)
        seen = msgspec.convert({"at": BEGIN + int(day * DAY), **signs}, Signs)
        self.past, alarm = assess(self.past, seen, self.last)
        self.last = f"{day}"
        # As the profile keeps it.
        self.past = msgspec.json.decode(msgspec.json.encode(self.past), type=Past)
        return alarm


def test_a_run_that_lost_half_a_percent_is_enough() -> None:
    device = Device()
    for day in range(1, 30):
        assert device.run(day, changed=40, new=20) is None
    alarm = device.run(30, changed=60, broken=45)
    assert alarm is not None
    assert (alarm.since, alarm.clean, alarm.lost) == (BEGIN + 30 * DAY, "29", 45)
    assert [(r.code, r.count, r.days) for r in alarm.reasons] == [("broken", 45, 0)]


def test_a_few_lost_files_are_none() -> None:
    device = Device()
    for day in range(1, 200, 20):
        assert device.run(day, changed=5, broken=3, replaced=2) is None


@pytest.mark.parametrize("a_day", [10, 25, 100])
def test_a_slow_attack_is_seen_before_a_twentieth_is_lost_from_where_it_began(a_day: int) -> None:
    device = Device()
    for day in range(1, 100):
        device.run(day, changed=30, new=10)
    lost = 0
    for day in range(100, 200):
        lost += a_day
        alarm = device.run(day, changed=30 + a_day, broken=a_day)
        if alarm:
            break
    else:
        pytest.fail("no alarm")
    assert lost < FILES // 20
    assert (alarm.clean, alarm.since, alarm.lost) == ("99", BEGIN + 100 * DAY, lost)


def test_what_a_device_always_does_is_usual() -> None:
    """Two files a day that nobody can read take the place of others: a program encrypts its dumps."""
    device = Device()
    noted = []
    for day in range(1, 300):
        if device.run(day, replaced=2, files=2000):
            noted.append(day)
            device.past = dismissed(device.past, BEGIN + day * DAY, [])
    assert len(noted) == 1 and noted[0] < 20  # it was meant, and that is learned
    other = Device()
    found = [day for day in range(1, 300) if other.run(day, replaced=2, files=10_000)]
    assert found == []  # of more files it is not even asked
    assert device.run(300, replaced=40, files=2000) is not None


def test_a_burst_of_ordinary_work_is_none_whatever_its_size() -> None:
    device = Device()
    for day in range(1, 60):
        device.run(day, changed=10)
    burst = {
        "changed": 4000, "gone": 3000, "new": 5000, "old": 4000, "notes": 80,
        "changed_bytes": 100, "changed_new": 100, "loose_gone": 3000,
    }  # fmt: skip
    assert device.run(60, **burst) is None


def test_what_ordinary_work_has_too_adds_to_lost_content() -> None:
    plain, other = Device(), Device()
    for day in range(1, 20):
        plain.run(day, changed=5, changed_bytes=100, changed_new=10)
        other.run(day, changed=5, changed_bytes=100, changed_new=10)
    assert plain.run(20, broken=20, changed=20) is None
    more = {"old": 20, "notes": 9, "changed_bytes": 100, "changed_new": 100}
    alarm = other.run(20, broken=20, changed=80, **more)
    assert alarm is not None
    assert [r.code for r in alarm.reasons] == ["broken", "notes", "burst", "old", "undeduplicated"]


def test_a_decoy_that_changed_is_enough_one_that_is_gone_is_not() -> None:
    assert Device().run(1, canaries_gone=1) is None
    alarm = Device().run(1, canaries_changed=1)
    assert alarm is not None and [r.code for r in alarm.reasons] == ["canaries_changed"]
    alarm = Device().run(1, canaries_changed=2)
    assert alarm is not None and alarm.level == "critical"
    assert Device().run(1, canaries_gone=3) is not None


def test_many_files_gone_are_enough_when_none_come_instead() -> None:
    device = Device()
    for day in range(1, 10):
        assert device.run(day, changed=10, new=10, gone=12, loose_gone=12) is None
    assert device.run(10, gone=1500, loose_gone=1500, files=8500) is None  # a spring cleaning
    alarm = device.run(12, gone=1100, loose_gone=1100, files=7400)
    assert alarm is not None
    assert [(r.code, r.days) for r in alarm.reasons if r.points >= 100] == [("deleted", 7)]
    assert (alarm.since, alarm.clean, alarm.lost) == (BEGIN + 10 * DAY, "9", 2600)
    device.past = dismissed(device.past, BEGIN + 12 * DAY, [])
    assert device.run(13, gone=20, loose_gone=20, files=7380) is None


def test_folders_copied_elsewhere_and_removed_are_not_gone() -> None:
    device = Device()
    assert device.run(1, new=6000, files=16_000) is None
    assert device.run(3, gone=6000, loose_gone=6000) is None
    assert Device().run(1, gone=9000, new=9000, loose_gone=9000) is None


def test_files_that_go_little_by_little_are_seen_when_half_is_gone() -> None:
    device, left = Device(), FILES
    for day in range(1, 60):
        left -= 150
        if alarm := device.run(day, gone=150, loose_gone=150, files=left):
            assert left <= FILES // 2 and alarm.reasons[0].days == 42
            assert (alarm.clean, alarm.lost) == ("0", FILES - left)
            return
    pytest.fail("no alarm")


def test_several_databases_are_enough() -> None:
    assert Device().run(1, databases=1) is None
    assert Device().run(1, databases=3) is not None


def test_files_gone_from_where_unreadable_ones_came_before_were_replaced() -> None:
    device = Device()
    assert device.run(1, loose_strange=60, strange_in={"a": 40, "b": 20}) is None
    assert device.run(2, loose_gone=50, gone_in={"c": 50}) is None  # elsewhere
    alarm = device.run(3, loose_gone=60, gone_in={"a": 40, "b": 20})
    assert alarm is not None and alarm.reasons[0].code == "replaced" and alarm.reasons[0].count == 60
    other = Device()
    other.run(1, loose_strange=60, strange_in={"a": 60})
    assert other.run(20, loose_gone=60, gone_in={"a": 60}) is None  # long after


def test_unreadable_files_strewn_over_many_folders_count_by_half() -> None:
    assert Device().run(1, loose_strange=300, strange_in={"cloud": 300}) is None
    strewn = {f"folder {n}": 30 for n in range(10)}
    alarm = Device().run(1, loose_strange=300, strange_in=strewn)
    assert alarm is not None and alarm.reasons[0].code == "apart"


def test_a_first_backup_only_learns() -> None:
    past, alarm = assess(Past(), Signs(BEGIN, first=True, files=5, learned={"fic": Ending(9, 0)}), "")
    assert alarm is None and past.days == ()
    assert past.endings["fic"].is_plain and not past.endings["fic"].is_even


def test_what_was_said_to_be_meant_is_settled() -> None:
    device = Device()
    assert device.run(1, broken=20, replaced=40) is not None
    device.past = dismissed(device.past, BEGIN + DAY, ["c9r", ""])
    assert device.run(2, broken=5) is None
    assert device.past.endings["c9r"].is_even and "" not in device.past.endings
    assert device.run(3, broken=60) is not None  # and what comes after is seen as before


def test_a_clock_put_back_loses_nothing() -> None:
    device = Device()
    device.run(50, broken=20)
    assert device.run(20, broken=45) is not None
    days = [tally.day for tally in device.past.days]
    assert days == sorted(days)
