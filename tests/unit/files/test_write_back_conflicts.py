"""A name that is taken, by the user or by another item: nothing that was there is lost, nothing is silent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.events import Incident
from cyberlib_client.files.restore_names import MACOS, WINDOWS
from cyberlib_client.files.write_back import Conflict, Outcome, Question, Target
from tests.support.restoring import FOLDER, META, Start


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """A target in which the user has a file and a folder already."""
    target = tmp_path / "target"
    (target / "folder").mkdir(parents=True)
    (target / "folder" / "own.txt").write_bytes(b"own")
    (target / "lettre.txt").write_bytes(b"old")
    return target


def test_by_default_both_are_kept(start: Start, there: Path) -> None:
    restore = start()
    assert restore.file(b"lettre.txt") is Outcome.KEPT_BOTH
    assert restore.file(b"lettre.txt", b"again") is Outcome.KEPT_BOTH
    long = restore.long(b"lettre.txt", 4)
    long.pwrite(0, b"long")
    assert long.finish() is Outcome.KEPT_BOTH
    assert {name: data for name, data in restore.listing().items() if "lettre" in name} == {
        "lettre.txt": b"old",
        "lettre (CyberLib 2026-11-22).txt": b"new",
        "lettre (CyberLib 2026-11-22 2).txt": b"again",
        "lettre (CyberLib 2026-11-22 3).txt": b"long",
    }
    assert restore.incidents[0] == Incident("kept_both", "/lettre.txt", "lettre (CyberLib 2026-11-22).txt")


def test_replace(start: Start, there: Path) -> None:
    restore = start(conflict=Conflict.REPLACE)
    assert restore.file(b"lettre.txt") is Outcome.REPLACED
    assert restore.listing()["lettre.txt"] == b"new"
    long = restore.long(b"lettre.txt", 4)
    assert long.pwrite(0, b"lo")
    assert (there / "lettre.txt").read_bytes() == b"new"  # until the other one is whole
    long.pwrite(2, b"ng")
    assert long.finish() is Outcome.REPLACED
    assert restore.listing() == {"folder": None, "folder/own.txt": b"own", "lettre.txt": b"long"}


def test_a_failed_replacement_leaves_the_old_one(start: Start, there: Path) -> None:
    restore = start(conflict=Conflict.REPLACE)
    long = restore.long(b"lettre.txt", 4)
    long.pwrite(0, b"lo")
    with pytest.raises(IntegrityError):
        long.finish()
    assert restore.listing() == {"folder": None, "folder/own.txt": b"own", "lettre.txt": b"old"}


def test_skip(start: Start, there: Path) -> None:
    restore = start(conflict=Conflict.SKIP)
    before = restore.listing()
    assert restore.file(b"lettre.txt") is Outcome.SKIPPED
    assert restore.target.begin_file(restore.root, b"lettre.txt", 4, META) is Outcome.SKIPPED
    assert restore.target.open_directory(restore.root, b"lettre.txt", FOLDER) is Outcome.SKIPPED
    assert restore.file(b"folder") is Outcome.SKIPPED
    assert restore.listing() == before
    assert restore.file(b"missing.txt") is Outcome.WRITTEN


def test_a_file_that_appears_while_a_long_one_is_written_is_a_conflict_too(start: Start) -> None:
    restore = start()
    file = restore.long(b"f.txt", 3)
    file.pwrite(0, b"new")
    (restore.path / "f.txt").write_bytes(b"user")
    assert file.finish() is Outcome.KEPT_BOTH
    assert restore.listing() == {"f.txt": b"user", "f (CyberLib 2026-11-22).txt": b"new"}


def test_ask(start: Start, there: Path) -> None:
    asked: list[Question] = []
    answers = iter([Conflict.SKIP, Conflict.REPLACE, Conflict.KEEP_BOTH])

    def ask(question: Question) -> Conflict:
        asked.append(question)
        return next(answers)

    restore = start(conflict=Conflict.ASK, ask=ask)
    assert restore.file(b"free.txt") is Outcome.WRITTEN
    assert restore.file(b"lettre.txt") is Outcome.SKIPPED
    assert restore.file(b"lettre.txt") is Outcome.REPLACED
    file = restore.long(b"lettre.txt", 1)  # asked before its content is fetched, and once
    assert len(asked) == 3
    file.pwrite(0, b"1")
    assert file.finish() is Outcome.KEPT_BOTH
    assert asked[0] == Question("/lettre.txt", False, 3, asked[0].mtime_ns)
    assert len(asked) == 3


def test_ask_needs_somebody(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="ASK"):
        Target(str(tmp_path / "t"), conflict=Conflict.ASK)


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.SKIP])
def test_an_existing_folder_is_entered_and_keeps_what_is_in_it(
    start: Start, there: Path, conflict: Conflict
) -> None:
    before = (there / "folder").stat().st_mtime_ns
    restore = start(conflict=conflict)
    folder = restore.folder(b"folder")
    restore.file(b"f", b"f", folder)
    restore.target.finish_directory(folder, FOLDER)
    assert restore.listing() == {
        "folder": None,
        "folder/f": b"f",
        "folder/own.txt": b"own",
        "lettre.txt": b"old",
    }
    after = (there / "folder").stat().st_mtime_ns
    assert after >= before if conflict is Conflict.SKIP else after == FOLDER.mtime_ns
    assert restore.incidents == []


def test_a_folder_where_the_user_has_a_file(start: Start, there: Path) -> None:
    restore = start()
    restore.file(b"f", b"f", restore.folder(b"lettre.txt"))
    assert restore.listing() == {
        "folder": None,
        "folder/own.txt": b"own",
        "lettre (CyberLib 2026-11-22).txt": None,
        "lettre (CyberLib 2026-11-22).txt/f": b"f",
        "lettre.txt": b"old",
    }


def test_a_folder_takes_the_name_of_a_file_only_by_setting_it_aside(start: Start, there: Path) -> None:
    restore = start(conflict=Conflict.REPLACE)
    restore.file(b"f", b"f", restore.folder(b"lettre.txt"))
    restore.file(b"folder", b"now a file")
    assert restore.listing() == {
        "folder": b"now a file",
        "folder (CyberLib 2026-11-22)": None,
        "folder (CyberLib 2026-11-22)/own.txt": b"own",
        "lettre (CyberLib 2026-11-22).txt": b"old",
        "lettre.txt": None,
        "lettre.txt/f": b"f",
    }
    assert restore.told() == ["set_aside"] * 2


# Names


@pytest.mark.parametrize("name", [b"", b".", b"..", b"../x", b"a/b", b"/etc", b"a\0b"])
def test_a_hostile_name_is_refused_by_every_door(start: Start, name: bytes) -> None:
    restore = start()
    target, root = restore.target, restore.root
    restore.file(b"first")
    doors: list[Callable[[], object]] = [
        lambda: target.open_directory(root, name, FOLDER),
        lambda: target.write_small(root, name, b"x", META),
        lambda: target.begin_file(root, name, 1, META),
        lambda: target.symlink(root, name, b"first", META),
        lambda: target.hard_link(root, b"first", root, name),
        lambda: target.hard_link(root, name, root, b"second"),
        lambda: target.fifo(root, name, META),
    ]
    for door in doors:
        with pytest.raises(IntegrityError, match="hostile_name"):
            door()
    assert restore.listing() == {"first": b"new"}


@pytest.mark.parametrize("link", [b"", b"a\0b"])
def test_a_link_that_says_nothing_is_refused(start: Start, link: bytes) -> None:
    restore = start()
    with pytest.raises(IntegrityError, match="bad_link"):
        restore.target.symlink(restore.root, b"l", link, META)


def test_names_that_the_system_cannot_hold_are_changed_and_told(start: Start) -> None:
    restore = start(rules=WINDOWS)
    names = [b"12:30.txt", b"NUL", b"..\\..\\evil", b"caf\xe9", b"fin. "]
    for name in names:
        assert restore.file(name, name) is Outcome.WRITTEN
    assert sorted(restore.listing().values(), key=str) == sorted(names, key=str)
    assert sorted(restore.listing()) == sorted(["12‛：30.txt", "‛_NUL", "..‛＼..‛＼evil", "caf‛E9", "fin.‛␠"])
    assert restore.incidents[0] == Incident("name_changed", "/12:30.txt", "12‛：30.txt")
    assert len(restore.incidents) == len(names)


@pytest.mark.parametrize("conflict", [Conflict.KEEP_BOTH, Conflict.REPLACE, Conflict.SKIP])
def test_names_that_mean_the_same_here_do_not_meet(start: Start, conflict: Conflict) -> None:
    restore = start(rules=MACOS, conflict=conflict)
    for name, data in (("Lettre.txt", b"1"), ("lettre.txt", b"2"), ("LETTRE.TXT", b"3")):
        assert restore.file(name.encode(), data) is Outcome.WRITTEN
    composed, decomposed = restore.folder("été".encode()), restore.folder("e\u0301te\u0301".encode())
    restore.file(b"f", b"c", composed)
    restore.file(b"f", b"d", decomposed)
    assert restore.listing() == {
        "Lettre.txt": b"1",
        "lettre (2).txt": b"2",
        "LETTRE (3).TXT": b"3",
        "été": None,
        "été/f": b"c",
        "e\u0301te\u0301 (2)": None,
        "e\u0301te\u0301 (2)/f": b"d",
    }
    assert set(restore.told()) == {"name_changed"}


def test_this_very_system_keeps_every_name_it_can(start: Start) -> None:
    names = ["Ordonnance n° 12 (copie).pdf", "ё", "日本語：？.txt", "%3A%20", ".caché", "x" * 255, "~$a.docx"]
    restore = start()
    for name in names:
        restore.file(name.encode(), b"")
    assert sorted(restore.listing()) == sorted(names)
    assert restore.incidents == []


def test_hard_links(start: Start, there: Path) -> None:
    restore = start()
    folder = restore.folder(b"new")
    restore.file(b"lettre.txt")  # got another name: the link must go to that file, not to the user's
    assert restore.target.hard_link(restore.root, b"lettre.txt", folder, b"second") is Outcome.WRITTEN
    assert restore.target.hard_link(restore.root, b"lettre.txt", folder, b"second") is Outcome.KEPT_BOTH
    assert (there / "new" / "second").read_bytes() == b"new"
    assert (there / "new" / "second").samefile(there / "lettre (CyberLib 2026-11-22).txt")
    assert (there / "lettre.txt").stat().st_nlink == 1


def test_replacing_a_hard_link_by_itself(start: Start) -> None:
    restore = start(conflict=Conflict.REPLACE)
    restore.file(b"a", b"same")
    restore.target.hard_link(restore.root, b"a", restore.root, b"b")
    assert restore.target.hard_link(restore.root, b"a", restore.root, b"b") is Outcome.REPLACED
    assert restore.listing() == {"a": b"same", "b": b"same"}
