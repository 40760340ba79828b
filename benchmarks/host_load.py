"""`python -m benchmarks.host_load`: how many devices one host process carries.

A host on PostgreSQL and SeaweedFS, each a process of its own, all on this machine. Devices come at random
moments (a Poisson process) at a rate that doubles; each signs in, follows the log, lists, and stores a
pack, an index and a snapshot, as a backup with little that is new does. Told: the time of control requests,
and apart from them that of requests with an object, which wait for the storage.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import random
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.servers import postgresql, seaweedfs

from .host_serving import Host, HostSettings, served

PACK_BYTES = 200_000
DEVICES = 50
SECONDS = 30.0


class Station(NamedTuple):
    """A declared device and its vault."""

    key: Ed25519PrivateKey
    device: str
    vault: str


class Load:
    """Simulated devices at one host."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http
        self.times: list[float] = []
        self.puts: list[float] = []
        self.refused = 0
        self._marks: dict[str, str] = {}

    async def ask(self, method: str, path: str, **given: Any) -> Any:
        begun = time.perf_counter()
        answer = await self._http.request(method, path, **given)
        (self.puts if "content" in given else self.times).append(time.perf_counter() - begun)
        if answer.status_code != 200:
            self.refused += 1
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    async def sign_in(self, key: Ed25519PrivateKey, device: str) -> dict[str, str]:
        challenge = (await self.ask("POST", "/v1/challenges", json={"device": device}))["challenge"]
        message = b"cyberlib session 1\n" + bytes.fromhex(device) + bytes.fromhex(challenge)
        given = {"device": device, "challenge": challenge, "signature": key.sign(message).hex()}
        token = (await self.ask("POST", "/v1/sessions", json=given))["token"]
        return {"Authorization": f"Bearer {token}"}

    async def enrol(self, contract_key: str, name: str) -> Station:
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        proof = key.sign(b"cyberlib enrol 1\n" + public + hashlib.sha256(contract_key.encode()).digest())
        body = {"contract_key": contract_key, "name": name, "public_key": public.hex()}
        device = (await self.ask("POST", "/v1/devices", json={**body, "signature": proof.hex()}))["id"]
        headers = await self.sign_in(key, device)
        vault = (await self.ask("POST", "/v1/vaults", headers=headers))["id"]
        return Station(key, device, vault)

    async def backup(self, station: Station) -> None:
        """Eight control requests, three of them with small objects: what a client asks for a run that stores
        one pack."""
        headers = await self.sign_in(station.key, station.device)
        path = f"/v1/vaults/{station.vault}"
        await self.ask("GET", f"{path}/log?after=0", headers=headers)
        await self.follow(station, headers)
        for kind, size in (("packs", PACK_BYTES), ("index", 3000), ("snapshots", 1000)):
            data = os.urandom(size)
            name = f"{kind}/{hashlib.sha256(data).hexdigest()}"
            await self.ask("PUT", f"{path}/objects/{name}", headers=headers, content=data)
        await self.follow(station, headers)

    async def follow(self, station: Station, headers: dict[str, str]) -> None:
        """What came to the vault since this device last asked."""
        mark = self._marks.get(station.vault, "")
        path = f"/v1/vaults/{station.vault}/changes"
        page = await self.ask("GET", path, headers=headers, params={"mark": mark} if mark else {})
        self._marks[station.vault] = page["mark"]


async def _measure(load: Load, stations: list[Station], rate: float, seconds: float) -> dict[str, float]:
    """`rate`: backups a second."""
    load.times.clear()
    load.puts.clear()
    load.refused = 0
    tasks: list[asyncio.Task[None]] = []
    dice = random.Random(1)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        tasks.append(asyncio.create_task(load.backup(dice.choice(stations))))
        await asyncio.sleep(dice.expovariate(rate))
    await asyncio.gather(*tasks, return_exceptions=True)
    cuts, puts = quantiles(load.times, n=100), quantiles(load.puts, n=100)
    return {
        "devices": rate * 3600,
        "requests": len(load.times),
        "p50": median(load.times),
        "p99": cuts[98],
        "put p99": puts[98],
        "highest": max(load.times),
        "refused": load.refused,
    }


@contextmanager
def _served(folder: Path) -> Iterator[Host]:
    """A host process on PostgreSQL and SeaweedFS."""
    with (
        seaweedfs(folder / "weed") as bucket,
        postgresql(folder / "postgres") as database,
        served(folder / "host", HostSettings(database=database, bucket=bucket), DEVICES) as host,
    ):
        yield host


async def _run(host: Host, seconds: float, most: float) -> None:
    context = ssl.create_default_context(cafile=str(host.authority))
    contract_key = host.key.read_text("ascii")
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx2.AsyncClient(
        base_url=host.address, verify=context, limits=limits, timeout=60, headers={"CyberLib-Client": "0.1.0"}
    ) as http:
        load = Load(http)
        stations = [await load.enrol(contract_key, f"POSTE {n}") for n in range(DEVICES)]
        rate = 2000 / 3600
        while rate * 3600 <= most:
            told = await _measure(load, stations, rate, seconds)
            print(
                f"{told['devices']:8.0f} devices an hour: {told['requests']:6.0f} requests, "
                f"p50 {told['p50'] * 1000:.0f} ms, p99 {told['p99'] * 1000:.0f} ms, "
                f"highest {told['highest'] * 1000:.0f} ms, objects p99 {told['put p99'] * 1000:.0f} ms, "
                f"refused {told['refused']:.0f}",
                flush=True,
            )
            rate *= 2


def main() -> int:
    """Prints one line for each rate."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.host_load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each rate")
    parser.add_argument("--most", type=float, default=64_000, help="devices with a backup an hour")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cyberlib-load-") as folder, _served(Path(folder)) as host:
        asyncio.run(_run(host, asked.seconds, asked.most))
    return 0


if __name__ == "__main__":
    sys.exit(main())
