"""Bad input: a sentence saying what happened and what to do, a stable code, the documented exit code, and
nothing lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.faults.disks import mounted_tmpfs
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.restoring import unprivileged
from tests.support.trees import make_tree, told

PLAN = {"Courriers": {"a.txt": b"Chere consoeur,\n", "b.bin": bytes(range(256)) * 4096}}


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Cabinet", PLAN)


def _stored(line: CommandLine) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in line.vault.rglob("*") if p.is_file()}


# --- secrets ---


def test_wrong_passphrase(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    before = _stored(line)
    other = CommandLine(tmp_path / "elsewhere")
    with other.secret("agrafe-horloge-sapin-tunne1"):
        assert other.error("vault", "open", "--at", str(line.vault), "--no-device", code=5) == "wrong_secret"
        assert other.error("snapshots", code=2) == "no_vault"  # nothing half connected
    assert _stored(line) == before


def test_wrong_recovery_words(line: CommandLine, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "elsewhere")
    sheet = tmp_path / "sheet"

    def attempt(words: list[str], code: int) -> str:
        sheet.write_text(" ".join(words), encoding="utf-8")
        sheet.chmod(0o600)
        return other.error(
            "vault", "open", "--at", str(line.vault), "--recovery-file", str(sheet), "--no-device", code=code
        )

    assert attempt(line.words[:-1], 2) == "recovery_words_count"
    assert attempt([*line.words[:-1], "xylophage"], 2) == "recovery_word_unknown"
    assert attempt([*line.words[1:], line.words[0]], 2) == "recovery_words_checksum"
    other_words = CommandLine(tmp_path / "another")
    other_words.make_vault()
    assert attempt(other_words.words, 5) == "wrong_secret"


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("court", "passphrase_short"),
        ("aaaaaaaaaaaaaaaaaa", "passphrase_repeats"),
        ("azertyuiop123456", "passphrase_row"),
        ("MotDePasse2024!", "passphrase_usual"),
    ],
)
def test_weak_passphrases_are_refused(tmp_path: Path, passphrase: str, code: str) -> None:
    line = CommandLine(tmp_path)
    with line.secret(passphrase):
        assert line.error("vault", "create", "--at", str(line.vault), "--no-device", code=2) == code
    assert not (line.vault / "vault").exists()


def test_nobody_to_ask(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    """Without a terminal nothing is asked: the message names the option to give."""
    new = CommandLine(tmp_path / "new")
    done = new("vault", "create", "--at", str(new.vault), "--no-device", code=2)
    assert "--passphrase-file" in done.err
    done = new("vault", "open", "--at", str(line.vault), "--recovery", "--no-device", code=5)
    assert "--recovery-file" in done.err
    with line.secret(PASSPHRASE):
        done = line("key", "add", "passphrase", code=2)
    assert "--new-passphrase-file" in done.err
    line("backup", str(practice))
    done = line("restore", "latest", "--to", str(tmp_path / "out"), "--conflict", "ask", code=2)
    assert "keep-both" in done.err
    (line.profile / "credentials" / "device.json").unlink()
    done = line("backup", str(practice), code=5)
    assert "--passphrase-file" in done.err and "CYBERLIB_PASSPHRASE" in done.err


# --- vaults ---


def test_not_a_vault(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    folder = make_tree(tmp_path / "Photos", {"a.jpg": b"jpg"})
    with line.secret(PASSPHRASE):
        assert line.error("vault", "open", "--at", str(folder), code=2) == "not_a_vault"
        assert line.error("vault", "open", "--at", str(tmp_path / "nowhere"), code=6) == "store_absent"
        assert line.error("vault", "open", "--at", "ftp://server/x", code=2) == "store_kind_unknown"
        assert line.error("vault", "create", "--at", "sftp://host", code=2) == "store_kind_unknown"
        assert line.error("vault", "create", "--at", "https://host", code=2) == "not_enrolled"
        assert line.error("vault", "create", "--at", str(folder), code=2) == "folder_not_empty"
    assert list(told(folder)) == ["a.jpg"]


def test_a_making_that_was_cut_short_is_made_again_at_its_place(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    make_tree(line.vault, {"tmp": {"lettre.txt": b"fictif"}, "slots": {}})
    with line.secret(PASSPHRASE):
        assert line.error("vault", "create", "--at", str(line.vault), code=2) == "folder_not_empty"
    (line.vault / "tmp" / "lettre.txt").rename(line.vault / "tmp" / ("0a" * 16))
    assert len(line.make_vault()) == 24


def test_one_vault_per_place_and_per_profile(line: CommandLine, tmp_path: Path) -> None:
    before = _stored(line)
    assert line.error("vault", "create", "--at", str(tmp_path / "new"), code=2) == "profile_has_vault"
    other = CommandLine(tmp_path / "elsewhere")
    with other.secret(PASSPHRASE):
        assert other.error("vault", "create", "--at", str(line.vault), code=2) == "vault_exists"
        # also when its first object is lost: what is left still opens
        (line.vault / "vault").rename(tmp_path / "moved")
        assert other.error("vault", "create", "--at", str(line.vault), code=2) == "vault_exists"
    (tmp_path / "moved").rename(line.vault / "vault")
    assert _stored(line) == before


def test_vault_of_a_newer_version(line: CommandLine, practice: Path) -> None:
    for path in (line.vault / "vault", *(line.vault / "slots").iterdir()):
        path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":3'))
    before = _stored(line)
    for command in (["snapshots"], ["backup", str(practice)]):
        assert line.error(*command, code=2) == "newer_format"
    assert _stored(line) == before


def test_the_disk_is_not_plugged_in(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    line.vault.rename(tmp_path / "unplugged")
    assert line.error("backup", str(practice), code=6) == "store_absent"
    line.vault.mkdir()  # the empty folder where it would be mounted
    assert line.error("backup", str(practice), code=6) == "vault_absent"
    assert line.error("snapshots", code=6) == "vault_absent"
    assert list(line.vault.iterdir()) == []  # nothing was written beside the disk


def test_another_vault_in_its_place(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "elsewhere")
    other.make_vault()
    shutil.rmtree(line.vault)
    shutil.copytree(other.vault, line.vault)
    with line.secret(PASSPHRASE):  # even if the same passphrase opens it
        assert line.error("backup", str(practice), code=7) == "other_vault_there"


def test_damaged_vault(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    """The files touched are named, the rest restores, and the next backup heals."""
    line("backup", str(practice))
    (practice / "later.bin").write_bytes(os.urandom(300_000))
    line("backup", str(practice))
    latest = max((line.vault / "packs").rglob("*/*"), key=lambda p: p.stat().st_size)
    data = bytearray(latest.read_bytes())
    data[len(data) // 2] ^= 1  # within the new file, by far the largest thing in its pack
    latest.chmod(0o600)
    latest.write_bytes(data)
    found = line.json("verify", "--read-data", code=7)
    assert found["exit"] == 7 and not found["result"]["ok"]
    assert {Path(a["path"]).name for a in found["result"]["affected"]} == {"later.bin"}
    done = line.json("restore", "latest", "--to", str(tmp_path / "out"), code=7)["result"]
    assert [(i["code"], Path(i["path"]).name) for i in done["incidents"]] == [
        ("content_damaged", "later.bin")
    ]
    back = told(restored(tmp_path / "out", practice))
    assert back["Courriers/b.bin"].content == PLAN["Courriers"]["b.bin"]
    assert "later.bin" not in back  # nothing that looks like the file, but is not
    line("backup", str(practice))
    line("restore", "latest", "--to", str(tmp_path / "healed"))
    assert told(restored(tmp_path / "healed", practice)) == told(practice)


def test_a_vault_put_back_to_an_earlier_state_is_noticed(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    line("backup", str(practice))
    shutil.copytree(line.vault, tmp_path / "earlier")
    (practice / "new.txt").write_bytes(b"new")
    line("backup", str(practice))
    shutil.rmtree(line.vault)
    shutil.copytree(tmp_path / "earlier", line.vault)
    assert [n["code"] for n in line.json("snapshots", code=7)["notices"]] == ["snapshot_rollback"]
    assert [p["code"] for p in line.json("verify", code=7)["result"]["problems"]] == ["snapshot_rollback"]
    assert line.json("backup", str(practice), code=7)["result"]["snapshot"]["sequence"] == 2
    line("verify", "--accept-missing", code=7)
    assert line.json("verify")["notices"] == []


def test_a_removed_slot_put_back_is_refused(line: CommandLine, tmp_path: Path) -> None:
    shutil.copytree(line.vault / "slots", tmp_path / "slots")
    with line.secret(PASSPHRASE):
        line("key", "remove", "passphrase")
    shutil.rmtree(line.vault / "slots")
    shutil.copytree(tmp_path / "slots", line.vault / "slots")
    assert line.error("key", "list", code=7) == "slots_rolled_back"


# --- places ---


@pytest.mark.faults
def test_no_space(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    shutil.move(line.vault, tmp_path / "kept")
    with mounted_tmpfs(line.vault, "size=3m"):
        shutil.copytree(tmp_path / "kept", line.vault, dirs_exist_ok=True)
        (practice / "image.bin").write_bytes(os.urandom(8_000_000))
        assert line.error("backup", str(practice), code=1) == "store_full"
        assert len(line.json("snapshots")["items"]) == 1
        assert line.error("restore", "latest", "--to", str(line.vault / "x"), code=2) == "target_in_vault"
        small = tmp_path / "small"
        with mounted_tmpfs(small, "size=100k"):
            done = line("restore", "latest", "--to", str(small / "out"), code=1)
            assert "[target_full]" in done.err
        line("restore", "latest", "--to", str(tmp_path / "out"))


@pytest.mark.skipif(os.name == "nt", reason="rights are not bits there")
def test_no_rights() -> None:
    with unprivileged() as folder:
        mine = CommandLine(folder)
        mine.make_vault()
        make_tree(folder / "Cabinet", PLAN)
        (folder / "Cabinet" / "Courriers" / "a.txt").chmod(0)
        done = mine.json("backup", str(folder / "Cabinet"), code=3)
        assert [(i["code"], i["detail"]) for i in done["result"]["incidents"]] == [
            ("unreadable", "Permission denied")
        ]
        for below in (mine.vault / "packs", *(mine.vault / "packs").iterdir()):
            below.chmod(0o500)  # those below too: a new pack may belong into one that is there
        (folder / "Cabinet" / "new.bin").write_bytes(os.urandom(1000))
        assert mine.error("backup", str(folder / "Cabinet"), code=1) == "store_denied"
        (mine.vault / "packs").chmod(0o700)
        (mine.profile / "settings.toml").chmod(0)
        assert mine.error("snapshots", code=1) == "profile_denied"
