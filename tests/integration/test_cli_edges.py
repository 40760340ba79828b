"""At the edges: streams that are closed or full, encodings that lack signs, stops at any moment."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from cyberlib_client.cli import output as output_module
from cyberlib_client.cli.main import main
from tests.faults.disks import mounted_tmpfs
from tests.support.command_line import PASSPHRASE, SOURCES, CommandLine, call
from tests.support.trees import make_tree

posix = pytest.mark.skipif(os.name == "nt", reason="streams and signals of POSIX")


@pytest.fixture
def practice(line: CommandLine, tmp_path: Path) -> Path:
    folder = make_tree(tmp_path / "Cabinet", {"a.txt": b"a", "sub": {"b.txt": b"b"}})
    line("backup", str(folder))
    return folder


# --- streams ---


def shell(line: CommandLine, redirection: str, *args: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of the program called by a shell with redirections."""
    argv = [sys.executable, "-m", "cyberlib_client", *line.arguments(*args)]
    done = subprocess.run(
        ["sh", "-c", f'"$@" {redirection}', "sh", *argv],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr


@posix
def test_closed_streams_change_nothing(line: CommandLine, practice: Path) -> None:
    """Some schedulers close them. The next file opened would get their number, and what is printed."""
    before = len(line.json("snapshots")["items"])
    for closed in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
        code, _, err = shell(line, closed, "backup", str(practice))
        assert (code, err) == (0, ""), closed
    assert len(line.json("snapshots")["items"]) == before + 4
    code, out, _ = shell(line, "2>&- <&-", "--json", "backup", "/nowhere")
    assert code == 1 and json.loads(out)["error"]["code"] == "sources_missing"
    assert shell(line, "2>&-", "ls", "latest:/nowhere")[:2] == (2, "")
    line("verify", "--read-data")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a file that is always full")
def test_full_streams(line: CommandLine, practice: Path) -> None:
    for args in (["--help"], ["backup", "--help"], ["--version"], ["completion", "bash"]):
        code, _, err = shell(line, ">/dev/full", *args)
        assert code == 1 and "[output_failed]" in err, args
    # Nobody hears of it, but what is done is done, and the exit code says how it ended.
    assert shell(line, "2>/dev/full", "backup", str(practice), "/nowhere")[0] == 3
    assert shell(line, "2>/dev/full", "ls", "latest:/nowhere")[0] == 2


@posix
def test_help_for_whoever_has_read_enough(line: CommandLine) -> None:
    argv = [sys.executable, "-m", "cyberlib_client", "--help"]
    reader, writer = os.pipe()
    os.close(reader)
    env = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run(argv, stdout=writer, stderr=subprocess.PIPE, env=env)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


# --- encodings ---


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "la commande « é » n’a pas"),
        ("cp1252", "la commande « é » n’a pas"),
        ("latin-1", "la commande « é » n'a pas"),
        ("cp850", "la commande « é » n'a pas"),
        ("ascii", 'la commande " \\u00e9 " n\'a pas'),
    ],
)
def test_signs_that_an_encoding_lacks(encoding: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs of print become plain ones. Letters do not: `e` is another name than `é`."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True, newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    from cyberlib_client.cli.streams import open_streams

    open_streams()
    output_module.Output().text("la commande «\u00a0é\u00a0» n’a pas")
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    assert raw.getvalue().decode(encoding).replace("\u00a0", " ") == told + "\n"


def environment(**changes: str) -> Mapping[str, str]:
    kept = {k: v for k, v in os.environ.items() if k[:3] != "LC_" and k not in ("LANG", "LANGUAGE", "HOME")}
    return {**kept, "PYTHONPATH": str(SOURCES), **changes}


@posix
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "xx_XX.nonsense"},
        {"HOME": ""},
        {"HOME": "/nonexistent"},
        {"COLUMNS": "1"},
        {"COLUMNS": "0"},
        {"COLUMNS": "wide", "TERM": "dumb"},
    ],
)
def test_whatever_the_environment_a_sentence_comes_out(changes: dict[str, str], tmp_path: Path) -> None:
    for args in (["--help"], ["snapshots"], ["backup", "é"], ["nope"]):
        argv = [sys.executable, "-m", "cyberlib_client", *args]
        done = subprocess.run(argv, env=environment(**changes), capture_output=True, cwd=tmp_path)
        assert done.returncode == (0 if args == ["--help"] else 2), done
        assert b"Traceback" not in done.stderr and b"internal_error" not in done.stderr, done.stderr
        assert done.stdout if args == ["--help"] else b"[" in done.stderr


# --- stops ---


@pytest.mark.parametrize("mode", [[], ["--json"], ["--jsonl"]])
def test_a_stop_while_the_program_is_loaded_is_told_as_any_other(line: CommandLine, mode: list[str]) -> None:
    """`__main__` notes signals until there is something that can tell of them."""
    program = (
        "import signal, sys\n"
        "from cyberlib_client.cli.main import main\n"
        "sys.exit(main(sys.argv[1:], [signal.SIGINT]))"
    )
    env = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [sys.executable, "-c", program, *line.arguments(*mode, "snapshots")], env=env, capture_output=True
    )
    assert done.returncode == 130
    if mode:
        last = json.loads(done.stdout.splitlines()[-1])
        assert (last["error"]["code"], last["exit"], done.stderr) == ("stopped", 130, b"")
    else:
        assert done.stdout == b"" and b"[stopped]" in done.stderr


@posix
def test_signals_are_noted_from_the_first_line_on(line: CommandLine) -> None:
    """Here the signal comes as soon as anything of ours is imported."""
    program = (
        "import os, signal, sys, runpy\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'cyberlib_client.cli.main':\n"
        "            os.kill(os.getpid(), signal.SIGTERM)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "runpy.run_module('cyberlib_client', run_name='__main__', alter_sys=True)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run(
        [sys.executable, "-c", program, *line.arguments("--json", "snapshots")], env=env, capture_output=True
    )
    assert done.returncode == 130 and done.stderr == b""
    assert json.loads(done.stdout)["error"]["code"] == "stopped"


@pytest.mark.parametrize("moment", range(6))
def test_a_list_that_is_stopped_is_whole_json(
    line: CommandLine, practice: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes in the middle of a write: what is written is ended first."""
    writes = 0

    class Raw(io.BytesIO):
        def write(self, data: object) -> int:
            nonlocal writes
            writes += 1
            if writes == moment + 1:
                signal.raise_signal(signal.SIGINT)
            return super().write(data)  # type: ignore[arg-type]

    stream = io.TextIOWrapper(Raw(), encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdout", stream)
    code = main(line.arguments("--json", "ls", "-R", f"latest:{practice}"))
    raw = stream.buffer
    assert isinstance(raw, Raw)
    told = json.loads(raw.getvalue())
    assert told["exit"] == code
    assert code == (130 if moment < 4 else 0)  # head, three items; then the end, which is told in full
    assert len(told["items"]) <= 3


# --- the program without a command ---


@pytest.mark.parametrize("args", [[], ["vault"], ["key"], ["sources"]])
def test_a_command_is_missing(args: list[str]) -> None:
    done = call(*args, environment={"LC_ALL": "en_GB.UTF-8"})
    assert done.code == 2 and done.out == ""
    assert done.err.startswith("Usage: cyberlib") and done.err.rstrip().endswith("[usage]")
    for mode in ("--json", "--jsonl"):
        told = call(mode, *args)
        assert (told.code, told.err) == (2, "")
        assert json.loads(told.out)["error"]["code"] == "usage"


# --- places that will not do ---


def test_an_empty_profile_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--profile "$UNSET"` in a script."""
    monkeypatch.chdir(tmp_path)
    for args in (["sources", "add", "."], ["snapshots"], ["demo"]):
        told = json.loads(call("--json", "--profile", "", *args).out)
        assert (told["error"]["code"], told["exit"]) == ("bad_path", 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only there any byte may stand in a name")
def test_places_that_settings_cannot_hold(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    with line.secret(PASSPHRASE):
        for args in (
            ["vault", "create", "--device-file", "--at", odd],
            ["vault", "open", "--no-device", "--at", odd],
            ["demo", "--size", "tiny", "--dir", odd],
        ):
            assert line.error(*args, code=2) == "bad_path"
            assert json.loads(line("--json", *args, code=2).out)["error"]["facts"]["path"].endswith("\\xff")
    assert [p.name for p in tmp_path.iterdir() if p.name != "profile"] == []


def test_places_where_the_demonstration_cannot_be_played(tmp_path: Path) -> None:
    line = CommandLine(tmp_path)
    file = tmp_path / "file"
    file.write_bytes(b"mine")
    for place in (file, file / "below", tmp_path / ("x" * 300)):
        assert line.error("demo", "--size", "tiny", "--dir", str(place), code=1) == "demo_folder_unusable"
    assert file.read_bytes() == b"mine"


@pytest.mark.faults
@pytest.mark.parametrize("size", ["300k", "1500k"])
def test_a_full_disk_ends_the_demonstration_and_is_left_empty(tmp_path: Path, size: str) -> None:
    with mounted_tmpfs(tmp_path / "small", f"size={size}") as small:
        line = CommandLine(tmp_path)
        assert line.error("demo", "--size", "tiny", "--dir", str(small / "d"), code=1) in (
            "demo_folder_unusable", "store_full", "target_full", "profile_full",
        )  # fmt: skip
        assert list(small.iterdir()) == []
