"""The packer's threads: whatever fails in one is told, all of them end, and memory stays bounded."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cyberlib_client.core import compression
from cyberlib_client.core.crypto import Sealer
from cyberlib_client.core.errors import CyberlibError, Failed, IntegrityError, Stopped
from cyberlib_client.core.format_v1.index import PackInfo
from cyberlib_client.core.ids import KIND_DATA, KIND_TREE, MIB, PACK_SIZE, SEGMENT_SIZE
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.core.ports import Buffer, CancelToken
from cyberlib_client.repository import packer as packer_module
from cyberlib_client.repository.index import Index
from cyberlib_client.repository.packer import Packer
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import SeededRandom

pytestmark = pytest.mark.portable

KEYS = VaultKeys(bytes(range(32)), bytes(range(16)))


class WatchedStore(MemoryStore):
    """Calls `before` with the number of each put, from 1."""

    def __init__(self, before: Callable[[int], None]) -> None:
        super().__init__()
        self._before = before
        self.puts = 0

    def put(self, name: str, *parts: Buffer) -> None:
        self.puts += 1
        self._before(self.puts)
        super().put(name, *parts)


def packer_on(store: MemoryStore, cancel: CancelToken | None = None, **options: Any) -> Packer:
    told: list[PackInfo] = options.pop("told", [])
    return Packer(
        store, KEYS, Index(), epoch=0, random=SeededRandom(), cancel=cancel or CancelToken(),
        on_stored=told.append, **options,
    )  # fmt: skip


def feed(packer: Packer, count: int, size: int = MIB, kind: int = KIND_DATA) -> None:
    source = random.Random(1)
    for _ in range(count):
        content = source.randbytes(size)
        packer.add(kind, KEYS.chunk_ids.of(content), content)


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive()]
    assert left == []


def run_until_it_fails(packer: Packer, count: int = 60) -> BaseException:
    try:
        feed(packer, count)
        packer.finish()
    except BaseException as error:  # noqa: BLE001 - that is what is asked for
        return error
    finally:
        packer.abort()
    raise AssertionError("nothing failed")


# ---- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", [1, 2, 4])
def test_what_the_store_says_is_raised(which: int) -> None:
    def before(number: int) -> None:
        if number == which:
            raise Failed("store_full", at="x")

    told: list[PackInfo] = []
    store = WatchedStore(before)
    error = run_until_it_fails(packer_on(store, told=told))
    assert isinstance(error, Failed)
    assert error.code == "store_full"
    assert store.puts == which, "nothing more is tried after a failure"
    assert len(told) == len(store.objects) == which - 1, "and what was stored counts"


def test_errors_nobody_foresaw_are_raised_too() -> None:
    def before(_: int) -> None:
        raise MemoryError

    assert isinstance(run_until_it_fails(packer_on(WatchedStore(before))), MemoryError)


def test_what_the_listener_of_packs_says_is_raised() -> None:
    def listener(_: PackInfo) -> None:
        raise RuntimeError("listener")

    packer = Packer(
        MemoryStore(), KEYS, Index(), epoch=0, random=SeededRandom(), cancel=CancelToken(), on_stored=listener
    )
    assert str(run_until_it_fails(packer)) == "listener"


def test_bytes_that_compress_to_others_are_never_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory and libraries do fail."""

    def spoilt(plain: Buffer) -> tuple[int, Buffer]:
        codec, stored = compression.compress(plain)
        wrong = bytearray(stored)
        wrong[len(wrong) // 2] ^= 4
        return codec, wrong

    for content in (b"compressible " * 90_000, random.Random(1).randbytes(MIB)):
        store = MemoryStore()
        packer = packer_on(store)
        packer.add(KIND_DATA, bytes(20), content)
        monkeypatch.setattr(packer_module, "compress", spoilt)
        with pytest.raises(IntegrityError) as caught:
            packer.finish()
        packer.abort()
        assert caught.value.code == "bad_memory"
        assert store.objects == {}


def test_bytes_that_open_to_others_are_never_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    seal = Sealer.seal_into

    def spoilt(self: Sealer, position: int, plain: Buffer, aad: bytes, out: memoryview) -> None:
        seal(self, position, plain, aad, out)
        out[len(out) // 3] ^= 1

    monkeypatch.setattr(Sealer, "seal_into", spoilt)
    store = MemoryStore()
    error = run_until_it_fails(packer_on(store), 3)
    assert isinstance(error, IntegrityError)
    assert error.code == "bad_memory"
    assert store.objects == {}


# ---- stopping -------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0, 1, 5, 20, 33, 59])
def test_cancelled_while_chunks_are_added(after: int) -> None:
    cancel = CancelToken()
    store = MemoryStore()
    packer = packer_on(store, cancel)
    feed(packer, after)
    cancel.cancel("battery")
    with pytest.raises(Stopped) as stopped:
        feed(packer, 40)
        packer.finish()
    packer.abort()
    assert stopped.value.facts == {"by": "battery"}


@pytest.mark.parametrize("which", [1, 2, 3])
def test_cancelled_while_a_pack_is_stored(which: int) -> None:
    cancel = CancelToken()

    def before(number: int) -> None:
        if number == which:
            cancel.cancel()

    store = WatchedStore(before)
    assert isinstance(run_until_it_fails(packer_on(store, cancel)), Stopped)
    assert store.puts == which, "the put under way is let finish, no other begins"


def test_cancelled_before_finishing() -> None:
    cancel = CancelToken()
    store = MemoryStore()
    packer = packer_on(store, cancel)
    feed(packer, 3)
    feed(packer, 2, 1000, KIND_TREE)
    cancel.cancel()
    with pytest.raises(Stopped):
        packer.finish()
    packer.abort()
    assert store.objects == {}


@pytest.mark.parametrize("count", [0, 1, 40])
def test_aborting_ends_every_thread_at_any_moment(count: int) -> None:
    for _ in range(3):
        packer = packer_on(MemoryStore(), sealers=4)
        feed(packer, count)
        packer.abort()
        packer.abort()


def test_aborting_after_the_end_does_no_harm() -> None:
    store = MemoryStore()
    packer = packer_on(store)
    feed(packer, 2)
    packer.finish()
    packer.abort()
    assert len(store.objects) == 1


def test_nothing_is_taken_after_an_abort() -> None:
    packer = packer_on(MemoryStore())
    packer.abort()
    with pytest.raises(CyberlibError):
        feed(packer, 10)
    packer.abort()


# ---- memory ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("sealers", [1, 2, 4])
def test_a_store_that_stands_still_holds_up_the_reading(sealers: int) -> None:
    gate, added = threading.Event(), [0]
    store = WatchedStore(lambda _: gate.wait() and None)
    packer = packer_on(store, sealers=sealers)

    def adding() -> None:
        source = random.Random(1)
        for number in range(200):
            content = source.randbytes(SEGMENT_SIZE)
            packer.add(KIND_DATA, KEYS.chunk_ids.of(content), content)
            added[0] = number + 1
        packer.finish()

    thread = threading.Thread(target=adding)
    thread.start()
    try:
        seen, still = -1, 0
        while still < 4:  # until nothing moves any more; how long that takes does not matter
            time.sleep(0.05)
            still = still + 1 if added[0] == seen else 0
            seen = added[0]
        # One being filled, one waiting, one in hand, and as many at work as there are sealers; then packs of
        # eight: two being filled, and one that each sealer stores.
        assert seen <= 3 + sealers + 8 * (2 + sealers)
    finally:
        gate.set()
        thread.join()
    assert added[0] == 200
    assert store.puts == 25


@pytest.mark.parametrize("size", [MIB, 3 * MIB, PACK_SIZE])
def test_packs_are_no_larger_than_the_store_takes_in_good_time(size: int) -> None:
    class Slow(MemoryStore):
        puts_at_once = 4
        pack_size = size

    packs: list[PackInfo] = []
    packer = Packer(
        Slow(), KEYS, Index(), epoch=0, random=os.urandom, cancel=CancelToken(), on_stored=packs.append
    )
    for number in range(1, 61):
        packer.add(KIND_DATA, number.to_bytes(20, "big"), os.urandom(500_000))
    packer.finish()
    assert sum(pack.size for pack in packs) > 30_000_000
    assert max(pack.size for pack in packs) <= max(size, 2 * SEGMENT_SIZE)  # a segment is never cut
    assert sum(pack.size < 3 * MIB for pack in packs) >= 2  # the line has work early


class Shut(MemoryStore):
    """A far store that takes nothing until it is opened."""

    puts_at_once = 2

    def __init__(self) -> None:
        super().__init__()
        self.open = threading.Event()

    def put(self, name: str, *parts: Buffer) -> None:
        self.open.wait()
        super().put(name, *parts)


def test_who_waits_for_a_far_store_hears_where_the_run_stands() -> None:
    store, waits = Shut(), list[int]()
    packer = Packer(
        store, KEYS, Index(), epoch=0, random=os.urandom, cancel=CancelToken(), on_stored=lambda _pack: None
    )

    def look() -> None:
        waits.append(packer.waiting_bytes)
        if len(waits) == 3:
            store.open.set()

    packer.on_wait = look
    for number in range(1, 21):
        packer.add(KIND_DATA, number.to_bytes(20, "big"), os.urandom(MIB))
    packer.finish()
    assert len(waits) >= 3
    assert max(waits) > MIB
    assert packer.waiting_bytes == 0
    assert packer.stored_bytes == sum(map(len, store.objects.values())) > 20 * MIB


def test_a_stop_is_heard_while_a_far_store_is_waited_for() -> None:
    store, before = Shut(), threading.active_count()
    packer = Packer(
        store, KEYS, Index(), epoch=0, random=os.urandom, cancel=CancelToken(), on_stored=lambda _pack: None
    )
    packer.add(KIND_DATA, bytes(19) + b"x", b"content")

    def stop() -> None:
        store.open.set()  # a put that is under way ends as it may
        raise Stopped(by="user")

    packer.on_wait = stop
    with pytest.raises(Stopped):
        packer.finish()
    packer.abort()
    assert threading.active_count() == before


@pytest.mark.parametrize("puts", [0, 2])
@pytest.mark.parametrize("dying", ["seal", "put"])
@pytest.mark.filterwarnings("error")
def test_threads_that_have_no_memory_to_wait_hold_up_nobody(
    dying: str, puts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting takes a little too: they end, all of them, and it is told."""
    died: list[str] = []
    waited: set[str] = set()
    wait = packer_module.queue.Queue.get

    def without_memory(self: Any, *args: Any, **options: Any) -> Any:
        name = threading.current_thread().name
        if name in waited and name.startswith(dying):
            died.append(name)
            raise MemoryError
        waited.add(name)
        return wait(self, *args, **options)

    monkeypatch.setattr(packer_module.queue.Queue, "get", without_memory)
    store = MemoryStore()
    monkeypatch.setattr(type(store), "puts_at_once", puts)
    packer = packer_on(store, sealers=2)
    if dying == "put" and not puts:
        feed(packer, 40)
        packer.finish()
        assert not died
        return
    with pytest.raises(MemoryError):
        feed(packer, 80)
        packer.finish()
    packer.abort()
    assert died
