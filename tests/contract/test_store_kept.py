"""A far store with copies near by, and what the copies spare."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cyberlib_client.core.ports import Store
from cyberlib_client.transports.kept import KeptStore
from cyberlib_client.transports.memory import MemoryStore
from cyberlib_client.transports.near import Near
from tests.contract.store_contract import StoreContract


class CountingStore(MemoryStore):
    """Notes what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        self.read.append(name)
        return super().get(name, offset, length)


class TestKeptStore(StoreContract):
    def make(self, at: Path) -> Store:
        return KeptStore(MemoryStore(), Near(str(at / "near.sqlite")))

    def reopen(self, store: Store, at: Path) -> Store:
        assert isinstance(store, KeptStore)
        return KeptStore(store._store, Near(str(at / "near.sqlite")))


def _named(data: bytes, kind: str) -> str:
    return f"{kind}/{hashlib.sha256(data).hexdigest()}"


def test_what_was_read_or_put_is_not_read_again(tmp_path: Path) -> None:
    far, path = CountingStore(), str(tmp_path / "near.sqlite")
    one = KeptStore(far, Near(path))
    data = [b"%d" % number for number in range(30)]
    for each in data[:10]:
        one.put(_named(each, "index"), each)  # its own
    for each in data[10:]:
        far.put(_named(each, "index"), each)  # others'
    names = [_named(each, "index") for each in data]
    one.prefetch(names)
    assert sorted(far.read) == sorted(names[10:])
    far.read.clear()
    again = KeptStore(far, Near(path))
    again.prefetch(names)
    assert [again.get(name) for name in names] == data
    assert [again.get(name, 0, 1) for name in names] == [each[:1] for each in data]
    assert far.read == []
    assert len(list(again.list("index"))) == 30  # of that it is asked


def test_a_copy_of_what_the_name_does_not_say_is_none(tmp_path: Path) -> None:
    far = CountingStore()
    store = KeptStore(far, Near(str(tmp_path / "near.sqlite")))
    name = _named(b"what was meant", "snapshots")
    far.put(name, b"something else")
    assert [store.get(name), store.get(name)] == [b"something else"] * 2
    assert far.read == [name, name]


def test_packs_and_the_header_are_read_where_they_are(tmp_path: Path) -> None:
    far = CountingStore()
    store = KeptStore(far, Near(str(tmp_path / "near.sqlite")))
    pack = _named(b"pack", "packs")
    for name in ("vault", pack):
        store.put(name, b"pack")
        store.prefetch([name, name])
        assert store.get(name) == b"pack"
    assert far.read == ["vault", pack]
    assert store.near(pack, 1, 2) is None
    store.keep(pack, 1, b"ac")
    assert (store.near(pack, 1, 2), store.near(pack, 1, 3), store.near(pack, 0, 2)) == (b"ac", None, None)
