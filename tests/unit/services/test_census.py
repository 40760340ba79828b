"""Totals at a first backup: somebody who watches must see the time left."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from cyberlib_client.core.events import Progress
from cyberlib_client.services.census import Census
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit, source_of


def _totals(census: Census) -> tuple[int, int] | None:
    for thread in threading.enumerate():
        if thread.name == "census":
            thread.join()
    return census.totals()


def test_it_counts_what_the_backup_will_take(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"12345", "sous": {"b.txt": b"123"}, "c.tmp": b"1"})
    census = Census([source_of(folder, ["*.tmp"])])
    assert _totals(census) == (2, 8)


def test_each_name_of_a_file_counts_as_the_backup_counts_it(tmp_path: Path) -> None:
    """A total that is too small is passed on the way, and is told no more from then on."""
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"12345"})
    os.link(folder / "a.txt", folder / "b.txt")
    kit = VaultKit()
    counted = kit.backup(folder, estimate=True).snapshot.snapshot.statistics
    assert _totals(Census([source_of(folder)])) == (counted.files, counted.bytes) == (2, 10)


def test_a_first_backup_tells_totals_when_asked(tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"12345", "sous": {"b.txt": b"123"}})
    kit = VaultKit()
    kit.backup(folder, estimate=True)
    kit.backup(folder)
    last = [e for e in kit.events if isinstance(e, Progress)][-1]
    assert (last.files_total, last.bytes_total) == (2, 8)
