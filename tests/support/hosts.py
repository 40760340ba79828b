"""A host of its own for tests, serving HTTPS on loopback, and devices declared at it."""

from __future__ import annotations

import gc
import hashlib
import itertools
import logging
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from cyberlib_client.transports.http import Line
from cyberlib_host.api.limits import Limits
from cyberlib_host.data_folder import initialise
from cyberlib_host.server import Server
from cyberlib_host.services import organisations
from cyberlib_host.services.audit import Actor
from cyberlib_host.services.context import Context
from cyberlib_host.tls import own_certificate
from tests.support.servers import Bucket

structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))

NAME = "sauvegarde.test"
"""Where no resolver finds anything: whoever gets there went through a proxy."""

OPERATOR = Actor("operator:test", "test")


class TestIdentity:
    """A device's key, kept nowhere."""

    __test__ = False

    def __init__(self, key: Ed25519PrivateKey | None = None) -> None:
        self.key = key or Ed25519PrivateKey.generate()
        self.device = ""

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


@dataclass
class TestHost:
    """A serving host. `ca`: what it is to be trusted by; `tls_folder`: where its certificate is."""

    __test__ = False

    context: Context
    clock: Clock
    server: Server
    ca: str
    tls_folder: Path
    begin: Callable[[int], Server]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _clients: list[HostClient | httpx2.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.address

    def organisation(self, seats: int = 1, quota: int | None = None) -> organisations.Made:
        """A new organisation with a SIREN of its own."""
        with self.context.database.write() as connection:
            return organisations.create(
                self.context,
                connection,
                OPERATOR,
                name="Cabinet fictif",
                siren=siren(next(self._numbers)),
                seats=seats,
                quota=quota,
            )

    def client(self, identity: TestIdentity | None = None, patience: float = 90.0) -> HostClient:
        """Who speaks with it, as a device or as nobody."""
        made = HostClient(self.url, Line(ca=self.ca, patience=patience), identity=identity)
        self._clients.append(made)
        return made

    def end(self) -> None:
        """It serves no more."""
        inner = self.server._server
        self.server.stop()
        if inner is not None:
            inner.server_state.connections.clear()  # they live as long as a test holds the host

    @contextmanager
    def away(self) -> Iterator[None]:
        """Within, nobody answers; then it serves again, at the same address."""
        port = int(self.url.rpartition(":")[2])
        self.end()
        try:
            yield
        finally:
            self.server = self.begin(port)

    def hold(self, client: HostClient | httpx2.Client) -> None:
        """Has `hang_up` end its connections too."""
        self._clients.append(client)

    def hang_up(self) -> None:
        """Ends all connections of the clients it gave."""
        while self._clients:
            self._clients.pop().close()

    def enrol(
        self, contract_key: str, name: str = "POSTE-1", identity: TestIdentity | None = None
    ) -> TestIdentity:
        """A declared device."""
        identity = identity or TestIdentity()
        client = self.client()
        message = b"cyberlib enrol 1\n" + identity.public + hashlib.sha256(contract_key.encode()).digest()
        body = {
            "contract_key": contract_key,
            "name": name,
            "public_key": identity.public.hex(),
            "signature": identity.sign(message).hex(),
        }
        identity.device = client.ask("POST", "/v1/devices", records.Device, body, signed=False).id
        return identity

    def store(self) -> tuple[HostStore, TestIdentity]:
        """An empty vault of a new organisation, as its one device sees it."""
        identity = self.enrol(self.organisation().contract_key)
        client = self.client(identity)
        vault = client.ask("POST", "/v1/vaults", records.Vault)
        return HostStore(client, vault.id), identity


class Clock:
    """The host's clock: the system's, and so many microseconds more."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return time.time_ns() // 1000 + self.ahead

    def advance(self, *, days: float = 0, seconds: float = 0) -> None:
        self.ahead += int((days * 86_400 + seconds) * 1_000_000)


@contextmanager
def serving(
    folder: Path,
    limits: Limits | None = None,
    *,
    settings: str = "",
    proxies: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    bind: str = "127.0.0.1",
    **changed: Any,
) -> Iterator[TestHost]:
    """A host in a folder, until the end of the block. `settings`: its host.toml; `changed`: fields of its
    context."""
    if settings:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "host.toml").write_text(settings, encoding="utf-8")
    clock = Clock()
    context = replace(initialise(folder, environment or {}), clock=clock, **changed)
    tls = own_certificate(folder / "tls", [bind, "127.0.0.1", "localhost", NAME])

    def begin(port: int) -> Server:
        server = Server(
            context,
            certificate=tls.certificate,
            key=tls.key,
            bind=bind,
            port=port,
            limits=limits or Limits(10**6, 10**6),
            proxies=proxies,
        )
        server.start()
        return server

    host = TestHost(context, clock, begin(0), tls.authority.read_text("utf-8"), folder / "tls", begin)
    try:
        yield host
    finally:
        host.hang_up()
        host.end()
        # A connection that was still saying goodbye when its loop ended is nobody's fault, and would be told
        # of in some later test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def on_servers(database: str, bucket: Bucket, endpoint: str = "") -> dict[str, Any]:
    """What `serving` is given for a host in production: on PostgreSQL and S3. `endpoint`: where clients find
    the storage, when that is not where this process does."""
    settings = f"""
database = "{database}"
[[zones]]
name = "Paris"
latitude = 48.86
longitude = 2.35
endpoint = "{endpoint or bucket.endpoint}"
bucket = "{bucket.bucket}"
access_key = "{bucket.access_key}"
"""
    return {"settings": settings, "environment": {"CYBERLIB_HOST_S3_SECRET_KEY": bucket.secret_key}}


def siren(number: int) -> str:
    """The number-th SIREN of those that begin with a 9 (no such number is given in France)."""
    digits = f"9{number:07d}"
    total = sum(
        sum(divmod(int(digit) * (2 if place % 2 == 0 else 1), 10))
        for place, digit in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)
