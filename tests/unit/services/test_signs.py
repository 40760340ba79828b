"""What the engine's own runs see of ransomware, and of work that only looks like it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from benchmarks import ransom_tree as made
from cyberlib_client.core.signs import Ending, Signs
from cyberlib_client.services.partial import Changed
from tests.support.vaults import VaultKit, source_of, vault_path

RNG = random.Random("signs")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten folders of five files: a letter, a document, a scan, a note, a file of no known kind."""
    for number in range(10):
        below = tmp_path / "a" / f"dossier {number}"
        below.mkdir(parents=True)
        for kind in ("pdf", "docx", "jpg", "txt"):
            (below / f"acte {number}.{kind}").write_bytes(made.MAKERS[kind][0](RNG))
        (below / f"acte {number}.sav").write_bytes(made.text(RNG, 30))
    return tmp_path / "a"


@pytest.fixture
def kit(folder: Path) -> VaultKit:
    """A vault with a first backup of it."""
    kit = VaultKit(chunking=None)
    first = kit.backup(folder).signs
    assert first.first and first.files == 50 and first.lost == 0
    assert first.learned["sav"] == Ending(10, 0) and first.learned["jpg"].is_even
    return kit


def run(kit: VaultKit, folder: Path, **learned: Ending) -> Signs:
    signs = kit.backup(folder, endings=learned).signs
    assert not signs.first
    return signs


def sealed(path: Path) -> bytes:
    return RNG.randbytes(path.stat().st_size + 16)


def files(folder: Path, kind: str = "*") -> list[Path]:
    return sorted(path for path in folder.rglob(f"*.{kind}") if path.is_file())


def test_files_encrypted_in_place(kit: VaultKit, folder: Path) -> None:
    for path in files(folder):
        path.write_bytes(sealed(path))
    signs = run(kit, folder, sav=Ending(10, 0))
    assert (signs.changed, signs.broken, signs.dense, signs.new, signs.gone) == (50, 30, 20, 0, 0)
    assert signs.changed_new == signs.changed_bytes > 0
    assert signs.endings == {"pdf": 10, "docx": 10, "jpg": 10, "txt": 10, "sav": 10}
    assert run(kit, folder).lost == 0  # told once


def test_folders_that_are_gone_are_counted_to_their_last_file(kit: VaultKit, folder: Path) -> None:
    for number in range(4):
        shutil.rmtree(folder / f"dossier {number}")
    for path in files(folder / "dossier 5"):
        path.unlink()
    signs = run(kit, folder)
    assert (signs.gone, signs.loose_gone, signs.new, signs.files) == (25, 25, 0, 25)


def test_what_a_rule_leaves_out_now_is_not_gone(kit: VaultKit, folder: Path) -> None:
    (folder / "dossier 9" / "acte 9.pdf").unlink()
    result = kit.backup(source_of(folder, ["dossier 1", "*.jpg"]))
    assert result.counts.removed_files == 15
    assert (result.signs.gone, result.signs.loose_gone) == (1, 1)


def test_of_a_kind_that_nobody_knows_nothing_is_said(kit: VaultKit, folder: Path) -> None:
    for path in files(folder, "sav"):
        path.write_bytes(sealed(path))
    assert run(kit, folder).lost == 0


def test_files_replaced_under_another_ending_with_a_note(kit: VaultKit, folder: Path) -> None:
    for path in files(folder):
        path.with_name(path.name + ".locked").write_bytes(sealed(path))
        path.unlink()
        (path.parent / "LIRE.txt").write_bytes(b"Payez. " * 20)
    signs = run(kit, folder)
    assert (signs.replaced, signs.notes, signs.gone) == (50, 10, 50)
    assert (signs.loose_gone, signs.loose_strange) == (0, 0)
    assert signs.endings == {"locked": 50}


def test_files_replaced_under_names_of_chance(kit: VaultKit, folder: Path) -> None:
    for path in files(folder):
        path.with_name(RNG.randbytes(8).hex()).write_bytes(sealed(path))
        path.unlink()
    signs = run(kit, folder)
    assert (signs.replaced, signs.loose_gone, signs.loose_strange) == (50, 0, 0)


def test_files_renamed_alone(kit: VaultKit, folder: Path) -> None:
    for path in files(folder):
        path.rename(path.with_name(path.name + ".wcry"))
    assert run(kit, folder).replaced == 50


def test_encrypted_files_beside_those_they_were_made_of(kit: VaultKit, folder: Path) -> None:
    for path in files(folder, "pdf"):
        path.with_name(path.name + ".crypt").write_bytes(sealed(path))
    assert run(kit, folder).replaced == 10
    for path in files(folder, "docx"):  # what people do themselves, to send them
        path.with_name(path.name + ".gpg").write_bytes(sealed(path))
    assert run(kit, folder).replaced == 0
    for path in files(folder, "docx"):
        path.unlink()
    signs = run(kit, folder)
    assert signs.gone == 10 and len(signs.gone_in) == 10  # for the rules to join with the day before


def test_names_that_came_first_and_deletions_after_are_joined_by_folder(kit: VaultKit, folder: Path) -> None:
    for path in files(folder, "jpg"):
        path.with_name(RNG.randbytes(8).hex()).write_bytes(sealed(path))
    came = run(kit, folder)
    for path in files(folder, "jpg"):
        path.unlink()
    went = run(kit, folder)
    assert came.strange_in == went.gone_in and len(came.strange_in) == 10
    assert came.lost == went.lost == 0


@pytest.mark.parametrize("first", [0, 1])
def test_large_files_of_which_every_other_block_is_encrypted(folder: Path, first: int) -> None:
    large = folder / "grand"
    large.mkdir()
    for number in range(6):
        (large / f"{number}.txt").write_bytes((made.text(RNG, 50) * 800)[: 300_000 + 1000 * number])
    kit = VaultKit(chunking=None)
    kit.backup(folder)
    for path in files(large):
        data = bytearray(path.read_bytes())
        for at in range(first * made.BLOCK, len(data) - made.BLOCK, 2 * made.BLOCK):
            data[at : at + made.BLOCK] = RNG.randbytes(made.BLOCK)
        path.write_bytes(data)
    signs = run(kit, folder)
    assert (signs.changed, signs.dense) == (6, 6)


def test_a_database_that_became_unreadable(kit: VaultKit, folder: Path) -> None:
    (folder / "cabinet.fdb").write_bytes(b"\1" + bytes(200_000))
    learned = kit.backup(folder).signs.learned
    assert learned["fdb"] == Ending(1, 0)
    (folder / "cabinet.fdb").write_bytes(RNG.randbytes(200_001))
    assert run(kit, folder, **learned).databases == 1


def test_ordinary_work_loses_nothing(kit: VaultKit, folder: Path) -> None:
    """Each of these by itself: what would be lost in it is nothing."""
    for path in files(folder, "jpg"):
        path.write_bytes(made.picture(RNG))  # made smaller, in place
    for path in files(folder, "txt"):
        path.write_bytes(made.text(RNG))
    assert run(kit, folder).lost == 0
    for path in files(folder, "docx"):  # another format
        path.with_suffix(".pdf").write_bytes(made.pdf(RNG))
        path.unlink()
    assert run(kit, folder).lost == 0
    for path in files(folder, "jpg"):
        path.rename(path.with_name(f"2024 {path.name}"))
    assert run(kit, folder).lost == 0
    (folder / "dossier 0").rename(folder / "classé")
    assert run(kit, folder).lost == 0
    (folder / "nuage").mkdir()
    for _ in range(30):
        (folder / "nuage" / f"{RNG.randbytes(6).hex()}.c9r").write_bytes(RNG.randbytes(900))
    signs = run(kit, folder)
    assert (signs.lost, signs.loose_strange) == (0, 30)


def test_dumps_that_a_program_encrypts_and_rotates_are_no_loss(kit: VaultKit, folder: Path) -> None:
    for day in range(9):
        (folder / "dossier 0" / f"dump{day}.enc").write_bytes(RNG.randbytes(700))
        if day > 2:
            (folder / "dossier 0" / f"dump{day - 3}.enc").unlink()
        assert run(kit, folder).lost == 0, day
    # Unless what they take the place of is something else.
    for path in files(folder / "dossier 0", "pdf"):
        path.unlink()
    (folder / "dossier 0" / "x.enc").write_bytes(RNG.randbytes(700))
    assert run(kit, folder).replaced == 1


def test_folders_that_are_not_named_are_not_kept_by_their_names(kit: VaultKit, folder: Path) -> None:
    (folder / "dossier 1" / "lettre M.Dupont").write_bytes(b"x" * 300)
    (folder / "dossier 1" / "acte 1.pdf").unlink()
    signs = run(kit, folder)
    told = repr(signs)
    assert "dossier" not in told and "acte" not in told and "dupont" not in told.lower()


def test_a_run_that_looks_only_where_something_changed_sees_the_same(folder: Path) -> None:
    kit = VaultKit(chunking=None)
    base = kit.backup(folder).snapshot.digest
    for path in files(folder / "dossier 4"):
        path.with_name(path.name + ".locked").write_bytes(sealed(path))
        path.unlink()
    looked_into = frozenset({vault_path(folder / "dossier 4")})
    done = kit.backup(folder, changed=Changed(base, looked_into))
    assert done.scope == "partial"
    assert (done.signs.replaced, done.signs.files, done.signs.first) == (5, 50, False)
