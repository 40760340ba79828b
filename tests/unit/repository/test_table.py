"""The compact set of chunk ids, against a dictionary."""

from __future__ import annotations

import random
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cyberlib_client.repository.table import ABSENT, ChunkTable

# Few different bytes, so that ids share buckets and parts of one are found across the border of two.
ids = st.one_of(
    st.binary(min_size=20, max_size=20),
    st.lists(st.sampled_from([0, 1, 255]), min_size=20, max_size=20).map(bytes),
    st.integers(0, 40).map(lambda n: b"\0\0" + (b"\1\0" * 20)[n % 2 : n % 2 + 17] + bytes([n])),
)
segments = st.integers(0, 2**32 - 1)


class TableLikeDictionary(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.table = ChunkTable()
        self.model: dict[bytes, int] = {}

    @rule(chunk_id=ids, segment=segments)
    def add(self, chunk_id: bytes, segment: int) -> None:
        if self.table.find(chunk_id) == ABSENT:
            self.table.add(chunk_id, segment)
            self.model[chunk_id] = segment

    @rule(chunk_ids=st.lists(ids, max_size=12), segment=segments)
    def add_all(self, chunk_ids: list[bytes], segment: int) -> None:
        known = []
        for chunk_id in chunk_ids:
            if chunk_id in self.model:
                known.append(chunk_id)
            else:
                self.model[chunk_id] = segment
        assert self.table.add_all(b"".join(chunk_ids), segment) == known

    @rule(chunk_id=ids)
    def find(self, chunk_id: bytes) -> None:
        assert self.table.find(chunk_id) == self.model.get(chunk_id, ABSENT)

    @invariant()
    def all_are_there(self) -> None:
        assert len(self.table) == len(self.model)
        assert all(self.table.find(chunk_id) == segment for chunk_id, segment in self.model.items())


TestTableLikeDictionary = TableLikeDictionary.TestCase
TestTableLikeDictionary.settings = settings(max_examples=40, stateful_step_count=20)


def test_fifty_thousand_ids_take_little_room() -> None:
    source = random.Random(1)
    chunk_ids = [source.randbytes(20) for _ in range(50_000)]
    joined = b"".join(chunk_ids)
    tracemalloc.start()
    table = ChunkTable()
    table.add_all(joined, 7)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(table) == 50_000
    assert all(table.find(chunk_id) == 7 for chunk_id in chunk_ids[::17])
    assert table.find(bytes(20)) == ABSENT
    assert used < 120 * 50_000, "mostly the buckets themselves, at so few"


@given(st.binary(min_size=18, max_size=18), st.integers(0, 2**32 - 1))
def test_an_id_is_not_found_inside_others(rest: bytes, segment: int) -> None:
    """One record's end and the next one's beginning may spell an id that was never added."""
    table = ChunkTable()
    table.add(b"\0\0" + rest, segment)
    table.add(b"\0\0" + rest[::-1] if rest != rest[::-1] else b"\0\0" + rest[:17] + b"\xaa", 5)
    run = rest + segment.to_bytes(4, "little") + (rest[::-1] if rest != rest[::-1] else rest[:17] + b"\xaa")
    added = {run[:18], run[22:40]}
    for at in range(1, 22):
        ghost = run[at : at + 18]
        if ghost not in added:
            assert table.find(b"\0\0" + ghost) == ABSENT
