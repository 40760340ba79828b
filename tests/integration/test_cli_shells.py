"""Completion in real shells, and the demonstration as its users see it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import SOURCES, CommandLine, call
from tests.support.terminal import terminal

SHELLS = ["bash", "zsh", "fish", "powershell"]


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_are_of_their_shell(shell: str, tmp_path: Path) -> None:
    script = call("completion", shell).out
    assert "_CYBERLIB_COMPLETE" in script
    script.encode("ascii")  # read alike whatever the machine's encoding
    if shell == "powershell" or (program := shutil.which(shell)) is None:
        return  # said, but not tried here
    path = tmp_path / "script"
    path.write_text(script, encoding="utf-8")
    subprocess.run([program, "-n", str(path)], check=True)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With the program `cyberlib` in the path, as an installation has it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    if os.name == "nt":
        text = f'@"{sys.executable}" -m cyberlib_client %*\r\n'
        (folder / "cyberlib.cmd").write_text(text, encoding="utf-8")
    else:
        text = f'#!/bin/sh\nexec "{sys.executable}" -m cyberlib_client "$@"\n'
        (folder / "cyberlib").write_text(text, encoding="utf-8")
        (folder / "cyberlib").chmod(0o755)
    (tmp_path / "files" / "Courriers 2026").mkdir(parents=True)
    (tmp_path / "files" / "Courrier.txt").write_bytes(b"")
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    return {**os.environ, "PYTHONPATH": str(SOURCES), "PATH": path, "HOME": str(tmp_path), "TERM": "dumb"}


def _ask(command: list[str], environment: dict[str, str], tmp_path: Path) -> list[str]:
    done = subprocess.run(
        command, env=environment, cwd=tmp_path / "files", capture_output=True, encoding="utf-8", check=True
    )
    return [line for line in done.stdout.splitlines() if line]


@pytest.mark.skipif(shutil.which("bash") is None or os.name == "nt", reason="needs bash")
def test_bash_completes_commands_and_options(environment: dict[str, str], tmp_path: Path) -> None:
    def complete(*words: str) -> list[str]:
        asks = (
            'eval "$(cyberlib completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1));'
            '_cyberlib_completion cyberlib; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        return _ask(["bash", "-c", asks, "bash", *words], environment, tmp_path)

    assert complete("cyberlib", "ver") == ["versions", "verify"]
    assert complete("cyberlib", "key", "rem") == ["remove"]
    assert "--read-data" in complete("cyberlib", "verify", "--")
    assert complete("cyberlib", "key", "add", "p") == ["passphrase"]


@pytest.mark.skipif(shutil.which("fish") is None or os.name == "nt", reason="needs fish")
def test_fish_completes_commands_options_and_files(environment: dict[str, str], tmp_path: Path) -> None:
    def complete(line: str) -> list[str]:
        asks = "cyberlib completion fish | source; complete -C $argv[1]"
        told = _ask(["fish", "--no-config", "-c", asks, line], environment, tmp_path)
        return [each.partition("\t")[0] for each in told]

    assert sorted(complete("cyberlib ver")) == ["verify", "versions"]
    assert complete("cyberlib key rem") == ["remove"]
    assert "--read-data" in complete("cyberlib verify --")
    assert complete("cyberlib restore latest --conflict re") == ["replace"]
    assert sorted(complete("cyberlib backup Cour")) == ["Courrier.txt", "Courriers 2026/"]
    assert complete("cyberlib restore latest --to Cour") == ["Courriers 2026/"]


_ZSH = """
autoload -Uz compinit; compinit -u -D
eval "$(cyberlib completion zsh)"
# What would be put on the command line, and what a menu would show, one a line.
compadd() { builtin compadd -A found "$@"; print -rl -- "${found[@]}" >>"$TOLD" }
"""


@pytest.mark.skipif(shutil.which("zsh") is None or os.name == "nt", reason="needs zsh")
def test_zsh_completes_commands_options_and_files(environment: dict[str, str], tmp_path: Path) -> None:
    setup, told = tmp_path / "setup.zsh", tmp_path / "told"
    setup.write_text(_ZSH, encoding="utf-8")

    def complete(line: str) -> list[str]:
        """Typed at a terminal, with a tab behind; that is the only way to zsh's completion."""
        told.write_bytes(b"")
        with (
            terminal() as (ours, its),
            subprocess.Popen(
                ["zsh", "-f", "-i"],
                env={**environment, "TOLD": str(told), "PS1": "ready>"},
                cwd=tmp_path / "files",
                stdin=its,
                stdout=its,
                stderr=its,
                start_new_session=True,
            ) as shell,
        ):
            os.close(its)
            _type(ours, f". {setup}\n", until=b"ready>", times=2)
            _type(ours, f"{line}\t", until=b"", times=0)
            _type(ours, "\x15print en''d\n", until=b"end\r\n", times=1)
            os.write(ours, b"exit\n")
            shell.wait()
        words = told.read_text(encoding="utf-8").replace("\\ ", " ")  # as they are written on the line
        return sorted(set(words.split("\n")) - {""})

    assert complete("cyberlib ver") == ["verify", "versions"]
    assert complete("cyberlib key rem") == ["remove"]
    assert complete("cyberlib restore latest --conflict re") == ["replace"]
    assert "--read-data" in complete("cyberlib verify --")
    assert complete("cyberlib backup Cour") == ["Courrier.txt", "Courriers 2026"]
    assert complete("cyberlib restore latest --to Cour") == ["Courriers 2026"]


def _type(terminal: int, keys: str, *, until: bytes, times: int) -> None:
    os.write(terminal, keys.encode())
    seen = b""
    while seen.count(until) < times:
        seen += os.read(terminal, 1 << 16)


_POWERSHELL = next((p for p in ("pwsh", "powershell") if shutil.which(p)), None)


@pytest.mark.skipif(_POWERSHELL is None, reason="needs PowerShell")
def test_powershell_completes_commands_options_and_files(environment: dict[str, str], tmp_path: Path) -> None:
    def complete(line: str) -> list[str]:
        asks = (
            "cyberlib completion powershell | Out-String | Invoke-Expression;"
            f"(TabExpansion2 '{line}' {len(line)}).CompletionMatches | ForEach-Object {{ $_.ListItemText }}"
        )
        assert _POWERSHELL is not None
        return _ask([_POWERSHELL, "-NoProfile", "-Command", asks], environment, tmp_path)

    assert complete("cyberlib ver") == ["versions", "verify"]
    assert complete("cyberlib key rem") == ["remove"]
    assert "--read-data" in complete("cyberlib verify --")
    assert complete("cyberlib restore latest:C:/Users/ --conflict re") == ["replace"]
    assert sorted(complete("cyberlib backup Cour")) == ["Courrier.txt", "Courriers 2026"]
    assert complete("cyberlib restore latest --to Cour") == ["Courriers 2026"]


def test_powershell_is_answered_in_three_lines_each(environment: dict[str, str], tmp_path: Path) -> None:
    """What its script asks, word by word and quoted: a backslash at the end of one is no escape."""

    def answer(*words: str) -> list[str]:
        asked = {
            "_CYBERLIB_COMPLETE": "powershell_complete",
            "COMP_WORDS": " ".join("'" + word.replace("'", "'\\''") + "'" for word in words if word),
            "COMP_CWORD": str(len(words) - 1),
        }
        command = [sys.executable, "-m", "cyberlib_client"]
        done = subprocess.run(command, env={**environment, **asked}, capture_output=True, check=True)
        lines = done.stdout.decode("utf-8").split("\n")[:-1]
        assert len(lines) % 3 == 0
        return [f"{kind} {value}" for kind, value in zip(lines[::3], lines[1::3], strict=True)]

    assert answer("cyberlib", "ver") == ["plain versions", "plain verify"]
    assert answer("cyberlib", "restore", "latest:C:\\Users\\l'été\\", "--conflict", "re") == ["plain replace"]
    assert answer("cyberlib", "backup", "C:\\Users\\", "") == ["file "]
    assert answer("cyberlib", "restore", "latest", "--to", "") == ["dir "]


def test_the_demonstration_compares_all_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = call("--lang", "en", "demo", "--size", "tiny", environment={"TMPDIR": str(tmp_path)})
    assert done.code == 0, done
    assert "NO difference" in done.out
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


def test_the_demonstration_opens_the_window_until_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody presses Ctrl-C once it is there, which closes it too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONUNBUFFERED": "1"}
    playing = subprocess.Popen(
        [sys.executable, "-m", "cyberlib_client", "--jsonl", "demo", "--window", "--size", "tiny"],
        stdout=subprocess.PIPE, env=environment, encoding="utf-8",
    )  # fmt: skip
    assert playing.stdout is not None
    told = []
    for told_line in playing.stdout:
        event = json.loads(told_line)
        if event["event"] == "item":
            told.append(event["item"]["step"])
        if told[-1:] == ["window"]:
            break
    assert told == ["practice", "host", "vault", "first_backup", "second_backup", "drill", "window"]
    (stage,) = tmp_path.glob("cyberlib-demo-*")
    assert (stage / "Profil" / "state").exists()
    playing.send_signal(signal.SIGINT)
    with playing.stdout:
        playing.stdout.read()
    assert playing.wait(180) == 130
    assert list(tmp_path.iterdir()) == [], "neither the practice nor an agent that writes there"


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
