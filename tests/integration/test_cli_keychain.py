"""This machine's secret in a real keychain, and what happens where there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.session_bus import keychain_session
from tests.support.trees import make_tree

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="makes a session of its own, as Linux has them"
)


def _create(line: CommandLine) -> dict[str, object]:
    with line.secret(PASSPHRASE):
        made: dict[str, object] = line.json("vault", "create", "--at", str(line.vault))
    return made


def test_the_keychain_opens_the_vault_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = CommandLine(tmp_path)
    folder = make_tree(tmp_path / "Cabinet", {"a": b"a"})
    with keychain_session(tmp_path / "keychain") as keychain:
        assert keychain is not None
        keychain.enter(monkeypatch)
        made = _create(line)
        assert made["notices"] == []
        assert made["result"]["unlock"] == "keychain"  # type: ignore[index]
        line("backup", str(folder))
        # The secret is not in the profile, which copied away opens nothing.
        credentials = sorted(p.name for p in (line.profile / "credentials").iterdir())
        assert credentials == ["device.json", "identity", "slots.json"]
        (device,) = [s for s in line.json("key", "list")["items"] if s["here"]]
        with line.secret(PASSPHRASE):
            line("key", "remove", device["id"])
        assert line.error("snapshots", code=5) == "locked"
        with line.secret(PASSPHRASE):
            line("key", "add", "device")
        line("snapshots")
    # The session is over: the passphrase is asked for, and the reason is told.
    done = line("snapshots", code=5)
    assert "[locked]" in done.err and "keychain" in done.err
    with line.secret(PASSPHRASE):
        told = line.json("snapshots")
    assert [n["code"] for n in told["notices"]] == ["keychain_unavailable"]


def test_without_a_keychain_the_vault_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    line = CommandLine(tmp_path)
    made = _create(line)
    assert [n["code"] for n in made["notices"]] == ["keychain_unavailable"]  # type: ignore[attr-defined, index]
    assert made["result"]["unlock"] == "ask"  # type: ignore[index]
    assert line.error("snapshots", code=5) == "locked"
    with line.secret(PASSPHRASE):
        assert line.error("key", "add", "device", code=5) == "keychain_unavailable"
        line("key", "add", "device", "--device-file")
    line("snapshots")
