"""A host process for benchmarks, and workstations declared at it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.hosts import on_servers, siren
from tests.support.servers import Bucket

from .measure import Command
from .tools import CHECKOUT, PASSPHRASE, Cyberlib, Vault


class Host(NamedTuple):
    """A serving host. `authority`: a file of what it is trusted by; `key`: a file of the contract key."""

    address: str
    authority: Path
    key: Path
    process: int


class HostSettings(NamedTuple):
    """`name`: by which its certificate is good. Embedded defaults, but for the bucket and the database
    given; the latter goes with the former alone."""

    name: str = "127.0.0.1"
    bind: str = "127.0.0.1"
    database: str = ""
    bucket: Bucket | None = None
    endpoint: str = ""


@contextmanager
def served(data: Path, settings: HostSettings, seats: int = 1000) -> Iterator[Host]:
    """A host with one organisation, until the end of the block."""
    data.mkdir(parents=True)
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "src")}
    environment |= _written(data / "host.toml", settings)
    command = [sys.executable, "-m", "cyberlib_host", "--data", str(data), "--json"]

    def said(*words: str) -> Any:
        done = subprocess.run([*command, *words], env=environment, check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    authority = Path(said("init", "--name", settings.name)["authority"])
    made = said("organisation", "create", "--name", "Mesure", "--siren", siren(1), "--seats", str(seats))
    key = data / "contract.key"
    key.write_text(made["contract_key"], encoding="ascii")
    key.chmod(0o600)
    process = subprocess.Popen(
        [*command[:-1], "serve", "--port", "0", "--bind", settings.bind],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip().rpartition(":")[2]
        yield Host(f"https://{settings.name}:{port}", authority, key, process.pid)
    finally:
        process.terminate()
        process.wait(60)


def _written(file: Path, settings: HostSettings) -> Mapping[str, str]:
    """Writes the settings; what the environment adds."""
    given: dict[str, Any] = {"settings": "", "environment": {}}
    if settings.bucket is not None:
        given = on_servers(settings.database, settings.bucket, settings.endpoint)
    text = "requests_per_minute = 1000000\n" + given["settings"]
    file.write_text(text.replace('database = ""\n', ""), encoding="utf-8")  # SQLite with a bucket
    environment: dict[str, str] = given["environment"]
    return environment


class CyberlibAtHost(Cyberlib):
    """This project with its vault at a host."""

    def __init__(self, host: Host) -> None:
        self.host = host

    def enrol(self, vault: Vault, name: str) -> Command:
        """Declare the workstation, before `init`."""
        given = ["--host", self.host.address, "--contract-key-file", str(self.host.key)]
        trusted = ["--ca", str(self.host.authority), "--name", name, "--device-file"]
        return self._command(vault, "device", "enrol", *given, *trusted)

    def init(self, vault: Vault) -> Command:
        words = ["--device-file", "--words-file", str(self.words(vault))]
        command = self._command(vault, "vault", "create", "--at", self.host.address, *words)
        return command._replace(env={**command.env, "CYBERLIB_PASSPHRASE": PASSPHRASE})
