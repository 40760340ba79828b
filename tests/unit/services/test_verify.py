"""Verification finds whatever is wrong, and names exactly the files that a restore would miss."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cyberlib_client.core.errors import Failed, Stopped
from cyberlib_client.core.events import Progress, ignore
from cyberlib_client.core.format_v1.header import HEADER_SIZE
from cyberlib_client.core.format_v1.vault import write_vault_header
from cyberlib_client.core.ids import KIND_DATA, object_name
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.services import verify as service
from cyberlib_client.services.rotation import sample
from cyberlib_client.services.suspects import UNKNOWN_PACK
from cyberlib_client.services.verify import VerifyResult, verify
from cyberlib_client.transports.memory import MemoryStore
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path, source_of

pytestmark = pytest.mark.portable


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("source") / "a"


@pytest.fixture(scope="module")
def sound(folder: Path) -> VaultKit:
    """Three snapshots in six packs or so: small and large files, folders, a database, shared content."""
    source = random.Random(1)
    kit = VaultKit()
    make_tree(folder, {f"f{n}": source.randbytes(300) for n in range(6)})
    make_tree(folder / "d" / "e", {"large": source.randbytes(40_000), "base.db": source.randbytes(20_000)})
    kit.backup(folder)
    (folder / "f0").write_bytes(b"second version")
    (folder / "d" / "new").write_bytes(source.randbytes(3000))
    with (folder / "d" / "e" / "large").open("ab") as file:
        file.write(b"more")  # its list of chunks is stored anew, most of the chunks are not
    kit.backup(folder)
    make_tree(folder / "g", {"copy": (folder / "d" / "new").read_bytes(), "last": source.randbytes(500)})
    kit.backup(folder)
    return kit


@pytest.fixture
def kit(sound: VaultKit, monkeypatch: pytest.MonkeyPatch) -> Iterator[VaultKit]:
    """The sound vault, free to be damaged."""
    objects = dict(sound.store.objects)
    yield sound
    sound.store.objects = objects


def names(kit: VaultKit, kind: str) -> list[str]:
    return sorted(name for name in kit.store.objects if name.startswith(kind))


def flip(kit: VaultKit, name: str, bit: int) -> None:
    data = bytearray(kit.store.objects[name])
    data[bit // 8] ^= 1 << bit % 8
    kit.store.objects[name] = bytes(data)


def missed_by_a_restore(kit: VaultKit, to: Path) -> set[tuple[int, str]]:
    """(number of the snapshot, path) of every item that a restore of each says it could not bring back."""
    missed = set()
    for number, stored in enumerate(kit.snapshots().items):
        result = kit.restore(to / f"{number}", stored.id)
        told_of = [path for code, path in kit.incidents if code == "content_damaged"]
        assert result.failed == len(told_of)
        missed |= {(number, path or "/") for path in told_of}
    return missed


def named_by(kit: VaultKit, result: VerifyResult) -> set[tuple[int, str]]:
    numbers = {stored.digest: number for number, stored in enumerate(kit.snapshots().items)}
    named = {(numbers[a.snapshot.digest], a.path.decode()) for a in result.affected}
    assert len(named) == len(result.affected) == result.affected_count, "each once"
    return named


def test_a_sound_vault(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    result = kit.verify()
    assert result.ok
    assert (result.damaged, result.affected, result.problems, result.suspects) == ([], [], [], frozenset())
    assert result.packs_read == result.packs_total == len(names(kit, "packs/")) >= 3
    assert result.bytes_read == sum(len(kit.store.objects[name]) for name in names(kit, "packs/"))
    assert missed_by_a_restore(kit, tmp_path) == set()
    assert told(restored_path(tmp_path / "2", folder)) == told(folder)


STEP = 5 if sys.platform == "win32" else 1
"""Wine is slow, and what lies in a pack is the same everywhere."""


@pytest.mark.parametrize("pack", range(3))
def test_bits_of_packs(kit: VaultKit, tmp_path: Path, pack: int) -> None:
    """Some in every part of a pack: header, first segments, padding, footer, trailer."""
    name = names(kit, "packs/")[pack]
    whole = dict(kit.store.objects)
    size = len(whole[name])
    used = [*range(0, 88, 11), *range(88, 3000, 97), size // 2, *range(size - 700, size, 41), size - 1]
    used = used[::STEP]
    found = 0
    for at in used:
        kit.store.objects = dict(whole)
        flip(kit, name, at * 8 + at % 8)
        result = kit.verify()
        assert not result.ok
        assert [damaged for damaged, _ in result.damaged] == [name]
        assert result.suspects == {bytes.fromhex(name.split("/")[1])}
        named = named_by(kit, result)
        assert named == missed_by_a_restore(kit, tmp_path / f"{at}")
        found += bool(named)
        assert (result.damaged[0][1] == "altered") == (not named)
    assert found, "some bits matter to files"
    assert found < len(used), "padding and what an index tells as well do not"


@pytest.mark.parametrize("kept", [0, 1, 50, 88, 200, 0.5, -1])
def test_packs_cut_short(kit: VaultKit, tmp_path: Path, kept: float) -> None:
    index, _ = kit.open().load_index()
    places = [index.place(number) for number in index.segments()]
    for number, name in enumerate(names(kit, "packs/")):
        whole = kit.store.objects[name]
        used = max(p.offset + p.sealed_size for p in places if p.pack.name.hex() == name.split("/")[1])
        end = int(kept * len(whole)) if isinstance(kept, float) else kept % len(whole)
        kit.store.objects[name] = whole[:end]
        result = kit.verify()
        assert not result.ok
        assert name in {damaged for damaged, _ in result.damaged}
        assert bytes.fromhex(name.split("/")[1]) in result.suspects
        named = named_by(kit, result)
        assert named == missed_by_a_restore(kit, tmp_path / f"{number}")
        assert bool(named) == (end < used), "an index tells what lies in it"
        kit.store.objects[name] = whole


@pytest.mark.parametrize("left", ["with its index", "without its index"])
def test_packs_missing(kit: VaultKit, tmp_path: Path, left: str) -> None:
    for number, name in enumerate(names(kit, "packs/")):
        whole = dict(kit.store.objects)
        kit.store.delete(name)
        if left == "without its index":
            for index in names(kit, "index/"):
                kit.store.delete(index)
        result = kit.verify(percent=0)
        assert not result.ok
        assert named_by(kit, result) == missed_by_a_restore(kit, tmp_path / f"{number}") != set()
        assert UNKNOWN_PACK in result.suspects
        if left == "with its index":
            assert result.damaged == [(name, "missing")]
            assert bytes.fromhex(name.split("/")[1]) in result.suspects
        kit.store.objects = whole


def test_what_verification_names_the_next_backup_heals(kit: VaultKit, folder: Path, tmp_path: Path) -> None:
    """Content of a large file, gone with its index: nothing but verification notices."""
    whole = dict(kit.store.objects)
    healed = 0
    for name in names(kit, "packs/"):
        kit.store.objects = {n: d for n, d in whole.items() if n != name and not n.startswith("index/")}
        found = kit.verify()
        assert found.affected
        kit.backup(folder, suspects=found.suspects)
        assert [
            a for a in kit.verify().affected if a.snapshot.digest == kit.snapshots().items[-1].digest
        ] == []
        kit.restore(tmp_path / name[6:12])
        assert told(restored_path(tmp_path / name[6:12], folder)) == told(folder)
        healed += 1
    assert healed >= 3


def test_bits_of_other_objects(kit: VaultKit) -> None:
    """Nothing is lost, and nothing is passed over."""
    whole = dict(kit.store.objects)
    for name in [*names(kit, "index/"), *names(kit, "slots/"), "vault"]:
        size = len(whole[name])
        for bit in sorted(random.Random(name).sample(range(size * 8), 40 // STEP)):
            kit.store.objects = dict(whole)
            flip(kit, name, bit)
            result = kit.verify(percent=0)
            assert not result.ok
            assert (name, "damaged") in result.damaged
            assert result.affected == []


def test_bits_of_snapshots(kit: VaultKit) -> None:
    whole = dict(kit.store.objects)
    for name in names(kit, "snapshots/"):
        for bit in sorted(random.Random(name).sample(range(len(whole[name]) * 8), 30)):
            kit.store.objects = dict(whole)
            flip(kit, name, bit)
            result = kit.verify(percent=0)
            assert ("snapshot_damaged", name) in {(p.code, p.name) for p in result.problems}
            assert result.affected == []
            assert len(kit.snapshots().items) == 2


def test_a_header_that_was_edited_is_named(kit: VaultKit) -> None:
    """Whatever it says now: the vault opens by the header in its slot tables."""
    made, keys = kit.open().header, kit.open().keys
    sound = kit.store.objects["vault"]
    body, tag, _ = sound.split(b"\n")
    other = VaultKit(seed=9)
    edits = {
        "another vault's": other.store.objects["vault"],
        "edited": body.replace(b'"created":', b'"created":1') + b"\n" + tag + b"\n",
        "of another id": body.replace(made.id.encode(), b"00" * 16) + b"\n" + tag + b"\n",
        "other bytes of the same meaning": body.replace(b",", b", ") + b"\n" + tag + b"\n",
        "one line more": sound + b"\n",
        "the first line alone": body + b"\n",
        "by a holder of the keys": write_vault_header(structs.replace(made, created=1), keys),
        "of a newer version": write_vault_header(structs.replace(made, version=2), keys),
        "a slot table": next(d for n, d in kit.store.objects.items() if n.startswith("slots/")),
        "nothing": b"",
    }
    for what, data in edits.items():
        assert data != sound, what
        kit.store.objects["vault"] = data
        result = kit.verify(percent=0)
        assert (result.ok, result.damaged) == (False, [("vault", "damaged")]), what


@pytest.mark.parametrize("kind", ["slots/", "vault"])
def test_objects_missing(kit: VaultKit, kind: str) -> None:
    for name in names(kit, kind):
        whole = dict(kit.store.objects)
        kit.store.delete(name)
        result = kit.verify(percent=0)
        assert not result.ok
        assert [(damaged.split("/")[0], reason) for damaged, reason in result.damaged] in (
            [("slots", "missing")],
            [("vault", "missing")],
        )
        kit.store.objects = whole


def test_a_snapshot_missing_in_the_middle(kit: VaultKit) -> None:
    kit.store.delete(f"snapshots/{kit.snapshots().items[1].id}")
    assert [p.code for p in kit.verify(percent=0).problems] == ["snapshot_gap"]


def test_an_index_missing_costs_nothing(kit: VaultKit) -> None:
    for name in names(kit, "index/"):
        kit.store.delete(name)
    result = kit.verify()
    assert result.ok
    assert result.packs_read == len(names(kit, "packs/"))


def test_copies_of_a_pack_under_other_names_count_once(kit: VaultKit) -> None:
    """Whoever writes to the store could fill the memory of all who read it."""
    name = names(kit, "packs/")[0]
    copies = ["packs/" + f"{number:02x}" * 32 for number in range(20)]
    before, _ = kit.open().load_index(check_packs=True)
    for copy in copies:
        kit.store.objects[copy] = kit.store.objects[name]
    result = kit.verify(percent=0)
    assert sorted(result.damaged) == [(copy, "damaged") for copy in copies]
    index, _ = kit.open().load_index(check_packs=True)
    assert len(index.packs) == len(before.packs)
    # Under another name is better than not at all.
    kit.store.delete(name)
    assert kit.verify(percent=0).affected == []


@pytest.mark.parametrize("before", [True, False])
def test_an_altered_copy_does_not_stand_for_a_pack(kit: VaultKit, before: bool, tmp_path: Path) -> None:
    """Its header and footer are the pack's own, its segments are not, and no index tells which one counts."""
    for index in names(kit, "index/"):
        kit.store.delete(index)
    packs = names(kit, "packs/")
    altered = {}
    for number, name in enumerate(packs):
        data = bytearray(kit.store.objects[name])
        data[HEADER_SIZE] ^= 1
        digit = ("00" if before else "ff") + f"{number:02x}"
        altered[f"packs/{digit}" + "ab" * 30] = bytes(data)
    kit.store.objects.update(altered)
    result = kit.verify()
    assert sorted(result.damaged) == [(name, "damaged") for name in sorted(altered)]
    assert result.affected == []
    assert kit.restore(tmp_path / "out").failed == 0


def test_a_stranger_among_the_packs_is_named(kit: VaultKit) -> None:
    kit.store.objects["packs/" + "ab" * 32] = os.urandom(70_000)
    result = kit.verify(percent=0)
    assert result.damaged == [("packs/" + "ab" * 32, "damaged")]
    assert result.affected == []


# ---- how much is read -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> VaultKit:
    kit = VaultKit()
    folder = tmp_path_factory.mktemp("many") / "a"
    for number in range(12):
        make_tree(folder, {f"{number}": os.urandom(100)})
        kit.backup(folder)
    return kit


@pytest.mark.parametrize(
    ("percent", "read"), [(0, 0), (1, 1), (8, 1), (9, 2), (50, 6), (99, 12), (100, 12), (1000, 12)]
)
def test_percent_of_the_packs(many: VaultKit, percent: int, read: int) -> None:
    result = many.verify(percent=percent)
    assert (result.packs_total, result.packs_read) == (12, read)
    assert result.ok


def test_in_time_every_pack_is_read(many: VaultKit) -> None:
    """Chance decides which, anew at each run: a damaged pack is found sooner or later."""
    index, _ = many.open().load_index()
    place = next(index.place(n) for n in index.segments() if index.place(n).kind == KIND_DATA)
    name = object_name("packs", place.pack.name)
    whole = dict(many.store.objects)
    flip(many, name, 8 * (place.offset + 9))  # content: folders are looked at each time
    found = [many.verify(percent=25).damaged for _ in range(60)]
    many.store.objects = whole
    assert [(name, "damaged")] in found
    assert [] in found


def test_packs_that_were_proven_once_are_compared_with_their_names(many: VaultKit) -> None:
    """A bit in any of them is found as before, and what it costs."""
    index, _ = many.open().load_index()
    place = next(index.place(n) for n in index.segments() if index.place(n).kind == KIND_DATA)
    name = object_name("packs", place.pack.name)

    def found() -> VerifyResult:
        return verify(
            many.open(), many.snapshots(), choose=sample(100, many.random), proven=lambda _: True,
            structure=False, listener=ignore, cancel=CancelToken(),
        )  # fmt: skip

    assert found().ok and found().packs_read == found().packs_total
    flip(many, name, 8 * (place.offset + 9))
    assert found().damaged == [(name, "damaged")]
    assert found().affected == many.verify().affected != []
    many.store.delete(name)
    assert (name, "missing") in found().damaged


def test_progress_goes_to_its_end(many: VaultKit) -> None:
    told_of: list[Progress] = []
    verify(
        many.open(), many.snapshots(), choose=sample(100, many.random),
        listener=told_of.append, cancel=CancelToken(),  # type: ignore[arg-type]
    )  # fmt: skip
    done = [p.bytes_done for p in told_of]
    assert done == sorted(done)
    assert told_of[-1].bytes_done == told_of[-1].bytes_total


def test_stopped(many: VaultKit) -> None:
    cancel = CancelToken()
    cancel.cancel("shutdown")
    with pytest.raises(Stopped) as stopped:
        verify(many.open(), many.snapshots(), choose=sample(100, many.random), listener=ignore, cancel=cancel)
    assert stopped.value.facts == {"by": "shutdown"}


class Tired(CancelToken):
    """Stops at the look number `at`."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def check(self) -> None:
        self.at -= 1
        if not self.at:
            self.cancel("backup")
        super().check()


def test_a_walk_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = VaultKit()
    folder = make_tree(tmp_path / "cabinet", {f"d{n}": {"x.txt": b"%d" % n} for n in range(30)})
    kit.backup(folder)
    opened: list[bytes] = []
    real = service.read_directory

    def reading(reader: Any, content: bytes, *more: Any) -> Any:
        opened.append(content)
        return real(reader, content, *more)

    monkeypatch.setattr(service, "read_directory", reading)

    def walk(whole: set[bytes], cancel: CancelToken | None = None) -> VerifyResult:
        opened.clear()
        return verify(
            kit.open(), kit.snapshots(), choose=sample(0, kit.random), walked=whole,
            listener=ignore, cancel=cancel or CancelToken(),
        )  # fmt: skip

    whole: set[bytes] = set()
    walk(set())
    every = len(opened)
    for _ in range(3):
        before = len(whole)
        with pytest.raises(Stopped):
            walk(whole, Tired(20))
        assert before < len(whole) < every
    done = set(whole)
    assert walk(whole).ok
    assert not done & set(opened)
    assert len(opened) == every - len(done)
    # What is wrong is looked for everywhere: it may have gone since.
    packs = [name for name in kit.store.objects if name.startswith("packs/")]
    for name in packs:
        kit.store.delete(name)
    gone = walk(set())
    again = walk(done)
    assert not again.ok
    assert (again.affected_count, again.damaged) == (gone.affected_count, gone.damaged)


def test_a_store_that_fails_is_no_damage(many: VaultKit) -> None:
    class Failing(MemoryStore):
        def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
            if name.startswith("packs/"):
                raise Failed("store_denied", at="x")
            return super().get(name, offset, length)

    failing = Failing()
    failing.objects = many.store.objects
    vault = many.open()
    vault.store = failing
    with pytest.raises(Failed):
        verify(
            vault, many.snapshots(), choose=sample(100, many.random), listener=ignore, cancel=CancelToken()
        )


def test_verification_changes_nothing(kit: VaultKit) -> None:
    flip(kit, names(kit, "packs/")[0], 8 * 150)
    kit.store.delete(names(kit, "index/")[0])
    before = dict(kit.store.objects)
    kit.verify()
    assert kit.store.objects == before


def test_sources_of_the_test_are_where_they_should_be(kit: VaultKit, folder: Path) -> None:
    assert kit.snapshots().items[0].snapshot.sources == [source_of(folder).path]
