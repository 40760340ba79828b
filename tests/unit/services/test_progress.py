"""What a run tells while it goes on: plain values that only ever go up, and end where they should."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Stopped
from cyberlib_client.core.events import Event, Incident, Progress
from cyberlib_client.core.ports import CancelToken
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit


@pytest.fixture
def kit(monkeypatch: pytest.MonkeyPatch) -> VaultKit:
    """Every moment is later than the one before by a second: nothing is left untold for want of time."""
    moments = iter(range(10**9))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(moments)))
    return VaultKit()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "a", {f"f{n}": os.urandom(2000 * n) for n in range(8)} | {"d": {"x": b"x"}})


def progress(kit: VaultKit) -> list[Progress]:
    return [event for event in kit.events if isinstance(event, Progress)]


def goes_up(values: list[int]) -> bool:
    return values == sorted(values)


def test_a_first_backup(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    seen = progress(kit)
    assert len(seen) > 5
    assert {p.phase for p in seen} == {"backup"}
    for field in ("files_done", "bytes_done", "bytes_known", "bytes_stored"):
        assert goes_up([getattr(p, field) for p in seen]), field
    assert {p.files_total for p in seen} == {None}, "nobody counted beforehand"
    assert (seen[-1].files_done, seen[-1].bytes_done) == (9, 56_001)
    assert {Path(p.current).name for p in seen} >= {"f1", "f7", "x"}


def test_a_later_backup_expects_what_the_last_one_met(kit: VaultKit, folder: Path) -> None:
    kit.backup(folder)
    (folder / "f7").write_bytes(os.urandom(14_000))
    kit.backup(folder)
    seen = progress(kit)
    assert {(p.files_total, p.bytes_total) for p in seen} == {(9, 56_001)}
    last = seen[-1]
    assert (last.files_done, last.bytes_done, last.bytes_known) == (9, 56_001, 42_001)
    make_tree(folder, {"more": os.urandom(50_000)})
    kit.backup(folder)
    last = progress(kit)[-1]
    assert (last.files_done, last.bytes_done) == (10, 106_001)
    assert (last.files_total, last.bytes_total) == (None, None), "never more than all: nobody knows"


def test_events_survive_a_round_trip(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    if os.name != "nt":
        os.mkfifo(folder / "tube")
        (folder / os.fsdecode(b"nom\xff\x1b[2J")).write_bytes(b"x")
    kit.backup(folder, tmp_path / "absent")
    events = list(kit.events)
    kit.restore(tmp_path / "out")
    events += kit.events
    assert {type(event) for event in events} == {Progress, Incident}
    for event in events:
        again: Event = type(event)(**json.loads(json.dumps(asdict(event))))
        assert again == event
        text = event.current if isinstance(event, Progress) else event.path
        text.encode()
        assert "\x1b" not in text


@pytest.mark.parametrize("after", [1, 2, 5])
def test_a_backup_is_stopped_between_any_two_events(kit: VaultKit, folder: Path, after: int) -> None:
    cancel = CancelToken()

    class Watching(list[Event]):
        def append(self, event: Event) -> None:
            super().append(event)
            if len(self) == after:
                cancel.cancel("metered")

    class Watched(VaultKit):
        @property
        def events(self) -> list[Event]:
            return self._events

        @events.setter
        def events(self, _: list[Event]) -> None:
            self._events = Watching()

    kit = Watched()
    with pytest.raises(Stopped) as stopped:
        kit.backup(folder, cancel=cancel)
    assert stopped.value.facts == {"by": "metered"}
    assert len(kit.events) == after, "nothing goes on after that"
    assert kit.snapshots().items == []
    assert kit.backup(folder).statistics.files == 9
