"""Portions: all packs within thirty days, whatever comes, goes and is missed on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.repository.index import PackRow
from cyberlib_client.services.rotation import portion
from cyberlib_client.state.packs_read import DAY, PacksRead, day_of, read_packs_read, write_packs_read

pytestmark = pytest.mark.portable

VAULT = "5c" * 16


def pack(number: int, size: int = 1000) -> PackRow:
    return PackRow(number.to_bytes(8, "big") + bytes(24), size, b"")


def read_today(read: PacksRead, packs: list[PackRow], today: int, days: int = 30) -> list[PackRow]:
    read.keep([each.name for each in packs], today)
    chosen = [packs[row] for row in portion(read, today, days)(packs)]
    for each in chosen:
        read.read(each.name, today)
    read.portion = today
    return chosen


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 3000), min_size=1, max_size=120),
    st.lists(st.tuples(st.booleans(), st.integers(0, 8)), min_size=90, max_size=90),
    st.integers(7, 30),
)
def test_no_pack_is_older_than_it_may_be(sizes: list[int], days: list[tuple[bool, int]], round_: int) -> None:
    """Days off come now and then, new packs daily; every pack is read within the round."""
    read, packs, count = PacksRead(VAULT), [pack(n, size) for n, size in enumerate(sizes)], len(sizes)
    first: dict[bytes, int] = {}
    last: dict[bytes, int] = {}
    off = 0
    for today, (away, new) in enumerate(days, 1000):
        off = off + 1 if away and off < 2 else 0  # a weekend at most
        packs += [pack(count + n, 1000) for n in range(new)]
        count += new
        if off:
            continue
        for each in packs:
            first.setdefault(each.name, today)
        for each in read_today(read, packs, today, round_):
            last[each.name] = today
        waits = max(today - last.get(each.name, first[each.name]) for each in packs)
        assert waits <= round_


def test_portions_are_alike_and_the_longest_unread_come_first() -> None:
    read, packs = PacksRead(VAULT), [pack(number) for number in range(280)]
    seen: list[bytes] = []
    for today in range(1000, 1028):
        chosen = read_today(read, packs, today)
        assert len(chosen) == 10
        seen += [each.name for each in chosen]
    assert len(set(seen)) == 280
    assert [each.name for each in read_today(read, packs, 1028)] == seen[:10]


def test_a_machine_that_was_off_for_months_catches_up_in_a_week() -> None:
    read, packs = PacksRead(VAULT), [pack(number) for number in range(280)]
    read_today(read, packs, 1000)
    for day in range(1090, 1097):
        assert len(read_today(read, packs, day)) <= 40
    assert read.within(1096, 30) == 280


def test_a_portion_that_was_cut_short_goes_on_and_does_not_begin_anew() -> None:
    read, packs = PacksRead(VAULT), [pack(number) for number in range(280)]
    read.keep([each.name for each in packs], 1000)
    first = portion(read, 1000, 30)(packs)
    for number in first[:7]:
        read.read(packs[number].name, 1000)
    assert portion(read, 1000, 30)(packs) == first[7:]
    read.portion = 1000
    assert len(portion(read, 1000, 30)(packs)) == 10, "asked for by hand, once more"


def test_an_empty_vault_has_no_portion() -> None:
    assert read_today(PacksRead(VAULT), [], 1000) == []


# ---- what outlives the run


def test_what_was_read_is_known_later(tmp_path: Path) -> None:
    profile, read = profile_at(str(tmp_path)), PacksRead(VAULT)
    packs = [os.urandom(32) for _ in range(500)]
    read.keep(packs, 900)
    for each in packs[:200]:
        read.read(each, 910)
    read.structure, read.portion = 905, 910
    assert write_packs_read(profile, read)
    assert Path(profile.packs_read).stat().st_size < 500 * 10 + 64
    again = read_packs_read(profile, VAULT)
    assert (again.structure, again.portion, len(again)) == (905, 910, 500)
    assert [again.since(each) for each in packs] == [910] * 200 + [900] * 300
    assert [again.is_read(each) for each in packs] == [True] * 200 + [False] * 300
    assert (again.within(910, 30), again.within(940, 30), again.oldest()) == (200, 0, 900)
    assert len(read_packs_read(profile, "6d" * 16)) == 0, "another vault's"


def test_whatever_is_damaged_in_it_is_as_good_as_absent(tmp_path: Path) -> None:
    profile, read = profile_at(str(tmp_path)), PacksRead(VAULT)
    read.keep([os.urandom(32) for _ in range(3)], 900)
    write_packs_read(profile, read)
    path = Path(profile.packs_read)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        assert len(read_packs_read(profile, VAULT)) == 0
        path.write_bytes(whole[:at])
        assert len(read_packs_read(profile, VAULT)) == 0
    path.write_bytes(whole)
    assert len(read_packs_read(profile, VAULT)) == 3


def test_days_that_have_not_been_yet_count_for_nothing() -> None:
    """The clock was years ahead."""
    read = PacksRead(VAULT)
    name = os.urandom(32)
    read.keep([name], 3000)
    read.read(name, 3000)
    read.portion = read.structure = 3000
    read.keep([name], 1000)
    assert (read.is_read(name), read.since(name), read.portion, read.structure) == (False, 1000, 0, 0)
    assert day_of(0) == day_of(-DAY) == 1
    assert day_of(2**80) == 0x7FFF
