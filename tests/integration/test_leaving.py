"""The end of a contract: nothing is erased too early, everything is in the end, and it can be proven."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from cyberlib_client.app.leaving import Destruction, Leaving
from cyberlib_client.transports.host import records
from cyberlib_host.core import destruction
from cyberlib_host.core.problems import Problem
from cyberlib_host.database.tables import audit as audit_lines
from cyberlib_host.database.tables import devices, log, members, metadata, objects, organisations, vaults
from cyberlib_host.jobs.copies import copy_some
from cyberlib_host.jobs.erasure import erase
from cyberlib_host.services import audit, leaving
from cyberlib_host.services import organisations as contracts
from cyberlib_host.storage.folder import FolderStorage
from tests.integration.test_host_copies import TWO
from tests.support.command_line import PASSPHRASE, CommandLine
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.operators import Operator
from tests.support.servers import postgresql
from tests.support.trees import make_tree


@pytest.fixture
def host(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TestHost]:
    """With two zones; on PostgreSQL where the test asks for it."""
    with contextlib.ExitStack() as closing:
        settings = TWO
        if getattr(request, "param", "") == "postgresql":
            settings = f'database = "{closing.enter_context(postgresql(tmp_path / "pg"))}"\n{TWO}'
        yield closing.enter_context(serving(tmp_path / "host", settings=settings))


class Customer:
    """An organisation with a vault in which there is something."""

    def __init__(self, host: TestHost, count: int = 5) -> None:
        self.host, self.context = host, host.context
        self.id, self.key = host.organisation(2)
        self.identity = host.enrol(self.key)
        self.client = host.client(self.identity)
        self.vault = self.client.ask("POST", "/v1/vaults", records.Vault).id
        self.put(count)

    def put(self, count: int) -> None:
        from cyberlib_client.core.crypto import sha256
        from cyberlib_client.transports.host.store import HostStore

        store = HostStore(self.client, self.vault)
        self.names = []
        for number in range(count):
            data = os.urandom(2_000)
            kind = "snapshots" if number == 0 else "packs"
            self.names.append(sha256(data).hex())
            store.put(f"{kind}/{self.names[-1]}", data)
        while copy_some(self.context):
            pass

    def decide(self, wanted: str) -> None:
        with self.context.database.write() as connection:
            contracts.decide(self.context, connection, self.id, wanted, OPERATOR)

    def accept(self) -> None:
        with self.context.database.write() as connection:
            leaving.accept(self.context, connection, self.id, OPERATOR, "Dr Fictif")

    def erase(self) -> destruction.SignedCertificate:
        return destruction.read(erase(self.context, self.id, OPERATOR))

    def left_on_disks(self) -> list[Path]:
        """Files of its vault in any zone, whatever they are called."""
        folder = self.host.tls_folder.parent
        return [
            path
            for zone in ("objects", "lyon")
            for path in (folder / zone).rglob("*")
            if self.vault in str(path) or path.name in self.names
        ]


def _refused(customer: Customer) -> str | None:
    with pytest.raises(Problem) as raised:
        customer.erase()
    assert raised.value.code == "erasure_not_allowed"
    assert len(customer.left_on_disks()) > 10
    until = raised.value.facts["until"]
    assert until is None or isinstance(until, str)
    return until


def test_never_while_the_contract_is_alive_nor_before_acceptance_or_deadline(host: TestHost) -> None:
    customer = Customer(host)
    assert _refused(customer) is None
    customer.accept()
    assert _refused(customer) is None, "it accepted, and may go on for years"
    customer.decide("suspended")
    host.clock.advance(days=400)
    assert _refused(customer) is None
    customer.decide("terminated")
    assert _refused(customer) is not None, "links that were given out may still be used"
    host.clock.advance(seconds=host.context.link_seconds + 1)
    with host.context.database.read() as connection:
        told = leaving.told(host.context, connection, customer.id)
        assert leaving.state(host.context, told, leaving.of(connection, customer.id)) == "erasable"
    assert customer.erase().certificate.basis == "accepted"


def test_without_an_acceptance_the_days_to_read_go_by_first(host: TestHost) -> None:
    customer = Customer(host)
    customer.decide("terminated")
    host.clock.advance(days=89.9)
    assert _refused(customer) is not None
    host.clock.advance(days=0.2)
    certificate = customer.erase().certificate
    assert (certificate.basis, certificate.accepted) == ("deadline", None)


@pytest.mark.parametrize("host", ["sqlite", "postgresql"], indirect=True)
def test_what_is_erased_is_gone_everywhere_and_only_that(host: TestHost) -> None:
    customer, other = Customer(host), Customer(host)
    kept = sorted(other.left_on_disks())
    leftover = host.context.storage
    assert isinstance(leftover, FolderStorage)
    (Path(leftover._root) / customer.vault / "ff").mkdir(exist_ok=True)
    (Path(leftover._root) / customer.vault / "ff" / ("f" * 64)).write_bytes(b"put, and never committed")
    customer.accept()
    customer.decide("terminated")
    host.clock.advance(seconds=host.context.link_seconds + 1)
    signed = customer.erase()
    assert customer.left_on_disks() == []
    assert sorted(other.left_on_disks()) == kept
    told = signed.certificate
    assert [(vault.id, vault.objects, vault.bytes) for vault in told.vaults] == [(customer.vault, 5, 10_000)]
    assert told.zones == ["Paris", "Lyon"]
    with host.context.database.read() as connection:
        for table in (objects, log, members):
            mine = select(func.count()).select_from(table).where(table.c.vault == customer.vault)
            assert connection.execute(mine).scalar_one() == 0
        assert connection.execute(select(vaults).where(vaults.c.id == customer.vault)).first() is None
        row = connection.execute(select(organisations).where(organisations.c.id == customer.id)).one()
        assert (row.bytes, row.contact) == (0, None)
        states = connection.execute(select(devices.c.state).where(devices.c.organisation == customer.id))
        assert set(states.scalars()) == {"revoked"}
        line = connection.execute(
            select(audit_lines.c.hash).where(
                audit_lines.c.organisation == customer.id, audit_lines.c.sequence == told.audit_sequence
            )
        ).scalar_one()
        assert line.hex() == told.audit_hash
        assert audit.check(connection, customer.id) > 5
        dumped = b"".join(
            repr(found).encode()
            for table in metadata.sorted_tables
            if table.name not in ("audit", "leavings")
            for found in connection.execute(table.select())
        )
    assert customer.vault.encode() not in dumped
    assert erase(host.context, customer.id, OPERATOR) == erase(host.context, customer.id, OPERATOR)


@pytest.mark.parametrize("at", [1, 2, 4])
def test_an_erasure_that_is_cut_short_is_finished_by_the_next(
    host: TestHost, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Cut in each zone: what is done stays done, nothing comes back, and the counts are right."""
    customer = Customer(host)
    customer.accept()
    customer.decide("terminated")
    host.clock.advance(seconds=host.context.link_seconds + 1)
    calls = 0
    real = FolderStorage.erase

    def cut(self: FolderStorage, vault: str) -> int:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt
        return real(self, vault)

    monkeypatch.setattr(FolderStorage, "erase", cut)
    with pytest.raises(KeyboardInterrupt):
        customer.erase()
    assert calls == at
    monkeypatch.undo()
    operator = Operator(host.tls_folder.parent)
    assert operator.json("leaving", "show", customer.id)["state"] == "erasing"
    assert copy_some(host.context) == 0, "nothing comes back into a zone"
    told = customer.erase().certificate
    assert customer.left_on_disks() == []
    assert (told.vaults[0].objects, told.vaults[0].bytes) == (5, 10_000)


def test_a_zone_that_is_away_is_not_certified(host: TestHost) -> None:
    customer = Customer(host)
    customer.accept()
    customer.decide("terminated")
    host.clock.advance(seconds=host.context.link_seconds + 1)
    lyon = host.tls_folder.parent / "lyon"
    lyon.rename(lyon.with_name("débranché"))
    with pytest.raises(Problem) as raised:
        customer.erase()
    assert raised.value.code == "storage_unreachable"
    with host.context.database.read() as connection:
        assert leaving.of(connection, customer.id).certificate is None
    lyon.with_name("débranché").rename(lyon)
    customer.erase()
    assert customer.left_on_disks() == []


# ---- the whole way, from the command lines ----------------------------------------------------------


def _private(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def test_the_whole_way_from_request_to_certificate(host: TestHost, tmp_path: Path) -> None:
    made = host.organisation(1)
    line, operator = CommandLine(tmp_path / "poste"), Operator(tmp_path / "host")
    key, ca = _private(tmp_path / "key", made.contract_key), _private(tmp_path / "ca", host.ca)
    line(
        "device", "enrol", "--host", host.url, "--contract-key-file", key, "--ca", ca, "--name", "P1",
        "--device-file",
    )  # fmt: skip
    with line.secret(PASSPHRASE):
        line.json("vault", "create", "--at", host.url, "--device-file")
    line("backup", str(make_tree(tmp_path / "cabinet", {"a.txt": b"fictif", "b.bin": os.urandom(9_000)})))
    told = msgspec.convert(line.json("export", "request")["result"], Leaving)
    assert told.requested is not None
    assert told.terminated is None
    kit = tmp_path / "kit"
    line("export", "vault", str(kit))
    (kit / "coffre" / "vault").rename(kit / "vault")
    assert line.error("export", "accept", str(kit), "--contract-key-file", key, code=7) == "kit_not_whole"
    (kit / "vault").rename(kit / "coffre" / "vault")
    wrong = _private(tmp_path / "wrong", "nnnn-nnnn-nnnn")
    assert "contract_key_unknown" in line.error(
        "export", "accept", str(kit), "--contract-key-file", wrong, code=5
    )
    accepted = line.json("export", "accept", str(kit), "--contract-key-file", key, "--as", "Dr Fictif")[
        "result"
    ]
    assert accepted["accepted"] is not None
    assert accepted["erased_from"] is None
    again = line.error("export", "accept", str(kit), "--contract-key-file", key, code=1)
    assert again == "host_leaving_accepted"
    siren = operator.json("organisation", "list")[0]["siren"]
    assert operator.error("leaving", "erase", made.id, "--siren", siren) == "erasure_not_allowed"
    operator("organisation", "terminate", made.id)
    status = msgspec.convert(line.json("export", "status")["result"], Leaving)
    assert status.erased_from is not None
    listed = {each["id"]: each["state"] for each in operator.json("leaving", "list")}
    assert listed[made.id] == "terminated"
    host.context.link_seconds = 0
    document = erase(host.context, made.id, OPERATOR)
    file = tmp_path / "certificat.json"
    file.write_bytes(document)
    assert operator.json("leaving", "show", made.id)["state"] == "erased"
    assert operator("leaving", "certificate", made.id).out.encode() == document
    found = msgspec.convert(line.json("export", "certificate", str(file))["result"], Destruction)
    assert found.known is True
    manifest = json.loads((kit / "signature.json").read_text())["signed"]["lists"]["manifest.json"]
    assert found.manifest == manifest
    assert found.vaults[0].objects > 3
    assert "Dr Fictif" in document.decode()
    assert operator.json("leaving", "check", str(file), "--key", found.key)["siren"] == siren
    _a_changed_certificate_is_refused(line, operator, file, document)
    assert "revoked" in line.error("export", "status", code=5)


def _a_changed_certificate_is_refused(
    line: CommandLine, operator: Operator, file: Path, document: bytes
) -> None:
    changed: list[tuple[bytes, bytes]] = [(b'"objects": ', b'"objects": 1'), (b"Lyon", b"Lion"), (b"{", b"[")]
    for old, new in changed:
        assert old in document
        file.write_bytes(document.replace(old, new, 1))
        assert line.error("export", "certificate", str(file), code=7) == "destruction_not_signed"
        assert operator.error("leaving", "check", str(file)) == "bad_signature"
    file.write_bytes(document)
    other = CommandLine(file.parent / "autre")
    told: dict[str, Any] = other.json("export", "certificate", str(file))["result"]
    assert told["known"] is None
    assert other.error("export", "certificate", str(file.parent / "rien"), code=1) == "destruction_unreadable"
    assert operator.error("leaving", "check", str(file), "--key", "00" * 32) == "bad_signature"


def test_what_operators_type(tmp_path: Path) -> None:
    operator = Operator(tmp_path / "host")
    operator("init")
    made = operator.json(
        "organisation", "create", "--name", "Cabinet fictif", "--siren", "732829320", "--seats", "1"
    )
    assert operator.error("leaving", "deliver", made["id"]) == "leaving_not_requested"
    operator("leaving", "request", made["id"])
    operator("leaving", "deliver", made["id"])
    operator("leaving", "accept", made["id"], "--by", "Dr Fictif")
    assert operator.error("leaving", "accept", made["id"], "--by", "Dr Fictif") == "leaving_accepted"
    shown = operator.json("leaving", "show", "732829320")
    assert None not in (shown["requested"], shown["delivered"], shown["accepted"])
    assert operator.error("leaving", "certificate", made["id"]) == "not_erased"
    assert operator.error("leaving", "erase", made["id"], "--siren", "732829321") == "bad_siren"
    assert operator.error("leaving", "erase", made["id"], "--siren", "732 829 320") == "erasure_not_allowed"
