"""Two workstations that back up into one vault at the same moment: both commit, nothing of either is lost."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cyberlib_client.transports.folder import FolderStore
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path

pytestmark = pytest.mark.faults

# Each round both wait for one another, change their own folder, back it up, and keep a copy of what it was.
_CHILD = """
import json, os, random, shutil, sys, time
from pathlib import Path
from cyberlib_client.transports.folder import FolderStore
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit
vault, folder, common, here, device, rounds = sys.argv[1:]
other = {"un": "deux", "deux": "un"}[device]
here, folder = Path(here), Path(folder)
kit = VaultKit()
kit.store = FolderStore(vault)
kit.random = os.urandom
chance = random.Random(device)
for number in range(int(rounds)):
    make_tree(folder, {
        f"jour-{number}": {"acte.txt": f"acte fictif {device} {number}".encode() * 50},
        "registre.bin": chance.randbytes(200_000),
    })
    (here / f"{device}-{number}").touch()
    for _ in range(6000):
        if (here / f"{other}-{number}").exists():
            break
        time.sleep(0.01)
    started = time.monotonic_ns()
    result = kit.backup(folder, common, device=device)
    ended = time.monotonic_ns()
    state = here / f"etat-{device}-{number}"
    shutil.copytree(folder, state / "propre")
    print(json.dumps([result.snapshot.id, started, ended, str(state), result.unread]), flush=True)
"""


def _start(
    vault: Path, folder: Path, common: Path, here: Path, device: str, rounds: int
) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, vault, folder, common, here, device, str(rounds)],
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("fresh", [True, False])
def test_two_workstations_at_once(tmp_path: Path, fresh: bool) -> None:
    """Each with a folder of its own, and one that is the same for both (a server's share)."""
    rounds = 5
    vault, here = tmp_path / "coffre", tmp_path / "ici"
    here.mkdir()
    common = make_tree(tmp_path / "partage", {"scan.jpg": random.Random(1).randbytes(2_500_000)})
    make_tree(common, {"lettres": {f"{n}.txt": b"lettre %d" % n for n in range(300)}})
    kit = VaultKit(FolderStore.make(os.fspath(vault)))
    kit.random = os.urandom  # type: ignore[assignment]
    if not fresh:
        kit.backup(common, device="trois")
    children = {
        device: _start(vault, make_tree(tmp_path / device, {}), common, here, device, rounds)
        for device in ("un", "deux")
    }
    runs: dict[str, list[tuple[str, int, int, str, int]]] = {}
    try:
        for device, child in children.items():
            output, errors = child.communicate(timeout=180)
            assert child.returncode == 0, errors
            runs[device] = [tuple(json.loads(line)) for line in output.splitlines()]
    finally:
        for child in children.values():
            child.kill()
            child.wait()
    together = [
        one[1] < other[2] and other[1] < one[2] for one, other in zip(runs["un"], runs["deux"], strict=True)
    ]
    assert any(together), "the two never worked at the same moment"
    snapshots = kit.snapshots()
    assert snapshots.problems == []
    by_id = {s.id: s.snapshot for s in snapshots.items}
    shared = {p: i for p, i in told(common).items() if i.kind == "file"}
    for device, of_device in runs.items():
        assert [by_id[run[0]].sequence for run in of_device] == list(range(1, rounds + 1))
        for number, (snapshot, _, _, state, unread) in enumerate(of_device):
            assert unread == 0
            out = tmp_path / f"out-{device}-{number}"
            assert kit.restore(out, snapshot).failed == 0
            own = told(restored_path(out, tmp_path / device))
            assert {p: i.content for p, i in own.items()} == {
                p: i.content for p, i in told(Path(state) / "propre").items()
            }
            again = told(restored_path(out, common))
            assert {p: i for p, i in again.items() if i.kind == "file"} == shared
    assert kit.verify().ok
    # What both sent at the same moment counts once for whoever comes next.
    assert kit.backup(common, device="quatre").statistics.new_bytes == 0


def test_one_workstation_twice_at_once_is_named(tmp_path: Path) -> None:
    """The profile's lock forbids it, but a copied profile knows nothing of that. It is told, nothing lost."""
    folder = make_tree(tmp_path / "cabinet", {"a.bin": random.Random(2).randbytes(400_000)})
    kit = VaultKit(FolderStore.make(os.fspath(tmp_path / "coffre")))
    kit.random = os.urandom  # type: ignore[assignment]
    late = VaultKit()
    late.store, late.random = kit.store, os.urandom  # type: ignore[assignment]
    # The second run begins and ends while the first one is between its listing and its commit.
    put, done = kit.store.put, list[str]()

    def put_and_more(name: str, *parts: bytes) -> None:
        if name.startswith("snapshots/") and not done:
            done.append(name)
            late.backup(folder)
        put(name, *parts)

    kit.store.put = put_and_more
    kit.backup(folder)
    kit.store.put = put
    assert done
    found = kit.snapshots()
    assert len(found.items) == 2
    assert "snapshot_fork" in {p.code for p in found.problems}
    for number, stored in enumerate(found.items):
        assert kit.restore(tmp_path / f"out-{number}", stored.id).failed == 0
        assert told(restored_path(tmp_path / f"out-{number}", folder)) == told(folder)
    assert not kit.verify().damaged
