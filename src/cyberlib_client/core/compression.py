"""zstd with its bounds checked before anything is allocated (RFC 8878)."""

from __future__ import annotations

import threading

import zstandard

from .errors import IntegrityError
from .ports import Buffer

CODEC_RAW = 0
CODEC_ZSTD = 1
LEVEL = 3

_SAMPLE = 2 * 1024
_SAMPLES = 8
_PIECE = 128 * 1024
_SAMPLED_FROM = 128 * 1024  # bytes: smaller segments are simply compressed
_WORTH = 0.97  # keep the compressed form only when it saves at least 3 %

_local = threading.local()  # zstandard's (de)compressors are not thread-safe: one per thread


def _compressor() -> zstandard.ZstdCompressor:
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(level=LEVEL, write_content_size=True)
        _local.prober = zstandard.ZstdCompressor(level=1)
    return _local.compressor  # type: ignore[no-any-return]


def _looks_incompressible(plain: memoryview) -> bool:
    """Samples of a large segment: scans and packed documents are not worth level 3."""
    step = len(plain) // _SAMPLES
    sample = b"".join(plain[i * step : i * step + _SAMPLE] for i in range(_SAMPLES))
    return len(_local.prober.compress(sample)) > _WORTH * len(sample)


def compress(plain: Buffer) -> tuple[int, Buffer]:
    """(codec, stored bytes): zstd when it pays, else the bytes themselves."""
    compressor = _compressor()
    view = memoryview(plain)
    if len(view) >= _SAMPLED_FROM and _looks_incompressible(view):
        return CODEC_RAW, plain
    packed = compressor.compress(view)
    if len(packed) > _WORTH * len(view):
        return CODEC_RAW, plain
    return CODEC_ZSTD, packed


def decompress(codec: int, stored: Buffer, plain_size: int) -> bytes:
    """Exactly `plain_size` bytes, or IntegrityError("bad_compression").

    python-zstandard ignores `max_output_size` when a frame declares its size, so the declared size
    is compared first: a bomb is refused before it is inflated.
    """
    if codec == CODEC_RAW:
        if len(stored) != plain_size:
            raise IntegrityError("bad_compression")
        return bytes(stored)
    if codec != CODEC_ZSTD:
        raise IntegrityError("bad_compression")
    try:
        if zstandard.frame_content_size(stored) != plain_size:
            raise IntegrityError("bad_compression")
        if not hasattr(_local, "decompressor"):
            _local.decompressor = zstandard.ZstdDecompressor()
        plain: bytes = _local.decompressor.decompress(stored, allow_extra_data=False)
    except zstandard.ZstdError:
        raise IntegrityError("bad_compression") from None
    if len(plain) != plain_size:
        raise IntegrityError("bad_compression")
    return plain


def decompresses_to(codec: int, stored: Buffer, plain: bytearray) -> bool:
    """Whether `stored` is `plain` compressed; piece by piece, so that no second copy is made."""
    if codec == CODEC_RAW:
        return stored == plain
    at = 0
    try:
        if zstandard.frame_content_size(stored) != len(plain):
            return False
        with zstandard.ZstdDecompressor().stream_reader(stored) as reader:
            while piece := reader.read(_PIECE):
                if not plain.startswith(piece, at):
                    return False
                at += len(piece)
    except zstandard.ZstdError:
        return False
    return at == len(plain)
