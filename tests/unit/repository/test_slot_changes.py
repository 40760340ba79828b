"""Two machines that change the slots of a vault at the same moment, the steps of both in every order: what
one added is never lost, what one removed does not come back, and a machine that dies harms nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Final, TypeVar
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from cyberlib_client.core.crypto import sha256
from cyberlib_client.core.errors import Busy, CyberlibError, IntegrityError
from cyberlib_client.core.format_v1.lines import write_lines
from cyberlib_client.core.format_v1.slots import (
    MAX_REMOVED,
    MAX_SLOTS,
    SlotTable,
    read_slot_table,
    write_slot_table,
)
from cyberlib_client.core.ids import object_name
from cyberlib_client.core.ports import Buffer, Store, StoredObject
from cyberlib_client.repository.slot_tables import damaged_tables
from cyberlib_client.repository.vault import NewSlot, Vault
from cyberlib_client.transports.memory import MemoryStore
from tests.support.vaults import (
    RECOVERY_KEY,
    FixedClock,
    SeededRandom,
    make_vault,
    open_with_key,
    reopened,
)

pytestmark = pytest.mark.portable

T = TypeVar("T")
_PATIENCE: Final = 120  # seconds: only so that a fault of the test itself ends


class Died(BaseException):
    """The machine lost its power."""


class Stage:
    """Lets one writer at a time make one call on the store, in a given order, and then whoever is left."""

    def __init__(self, order: Iterable[int]) -> None:
        self._order = iter(order)
        self._ended: set[int] = set()
        self._changed = threading.Condition()
        self._turn = self._next()

    def _next(self) -> int:
        for who in self._order:
            if who not in self._ended:
                return who
        return next((who for who in (0, 1) if who not in self._ended), -1)

    def step(self, who: int, call: Callable[[], T]) -> T:
        with self._changed:
            assert self._changed.wait_for(lambda: self._turn == who, _PATIENCE)
            try:
                return call()
            finally:
                self._turn = self._next()
                self._changed.notify_all()

    def end(self, who: int) -> None:
        with self._changed:
            self._ended.add(who)
            if self._turn == who:
                self._turn = self._next()
            self._changed.notify_all()


class Seat:
    """The store as one writer on a stage has it. Dies at call number `dies`."""

    location = "stage"
    may_delete = True
    puts_at_once = 0

    def __init__(self, store: Store, stage: Stage, who: int, dies: int = -1) -> None:
        self._store, self._stage, self._who, self._left = store, stage, who, dies

    def _call(self, call: Callable[[], T]) -> T:
        if not self._left:
            raise Died
        self._left -= 1
        return self._stage.step(self._who, call)

    def put(self, name: str, *parts: Buffer) -> None:
        self._call(lambda: self._store.put(name, *parts))

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        return self._call(lambda: self._store.get(name, offset, length))

    def size(self, name: str) -> int | None:
        return self._call(lambda: self._store.size(name))

    def list(self, kind: str) -> Iterator[StoredObject]:
        return iter(self._call(lambda: [*self._store.list(kind)]))

    def delete(self, name: str) -> None:
        self._call(lambda: self._store.delete(name))


Act = Callable[[Vault], object]


def add(name: str) -> Act:
    secret = sha256(name.encode())
    new = NewSlot("device", name, secret=secret)
    return lambda vault: vault.add_slot(new, FixedClock(), SeededRandom(crc32(secret)))


def remove(name: str) -> Act:
    return lambda vault: vault.remove_slot(name)


def add_spare(vault: Vault, seed: int) -> None:
    vault.add_slot(NewSlot("recovery", "spare", sha256(b"spare")), FixedClock(), SeededRandom(seed))


@cache
def _prepared() -> dict[str, bytes]:
    store = MemoryStore()
    vault = make_vault(store)
    add_spare(vault, 77)
    add("un")(vault)
    add("deux")(vault)
    return store.objects


def prepared() -> MemoryStore:
    """A vault with the slots kit and spare, which open anywhere, and the devices un and deux."""
    store = MemoryStore()
    store.objects = dict(_prepared())
    return store


def together(store: MemoryStore, acts: tuple[Act, Act], order: Iterable[int], dies: int = -1) -> list[str]:
    """Each act by a machine of its own that has opened the vault; "" or the code of each one's error."""
    stage = Stage(order)
    outcomes = ["", ""]
    vaults = [reopened(store) for _ in acts]

    def play(who: int) -> None:
        vaults[who].store = Seat(store, stage, who, dies if who == 0 else -1)
        try:
            acts[who](vaults[who])
        except CyberlibError as error:
            outcomes[who] = error.code
        except Died:
            outcomes[who] = "died"
        finally:
            stage.end(who)

    threads = [threading.Thread(target=play, args=(who,)) for who in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def names(store: MemoryStore) -> set[str]:
    return {slot.name for slot in reopened(store).table.slots}


def is_in_order(store: MemoryStore) -> bool:
    """One table in two copies, and nothing beside it."""
    return damaged_tables(store, reopened(store).keys) == [] and len(list(store.list("slots"))) == 2


STANDING: Final = {"kit", "spare", "un", "deux"}
PAIRS: Final[dict[str, tuple[Act, Act, set[str]]]] = {
    "two added": (add("trois"), add("quatre"), STANDING | {"trois", "quatre"}),
    "one added, one removed": (add("trois"), remove("deux"), STANDING - {"deux"} | {"trois"}),
    "one removed, one added": (remove("deux"), add("trois"), STANDING - {"deux"} | {"trois"}),
    "two removed": (remove("un"), remove("deux"), STANDING - {"un", "deux"}),
    "a way in and a device removed": (remove("spare"), remove("deux"), STANDING - {"spare", "deux"}),
}
ORDERS: Final = st.lists(st.integers(0, 1), max_size=60)


@pytest.mark.parametrize("pair", PAIRS)
@settings(max_examples=60)
@given(ORDERS)
def test_both_changes_stand_in_any_order(pair: str, order: list[int]) -> None:
    first, second, expected = PAIRS[pair]
    store = prepared()
    assert together(store, (first, second), order) == ["", ""]
    assert names(store) == expected
    assert is_in_order(store)


@pytest.mark.parametrize("pair", PAIRS)
def test_a_whole_change_between_any_two_steps_of_another(pair: str) -> None:
    first, second, expected = PAIRS[pair]
    for steps in range(25):
        store = prepared()
        assert together(store, (first, second), [0] * steps + [1] * 1000) == ["", ""]
        assert names(store) == expected
        assert is_in_order(store)


@settings(max_examples=60)
@given(ORDERS)
def test_the_same_slot_removed_twice(order: list[int]) -> None:
    store = prepared()
    outcomes = together(store, (remove("deux"), remove("deux")), order)
    assert set(outcomes) <= {"", "slot_unknown"}
    assert "" in outcomes
    assert names(store) == STANDING - {"deux"}


@settings(max_examples=60)
@given(ORDERS)
def test_two_names_given_at_the_same_moment(order: list[int]) -> None:
    store = prepared()
    acts = [
        add("trois"),
        lambda v: v.add_slot(NewSlot("device", "trois", b"x" * 32), FixedClock(), SeededRandom(5)),
    ]
    outcomes = together(store, (acts[0], acts[1]), order)
    standing = [slot.name for slot in reopened(store).table.slots]
    assert set(outcomes) <= {"", "slot_name_taken"}
    assert standing.count("trois") == outcomes.count("")


@settings(max_examples=100)
@given(ORDERS)
def test_a_way_in_is_left_when_each_removes_the_others(order: list[int]) -> None:
    """Neither knows that the other removes the last way in that it leaves itself."""
    store = prepared()
    outcomes = together(store, (remove("kit"), remove("spare")), order)
    assert set(outcomes) <= {"", "slot_last", "slots_busy"}
    opened = open_either(store)
    standing = {slot.name for slot in opened.table.slots}
    assert standing & {"kit", "spare"}
    assert standing >= {"un", "deux"}
    if "slot_last" in outcomes:
        assert len(standing & {"kit", "spare"}) == 1


def open_either(store: MemoryStore) -> Vault:
    try:
        return open_with_key(store, "recovery", RECOVERY_KEY)
    except CyberlibError:
        return open_with_key(store, "recovery", sha256(b"spare"))


@cache
def _nearly_full() -> dict[str, bytes]:
    store = prepared()
    vault = reopened(store)
    for number in range(MAX_SLOTS - 1 - len(STANDING)):
        add(f"poste-{number}")(vault)
    return store.objects


@settings(max_examples=40)
@given(ORDERS)
def test_the_last_place_goes_to_one_of_two(order: list[int]) -> None:
    store = MemoryStore()
    store.objects = dict(_nearly_full())
    outcomes = together(store, (add("trois"), add("quatre")), order)
    assert set(outcomes) <= {"", "slots_full"}
    standing = names(store)
    for name, outcome in zip(("trois", "quatre"), outcomes, strict=True):
        assert (name in standing) == (outcome == "")
    assert len(standing) <= MAX_SLOTS
    assert is_in_order(store)


# ---- machines that die ----------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS)
@settings(max_examples=60)
@given(ORDERS, st.integers(0, 25))
def test_a_machine_that_dies_undoes_nothing(pair: str, order: list[int], dies: int) -> None:
    first, second, expected = PAIRS[pair]
    store = prepared()
    outcomes = together(store, (first, second), order, dies)
    assert outcomes[1] == ""
    standing = names(store)
    # What the dead one wanted is done or not; what the other one did is done.
    before, after = prepared(), prepared()
    second(reopened(before))
    first(reopened(after))
    second(reopened(after))
    assert names(after) == expected
    assert standing in (names(before), expected)
    assert outcomes[0] != "" or standing == expected
    add("cinq")(reopened(store))
    assert names(store) == standing | {"cinq"}
    assert is_in_order(store)


# ---- tables of one generation ---------------------------------------------------------------------


def put(store: MemoryStore, vault: Vault, table: SlotTable) -> None:
    for copy in (1, 2):
        data = write_slot_table(structs.replace(table, copy=copy), vault.keys)
        store.put(object_name("slots", sha256(data)), data)


def test_two_tables_of_one_generation_count_together_for_whoever_opens() -> None:
    """Both writers died before they saw each other's."""
    store = prepared()
    vault = reopened(store)
    table = vault.table
    slots = {slot.name: slot for slot in table.slots}
    one = [slots["kit"], slots["un"], slots["deux"]]
    two = [slots["kit"], slots["spare"], slots["un"]]
    put(store, vault, structs.replace(table, slots=one, removed=[slots["spare"].id], generation=9))
    put(store, vault, structs.replace(table, slots=two, removed=[slots["deux"].id], generation=9))
    assert names(store) == {"kit", "un"}
    for secret in (sha256(b"spare"), sha256(b"deux")):
        with pytest.raises(CyberlibError) as refused:
            open_with_key(store, "recovery", secret)
        assert refused.value.code == "wrong_secret"
    add("six")(reopened(store))
    assert names(store) == {"kit", "un", "six"}
    assert reopened(store).table.generation > 9
    assert is_in_order(store)


def test_a_table_that_removed_the_others_last_way_in_locks_nobody_out() -> None:
    store = prepared()
    vault = reopened(store)
    table = vault.table
    slots = {slot.name: slot for slot in table.slots}
    for gone in ("kit", "spare"):
        left = [slot for slot in table.slots if slot.name not in (gone, "deux")]
        removed = [slots[gone].id, slots["deux"].id]
        put(store, vault, structs.replace(table, slots=left, removed=removed, generation=9))
    assert names(store) == {"kit", "spare", "un"}, "the device stays removed"


def test_an_older_table_put_back_adds_nothing() -> None:
    store = prepared()
    old = {n: d for n, d in store.objects.items() if n.startswith("slots/")}
    remove("deux")(reopened(store))
    store.objects.update(old)
    assert names(store) == STANDING - {"deux"}


def test_what_was_removed_is_told_for_a_while() -> None:
    store = prepared()
    vault = reopened(store)
    for number in range(MAX_REMOVED + 5):
        add(f"poste-{number}")(vault)
        vault.remove_slot(f"poste-{number}")
    assert len(vault.table.removed) == MAX_REMOVED
    assert names(store) == STANDING
    (table, _) = [read_slot_table(store.get(name)) for name, _ in store.list("slots")]
    assert table.removed[-1] == vault.table.removed[-1]
    assert len(write_slot_table(table, vault.keys)) < 64 * 1024


@pytest.mark.parametrize(
    "removed", ["x", [1], ["00"], ["zz" * 8], ["AB" * 8], [["00" * 8]], ["00" * 8] * 257, {}]
)
def test_a_list_of_removed_slots_that_makes_no_sense_is_damage(removed: object) -> None:
    vault = reopened(prepared())
    body = json.loads(write_slot_table(vault.table, vault.keys).split(b"\n")[0]) | {"removed": removed}
    with pytest.raises(IntegrityError) as refused:
        read_slot_table(write_lines(json.dumps(body).encode(), vault.keys.slots))
    assert refused.value.code == "bad_slots"


def test_one_secret_may_open_a_new_slot_after_its_old_one_was_removed() -> None:
    """Whoever holds the store puts the old table back under a number of its own: it locks nobody out."""
    store = prepared()
    old = [read_slot_table(store.get(name)) for name, _ in store.list("slots")]
    vault = reopened(store)
    vault.remove_slot("spare")
    add_spare(vault, 78)
    data = write_slot_table(structs.replace(old[0], generation=10**6), make_vault(MemoryStore(), seed=9).keys)
    store.put(object_name("slots", sha256(data)), data)
    assert open_with_key(store, "recovery", sha256(b"spare")).keys.root == vault.keys.root


# ---- what is not ours to delete, and what is never settled ----------------------------------------


def test_a_change_leaves_tables_that_are_not_older_ones_of_this_vault() -> None:
    store = prepared()
    other = make_vault(MemoryStore(), seed=5)
    kept = dict(other.store.objects)  # type: ignore[attr-defined]
    kept.pop("vault")
    newer = next(iter(kept.values())).replace(b'"version":1', b'"version":3')
    kept[object_name("slots", sha256(newer))] = newer
    junk = {object_name("slots", sha256(data)): data for data in (b"", b"x" * 500, b"{" * 100_000)}
    store.objects.update(kept | junk)
    add("trois")(reopened(store))
    assert kept.keys() <= store.objects.keys()
    assert not junk.keys() & store.objects.keys()


class Worn(MemoryStore):
    """A disk that does not give back some objects today."""

    def __init__(self) -> None:
        super().__init__()
        self.lost: set[str] = set()

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if name in self.lost:
            raise IntegrityError("store_read_error", at="disk", name=name)
        return super().get(name, offset, length)


def test_a_table_that_cannot_be_read_now_is_not_deleted() -> None:
    store = Worn()
    store.objects = prepared().objects
    vault = reopened(store)
    slots = [*vault.table.slots, structs.replace(vault.table.slots[-1], id="ab" * 8, name="ailleurs")]
    before = set(store.objects)
    put(store, vault, structs.replace(vault.table, slots=slots, generation=vault.table.generation + 1))
    store.lost = set(store.objects) - before
    add("trois")(vault)
    assert store.lost <= store.objects.keys()
    store.lost = set()
    assert names(store) == STANDING | {"trois", "ailleurs"}


def test_whoever_is_never_alone_is_told_so() -> None:
    """Another machine, or a fault, stores a table of the same generation each time."""

    class Crowded(MemoryStore):
        def put(self, name: str, *parts: Buffer) -> None:
            super().put(name, *parts)
            table = read_slot_table(b"".join(parts))
            slot = structs.replace(table.slots[-1], id=sha256(name.encode()).hex()[:16], name=name)
            data = write_slot_table(structs.replace(table, slots=[*table.slots[:9], slot]), vault.keys)
            super().put(object_name("slots", sha256(data)), data)

    store = Crowded()
    store.objects = prepared().objects
    vault = reopened(store)
    with pytest.raises(Busy) as told:
        add("trois")(vault)
    assert told.value.code == "slots_busy"
    assert "trois" in names(store), "what was stored is not taken back"
