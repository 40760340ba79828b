"""Opened segments that are kept: bounded in bytes, each opened once for all who want it."""

from __future__ import annotations

import threading

import pytest

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.repository.segments import KeptSegments, Opened


def test_they_are_bounded_in_bytes_and_the_oldest_go_first() -> None:
    kept, opened = KeptSegments(1000), list[int]()

    def of(number: int) -> Opened:
        opened.append(number)
        return bytes(400), {}

    for number in (1, 2, 1, 3, 1, 2):
        kept.get(number, of)
        assert kept.size <= 1000
    assert opened == [1, 2, 3, 2]  # 2 was used longest ago when 3 came
    kept.get(9, lambda _number: (bytes(5000), {}))
    assert kept.size == 5000, "the last one stays in any case"
    kept.clear()
    assert kept.size == 0


def test_of_many_who_want_one_one_opens_it() -> None:
    kept, opened, begin = KeptSegments(), list[int](), threading.Barrier(8)
    hold = threading.Event()

    def of(number: int) -> Opened:
        opened.append(number)
        hold.wait(0.2)  # the others come meanwhile
        return b"segment", {}

    def want() -> None:
        begin.wait()
        assert kept.get(5, of)[0] == b"segment"

    readers = [threading.Thread(target=want) for _ in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert opened == [5]


def test_what_could_not_be_opened_is_tried_again() -> None:
    kept, tries = KeptSegments(), list[int]()

    def of(number: int) -> Opened:
        tries.append(number)
        if len(tries) == 1:
            raise IntegrityError("pack_damaged")
        return b"segment", {}

    with pytest.raises(IntegrityError):
        kept.get(1, of)
    assert kept.get(1, of)[0] == b"segment"
