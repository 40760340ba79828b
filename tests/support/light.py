"""Workstations that back up dictionaries instead of disks, step by step: thousands of runs, each cut where
the test likes, through the same index, packer, revival and commit as every backup.

What such a run does between two steps may happen at any time beside what others do.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.events import ignore
from cyberlib_client.core.format_v1.header import hedged_salt
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.format_v1.snapshot import Snapshot, seal_snapshot
from cyberlib_client.core.format_v1.tree import FILE, Entry, Extra
from cyberlib_client.core.ids import KIND_DATA, object_name
from cyberlib_client.core.ports import CancelToken, Store
from cyberlib_client.repository.content import ContentList, content_spans
from cyberlib_client.repository.index import ABSENT
from cyberlib_client.repository.packer import Packer
from cyberlib_client.repository.snapshots import SnapshotList, Stored, load_snapshots
from cyberlib_client.repository.trees import NodeWriter, read_directory
from cyberlib_client.repository.vault import Vault
from cyberlib_client.services.backup import BackupRequest
from cyberlib_client.services.commit import Proof
from cyberlib_client.services.run import Run
from cyberlib_client.services.suspects import Suspects
from tests.support.vaults import SeededRandom, make_identity

Files = Mapping[str, bytes]

PIECE = 400
"""Bytes of a chunk."""


class Station:
    """One workstation. `store`: as it sees it; `opened`: the vault, from which each job takes its keys."""

    def __init__(self, opened: Vault, store: Store, name: str, clock: Callable[[], int], seed: int) -> None:
        self.name = name
        self.store = store
        self.clock = clock
        self.random = SeededRandom(seed)
        self._opened = opened
        self.identity = make_identity(opened, name)

        self._vault: Vault | None = None

    def vault(self) -> Vault:
        """As one process has it until it dies."""
        if self._vault is None:
            self._vault = Vault(self.store, self._opened.header, self._opened.keys, self._opened.table)
        return self._vault

    def died(self) -> None:
        """The next job is another process's."""
        self._vault = None

    def snapshots(self, vault: Vault) -> SnapshotList:
        return load_snapshots(self.store, vault.keys, retirements=vault.retirements())

    def backup(self, files: Files) -> Iterator[Stored | None]:
        """A run; the last that it gives is the snapshot. Closing it is a crash."""
        vault = self.vault()
        snapshots = self.snapshots(vault)
        retirements = vault.retirements()
        index, report = vault.load_index(check_packs=True, to_rely_on=True, retirements=retirements)
        yield None
        made: list[PackInfo] = list(report.found)
        packer = Packer(
            self.store,
            vault.keys,
            index,
            epoch=vault.epoch(self.clock()),
            random=self.random,
            cancel=CancelToken(),
            on_stored=made.append,
            sealers=1,
        )
        try:
            root = self._tree(vault, snapshots, index, packer, files)
            packer.finish()
        except BaseException:
            packer.abort()
            raise
        yield None
        vault.put_index(made, self.random)
        yield None
        proof = Proof(self._run(vault), index, retirements)
        yield None
        yield self._commit(vault, snapshots, root, proof)

    def _tree(self, vault: Vault, snapshots: SnapshotList, index: Any, packer: Packer, files: Files) -> bytes:
        nodes = NodeWriter(index, vault.keys.tree_ids, packer.add)
        before = self._before(vault, snapshots, index)
        entries = []
        for name in sorted(files):
            content = files[name]
            stamp = int.from_bytes(sha256(content)[:6], "big")
            old = before.get(name.encode())
            if old is not None and old.mtime == stamp and _held(index, old):
                entries.append(old)  # unchanged: only the first of its chunks is looked for
                continue
            entries.append(self._entry(vault, index, nodes, packer, name, content, stamp))
        return nodes.directory(entries)

    def _before(self, vault: Vault, snapshots: SnapshotList, index: Any) -> dict[bytes, Entry]:
        last = snapshots.latest_of(self.identity.device.id)
        if last is None:
            return {}
        reader = vault.reader_on(index, recover=True)
        try:
            return {entry.name: entry for entry in read_directory(reader, last.snapshot.root)}
        except IntegrityError:
            return {}  # as every backup: it was let go and deleted while this run slept for a month

    def _entry(
        self,
        vault: Vault,
        index: Any,
        nodes: NodeWriter,
        packer: Packer,
        name: str,
        content: bytes,
        stamp: int,
    ) -> Entry:
        pieces = ContentList(nodes.put)
        for at in range(0, len(content), PIECE):
            piece = content[at : at + PIECE]
            chunk_id = vault.keys.chunk_ids.of(piece)
            if index.data.find(chunk_id) == ABSENT:
                packer.add(KIND_DATA, chunk_id, piece)
            pieces.add(chunk_id, len(piece))
        root, levels = pieces.finish()
        extra = Extra(levels=levels) if levels else None
        return Entry(name.encode(), FILE, 0o600, 0, 0, stamp, 0, 0, len(content), root, extra)

    def _run(self, vault: Vault) -> Run:
        return Run(
            vault,
            self.identity,
            BackupRequest([]),
            self.random,
            self.clock,
            ignore,
            CancelToken(),
            self.clock(),
            Suspects(vault, ()),
        )

    def _commit(self, vault: Vault, snapshots: SnapshotList, root: bytes, proof: Proof) -> Stored:
        previous, sequence = snapshots.next_of(self.identity.device.id)
        snapshot = Snapshot(
            device=self.identity.device,
            sequence=sequence,
            root=root,
            started=self.clock(),
            time=self.clock(),
            system="linux",
            client="",
            previous=previous,
        )
        salt = hedged_salt(vault.keys, self.random, root)
        data = seal_snapshot(vault.keys, salt, snapshot, self.identity.signing)
        digest = sha256(data)
        proof.commit(object_name("snapshots", digest), data)
        return Stored(digest, snapshot)


def _held(index: Any, entry: Entry) -> bool:
    table = index.trees if entry.extra is not None and entry.extra.levels else index.data
    return bool(table.find(entry.content) != ABSENT)


def read_files(vault: Vault, stored: Stored) -> dict[str, bytes]:
    """All that a snapshot holds. IntegrityError when something is not there."""
    reader = vault.reader(check_packs=True)
    found: dict[str, bytes] = {}
    for entry in read_directory(reader, stored.snapshot.root):
        pieces = [reader.chunk(chunk_id) for chunk_id, _, _ in content_spans(reader, entry)]
        found[entry.name.decode()] = b"".join(pieces)
    return found


def some_files(source: random.Random, count: int = 6) -> dict[str, bytes]:
    """Files of few different pieces, so that content comes back, moves, and fills several chunks."""
    names = source.sample("abcdefghij", count)
    return {name: _content(source) for name in names}


def _content(source: random.Random) -> bytes:
    pieces = [random.Random(source.randrange(60)).randbytes(PIECE) for _ in range(source.randint(1, 4))]
    return b"".join(pieces)


def changed(files: Files, source: random.Random) -> dict[str, bytes]:
    """The same with some changes."""
    result = dict(files)
    for _ in range(source.randint(0, 3)):
        name = source.choice("abcdefghij")
        if source.random() < 0.3:
            result.pop(name, None)
        else:
            result[name] = _content(source)
    return result or {"a": b"a"}
