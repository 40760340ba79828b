"""Escrow officers at work with `cyberlib officer`, and what a customer's workstations give them, in files."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cyberlib_client.cli.records import RESULTS, Document
from cyberlib_client.core.escrow.consent import ConsentBody, Signer, sign_consent
from cyberlib_client.core.escrow.deposit import Deposit, entrust, read_deposit
from cyberlib_client.core.escrow.policy import Policy, read_policy
from cyberlib_client.core.escrow.release import Request, RequestBody, make_request
from cyberlib_client.core.escrow.sealing import SEED_SIZE, SealingKey
from cyberlib_client.core.format_v1.signed import vault_public_key
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.services.device import identity

from .command_line import PASSPHRASE, CommandLine

KEYS = VaultKeys(b"r" * 32, b"v" * 16)
SLOT, SECRET = b"s" * 8, bytes(range(32))
OFFICERS = {"anne": "Éditeur", "bruno": "Éditeur", "claire": "Notaire"}


class Asked(NamedTuple):
    """A request in a file, and what its workstation keeps to itself."""

    path: Path
    request: Request
    key: SealingKey

    @property
    def words(self) -> str:
        return " ".join(self.request.words)


class Office:
    """Three officers of two organisations, each file where `cyberlib officer` puts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.line = CommandLine(folder)
        self.line.environment["CYBERLIB_PASSPHRASE"] = PASSPHRASE

    def at(self, name: str) -> str:
        return str(self.folder / name)

    def run(self, *args: str, code: int = 0) -> Any:
        """The result, whose shape is the documented one."""
        document = self.line.json("officer", *args, code=code)
        msgspec.convert(document, Document, strict=True)
        result = document["result"]
        if result is not None:
            shape = RESULTS[document["command"]]
            assert msgspec.to_builtins(msgspec.convert(result, shape, strict=True)) == result
        return result

    def refused(self, *args: str, code: int) -> dict[str, Any]:
        """The error."""
        error: dict[str, Any] = self.line.json("officer", *args, code=code)["error"]
        assert error["title"] and error["advice"]
        return error

    def make_keys(self, name: str, organisation: str) -> Any:
        given = ["--name", name.title(), "--organisation", organisation]
        made = self.run("key", "create", self.at(f"{name}.key"), *given)
        self.run("key", "export", self.at(f"{name}.key"), self.at(f"{name}.card"))
        return made

    def cards(self, *names: str) -> list[str]:
        return [part for name in names for part in ("--officer", self.at(f"{name}.card"))]

    def sign(self, *names: str, policy: str = "policy", more: tuple[str, ...] = ()) -> Any:
        done = None
        for name in names:
            key = self.at(f"{name}.key")
            done = self.run("policy", "sign", self.at(policy), "--key", key, "--yes", *more)
        return done

    @property
    def policy(self) -> Policy:
        return read_policy(Path(self.at("policy")).read_bytes())

    @property
    def deposit(self) -> Deposit:
        return read_deposit(Path(self.at("deposit")).read_bytes(), self.policy)

    def entrust(self) -> None:
        """What the customer's workstation does."""
        deposit = entrust(SECRET, vault=KEYS.vault_id, slot=SLOT, policy=self.policy, random=os.urandom)
        Path(self.at("deposit")).write_bytes(deposit.data)
        signer = identity(KEYS, bytes(range(48)), "ACCUEIL-1")
        device = signer.device
        body = ConsentBody(
            kind="cyberlib escrow consent",
            version=1,
            action="join",
            scope="holder",
            vault=KEYS.vault_id.hex(),
            vault_key=vault_public_key(KEYS).hex(),
            slot=SLOT.hex(),
            policy=deposit.body.policy,
            deposit=deposit.digest.hex(),
            who="Dr Exemple",
            proof="passphrase",
            text="00" * 32,
            text_version="1",
            time="2026-11-23T12:00:00Z",
            device=Signer(device.id.hex(), device.name, device.key.hex(), device.certificate.hex()),
        )
        Path(self.at("consent")).write_bytes(sign_consent(body, signer.signing).signed.write())

    def ask(self, name: str = "request", *, ago: timedelta = timedelta(), **changed: Any) -> Asked:
        """What a new workstation does."""
        key = SealingKey(os.urandom(SEED_SIZE))
        deposit = self.deposit
        body = RequestBody(
            kind="cyberlib escrow request",
            version=1,
            id=os.urandom(16).hex(),
            vault=deposit.body.vault,
            deposit=deposit.digest.hex(),
            scope="holder",
            workstation="NEUF",
            time=(datetime.now(UTC) - ago).isoformat(timespec="seconds"),
            key=key.public.hex(),
        )
        request = make_request(msgspec.structs.replace(body, **changed))
        path = self.folder / name
        path.write_bytes(request.data)
        return Asked(path, request, key)

    def answering(self, who: str, asked: Asked, words: str | None = None, to: str = "") -> list[str]:
        """The command by which an officer answers."""
        given = {name: self.at(name) for name in ("deposit", "policy", "consent")}
        options = [part for name, path in given.items() for part in (f"--{name}", path)]
        words = asked.words if words is None else words
        out = self.at(to or f"{who}.answer")
        return [
            "release", "answer", str(asked.path), out, *options,
            "--key", self.at(f"{who}.key"), "--words", words,
        ]  # fmt: skip


def all_signed(folder: Path) -> Office:
    """Keys, cards, a policy that all three signed, a deposit and a consent."""
    folder.mkdir(exist_ok=True)
    office = Office(folder)
    for name, organisation in OFFICERS.items():
        office.make_keys(name, organisation)
    office.run("policy", "propose", office.at("policy"), *office.cards(*OFFICERS), "--host", "h.example")
    assert office.sign("anne", "bruno")["complete"] is False
    assert office.sign("claire")["complete"] is True
    office.entrust()
    return office
