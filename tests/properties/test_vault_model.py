"""The whole vault against a plain dictionary: anything in any order, then every snapshot as it was.

What the model says of a snapshot is the content of its files when it was made. What happens in between: files
change, runs are cut short, indexes vanish, a pack is lost and healed, several workstations take turns,
the store is opened anew each time.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
)

from cyberlib_client.core.errors import Failed, Stopped
from cyberlib_client.core.ports import Buffer, CancelToken
from cyberlib_client.services.browse import content, entry_at, walk
from cyberlib_client.transports.folder import FolderStore
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import VaultKit, restored_path, source_of

Model = dict[str, bytes]
"""Path below the source → content."""

paths = st.sampled_from(["a", "b", "d/a", "d/b.db", "d/e/f/c", "g/long name é"])
# Few different pieces, so that content repeats, moves, and fills several chunks.
contents = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([0, 1, 63, 64, 300, 4096, 9000])), max_size=4
).map(
    lambda parts: b"".join(
        random.Random(seed).randbytes(size) if seed else bytes(size) for seed, size in parts
    )
)


class Interrupted(MemoryStore):
    """Fails the puts that the test says, before or after they are done."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_in: int | None = None
        self.when_done = False

    def put(self, name: str, *parts: Buffer) -> None:
        if self.fails_in is not None:
            self.fails_in -= 1
            if self.fails_in < 0:
                if self.when_done:
                    super().put(name, *parts)
                raise Failed("store_full", at=self.location)
        super().put(name, *parts)


class VaultLikeDictionary(RuleBasedStateMachine):
    snapshots = Bundle("snapshots")

    def __init__(self) -> None:
        super().__init__()
        self.top = Path(tempfile.mkdtemp())
        self.source = self.top / "source"
        self.source.mkdir()
        self.now: Model = {}
        self.lossy = False
        self.restores = 0

    @initialize(on_disk=st.booleans())
    def begin(self, on_disk: bool) -> None:
        self.kit = VaultKit(FolderStore.make(str(self.top / "coffre")) if on_disk else Interrupted())

    def teardown(self) -> None:
        shutil.rmtree(self.top)

    # ---- the workstation ----------------------------------------------------------------------

    @rule(path=paths, data=contents)
    def write(self, path: str, data: bytes) -> None:
        (self.source / path).parent.mkdir(parents=True, exist_ok=True)
        (self.source / path).write_bytes(data)
        self.now[path] = data

    @rule(path=paths, at=st.integers(0, 20_000), data=st.binary(min_size=1, max_size=50))
    def insert(self, path: str, at: int, data: bytes) -> None:
        if path in self.now:
            old = self.now[path]
            self.write(path, old[:at] + data + old[at:])

    @rule(path=paths)
    def remove(self, path: str) -> None:
        if self.now.pop(path, None) is not None:
            (self.source / path).unlink()

    @rule(old=paths, new=paths)
    def rename(self, old: str, new: str) -> None:
        if old in self.now:
            (self.source / new).parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.source / old, self.source / new)
            self.now[new] = self.now.pop(old)

    # ---- runs ---------------------------------------------------------------------------------

    @rule(target=snapshots, device=st.sampled_from(["poste-1", "poste-2"]))
    def backup(self, device: str) -> tuple[str, Model]:
        result = self.kit.backup(self.source, device=device)
        assert (result.unread, self.kit.incidents) == (0, [])
        assert result.statistics.files == len(self.now)
        assert result.statistics.bytes == sum(map(len, self.now.values()))
        return result.snapshot.id, dict(self.now)

    @precondition(lambda self: isinstance(self.kit.store, Interrupted))
    @rule(after=st.integers(0, 2), when_done=st.booleans())
    def backup_that_fails(self, after: int, when_done: bool) -> None:
        before = {name for name in self.kit.store.objects if name.startswith("snapshots/")}
        self.kit.store.fails_in, self.kit.store.when_done = after, when_done
        try:
            self.kit.backup(self.source)
        except Failed as error:
            assert error.code == "store_full"
        self.kit.store.fails_in = None
        for name in self.kit.store.objects.keys() - before:
            if name.startswith("snapshots/"):
                self.kit.store.delete(name)  # put though it was said to have failed: nobody knows of it

    @rule()
    def backup_that_is_stopped(self) -> None:
        cancel = CancelToken()
        cancel.cancel("battery")
        count = len(self.kit.snapshots().items)
        try:
            self.kit.backup(self.source, cancel=cancel)
            raise AssertionError("not stopped")
        except Stopped:
            pass
        assert len(self.kit.snapshots().items) == count

    # ---- what happens to stores ---------------------------------------------------------------

    @rule(number=st.integers(0, 9))
    def lose_an_index(self, number: int) -> None:
        names = sorted(item.name for item in self.kit.store.list("index"))
        if names:
            self.kit.store.delete(names[number % len(names)])

    @rule(target=snapshots, number=st.integers(0, 9), with_indexes=st.booleans())
    def lose_a_pack_and_heal(self, number: int, with_indexes: bool) -> tuple[str, Model]:
        """The newest snapshot is whole again; what only older ones had is gone with the pack."""
        names = sorted(item.name for item in self.kit.store.list("packs"))
        if names:
            self.kit.store.delete(names[number % len(names)])
            self.lossy = True
        if with_indexes:
            for item in list(self.kit.store.list("index")):
                self.kit.store.delete(item.name)
        suspects = self.kit.verify(percent=0).suspects
        result = self.kit.backup(self.source, suspects=suspects)
        assert result.unread == 0
        affected = {found.snapshot.id for found in self.kit.verify(percent=100).affected}
        assert result.snapshot.id not in affected
        return result.snapshot.id, dict(self.now)

    # ---- what must hold -----------------------------------------------------------------------

    @rule(snapshot=snapshots)
    def restore(self, snapshot: tuple[str, Model]) -> None:
        wanted, model = snapshot
        self.restores += 1
        to = self.top / f"out{self.restores}"
        result = self.kit.restore(to, wanted)
        back = restored_path(to, self.source)
        found = {p.relative_to(back).as_posix(): p.read_bytes() for p in back.rglob("*") if p.is_file()}
        if self.lossy:
            assert found.items() <= model.items(), "whole files or none"
            assert result.failed or found == model
        else:
            assert (result.failed, result.incidents, found) == (0, [], model)
        shutil.rmtree(to)

    @rule(snapshot=snapshots)
    def read(self, snapshot: tuple[str, Model]) -> None:
        wanted, model = snapshot
        if self.lossy:
            return
        reader, root = self.kit.reader(), self.kit.root(wanted)
        start = source_of(self.source).path
        found = {
            path[len(start) + 1 :].decode(): b"".join(content(reader, entry))
            for path, entry in walk(reader, entry_at(reader, root, start), start)
            if entry.kind == 0
        }
        assert found == model

    @rule(snapshot=consumes(snapshots))
    def forget(self, snapshot: tuple[str, Model]) -> None:
        """So that others come to be looked at."""

    @invariant()
    def nothing_is_lost(self) -> None:
        if not self.lossy and hasattr(self, "kit"):
            result = self.kit.verify(percent=100)
            assert (result.damaged, result.affected, result.packs_read) == ([], [], result.packs_total)


TestVaultLikeDictionary = VaultLikeDictionary.TestCase
TestVaultLikeDictionary.settings = settings(max_examples=25, stateful_step_count=15)
