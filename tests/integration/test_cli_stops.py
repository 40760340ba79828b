"""Stopped in the middle: nothing is lost, the exit code says so, and the next run uses what was done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command_line import CommandLine
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX sends them")

IMAGES = {f"image {n}.bin": os.urandom(6_000_000) for n in range(12)}


def _events(process: subprocess.Popen[bytes]) -> Any:
    assert process.stdout is not None
    for text in process.stdout:
        yield json.loads(text)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_backup_loses_nothing(line: CommandLine, tmp_path: Path, number: signal.Signals) -> None:
    folder = make_tree(tmp_path / "Images", IMAGES)
    last: dict[str, Any] = {}
    sent = False
    with line.start("--jsonl", "backup", str(folder)) as process:
        for event in _events(process):
            last = event
            if not sent and event["event"] == "progress" and event["bytes_stored"] > 0:
                process.send_signal(number)
                if number == signal.SIGHUP:  # from the system and from the shell
                    process.send_signal(number)
                sent = True
        assert sent, "the backup ended before it could be stopped"
        assert process.wait() == 130
        assert process.stderr is not None and process.stderr.read() == b""
    assert (last["event"], last["exit"], last["error"]["code"]) == ("end", 130, "stopped")
    assert line.json("snapshots")["items"] == []
    done = line.json("backup", str(folder))["result"]["snapshot"]
    assert done["new_bytes"] < done["bytes"]  # packs already sent were not sent again
    line("verify", "--read-data")


def test_who_begins_it_apart_from_the_terminal_may_close_that(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Images", IMAGES)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        process = line.start("--jsonl", "backup", str(folder))
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "progress"
        process.send_signal(signal.SIGHUP)
        process.stdout.read()
        assert process.wait() == 0


def test_a_second_signal_does_not_wait(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Images", IMAGES)
    with line.start("--jsonl", "backup", str(folder)) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "progress"
        os.kill(process.pid, signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        os.kill(process.pid, signal.SIGCONT)
        process.stdout.read()
        assert process.wait() == 130
    line("backup", str(folder))
    line("verify", "--read-data")


def test_a_listing_stops_at_once(line: CommandLine, tmp_path: Path) -> None:
    line("backup", str(make_tree(tmp_path / "Many", {f"{n}.txt": b"" for n in range(3000)})))
    with line.start("ls", "-R", "latest") as process:
        assert process.stdout is not None
        process.stdout.readline()  # the pipe is full by now, and nobody reads
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert process.returncode == 130
    assert b"[stopped]" in err and b"Traceback" not in err


def test_whoever_has_read_enough_hangs_up(line: CommandLine, tmp_path: Path) -> None:
    line("backup", str(make_tree(tmp_path / "Many", {f"{n}.txt": b"" for n in range(3000)})))
    for options in ([], ["--json"], ["--jsonl"]):
        with line.start(*options, "ls", "-R", "latest") as process:
            assert process.stdout is not None and process.stderr is not None
            process.stdout.read(100)
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a file that is always full")
def test_output_that_cannot_be_written_is_an_error(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Cabinet", {"a.bin": bytes(1_000_000)})
    line("backup", str(folder))
    for command in (
        ["snapshots"],
        ["--json", "snapshots"],
        ["ls", "-R", "latest"],
        ["cat", f"latest:{folder}/a.bin"],
    ):
        with open("/dev/full", "wb") as full, line.start(*command, stdout=full) as process:
            _, err = process.communicate()
        assert process.returncode == 1, command
        assert b"[output_failed]" in err and b"Traceback" not in err
