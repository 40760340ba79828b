"""A real agent: its process, its workers, its clients, and what happens when one of them goes away."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.app.agent.messages import BackupJob, encode
from cyberlib_client.app.agent.worker import Order
from tests.support.agents import RunningAgent, until
from tests.support.command_line import CommandLine
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals; see tests/contract")

PLAN = {
    "courriers": {f"lettre {n}.txt": b"Cher confrere, " * n for n in range(20)},
    "images": {"radio.bin": os.urandom(300_000)},
}


@pytest.fixture
def practice(line: CommandLine, tmp_path: Path) -> CommandLine:
    """With sources; changes are saved after five seconds of quiet."""
    make_tree(tmp_path / "cabinet", PLAN)
    line("sources", "add", str(tmp_path / "cabinet"))
    line("schedule", "set", "--quiet", "5 s", "--times", "none")
    return line


@pytest.fixture
def agent(practice: CommandLine) -> Iterator[RunningAgent]:
    agent = RunningAgent(practice)
    yield agent
    agent.end()


def snapshots(line: CommandLine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = line.json("snapshots")["items"]
    return found


def _without_figures(text: str) -> str:
    text = re.sub(r"\b[0-9a-f]{8}\b", "ID", text)
    return re.sub(r"(less than )?[\d.]+", "N", text)


def test_commands_say_the_same_with_an_agent_and_without(practice: CommandLine, tmp_path: Path) -> None:
    sources = tmp_path / "cabinet"
    (sources / "courriers" / "illisible").symlink_to("nulle part")
    os.mkfifo(sources / "tuyau")
    practice("backup")
    without = [practice("backup"), practice("verify"), practice.json("backup"), practice.lines("verify")]
    failing = [practice.attempt("backup", "--exclude", "["), practice.attempt("backup", "/nowhere/at/all")]
    agent = RunningAgent(practice)
    try:
        through = [practice("backup"), practice("verify"), practice.json("backup"), practice.lines("verify")]
        failed = [practice.attempt("backup", "--exclude", "["), practice.attempt("backup", "/nowhere/at/all")]
    finally:
        agent.end()
    for before, now in zip([*without[:2], *failing], [*through[:2], *failed], strict=True):
        assert _without_figures(now.err) == _without_figures(before.err)  # type: ignore[union-attr]
        assert _without_figures(now.out) == _without_figures(before.out)  # type: ignore[union-attr]
        assert now.code == before.code  # type: ignore[union-attr]
    assert _shape(through[2]) == _shape(without[2])
    assert _shape(through[3][-1]) == _shape(without[3][-1])  # type: ignore[index]
    assert {each["event"] for each in through[3]} == {each["event"] for each in without[3]}  # type: ignore[index, union-attr]


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return type(value).__name__ if not isinstance(value, str) else "str"


@pytest.fixture
def slowly(agent: RunningAgent) -> Iterator[RunningAgent]:
    """Its backups take their time: a command comes first."""
    agent.line("hooks", "add", "slow", "--", sys.executable, "-c", "import time; time.sleep(50)")
    yield agent


def test_ctrl_c_on_a_command_stops_the_job_and_not_the_agent(slowly: RunningAgent) -> None:
    command = slowly.line.start("--json", "backup")
    until(lambda: slowly.status["job"] is not None)
    command.send_signal(signal.SIGINT)
    out, _ = command.communicate(timeout=180)
    assert command.returncode == 130 and json.loads(out)["error"]["code"] == "stopped"
    until(lambda: slowly.status["job"] is None)
    assert snapshots(slowly.line) == []
    slowly.line("hooks", "remove", "slow")
    assert slowly.line("backup").code == 0


def test_a_command_that_is_killed_leaves_its_job_to_the_agent(agent: RunningAgent) -> None:
    command = agent.line.start("--jsonl", "backup")
    assert command.stdout is not None and command.stderr is not None
    command.stdout.readline()
    command.kill()
    command.wait(180)
    command.stdout.close()
    command.stderr.close()
    until(lambda: len(snapshots(agent.line)) == 1)


def test_there_is_one_agent_and_the_next_after_it_was_killed(agent: RunningAgent) -> None:
    line = agent.line
    assert line.error("agent", "run", code=1) == "agent_running"
    line("backup")
    agent.process.kill()
    agent.process.wait(180)
    assert line.attempt("agent", "status").code == 1
    assert line.error("agent", "stop", code=1) == "agent_not_running"
    line("backup")  # by itself
    again = RunningAgent(line)
    assert again.status["pid"] == again.process.pid
    assert again.end() == 0
    assert not (line.profile / "agent.json").exists()


def _workers(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in children for each in task.read_text().split()]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_worker_ends_with_its_agent(slowly: RunningAgent) -> None:
    command = slowly.line.start("backup")
    until(lambda: _workers(slowly.process.pid) != [])
    (worker,) = _workers(slowly.process.pid)
    slowly.process.kill()
    slowly.process.wait(180)
    until(lambda: not Path(f"/proc/{worker}").exists())
    command.kill()
    command.communicate(timeout=180)
    slowly.line("hooks", "remove", "slow")
    assert slowly.line("backup").code == 0


def test_what_is_missing_is_told_with_what_to_do(tmp_path: Path) -> None:
    """Nothing set up, then settings that are damaged, a folder that is gone, and no agent at all."""
    bare = CommandLine(tmp_path / "new")
    bare.profile.mkdir(parents=True)
    bare.profile.chmod(0o755)
    assert bare.error("agent", "run", code=1) == "profile_exposed"
    bare.profile.chmod(0o700)
    process = bare.start("agent", "run")
    try:
        until(lambda: "agent_idle" in bare.attempt("agent", "status").out)
        assert bare.attempt("agent", "status").code == 1
        (bare.profile / "settings.toml").write_bytes(b"sources = [\n")
        until(lambda: "settings_damaged" in bare.attempt("agent", "status").out)
        assert str(bare.profile / "settings.toml") in bare.attempt("agent", "status").out
        (bare.profile / "settings.toml").unlink()
        until(lambda: "agent_idle" in bare.attempt("agent", "status").out)
    finally:
        process.send_signal(signal.SIGTERM)
        _, told_first = process.communicate(timeout=180)
    assert b"Ctrl-C" in told_first
    assert "agent install" in bare.attempt("agent", "status").out


def test_a_pause_has_an_end_and_outlives_the_agent(agent: RunningAgent) -> None:
    line = agent.line
    assert line.attempt("agent", "pause", "8", "d").code == 2
    until_when = line.json("agent", "pause", "2", "h")["result"]["until"]
    assert agent.status["paused_until"] == until_when
    agent.end()
    again = RunningAgent(line)
    assert again.status["paused_until"] == until_when
    assert line("backup").code == 0  # a person may
    line("agent", "resume")
    assert again.status["paused_until"] is None
    again.end()


def test_settings_are_taken_up_as_they_change(agent: RunningAgent, tmp_path: Path) -> None:
    line = agent.line
    settings = line.profile / "settings.toml"
    sound = settings.read_bytes()
    settings.write_bytes(b"sources = 1\n")
    until(lambda: agent.status["problem"] != "")
    shown = line("agent", "status", code=1).out
    assert shown.count("settings.toml") == 1 and "[settings_damaged]" in shown and "?" not in shown
    assert "settings.toml" in line.json("agent", "status", code=1)["result"]["incidents"][0]["facts"]["at"]
    settings.write_bytes(sound)
    until(lambda: agent.status["problem"] == "")
    (told,) = bootstrap.history(bootstrap.profile_at(str(line.profile))).incidents(open_only=False)
    assert told.kind == "settings_damaged" and told.facts["line"] == 1 and told.cleared is not None
    make_tree(tmp_path / "autre", {"a.txt": b"a"})
    line("sources", "add", str(tmp_path / "autre"))
    until(lambda: len(agent.status["watching"]) == 2)
    (tmp_path / "autre").rename(tmp_path / "ailleurs")
    until(lambda: agent.status["watching"][1]["why"] == "missing")
    assert "sources remove" in line("agent", "status").out


BEYOND_REASON = [
    {"say": "pause", "until": 1 << 63},
    {"say": "pause", "until": 10**40},
    {"say": "pause", "until": -1},
    {"say": "start", "job": {"do": "backup", "paths": ["Y2FiaW5ldA=="]}},
    {"say": "start", "job": {"do": "verify", "percent": -1}},
    {"say": "start", "job": {"do": "verify", "percent": 10**9}},
]


def test_orders_beyond_reason_are_refused(agent: RunningAgent) -> None:
    address = json.loads((agent.line.profile / "agent.json").read_bytes())["address"]
    for order in BEYOND_REASON:
        channel = bootstrap.local_sockets().connect(address)
        channel.send(b'{"say":"hello","version":1,"program":"x"}\n')
        channel.send(json.dumps({"id": 1, **order}).encode() + b"\n")
        heard = b""
        while heard.count(b"\n") < 2:
            heard += channel.receive(4096)
        channel.close()
        told = json.loads(heard.splitlines()[1])
        assert told["say"] == "unfit" or told["error"]["code"] == "bad_order", (order, told)
    assert agent.status["paused_until"] is None and agent.status["queued"] == 0


def test_a_damaged_timetable_ends_no_agent(practice: CommandLine) -> None:
    due = {"next": 0, "planned": 10**30, "served": [-(10**30)], "missed": True}
    (practice.profile / "state").mkdir(exist_ok=True)
    written = practice.profile / "state" / "timetable.json"
    written.write_text(json.dumps({"due": due, "paused_until": 10**30, "alive": 10**30}))
    assert practice.json("agent", "status", code=1)["result"]["paused_until"] is None
    practice("schedule", "set", "--times", "12:00")
    running = RunningAgent(practice)
    until(lambda: running.status["next_run"] is not None)
    assert running.end() == 0


def test_a_worker_tells_that_it_goes_on(practice: CommandLine) -> None:
    worker = practice.start("agent", "job", stdin=subprocess.PIPE)
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(b'{"job":{"do":"backup"},"trigger":"user"}\n')
    worker.stdin.flush()
    told = [json.loads(line) for line in worker.stdout]
    worker.communicate(timeout=180)
    assert {"is": "alive"} in told and told[-1]["is"] == "ended" and told[-1]["exit"] == 0


@pytest.mark.parametrize("patient", [True, False])
def test_what_nobody_waits_for_lets_others_go_first(
    practice: CommandLine, tmp_path: Path, patient: bool
) -> None:
    """As the processes that a worker starts see it."""
    told = tmp_path / "nice"
    ask = "import os, sys; open(sys.argv[1], 'w').write(str(os.nice(0)))"
    practice("hooks", "add", "ask", "--", sys.executable, "-c", ask, str(told))
    worker = practice.start("agent", "job", stdin=subprocess.PIPE)
    assert worker.stdin is not None and worker.stdout is not None
    worker.stdin.write(encode(Order(BackupJob(), "changes", patient=patient)) + b"\n")
    worker.stdin.flush()
    out = worker.stdout.read()
    assert worker.wait(180) == 0, out
    worker.communicate()
    assert (int(told.read_text()) > os.nice(0)) is patient
