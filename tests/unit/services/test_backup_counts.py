"""What a run tells of the difference from the one before: new, changed, other metadata, removed, the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cyberlib_client.services.counts import Counts
from tests.support.restoring import unprivileged
from tests.support.trees import make_tree
from tests.support.vaults import GivenMetadata, VaultKit, source_of

PLAN = {
    "a.txt": b"a",
    "b.txt": b"b",
    "base.db": b"SQLite format 3\0" + bytes(5000),
    "old": {"1.txt": b"1", "2.txt": b"2", "deep": {"3.txt": b"3", "empty": {}}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "a", PLAN)


def told(counts: Counts) -> tuple[int, int, int, int, int]:
    return (
        counts.new_files,
        counts.changed_files,
        counts.metadata_files,
        counts.removed_files,
        counts.same_files,
    )


def test_everything_is_new_at_first_and_the_same_when_nothing_happens(folder: Path) -> None:
    kit = VaultKit()
    assert told(kit.backup(folder).counts) == (6, 0, 0, 0, 0)
    assert told(kit.backup(folder).counts) == (0, 0, 0, 0, 6)


def test_each_kind_of_change_is_counted(folder: Path) -> None:
    kit = VaultKit()
    kit.backup(folder)
    (folder / "a.txt").write_bytes(b"other")
    os.utime(folder / "b.txt", ns=(10**18, 10**18))
    (folder / "new.txt").write_bytes(b"new")
    shutil.rmtree(folder / "old")
    assert told(kit.backup(folder).counts) == (1, 1, 1, 3, 1)
    assert told(kit.backup(folder).counts) == (0, 0, 0, 0, 4)


def test_a_file_touched_without_a_change_is_the_same(folder: Path) -> None:
    kit = VaultKit()
    kit.backup(folder)
    before = (folder / "a.txt").stat().st_mtime_ns
    (folder / "a.txt").write_bytes(b"a")
    os.utime(folder / "a.txt", ns=(before, before))
    assert told(kit.backup(folder).counts) == (0, 0, 0, 0, 6)


def test_attributes_are_metadata(folder: Path) -> None:
    metadata = GivenMetadata()
    kit = VaultKit(metadata=metadata)
    kit.backup(folder)
    metadata.items = {"a.txt": {"xattr:user.note": b"x"}}
    os.utime(folder / "a.txt")  # else it is not looked at
    os.utime(folder / "a.txt", ns=(10**18, 10**18))
    assert told(kit.backup(folder).counts) == (0, 0, 1, 0, 5)


def test_what_a_new_rule_leaves_out_is_gone_from_the_snapshot(folder: Path) -> None:
    kit = VaultKit()
    kit.backup(folder)
    assert told(kit.backup(source_of(folder, ["old/"])).counts) == (0, 0, 0, 3, 3)


def test_a_folder_in_the_place_of_a_file_and_the_other_way_around(folder: Path) -> None:
    kit = VaultKit()
    kit.backup(folder)
    (folder / "a.txt").unlink()
    make_tree(folder / "a.txt", {"x": b"x"})
    shutil.rmtree(folder / "old")
    (folder / "old").write_bytes(b"now a file")
    assert told(kit.backup(folder).counts) == (2, 0, 0, 4, 2)


def test_a_source_that_is_not_there_is_not_told_as_removed(folder: Path, tmp_path: Path) -> None:
    kit = VaultKit()
    other = make_tree(tmp_path / "usb", {"x": b"x"})
    kit.backup(folder, other)
    shutil.rmtree(other)
    assert told(kit.backup(folder, other).counts) == (0, 0, 0, 0, 6)


@pytest.mark.skipif(os.name == "nt", reason="rights are not bits there")
def test_a_file_that_cannot_be_read_is_none_of_these() -> None:
    with unprivileged() as place:
        folder = make_tree(place / "a", PLAN)
        kit = VaultKit()
        kit.backup(folder)
        (folder / "a.txt").chmod(0)
        result = kit.backup(folder)
        assert told(result.counts) == (0, 0, 0, 0, 5)
        assert (result.counts.unread_files, result.counts.files, result.unread) == (1, 6, 1)
