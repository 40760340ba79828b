"""Several sources in one tree: overlapping, missing, files, links."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import Failed, UsageError
from cyberlib_client.core.format_v1 import tree
from cyberlib_client.files import names
from cyberlib_client.files.cache_tags import SIGNATURE
from cyberlib_client.files.folder import Folder
from cyberlib_client.files.names import display, to_vault_path
from cyberlib_client.services.browse import entry_at, walk
from cyberlib_client.services.forest import Source
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path, source_of

pytestmark = pytest.mark.portable

posix = pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")


def files_of(kit: VaultKit, below: Path) -> set[str]:
    """Files in the newest snapshot, by their path below a folder of this machine."""
    source = source_of(below)
    root = entry_at(kit.reader(), kit.root(), source.path)
    return {
        path[len(source.path) + 1 :].decode()
        for path, entry in walk(kit.reader(), root, source.path)
        if entry.kind == tree.FILE
    }


def test_no_source(kit: VaultKit) -> None:
    with pytest.raises(UsageError) as refused:
        kit.backup()
    assert refused.value.code == "no_sources"


def test_all_sources_missing(kit: VaultKit, tmp_path: Path) -> None:
    with pytest.raises(Failed) as failed:
        kit.backup(tmp_path / "a", tmp_path / "b")
    assert failed.value.code == "sources_missing"
    assert [code for code, _ in kit.incidents] == ["source_missing"] * 2
    assert kit.snapshots().items == []


def test_one_source_missing(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"x"})
    result = kit.backup(tmp_path / "a", tmp_path / "gone")
    assert [code for code, _ in kit.incidents] == ["source_missing"]
    assert result.unread == 1, "a run that protects less than asked for is not green"
    assert files_of(kit, tmp_path) == {"a/x"}


def test_sources_side_by_side(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path, {"a": {"x": b"x"}, "b": {"c": {"y": b"y"}}, "d": {"z": b"z"}})
    kit.backup(tmp_path / "b" / "c", tmp_path / "a")
    assert files_of(kit, tmp_path) == {"a/x", "b/c/y"}


NAMES = ["a", "a-b", "a b", "a.b", "a0", "a!", "b"]


@settings(max_examples=25)
@given(st.sets(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(tuple), min_size=1, max_size=6))
def test_overlapping_sources_are_stored_once(
    tmp_path_factory: pytest.TempPathFactory, chosen: set[tuple[str, ...]]
) -> None:
    """Whatever the letters between them: "a-b" comes between "a" and "a/c" in order of bytes."""
    top = tmp_path_factory.mktemp("forest")
    folders = [top.joinpath(*parts) for parts in chosen]
    for folder in folders:
        make_tree(folder, {"fichier": str(folder).encode()})
    kit = VaultKit()
    result = kit.backup(*folders)
    wanted = {_compared(p.relative_to(top).as_posix()) for p in top.rglob("fichier")}
    assert {_compared(path) for path in files_of(kit, top)} == wanted
    assert result.statistics.files == len(wanted)


def _compared(path: str) -> str:
    """A path as this system compares it: on Windows `A` and `a` are one folder."""
    return path.casefold() if os.name == "nt" else path


def test_the_same_source_twice(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"x"})
    assert kit.backup(tmp_path / "a", tmp_path / "a").statistics.files == 1


def test_a_file_is_a_source(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path, {"lettre.txt": b"bonjour", "autre.txt": b"non"})
    result = kit.backup(tmp_path / "lettre.txt")
    assert (result.statistics.files, result.statistics.bytes) == (1, 7)
    assert files_of(kit, tmp_path) == {"lettre.txt"}
    kit.restore(tmp_path / "out")
    assert restored_path(tmp_path / "out", tmp_path / "lettre.txt").read_bytes() == b"bonjour"


def test_an_unchanged_file_as_source_is_not_sent_again(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path, {"lettre.txt": os.urandom(5000)})
    kit.backup(tmp_path / "lettre.txt")
    assert kit.backup(tmp_path / "lettre.txt").statistics.stored == 0


@posix
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_as_source_means_what_it_leads_to(kit: VaultKit, tmp_path: Path, what: str) -> None:
    make_tree(tmp_path, {"folder": {"x": b"x"}, "file": b"content"})
    (tmp_path / "link").symlink_to(what)
    result = kit.backup(tmp_path / "link")
    assert (result.statistics.files, result.unread, kit.incidents) == (1, 0, [])
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", tmp_path / "link")
    assert not back.is_symlink()
    assert told(back) == told(tmp_path / "folder") if what == "folder" else back.read_bytes() == b"content"


@posix
def test_a_link_that_leads_nowhere(kit: VaultKit, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(Failed) as failed:
        kit.backup(tmp_path / "link")
    assert failed.value.code == "sources_missing"


def test_earlier_state_is_found_for_each_source(kit: VaultKit, tmp_path: Path) -> None:
    """Sources may take turns: each is compared with the newest snapshot that holds it."""
    make_tree(tmp_path, {"a": {"x": os.urandom(3000)}, "b": {"y": os.urandom(3000)}})
    kit.backup(tmp_path / "a")
    kit.backup(tmp_path / "b")
    result = kit.backup(tmp_path / "a", tmp_path / "b")
    assert (result.statistics.new_files, result.statistics.changed_files) == (0, 0)


def test_leading_folders_keep_their_mode(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a" / "b" / "c", {"x": b"x"})
    if os.name != "nt":
        (tmp_path / "a").chmod(0o750)
    kit.backup(tmp_path / "a" / "b" / "c")
    entry = entry_at(kit.reader(), kit.root(), source_of(tmp_path / "a").path)
    assert entry.mode == (tmp_path / "a").stat().st_mode & 0o7777


def test_the_root_itself_is_a_source(kit: VaultKit, tmp_path: Path) -> None:
    """Everything at the top of the tree, and what lies below it as a source of its own only once."""
    make_tree(tmp_path / "a", {"etc": {"hosts": b"localhost"}, "x": b"x"})
    inner = source_of(tmp_path / "a")
    root = Source(inner.native, b"/", inner.selection)
    below = source_of(tmp_path / "a" / "etc")
    for sources in ([root], [Source(below.native, b"/etc", below.selection), root], [root, root]):
        result = kit.backup(*sources)
        reader = kit.reader()
        paths = [path for path, _ in walk(reader, entry_at(reader, kit.root(), b"/"), b"/")]
        assert paths == [b"/etc", b"/etc/hosts", b"/x"]
        assert (result.statistics.files, result.unread) == (2, 0)
    assert result.statistics.new_files == 0
    assert kit.restore(tmp_path / "out").failed == 0
    assert told(tmp_path / "out") == told(tmp_path / "a")


# ---- a source inside another that would leave it out ----------------------------------------------


@pytest.mark.parametrize("rule", ["tmp/", "tmp", "/tmp/", "*", "tmp/keep/"])
@pytest.mark.parametrize("inner", ["tmp", "tmp/keep", "tmp/keep/deep"])
def test_what_was_asked_for_by_name_is_stored(kit: VaultKit, tmp_path: Path, rule: str, inner: str) -> None:
    """Though a rule of the folder around it leaves it out, with all that leads to it."""
    make_tree(tmp_path / "a", {"x": b"x", "tmp": {"y": b"y", "keep": {"z": b"z", "deep": {"w": b"w"}}}})
    kit.backup(source_of(tmp_path / "a", [rule]), tmp_path / "a" / inner)
    found = files_of(kit, tmp_path / "a")
    below = {
        p.relative_to(tmp_path / "a").as_posix() for p in (tmp_path / "a" / inner).rglob("*") if p.is_file()
    }
    if (rule, inner) == ("tmp/keep/", "tmp"):  # the walk gets there; what it leaves out below stays out
        below = {"tmp/y"}
    assert below <= found
    assert ("x" in found) == (rule != "*")
    assert ("tmp/y" in found) == (inner == "tmp" or rule == "tmp/keep/")
    assert kit.incidents == []
    # The same again finds nothing new, and a restore puts all of it in one place.
    again = kit.backup(source_of(tmp_path / "a", [rule]), tmp_path / "a" / inner)
    assert (again.statistics.new_files, again.statistics.stored) == (0, 0)
    assert kit.restore(tmp_path / "out").failed == 0
    back = restored_path(tmp_path / "out", tmp_path / "a")
    assert {p.relative_to(back).as_posix() for p in back.rglob("*") if p.is_file()} == found


def test_inner_sources_of_inner_sources(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"b": {"c": {"d": {"file": b"1"}, "no": b"2"}, "no": b"3"}, "yes": b"4"})
    kit.backup(
        source_of(tmp_path / "a", ["b/"]),
        source_of(tmp_path / "a" / "b" / "c", ["d/", "no"]),
        tmp_path / "a" / "b" / "c" / "d",
    )
    assert files_of(kit, tmp_path / "a") == {"yes", "b/c/d/file"}


def test_an_inner_file(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x.tmp": b"1", "y.tmp": b"2", "z": b"3"})
    kit.backup(source_of(tmp_path / "a", ["*.tmp"]), tmp_path / "a" / "x.tmp")
    assert files_of(kit, tmp_path / "a") == {"x.tmp", "z"}


def test_an_inner_cache_folder(kit: VaultKit, tmp_path: Path) -> None:
    tag = b"Signature: 8a477f597d28d172789f06886806bc55"
    make_tree(tmp_path / "a", {"x": b"x", "cache": {"CACHEDIR.TAG": tag, "y": b"y"}})
    kit.backup(tmp_path / "a", tmp_path / "a" / "cache")
    assert files_of(kit, tmp_path / "a") == {"x", "cache/CACHEDIR.TAG", "cache/y"}


def test_an_inner_cache_folder_stays_and_is_no_surprise(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"x", "cache": {"CACHEDIR.TAG": SIGNATURE, "y": b"y"}})
    for _ in range(2):
        result = kit.backup(tmp_path / "a", tmp_path / "a" / "cache")
        assert (result.unread, kit.incidents) == (0, [])


def test_a_folder_that_becomes_a_cache_is_told_of(kit: VaultKit, tmp_path: Path) -> None:
    """Whoever writes to a shared folder could keep it out of the vault by one file."""
    make_tree(tmp_path / "a", {"shared": {"letters": {"x": b"x"}}, "other": {"y": b"y"}})
    assert kit.backup(tmp_path / "a").unread == 0
    make_tree(tmp_path / "a", {"new": {"CACHEDIR.TAG": SIGNATURE, "z": b"z"}})
    (tmp_path / "a" / "shared" / "CACHEDIR.TAG").write_bytes(SIGNATURE)
    result = kit.backup(tmp_path / "a")
    assert kit.incidents == [("left_out_now", display(to_vault_path(str(tmp_path / "a" / "shared"))))]
    assert (result.unread, result.counts.removed_files) == (1, 1)
    (tmp_path / "a" / "shared" / "CACHEDIR.TAG").unlink()
    assert kit.backup(tmp_path / "a").unread == 0
    assert kit.snapshots().items[-1].snapshot.statistics.files == 2


def test_an_inner_source_spelt_otherwise(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows `users` and `Users` are one folder: what lies in it is found, however it was typed."""
    monkeypatch.setattr(names, "THIS_SYSTEM", "windows")
    make_tree(tmp_path / "a", {"x": b"x", "AppData": {"keep": {"y": b"y"}}})
    outer, inner = source_of(tmp_path / "a", ["AppData"]), source_of(tmp_path / "a" / "AppData" / "keep")
    kit.backup(
        Source(outer.native, b"/C/users", outer.selection),
        Source(inner.native, b"/C/Users/AppData/keep", inner.selection),
    )
    assert kit.incidents == []
    found = entry_at(kit.reader(), kit.root(), b"/C/users/AppData/keep/y")
    assert kit.reader().chunk(found.content) == b"y"


def test_names_that_fold_alike_and_are_two(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "THIS_SYSTEM", "windows")
    sources = []
    for name in ("Straße", "Strasse"):
        here = source_of(make_tree(tmp_path / name, {"x": name.encode()}))
        sources.append(Source(here.native, f"/C/{name}".encode(), here.selection))
    assert kit.backup(*sources).statistics.files == 2


def test_a_source_below_what_could_not_be_read(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last snapshot knows of the folder above it, and of nothing in that."""
    make_tree(tmp_path / "a", {"x": b"x", "shut": {"inner": {"y": b"y"}}})
    real = Folder.enter

    def enter(where: Folder, name: bytes) -> Folder:
        if name == b"shut":
            raise PermissionError(13, "Permission denied", name)
        return real(where, name)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "enter", enter)
        assert kit.backup(tmp_path / "a").unread == 1
    assert kit.backup(tmp_path / "a" / "shut" / "inner").statistics.files == 1


@posix
def test_an_inner_source_behind_a_link(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path, {"a": {"x": b"x"}, "elsewhere": {"sub": {"y": b"y"}}})
    (tmp_path / "a" / "link").symlink_to(tmp_path / "elsewhere")
    kit.backup(tmp_path / "a", tmp_path / "a" / "link" / "sub")
    assert files_of(kit, tmp_path / "a") == {"x", "link/sub/y"}
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", tmp_path / "a")
    assert (back / "link" / "sub" / "y").read_bytes() == b"y"
    assert not (back / "link").is_symlink()


@posix
@pytest.mark.skipif(not os.path.ismount("/dev/shm"), reason="needs a second file system")
def test_an_inner_source_on_another_disk(kit: VaultKit) -> None:
    """The root of a machine without other disks, and one of those disks."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        make_tree(folder, {"x": b"x", "sub": {"y": b"y"}})
        kit.backup(source_of("/dev", ["/*", "!/shm/"], one_file_system=True), folder)
        name = Path(folder).name
        assert files_of(kit, Path("/dev")) == {f"shm/{name}/x", f"shm/{name}/sub/y"}


def test_an_inner_source_that_is_missing_is_told(kit: VaultKit, tmp_path: Path) -> None:
    make_tree(tmp_path / "a", {"x": b"x"})
    result = kit.backup(tmp_path / "a", tmp_path / "a" / "gone")
    assert [code for code, _ in kit.incidents] == ["source_missing"]
    assert result.unread == 1
    assert files_of(kit, tmp_path / "a") == {"x"}


@posix
def test_a_folder_that_vanishes_takes_an_inner_source_with_it_but_not_in_silence(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tree(tmp_path / "a", {"x": b"x", "b": {"tmp": {"y": b"y"}}})
    real = Folder.enter

    def enter(where: Folder, name: bytes) -> Folder:
        if name == b"b":
            raise FileNotFoundError(2, "gone", name)
        return real(where, name)

    monkeypatch.setattr(Folder, "enter", enter)
    result = kit.backup(source_of(tmp_path / "a", ["tmp/"]), tmp_path / "a" / "b" / "tmp")
    assert [code for code, _ in kit.incidents] == ["vanished", "source_missing"]
    assert result.unread == 1
