"""Runs that look only where something changed make the very snapshot that a look at everything makes.

Two vaults with the same keys save the same disk, whatever happens to it: one looks at everything each time,
the other where the changes were. What the second is told is what watching a disk tells: the folders of which
an item came, went or changed. Then the same with part of it lost: the next whole run puts it right.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberlib_client.files.cache_tags import is_cache_directory
from cyberlib_client.services.backup import BackupResult, Changed, Source
from tests.support.vaults import VaultKit, source_of, vault_path

FOLDERS = ["one", "one/a", "one/a/b", "one/a/b/c", "one/left out", "one/é", "two", "two/a", "two/a/b"]
NAMES = ["f", "g", "base.db", "x.tmp", "CACHEDIR.TAG", "a", "b"]
CONTENTS = [
    b"",
    b"x",
    b"other",
    b"SQLite format 3\0" + bytes(3000),
    b"Signature: 8a477f597d28d172789f06886806bc55",
    bytes(range(256)) * 20,
]
places = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)).map("/".join)
changes = st.one_of(
    st.tuples(st.just("write"), places, st.sampled_from(CONTENTS)),
    st.tuples(st.just("append"), places, st.sampled_from(CONTENTS)),
    st.tuples(st.just("folder"), st.one_of(places, st.sampled_from(FOLDERS)), st.none()),
    st.tuples(st.just("remove"), st.one_of(places, st.sampled_from(FOLDERS[1:])), st.none()),
    st.tuples(
        st.just("move"),
        st.one_of(places, st.sampled_from(FOLDERS[1:])),
        st.one_of(places, st.sampled_from(FOLDERS[1:])),
    ),
    st.tuples(
        st.just("mode"), st.one_of(places, st.sampled_from(FOLDERS[1:])), st.sampled_from([0o700, 0o755])
    ),
    st.tuples(st.just("link"), places, places),
    st.tuples(st.just("symlink"), places, st.sampled_from(["f", "../a"])),
    st.tuples(st.just("single"), st.just("file"), st.sampled_from(CONTENTS)),
)
batches = st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=5)
START = [
    ("folder", "one/a/b/c", None),
    ("folder", "one/left out", None),
    ("folder", "one/é", None),
    ("folder", "two/a/b", None),
    ("single", "file", b"alone"),
    *(("write", f"{folder}/{name}", folder.encode()) for folder in FOLDERS for name in ("f", "g")),
]

scopes: Counter[str] = Counter()


class Disk:
    """A few sources, and what somebody who watches them would tell of each change."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.told: set[bytes] = set()
        self.hidden = False
        (top / "one").mkdir()
        (top / "two").mkdir()

    @property
    def sources(self) -> list[Source]:
        return [
            source_of(self.top / "one", ["*.tmp", "left out"]),
            source_of(self.top / "two", cache_tags=False),
            source_of(self.top / "file"),
        ]

    def tell(self, *paths: Path) -> None:
        self.told |= {vault_path(path) for path in paths}

    def change(self, what: str, place: str, more: Any) -> None:
        """Does it, if that can be done now. On Windows some of it cannot."""
        path = self.top / place
        try:
            getattr(self, what)(path, more)
        except OSError:
            return
        self.hidden |= self.hides_names()

    def hides_names(self) -> bool:
        """Whether a file has a name that no source takes: what is done through that one is not told."""
        for at, folders, names in os.walk(self.top):
            inside = os.path.relpath(at, self.top)
            tagged = inside.startswith("one" + os.sep) and is_cache_directory(at)
            if tagged or "left out" in inside:
                names += [
                    os.path.join(a, n) for f in folders for a, _, ns in os.walk(Path(at, f)) for n in ns
                ]
                folders.clear()
            for name in names:
                is_out = (
                    tagged or "left out" in inside or (inside.startswith("one") and name.endswith(".tmp"))
                )
                if is_out and os.lstat(Path(at, name)).st_nlink > 1:
                    return True
        return False

    def single(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self.tell(path.parent)

    def write(self, path: Path, content: bytes) -> None:
        path.write_bytes(content)
        self.tell(path.parent)

    def append(self, path: Path, content: bytes) -> None:
        with path.open("ab") as file:
            file.write(content)
        self.tell(path.parent)

    def folder(self, path: Path, _: None) -> None:
        missing = [each for each in (path, *path.parents) if not each.exists()]
        path.mkdir(parents=True)
        self.tell(*missing, *(each.parent for each in missing))

    def remove(self, path: Path, _: None) -> None:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        self.tell(path.parent)

    def move(self, path: Path, to: str) -> None:
        target = self.top / to
        path.rename(target)
        self.tell(path.parent, target.parent)
        if target.is_dir() and not target.is_symlink():
            self.tell(target)

    def mode(self, path: Path, bits: int) -> None:
        path.chmod(bits)
        self.tell(path.parent)

    def link(self, path: Path, other: str) -> None:
        os.link(path, self.top / other, follow_symlinks=False)
        # Of the first name no system tells, whose time of change alone is another: the next whole run has it.
        self.tell(path.parent, (self.top / other).parent)

    def symlink(self, path: Path, target: str) -> None:
        path.symlink_to(target)
        self.tell(path.parent)


@contextmanager
def disk() -> Iterator[Disk]:
    top = Path(tempfile.mkdtemp())
    try:
        made = Disk(top)
        for change in START:
            made.change(*change)
        yield made
    finally:
        shutil.rmtree(top)


def changed(last: BackupResult, folders: set[bytes], hidden: bool = False) -> Changed | None:
    """What a run after `last` is told, as the application tells it."""
    if last.doubtful is None or hidden:
        return None
    return Changed(last.snapshot.digest, frozenset(folders) | last.doubtful)


def figures(result: BackupResult) -> dict[str, Any]:
    """What a snapshot says of its sources, however the run came to it."""
    s = result.snapshot.snapshot
    told = msgspec.structs.asdict(s.statistics)
    del told["stored"], told["new_bytes"]  # what was sent for a run that began again counts too
    return told | {"root": s.root, "incidents": s.incidents, "unread": result.unread}


def same(a: BackupResult, b: BackupResult) -> None:
    assert figures(a) == figures(b)
    assert compared_counts(a) == compared_counts(b)


def compared_counts(result: BackupResult) -> tuple[int, ...]:
    c = result.counts
    return c.metadata_files, c.removed_files, c.same_files, c.unread_files


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40 if os.environ.get("CI") else 400)
@given(batches)
def test_a_partial_run_makes_the_snapshot_of_a_whole_one(all_changes: list[list[tuple[Any, ...]]]) -> None:
    with disk() as it:
        whole, partial = VaultKit(), VaultKit()
        same(whole.backup(*it.sources), last := partial.backup(*it.sources))
        for batch in all_changes:
            it.told.clear()
            it.hidden = it.hides_names()
            for change in batch:
                it.change(*change)
            expected = whole.backup(*it.sources)
            last = partial.backup(*it.sources, changed=changed(last, it.told, it.hidden))
            same(last, expected)
            scopes[last.scope] += 1


def test_those_runs_were_partial() -> None:
    """Or the test above told nothing."""
    if not scopes:
        pytest.skip("runs after the one above")
    assert scopes["partial"] > scopes["full"]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=20 if os.environ.get("CI") else 100)
@given(batches, st.randoms(use_true_random=False))
def test_what_is_not_told_is_found_by_the_next_whole_run(
    all_changes: list[list[tuple[Any, ...]]], random: Any
) -> None:
    with disk() as it:
        lossy = VaultKit()
        last = lossy.backup(*it.sources)
        for batch in all_changes:
            it.told.clear()
            for change in batch:
                it.change(*change)
            told = {path for path in sorted(it.told) if random.random() < 0.5}
            last = lossy.backup(*it.sources, changed=changed(last, told))
        last = lossy.backup(*it.sources)
        fresh = VaultKit().backup(*it.sources)
        assert last.snapshot.snapshot.root == fresh.snapshot.snapshot.root
        for name in ("files", "directories", "others", "bytes"):
            assert getattr(last.statistics, name) == getattr(fresh.statistics, name)
