"""When changes came, as the agent has it: by the clock that quiet is measured by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.app.agent import sources
from cyberlib_client.app.agent.brain import Seen
from cyberlib_client.app.agent.sources import WatchedFolders
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_client.files.watch import Changes
from tests.support.command_line import CommandLine


def _watched(folder: Path, wake: Callable[[], None]) -> WatchedFolders:
    (folder / "s").mkdir()
    line = CommandLine(folder)
    line("sources", "add", str(folder / "s"))
    session = Session(profile_at(str(line.profile)), Nobody())
    return WatchedFolders(session, [b"/s"], wake, lambda: 7.0)


def test_a_change_that_comes_while_it_looks_has_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one it would wait for the next change, perhaps for ever."""
    watched = _watched(tmp_path, lambda: None)
    try:
        watcher = watched._watcher
        take = watcher.take

        def late() -> Changes:
            watcher.changed(b"/s/late")
            return take()

        assert watched.seen().last is None
        monkeypatch.setattr(watcher, "take", late)
        assert watched.seen().last == 7.0
    finally:
        watched.stop()


class Hanging:
    """A disk that does not answer until it is told to. `asked`: how often it was."""

    def __init__(self, watched: WatchedFolders, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self.answers = threading.Event()
        self.watcher = watched._watcher
        self._take = self.watcher.take
        monkeypatch.setattr(sources, "_LOOKING", 0.05)
        monkeypatch.setattr(self.watcher, "take", self.take)

    def take(self) -> Changes:
        self.asked += 1
        assert self.answers.wait(180)
        return self._take()


def test_a_disk_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken = threading.Event()
    watched = _watched(tmp_path, woken.set)
    disk = Hanging(watched, monkeypatch)
    try:
        for _ in range(3):
            assert watched.seen() == Seen()
            assert [(each.watched, each.why) for each in watched.describe()] == [(False, "silent")]
        assert disk.asked == 1
        disk.watcher.changed(b"/s/later")
        woken.clear()
        disk.answers.set()
        assert woken.wait(180)
        assert watched.seen().fresh == {b"/s/later"}
        assert watched.describe()[0].why != "silent"
        disk.watcher.changed(b"/s/again")
        assert watched.seen().fresh == {b"/s/again"}
    finally:
        disk.answers.set()
        watched.stop()


def test_it_ends_while_the_disk_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = _watched(tmp_path, lambda: None)
    disk = Hanging(watched, monkeypatch)
    watched.seen()
    watched.stop()
    assert not disk.answers.is_set() and watched._thread.is_alive()
    disk.answers.set()
    watched._thread.join(180)
    assert not watched._thread.is_alive()


def test_what_goes_wrong_while_it_looks_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = _watched(tmp_path, lambda: None)

    def broken() -> Changes:
        raise ZeroDivisionError

    monkeypatch.setattr(watched._watcher, "take", broken)
    with pytest.raises(ZeroDivisionError):
        watched.seen()
    watched.stop()
