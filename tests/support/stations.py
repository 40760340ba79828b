"""Workstations at a host, made by the program's own commands; and what the host's books say of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from cyberlib_client.transports.http import PATIENCE_SECONDS, Line
from cyberlib_host.database.engine import Database
from cyberlib_host.database.tables import chains, log, objects, organisations, vaults
from cyberlib_host.services import audit
from tests.support.command_line import PASSPHRASE, CommandLine


def station(folder: Path, *, url: str, ca: str, contract_key: str, name: str = "A") -> CommandLine:
    """A workstation in a folder, declared at a host, with a vault there. `ca`: PEM."""
    line = CommandLine(folder)
    enrol(line, folder, url=url, ca=ca, contract_key=contract_key, name=name)
    with line.secret(PASSPHRASE):
        made = line.json("vault", "create", "--at", url, "--device-file")
    line.words = made["result"]["words"]
    return line


def enrol(line: CommandLine, folder: Path, *, url: str, ca: str, contract_key: str, name: str = "A") -> None:
    """Declares a workstation."""
    folder.mkdir(parents=True, exist_ok=True)
    key, authority = folder / "contract.key", folder / "ca.pem"
    key.write_text(contract_key, encoding="utf-8")
    key.chmod(0o600)
    authority.write_text(ca, encoding="utf-8")
    given = ["--host", url, "--contract-key-file", str(key), "--ca", str(authority)]
    line("device", "enrol", *given, "--name", name, "--device-file")


def patience(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long commands try again what may pass, until the end of the test."""
    defaults = Line.__init__.__defaults__
    assert defaults is not None and defaults[-1] == PATIENCE_SECONDS
    monkeypatch.setattr(Line.__init__, "__defaults__", (*defaults[:-1], seconds))


def books(database: Database) -> dict[str, int]:
    """What the host counted, in all: snapshots, objects, bytes. Its sums agree with its rows, and its chains
    are whole."""
    with database.read() as connection:
        counted = {
            row[0]: (row[1], int(row[2]))
            for row in connection.execute(
                select(objects.c.vault, func.count(), func.sum(objects.c.size)).group_by(objects.c.vault)
            )
        }
        logged: dict[str, list[int]] = {}
        for vault, sequence in connection.execute(
            select(log.c.vault, log.c.sequence).order_by(log.c.vault, log.c.sequence)
        ):
            logged.setdefault(vault, []).append(sequence)
        for row in connection.execute(select(vaults)):
            assert (row.objects, row.bytes) == counted.get(row.id, (0, 0))
            assert logged.get(row.id, []) == list(range(1, row.log_sequence + 1))
        total = sum(size for _, size in counted.values())
        assert sum(connection.execute(select(organisations.c.bytes)).scalars()) == total
        snapshots = select(func.count()).where(objects.c.name.like("snapshots/%"))
        committed = connection.execute(snapshots).scalar_one()
        assert sum(len(each) for each in logged.values()) == committed
        for organisation in connection.execute(select(chains.c.organisation)).scalars().all():
            audit.check(connection, organisation)
    return {"snapshots": committed, "objects": sum(n for n, _ in counted.values()), "bytes": total}
