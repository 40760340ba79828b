"""Vaults written by somebody who holds the keys and means harm: every object opens, and nothing in it has
to make sense."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.format_v1.snapshot import Snapshot, Statistics, seal_snapshot
from cyberlib_client.core.format_v1.tree import DIRECTORY, FILE, Entry, Extra, root_entry
from cyberlib_client.core.ids import KIND_DATA, KIND_TREE, object_name
from cyberlib_client.core.ports import CancelToken, Store
from cyberlib_client.repository.packer import Packer
from cyberlib_client.services import browse, search
from tests.support.vaults import VaultKit, make_identity


def file(name: bytes, content: bytes = b"", size: int = 0, **extra: object) -> Entry:
    """A file's entry; `extra`: fields of `Extra`."""
    return _entry(name, FILE, content, size, Extra(**extra) if extra else None)  # type: ignore[arg-type]


def folder(name: bytes, content: bytes) -> Entry:
    """A directory's entry; `content` is its node."""
    return _entry(name, DIRECTORY, content, 0, None)


def other(name: bytes, kind: int, content: bytes = b"", **extra: object) -> Entry:
    """An entry of any kind."""
    return _entry(name, kind, content, 0, Extra(**extra) if extra else None)  # type: ignore[arg-type]


def _entry(name: bytes, kind: int, content: bytes, size: int, extra: Extra | None) -> Entry:
    mode = 0o755 if kind == DIRECTORY else 0o644
    return Entry(name, kind, mode, 0, 0, 1_600_000_000 * 10**9, 0, 7, size, content, extra)


class Forge:
    """Writes what it is told into a vault, under the ids and signatures that make it look right."""

    def __init__(self, kit: VaultKit) -> None:
        self.kit = kit
        self.vault = kit.open()
        self._index, _ = self.vault.load_index()
        self.packs: list[PackInfo] = []
        self._packer = Packer(
            self.vault.store,
            self.vault.keys,
            self._index,
            epoch=0,
            random=kit.random,
            cancel=CancelToken(),
            on_stored=self.packs.append,
        )

    def chunk(self, content: bytes) -> bytes:
        """The id of a piece of a file."""
        return self._put(KIND_DATA, self.vault.keys.chunk_ids.of(content), content)

    def node(self, data: bytes) -> bytes:
        """The id of a node, whatever its bytes are."""
        return self._put(KIND_TREE, self.vault.keys.tree_ids.of(data), data)

    def _put(self, kind: int, chunk_id: bytes, content: bytes) -> bytes:
        table = self._index.data if kind == KIND_DATA else self._index.trees
        if table.find(chunk_id) < 0:
            self._packer.add(kind, chunk_id, content)
        return chunk_id

    def leaf(self, *entries: Entry) -> bytes:
        """A directory of these entries, in the order given and without a question asked."""
        return self.node(msgspec.msgpack.encode((0, entries)))

    def branch(self, *children: tuple[bytes, bytes]) -> bytes:
        """A branch over nodes, as it is given."""
        return self.node(msgspec.msgpack.encode((1, children)))

    def list(self, ids: Sequence[bytes], sizes: Sequence[int] | None) -> bytes:
        """A node of a content list."""
        return self.node(msgspec.msgpack.encode((b"".join(ids), sizes)))

    def commit(self, root: bytes, **changes: object) -> None:
        """A signed snapshot of a root node, made by a device of the vault."""
        self._packer.finish()
        self.vault.put_index(self.packs, self.kit.random)
        self.kit.clock.advance()
        identity = make_identity(self.vault, "poste-hostile")
        fields: dict[str, object] = {
            "device": identity.device,
            "sequence": 1,
            "root": root,
            "started": self.kit.clock(),
            "time": self.kit.clock(),
            "system": "linux",
            "client": "0",
            "statistics": Statistics(files=1, directories=1, bytes=1),
            **changes,
        }
        snapshot = Snapshot(**fields)  # type: ignore[arg-type]
        data = seal_snapshot(self.vault.keys, self.kit.random(32), snapshot, identity.signing)
        put_object(self.vault.store, "snapshots", data)


def put_object(store: Store, kind: str, data: bytes) -> str:
    """Stores bytes under the name they have."""
    name = object_name(kind, sha256(data))
    store.put(name, data)
    return name


MOST = 20_000
"""Entries that a look takes from a listing that never ends."""


def looks(kit: VaultKit, out: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every way to look at a vault's newest snapshot: (name, what does it)."""
    stored = kit.snapshots().items[-1]
    first = kit.snapshots().items[0]
    root, earlier = root_entry(stored.snapshot.root), root_entry(first.snapshot.root)

    def lost(*_told: object) -> None:
        """What cannot be looked at is left out."""

    def some(items: Iterator[object]) -> int:
        return sum(1 for _, _ in zip(range(MOST), items, strict=False))

    def read_all() -> int:
        reader = kit.reader()
        total = 0
        for _, entry in zip(range(MOST), browse.walk(reader, root, b""), strict=False):
            if entry[1].kind == FILE:
                for part in browse.content(reader, entry[1]):
                    total += len(part)
                    if total > 1 << 26:
                        return total
        return total

    yield "restore", lambda: kit.restore(out)
    yield "dry run", lambda: kit.restore(out, dry_run=True)
    yield "walk", lambda: some(browse.walk(kit.reader(), root, b""))
    yield "find", lambda: some(search.find(kit.reader(), [first, stored], "*7*", lost))
    yield "find all", lambda: some(search.find(kit.reader(), [first, stored], "*", lost))
    yield "diff", lambda: some(browse.diff(kit.reader(), earlier, root, b""))
    yield "diff back", lambda: some(browse.diff(kit.reader(), root, earlier, b""))
    yield "diff nothing", lambda: some(browse.diff(kit.reader(), None, root, b""))
    yield "versions", lambda: browse.versions(kit.reader(), [first, stored], b"/a/b/c", lost)
    yield "content", read_all
    yield "verify", lambda: kit.verify()


def look_everywhere(kit: VaultKit, out: Path, skip: frozenset[str] = frozenset()) -> dict[str, str]:
    """What became of every look: "" or the code of the typed error. Anything else is raised."""
    outcomes: dict[str, str] = {}
    for name, look in looks(kit, out):
        if name in skip:
            continue
        try:
            look()
            outcomes[name] = ""
        except CyberlibError as error:
            outcomes[name] = error.code
    return outcomes


@contextmanager
def canary(above: Path) -> Iterator[Path]:
    """A folder to restore into, among files that no restore may touch."""
    base = above / "alentours"
    for name in ("canari", "cible/.garde", "voisin/canari"):
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"canari")
    target = base / "cible" / "ici"
    before = _surroundings(base, target)
    try:
        yield target
        assert _surroundings(base, target) == before
        assert not Path("/canari-hostile").exists()
    finally:
        # Not shutil.rmtree: a tree may be deeper than that goes.
        subprocess.run([shutil.which("rm") or "rm", "-rf", os.fspath(target)], check=True)


def _surroundings(base: Path, target: Path) -> dict[str, tuple[bytes, int]]:
    found = {}
    for at, folders, names in os.walk(base):
        if Path(at) == target.parent:
            folders[:] = [name for name in folders if name != target.name]
        for name in names:
            path = Path(at, name)
            status = path.lstat()
            found[os.fspath(path)] = (path.read_bytes(), status.st_mtime_ns)
    return found
