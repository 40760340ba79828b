"""The key of a vault is changed, and its packs written anew, while machines are at work: real processes."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from tests.integration.test_cli_host import Practice
from tests.support.agents import RunningAgent, until
from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, restored
from tests.support.escrow_story import result
from tests.support.hosts import serving
from tests.support.trees import make_tree, told

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals; the locks are tested there too")


def _new(folder: Path) -> str:
    path = folder / "nouvelle"
    path.write_text(SECOND, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def test_the_agent_of_the_machine_goes_on_under_the_new_key(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a.txt": b"avant"})
    line("sources", "add", str(folder))
    line("schedule", "set", "--quiet", "5 s", "--battery", "yes", "--metered")
    agent = RunningAgent(line)
    try:
        line("backup")
        with line.secret(PASSPHRASE):
            line("key", "rotate", "--new-passphrase-file", _new(tmp_path))
        before = len(line.json("snapshots")["items"])
        (folder / "a.txt").write_bytes(b"apres")
        until(lambda: len(line.json("snapshots")["items"]) > before)
        result(line, "key", "rewrite")
        before = len(line.json("snapshots")["items"])
        (folder / "b.txt").write_bytes(b"apres encore")
        until(lambda: len(line.json("snapshots")["items"]) > before)
        assert line.json("vault", "info")["notices"] == []
    finally:
        agent.end()
    line("verify", "--read-data")
    assert len({each["device"] for each in line.json("snapshots")["items"]}) == 1


def test_another_machine_changes_the_key_in_the_middle_of_a_backup(tmp_path: Path) -> None:
    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path, seats=3)
        one, other = practice.station("UN"), practice.station("DEUX")
        practice.vault(one)
        documents = make_tree(tmp_path / "cabinet", {f"{n}.bin": os.urandom(500_000) for n in range(30)})
        one("sources", "add", str(documents))
        one("backup", str(make_tree(tmp_path / "peu", {"a.txt": b"fictif"})))
        words = result(other, "approval", "ask", "--at", host.url)["words"]
        with one.secret(PASSPHRASE):
            one("approval", "allow", "--words", " ".join(words))
        other("approval", "open", "--device-file")
        with (one.profile / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write('\n[network]\nupload = "20 Mbit/s"\n')
        run = one.start("backup")
        time.sleep(2)
        assert run.poll() is None, "the backup is to be under way"
        with one.secret(PASSPHRASE):  # at the same machine it waits its turn
            code = one.error("key", "rotate", "--new-passphrase-file", _new(tmp_path), code=8)
            assert code == "profile_busy"
        with other.secret(PASSPHRASE):
            other("key", "rotate", "--new-passphrase-file", _new(tmp_path))
        other("key", "rewrite")
        assert run.poll() is None
        out, err = run.communicate(timeout=120)
        assert run.returncode == 0, (out, err)  # under the former key
        done = one.attempt("backup")
        assert done.code == 5 and "key was changed" in done.err, done
        with one.secret(SECOND):
            one("key", "add", "device", "--device-file")
        made = one.json("backup")
        assert made["notices"] == [] and made["result"]["snapshot"]["stored"] < 70_000
        other("key", "rewrite")
        other("verify", "--read-data")
        other("restore", "latest@UN", "--to", str(tmp_path / "la"))
        assert told(restored(tmp_path / "la", documents)) == told(documents)
