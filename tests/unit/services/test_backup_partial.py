"""A run that looks only where something changed: where it looks, when it looks everywhere after all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cyberlib_client.files.folder import Folder
from cyberlib_client.repository.reader import Reader
from cyberlib_client.services.backup import BackupResult, Changed
from cyberlib_client.services.browse import look
from tests.support.restoring import unprivileged
from tests.support.trees import Plan, make_tree
from tests.support.vaults import VaultKit, source_of, vault_path

PLAN: Plan = {"top.txt": b"1", "a": {"f": b"f", "b": {"g": b"g", "c": {"h": b"h"}}}, "z": {"i": b"i"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "s", PLAN)


class Spy:
    """Counts what is asked for, and asks all the same."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.listed: list[str] = []
        self.asked = self.nodes = 0
        items, status, node = Folder.items, Folder.status, Reader.node

        def spy_items(folder: Folder, problem: object) -> dict[bytes, bool]:
            self.listed.append(os.path.basename(os.fsdecode(folder.path)))
            return items(folder, problem)  # type: ignore[arg-type]

        def spy_status(folder: Folder, name: bytes) -> os.stat_result:
            self.asked += 1
            return status(folder, name)

        def spy_node(reader: Reader, node_id: bytes) -> bytes:
            self.nodes += 1
            return node(reader, node_id)

        monkeypatch.setattr(Folder, "items", spy_items)
        monkeypatch.setattr(Folder, "status", spy_status)
        monkeypatch.setattr(Reader, "node", spy_node)


def after(last: BackupResult, *folders: str | Path) -> Changed:
    assert last.doubtful is not None
    return Changed(last.snapshot.digest, last.doubtful | {vault_path(each) for each in folders})


def content_of(kit: VaultKit, path: Path) -> bytes | None:
    entry = look(kit.reader(), kit.root(), vault_path(path))
    return kit.reader().chunk(entry.content) if entry is not None and entry.content else None


def test_only_what_is_named_is_listed(kit: VaultKit, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = kit.backup(folder)
    (folder / "a/b/g").write_bytes(b"newer")
    (folder / "z/i").write_bytes(b"not told")
    spy = Spy(monkeypatch)
    done = kit.backup(folder, changed=after(last, folder / "a/b"))
    assert (done.scope, spy.listed) == ("partial", ["b"])
    assert (content_of(kit, folder / "a/b/g"), content_of(kit, folder / "z/i")) == (b"newer", b"i")
    assert kit.backup(folder).scope == "full"
    assert content_of(kit, folder / "z/i") == b"not told"


def test_the_cost_is_that_of_the_way_there(
    kit: VaultKit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that of the tree: 401 folders and 400 files."""
    plan: Plan = {f"d{n}": {"x": {"f": b"%d" % n}, "g": b"%d" % n} for n in range(200)}
    folder = make_tree(tmp_path / "s", plan)
    last = kit.backup(folder)
    (folder / "d7/x/f").write_bytes(b"newer")
    spy = Spy(monkeypatch)
    done = kit.backup(folder, changed=after(last, folder / "d7/x"))
    assert (done.scope, done.statistics.files, done.statistics.directories) == ("partial", 400, 401)
    depth = len(vault_path(folder).split(b"/"))
    assert (spy.listed, spy.asked) == (["x"], 5)
    assert spy.nodes <= depth + 4


def test_a_folder_that_vanished_makes_the_one_above_be_looked_into(kit: VaultKit, folder: Path) -> None:
    last = kit.backup(folder)
    shutil.rmtree(folder / "a/b")
    done = kit.backup(folder, changed=after(last, folder / "a/b/c"))
    assert (done.scope, done.statistics.files, done.counts.removed_files) == ("partial", 3, 2)
    assert look(kit.reader(), kit.root(), vault_path(folder / "a/b")) is None


def test_a_folder_in_the_place_of_another_is_walked(kit: VaultKit, folder: Path) -> None:
    """Its own folders may have the names of the old one's."""
    make_tree(folder / "other", {"b": {"g": b"another", "c": {"h": b"another"}}})
    last = kit.backup(folder)
    (folder / "a").rename(folder / "gone")
    (folder / "other").rename(folder / "a")
    done = kit.backup(folder, changed=after(last, folder, folder / "a"))
    assert done.scope == "partial"
    assert content_of(kit, folder / "a/b/c/h") == b"another"
    assert content_of(kit, folder / "gone/b/c/h") == b"h"


def test_paths_outside_the_sources_are_nothing(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    last = kit.backup(folder)
    changed = after(last, tmp_path / "elsewhere/x", "/")
    done = kit.backup(folder, changed=changed._replace(folders=changed.folders | {b"", b"//", b"not/a path"}))
    assert (done.scope, done.snapshot.snapshot.root) == ("partial", last.snapshot.snapshot.root)


def test_another_base_or_other_sources_are_a_whole_run(kit: VaultKit, folder: Path) -> None:
    first = kit.backup(folder)
    (folder / "z/i").write_bytes(b"not told")
    second = kit.backup(folder, changed=after(first))
    assert second.scope == "partial"
    assert kit.backup(folder, changed=after(first)).scope == "full"
    assert content_of(kit, folder / "z/i") == b"not told"
    last = kit.backup(folder)
    assert kit.backup(folder / "a", changed=after(last)).scope == "full"
    assert kit.backup(folder, device="poste-2", changed=after(last)).scope == "full"


def test_a_file_with_other_names_elsewhere_makes_it_a_whole_run(kit: VaultKit, folder: Path) -> None:
    os.link(folder / "a/f", folder / "z/f")
    last = kit.backup(folder)
    (folder / "a/f").write_bytes(b"newer")
    done = kit.backup(folder, changed=after(last, folder / "a"))
    assert done.scope == "full"
    assert content_of(kit, folder / "z/f") == b"newer"
    last = kit.backup(folder)
    (folder / "a/f").write_bytes(b"again")
    assert kit.backup(folder, changed=after(last, folder / "a", folder / "z")).scope == "partial"
    assert content_of(kit, folder / "z/f") == b"again"


@pytest.mark.skipif(os.name == "nt", reason="rights as POSIX has them")
def test_what_could_not_be_read_is_tried_again(kit: VaultKit) -> None:
    """Whatever is told to have changed: a run does not turn green by not looking."""
    with unprivileged() as top:
        folder = make_tree(top / "s", PLAN)
        (folder / "z/i").chmod(0)
        (folder / "a/b").chmod(0)
        last = kit.backup(folder)
        assert last.unread == 2
        last = kit.backup(folder, changed=after(last, folder))
        assert (last.scope, last.unread) == ("partial", 2)
        (folder / "z/i").chmod(0o600)
        last = kit.backup(folder, changed=after(last))
        assert (last.scope, last.unread) == ("partial", 1)
        (folder / "a/b").chmod(0o700)
        last = kit.backup(folder, changed=after(last))
        assert (last.scope, last.unread, last.statistics.files) == ("partial", 0, 5)


def test_more_incidents_than_are_listed_are_a_whole_run(
    kit: VaultKit, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cyberlib_client.services import run as run_module

    monkeypatch.setattr(run_module, "MAX_INCIDENTS", 1)
    sources = folder, tmp_path / "absent", tmp_path / "absent too"
    last = kit.backup(*sources)
    assert kit.backup(*sources, changed=after(last)).scope == "full"


def test_a_source_that_is_still_missing_stays_missing_and_one_that_comes_back_is_walked(
    kit: VaultKit, tmp_path: Path, folder: Path
) -> None:
    last = kit.backup(folder, tmp_path / "t")
    last = kit.backup(folder, tmp_path / "t", changed=after(last))
    assert (last.scope, last.unread) == ("partial", 1)
    make_tree(tmp_path / "t", {"f": b"f"})
    last = kit.backup(folder, tmp_path / "t", changed=after(last))
    assert (last.scope, last.unread, last.statistics.files) == ("full", 0, 6)


def test_a_source_that_is_a_file(kit: VaultKit, tmp_path: Path, folder: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")
    sources = folder, tmp_path / "file"
    last = kit.backup(*sources)
    (tmp_path / "file").write_bytes(b"2")
    last = kit.backup(*sources, changed=after(last, tmp_path))
    assert last.scope == "partial"
    assert content_of(kit, tmp_path / "file") == b"2"
    (tmp_path / "file").unlink()
    last = kit.backup(*sources, changed=after(last, tmp_path))
    assert (last.scope, last.unread, last.statistics.files) == ("partial", 1, 5)


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_source_that_is_a_link(kit: VaultKit, tmp_path: Path, folder: Path) -> None:
    make_tree(tmp_path / "real", {"d": {"f": b"1"}})
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    sources = folder, tmp_path / "link"
    last = kit.backup(*sources)
    (tmp_path / "real/d/f").write_bytes(b"2")
    last = kit.backup(*sources, changed=after(last, tmp_path / "link/d"))
    assert last.scope == "partial"
    assert content_of(kit, tmp_path / "link/d/f") == b"2"


def test_folders_with_databases_are_told_of(kit: VaultKit, folder: Path) -> None:
    (folder / "z/base.db").write_bytes(b"SQLite format 3\0" + bytes(5000))
    last = kit.backup(folder)
    assert last.doubtful == frozenset({vault_path(folder / "z")})
    last = kit.backup(folder, changed=after(last, folder / "a"))
    assert (last.scope, last.doubtful) == ("partial", frozenset({vault_path(folder / "z")}))


def test_sources_put_into_one_another_are_no_base(kit: VaultKit, folder: Path) -> None:
    sources = source_of(folder, ["a"]), folder / "a"
    last = kit.backup(*sources)
    assert last.doubtful is None
    assert kit.backup(*sources, changed=Changed(last.snapshot.digest, frozenset())).scope == "full"


def test_a_cache_that_appears_is_left_out(kit: VaultKit, folder: Path) -> None:
    last = kit.backup(folder)
    (folder / "a/b/CACHEDIR.TAG").write_bytes(b"Signature: 8a477f597d28d172789f06886806bc55")
    last = kit.backup(folder, changed=after(last, folder / "a/b"))
    assert (last.scope, last.statistics.files, last.unread) == ("partial", 3, 1)
    assert look(kit.reader(), kit.root(), vault_path(folder / "a/b")) is None


def test_the_names_of_owners_are_kept(kit: VaultKit, folder: Path) -> None:
    def owners(users: set[int], groups: set[int]) -> tuple[dict[int, str], dict[int, str]]:
        return dict.fromkeys(users, "someone"), {}

    last = kit.backup(folder, owners=owners)
    before = last.snapshot.snapshot.owners
    last = kit.backup(folder, changed=after(last), owners=owners)
    assert (last.scope, last.snapshot.snapshot.owners) == ("partial", before)
    assert before


def test_a_vault_that_lost_its_last_tree_is_looked_at_whole(kit: VaultKit, folder: Path) -> None:
    last = kit.backup(folder)
    for name in [o.name for o in kit.store.list("packs")]:
        kit.store.delete(name)
    done = kit.backup(folder, changed=after(last, folder))
    assert done.scope == "full"
    assert kit.verify().ok
