"""Bad input: a sentence saying what happened and what to do, a stable code, the documented exit code, and
nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from cyberlib_client.system import this_system
from tests.faults.disks import mounted_tmpfs
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.trees import make_tree, told
from tests.unit.files.restoring import unprivileged

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
    done = new("vault", "open", "--at", str(line.vault), "--recovery", "--no-device", code=2)
    assert "--recovery-file" in done.err
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
        assert line.error("vault", "open", "--at", "s3://bucket/x", code=2) == "store_kind_unknown"
        assert line.error("vault", "create", "--at", "https://host", code=2) == "store_kind_unknown"
        assert line.error("vault", "create", "--at", str(folder), code=2) == "folder_not_empty"
    assert list(told(folder)) == ["a.jpg"]


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
        path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))
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
    data[200] ^= 1
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
    assert [n["code"] for n in line.json("snapshots")["notices"]] == ["snapshot_rollback"]
    assert [p["code"] for p in line.json("verify", code=7)["result"]["problems"]] == ["snapshot_rollback"]
    assert line.json("backup", str(practice), code=7)["result"]["snapshot"]["sequence"] == 2
    line("verify", "--accept-missing", code=7)
    assert line.json("verify")["notices"] == []


def test_a_removed_slot_put_back_is_refused(line: CommandLine, tmp_path: Path) -> None:
    shutil.copytree(line.vault / "slots", tmp_path / "slots")
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
        (mine.vault / "packs").chmod(0o500)
        (folder / "Cabinet" / "new.bin").write_bytes(os.urandom(1000))
        assert mine.error("backup", str(folder / "Cabinet"), code=1) == "store_denied"
        (mine.vault / "packs").chmod(0o700)
        (mine.profile / "settings.toml").chmod(0)
        assert mine.error("snapshots", code=1) == "profile_denied"


# --- sources ---


def test_source_inside_the_vault(line: CommandLine, tmp_path: Path) -> None:
    assert line.error("backup", str(line.vault), code=2) == "source_in_vault"
    assert line.error("backup", str(line.vault / "packs"), code=2) == "source_in_vault"
    if os.name != "nt":
        (tmp_path / "link").symlink_to(line.vault)
        assert line.error("backup", str(tmp_path / "link"), code=2) == "source_in_vault"
    assert line.json("snapshots")["items"] == []


def test_a_vault_inside_a_source_is_left_out(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(tmp_path))
    names = {
        Path(e["path"]).relative_to(tmp_path).parts[0] for e in line.json("ls", f"latest:{tmp_path}")["items"]
    }
    assert "Cabinet" in names and "vault" not in names
    inside = {Path(e["path"]).name for e in line.json("ls", f"latest:{line.profile}")["items"]}
    assert "settings.toml" in inside and not inside & {"credentials", "state"}


def test_vanished_source(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    gone = make_tree(tmp_path / "USB", {"x.txt": b"x"})
    line("sources", "add", str(practice))
    line("sources", "add", str(gone))
    line("backup")
    shutil.rmtree(gone)
    done = line.json("backup", code=3)
    assert [i["code"] for i in done["result"]["incidents"]] == ["source_missing"]
    shutil.rmtree(practice)
    assert line.error("backup", code=1) == "sources_missing"
    assert len(line.json("snapshots")["items"]) == 2
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", practice))["Courriers/a.txt"].content == b"Chere consoeur,\n"


def test_sources_that_make_no_sense(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    assert line.error("sources", "add", str(tmp_path / "nowhere"), code=2) == "source_absent"
    assert line.error("sources", "add", str(practice), "--exclude", "a[", code=2) == "bad_pattern"
    line("sources", "add", str(practice))
    assert line.error("sources", "add", str(practice), code=2) == "source_known"
    assert line.error("sources", "remove", str(tmp_path), code=2) == "source_unknown"
    assert line.error("backup", "", code=2) == "bad_path"
    assert line.error("backup", str(practice), "--exclude", "#x", code=2) == "bad_pattern"


# --- restoring ---


def test_restore_over_existing_files(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    to = tmp_path / "out"
    line("restore", "latest", "--to", str(to))
    mine = restored(to, practice) / "Courriers" / "a.txt"
    mine.write_bytes(b"mine")
    folder = mine.parent
    assert line.json("restore", "latest", "--to", str(to), "--conflict", "skip")["result"]["skipped"] == 2
    assert mine.read_bytes() == b"mine"
    line("restore", "latest", "--to", str(to))  # keeps both
    assert mine.read_bytes() == b"mine"
    kept = [p for p in folder.glob("a*.txt") if p != mine]
    assert [p.read_bytes() for p in kept] == [b"Chere consoeur,\n"]
    line("restore", "latest", "--to", str(to), "--conflict", "replace")
    assert mine.read_bytes() == b"Chere consoeur,\n"


def test_what_is_not_there(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    assert line.error("ls", "latest", code=2) == "no_snapshot"
    line("backup", str(practice))
    assert line.error("ls", "ffffffff", code=2) == "snapshot_unknown"
    assert line.error("ls", "latest:/nowhere", code=2) == "path_not_in_snapshot"
    assert line.error("versions", "/nowhere", code=2) == "path_not_in_snapshot"
    assert line.error("cat", f"latest:{practice}", code=2) == "not_a_file"
    assert (
        line.error("restore", "latest:/nowhere", "--to", str(tmp_path / "o"), code=2)
        == "path_not_in_snapshot"
    )
    two = ["latest", "0123"]
    assert line.error("restore", *two, "--to", str(tmp_path / "o"), code=2) == "one_snapshot"
    line("backup", str(practice))
    assert line.error("key", "remove", "nobody", code=2) == "slot_unknown"
    line("key", "remove", "passphrase")
    assert line.error("key", "remove", "recovery", code=2) == "slot_last"


# --- settings ---


def test_damaged_settings_are_never_replaced(line: CommandLine, practice: Path) -> None:
    settings = line.profile / "settings.toml"
    for broken in (b"[vault\n", b'colour = "blue"\n', b"\xff\xfe"):
        settings.write_bytes(broken)
        for command in (["snapshots"], ["sources", "add", str(practice)], ["vault", "create", "--at", "x"]):
            assert line.error(*command, code=1) == "settings_damaged"
        assert settings.read_bytes() == broken


# --- two at once ---


def test_two_runs_at_once(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    with this_system().process_lock(str(line.profile / "lock")):
        for command in (
            ["backup", str(practice)],
            ["sources", "add", str(practice)],
            ["key", "add", "recovery"],
        ):
            done = line(*command, code=8)
            assert "[profile_busy]" in done.err and str(os.getpid()) in done.err
        # What only reads is never held up.
        line("snapshots")
        line("restore", "latest", "--to", str(tmp_path / "out"))
        line("verify")
    line("backup", str(practice))


@pytest.mark.skipif(sys.platform != "linux", reason="stops a process where it stands")
def test_two_real_backups_at_once(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Images", {"image.bin": os.urandom(60_000_000)})
    lock = line.profile / "lock"
    with line.start("backup", str(folder)) as first:
        while first.poll() is None and (
            not lock.exists() or str(first.pid).encode() not in lock.read_bytes()
        ):
            time.sleep(0.001)
        os.kill(first.pid, signal.SIGSTOP)
        assert first.poll() is None, "the first backup ended before the second could begin"
        try:
            done = line("backup", str(folder), code=8)
            assert str(first.pid) in done.err
        finally:
            os.kill(first.pid, signal.SIGCONT)
        assert first.wait(120) == 0
    assert len(line.json("snapshots")["items"]) == 1


# --- the command line itself ---


def test_wrong_use_is_told_in_the_form_asked_for(line: CommandLine) -> None:
    assert line.error("frobnicate", code=2) == "usage"
    assert line.error("ls", code=2) == "usage"
    assert line.error("verify", "--read-data", "101", code=2) == "usage"
    told_json = json.loads(line("--json", "ls", code=2).out)
    assert told_json["error"]["code"] == "usage" and told_json["exit"] == 2
    assert json.loads(line("snapshots", "--nope", "--json", code=2).out)["error"]["code"] == "usage"
