"""What upkeep costs: `python -m benchmarks.upkeep index|verify|portion|parity FOLDER …`.

`index`: all index objects are lost and made again from the packs. `verify`: every byte is read and proven,
beside `cat` of the same packs, each with the system's cache dropped (which needs root). `portion`: what a
portion of the day takes. `parity`: it is made for all of a copy, from the disk, the copy is checked, and two
lost packs come back. `--chunks N --bytes N`: how large. A vault is made in FOLDER for each, and stays for the
next time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from cyberlib_client.app.bootstrap import process
from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.format_v1.vault import OBJECT_NAME
from cyberlib_client.core.ids import KIND_DATA
from cyberlib_client.core.ports import OBJECT_KINDS, PARITY, CancelToken
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import NewSlot, Vault, create_vault, open_vault
from cyberlib_client.services.copy_check import check_copy
from cyberlib_client.services.copying import sizes
from cyberlib_client.services.repair import Mender
from cyberlib_client.services.rotation import portion, sample
from cyberlib_client.services.stripes import bring_up_to_date, read_stripes
from cyberlib_client.services.verify import verify
from cyberlib_client.state.packs_read import PacksRead
from cyberlib_client.transports.folder import FolderStore

_SECRET = bytes(range(32))
_PACK = 256 * 1024
_DROP = Path("/proc/sys/vm/drop_caches")


class SmallPacks(FolderStore):
    """So many chunks lie in 4,000 packs, as 64 GB of documents would."""

    @property
    def pack_size(self) -> int:
        return _PACK


def make(folder: Path, chunks: int, size: int, *, small: bool) -> None:
    """A vault of random chunks."""
    store = (SmallPacks if small else FolderStore).make(str(folder))
    vault = create_vault(
        store, [NewSlot("recovery", "benchmark", _SECRET)], clock=time.time_ns, random=os.urandom
    )
    made: list[PackInfo] = []
    lock = threading.Lock()

    def stored(info: PackInfo) -> None:
        with lock:
            made.append(info)
            if len(made) >= 64:
                vault.put_index(made, os.urandom)
                made.clear()

    packer = Packer(
        store, vault.keys, Index(), epoch=0, random=os.urandom, cancel=CancelToken(), on_stored=stored
    )
    for _ in range(chunks):
        content = os.urandom(size)
        packer.add(KIND_DATA, vault.keys.chunk_ids.of(content), content)
    packer.finish()
    vault.put_index(made, os.urandom)


def open_made(folder: Path) -> Vault:
    """The vault that `make` made."""
    return open_vault(FolderStore(str(folder)), lambda slot: _SECRET)


def rebuild(folder: Path) -> dict[str, object]:
    """All of the index from nothing."""
    for path in (folder / "index").iterdir():
        path.unlink()
    vault = open_made(folder)
    mender = Mender(
        vault, apply=True, random=os.urandom, listener=ignore, cancel=CancelToken(), clock=time.time_ns
    )
    began = time.monotonic()
    mender.index()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "chunks": mender.done.chunks,
        "packs": len(mender.done.names("index")),
    }


def read_all(folder: Path, *, daily: bool, proven: bool) -> dict[str, object]:
    """Every pack, or a day's portion; without trees, of which there are none here. `proven`: not for the
    first time."""
    vault = open_made(folder)
    choose = portion(PacksRead(vault.id), 1, 30) if daily else sample(100, os.urandom)
    began = time.monotonic()
    found = verify(
        vault,
        load_snapshots(vault.store, vault.keys, []),
        choose=choose,
        structure=False,
        proven=lambda _pack: proven,
        listener=ignore,
        cancel=CancelToken(),
    )
    assert found.ok, found.damaged
    seconds = time.monotonic() - began
    return {
        "seconds": round(seconds, 2),
        "packs": found.packs_total,
        "packs_read": found.packs_read,
        "mb_per_second": round(found.bytes_read / seconds / 1e6),
    }


def protect(folder: Path) -> dict[str, object]:
    """Parity for all of a copy, a check of it, and two packs of one stripe that come back."""
    shutil.rmtree(folder / PARITY, ignore_errors=True)
    store = FolderStore(str(folder))
    there = {**sizes(store, OBJECT_KINDS), OBJECT_NAME: store.size(OBJECT_NAME) or 0}
    size = sum(there.values())
    drop()
    seconds = [time.monotonic()]
    made = bring_up_to_date(store, there, lambda _name: False, ignore, CancelToken())
    seconds.append(time.monotonic())
    drop()
    found = check_copy(store, None, repair=False, listener=ignore, cancel=CancelToken())
    assert not found.faults and not found.uncovered
    stripes = read_stripes(store, CancelToken()).found.values()
    lost = next(names for each in stripes if len(names := [n for n in each.members if n[:6] == "packs/"]) > 8)
    lost = lost[:2]
    for name in lost:
        store.delete(name)
    drop()
    seconds.append(time.monotonic())
    mended = check_copy(store, None, repair=True, listener=ignore, cancel=CancelToken())
    seconds.append(time.monotonic())
    assert sorted(fault.name for fault in mended.faults if fault.mended) == sorted(lost)
    return {
        "gb": round(size / 1e9, 2),
        "parity_gb": round(made.bytes_written / 1e9, 2),
        "make_mb_per_second": round(size / (seconds[1] - seconds[0]) / 1e6),
        "check_mb_per_second": round(found.bytes / found.seconds / 1e6),
        "mend_seconds": round(seconds[3] - seconds[2], 1),
    }


def drop() -> None:
    """What the system keeps of files in memory."""
    os.sync()
    _DROP.write_text("3")


def cat(folder: Path) -> float:
    """MB a second of plain reading."""
    packs = sorted(str(path) for path in (folder / "packs").rglob("*") if path.is_file())
    size = sum(os.path.getsize(path) for path in packs)
    began = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        for at in range(0, len(packs), 1000):
            subprocess.run(["cat", *packs[at : at + 1000]], stdout=nowhere, check=True)
    return size / (time.monotonic() - began) / 1e6


def apart(*arguments: str) -> dict[str, object]:
    """In a process of its own, whose memory counts."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.upkeep", "--child", *arguments], stdout=subprocess.PIPE, check=True
    )
    told: dict[str, object] = json.loads(done.stdout)
    return told


def child(what: str, folder: Path, *, proven: bool) -> None:
    """Does it and tells; as a worker of the agent, it gives memory back early."""
    process().give_memory_back()
    told = (
        protect(folder)
        if what == "parity"
        else rebuild(folder)
        if what == "index"
        else read_all(folder, daily=what == "portion", proven=proven)
    )
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told["processor"] = round(usage.ru_utime + usage.ru_stime, 1)
    told["peak_mb"] = usage.ru_maxrss // 1024
    print(json.dumps(told))


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("index", "verify", "portion", "parity"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chunks", type=int, default=1_000_000)
    parser.add_argument("--bytes", type=int, default=1_000, help="of each chunk")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--proven", action="store_true", help="packs that were verified once before")
    parser.add_argument("--child", action="store_true")
    asked = parser.parse_args()
    if asked.child:
        child(asked.what, asked.folder, proven=asked.proven)
        return
    vault = asked.folder / f"{asked.what}-{asked.chunks}-{asked.bytes}"
    if not vault.exists():
        make(vault, asked.chunks, asked.bytes, small=asked.what in ("index", "portion"))
    for _ in range(asked.rounds):
        if asked.what == "verify":
            drop()
            plain = cat(vault)
            drop()
            told = apart(asked.what, str(vault), *(["--proven"] if asked.proven else []))
            told["cat_mb_per_second"] = round(plain)
            rate = told["mb_per_second"]
            assert isinstance(rate, int)
            told["share"] = round(rate / plain, 2)
        else:
            told = apart(asked.what, str(vault))
        print(json.dumps(told))


if __name__ == "__main__":
    main()
