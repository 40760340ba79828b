"""Making vaults and connecting to them: where they may be, and what is left when it is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.transports.folder import FolderStore
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.trees import make_tree, told


def _stored(line: CommandLine) -> dict[str, object]:
    return dict(told(line.vault))


# --- what opens the vault is not in it ---


def test_the_words_are_not_written_into_the_vault(line: CommandLine, tmp_path: Path) -> None:
    before = _stored(line)
    new = CommandLine(tmp_path / "new")
    with line.secret(PASSPHRASE), new.secret(PASSPHRASE):
        for name in ("m.txt", "slots/m.txt"):
            words = str(line.vault / name)
            told_of = line("key", "add", "recovery", "--words-file", words, code=2)
            assert "[words_file_in_vault]" in told_of.err
            create = ["vault", "create", "--at", str(new.vault), "--device-file", "--words-file"]
            assert new.error(*create, str(new.vault / name), code=2) == "words_file_in_vault"
        if os.name != "nt":
            (tmp_path / "link").symlink_to(line.vault)
            link = ["--words-file", str(tmp_path / "link" / "m.txt")]
            assert line.error("key", "add", "recovery", *link, code=2) == "words_file_in_vault"
        assert line.error("key", "add", "recovery", "--words-file", "", code=2) == "bad_path"
    assert _stored(line) == before
    assert not (tmp_path / "new").exists()


def test_a_profile_is_not_in_its_vault(line: CommandLine, tmp_path: Path) -> None:
    before = _stored(line)
    inner = CommandLine(tmp_path / "x")
    inner.profile = line.vault / "prof"
    with inner.secret(PASSPHRASE):
        for options in (["--device-file"], ["--no-device"]):
            opening = ["vault", "open", "--at", str(line.vault), *options]
            assert inner.error(*opening, code=2) == "profile_in_vault"
        inner.vault, inner.profile = tmp_path / "x", tmp_path / "x" / "prof"
        making = ["vault", "create", "--at", str(inner.vault), "--device-file"]
        assert inner.error(*making, code=2) == "profile_in_vault"
    assert _stored(line) == before
    assert not inner.vault.exists()


def test_no_vault_in_another(line: CommandLine, tmp_path: Path) -> None:
    before = _stored(line)
    other = CommandLine(tmp_path / "x")
    with other.secret(PASSPHRASE):
        for place in (line.vault / "sub", line.vault / "packs" / "deep" / "er"):
            create = ["vault", "create", "--at", str(place), "--device-file"]
            assert other.error(*create, code=2) == "vault_in_vault"
    assert _stored(line) == before
    assert not other.profile.exists()


# --- what is refused leaves nothing behind ---


def test_a_refused_vault_leaves_no_folder(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "a" / "b")
    (tmp_path / "words").write_text("mine")
    (tmp_path / "file").write_text("mine")
    create = ["vault", "create", "--device-file", "--at"]
    assert line.error(*create, str(line.vault), code=2) == "no_new_passphrase"
    with line.secret("court"):
        assert line.error(*create, str(line.vault), code=2) == "passphrase_short"
    with line.secret(PASSPHRASE):
        there = ["--words-file", str(tmp_path / "words")]
        assert line.error(*create, str(line.vault), *there, code=2) == "words_file_exists"
        nowhere = ["--words-file", str(tmp_path / "no" / "words")]
        assert line.error(*create, str(line.vault), *nowhere, code=1) == "words_file_not_written"
        assert line.error(*create, str(tmp_path / "file"), code=2) == "not_a_folder"
        assert line.error(*create, str(tmp_path / "file" / "x"), code=2) == "not_a_folder"
        assert line.error(*create, "", code=2) == "bad_path"
        assert line.error("vault", "open", "--at", str(tmp_path / "file"), code=2) == "not_a_folder"
        assert line.error("vault", "open", "--at", "", code=2) == "bad_path"
    assert sorted(told(tmp_path)) == ["file", "words"]


def test_what_was_there_stays(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    for folder in (line.vault, line.profile):
        folder.mkdir()
    with line.secret("court"):
        assert line.error("vault", "create", "--at", str(line.vault), code=2) == "passphrase_short"
    assert sorted(told(tmp_path)) == ["profile", "vault"]


def test_a_refused_connection_leaves_no_profile(line: CommandLine, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "x")
    opening = ["vault", "open", "--at", str(line.vault), "--device-file"]
    assert other.error(*opening, code=5) == "locked"
    with other.secret("celle-d-un-autre-coffre"):
        assert other.error(*opening, code=5) == "wrong_secret"
    assert not (tmp_path / "x").exists()


def test_a_vault_that_cannot_be_written_can_be_restored(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("backup", str(make_tree(tmp_path / "Cabinet", {"a.txt": b"a"})))

    def denied(store: FolderStore, name: str, *_parts: object) -> None:
        raise Failed("store_denied", at=store.location, reason="Read-only file system")

    monkeypatch.setattr(FolderStore, "put", denied)
    other = CommandLine(tmp_path / "x")
    opening = ["vault", "open", "--at", str(line.vault)]
    with other.secret(PASSPHRASE):
        refused = other(*opening, "--device-file", code=1).err
        assert "--no-device" in refused and "[store_denied]" in refused
        assert "--no-device" not in line("key", "add", "recovery", code=5).err
        other(*opening, "--no-device")
        other("restore", "latest", "--to", str(tmp_path / "out"))
    assert (restored(tmp_path / "out", tmp_path / "Cabinet") / "a.txt").read_bytes() == b"a"


def test_a_vault_that_cannot_be_written_leaves_no_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: FolderStore, name: str, *_parts: object) -> None:
        raise Failed("store_full", at=store.location)

    monkeypatch.setattr(FolderStore, "put", full)
    line = CommandLine(tmp_path)
    words = tmp_path / "words"
    with line.secret(PASSPHRASE):
        create = ["vault", "create", "--at", str(line.vault), "--device-file", "--words-file", str(words)]
        assert line.error(*create, code=1) == "store_full"
    assert not words.exists() and not line.vault.exists()
    assert not list(line.profile.rglob("device*"))


def test_settings_with_no_place(line: CommandLine, tmp_path: Path) -> None:
    """A place that was emptied by hand is not the current folder."""
    settings = line.profile / "settings.toml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    settings.write_text("\n".join('at = ""' if x.startswith("at =") else x for x in lines), encoding="utf-8")
    assert line.error("snapshots", code=2) == "bad_path"


def test_a_profile_that_is_a_file(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    line.profile.write_text("mine")
    for command in (["vault", "info"], ["snapshots"], ["sources", "list"]):
        assert line.error(*command, code=1) == "profile_denied"
    assert line.profile.read_text() == "mine"


# --- what is told of it ---


def test_the_last_success_stands_beside_the_last_attempt(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Cabinet", {"a.txt": b"a"})
    line("backup", str(folder), str(tmp_path / "gone"), code=3)
    assert "Last backup: " in (told_of := line("vault", "info").out) and "not in full: exit code 3" in told_of
    line("backup", str(folder))
    (done,) = line.json("vault", "info")["result"]["last_done"]
    assert line.error("backup", str(tmp_path / "gone"), code=1) == "sources_missing"
    result = line.json("vault", "info")["result"]
    assert result["last_done"] == [done]
    assert [run["error"] for run in result["last_runs"]] == ["sources_missing"]
    lines = [text for text in line("vault", "info").out.splitlines() if text.startswith("Last ")]
    assert [text.partition(":")[0] for text in lines] == [
        "Last backup", "Last attempt at a backup, without success",
    ]  # fmt: skip
    assert lines[0].endswith("done") and lines[1].endswith("code 1 [sources_missing]")
