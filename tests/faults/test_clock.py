"""Clocks that are years off, that jump, that run backwards: runs are told apart by their number."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cyberlib_client.core.format_v1.header import PACK, parse_header
from cyberlib_client.core.keys import MAX_EPOCH
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import DAY, VaultKit, restored_path

pytestmark = pytest.mark.faults

YEAR = 365 * DAY


def _epochs(kit: VaultKit) -> list[int]:
    return [parse_header(d, PACK).epoch for n, d in kit.store.objects.items() if n.startswith("packs/")]


@pytest.mark.parametrize(
    "jumps",
    [
        (0, 10 * YEAR, -10 * YEAR, 0),
        (-10 * YEAR, -10 * YEAR, 20 * YEAR, 0),
        (0, 600 * YEAR // 3, -600 * YEAR // 3, 0),  # beyond 2200
        (-60 * YEAR, -60 * YEAR, 0, 0),  # before 1970
        (3600 * 10**9, -3600 * 10**9, 3600 * 10**9, -3600 * 10**9),  # summer and winter
        (-DAY, -DAY, -DAY, -DAY),  # stands still
    ],
    ids=["forward", "back", "far", "before 1970", "summer time", "still"],
)
def test_clocks_that_jump_between_runs(tmp_path: Path, jumps: tuple[int, ...]) -> None:
    folder = tmp_path / "cabinet"
    kit = VaultKit()
    states = []
    for number, jump in enumerate((0, *jumps)):
        kit.clock.advance(jump)
        make_tree(folder, {f"jour-{number}.txt": b"acte fictif %d" % number, "registre": b"%d" % number})
        states.append(dict(told(folder)))
        kit.backup(folder)
        # The newest is the one that was made last, whatever its clock said.
        assert kit.snapshots().items[-1].snapshot.sequence == number + 1
        assert kit.restore(tmp_path / f"latest-{number}").failed == 0
        assert told(restored_path(tmp_path / f"latest-{number}", folder)) == states[-1]
    found = kit.snapshots()
    assert not found.problems
    assert [s.snapshot.sequence for s in found.items] == [1, 2, 3, 4, 5]
    assert len({s.snapshot.time for s in found.items}) > 1 or jumps[0] == -DAY
    for number, stored in enumerate(found.items):
        assert kit.restore(tmp_path / f"out-{number}", stored.id).failed == 0
        assert told(restored_path(tmp_path / f"out-{number}", folder)) == states[number]
    assert all(0 <= epoch <= MAX_EPOCH for epoch in _epochs(kit))
    assert kit.verify().ok


def test_a_clock_that_runs_backwards_during_a_run(tmp_path: Path) -> None:
    folder = make_tree(
        tmp_path / "cabinet", {f"{n}.bin": random.Random(n).randbytes(5_000) for n in range(30)}
    )
    kit = VaultKit()
    real = kit.clock
    told_times = []

    class Backwards:
        """Ten years less at each look."""

        now = real.now

        def __call__(self) -> int:
            self.now -= 10 * YEAR
            told_times.append(self.now)
            return self.now

        def advance(self, ns: int = DAY) -> None:
            self.now += ns

    kit.clock = Backwards()  # type: ignore[assignment]
    for number in range(3):
        (folder / "registre").write_bytes(b"%d" % number)
        kit.backup(folder)
    assert len(told_times) >= 6
    found = kit.snapshots()
    assert [s.snapshot.sequence for s in found.items] == [1, 2, 3]
    assert all(s.snapshot.time < s.snapshot.started for s in found.items)
    assert all(epoch == 0 for epoch in _epochs(kit))
    assert kit.verify().ok
    kit.restore(tmp_path / "out")
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)


def test_a_change_right_after_a_run_of_a_clock_that_was_ahead(tmp_path: Path) -> None:
    """No run may believe that what changed later is old, because the last run said that it was in 2050."""
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"un", "b.bin": random.Random(1).randbytes(90_000)})
    kit = VaultKit()
    kit.clock.advance(10 * YEAR)
    kit.backup(folder)
    kit.clock.advance(-40 * YEAR)
    (folder / "a.txt").write_bytes(b"de")  # of the same size
    with (folder / "b.bin").open("r+b") as file:
        file.seek(50_000)
        file.write(b"corrige")
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)


def test_a_workstation_of_another_year_does_not_hide_the_others(tmp_path: Path) -> None:
    """Its snapshots come last in the list; each machine's own order and content hold."""
    store = MemoryStore()
    kit = VaultKit(store)
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"un"})
    other = make_tree(tmp_path / "ailleurs", {"b.txt": b"deux"})
    kit.backup(folder)
    kit.clock.advance(10 * YEAR)
    kit.backup(other, device="poste-2")
    kit.clock.advance(-10 * YEAR)
    (folder / "a.txt").write_bytes(b"trois")
    latest = kit.backup(folder).snapshot
    found = kit.snapshots()
    assert not found.problems
    assert len(found.items) == 3
    mine = found.latest_of(latest.snapshot.device.id)
    assert mine is not None
    assert mine.digest == latest.digest
    assert kit.restore(tmp_path / "out", mine.id).failed == 0
    assert told(restored_path(tmp_path / "out", folder)) == told(folder)
