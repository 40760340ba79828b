"""The fictitious practice: the same for a seed, full of what backups stumble on, and nobody real in it."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import demo
from cyberlib_client.app.demo.practice import DATABASE, DEEP, INBOX, LETTERS, TEMPLATES

pytestmark = pytest.mark.portable

PAGE = 4096


def contents(root: Path) -> dict[str, str]:
    """Digest of every file below `root`, links named by what they point at."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def rows(database: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as db:
        return db.execute(query).fetchall()


def changed_pages(before: bytes, after: bytes) -> int:
    return sum(before[at : at + PAGE] != after[at : at + PAGE] for at in range(0, len(after), PAGE))


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    root = demo.any_length(tmp_path / "cabinet")
    demo.make_practice(root, size="tiny", seed=7)
    return root


def test_same_seed_same_bytes_before_and_after_a_day(practice: Path, tmp_path: Path) -> None:
    twin = demo.any_length(tmp_path / "jumeau")
    demo.make_practice(twin, size="tiny", seed=7)
    assert contents(twin) == contents(practice)
    assert demo.simulate_day(twin, seed=3) == demo.simulate_day(practice, seed=3)
    assert contents(twin) == contents(practice)


def test_another_seed_gives_another_practice(practice: Path, tmp_path: Path) -> None:
    other = demo.any_length(tmp_path / "autre")
    demo.make_practice(other, size="tiny", seed=8)
    base = DATABASE.as_posix()
    assert contents(other)[base] != contents(practice)[base]


def test_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "thèse.txt").write_text("précieux", encoding="utf-8")
    with pytest.raises(FileExistsError):
        demo.make_practice(tmp_path, size="tiny")
    assert contents(tmp_path).keys() == {"thèse.txt"}


def test_summary_counts_what_is_on_disk(tmp_path: Path) -> None:
    root = demo.any_length(tmp_path / "cabinet")
    made = demo.make_practice(root, size=demo.PracticeSize(400_000, 3, 1))
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert made.files == len(files)
    assert made.bytes == sum(path.stat().st_size for path in files)
    endings = [path.suffix for path in files]
    assert (endings.count(".pdf"), endings.count(".jpg")) == (3, 1)


def test_holds_what_backups_stumble_on(practice: Path) -> None:
    names = [path.relative_to(practice) for path in practice.rglob("*")]
    assert any(len(path.name.encode()) > 200 for path in names)
    assert any(len(str(path)) > 260 for path in names)
    assert any(path.name != unicodedata.normalize("NFC", path.name) for path in names)
    assert any(path.name != unicodedata.normalize("NFD", path.name) for path in names)
    assert any((practice / path).is_file() and (practice / path).stat().st_size == 0 for path in names)
    assert any((practice / path).is_dir() and not any((practice / path).iterdir()) for path in names)
    assert (practice / DEEP).is_dir()
    if sys.platform != "win32":  # where links are a right and a file system's favour
        assert (practice / "Dernières numérisations").is_symlink()
        assert (practice / "Ordonnance du jour.txt").samefile(
            practice / TEMPLATES / "Ordonnance type n°1.txt"
        )


def test_documents_are_what_their_names_say(practice: Path) -> None:
    starts = {".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".sqlite": b"SQLite format 3\x00"}
    seen = set()
    for path in practice.rglob("*.*"):
        if path.suffix in starts and path.is_file():
            assert path.read_bytes().startswith(starts[path.suffix]), path.name
            seen.add(path.suffix)
    assert seen == set(starts)
    letter = next((practice / LETTERS).rglob("*.txt")).read_text(encoding="utf-8")
    assert "Chère consœur" in letter


def test_nobody_in_it_can_be_real(practice: Path) -> None:
    people = rows(practice / DATABASE, "SELECT national_number, phone, email, postcode FROM patients")
    assert len(people) >= 100
    for number, phone, email, postcode in people:
        assert len(number) == 15 and number.isdigit()
        assert number[0] == "9" and number[3:5] == "00"  # neither category nor month exists
        assert int(number[13:]) != 97 - int(number[:13]) % 97
        assert phone.startswith("06 39 98 ") and email.endswith("@example.org") and postcode.startswith("99")


@pytest.mark.parametrize("wanted", [2_000_000, 8_000_000])
def test_database_has_the_size_asked_for(tmp_path: Path, wanted: int) -> None:
    path = tmp_path / "base.sqlite"
    size = demo.create_database(path, bytes_wanted=wanted, seed=1)
    assert size == path.stat().st_size
    assert abs(size - wanted) < 0.15 * wanted
    assert rows(path, "PRAGMA page_size") == [(PAGE,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    with pytest.raises(FileExistsError):
        demo.create_database(path, bytes_wanted=wanted, seed=1)


def test_a_day_changes_scattered_pages_and_adds_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "base.sqlite"
    demo.create_database(path, bytes_wanted=8_000_000, seed=1)
    before = path.read_bytes()
    acts, audit = rows(path, "SELECT (SELECT count(*) FROM acts), (SELECT count(*) FROM audit)")[0]
    done = demo.work_day(path, seed=1)
    after = path.read_bytes()
    assert (done.visits, done.acts, done.corrections) == (30, 120, 200)
    assert rows(path, "SELECT count(*) FROM acts") == [(acts + 120,)]
    assert rows(path, "SELECT count(*) FROM audit")[0][0] > audit + 320
    assert rows(path, f"SELECT count(*) FROM patients WHERE last_seen = '{done.day}'") == [(30,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    # Scattered, but few: a page-wise cut sends a fraction, a megabyte cut nearly everything.
    assert 100 < changed_pages(before, after) < len(after) // PAGE // 4
    megabytes = range(0, len(before), 1 << 20)
    touched = sum(before[at : at + (1 << 20)] != after[at : at + (1 << 20)] for at in megabytes)
    assert touched > len(megabytes) * 0.8


def test_days_follow_one_another_on_working_days(practice: Path) -> None:
    days = [demo.simulate_day(practice, seed=1) for _ in range(6)]
    dates = [day.day for day in days]
    assert dates == sorted(set(dates))
    assert all(day.weekday() < 5 for day in dates)
    new = [path for day in days for path in day.new_files]
    assert len(new) == len(set(new)) and all((practice / path).is_file() for path in new)


def test_a_day_renames_a_folder_and_keeps_its_files(practice: Path) -> None:
    fax = (practice / INBOX / "Fax reçu.txt").read_bytes()
    old, new = demo.simulate_day(practice).renamed
    assert not (practice / old).exists()
    assert (practice / new / "Fax reçu.txt").read_bytes() == fax


def test_edit_rows_edits_that_share_of_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "base.sqlite"
    demo.create_database(path, bytes_wanted=2_000_000, seed=1)
    tables = ("patients", "appointments", "acts", "prescriptions", "letters")
    counts = {name: rows(path, f"SELECT count(*) FROM {name}")[0][0] for name in tables}
    stamps = {name: dict(rows(path, f"SELECT id, updated_at FROM {name}")) for name in tables}
    edited = demo.edit_rows(path, 1, seed=2)
    assert edited == sum(round(count / 100) for count in counts.values())
    different = sum(
        stamps[name][number] != stamp
        for name in tables
        for number, stamp in rows(path, f"SELECT id, updated_at FROM {name}")
    )
    assert different == edited
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_importing_the_generator_loads_no_pdf_library() -> None:
    code = "import sys, cyberlib_client.app.demo; print(sorted({'fpdf', 'PIL'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
