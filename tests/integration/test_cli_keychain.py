"""This machine's secret in a real keychain, and what happens where there is none."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.hosts import TestHost, serving
from tests.support.session_bus import keychain_session
from tests.support.trees import make_tree

if sys.platform == "linux":
    import secretstorage

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


# ---- this machine's key at a host ------------------------------------------------------------------


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    with serving(tmp_path_factory.mktemp("host")) as made:
        yield made


class Declared:
    """A practice's contract, and a machine to be declared."""

    def __init__(self, host: TestHost, folder: Path) -> None:
        self.line = CommandLine(folder / "machine")
        self.key, ca = folder / "contract.key", folder / "ca.pem"
        self.key.write_text(host.organisation(seats=3).contract_key)
        self.key.chmod(0o600)
        ca.write_text(host.ca)
        self.enrol = ["device", "enrol", "--host", host.url, "--contract-key-file", str(self.key)]
        self.enrol += ["--ca", str(ca)]

    def kept(self) -> bytes:
        """All that the profile holds."""
        return b"".join(p.read_bytes() for p in self.line.profile.rglob("*") if p.is_file())

    def keeper(self, name: str, *more: str) -> str:
        """Where the key is kept after `device enrol`."""
        return str(self.line.json(*self.enrol, "--name", name, *more)["result"]["keeper"])


def _seeds(prefix: str = "host-") -> list[bytes]:
    """The keys that the keychain holds, read past the program."""
    with closing(secretstorage.dbus_init()) as connection:
        items = secretstorage.search_items(connection, {"application": "cyberlib"})
        return [i.get_secret() for i in items if i.get_attributes()["name"].startswith(prefix)]


def test_the_key_at_a_host_is_in_the_keychain(
    host: TestHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = Declared(host, tmp_path)
    with keychain_session(tmp_path / "keychain") as keychain:
        assert keychain is not None
        keychain.enter(monkeypatch)
        assert at.keeper("A") == "keychain"
        (seed,) = _seeds()
        assert len(seed) == 32
        for form in (seed, seed.hex().encode(), b64encode(seed)):
            assert form not in at.kept()
        assert not list((at.line.profile / "credentials").glob("host-*"))
        at.line("device", "list")
        # Nothing is made anew, nor moved, when it is repeated.
        assert at.keeper("A") == "keychain" and _seeds() == [seed]
    assert at.line.error("device", "list", code=5) == "host_key_locked"
    with keychain_session(tmp_path / "keychain", unlocked=False) as keychain:
        assert keychain is not None
        keychain.enter(monkeypatch)
        told = at.line("device", "list", code=5)
        assert "[host_key_locked]" in told.err and "it is locked" in told.err
        assert at.line.error(*at.enrol, "--name", "A", code=5) == "host_key_locked"
    with keychain_session(tmp_path / "keychain") as keychain:
        assert keychain is not None
        keychain.enter(monkeypatch)
        at.line("device", "list")
        # Before the machine loses its desktop session, the key goes to a file: the same key, the same device.
        before = at.line.json("device", "list")["items"]
        assert at.keeper("A", "--device-file") == "file"
        assert _seeds() == []
    at.line("device", "list")
    assert [d["id"] for d in at.line.json("device", "list")["items"]] == [d["id"] for d in before]


def test_a_headless_machine_is_told_of_the_file(
    host: TestHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no other backend of keyring is asked, which might store in clear."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    at = Declared(host, tmp_path)
    told = at.line(*at.enrol, "--name", "A", code=5)
    assert "[host_key_not_kept]" in told.err and "--device-file" in told.err
    assert "vault" not in told.err
    assert not (tmp_path / "data").exists()
    assert b"host-" not in at.kept()
    assert at.keeper("A", "--device-file") == "file"
    (kept,) = (at.line.profile / "credentials").glob("host-*")
    assert kept.stat().st_mode & 0o077 == 0
    at.line("device", "list")


def test_a_key_that_is_lost_or_was_open_to_others_is_made_anew(host: TestHost, tmp_path: Path) -> None:
    """Under another name, as the message says: the licence is then taken over."""
    at = Declared(host, tmp_path)
    assert at.keeper("A", "--device-file") == "file"

    def key() -> Path:
        (found,) = (at.line.profile / "credentials").glob("host-*")
        return found

    key().chmod(0o644)
    assert at.line.error("device", "list", code=5) == "host_key_exposed"
    assert at.line.error(*at.enrol, "--name", "A", "--device-file", code=2) == "host_device_name_taken"
    assert at.keeper("B", "--device-file") == "file"
    key().unlink()
    assert at.line.error("device", "list", code=1) == "host_key_lost"
    assert at.keeper("C", "--device-file") == "file"
    at.line("device", "reassign", "B", "--contract-key-file", str(at.key))
    at.line("device", "revoke", "C", "--contract-key-file", str(at.key))
    assert at.line.error("device", "list", code=5) == "host_device_revoked"
    assert at.line.error(*at.enrol, "--name", "C", "--device-file", code=5) == "host_device_revoked"
    assert at.keeper("D", "--device-file") == "file"
    states = {d["name"]: d["state"] for d in at.line.json("device", "list")["items"]}
    assert states == {"A": "active", "B": "revoked", "C": "revoked", "D": "active"}
