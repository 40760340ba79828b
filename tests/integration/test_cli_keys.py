"""The ways into a vault: who may change them, what they are called, what opens and what does not."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, call
from tests.support.trees import make_tree


def _secret(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def _sheet(line: CommandLine, path: Path) -> str:
    return _secret(path, "\n".join(f"{n}. {word}" for n, word in enumerate(line.words, 1)))


def _tables(line: CommandLine) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (line.vault / "slots").iterdir()}


def _slots(line: CommandLine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = line.json("key", "list")["items"]
    return found


# --- who may change them ---


def test_an_open_workstation_is_no_proof(line: CommandLine, tmp_path: Path) -> None:
    """Whoever sits down at it adds no key of their own and takes away none of the owner's."""
    before = _tables(line)
    new = _secret(tmp_path / "new", SECOND)
    (device,) = [s for s in _slots(line) if s["here"]]
    for command in (
        ["add", "passphrase", "--new-passphrase-file", new],
        ["add", "recovery"],
        ["add", "recovery", "--words-file", str(tmp_path / "words")],
        ["remove", "passphrase"],
        ["remove", "recovery"],
        ["remove", device["id"]],
    ):
        assert line.error("key", *command, code=5) == "proof_needed"
        assert _tables(line) == before
    told = line("key", "add", "recovery", code=5).err
    for option in ("CYBERLIB_PASSPHRASE", "--passphrase-file", "--recovery-file"):
        assert option in told
    assert not (tmp_path / "words").exists()
    line("snapshots")  # and the workstation still opens it


def test_what_is_wrong_anyway_is_told_without_a_proof(line: CommandLine) -> None:
    assert line.error("key", "remove", "nobody", code=2) == "slot_unknown"
    assert line.error("key", "add", "device", "--device-file", code=2) == "device_slot_here"


def test_passphrase_or_words_prove_it(line: CommandLine, tmp_path: Path) -> None:
    phrase, sheet = _secret(tmp_path / "phrase", PASSPHRASE), _sheet(line, tmp_path / "sheet")
    line("--passphrase-file", phrase, "key", "add", "recovery", "--name", "one")
    line("key", "add", "recovery", "--name", "two", "--recovery-file", sheet)
    line("--passphrase-file", sheet, "key", "add", "recovery", "--name", "three")
    with line.secret(PASSPHRASE):
        line("key", "remove", "one")
    line("key", "remove", "two", "--recovery-file", sheet)
    with line.secret(" ".join(line.words)):
        line("key", "remove", "three")
    assert [s["kind"] for s in _slots(line)] == ["passphrase", "recovery", "device"]


def test_options_of_the_program_may_stand_after_the_command(line: CommandLine, tmp_path: Path) -> None:
    """Where most people write them. `--words-file`, which looks like one of them, is never proposed."""
    phrase = _secret(tmp_path / "phrase", PASSPHRASE)
    wrong = _secret(tmp_path / "wrong", SECOND)
    at = ["--at", str(tmp_path / "vault 2")]
    profile = ["--profile", str(tmp_path / "profile 2")]
    create = ["vault", "create", *at, "--device-file", *profile, "--lang", "en"]
    made = call(*create, "--passphrase-file", phrase)
    assert made.code == 0 and "The vault is made." in made.out
    assert json.loads(call("key", *profile, "list", "--json").out)["exit"] == 0
    assert json.loads(call("key", "--json", "list", *profile, "--lang=fr").out)["exit"] == 0
    line("--passphrase-file", wrong, "key", "add", "recovery", "--passphrase-file", phrase)  # the later one
    done = call(*create, "--passphrase-fil", phrase)
    assert done.code == 2 and "--passphrase-file" in done.err and "--words-file" not in done.err
    assert call("backup", "--version").out == call("--version").out


def test_another_secret_proves_nothing(line: CommandLine, tmp_path: Path) -> None:
    before = _tables(line)
    other = CommandLine(tmp_path / "other")
    other.make_vault()
    sheet = _sheet(other, tmp_path / "sheet")
    with line.secret(SECOND):
        assert line.error("key", "remove", "passphrase", code=5) == "wrong_secret"
    assert line.error("key", "remove", "passphrase", "--recovery-file", sheet, code=5) == "wrong_secret"
    mistyped = _secret(tmp_path / "typo", " ".join(["zzzz", *line.words[1:]]))
    assert (
        line.error("key", "add", "recovery", "--recovery-file", mistyped, code=2) == "recovery_word_unknown"
    )
    short = _secret(tmp_path / "short", " ".join(line.words[1:]))
    assert line.error("key", "add", "recovery", "--recovery-file", short, code=2) == "recovery_words_count"
    assert _tables(line) == before


def test_a_removed_slot_proves_nothing(line: CommandLine, tmp_path: Path) -> None:
    sheet = _sheet(line, tmp_path / "sheet")
    line("key", "remove", "passphrase", "--recovery-file", sheet)
    with line.secret(PASSPHRASE):
        assert line.error("key", "add", "recovery", code=5) == "wrong_secret"
    line("key", "add", "recovery", "--name", "b", "--recovery-file", sheet)


def test_whoever_opens_with_a_secret_is_not_asked_twice(line: CommandLine) -> None:
    """The opening is the proof, and a machine without its slot gets a new one by it."""
    with line.secret(PASSPHRASE):
        (device,) = [s for s in _slots(line) if s["here"]]
        line("key", "remove", device["id"])
        line("key", "add", "device", "--device-file")
    line("snapshots")
    shutil.rmtree(line.profile / "credentials")
    assert line.error("key", "add", "recovery", code=5) == "locked"


# --- the last 24 words ---


def test_that_no_words_are_left_is_told_until_there_are_some(line: CommandLine) -> None:
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "other")
        assert [n["code"] for n in line.json("key", "remove", "other")["notices"]] == ["old_copies_open"]
        for command in (["key", "list"], ["vault", "info"]):
            assert "No 24 words" not in line(*command).out
        told = line.json("key", "remove", "recovery")["notices"]
        assert [n["code"] for n in told] == ["old_copies_open", "no_words_left"]
        assert "key add recovery" in told[1]["advice"]
        for command in (["key", "list"], ["vault", "info"]):
            assert "No 24 words open this vault! Make some: cyberlib key add recovery" in line(*command).out
        line("key", "add", "recovery")
    assert "No 24 words" not in line("key", "list").out


# --- what is said about them ---


def test_what_will_be_asked_for_is_what_opens_the_vault(line: CommandLine, tmp_path: Path) -> None:
    def here() -> str:
        return next(str(s["id"]) for s in _slots(line) if s["here"])

    with line.secret(PASSPHRASE):
        assert "asks for the passphrase or the 24 words" in line("key", "remove", here()).out
        line("key", "add", "device", "--device-file")
        line("key", "remove", "passphrase")
    sheet = _sheet(line, tmp_path / "sheet")
    told = line("key", "remove", here(), "--recovery-file", sheet)
    assert "asks for the 24 words" in told.out and "passphrase" not in told.out
    assert "the 24 words" in line("--passphrase-file", sheet, "vault", "info").out
    other = CommandLine(tmp_path / "other")
    opened = other("vault", "open", "--at", str(line.vault), "--recovery-file", sheet, "--no-device").out
    assert "Opens: by the 24 words" in opened and "passphrase" not in opened


def test_names_that_we_gave_are_in_the_users_language(line: CommandLine, tmp_path: Path) -> None:
    new = _secret(tmp_path / "new", SECOND)
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery")
        line("key", "add", "recovery", "--name", "Coffre-fort")
        line("key", "add", "passphrase", "--new-passphrase-file", new, "--name", "recovery")
    line.language = "fr"
    listed = line("key", "list").out
    assert "phrase secrète  phrase secrète " in listed
    assert "24 mots         24 mots " in listed and "24 mots         24 mots (2) " in listed
    assert "24 mots         Coffre-fort " in listed
    assert "phrase secrète  recovery " in listed  # a person's own name, whatever it looks like
    names = [s["name"] for s in _slots(line) if s["kind"] != "device"]
    assert names == ["passphrase", "recovery", "recovery (2)", "Coffre-fort", "recovery"]
    with line.secret(PASSPHRASE):
        removed = line("key", "remove", "24 mots (2)")
        assert "« 24 mots (2) »" in removed.out and "recovery" not in removed.out + removed.err
        assert "[slot_ambiguous]" in line("key", "remove", "24 mots", code=2).err
        line("key", "add", "recovery", "--name", "24 mots")
        assert line.json("key", "remove", "24 mots")["result"]["slot"]["name"] == "24 mots"
        line.language = "en"
        assert "“passphrase”" in line("key", "remove", "phrase secrète").out


@pytest.mark.parametrize(
    ("language", "step"), [("fr", "cyberlib sources add DOSSIER"), ("en", "cyberlib sources add FOLDER")]
)
def test_what_comes_next_is_said(tmp_path: Path, language: str, step: str) -> None:
    line = CommandLine(tmp_path, language=language)
    other = CommandLine(tmp_path / "other", language=language)
    with line.secret(PASSPHRASE), other.secret(PASSPHRASE):
        made = line("vault", "create", "--at", str(line.vault), "--no-device").out
        opened = other("vault", "open", "--at", str(line.vault), "--no-device").out
        step = step.replace("cyberlib ", f"cyberlib --profile {line.profile} ")
        assert step in made and "backup" in made.partition(step)[2]
        step = step.replace(str(line.profile), str(other.profile))
        assert step in opened and "restore latest" in opened
        third = CommandLine(tmp_path / "third", language=language)
        third.environment = line.environment
        told = third("--json", "vault", "open", "--at", str(line.vault), "--no-device")
        assert "sources add" not in told.out + told.err


# --- secrets that are none ---


def test_a_variable_that_is_no_text_is_wrong_use(line: CommandLine, tmp_path: Path) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    other = CommandLine(tmp_path / "other")
    with line.secret("caf\udce9-horloge-sapin"), other.secret("caf\udce9-horloge-sapin"):
        assert line.error("snapshots", code=2) == "passphrase_not_text"
        assert "CYBERLIB_PASSPHRASE" in line("key", "add", "recovery", code=2).err
        for command in (["create", "--at", str(other.vault)], ["open", "--at", str(line.vault)]):
            assert other.error("vault", *command, "--no-device", code=2) == "passphrase_not_text"
    assert not (other.vault / "vault").exists()


def test_a_secret_file_without_a_secret_is_wrong_use(line: CommandLine, tmp_path: Path) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    absent, empty = str(tmp_path / "absent"), _secret(tmp_path / "empty", "\r\n")
    for path, code in (
        (absent, "secret_file_unreadable"),
        (str(tmp_path), "secret_file_unreadable"),
        (empty, "secret_file_empty"),
    ):
        assert line.error("--passphrase-file", path, "snapshots", code=2) == code
        assert line.error("key", "add", "recovery", "--recovery-file", path, code=2) == code
        other = CommandLine(tmp_path / "other")
        for command in (["create", "--at", str(other.vault)], ["open", "--at", str(line.vault)]):
            assert other.error("--passphrase-file", path, "vault", *command, "--no-device", code=2) == code
        with line.secret(PASSPHRASE):
            assert line.error("key", "add", "passphrase", "--new-passphrase-file", path, code=2) == code


# --- what is left of a vault ---


def _no_header(vault: Path) -> None:
    (vault / "vault").unlink()


def _damaged_header(vault: Path) -> None:
    (vault / "vault").write_bytes(b"{")


def _nothing(_vault: Path) -> None:
    return


@pytest.mark.parametrize(
    ("header", "missing"),
    [(_no_header, "vault, slots"), (_damaged_header, "vault, slots"), (_nothing, "slots")],
)
@pytest.mark.parametrize("emptied", [False, True])
def test_a_vault_without_its_tables_is_no_absent_disk(
    line: CommandLine, tmp_path: Path, header: Callable[[Path], None], missing: str, emptied: bool
) -> None:
    line("backup", str(make_tree(tmp_path / "Cabinet", {"a.txt": b"a"})))
    for table in (line.vault / "slots").iterdir():
        table.unlink() if emptied else table.write_bytes(b"{")
    header(line.vault)
    other = CommandLine(tmp_path / "other")
    with line.secret(PASSPHRASE), other.secret(PASSPHRASE):
        for calls in (
            line.json("snapshots", code=7),
            other.json("vault", "open", "--at", str(line.vault), "--no-device", code=7),
        ):
            assert calls["error"]["code"] == "slots_missing"
            assert calls["error"]["facts"] == {"at": str(line.vault), "missing": missing}
        create = ["vault", "create", "--at", str(line.vault), "--no-device"]
        assert other.error(*create, code=2) == "vault_exists"
    assert any((line.vault / "packs").rglob("*/*"))


def test_a_header_that_was_lost_or_edited_is_told(line: CommandLine, tmp_path: Path) -> None:
    """The vault opens all the same, since its tables hold the header too; but nobody is left to guess."""
    sound = (line.vault / "vault").read_bytes()
    told = json.loads(sound.split(b"\n")[0])
    other_id = "0" * 32
    edited = (
        sound.replace(b'"version":1', b'"version":2'),
        sound.replace(told["id"].encode(), other_id.encode()),
        sound.replace(str(told["created"]).encode(), b"1"),
        b"",
    )
    assert line.json("snapshots")["notices"] == []
    for number, data in enumerate(edited):
        (line.vault / "vault").write_bytes(data)
        assert [n["code"] for n in line.json("snapshots")["notices"]] == ["header_damaged"]
        device = line.profile / "credentials" / "device.json"
        kept = device.read_bytes()
        device.unlink()
        other = CommandLine(tmp_path / f"other {number}")
        with line.secret(PASSPHRASE), other.secret(PASSPHRASE):
            assert [n["code"] for n in line.json("snapshots")["notices"]] == ["header_damaged"]
            opened = other.json("vault", "open", "--at", str(line.vault), "--no-device")
            assert [n["code"] for n in opened["notices"]] == ["header_damaged"]
            assert opened["result"]["id"] == told["id"]
        device.write_bytes(kept)
        os.chmod(device, 0o600)
    (line.vault / "vault").unlink()
    assert [n["code"] for n in line.json("snapshots")["notices"]] == ["header_damaged"]
