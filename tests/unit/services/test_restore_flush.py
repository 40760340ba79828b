"""Restored files go to the disk while others are written, and a disk's failure is told."""

from __future__ import annotations

import threading

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.core.ids import MIB
from cyberlib_client.services.restore_flush import Flusher


def test_the_disk_works_while_more_is_written() -> None:
    written, synced = [0], threading.Semaphore(0)
    with Flusher(synced.release, lambda: written[0]) as flusher:
        for _ in range(3):
            written[0] += 64 * MIB
            synced.acquire()  # comes without `end`
        flusher.end()
    assert synced.acquire(blocking=False), "what was left"
    assert not synced.acquire(blocking=False)


def test_little_waits_for_the_end() -> None:
    calls: list[int] = []
    with Flusher(lambda: calls.append(1), lambda: 64 * MIB - 1) as flusher:
        assert not calls
        flusher.end()
    assert calls == [1]


def test_a_failure_is_told_though_the_disk_tells_it_once() -> None:
    failed = threading.Event()

    def sync() -> None:
        if not failed.is_set():
            failed.set()
            raise Failed("target_not_written", path="/out", reason="Input/output error")

    with Flusher(sync, lambda: 64 * MIB) as flusher:
        failed.wait()
        with pytest.raises(Failed) as told:
            flusher.end()
    assert told.value.code == "target_not_written"


def test_nothing_is_left_running_after_an_error() -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), Flusher(lambda: None, lambda: 0):
        raise ZeroDivisionError
    assert threading.active_count() == before
