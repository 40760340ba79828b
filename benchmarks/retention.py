"""What freeing space costs and leaves: `python -m benchmarks.retention FOLDER [--years N | --gigabytes N]`.

`--years`: a practice that changes every day is backed up every day by the real engine, and its vault swept
every week by the usual policy. Told each year: the vault's size against the least that could hold the same
snapshots (all that they need, written anew in one go), what lies in quarantine, and the time to load the
index and to list the snapshots. At the end all is verified, and three snapshots are restored and compared.

`--gigabytes`: a vault of that size of which the trees and the index are real and the packs of data only
listed; a tenth of it is dead. Told: time and memory of a sweep.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.format_v1.pack import SegmentInfo
from cyberlib_client.core.format_v1.tree import DIRECTORY, FILE, Entry, Extra
from cyberlib_client.core.ids import KIND_DATA, MIB, PACK_SIZE, SEGMENT_SIZE, object_name
from cyberlib_client.core.ports import CancelToken, Store, StoredObject
from cyberlib_client.core.retention import Dated, Policy, decide
from cyberlib_client.repository.content import ContentList
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.trees import NodeWriter
from cyberlib_client.repository.vault import Vault
from cyberlib_client.services.commit import Proof
from cyberlib_client.services.repack import repack
from cyberlib_client.services.survey import survey
from cyberlib_client.services.sweep import Freed, Sweep, sweep
from cyberlib_client.services.waste import Limits
from cyberlib_client.transports.folder import FolderStore
from cyberlib_client.transports.memory import MemoryStore
from tests.support.light import Station
from tests.support.vaults import DAY, FixedClock, VaultKit, make_vault, restored_path

POLICY = Policy(last=10, within=2, daily=30, weekly=12, monthly=24, yearly=10)


# ---- ten years of a practice --------------------------------------------------------------------------


class Practice:
    """Letters, scans and one database; `folder` changes a little every working day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = random.Random(2026)
        self.letters = 0
        folder.mkdir(parents=True)
        self.words = [self.source.randbytes(3).hex() for _ in range(4000)]
        self.database = sqlite3.connect(folder / "patients.db")
        self.database.execute("CREATE TABLE acts (patient INTEGER, day INTEGER, note TEXT)")
        self.database.execute("CREATE INDEX by_patient ON acts (patient)")
        for _ in range(300):
            self.letter()
        self.acts(0, 20_000)

    def text(self, size: int) -> str:
        return " ".join(self.source.choices(self.words, k=size // 7))

    def letter(self) -> None:
        self.letters += 1
        path = self.folder / f"{self.letters // 200:03}" / f"courrier-{self.letters}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.text(self.source.randint(2_000, 12_000)), "utf-8")
        if not self.letters % 5:
            path.with_suffix(".jpg").write_bytes(self.source.randbytes(self.source.randint(20_000, 90_000)))

    def acts(self, day: int, count: int) -> None:
        rows = [(self.source.randrange(3000), day, self.text(150)) for _ in range(count)]
        self.database.executemany("INSERT INTO acts VALUES (?, ?, ?)", rows)
        self.database.commit()

    def live(self, day: int) -> None:
        """A day's work: letters, some corrected, some thrown away, the database."""
        if day % 7 >= 5:
            return
        for _ in range(4):
            self.letter()
        found = sorted(self.folder.glob("*/courrier-*"))
        for path in self.source.sample(found, 3):
            path.write_text(self.text(8_000), "utf-8")
        for path in self.source.sample(found, 3):
            path.unlink(missing_ok=True)
        self.acts(day, 40)
        low = self.source.randrange(3000)
        self.database.execute("UPDATE acts SET note = ? WHERE patient = ?", (self.text(200), low))
        self.database.execute("DELETE FROM acts WHERE day = ?", (day - 2500,))
        self.database.commit()


class Elsewhere(MemoryStore):
    """Reads from one store, writes to memory: what a vault would be that is made anew."""

    def __init__(self, source: Store) -> None:
        super().__init__()
        self._source = source

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return (
            super().get(name, offset, length)
            if name in self.objects
            else self._source.get(name, offset, length)
        )

    def list(self, kind: str) -> Iterator[StoredObject]:
        return self._source.list(kind)


def ideal(kit: VaultKit) -> int:
    """Bytes of packs and index that the snapshots which are kept would take if all were written anew."""
    vault = kit.open()
    listed = kit.snapshots().items
    seen = survey(vault, vault.retirements(), listed, [], listener=ignore, cancel=CancelToken())
    elsewhere = Elsewhere(kit.store)
    other = Vault(elsewhere, vault.header, vault.keys, vault.table)
    held = [pack for pack in seen.packs if pack.needed]
    made = repack(other, seen, held, epoch=vault.epoch(kit.clock()), random=kit.random, cancel=CancelToken())
    return sum(info.size for info in made) + other.put_index(made, kit.random)


def size(store: Store, vault: Vault) -> tuple[int, int]:
    """(bytes of packs and indexes that count, bytes in quarantine)."""
    retired = vault.retirements()
    live = waiting = 0
    for kind in ("packs", "index"):
        aside = {object_name(kind, digest) for digest in retired.retired(kind)}
        for item in store.list(kind):
            if item.name in aside:
                waiting += item.size
            else:
                live += item.size
    return live, waiting


def years(folder: Path, count: int) -> None:
    practice = Practice(folder / "practice")
    kit = VaultKit(FolderStore.make(str(folder / "vault")), chunking=None)
    lists: list[dict[str, float]] = []
    for day in range(count * 365):
        practice.live(day)
        kit.backup(practice.folder)  # the clock goes on a day
        if day % 7 == 6:
            snapshots = kit.snapshots().items
            dated = [
                Dated(s.digest, s.snapshot.device.id, s.snapshot.time, s.snapshot.sequence) for s in snapshots
            ]
            going = set(decide(POLICY, dated, kit.clock(), UTC).going)
            kit.sweep(*[s for s in snapshots if s.digest in going])
        if day % 365 == 364:
            lists.append(told(kit, day // 365 + 1, day + 1))
            print(json.dumps(lists[-1]), flush=True)
    verified = kit.verify()
    print(json.dumps({"verified": verified.ok, "affected": verified.affected_count}))
    for n in (0, len(kit.snapshots().items) // 2, -1):
        stored = kit.snapshots().items[n]
        to = folder / "restored"
        result = kit.restore(to, stored.id)
        print(json.dumps({"restored": result.files, "failed": len(kit.incidents)}))
        if n == -1:
            same = all(
                (restored_path(to, practice.folder) / p.relative_to(practice.folder)).read_bytes()
                == p.read_bytes()
                for p in practice.folder.rglob("*")
                if p.is_file()
            )
            print(json.dumps({"newest_equals_disk": same}))
        shutil.rmtree(to)
    print(json.dumps({k: round(lists[-1][k] / lists[0][k], 2) for k in ("load_index", "list_snapshots")}))


def told(kit: VaultKit, year: int, made: int) -> dict[str, float]:
    vault = kit.open()
    live, waiting = size(kit.store, vault)
    least = ideal(kit)

    def processor(work: Any) -> float:
        taken = []
        for _ in range(5):
            begun = time.process_time()
            work()
            taken.append(time.process_time() - begun)
        return min(taken)

    return {
        "year": year,
        "backups": made,
        "snapshots": len(kit.snapshots().items),
        "objects": sum(len(list(kit.store.list(k))) for k in ("packs", "index", "snapshots", "retired")),
        "live_mb": round(live / MIB, 1),
        "ideal_mb": round(least / MIB, 1),
        "ratio": round(live / least, 3),
        "quarantine_mb": round(waiting / MIB, 1),
        "load_index": round(processor(lambda: kit.open().load_index(check_packs=True)), 4),
        "list_snapshots": round(processor(kit.snapshots), 4),
    }


# ---- a large vault ------------------------------------------------------------------------------------


class Listed(MemoryStore):
    """A store that lists packs which nobody will read."""

    def __init__(self) -> None:
        super().__init__()
        self.listed: dict[str, int] = {}

    def list(self, kind: str) -> Iterator[StoredObject]:
        yield from super().list(kind)
        if kind == "packs":
            yield from (StoredObject(name, size) for name, size in self.listed.items())


def large(gigabytes: int) -> None:
    clock = FixedClock()
    store = Listed()
    vault = make_vault(store, clock=clock)
    station = Station(vault, store, "poste", clock, 1)
    source = random.Random(1)
    chunk = 64 * 1024
    packs = gigabytes * 1024 * MIB // PACK_SIZE
    some: list[PackInfo] = []
    ids: list[bytes] = []
    for _ in range(packs):
        dead = source.random() < 0.1
        segments = []
        for position in range(8):
            mine = source.randbytes(20 * (SEGMENT_SIZE // chunk))
            if not dead:
                ids.append(mine)
            sizes = [chunk] * (SEGMENT_SIZE // chunk)
            at = 88 + position * SEGMENT_SIZE
            segments.append(SegmentInfo(KIND_DATA, at, SEGMENT_SIZE, SEGMENT_SIZE, 0, mine, sizes))
        name = source.randbytes(32)
        some.append(PackInfo(name, PACK_SIZE, b"CLBP\1\1\0\0" + name + bytes(48), segments))
        store.listed[object_name("packs", name)] = PACK_SIZE
        if len(some) >= 64:
            vault.put_index(some, station.random)
            some = []
    if some:
        vault.put_index(some, station.random)
    root_of_snapshot(vault, store, station, ids, clock)
    del ids, some
    station.died()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, used = time.monotonic(), time.process_time()
    clock.advance(90 * DAY)
    freed = sweep_of(station, clock)
    print(
        json.dumps(
            {
                "gigabytes": gigabytes,
                "chunks": packs * 8 * (SEGMENT_SIZE // chunk),
                "seconds": round(time.monotonic() - begun, 1),
                "processor": round(time.process_time() - used, 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "before_mb": before // 1024,
                "retired_gb": round(freed.retired / 1024 / MIB, 2),
                "purged_gb": round(freed.purged / 1024 / MIB, 2),
            }
        )
    )


def root_of_snapshot(
    vault: Vault, store: Store, station: Station, segments: list[bytes], clock: FixedClock
) -> None:
    """A snapshot of files of 2 MiB, one for each segment, in folders of a thousand."""
    index = Index()
    made: list[PackInfo] = []
    packer = Packer(
        store, vault.keys, index, epoch=0, random=station.random, cancel=CancelToken(), on_stored=made.append
    )
    nodes = NodeWriter(index, vault.keys.tree_ids, packer.add)
    folders = []
    for number in range(0, len(segments), 1000):
        entries = []
        for n, ids in enumerate(segments[number : number + 1000]):
            pieces = ContentList(nodes.put)
            for at in range(0, len(ids), 20):
                pieces.add(ids[at : at + 20], 64 * 1024)
            root, levels = pieces.finish()
            entries.append(
                Entry(b"%06d" % n, FILE, 0o600, 0, 0, 0, 0, 0, SEGMENT_SIZE, root, Extra(levels=levels))
            )
        folders.append(Entry(b"%06d" % number, DIRECTORY, 0o700, 0, 0, 0, 0, 0, 0, nodes.directory(entries)))
    root = nodes.directory(folders)
    packer.finish()
    vault.put_index(made, station.random)
    vault = station.vault()
    retirements = vault.retirements()
    index, _ = vault.load_index(check_packs=True, to_rely_on=True, retirements=retirements)
    proof = Proof(station._run(vault), index, retirements)
    station._commit(vault, station.snapshots(vault), root, proof)


def sweep_of(station: Station, clock: FixedClock) -> Freed:
    vault = station.vault()
    return sweep(
        vault,
        station.identity,
        station.snapshots(vault),
        Sweep((), limits=Limits(waste=1.0)),
        clock=clock,
        random=station.random,
        listener=ignore,
        cancel=CancelToken(),
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("--years", type=int, default=10)
    asked.add_argument("--gigabytes", type=int, default=0)
    given = asked.parse_args()
    if given.gigabytes:
        large(given.gigabytes)
        return
    folder = given.folder / "retention"
    shutil.rmtree(folder, ignore_errors=True)
    years(folder, given.years)


if __name__ == "__main__":
    main()
