"""Getting files back: all of a tree, parts of it, over what is there, and from a damaged vault."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import Stopped, UsageError
from cyberlib_client.core.events import Incident, Progress
from cyberlib_client.core.ids import KIND_DATA, digest_of
from cyberlib_client.repository.reader import read_pack_footer
from cyberlib_client.services import restore_window
from cyberlib_client.services.restore import Conflict
from tests.support.trees import make_tree, told
from tests.support.vaults import CancelAfter, VaultKit, restored_path, vault_path

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX alone has these")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(
        tmp_path / "a",
        {
            "lettre.txt": b"Bonjour",
            "scans": {
                "un.jpg": os.urandom(5000),
                "deux.jpg": os.urandom(70_000),
                "notes": {"n.txt": b"note"},
            },
            "scans-2024": {"x.pdf": b"pdf"},
            "vide": {},
        },
    )


# ---- everything -----------------------------------------------------------------------------------

file_names = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12).filter(
    lambda n: n not in (".", "..") and len(n.encode()) < 100
)
if sys.platform == "win32":
    file_names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
file_contents = st.one_of(
    st.binary(max_size=200),
    st.builds(lambda seed, n: random.Random(seed).randbytes(n), st.integers(0, 9), st.integers(0, 9000)),
    st.builds(bytes, st.integers(0, 9000)),
)
plans = st.recursive(
    st.dictionaries(file_names, file_contents, max_size=4),
    lambda below: st.dictionaries(file_names, st.one_of(file_contents, below), max_size=4),
    max_leaves=12,
)


@settings(max_examples=25)
@given(plans)
def test_any_tree_comes_back(tmp_path_factory: pytest.TempPathFactory, plan: Mapping[str, Any]) -> None:
    top = tmp_path_factory.mktemp("tree")
    make_tree(top / "a", plan)
    kit = VaultKit()
    kit.backup(top / "a")
    result = kit.restore(top / "out")
    assert (result.failed, result.incidents) == (0, [])
    assert told(restored_path(top / "out", top / "a")) == told(top / "a")
    assert kit.verify().ok


def test_counts(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    result = kit.restore(tmp_path / "out")
    assert (result.files, result.bytes, result.failed, result.skipped) == (5, 75_014, 0, 0)
    assert result.directories == 4 + vault_path(folder).count(b"/"), "and those that lead there"


def test_every_snapshot_as_it_was(kit: VaultKit, tmp_path: Path) -> None:
    states = []
    for number in range(4):
        make_tree(tmp_path / "a", {f"f{number}": os.urandom(3000), "same": b"%d" % number})
        kit.backup(tmp_path / "a")
        states.append(told(tmp_path / "a"))
    for number, stored in enumerate(kit.snapshots().items):
        kit.restore(tmp_path / f"{number}", stored.id)
        assert told(restored_path(tmp_path / f"{number}", tmp_path / "a")) == states[number]


def test_more_chunks_than_fit_in_memory_at_once(
    kit: VaultKit, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.backup(folder)
    for most in (1, 7):
        monkeypatch.setattr(restore_window, "MOST_CHUNKS", most)
        result = kit.restore(tmp_path / f"{most}")
        assert (result.files, result.failed) == (5, 0)
        assert told(restored_path(tmp_path / f"{most}", folder)) == told(folder)


def test_the_same_content_many_times(kit: VaultKit, tmp_path: Path) -> None:
    page = os.urandom(4096)
    plan = {"base.db": page * 40 + bytes(4096 * 10) + page, "copy.db": page * 3, "one": page, "two": page}
    make_tree(tmp_path / "a", plan)
    kit.backup(tmp_path / "a")
    assert kit.restore(tmp_path / "out").failed == 0
    assert told(restored_path(tmp_path / "out", tmp_path / "a")) == told(tmp_path / "a")


# ---- parts ----------------------------------------------------------------------------------------


def test_one_folder(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    result = kit.restore(tmp_path / "out", paths=[vault_path(folder / "scans")])
    assert result.files == 3
    back = restored_path(tmp_path / "out", folder)
    assert [p.name for p in back.iterdir()] == ["scans"]
    assert told(back / "scans") == told(folder / "scans")


def test_one_file(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    result = kit.restore(tmp_path / "out", paths=[vault_path(folder / "scans" / "notes" / "n.txt")])
    assert (result.files, result.bytes) == (1, 4)
    back = told(restored_path(tmp_path / "out", folder))
    assert [path for path, item in back.items() if item.kind == "file"] == ["scans/notes/n.txt"]


@pytest.mark.parametrize(
    "chosen",
    [
        ["scans", "scans/notes"],
        ["scans/notes", "scans"],
        ["scans", "scans"],
        ["scans/notes/n.txt", "scans/un.jpg", "scans/deux.jpg", "scans/notes"],
        ["scans", "scans-2024", "scans/un.jpg"],
        ["", "scans"],
    ],
)
def test_overlapping_choices_come_back_once(
    kit: VaultKit, folder: Path, tmp_path: Path, chosen: list[str]
) -> None:
    kit.backup(folder)
    result = kit.restore(tmp_path / "out", paths=[vault_path(folder / name) for name in chosen])
    assert (result.kept_both, result.failed, result.incidents) == (0, 0, [])
    back = told(restored_path(tmp_path / "out", folder))
    original = told(folder)
    wanted = {p for p in original if any(not c or p == c or p.startswith(c + "/") for c in chosen)}
    assert {path for path, item in back.items() if item.kind == "file"} == {
        path for path in wanted if original[path].kind == "file"
    }


def test_spellings_of_a_path(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    path = vault_path(folder / "scans")
    for number, spelled in enumerate((path, path + b"/", path.replace(b"/", b"//"), path[1:])):
        assert kit.restore(tmp_path / f"{number}", paths=[spelled]).files == 3
    assert kit.restore(tmp_path / "all", paths=[b"/"]).files == 5


def test_what_is_not_there_is_told_before_anything_is_written(
    kit: VaultKit, folder: Path, tmp_path: Path
) -> None:
    kit.backup(folder)
    for wrong in (b"absent", b"lettre.txt/x", b"scans/un.jpg/y", b"scans/absent"):
        with pytest.raises(UsageError) as refused:
            kit.restore(
                tmp_path / "out", paths=[vault_path(folder / "scans"), vault_path(folder) + b"/" + wrong]
            )
        assert refused.value.code == "path_not_in_snapshot"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("patterns", "files"),
    [
        (["*.jpg"], {"scans/un.jpg", "scans/deux.jpg"}),
        (["n.txt", "*.pdf"], {"scans/notes/n.txt", "scans-2024/x.pdf"}),
        (["*/scans/*"], {"scans/un.jpg", "scans/deux.jpg", "scans/notes/n.txt"}),
        (["lettre.???"], {"lettre.txt"}),
    ],
)
def test_include(kit: VaultKit, folder: Path, tmp_path: Path, patterns: list[str], files: set[str]) -> None:
    kit.backup(folder)
    result = kit.restore(tmp_path / "out", include=patterns)
    back = told(restored_path(tmp_path / "out", folder))
    ways = {above.as_posix() for path in files for above in Path(path).parents} - {"."}
    assert set(back) == files | ways, "no directory but those on the way"
    assert result.files == len(files)
    assert result.directories == len(ways) + vault_path(folder).count(b"/")


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("Dupont [IRM].txt", {"Dupont [IRM].txt"}),
        ("*/Dupont [I*", {"Dupont [IRM].txt"}),
        ("Dupont [!a].txt", {"Dupont [!a].txt"}),
        ("*].txt", {"Dupont [IRM].txt", "Dupont [!a].txt"}),
    ],
)
def test_brackets_of_a_name_are_no_pattern(
    kit: VaultKit, tmp_path: Path, pattern: str, names: set[str]
) -> None:
    """A patient's name with brackets, given as it is, must not bring back another patient's file."""
    files = ("Dupont [IRM].txt", "Dupont I.txt", "Dupont R.txt", "Dupont [!a].txt")
    folder = make_tree(tmp_path / "a", {name: name.encode() for name in files})
    kit.backup(folder)
    kit.restore(tmp_path / "out", include=[pattern])
    assert set(told(restored_path(tmp_path / "out", folder))) == names


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(
            "*.JPG", marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows ignores case")
        ),
        "scans",
        "*/scans",
        "*.tif",
    ],
)
@pytest.mark.parametrize("dry", [False, True])
def test_include_that_matches_nothing_makes_nothing(
    kit: VaultKit, folder: Path, tmp_path: Path, pattern: str, dry: bool
) -> None:
    kit.backup(folder)
    with pytest.raises(UsageError) as refused:
        kit.restore(tmp_path / "out", include=[pattern], dry_run=dry)
    assert refused.value.code == "include_matches_nothing"
    assert not (tmp_path / "out").exists()


# ---- over what is there ---------------------------------------------------------------------------


@pytest.fixture
def standing(kit: VaultKit, folder: Path, tmp_path: Path) -> Path:
    """A restored tree in which somebody changed two files and removed one."""
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    back = restored_path(tmp_path / "out", folder)
    (back / "lettre.txt").write_bytes(b"changed")
    (back / "scans" / "deux.jpg").write_bytes(b"changed")
    (back / "scans" / "un.jpg").unlink()
    return back


def test_keep_both(kit: VaultKit, standing: Path, folder: Path, tmp_path: Path) -> None:
    result = kit.restore(tmp_path / "out")
    assert (standing / "lettre.txt").read_bytes() == b"changed"
    contents = [p.read_bytes() for p in standing.iterdir() if p.name.startswith("lettre")]
    assert sorted(contents) == [b"Bonjour", b"changed"]
    assert (result.files, result.kept_both, result.identical) == (3, 2, 2)
    assert (standing / "scans" / "un.jpg").read_bytes() == (folder / "scans" / "un.jpg").read_bytes()


def test_skip(kit: VaultKit, standing: Path, folder: Path, tmp_path: Path) -> None:
    result = kit.restore(tmp_path / "out", conflict=Conflict.SKIP)
    assert (result.files, result.skipped, result.kept_both) == (1, 4, 0)
    assert (standing / "lettre.txt").read_bytes() == b"changed"
    assert (standing / "scans" / "un.jpg").exists()


def test_replace(kit: VaultKit, standing: Path, folder: Path, tmp_path: Path) -> None:
    result = kit.restore(tmp_path / "out", conflict=Conflict.REPLACE)
    assert (result.files, result.replaced, result.identical) == (3, 2, 2)
    assert (result.skipped, result.kept_both, result.failed) == (0, 0, 0)
    assert told(standing) == told(folder)


def test_ask(kit: VaultKit, standing: Path, folder: Path, tmp_path: Path) -> None:
    asked = []

    def ask(question: Any) -> Conflict:
        asked.append(question.path.rpartition("/")[2])
        return Conflict.REPLACE if question.path.endswith("lettre.txt") else Conflict.SKIP

    result = kit.restore(tmp_path / "out", conflict=Conflict.ASK, ask=ask)
    assert sorted(asked) == ["deux.jpg", "lettre.txt"], "about what differs alone"
    assert (result.files, result.skipped, result.replaced, result.identical) == (2, 1, 1, 2)
    assert (standing / "lettre.txt").read_bytes() == b"Bonjour"
    assert (standing / "scans" / "deux.jpg").read_bytes() == b"changed"


# ---- only to see ----------------------------------------------------------------------------------


def test_a_dry_run_counts_and_writes_nothing(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    if sys.platform != "win32":
        (folder / "lien").symlink_to("lettre.txt")
    kit.backup(folder)
    dry = kit.restore(tmp_path / "out", dry_run=True)
    assert not (tmp_path / "out").exists()
    real = kit.restore(tmp_path / "out")
    for count in ("files", "others", "bytes", "directories", "failed"):
        assert getattr(dry, count) == getattr(real, count), count
    some = kit.restore(tmp_path / "x", dry_run=True, paths=[vault_path(folder / "scans")], include=["*.jpg"])
    assert (some.files, some.bytes) == (2, 75_000)


def test_progress(kit: VaultKit, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    moments = iter(range(10**6))
    monkeypatch.setattr(time, "monotonic", lambda: next(moments))
    kit.backup(folder)
    kit.restore(tmp_path / "out")
    seen = [e for e in kit.events if isinstance(e, Progress)]
    assert (seen.pop().phase, {p.phase for p in seen}) == ("sync", {"restore"})
    assert all(p.files_total == 5 and p.bytes_total == 75_014 for p in seen)
    assert [p.bytes_done for p in seen] == sorted(p.bytes_done for p in seen)
    assert 0 < seen[-1].bytes_done <= 75_014


# ---- stopping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 3, 8])
def test_stopped(kit: VaultKit, folder: Path, tmp_path: Path, after: int) -> None:
    """Whole files or none, and nothing half written."""
    kit.backup(folder)
    with pytest.raises(Stopped):
        kit.restore(tmp_path / "out", cancel=CancelAfter(after))
    original = told(folder)
    back = restored_path(tmp_path / "out", folder)
    for path, item in (told(back) if back.exists() else {}).items():
        if item.kind == "file":
            assert item.content == original[path].content
    assert kit.restore(tmp_path / "out", conflict=Conflict.SKIP).failed == 0
    assert {p: i.content for p, i in told(back).items()} == {p: i.content for p, i in original.items()}


# ---- from a damaged vault -------------------------------------------------------------------------


def spoil(kit: VaultKit, name: str, start: int, length: int) -> None:
    data = bytearray(kit.store.objects[name])
    for at in range(start, start + length):
        data[at] ^= 0xFF
    kit.store.objects[name] = bytes(data)


@pytest.fixture
def layered(kit: VaultKit, tmp_path: Path) -> Path:
    """Four runs, a file each, and one file that has something in every pack."""
    folder = tmp_path / "a"
    source = random.Random(1)
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}").write_bytes(source.randbytes(3000))
        with (folder / "grows").open("ab") as file:
            file.write(source.randbytes(5000))
        kit.backup(folder)
    return folder


def lost(kit: VaultKit) -> set[str]:
    return {e.path.rpartition("/")[2] for e in kit.events if isinstance(e, Incident)}


def test_one_damaged_pack_costs_its_files(kit: VaultKit, layered: Path, tmp_path: Path) -> None:
    original = told(layered)
    packs = sorted(name for name in kit.store.objects if name.startswith("packs/"))
    assert len(packs) == 4
    whole = dict(kit.store.objects)
    costs = set()
    for number, pack in enumerate(packs):
        kit.store.objects = dict(whole)
        info = read_pack_footer(kit.store, kit.open().keys, digest_of(pack), len(whole[pack]))
        (data,) = (s for s in info.segments if s.kind == KIND_DATA)
        spoil(kit, pack, data.offset + 50, 50)
        result = kit.restore(tmp_path / f"{number}")
        files = lost(kit)
        assert result.failed == len(files) == 2
        assert "grows" in files
        back = told(restored_path(tmp_path / f"{number}", layered))
        assert back == {path: item for path, item in original.items() if path not in files}
        costs |= files
    assert costs == set(original)


def test_a_missing_pack_costs_its_files(kit: VaultKit, layered: Path, tmp_path: Path) -> None:
    """Also the folder it described: then what lies elsewhere of the snapshot comes back."""
    original = told(layered)
    newest = kit.snapshots().items[-1].id
    whole = dict(kit.store.objects)
    for number, pack in enumerate(sorted(name for name in whole if name.startswith("packs/"))):
        kit.store.objects = {name: data for name, data in whole.items() if name != pack}
        result = kit.restore(tmp_path / f"{number}", newest)
        assert result.failed
        back = restored_path(tmp_path / f"{number}", layered)
        restored = told(back) if back.exists() else {}
        assert all(original[path] == item for path, item in restored.items())
        assert set(original) - set(restored) == lost(kit) & set(original) or not restored


def test_a_damaged_folder_costs_what_is_in_it(kit: VaultKit, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "a", {"x": b"x", "sub": {"y": b"y", "z": {"w": b"w"}}})
    kit.backup(folder)
    make_tree(folder / "other", {"new": b"new"})
    kit.backup(folder)
    # The first pack holds the node of "sub", unchanged since; the second all that leads there.
    first = next(n for n in kit.store.objects if n.startswith("packs/"))
    kit.store.delete(first)
    for number, request in enumerate(
        ({}, {"include": ["*"]}, {"paths": [vault_path(folder)]}, {"dry_run": True})
    ):
        result = kit.restore(tmp_path / f"{number}", **request)  # type: ignore[arg-type]
        assert result.failed >= 1
        assert "sub" in lost(kit)
        if not request.get("dry_run"):
            assert (restored_path(tmp_path / f"{number}", folder) / "other" / "new").read_bytes() == b"new"


def test_a_root_that_is_lost_has_a_name(kit: VaultKit, tmp_path: Path) -> None:
    """Its path in the vault is "/": an incident without one tells nobody what was not restored."""
    kit.backup(make_tree(tmp_path / "a", {"x": b"x"}))
    kit.store.delete(next(n for n in kit.store.objects if n.startswith("packs/")))
    assert kit.restore(tmp_path / "out").failed == 1
    assert [e.path for e in kit.events if isinstance(e, Incident)] == ["/"]
    assert {a.path for a in kit.verify().affected} == {b"/"}


def test_without_any_index_everything_comes_back(kit: VaultKit, layered: Path, tmp_path: Path) -> None:
    for name in list(kit.store.objects):
        if name.startswith("index/"):
            kit.store.delete(name)
    assert kit.restore(tmp_path / "out").failed == 0
    assert told(restored_path(tmp_path / "out", layered)) == told(layered)


def test_restoring_changes_nothing_in_the_vault(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    kit.backup(folder)
    before = dict(kit.store.objects)
    kit.restore(tmp_path / "out")
    assert kit.store.objects == before


def test_what_is_told_names_whole_paths_below_a_drive_too(folder: Path, tmp_path: Path) -> None:
    """`base` stands for a drive: a reason is found by the path that was asked for."""
    kit = VaultKit()
    kit.backup(folder)
    letter = folder / "lettre.txt"
    letter.write_bytes(b"autre")
    told: list[tuple[bytes, str]] = []
    kit.restore(
        tmp_path, base=vault_path(tmp_path), paths=[vault_path(letter)],
        each=lambda path, outcome: told.append((path, outcome)),
    )  # fmt: skip
    assert told == [(vault_path(letter), "kept_both")]
    assert [(i.code, i.path) for i in kit.events if isinstance(i, Incident)] == [
        ("kept_both", vault_path(letter).decode())
    ]
    assert sorted(each.read_bytes() for each in folder.glob("lettre*")) == [b"Bonjour", b"autre"]
