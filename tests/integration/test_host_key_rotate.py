"""The key of a vault at a host is changed: no table of slots is deleted, and none of before opens."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, restored
from tests.support.hosts import TestHost
from tests.support.trees import make_tree, told


def _private(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def _stolen(line: CommandLine, folder: Path) -> CommandLine:
    """What a thief of the workstation has, as long as nobody revokes it at the host."""
    made = CommandLine(folder)
    shutil.copytree(line.profile, made.profile)
    return made


def test_no_former_way_in_opens_a_vault_at_a_host(host: TestHost, tmp_path: Path) -> None:
    source = make_tree(tmp_path / "Cabinet", {"a.txt": b"avant" * 3000})
    practice = Practice(host, tmp_path)
    line = practice.station("POSTE")
    practice.vault(line)
    line("backup", str(source))
    other = _stolen(line, tmp_path / "thief")
    other("snapshots")
    with line.secret(PASSPHRASE):
        given = ["--new-passphrase-file", _private(tmp_path / "new", SECOND)]
        line("key", "rotate", *given, "--words-file", str(tmp_path / "kit"))
    make_tree(source, {"b.txt": b"apres" * 3000})
    line("backup", str(source))
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", source)) == told(source)
    line("verify", "--read-data")

    assert other.error("snapshots", code=5) == "locked"
    with other.secret(PASSPHRASE):
        assert other.error("snapshots", code=5) == "key_renewed"
        assert other.error("backup", str(source), code=5) == "key_renewed"
    with other.secret(SECOND):  # as a machine of the practice would come back
        other("key", "add", "device", "--device-file")
    other("restore", "latest", "--to", str(tmp_path / "again"))
    assert told(restored(tmp_path / "again", source)) == told(source)
    assert line.json("key", "rewrite")["result"]["rewritten"] > 0
    line("verify", "--read-data")
