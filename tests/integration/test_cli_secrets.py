"""Secrets and names of files stay where they belong: artefacts are searched for planted markers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cyberlib_client.app import snapshot_list
from tests.support.command_line import PASSPHRASE, SECOND, CommandLine
from tests.support.trees import make_tree

NAME = "Zephyrine Quatremarre"  # of a patient, as names of files have it


def _artefacts(*folders: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for folder in folders for p in folder.rglob("*") if p.is_file()}


def test_no_secret_in_anything_written_or_said(line: CommandLine, tmp_path: Path) -> None:
    new, sheet = tmp_path / "new", tmp_path / "sheet"
    new.write_text(SECOND, encoding="utf-8")
    sheet.write_text(" ".join(line.words), encoding="utf-8")
    folder = make_tree(tmp_path / NAME, {f"{NAME}.txt": f"Dossier de {NAME}".encode()})
    other = CommandLine(tmp_path / "other")
    said = ""
    with line.secret(PASSPHRASE):
        for command in (
            ["backup", str(folder)],
            ["key", "add", "passphrase", "--new-passphrase-file", str(new)],
            ["key", "list"],
            ["vault", "info"],
            ["verify", "--read-data"],
            ["key", "add", "passphrase", "--new-passphrase-file", str(folder)],
            ["ls", "latest:/nowhere"],
        ):
            for mode in ([], ["--json"], ["--jsonl"]):
                done = line.attempt(*mode, *command)
                said += done.out + done.err
    done = other.attempt(
        "vault", "open", "--at", str(line.vault), "--recovery-file", str(sheet), "--device-file"
    )
    said += done.out + done.err
    artefacts = {**_artefacts(line.profile, line.vault, other.profile), "what was said": said.encode()}
    assert len(artefacts) > 12
    for where, data in artefacts.items():
        for secret in (PASSPHRASE, SECOND, " ".join(line.words), " ".join(line.words[:3])):
            assert secret.encode() not in data, where


def test_names_of_files_stay_in_the_vault(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / NAME, {f"{NAME}.txt": f"Dossier de {NAME}".encode()})
    line("backup", str(folder))
    line("restore", f"latest:{folder}", "--to", str(tmp_path / "out"))
    line.attempt("backup", str(folder / "nowhere"))
    line.attempt("ls", f"latest:{folder}/nowhere")
    for where, data in _artefacts(line.profile, line.vault).items():
        assert NAME.encode() not in data, where


def test_what_nobody_foresaw_is_reported_without_a_name(
    line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object, **_named: object) -> object:
        try:
            os.stat(tmp_path / NAME)
        except OSError as error:
            raise RuntimeError(f"{error} {PASSPHRASE}") from error

    monkeypatch.setattr(snapshot_list, "snapshots", broken)
    assert line.error("snapshots", code=1) == "internal_error"
    told = line.json("snapshots", code=1)["error"]
    assert told["facts"]["kind"] == "RuntimeError"
    report = Path(told["facts"]["report"])
    assert report.parent == line.profile / "state" / "crashes"
    text = report.read_text(encoding="utf-8")
    assert "RuntimeError" in text and "FileNotFoundError 2" in text and "broken" in text
    assert f"{os.sep}snapshots.py:" in text  # where it happened
    for hidden in (NAME, PASSPHRASE, str(tmp_path), str(Path.home())):
        assert hidden not in text


@pytest.mark.skipif(os.name == "nt", reason="rights are not bits there")
def test_what_the_profile_holds_is_its_owners_alone(line: CommandLine, tmp_path: Path) -> None:
    line("backup", str(make_tree(tmp_path / "Cabinet", {"a": b"a"})))
    for path in (line.profile, *line.profile.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.skipif(os.name == "nt", reason="rights are not bits there")
def test_a_secret_that_others_can_read_is_told(line: CommandLine, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(PASSPHRASE + "\n", encoding="utf-8")
    (line.profile / "credentials" / "device.json").unlink()
    secret.chmod(0o644)
    told = line.json("--passphrase-file", str(secret), "snapshots")
    assert [n["code"] for n in told["notices"]] == ["secret_file_exposed"]
    secret.chmod(0o600)
    assert line.json("--passphrase-file", str(secret), "snapshots")["notices"] == []


def test_no_name_can_play_with_the_terminal(line: CommandLine, tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("such names cannot be there")
    folder = make_tree(tmp_path / "Cabinet", {"\x1b[2Jevil\n\r.txt": b"x", "gpj.\u202e.exe": b"y"})
    os.rename(os.fsencode(folder / "gpj.\u202e.exe"), os.fsencode(folder) + b"/caf\xe9.txt")
    line("backup", str(folder))
    line("restore", "latest", "--to", str(tmp_path / "out"))
    for command in (
        ["ls", "-R", "latest"], ["find", "evil"], ["restore", "latest", "--to", str(tmp_path / "out")],
        ["diff", "latest", "latest:/tmp"], ["sources", "preview", str(folder)],
    ):  # fmt: skip
        for mode in ([], ["--json"], ["--jsonl"]):
            done = line(*mode, *command)
            assert "\x1b" not in done.out + done.err
            assert "\r" not in done.out + done.err
    (found,) = line.json("find", "caf")["items"]
    listed = found["entry"]["path"]
    assert listed.endswith("/caf\\xe9.txt")
    # What a listing shows can be given back.
    assert line("cat", f"latest:{listed}").out == "y"


@pytest.mark.skipif(os.name == "nt", reason="arguments are text there")
def test_no_argument_can_play_with_the_terminal(line: CommandLine, tmp_path: Path) -> None:
    line("backup", str(make_tree(tmp_path / "Cabinet", {"a": b"a"})))
    nasty = os.fsdecode(b"\xff\x1b[2J\r")
    for command in (
        ["--profile", str(tmp_path / nasty), "snapshots"], [nasty], ["ls", nasty], ["ls", f"latest:{nasty}"],
        ["find", nasty], ["versions", nasty], ["key", "remove", nasty],
        ["key", "add", "recovery", "--name", nasty],
        ["backup", str(tmp_path / nasty)], ["backup", str(tmp_path), "--exclude", nasty],
        ["backup", str(tmp_path / "Cabinet"), "--label", nasty], ["snapshots"],
        ["restore", "latest", "--to", str(tmp_path / nasty)], ["sources", "add", str(tmp_path / nasty)],
        ["sources", "list"], ["vault", "create", "--at", nasty], ["--passphrase-file", nasty, "snapshots"],
        ["verify", "--read-data", nasty],
    ):  # fmt: skip
        for mode in ([], ["--json"], ["--jsonl"]):
            done = line.attempt(*mode, *command)
            assert done.code in (0, 1, 2, 3, 5), (command, done)
            assert "[internal_error]" not in done.err and '"internal_error"' not in done.out, (command, done)
            for told in (done.out, done.err):
                assert "\x1b" not in told and "\r" not in told, (command, told)
