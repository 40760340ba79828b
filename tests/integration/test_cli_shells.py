"""Completion in real shells, and the demonstration as its users see it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import SOURCES, CommandLine, call


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_of_their_shell(shell: str, tmp_path: Path) -> None:
    script = call("completion", shell).out
    assert "_CYBERLIB_COMPLETE" in script
    if (program := shutil.which(shell)) is None:
        return  # said, but not tried here
    path = tmp_path / "script"
    path.write_text(script, encoding="utf-8")
    subprocess.run([program, "-n", str(path)], check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    program = tmp_path / "cyberlib"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cyberlib_client "$@"\n', encoding="utf-8")
    program.chmod(0o755)

    def complete(*words: str) -> list[str]:
        asks = (
            'eval "$(cyberlib completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));'
            '_cyberlib_completion cyberlib; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        path = os.pathsep.join((str(tmp_path), os.environ["PATH"]))
        env = {**os.environ, "PYTHONPATH": str(SOURCES), "PATH": path}
        done = subprocess.run(
            ["bash", "-c", asks, "bash", *words], env=env, capture_output=True, text=True, check=True
        )
        return done.stdout.split()

    assert complete("cyberlib", "ver") == ["versions", "verify"]
    assert complete("cyberlib", "key", "r") == ["remove"]
    assert "--read-data" in complete("cyberlib", "verify", "--")
    assert complete("cyberlib", "key", "add", "p") == ["passphrase"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_demonstration_compares_all_and_leaves_nothing(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = call("--lang", language, "demo", "--size", "tiny", environment={"TMPDIR": str(tmp_path)})
    assert done.code == 0, done
    assert re.search("AUCUNE différence|NO difference", done.out)
    assert len(done.out.splitlines()) > 12
    assert done.err == ""
    assert list(tmp_path.iterdir()) == []


def test_the_demonstration_can_be_kept_and_looked_into(tmp_path: Path) -> None:
    folder = tmp_path / "démo"
    line = CommandLine(tmp_path)
    events = line.lines("demo", "--dir", str(folder), "--keep", "--size", "tiny")
    assert [event["item"]["step"] for event in events if event["event"] == "item"] == [
        "practice", "vault", "first_backup", "day", "second_backup", "search", "versions", "restore",
        "compare", "recovered", "verify", "done",
    ]  # fmt: skip
    assert not line.profile.exists()  # the user's own profile is not touched
    kept = call("--profile", str(folder / "Profil"), "snapshots")
    assert kept.code == 0 and len(kept.out.splitlines()) == 3
    assert line.error("demo", "--dir", str(folder), code=2) == "demo_folder_not_empty"
    assert kept == call("--profile", str(folder / "Profil"), "snapshots")


def test_a_demonstration_that_fails_says_so_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One byte of what was restored is changed before it is compared."""
    from cyberlib_client.app import showcase

    whole = showcase.compare

    def spoiled(original: str, copy: str, *rest: object) -> object:
        victim = next(p for p in sorted(Path(copy).rglob("*.txt")) if p.stat().st_size)
        before = victim.stat()
        data = victim.read_bytes()
        victim.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        os.utime(victim, ns=(before.st_atime_ns, before.st_mtime_ns))
        return whole(original, copy, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(showcase, "compare", spoiled)
    line = CommandLine(tmp_path)
    folder = tmp_path / "demo"
    assert line.error("demo", "--dir", str(folder), "--size", "tiny", code=1) == "demo_failed"
    assert not folder.exists()
