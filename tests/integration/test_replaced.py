"""A machine whose place another took: dead at the host at once, and forgetful, on its signed word alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cyberlib_client.app import bootstrap
from cyberlib_client.core.errors import CyberlibError, UsageError
from cyberlib_client.state.bucket_access import BucketAccess, read_bucket_access, write_bucket_access
from cyberlib_client.transports.host import records
from cyberlib_host.database.tables import devices
from tests.integration.test_cli_host import Practice
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.hosts import TestHost, serving
from tests.support.trees import make_tree, told


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host") as served:
        yield served


class Desk:
    """A practice whose old machine has a vault at a host and a copy beside it."""

    def __init__(self, host: TestHost, folder: Path) -> None:
        self.practice = Practice(host, folder, seats=1)
        self.old = self.practice.station("ANCIEN")
        self.practice.vault(self.old)
        self.documents = make_tree(folder / "documents", {"a.txt": b"fictif", "b.bin": b"x" * 300_000})
        self.old("backup", str(self.documents))
        self.copy = folder / "copie"
        self.copy.mkdir()
        self.old("copy", "--to", str(self.copy))

    def replace(self, name: str = "NEUF") -> CommandLine:
        new = self.practice.station(name)
        new("device", "reassign", "ANCIEN", "--contract-key-file", self.practice.key)
        return new


@pytest.fixture
def desk(host: TestHost, tmp_path: Path) -> Desk:
    return Desk(host, tmp_path)


def _secrets(line: CommandLine) -> list[str]:
    """Files of this machine that hold a secret: keepers are files here."""
    return sorted(
        path.name
        for path in line.profile.rglob("*")
        if path.is_file() and path.name.startswith(("device-", "host-"))
    )


def test_it_forgets_its_secrets_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    assert len(_secrets(desk.old)) == 2
    settings = (desk.old.profile / "settings.toml").read_bytes()
    desk.replace()
    done = desk.old("backup", str(desk.documents), code=5)
    assert "NEUF" in done.err and done.err.rstrip().endswith("[host_device_replaced]")
    assert _secrets(desk.old) == []
    assert told(desk.documents) == told(desk.documents)
    assert (desk.old.profile / "settings.toml").read_bytes() == settings
    # Known without asking again, also with the host down.
    assert desk.old.error("snapshots", code=5) == "host_device_replaced"
    # What it has on disks beside it still restores, by the passphrase.
    with desk.old.secret(PASSPHRASE):
        desk.old("restore", "latest", "--from", str(desk.copy), "--to", str(tmp_path / "back"))
    assert told(restored(tmp_path / "back", desk.documents)) == told(desk.documents)
    # Declared anew under another name it is a machine like any other.
    desk.practice.enrol(desk.old, "DE RETOUR")
    assert desk.old.json("device", "list")["items"][-1]["state"] == "surplus"


def test_it_forgets_the_keys_of_its_buckets(desk: Desk) -> None:
    profile = bootstrap.profile_at(str(desk.old.profile))
    file = bootstrap.keeper("file", profile)
    for of in ("", "nuage"):
        name = f"bucket-{of or 'ici'}0"
        file.store(name, b'["AKFICTIF","secret",""]')
        write_bucket_access(profile, BucketAccess("file", name, ca="-- certificates --"), of)
    desk.replace()
    desk.old("backup", str(desk.documents), code=5)
    for of in ("", "nuage"):
        assert file.load(f"bucket-{of or 'ici'}0") is None
        assert read_bucket_access(profile, of) == BucketAccess("file", "", ca="-- certificates --")


def test_health_says_so(desk: Desk) -> None:
    desk.old("sources", "add", str(desk.documents))
    desk.old("backup")
    desk.replace()
    desk.old("backup", code=5)
    reasons = [each["code"] for each in desk.old.json("report")["result"]["health"]["reasons"]]
    assert "device_replaced" in reasons, reasons


@pytest.mark.parametrize("field", ["since", "by", "device", "signature"])
def test_without_the_host_s_signature_it_forgets_nothing(
    desk: Desk, host: TestHost, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody in the middle who speaks for the host has no key of its receipts."""
    from cyberlib_host.services import access

    desk.replace()
    usual = access._revoked

    def forged(*args: object) -> object:
        problem = usual(*args)  # type: ignore[arg-type]
        other = {
            "since": "2020-01-01T00:00:00Z",
            "by": "UN-AUTRE",
            "device": "00" * 16,
            "signature": "00" * 64,
        }
        problem.facts[field] = other[field]
        return problem

    monkeypatch.setattr(access, "_revoked", forged)
    assert desk.old.error("backup", str(desk.documents), code=5) == "host_device_revoked"
    assert len(_secrets(desk.old)) == 2
    monkeypatch.setattr(access, "_revoked", usual)
    assert desk.old.error("backup", str(desk.documents), code=5) == "host_device_replaced"
    assert _secrets(desk.old) == []


def test_one_that_was_merely_withdrawn_keeps_its_secrets(desk: Desk, host: TestHost) -> None:
    other = desk.practice.station("AUTRE")
    other("device", "revoke", "ANCIEN", "--contract-key-file", desk.practice.key)
    assert desk.old.error("backup", str(desk.documents), code=5) == "host_device_revoked"
    assert len(_secrets(desk.old)) == 2


def test_of_two_that_take_the_same_place_one_gets_it(desk: Desk, host: TestHost) -> None:
    key = desk.practice.made.contract_key
    clients = {name: host.client(host.enrol(key, name)) for name in ("UN", "DEUX")}
    body = {"contract_key": key, "device": "ANCIEN"}

    def take(name: str) -> str:
        try:
            return clients[name].ask("POST", "/v1/reassignments", records.Device, body).state
        except CyberlibError as error:
            assert isinstance(error, UsageError) and error.code == "host_device_taken"
            return f"taken by {error.facts['by']}"

    with ThreadPoolExecutor(2) as both:
        ended = dict(zip(clients, both.map(take, clients), strict=True))
    (winner,) = [name for name, state in ended.items() if state == "active"]
    (loser,) = [name for name in ended if name != winner]
    assert ended[loser] == f"taken by {winner}"
    assert take(winner) == "active" and take(loser) == f"taken by {winner}"
    with host.context.database.read() as connection:
        states = {row.name: row.state for row in connection.execute(devices.select())}
    assert states == {"ANCIEN": "revoked", winner: "active", loser: "surplus"}


def test_cut_short_between_the_note_and_the_wiping(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from cyberlib_client.app import replaced

    desk.replace()
    usual = replaced.wipe
    monkeypatch.setattr(replaced, "wipe", lambda *_args: None)
    desk.old("backup", str(desk.documents), code=5)
    assert len(_secrets(desk.old)) == 2
    monkeypatch.setattr(replaced, "wipe", usual)
    assert desk.old.error("snapshots", code=5) == "host_device_replaced"
    assert _secrets(desk.old) == []


def test_the_note_itself_has_no_secret(desk: Desk) -> None:
    desk.replace()
    desk.old("backup", str(desk.documents), code=5)
    note = json.loads((desk.old.profile / "credentials" / "replaced.json").read_bytes())
    assert sorted(note) == ["by", "device", "signature", "since", "url"]
