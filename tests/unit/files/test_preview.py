"""The preview says what the backup would take, what it would leave out, and by which rule."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import Stopped, UsageError
from cyberlib_client.core.events import Event, Incident, Progress
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.files.cache_tags import SIGNATURE
from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.names import display, to_vault_path
from cyberlib_client.files.preview import Preview, preview
from cyberlib_client.files.selection import CACHE_TAG_RULE, ONE_FILE_SYSTEM_RULE, Selection
from tests.support.vaults import CancelAfter

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def selection(*rules: str | Rule, one_file_system: bool = False) -> Selection:
    ready = [Rule(r, "option") if isinstance(r, str) else r for r in rules]
    return Selection(Filters(ready), one_file_system=one_file_system)


def look(root: Path, *rules: str | Rule) -> Preview:
    return preview([(str(root), selection(*rules))])


def shown(path: Path) -> str:
    return display(to_vault_path(str(path)))


def fill(root: Path, files: dict[str, int]) -> Path:
    """Files of the given sizes, and their folders."""
    for name, size in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)
    return root


def test_it_counts_what_is_kept_and_what_each_rule_leaves_out(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "lettre.odt": 100,
            "patients/dupont/ecg.xml": 1000,
            "patients/dupont/brouillon.log": 7,
            "patients/b.log": 8,
            "poubelle/a": 10,
            "poubelle/b/c.log": 20,
            "keep.log": 3,
        },
    )
    found = look(tmp_path, "*.log", "poubelle/", "!keep.log")
    assert (found.files, found.bytes, found.folders, found.others) == (3, 1103, 3, 0)
    bin_, logs = found.left_out  # the largest first
    assert bin_.rule == Rule("poubelle/", "option")
    assert (bin_.items, bin_.files, bin_.bytes, bin_.complete) == (1, 2, 30, True)
    assert bin_.examples == (shown(tmp_path / "poubelle"),)
    assert logs.rule == Rule("*.log", "option")
    assert (logs.items, logs.files, logs.bytes) == (2, 2, 15)
    assert logs.examples == (
        shown(tmp_path / "patients/b.log"),
        shown(tmp_path / "patients/dupont/brouillon.log"),
    )
    assert found.incidents == ()


def test_it_shows_few_examples_and_counts_all(tmp_path: Path) -> None:
    fill(tmp_path, {f"{i:02}.log": 1 for i in range(20)})
    (logs,) = look(tmp_path, "*.log").left_out
    assert logs.items == 20
    assert logs.examples == tuple(shown(tmp_path / f"{i:02}.log") for i in range(5))


def test_rules_of_the_user_that_do_nothing_are_named(tmp_path: Path) -> None:
    fill(tmp_path, {"a.log": 1})
    typo, default = Rule("*.lgo", "source"), Rule("*.bin", "default")
    found = look(tmp_path, "*.log", typo, default, "!b.log")
    assert found.unused == (typo,)


def test_tagged_caches_are_left_out_with_their_size(tmp_path: Path) -> None:
    fill(tmp_path, {"cache/a": 5, "cache/b/c": 6, "d": 1})
    (tmp_path / "cache/CACHEDIR.TAG").write_bytes(SIGNATURE)
    found = look(tmp_path)
    (cache,) = found.left_out
    assert cache.rule == CACHE_TAG_RULE
    assert (cache.items, cache.files, cache.bytes) == (1, 3, 11 + len(SIGNATURE))
    assert (found.files, found.folders) == (1, 1)


def test_a_root_is_taken_whatever_it_is_called_or_tagged(tmp_path: Path) -> None:
    root = fill(tmp_path / "cache", {"a": 5})
    (root / "CACHEDIR.TAG").write_bytes(SIGNATURE)
    assert look(root, "cache/").files == 2


def test_a_root_may_be_a_file(tmp_path: Path) -> None:
    fill(tmp_path, {"a.odt": 5})
    found = look(tmp_path / "a.odt")
    assert (found.files, found.bytes, found.folders) == (1, 5, 0)


def test_several_sources_add_up_each_with_its_own_rules(tmp_path: Path) -> None:
    fill(tmp_path, {"one/a.log": 1, "one/b": 2, "two/a.log": 4, "two/b": 8})
    found = preview(
        [(str(tmp_path / "one"), selection("*.log")), (str(tmp_path / "two"), selection("b", "/a.lo"))]
    )
    assert (found.files, found.bytes) == (2, 6)
    assert {(one.rule.pattern, one.bytes) for one in found.left_out} == {("*.log", 1), ("b", 8)}
    assert found.unused == (Rule("/a.lo", "option"),)


NESTED = {"a": 1, "in/b": 2, "in/deep/c": 4, "in/deep/d.log": 8, "zone/e": 16}


@pytest.mark.parametrize("backwards", [False, True])
def test_what_lies_in_two_sources_counts_once(tmp_path: Path, backwards: bool) -> None:
    fill(tmp_path, NESTED)
    paths = [tmp_path, tmp_path / "in", tmp_path / "in" / "deep", tmp_path / "in" / "b", tmp_path]
    sources = [(str(path), selection("*.log")) for path in paths]
    found = preview(sources[::-1] if backwards else sources)
    assert (found.files, found.bytes, found.folders) == (4, 23, 4)
    assert [(one.files, one.bytes) for one in found.left_out] == [(1, 8)]


def test_a_source_that_another_one_leaves_out_is_taken(tmp_path: Path) -> None:
    """As a backup does (services.overlap): a rule speaks of what lies in its own source."""
    fill(tmp_path, {**NESTED, "in/rest": 32})
    inner, file = (str(tmp_path / "in" / "deep"), selection()), (str(tmp_path / "a"), selection())
    found = preview([(str(tmp_path), selection("in/", "a")), inner, file])
    assert (found.files, found.bytes, found.folders) == (4, 29, 3)
    assert [(one.rule.pattern, one.files, one.bytes) for one in found.left_out] == [("in/", 2, 34)]
    assert found.unused == (Rule("a", "option"),)


def test_a_source_that_another_one_leaves_out_as_a_cache_is_taken(tmp_path: Path) -> None:
    fill(tmp_path, NESTED)
    (tmp_path / "in" / "CACHEDIR.TAG").write_bytes(SIGNATURE)
    found = preview([(str(tmp_path), selection()), (str(tmp_path / "in"), selection())])
    assert (found.files, found.bytes) == (6, 31 + len(SIGNATURE))
    assert found.left_out == ()


@posix
def test_a_source_that_is_a_link_means_what_it_leads_to(tmp_path: Path) -> None:
    fill(tmp_path, {"there/a": 5})
    (tmp_path / "link").symlink_to("there")
    found = look(tmp_path / "link")
    assert (found.files, found.bytes, found.folders) == (1, 5, 1)


def test_a_missing_source_is_an_incident(tmp_path: Path) -> None:
    events: list[Event] = []
    found = preview([(str(tmp_path / "gone"), selection())], listener=events.append)
    assert [(i.code, i.path) for i in found.incidents] == [("source_missing", shown(tmp_path / "gone"))]
    assert found.incident_count == 1
    assert events == list(found.incidents)


def test_a_relative_source_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        preview([("documents", selection())])
    assert caught.value.code == "path_not_absolute"


def test_it_stops_when_asked(tmp_path: Path) -> None:
    fill(tmp_path, {f"{i}/a": 1 for i in range(5)})
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Stopped):
        preview([(str(tmp_path), selection())], cancel=cancel)


def test_it_stops_in_the_middle_of_measuring(tmp_path: Path) -> None:
    fill(tmp_path, {"0/a": 1, "1/2/3/4/5": 1})
    token = CancelAfter(2)
    with pytest.raises(Stopped):
        preview([(str(tmp_path), selection("1/"))], cancel=token)
    assert token.asked == 3


def test_measuring_what_is_left_out_is_bounded(tmp_path: Path) -> None:
    fill(tmp_path, {f"big/{i}": 10 for i in range(20)} | {"small.log": 1})
    found = preview([(str(tmp_path), selection("big/", "*.log"))], measured_entries=12)
    big, small = found.left_out
    assert (big.files, big.bytes, big.complete) == (12, 120, False)
    assert (small.files, small.complete) == (1, True)


def test_progress_is_told(tmp_path: Path) -> None:
    fill(tmp_path, {f"{i}": 2 for i in range(2001)})
    events: list[Event] = []
    preview([(str(tmp_path), selection())], listener=events.append)
    told = [(e.files_done, e.bytes_done) for e in events if isinstance(e, Progress)]
    assert told == [(1000, 2000), (2000, 4000)]


def test_the_result_is_ready_for_json(tmp_path: Path) -> None:
    fill(tmp_path, {"a.log": 1, "é": 2})
    found = look(tmp_path, "*.log", "é")
    assert json.loads(json.dumps(asdict(found)))["left_out"][0]["rule"] == ["é", "option"]


def test_hard_links_count_by_name_as_in_a_backup(tmp_path: Path) -> None:
    fill(tmp_path, {"a": 50})
    os.link(tmp_path / "a", tmp_path / "b")
    found = look(tmp_path)
    assert (found.files, found.bytes) == (2, 100)


@posix
def test_links_and_special_files_have_no_content(tmp_path: Path) -> None:
    fill(tmp_path, {"folder/a": 5})
    (tmp_path / "link").symlink_to("folder")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    found = look(tmp_path)
    assert (found.files, found.bytes, found.folders, found.others) == (1, 5, 2, 4)
    assert found.incidents == ()


@posix
def test_names_play_no_tricks(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path)
    for name in (b"caf\xe9.log", b"\x1b[2J\n.log"):
        with open(raw + b"/" + name, "wb"):
            pass
    (logs,) = look(tmp_path, "*.log").left_out
    assert [e.rpartition("/")[2] for e in logs.examples] == ["\\x1b[2J\\x0a.log", "caf\\xe9.log"]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that any user can reach."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@posix
def test_a_folder_that_cannot_be_read_is_an_incident(public_folder: Path) -> None:
    fill(public_folder, {"closed/a": 5, "open/b": 6, "out/closed/c": 7})
    for name in ("closed", "out/closed"):
        (public_folder / name).chmod(0)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)  # the administrator is refused nothing
        found = look(public_folder, "out/")
    finally:
        if root:
            os.seteuid(0)
        for name in ("closed", "out/closed"):
            (public_folder / name).chmod(0o755)
    assert (found.files, found.bytes, found.folders) == (1, 6, 2)
    (incident,) = found.incidents
    assert (incident.code, incident.path) == ("unreadable", shown(public_folder / "closed"))
    assert incident.detail == "Permission denied"
    (out,) = found.left_out  # its size is a lower bound; nobody asked for what it holds
    assert (out.files, out.complete) == (0, False)


@posix
def test_many_incidents_are_all_counted_and_told(tmp_path: Path) -> None:
    sources = [(str(tmp_path / f"gone{i}"), selection()) for i in range(1200)]
    events: list[Event] = []
    found = preview(sources, listener=events.append)
    assert len(found.incidents) == 1000
    assert found.incident_count == 1200
    assert len([e for e in events if isinstance(e, Incident)]) == 1200


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None, reason="mounts a disk"
)
def test_other_disks(tmp_path: Path) -> None:
    fill(tmp_path, {"here": 1})
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], check=True)
    try:
        fill(disk, {"there": 10})
        both = look(tmp_path)
        one = preview([(str(tmp_path), selection(one_file_system=True))])
        out = look(tmp_path, "disk/")
    finally:
        subprocess.run(["umount", disk], check=True)
    assert (both.files, both.bytes) == (2, 11)
    assert (one.files, one.bytes) == (1, 1)
    assert [(o.rule, o.items, o.complete) for o in one.left_out] == [(ONE_FILE_SYSTEM_RULE, 1, False)]
    # What a rule leaves out is not measured on another disk, which may not answer.
    assert [(o.files, o.complete) for o in out.left_out] == [(0, False)]


_names = st.sampled_from(["a", "b", "c.log", "d.log", "cache"])
_trees = st.dictionaries(
    st.lists(_names, min_size=1, max_size=4).map("/".join), st.integers(0, 50), max_size=12
)


@given(_trees, st.lists(st.sampled_from(["*.log", "cache/", "a/b", "/a", "!d.log", "b/"]), max_size=4))
@settings(max_examples=40)
def test_every_byte_is_either_kept_or_left_out(wanted: dict[str, int], rules: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        files: dict[str, int] = {}
        for path, size in wanted.items():
            if not any(f.startswith(path + "/") or path.startswith(f + "/") for f in files):
                files[path] = size
        fill(root, files)
        found = look(root, *rules)
    assert found.files + sum(one.files for one in found.left_out) == len(files)
    assert found.bytes + sum(one.bytes for one in found.left_out) == sum(files.values())
    assert all(one.complete for one in found.left_out)


def test_a_folder_that_no_backup_enters_has_an_origin_of_its_own(tmp_path: Path) -> None:
    fill(tmp_path, {"a": 1, "own/secret": 10, "own/deep/x": 100})
    status = os.lstat(tmp_path / "own")
    found = preview([(str(tmp_path), selection("*.iso"))], never={(status.st_dev, status.st_ino): "vault"})
    (left,) = found.left_out
    assert left.rule == Rule(shown(tmp_path / "own"), "vault")
    assert (found.files, found.folders, left.items, left.files, left.bytes) == (1, 1, 1, 2, 110)
    assert found.unused == (Rule("*.iso", "option"),)
