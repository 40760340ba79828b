"""Wrong inputs from good ones, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

# Numbers and lengths at their ends, as msgpack, big-endian fields and text write them; and nesting.
_TELLING = [
    b"\x00", b"\x7f", b"\x80", b"\xff", b"\xc0", b"\xc1", b"\xc2",
    b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff",
    b"\xcf" + b"\xff" * 8, b"\xd3\x80" + bytes(7), b"\xcb\x7f\xf8" + bytes(6),
    b"\xd9\x02\xff\xfe", b"\xc7\x05\x01hello", b"\xd6\xff" + bytes(4),
    b"\x91" * 3000, b"\x81\xa1a" * 3000, b"[" * 3000, b'{"a":' * 3000,
    b"99999999999999999999", b"-1", b"1e400", b"null", b"true", b'"', b"\\u0000", b"\\ud800", b"\n", b"/",
    b"\\", b"\0", b"..", b"*", b"[", b"(", b"{", "é".encode(), b"\xed\xa0\x80", b"\xf0\x9f\x98\x80",
]  # fmt: skip


def mutations(seeds: list[bytes], count: int, seed: str) -> Iterator[bytes]:
    """`count` inputs: each good one cut short at many places and bent in one to six ways."""
    source = random.Random(seed)
    yield b""
    for good in seeds:
        yield good
        for end in sorted(source.sample(range(len(good)), min(len(good), count // 8))):
            yield good[:end]
    for _ in range(count):
        data = bytearray(source.choice(seeds))
        for _ in range(source.randint(1, 6)):
            _bend(data, source)
        yield bytes(data)


def _bend(data: bytearray, source: random.Random) -> None:
    at = source.randint(0, max(0, len(data) - 1))
    way = source.randint(0, 6)
    if way == 0 and data:
        data[at] ^= 1 << source.randint(0, 7)
    elif way == 1 and data:
        data[at] = source.randint(0, 255)
    elif way == 2:
        del data[at : at + source.randint(1, 8)]
    elif way == 3:
        data[at:at] = source.choice(_TELLING)
    elif way == 4:
        telling = source.choice(_TELLING)
        data[at : at + len(telling)] = telling
    elif way == 5:
        data[at:at] = source.randbytes(source.randint(1, 12))
    else:
        end = source.randint(at, len(data))
        data[at:at] = data[at:end]
