"""`python -m benchmarks.host_listing`: a vault of a million objects and ten thousand snapshots, listed.

The rows are written straight into the database of an embedded host. Told: how long the first and the last
pages take, and the peak memory of the host and of a client that lists everything.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from cyberlib_client.transports.http import Line
from cyberlib_client.transports.near import Near
from tests.support.hosts import TestIdentity

from .host_serving import Host, HostSettings, served

Page = dict[str, Any]
OBJECTS, SNAPSHOTS = 1_000_000, 10_000


def _device(host: Host) -> tuple[HostClient, TestIdentity]:
    """A declared device."""
    identity = TestIdentity(Ed25519PrivateKey.generate())
    client = HostClient(host.address, Line(ca=host.authority.read_text("ascii")), identity=identity)
    key = host.key.read_text("ascii")
    public = identity.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    proof = identity.sign(b"cyberlib enrol 1\n" + public + hashlib.sha256(key.encode()).digest())
    body = {"contract_key": key, "name": "MESURE", "public_key": public.hex(), "signature": proof.hex()}
    identity.device = client.ask("POST", "/v1/devices", records.Device, body, signed=False).id
    return client, identity


def _rows(vault: str, objects: int, snapshots: int) -> Iterator[tuple[object, ...]]:
    for number in range(objects + snapshots):
        digest = hashlib.sha256(b"%d" % number).digest()
        kind = "packs" if number < objects else "snapshots"
        size = 16_842_752 if number < objects else 1200
        yield vault, f"{kind}/{digest.hex()}", size, digest, "0" * 32, number, 1, number + 1


def _fill(database: Path, vault: str, objects: int, snapshots: int) -> None:
    with sqlite3.connect(database) as connection:
        connection.executemany(
            "INSERT INTO objects (vault, name, size, sha256, device, stored, copied, sequence)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            _rows(vault, objects, snapshots),
        )
        total = objects + snapshots
        connection.execute("UPDATE vaults SET objects = ?, sequence = ? WHERE id = ?", (total, total, vault))


def _peak(process: int) -> int:
    """Bytes of memory a process has had at most."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _pages(
    client: HostClient, path: str, query: dict[str, str], key: str, next_of: Callable[[Page], object]
) -> list[float]:
    """Seconds of each page of a listing."""
    times: list[float] = []
    while True:
        begun = time.perf_counter()
        page = client.ask("GET", path, dict, query=query)
        times.append(time.perf_counter() - begun)
        following = next_of(page)
        if following is None:
            return times
        query = {**query, key: str(following)}


def _client(address: str, authority: str, seed: str, device: str, vault: str, near: str) -> None:
    """In a process of its own: lists everything, twice, and prints what it took."""
    identity = TestIdentity(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed)))
    identity.device = device
    client = HostClient(address, Line(ca=Path(authority).read_text("ascii")), identity=identity)
    client.sign_in()
    told = {"before": float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)}
    for what in ("first", "again"):
        begun = time.perf_counter()
        kept = Near(near)
        store = HostStore(client, vault, kept)
        told["count"] = sum(1 for kind in ("packs", "snapshots") for _ in store.list(kind))
        kept.close()
        told[what] = time.perf_counter() - begun
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(told))


def _measure(folder: Path, host: Host, objects: int, snapshots: int) -> None:
    client, identity = _device(host)
    vault = client.ask("POST", "/v1/vaults", records.Vault).id
    small = _peak(host.process)
    _fill(folder / "host" / "host.sqlite", vault, objects, snapshots)
    path = f"/v1/vaults/{vault}"
    by_name = _pages(client, f"{path}/objects", {"kind": "packs"}, "after", lambda page: page["next"])
    since = _pages(client, f"{path}/changes", {}, "mark", lambda p: p["mark"] if p["more"] else None)
    for name, times in (("by name", by_name), ("as they came", since)):
        first, last = sum(times[:10]) * 100, sum(times[-10:]) * 100
        print(f"{name}: {len(times)} pages in {sum(times):.1f} s")
        print(f"    first ten {first:.1f} ms each, last ten {last:.1f} ms each")
    seed = identity.key.private_bytes_raw().hex()
    given = [host.address, str(host.authority), seed, identity.device, vault, f"{folder}/near.sqlite"]
    command = [sys.executable, "-m", "benchmarks.host_listing", "--client", *given]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    print(f"client: {told['count']:,.0f} listed in {told['first']:.1f} s, again in {told['again']:.1f} s")
    print(f"    {told['before'] / 1e6:.0f} MB before, {told['peak'] / 1e6:.0f} MB at most")
    print(f"host: {small / 1e6:.0f} MB before, {_peak(host.process) / 1e6:.0f} MB at most")


def main() -> int:
    """Measures and prints."""
    if sys.argv[1:2] == ["--client"]:
        _client(*sys.argv[2:8])
        return 0
    parser = argparse.ArgumentParser(prog="python -m benchmarks.host_listing", description=__doc__)
    parser.add_argument("--objects", type=int, default=OBJECTS)
    parser.add_argument("--snapshots", type=int, default=SNAPSHOTS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cyberlib-listing-") as name:
        folder = Path(name)
        with served(folder / "host", HostSettings()) as host:
            _measure(folder, host, asked.objects, asked.snapshots)
    return 0


if __name__ == "__main__":
    sys.exit(main())
