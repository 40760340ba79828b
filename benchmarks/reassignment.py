"""`python -m benchmarks.reassignment DIR`: a new machine takes the place of one with so much in its vault.

An embedded host on loopback; the old machine's folder has 3,000 documents of a practice and, for the rest,
random bytes in files of 250 MB. The new one takes over licence, vault and folders by an answer file, restores
them, and backs up: each step as a process of its own. What goes up is counted by what the backup says that it
stored. Needs three times that much disk.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from .host_serving import HostSettings, served
from .made import incompressible, office
from .measure import Command, Cost, run
from .tools import CHECKOUT, PASSPHRASE

_PIECE = 250_000_000


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--gigabytes", type=float, default=10.0)
    asked = parser.parse_args()
    work: Path = asked.work.absolute()
    documents = work / "ancien" / "Documents"
    if not documents.exists():
        _make(documents, int(asked.gigabytes * 1e9))
    with served(work / "host", HostSettings(), seats=1) as host:
        secret = work / "phrase.txt"
        secret.write_text(PASSPHRASE, encoding="utf-8")
        secret.chmod(0o600)
        declared = ["--host", host.address, "--contract-key-file", str(host.key), "--ca", str(host.authority)]
        _do(work, "old", "device", "enrol", *declared, "--name", "ANCIEN", "--device-file")
        _do(work, "old", "vault", "create", "--at", host.address, "--device-file")
        _do(work, "old", "sources", "add", str(documents))
        _told("first backup at the old machine", _do(work, "old", "backup"))
        answers = work / "poste.toml"
        there = work / "neuf" / "Documents"
        answers.write_text(
            f'host = "{host.address}"\ncontract_key_file = "{host.key}"\nca_file = "{host.authority}"\n'
            f'name = "NEUF"\nfrom = "ANCIEN"\nopen_by = "passphrase"\nsecret_file = "{secret}"\n'
            f"device_file = true\n[[folder]]\nfrom = '{documents}'\nto = '{there}'\n",
            encoding="utf-8",
        )
        taken = _told(
            "licence and vault taken over", _do(work, "new", "device", "replace", "--answers", str(answers))
        )
        pair = f"{documents}={there}"
        back = _told("restored", _do(work, "new", "sources", "adopt", "--map", pair, "--restore"))
        again = _told("first backup at the new machine", _do(work, "new", "backup"))
        stored = _said(work, "new", "snapshots")[-1]["stored"]
        held = _vault_bytes(work / "host")
        print(f"back to backing up, without what is restored: {taken.wall + again.wall:.1f} s")
        print(f"with it: {taken.wall + back.wall + again.wall:.1f} s")
        print(f"sent again: {stored:,} bytes of {held:,}, {100 * stored / held:.4f} %")
    return 0


def _make(documents: Path, size: int) -> None:
    documents.mkdir(parents=True)
    office(documents, files=3000, seed=7)
    made = sum(path.stat().st_size for path in documents.rglob("*") if path.is_file())
    number = 0
    while made < size:
        piece = min(_PIECE, size - made)
        incompressible(documents / f"image {number:03d}.bin", size=piece, seed=number, inserted=False)
        made += piece
        number += 1


def _command(work: Path, profile: str, *words: str) -> Command:
    given = [sys.executable, "-m", "cyberlib_client", "--profile", str(work / profile), *words]
    return Command(given, {"PYTHONPATH": str(CHECKOUT / "src"), "CYBERLIB_PASSPHRASE": PASSPHRASE})


def _do(work: Path, profile: str, *words: str) -> Cost:
    return run(_command(work, profile, *words), work)


def _told(what: str, cost: Cost) -> Cost:
    print(f"{what}: {cost.wall:.1f} s, {cost.cpu:.1f} s of processor, {cost.peak / 1e6:.0f} MB", flush=True)
    return cost


def _said(work: Path, profile: str, *words: str) -> list[dict[str, int]]:
    command = _command(work, profile, "--json", *words)
    done = subprocess.run(
        command.argv, env={**command.env, "PATH": "/usr/bin:/bin"}, check=True, stdout=subprocess.PIPE
    )
    found: list[dict[str, int]] = json.loads(done.stdout)["items"]
    return found


def _vault_bytes(host: Path) -> int:
    return sum(path.stat().st_size for path in host.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
