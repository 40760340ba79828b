"""Runs that look only where something changed make the very snapshot that a look at everything makes.

Two vaults with the same keys save the same disk, whatever happens to it: one looks at everything each time,
the other where the changes were. What the second is told is what watching a disk tells: the folders of which
an item came, went or changed. Then the same with part of it lost: the next whole run puts it right.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from cyberlib_client.files.cache_tags import is_cache_directory
from cyberlib_client.services.backup import BackupResult, Changed, Source
from tests.faults.disks import needs_root
from tests.support.vaults import VaultKit, source_of, vault_path

FOLDERS = [
    *("one", "one/a", "one/a/b", "one/a/b/c", "one/left out", "one/é", "two", "two/a", "two/a/b"),
    *("via", "via/a"),
]
TOPS = ("one", "two", "via")
BELOW = [folder for folder in FOLDERS if folder not in TOPS]
NAMES = ["f", "F", "g", "base.db", "x.tmp", "CACHEDIR.TAG", "a", "A", "b"]
CONTENTS = [
    b"",
    b"x",
    b"other",
    b"SQLite format 3\0" + bytes(3000),
    b"Signature: 8a477f597d28d172789f06886806bc55",
    bytes(range(256)) * 20,
]
RULES = [["*.tmp", "left out"], ["*.tmp"], ["left out", "b"]]
places = st.tuples(st.sampled_from(FOLDERS), st.sampled_from(NAMES)).map("/".join)
anything = st.one_of(places, st.sampled_from(BELOW))
changes = st.one_of(
    st.tuples(st.just("write"), places, st.sampled_from(CONTENTS)),
    st.tuples(st.just("append"), places, st.sampled_from(CONTENTS)),
    st.tuples(st.just("folder"), st.one_of(places, st.sampled_from(FOLDERS)), st.none()),
    st.tuples(st.just("remove"), anything, st.none()),
    st.tuples(st.sampled_from(["move", "exchange"]), anything, anything),
    st.tuples(st.just("turn"), st.one_of(anything, st.just("file")), st.sampled_from(CONTENTS)),
    st.tuples(st.just("case"), anything, st.none()),
    st.tuples(st.just("mode"), anything, st.sampled_from([0o700, 0o755])),
    st.tuples(st.just("link"), places, places),
    st.tuples(st.just("symlink"), places, st.sampled_from(["f", "../a", "a"])),
    st.tuples(st.just("lead"), st.just("via"), st.sampled_from(["first", "second", "two"])),
    st.tuples(st.just("leave_out"), st.just(""), st.sampled_from(RULES)),
    st.tuples(st.just("single"), st.just("file"), st.sampled_from(CONTENTS)),
)
batches = st.lists(st.lists(changes, min_size=1, max_size=4), min_size=1, max_size=5)
START = [
    ("lead", "via", "first"),
    ("folder", "one/a/b/c", None),
    ("folder", "one/left out", None),
    ("folder", "one/é", None),
    ("folder", "two/a/b", None),
    ("single", "file", b"alone"),
    ("folder", "second/a", None),
    ("folder", "first/a", None),
    *(("write", f"{folder}/{name}", folder.encode()) for folder in FOLDERS for name in ("f", "g")),
]

LAYOUTS = {
    "apart": [],
    "inside": ["one/a/b"],
    "inside, left out at times": ["one/left out", "two/a"],
}
"""Sources beside "one", "two", "via" and "file"."""

scopes: Counter[str] = Counter()


class Disk:
    """A few sources, and what somebody who watches them would tell of each change.

    `hidden`: something was done that is told of no folder, and leads to a look at everything.
    """

    def __init__(self, top: Path, layout: str = "apart") -> None:
        self.top = top
        self.told: set[bytes] = set()
        self.hidden = False
        self.rules = RULES[0]
        self.inner = LAYOUTS[layout]
        (top / "one").mkdir()
        (top / "two").mkdir()

    @property
    def sources(self) -> list[Source]:
        return [
            source_of(self.top / "one", self.rules),
            source_of(self.top / "two", cache_tags=False, one_file_system=True),
            source_of(self.top / "via"),
            source_of(self.top / "file"),
            *(source_of(self.top / inner) for inner in self.inner),
        ]

    def close(self) -> None:
        """Before it is removed."""

    def tell(self, *paths: Path) -> None:
        self.told |= {vault_path(path) for path in paths}
        led = os.path.realpath(self.top / "via")
        for path in paths:  # one folder by two names is told by both
            for known, other in ((led, self.top / "via"), (os.fspath(self.top / "via"), Path(led))):
                if (inside := os.path.relpath(path, known)).split(os.sep)[0] != os.pardir:
                    self.told.add(vault_path(other / inside))

    def change(self, what: str, place: str, more: Any) -> None:
        """Does it, if that can be done now. On Windows some of it cannot."""
        path = self.top / place
        try:
            getattr(self, what)(path, more)
        except OSError:
            if what in ("remove", "turn"):  # part of it went, up to a mount point
                self.tell(*(Path(at) for at, _, _ in os.walk(path)))
            return
        self.hidden |= self.hides_names()

    def hides_names(self) -> bool:
        """Whether a file has a name that no source takes: what is done through that one is not told."""
        for at, folders, names in os.walk(self.top):
            inside = os.path.relpath(at, self.top)
            tagged = inside.startswith(("one" + os.sep, "first", "second")) and is_cache_directory(at)
            if tagged or self.is_left_out(inside):
                names += [
                    os.path.join(a, n) for f in folders for a, _, ns in os.walk(Path(at, f)) for n in ns
                ]
                folders.clear()
            for name in names:
                if (tagged or self.is_left_out(os.path.join(inside, name))) and os.lstat(
                    Path(at, name)
                ).st_nlink > 1:
                    return True
        return False

    def is_left_out(self, inside: str) -> bool:
        """By the rules of the source "one"; what no source takes as well."""
        top, *names = inside.split(os.sep)
        if top != "one":
            return top in ("first", "second") and os.readlink(self.top / "via") != top
        return any(name in self.rules or ("*.tmp" in self.rules and name.endswith(".tmp")) for name in names)

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

    def exchange(self, path: Path, to: str) -> None:
        aside, other = self.top / "aside", self.top / to
        if other.is_relative_to(path) or path.is_relative_to(other) or not os.path.lexists(other):
            return
        path.rename(aside)
        try:
            other.rename(path)
        except OSError:  # a mount point stays where it is
            aside.rename(path)
            self.tell(path.parent)
            raise
        aside.rename(other)
        self.tell(path.parent, other.parent)
        self.tell(*(each for each in (path, other) if each.is_dir() and not each.is_symlink()))

    def turn(self, path: Path, content: bytes) -> None:
        """A file or a link becomes a folder, a folder a file."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            path.write_bytes(content)
        else:
            path.unlink()
            path.mkdir()
            (path / "f").write_bytes(content)
            self.tell(path)
        self.tell(path.parent)

    def case(self, path: Path, _: None) -> None:
        self.move(path, os.path.relpath(path.with_name(path.name.swapcase()), self.top))

    def lead(self, path: Path, to: str) -> None:
        """The source that is a link leads elsewhere."""
        path.unlink(missing_ok=True)
        path.symlink_to(to)
        self.hidden = True

    def leave_out(self, _: Path, rules: list[str]) -> None:
        self.hidden |= rules != self.rules
        self.rules = rules

    def mode(self, path: Path, bits: int) -> None:
        path.chmod(bits)
        self.tell(path.parent, Path(os.path.realpath(path)).parent)  # by a link, what it leads to

    def link(self, path: Path, other: str) -> None:
        os.link(path, self.top / other, follow_symlinks=False)
        # Of the first name no system tells, whose time of change alone is another: the next whole run has it.
        self.tell(path.parent, (self.top / other).parent)

    def symlink(self, path: Path, target: str) -> None:
        path.symlink_to(target)
        self.tell(path.parent)


class Mounts(Disk):
    """Other disks, and other folders of this one, come and go below the sources."""

    def mount(self, path: Path, what: str) -> None:
        outside = self.top / "outside"
        if (
            not path.is_dir()
            or path.is_symlink()
            or (what == "bind" and self.points(" tmpfs ") != self.points())
        ):
            return  # what is written by one of two paths would be told by both
        outside.mkdir(exist_ok=True)
        order = ["tmpfs", "-t", "tmpfs"] if what == "tmpfs" else [os.fspath(outside), "--bind"]
        subprocess.run(["mount", *order, os.fspath(path)], check=True, capture_output=True)
        (path / "f").write_bytes(b"on another disk")
        (path / "a").mkdir(exist_ok=True)
        self.tell(path.parent, path)
        event(what)

    def unmount(self, path: Path, _: None) -> None:
        if os.path.ismount(path):
            subprocess.run(["umount", os.fspath(path)], check=True, capture_output=True)
            self.tell(path.parent, path)
            event("unmounted")

    def close(self) -> None:
        """Whatever became of their paths."""
        for point in reversed(self.points()):
            subprocess.run(["umount", point], check=True)

    def points(self, of: str = "") -> list[str]:
        """Where something is mounted, of such a kind."""
        with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
            fields = [line.split()[4] for line in mounts if of in line.partition(" -")[2]]
        return [p.replace("\\040", " ") for p in fields if p.startswith(f"{self.top}/")]


@contextmanager
def disk(layout: str = "apart", make: type[Disk] = Disk) -> Iterator[Disk]:
    top = Path(tempfile.mkdtemp())
    made = make(top, layout)
    try:
        for change in START:
            made.change(*change)
        yield made
    finally:
        made.close()
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


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=16 if os.environ.get("CI") else 400)
@given(batches, st.sampled_from(sorted(LAYOUTS)))
def test_a_partial_run_makes_the_snapshot_of_a_whole_one(
    all_changes: list[list[tuple[Any, ...]]], layout: str
) -> None:
    with disk(layout) as it:
        compare(it, all_changes)


def compare(it: Disk, all_changes: list[list[tuple[Any, ...]]]) -> None:
    """Two vaults, after each of some changes."""
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


mounts = st.lists(
    st.lists(
        st.one_of(
            changes,
            st.tuples(st.just("mount"), st.sampled_from(BELOW), st.sampled_from(["tmpfs", "bind"])),
            st.tuples(st.just("unmount"), st.sampled_from(BELOW), st.none()),
        ),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.skipif(sys.platform != "linux", reason="mount(8)")
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=4 if os.environ.get("CI") else 200)
@given(mounts)
def test_the_same_with_mount_points_below_the_sources(all_changes: list[list[tuple[Any, ...]]]) -> None:
    needs_root()
    with disk(make=Mounts) as it:
        compare(it, [[("mount", "one/a/b", "tmpfs"), ("mount", "two/a", "bind")], *all_changes])


def test_those_runs_were_partial() -> None:
    """Or the test above told nothing."""
    if not scopes:
        pytest.skip("runs after the one above")
    assert scopes["partial"] > scopes["full"]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=8 if os.environ.get("CI") else 100)
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
