"""What every adapter of the `Store` port must do, whatever lies behind it.

An adapter's tests inherit `StoreContract` and say how to make a store and how to open it again:

    class TestFolderStore(StoreContract):
        def make(self, at: Path) -> Store: …
        def reopen(self, store: Store, at: Path) -> Store: …
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import Failed, IntegrityError, UsageError
from cyberlib_client.core.ports import OBJECT_KINDS, Store

HEX = "0123456789abcdef" * 4

NOT_NAMES = [
    "",
    "/",
    "VAULT",
    "vault/",
    f"vault/{HEX}",
    "packs",
    "packs/",
    "packs/abc",
    f"packs/{HEX[1:]}",
    f"packs/{HEX}0",
    f"packs/{HEX.upper()}",
    f"packs/{HEX}\n",
    f"packs/{HEX[:-1]}\n",
    f"packs/{HEX[:-1]}g",
    f"packs/{HEX[:-1]}٣",
    f"packs/{HEX[:2]}/{HEX}",
    f"packs//{HEX}",
    f"/packs/{HEX}",
    f"./packs/{HEX}",
    f"packs/../packs/{HEX}",
    "packs/../../vault",
    f"packs\\{HEX}",
    f"Packs/{HEX}",
    f"tmp/{HEX}",
    f"locks/{HEX}",
    f"packs/{HEX[:-1]}\0",
    "..",
    "../vault",
]

NOT_KINDS = ["", "vault", "tmp", "..", ".", "packs/", "PACKS", "packs/01", "/packs", "*"]


def name_of(data: bytes, kind: str = "packs") -> str:
    """The name an object of these bytes has."""
    return f"{kind}/{hashlib.sha256(data).hexdigest()}"


class StoreContract:
    """Inherit, and say what to test."""

    deletes = True
    """Whether whoever holds this store may delete."""

    dated = False
    """Whether it knows when an object came."""

    examples = 40
    """How many histories are tried against a dictionary."""

    def make(self, at: Path) -> Store:
        """A new, empty store; `at` is a folder of the test's own."""
        raise NotImplementedError

    def reopen(self, store: Store, at: Path) -> Store:
        """The same store as another process would open it."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Store:
        return self.make(tmp_path)

    # ---- names --------------------------------------------------------------------------------

    def test_refuses_what_is_no_name(self, store: Store) -> None:
        doors: list[Callable[[str], Any]] = [
            lambda name: store.put(name, b"x"),
            store.get,
            store.size,
            store.arrived,
            store.delete,
        ]
        for name in NOT_NAMES:
            for door in doors:
                with pytest.raises(UsageError) as refused:
                    door(name)
                assert (refused.value.code, refused.value.facts) == ("bad_object_name", {"name": name})
        assert [o for kind in OBJECT_KINDS for o in store.list(kind)] == []

    def test_refuses_what_is_no_kind(self, store: Store) -> None:
        for kind in NOT_KINDS:
            with pytest.raises(UsageError) as refused:
                list(store.list(kind))
            assert (refused.value.code, refused.value.facts) == ("bad_object_name", {"name": kind})

    def test_has_a_location_to_show(self, store: Store) -> None:
        assert store.location

    # ---- one object ---------------------------------------------------------------------------

    def test_lays_parts_end_to_end(self, store: Store) -> None:
        store.put(f"packs/{HEX}", b"ab", b"", bytearray(b"cd"), memoryview(b"xefx")[1:3])
        assert store.get(f"packs/{HEX}") == b"abcdef"
        assert store.size(f"packs/{HEX}") == 6

    def test_keeps_what_it_was_given(self, store: Store) -> None:
        """Callers reuse their buffers."""
        buffer = bytearray(b"first")
        store.put(f"packs/{HEX}", buffer)
        buffer[:] = b"other"
        assert store.get(f"packs/{HEX}") == b"first"

    @pytest.mark.parametrize("parts", [(), (b"",), (b"", bytearray())])
    def test_an_object_may_be_empty(self, store: Store, parts: tuple[bytes, ...]) -> None:
        store.put(f"index/{HEX}", *parts)
        assert store.size(f"index/{HEX}") == 0
        assert store.get(f"index/{HEX}") == b""
        assert list(store.list("index")) == [(f"index/{HEX}", 0)]

    def test_large_objects_come_back_whole(self, store: Store) -> None:
        parts = [bytes([i]) * 1_000_003 for i in range(17)]
        store.put(f"packs/{HEX}", *parts)
        assert store.get(f"packs/{HEX}") == b"".join(parts)
        assert store.size(f"packs/{HEX}") == 17 * 1_000_003

    def test_never_overwrites(self, store: Store) -> None:
        for name in ("vault", f"slots/{HEX}", f"packs/{HEX}"):
            store.put(name, b"first")
            store.put(name, b"the second, longer")
            assert store.get(name) == b"first"
            assert store.size(name) == 5

    def test_what_is_damaged_gives_way_to_what_is_whole(self, store: Store) -> None:
        """Whoever reads meanwhile finds the one or the other, and never nothing."""
        store.put(f"packs/{HEX}", b"damaged" * 1000)
        if not self.deletes:
            with pytest.raises(Failed):
                store.replace(f"packs/{HEX}", b"whole")
            assert store.get(f"packs/{HEX}") == b"damaged" * 1000
            return
        seen, ended = set[bytes](), threading.Event()

        def look() -> None:
            while not ended.is_set():
                seen.add(store.get(f"packs/{HEX}"))
                time.sleep(0.001)  # on Windows nobody replaces what is always open

        with ThreadPoolExecutor(1) as pool:
            looking = pool.submit(look)
            try:
                for _ in range(5):
                    store.replace(f"packs/{HEX}", b"who", b"le")
                    store.replace(f"packs/{HEX}", b"damaged" * 1000)
            finally:
                ended.set()
            looking.result()
        assert seen <= {b"whole", b"damaged" * 1000}
        store.replace(f"packs/{HEX}", b"whole")
        assert (store.get(f"packs/{HEX}"), store.size(f"packs/{HEX}")) == (b"whole", 5)
        assert [item.size for item in store.list("packs")] == [5]

    def test_a_part_that_is_no_bytes_leaves_nothing(self, store: Store) -> None:
        with pytest.raises(TypeError):
            store.put(f"packs/{HEX}", b"x" * 100_000, "text")  # type: ignore[arg-type]
        assert store.size(f"packs/{HEX}") is None
        assert list(store.list("packs")) == []
        store.put(f"packs/{HEX}", b"whole")
        assert store.get(f"packs/{HEX}") == b"whole"

    def test_what_is_absent_is_told(self, store: Store) -> None:
        for name in ("vault", f"packs/{HEX}", f"snapshots/{HEX}"):
            assert store.size(name) is None
            for part in ((), (3,), (3, 4)):
                with pytest.raises(IntegrityError) as missing:
                    store.get(name, *part)
                assert (missing.value.code, missing.value.facts) == ("object_missing", {"name": name})

    def test_deleting_is_idempotent(self, store: Store) -> None:
        name = f"packs/{HEX}"
        if not self.deletes:
            store.put(name, b"x")
            with pytest.raises(Failed):
                store.delete(name)
            assert store.get(name) == b"x"
            return
        store.delete(name)
        store.put(name, b"x")
        store.delete(name)
        store.delete(name)
        assert store.size(name) is None
        assert list(store.list("packs")) == []
        store.put(name, b"again")
        assert store.get(name) == b"again"

    def test_survives_reopening(self, store: Store, tmp_path: Path) -> None:
        names = ["vault", *(f"{kind}/{HEX}" for kind in OBJECT_KINDS)]
        for name in names:
            store.put(name, name.encode())
        again = self.reopen(store, tmp_path)
        assert [again.get(name) for name in names] == [name.encode() for name in names]
        again.put(f"packs/{HEX[::-1]}", b"new")
        assert store.get(f"packs/{HEX[::-1]}") == b"new"

    # ---- ranges -------------------------------------------------------------------------------

    def test_ranges_are_those_of_a_slice(self, store: Store) -> None:
        data = bytes(range(256)) * 40
        store.put(f"packs/{HEX}", data)
        edges = [0, 1, 2, 255, 4096, len(data) - 1, len(data), len(data) + 1, 1 << 40]
        for offset in edges:
            assert store.get(f"packs/{HEX}", offset) == data[offset:]
            for length in edges[:-1]:
                assert store.get(f"packs/{HEX}", offset, length) == data[offset : offset + length]

    # ---- listing ------------------------------------------------------------------------------

    def test_tells_when_an_object_came(self, store: Store) -> None:
        """Or nothing; never what is in the object."""
        before, name = time.time_ns() - 2 * 10**9, name_of(b"it is 1970", "retired")
        store.put(name, b"it is 1970")
        came = store.arrived(name)
        if self.dated:
            assert came is not None
            assert before <= came <= time.time_ns() + 2 * 10**9
        else:
            assert came is None
        assert store.arrived(f"retired/{HEX}") is None

    def test_lists_each_kind_alone(self, store: Store) -> None:
        put: dict[str, set[tuple[str, int]]] = {kind: set() for kind in OBJECT_KINDS}
        store.put("vault", b"v")
        for number in range(40):
            data = b"object %d" % number
            kind = OBJECT_KINDS[number % len(OBJECT_KINDS)]
            store.put(name_of(data, kind), data)
            put[kind].add((name_of(data, kind), len(data)))
        for kind in OBJECT_KINDS:
            assert sorted(store.list(kind)) == sorted(put[kind])

    def test_lists_nothing_where_nothing_is(self, store: Store) -> None:
        assert [list(store.list(kind)) for kind in OBJECT_KINDS] == [[]] * len(OBJECT_KINDS)

    def test_a_listing_may_be_left_open_while_objects_change(self, store: Store) -> None:
        for number in range(20):
            store.put(name_of(b"%d" % number), b"%d" % number)
        listing = store.list("packs")
        first = next(listing)
        for item in list(store.list("packs")):
            if item.name != first.name and self.deletes:
                store.delete(item.name)
        store.put(name_of(b"new"), b"new")
        names = {item.name for item in listing}
        assert first.name not in names, "listed twice"

    # ---- several at once ----------------------------------------------------------------------

    def test_threads_may_put_the_same_object(self, store: Store) -> None:
        data = b"pack" * 50_000
        barrier = threading.Barrier(8)

        def put(_: int) -> bytes:
            barrier.wait()
            store.put(name_of(data), data[:1000], data[1000:])
            return store.get(name_of(data))

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(put, range(8))) == {data}
        assert list(store.list("packs")) == [(name_of(data), len(data))]

    def test_whoever_lists_sees_whole_objects_only(self, store: Store) -> None:
        objects = {name_of(d): d for d in (b"%d" % n * 30_000 for n in range(24))}
        done = threading.Event()
        seen: set[str] = set()

        def watch() -> None:
            while True:
                last = done.is_set()
                for name, size in store.list("packs"):
                    assert size == len(objects[name])
                    assert store.get(name) == objects[name]
                    seen.add(name)
                if last:
                    return

        with ThreadPoolExecutor(5) as pool:
            watcher = pool.submit(watch)
            puts = [pool.submit(store.put, name, data) for name, data in objects.items()]
            for each in puts:
                each.result()
            done.set()
            watcher.result()
        assert seen == set(objects)

    # ---- what may go ---------------------------------------------------------------------------

    def test_what_was_let_go_is_purged(self, tmp_path: Path) -> None:
        """At once where whoever holds the store deletes; at a host when its own quarantine is over."""
        store = self.make(tmp_path)
        gone, kept = name_of(b"gone"), name_of(b"kept", "index")
        store.put(gone, b"gone")
        store.put(kept, b"kept")
        store.retire([gone, kept])
        store.revive([kept])
        assert set(store.purge([gone])) == ({gone} if self.deletes else set())
        again = self.reopen(store, tmp_path)
        assert again.size(gone) == (None if self.deletes else 4)
        assert again.get(kept) == b"kept"

    # ---- anything in any order ----------------------------------------------------------------

    def test_is_like_a_dictionary(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        names = ["vault", *(f"{kind}/{d * 64}" for kind in OBJECT_KINDS for d in "0a")]
        name = st.sampled_from(names)
        step = st.one_of(
            st.tuples(st.just("put"), name, st.lists(st.binary(max_size=50), max_size=3)),
            *([st.tuples(st.just("delete"), name, st.none())] if self.deletes else []),
            st.tuples(st.just("get"), name, st.tuples(st.integers(0, 60), st.integers(0, 60))),
            st.tuples(st.just("reopen"), st.none(), st.none()),
        )

        @settings(max_examples=self.examples)
        @given(st.lists(step, max_size=25))
        def check(steps: list[tuple[str, Any, Any]]) -> None:
            at = tmp_path_factory.mktemp("store")
            store, model = self.make(at), dict[str, bytes]()
            for what, which, how in steps:
                if what == "put":
                    store.put(which, *how)
                    model.setdefault(which, b"".join(how))
                elif what == "delete":
                    store.delete(which)
                    model.pop(which, None)
                elif what == "reopen":
                    store = self.reopen(store, at)
                elif which in model:
                    assert store.get(which, *how) == model[which][how[0] : how[0] + how[1]]
                for each in names:
                    assert store.size(each) == (len(model[each]) if each in model else None)
            for kind in OBJECT_KINDS:
                wanted = [(n, len(d)) for n, d in model.items() if n.startswith(kind + "/")]
                assert sorted(store.list(kind)) == sorted(wanted)

        check()
