"""zstd, with bounds checked before anything is inflated."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.core.compression import CODEC_RAW, CODEC_ZSTD, compress, decompress
from cyberlib_client.core.errors import IntegrityError
from cyberlib_client.core.ids import MIB

TEXT = b"Compte rendu de consultation. " * 40_000
NOISE = random.Random(1).randbytes(1 * MIB)


@given(
    st.one_of(
        st.binary(max_size=3000),
        st.builds(lambda unit, n: unit * n, st.binary(min_size=1, max_size=50), st.integers(1, 8000)),
    )
)
def test_there_and_back(plain: bytes) -> None:
    codec, stored = compress(plain)
    assert decompress(codec, stored, len(plain)) == plain
    assert len(stored) <= len(plain)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_will_do(kind: type) -> None:
    for plain in (TEXT, NOISE, b""):
        codec, stored = compress(kind(plain))
        assert decompress(codec, memoryview(stored), len(plain)) == plain


def test_what_pays_is_compressed_and_what_does_not_is_kept() -> None:
    assert compress(TEXT)[0] == CODEC_ZSTD
    assert len(compress(TEXT)[1]) < len(TEXT) // 20
    assert compress(NOISE) == (CODEC_RAW, NOISE)
    assert compress(b"") == (CODEC_RAW, b"")
    assert compress(b"x") == (CODEC_RAW, b"x")
    mixed = NOISE[: MIB // 2] + TEXT[: MIB // 2]
    assert len(compress(mixed)[1]) < 0.6 * len(mixed)


def refused(codec: int, stored: bytes, size: int) -> None:
    with pytest.raises(IntegrityError) as error:
        decompress(codec, stored, size)
    assert error.value.code == "bad_compression"


@pytest.mark.parametrize("size", [0, 1, len(TEXT) - 1, len(TEXT) + 1, 2**62, -1])
def test_the_size_must_be_the_one_that_was_promised(size: int) -> None:
    refused(CODEC_ZSTD, bytes(compress(TEXT)[1]), size)
    refused(CODEC_RAW, TEXT, size)


@pytest.mark.parametrize("codec", [2, 3, 255, -1])
def test_codecs_nobody_knows_are_refused(codec: int) -> None:
    refused(codec, TEXT, len(TEXT))


def test_damaged_frames_are_refused() -> None:
    good = bytes(compress(TEXT)[1])
    for end in range(0, len(good), 7):
        refused(CODEC_ZSTD, good[:end], len(TEXT))
    refused(CODEC_ZSTD, good + b"\0", len(TEXT))
    refused(CODEC_ZSTD, good + good, len(TEXT))
    refused(CODEC_ZSTD, b"", 0)
    refused(CODEC_ZSTD, b"\x50\x2a\x4d\x18\0\0\0\0", 1)  # a frame to be skipped
    without_size = zstandard.ZstdCompressor(write_content_size=False).compress(TEXT)
    refused(CODEC_ZSTD, without_size, len(TEXT))


def test_threads_do_not_share_what_must_not_be_shared() -> None:
    plains = [bytes([n]) * 300_000 + NOISE[n * 1000 : n * 1000 + 5000] for n in range(16)]
    barrier = threading.Barrier(4)

    def work(number: int) -> bool:
        if number < 4:
            barrier.wait()
        codec, stored = compress(plains[number])
        return decompress(codec, stored, len(plains[number])) == plains[number]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(16)))
