"""Paths taken out of snapshots that were made already: each is written anew without them, the old one goes.

What is written anew has the number, the times and the device's name of the one that it replaces, and names
it; who rewrites signs. Only folders along the paths are written again. Killed anywhere, each version is
there, as it was or without; the next attempt goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ..core.crypto import sha256
from ..core.errors import IntegrityError
from ..core.events import Listener, Progress
from ..core.format_v1.header import hedged_salt
from ..core.format_v1.index import PackInfo
from ..core.format_v1.retired import RETIRE
from ..core.format_v1.snapshot import Snapshot, certify, seal_snapshot
from ..core.format_v1.tree import DIRECTORY, FILE, Entry, decode_node
from ..core.ids import ID_SIZE, KIND_DATA, KIND_TREE, ZERO_ID, object_name
from ..core.ports import CancelToken, Clock, Random
from ..repository.orphans import orphan_packs
from ..repository.packer import Packer
from ..repository.reader import Reader
from ..repository.retirements import put_retirement
from ..repository.snapshots import SnapshotList, Stored
from ..repository.trees import NodeWriter, find_entry, read_directory
from ..repository.vault import Vault
from .backup import BackupRequest
from .commit import Proof
from .device import Identity
from .lookup import as_saved
from .revive import likewise
from .run import Run
from .survey import below, told
from .suspects import Suspects


@dataclass(slots=True)
class Removed:
    """What lies under paths. `data`, `trees`: ids of chunks and nodes; the rest counts entries, and bytes of
    files."""

    data: set[bytes] = field(default_factory=set)
    trees: set[bytes] = field(default_factory=set)
    files: int = 0
    directories: int = 0
    others: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Holding:
    """A snapshot that holds some of the paths. `paths`: as it writes them; `removed`: what is under them."""

    stored: Stored
    paths: list[bytes]
    removed: Removed


def holding(
    vault: Vault, snapshots: Iterable[Stored], paths: Sequence[bytes], cancel: CancelToken, listener: Listener
) -> list[Holding]:
    """Those of these snapshots that hold any of these vault paths. IntegrityError for what cannot be read."""
    reader = vault.reader(check_packs=True, much=True)
    found = []
    every = list(snapshots)
    for number, stored in enumerate(every):
        listener(Progress("survey", files_done=number, files_total=len(every)))
        removed, there = Removed(), []
        for path in _outermost(as_saved(reader, [stored], path) for path in paths):
            cancel.check()
            entry = _entry(reader, stored.snapshot.root, _names(path))
            if entry is not None:
                there.append(path)
                _collect(reader, entry, removed, cancel)
        told_of = any(_within(each, paths) for _, each, _ in stored.snapshot.incidents)
        if there or told_of:
            found.append(Holding(stored, there, removed))
    return found


def _outermost(paths: Iterable[bytes]) -> list[bytes]:
    """Each once, and none below another."""
    every = sorted(set(paths))
    return [path for path in every if not _within(path, [other for other in every if other != path])]


def _within(path: bytes, outer: Iterable[bytes]) -> bool:
    return any((path + b"/").startswith(each.rstrip(b"/") + b"/") for each in outer)


def _names(path: bytes) -> list[bytes]:
    return [name for name in path.split(b"/") if name]


def _entry(reader: Reader, root: bytes, names: Sequence[bytes]) -> Entry | None:
    node, entry = root, None
    for name in names:
        if not node:
            return None
        entry = find_entry(reader, node, name)
        if entry is None:
            return None
        node = entry.content if entry.kind == DIRECTORY else b""
    return entry


def _collect(reader: Reader, top: Entry, removed: Removed, cancel: CancelToken) -> None:
    """Adds all that an entry reaches; nodes that came before are not read again, and their entries count."""
    entries = [top]
    while entries:
        cancel.check()
        entry = entries.pop()
        if entry.kind == DIRECTORY:
            removed.directories += 1
            if entry.content:
                removed.trees |= _nodes(reader, entry.content)
                entries += read_directory(reader, entry.content)
        elif entry.kind == FILE:
            removed.files += 1
            removed.bytes += entry.size
            if entry.content:
                _contents(reader, entry, removed)
        else:
            removed.others += 1


def _nodes(reader: Reader, node_id: bytes) -> set[bytes]:
    """The nodes of one directory, without those of the folders in it."""
    found, left = set[bytes](), [node_id]
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += [child for _, child in decode_node(reader.node(each))[1]]
    return found


def _contents(reader: Reader, entry: Entry, removed: Removed) -> None:
    levels = entry.extra.levels if entry.extra is not None else 0
    if not levels:
        removed.data.add(entry.content)
        return
    stack = [(entry.content, levels)]
    while stack:
        node_id, level = stack.pop()
        if node_id in removed.trees:
            continue
        removed.trees.add(node_id)
        nodes, chunks = below(reader.node(node_id), level)
        stack += nodes
        removed.data.update(each for each in chunks if each != ZERO_ID)


# ---- written anew -------------------------------------------------------------------------------------


def rewrite(
    vault: Vault,
    identity: Identity,
    held: Sequence[Holding],
    snapshots: SnapshotList,
    *,
    clock: Clock,
    random: Random,
    listener: Listener,
    cancel: CancelToken,
) -> list[Stored]:
    """Stores a snapshot without the paths for each of these that has none yet. What takes the place of one in
    quarantine is in quarantine too, before it is there: what somebody let go does not come back by this.

    Raises Failed("vault_changed"), Stopped, and what the store raises; what was stored until then stays.
    """
    done = {s.snapshot.replaces for s in (*snapshots.items, *snapshots.retired)}
    left = [each for each in held if each.stored.digest not in done]
    if not left:
        return []
    retirements = vault.retirements()
    index, report = vault.load_index(check_packs=True, to_rely_on=True, retirements=retirements)
    made: list[PackInfo] = list(report.found)
    packer = Packer(
        vault.store,
        vault.keys,
        index,
        epoch=vault.epoch(clock()),
        random=random,
        cancel=cancel,
        on_stored=made.append,
        sealers=1,
    )
    roots = {}
    try:
        nodes, reader = NodeWriter(index, vault.keys.tree_ids, packer.add), vault.reader(check_packs=True)
        for number, each in enumerate(left):
            cancel.check()
            listener(Progress("survey", files_done=number, files_total=len(left)))
            names = [_names(path) for path in each.paths]
            root = each.stored.snapshot.root
            roots[each.stored.digest] = _without(reader, nodes, root, names) if names else root
        packer.finish()
    except BaseException:
        packer.abort()
        raise
    if made:
        vault.put_index(made, random)
    nobody = Suspects(vault, ())
    run = Run(vault, identity, BackupRequest([]), random, clock, listener, cancel, clock(), nobody)
    proof = Proof(run, index, retirements)
    return [_put(run, each, roots[each.stored.digest], proof) for each in left]


def _without(reader: Reader, nodes: NodeWriter, node_id: bytes, names: Sequence[Sequence[bytes]]) -> bytes:
    """The directory without these names, each a way down from it."""
    kept = []
    for entry in read_directory(reader, node_id):
        ways = [way[1:] for way in names if way[0] == entry.name]
        if any(not way for way in ways):
            continue
        if ways and entry.kind == DIRECTORY and entry.content:
            entry = msgspec.structs.replace(entry, content=_without(reader, nodes, entry.content, ways))
        kept.append(entry)
    return nodes.directory(kept)


def _put(run: Run, held: Holding, root: bytes, proof: Proof) -> Stored:
    vault, identity, random = run.vault, run.identity, run.random
    old = held.stored.snapshot
    device = certify(vault.keys, old.device.id, old.device.name, identity.device.key)
    snapshot = _reduced(held, root)
    snapshot = msgspec.structs.replace(snapshot, device=device, replaces=held.stored.digest)
    salt = hedged_salt(vault.keys, random, held.stored.digest, root)
    data = seal_snapshot(vault.keys, salt, snapshot, identity.signing)
    digest, name = sha256(data), object_name("snapshots", sha256(data))
    said = likewise(vault.retirements(), held.stored.digest, digest, identity, run.clock)
    if said is not None:
        put_retirement(vault.store, vault.keys, random, said, identity.signing)
    proof.commit(name, data)
    if said is not None and said.action == RETIRE:
        vault.store.retire([name])
    return Stored(digest, snapshot)


def _reduced(held: Holding, root: bytes) -> Snapshot:
    """What the snapshot tells, without what it tells of the paths."""
    old, removed = held.stored.snapshot, held.removed
    counts = old.statistics
    incidents = [each for each in old.incidents if not _within(each[1], held.paths)]
    return msgspec.structs.replace(
        old,
        root=root,
        sources=[path for path in old.sources if not _within(path, held.paths)],
        incidents=incidents,
        incident_count=max(0, old.incident_count - len(old.incidents) + len(incidents)),
        statistics=msgspec.structs.replace(
            counts,
            files=max(0, counts.files - removed.files),
            directories=max(0, counts.directories - removed.directories),
            others=max(0, counts.others - removed.others),
            bytes=max(0, counts.bytes - removed.bytes),
        ),
    )


# ---- proof --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Remains:
    """What the vault still holds of what was removed. `shared`: ids that a snapshot which stays needs, for
    another file; `held`: others that some pack holds; `packs`: names of those packs."""

    shared: int = 0
    held: int = 0
    packs: set[bytes] = field(default_factory=set)


def reached(vault: Vault, snapshots: Iterable[Stored], cancel: CancelToken) -> Removed:
    """All that these snapshots reach."""
    reader = vault.reader(check_packs=True, much=True)
    found = Removed()
    seen = set[bytes]()
    for stored in snapshots:
        stack = [stored.snapshot.root]
        while stack:
            cancel.check()
            node_id = stack.pop()
            if node_id in seen:
                continue
            seen.add(node_id)
            found.trees |= _nodes(reader, node_id)
            for entry in read_directory(reader, node_id):
                if entry.kind == DIRECTORY and entry.content:
                    stack.append(entry.content)
                elif entry.kind == FILE and entry.content:
                    _contents(reader, entry, found)
    return found


def remains(
    vault: Vault, snapshots: Iterable[Stored], ids: Mapping[int, frozenset[bytes]], cancel: CancelToken
) -> Remains:
    """Looks through all packs, by the indexes and by their own footers, for these ids (by kind of segment).

    IntegrityError for what cannot be read.
    """
    needed = reached(vault, snapshots, cancel)
    by_kind = {KIND_DATA: needed.data, KIND_TREE: needed.trees}
    found = Remains(shared=sum(len(ids[kind] & by_kind[kind]) for kind in ids))
    left = {kind: ids[kind] - by_kind[kind] for kind in ids}
    held = set[bytes]()
    for info in packs_of(vault):
        for segment in info.segments:
            wanted = left.get(segment.kind)
            if not wanted:
                continue
            every = segment.ids
            there = {
                each for at in range(0, len(every), ID_SIZE) if (each := every[at : at + ID_SIZE]) in wanted
            }
            if there:
                held |= there
                found.packs.add(info.name)
    found.held = len(held)
    return found


def packs_of(vault: Vault) -> Iterable[PackInfo]:
    """Every pack that is there, as an index or its own footer tells of it."""
    present = {item.name: item.size for item in vault.store.list("packs")}
    seen = set[bytes]()
    items = sorted(vault.store.list("index"))
    for _, info in told(vault, items):
        if object_name("packs", info.name) in present and info.name not in seen:
            seen.add(info.name)
            yield info
    sizes = {name: size for name, size in present.items() if bytes.fromhex(name[-64:]) not in seen}
    if sizes:
        found, damaged = orphan_packs(vault.store, vault.keys, sizes, set())
        if damaged:
            raise IntegrityError("pack_damaged", name=damaged[0], reason="bad_footer")
        yield from found
