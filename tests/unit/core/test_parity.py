"""Any two of a stripe's blocks come back, whichever they are; the field against one multiplied bit by bit."""

from __future__ import annotations

import hashlib
import itertools
import random

import msgspec
import pytest

from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.format_v1.parity import (
    HEAD_SIZE,
    ROW,
    Member,
    block_hash,
    read_parity,
    write_parity,
)
from cyberlib_client.core.parity import encode, recover
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.services.stripes import stripe_objects
from cyberlib_client.transports.memory import MemoryStore


def times(a: int, b: int) -> int:
    """In GF(2^8) of 0x11d, as a stranger would write it."""
    product = 0
    for bit in range(8):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11D << bit - 8
    return product


def test_p_and_q_are_those_of_the_page() -> None:
    blocks = [random.Random(place).randbytes(9) for place in range(16)]
    p, q = encode(blocks, 9)
    for at in range(9):
        power, wanted_p, wanted_q = 1, 0, 0
        for block in blocks:
            wanted_p ^= block[at]
            wanted_q ^= times(power, block[at])
            power = times(power, 2)
        assert (p[at], q[at]) == (wanted_p, wanted_q)


@pytest.mark.parametrize("number", [1, 2, 5, 16])
def test_any_two_blocks_come_back(number: int) -> None:
    source = random.Random(number)
    blocks = [source.randbytes(source.randint(1, 40)) for _ in range(number)]
    size = max(map(len, blocks))
    whole = [block.ljust(size, b"\0") for block in blocks]
    p, q = encode(blocks, size)
    everything = range(number + 2)
    for lost in itertools.chain(itertools.combinations(everything, 1), itertools.combinations(everything, 2)):
        left = [None if place in lost else block for place, block in enumerate(blocks)]
        assert recover(left, None if number in lost else p, None if number + 1 in lost else q, size) == whole


def test_three_lost_blocks_are_not_made_up() -> None:
    p, q = encode([b"a", b"b", b"c"], 1)
    assert recover([None, None, None], p, q, 1) is None
    assert recover([None, None, b"c"], None, q, 1) is None
    assert recover([None, b"b", b"c"], None, None, 1) is None


# ---- the object ----------------------------------------------------------------------------------------


def objects() -> tuple[list[Member], bytes, bytes]:
    """Two members of a row and a half, and their parity objects."""
    data = [random.Random(place).randbytes(ROW + 500 * place) for place in (1, 2)]
    length = max(map(len, data))
    rows = [(at, min(ROW, length - at)) for at in range(0, length, ROW)]
    pairs = [encode([each[at : at + size] for each in data], size) for at, size in rows]
    members = [
        Member(
            f"packs/{block_hash(each).hex()}{block_hash(each).hex()}",
            len(each),
            block_hash(each) * 2,
            b"".join(block_hash(each[at : at + ROW]) for at in range(0, len(each), ROW)),
        )
        for each in data
    ]
    p, q = write_parity(members, [p for p, _ in pairs], [q for _, q in pairs])
    return members, b"".join(p), b"".join(q)


def test_a_parity_object_tells_its_stripe_from_either_end() -> None:
    members, *both = objects()
    for role, data in enumerate(both):
        half = len(data) // 2
        for begin, end in ((data, b""), (data[:half], b""), (b"", data[half:]), (bytes(half), data[half:])):
            found = read_parity(begin, end)
            assert (found.role, found.table.members, found.size) == (role, members, len(data))
            assert data[found.at :][: found.table.length] == data[found.at : len(data) - found.at]


def test_a_parity_object_that_is_none_is_refused() -> None:
    members, data, _ = objects()
    table = data[HEAD_SIZE : read_parity(data, b"").at]
    for at in (0, 4, 8, 12, HEAD_SIZE, HEAD_SIZE + len(table) - 1):
        bad = bytearray(data[: HEAD_SIZE + len(table)])
        bad[at] ^= 1
        with pytest.raises(IntegrityError, match="bad_parity"):
            read_parity(bytes(bad), b"")
    with pytest.raises(IntegrityError, match="bad_parity"):
        read_parity(data[:30], data[-10:])
    for wrong in (
        [],
        [members[0]] * 2,
        [Member("packs/../../etc", 5, members[0].digest, members[0].hashes[:16])],
        [Member(members[0].name, 1 << 40, members[0].digest, members[0].hashes)],
        [Member(members[0].name, members[0].size, members[1].digest, members[0].hashes)],
    ):
        with pytest.raises(IntegrityError, match="bad_parity"):
            read_parity(b"".join(write_parity(wrong, [b"x"], [b"y"])[0]), b"")


# ---- by the page alone ---------------------------------------------------------------------------------


def by_the_page(objects: dict[str, bytes], parity: list[bytes], lost: str) -> bytes:
    """A lost object, as docs/format/parity.md has it found again: P alone and Q alone must tell the same."""
    answers = []
    for data in parity:
        assert data[:5] == b"CLPA\x01"
        n = int.from_bytes(data[8:12], "big")
        assert hashlib.sha256(data[44 : 44 + n]).digest() == data[12:44]
        version, row, members, *_ = msgspec.msgpack.decode(data[44 : 44 + n])
        assert (version, row) == (1, 65_536)
        length = max(size for _, size, _, _ in members)
        assert data[44 + n + length :] == data[44 : 44 + n] + data[:44]
        left = list(data[44 + n : 44 + n + length])
        power, own = 1, 0
        for name, *_ in members:
            factor = power if data[5] else 1
            if name == lost:
                own = factor
            else:
                for at, byte in enumerate(objects[name]):
                    left[at] ^= times(factor, byte)
            power = times(power, 2)
        inverse = next(value for value in range(256) if times(own, value) == 1)
        size, digest = next((size, digest) for name, size, digest, _ in members if name == lost)
        found = bytes(times(inverse, byte) for byte in left)[:size]
        assert hashlib.sha256(found).digest() == digest
        answers.append(found)
    assert answers[0] == answers[1]
    return answers[0]


def test_a_stranger_brings_an_object_back_by_the_page() -> None:
    source = random.Random(4)
    store = MemoryStore()
    for size in (900, 1023, 700, 513, 999):
        data = source.randbytes(size)
        store.put(f"packs/{hashlib.sha256(data).hexdigest()}", data)
    store.put("vault", source.randbytes(600))
    objects = dict(store.objects)
    names = sorted(objects)
    size_of = {name: len(data) for name, data in objects.items()}
    pair = [b"".join(parts) for parts in stripe_objects(store, names, size_of, CancelToken())]
    for lost in names:
        others = {name: data for name, data in objects.items() if name != lost}
        assert by_the_page(others, pair, lost) == objects[lost]
