"""Every fuzz target on a fixed set of wrong inputs, so that each change is tried against them.

For longer hunts, guided by coverage: python -m tests.fuzz TARGET (Linux; see __main__).
"""

from __future__ import annotations

import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
import zstandard

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.ids import MIB
from tests.fuzz.mutate import mutations
from tests.fuzz.targets import TARGETS, run

# Nothing can be right for these: their seeds have no signature, or are the same bytes for every object.
_REFUSE_ALL = {"snapshot_inside", "store"}


@pytest.mark.parametrize("name", TARGETS)
def test_only_our_own_errors(name: str) -> None:
    target = TARGETS[name]
    for data in mutations(target.seeds, target.count, name):
        try:
            run(name, data)
        except BaseException as error:
            raise AssertionError(f"{name} on {data!r}") from error


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - _REFUSE_ALL))
def test_good_inputs_are_taken(name: str) -> None:
    """Otherwise the wrong ones might all fail at the first check."""
    target = TARGETS[name]
    taken = 0
    for data in target.seeds:
        try:
            target.run(data)
            taken += 1
        except CyberlibError:
            pass
    assert taken


def _zeros(size: int) -> bytes:
    return zstandard.ZstdCompressor(level=3).compress(bytes(size))


def _claiming(size: int) -> bytes:
    """A zstd frame of four bytes that says it holds `size` (RFC 8878, 3.1.1)."""
    return struct.pack("<IBQ", 0xFD2FB528, 0b11100000, size) + b"\x01\x00\x00"


def _record_of(codec: int, size: int, stored: bytes) -> bytes:
    return bytes([codec]) + size.to_bytes(4, "big") + len(stored).to_bytes(4, "big") + stored


_HUGE = b"\xff\xff\xff\xff"
BOMBS = {
    "a record larger than allowed": ("record", _record_of(1, 64 * MIB, _zeros(64 * MIB))),
    "a record larger than it says": ("record", _record_of(1, 100, _zeros(64 * MIB))),
    "a record that claims 4 GiB": ("record", _record_of(1, 2**32 - 1, _claiming(2**32 - 1))),
    "a frame that claims an exbibyte": ("compressed", b"\1\xff\xff\xff" + _claiming(2**60)),
    "a frame with more than it says": ("compressed", b"\1\0\0\x64" + _zeros(64 * MIB)),
    "a footer that claims many segments": ("footer", b"\xdd" + _HUGE),
    "a footer that claims a long id": ("footer", b"\x91\x97\1\x58\x20\x10\0\xc6" + _HUGE),
    "an index that claims many packs": ("index_inside", b"\x92\1\xdd" + _HUGE),
    "a directory that claims many entries": ("node", b"\x92\0\xdd" + _HUGE),
    "a branch that claims many children": ("node", b"\x92\1\xdd" + _HUGE),
    "a list that claims many ids": ("list", b"\x92\xc6" + _HUGE),
    "a list that claims many sizes": ("list", b"\x92\xc4\x14" + bytes(20) + b"\xdd" + _HUGE),
    "a snapshot that claims many incidents": ("snapshot_signed", b"\x81\xa9incidents\xdd" + _HUGE),
    "a signed snapshot that nests": ("snapshot_signed", b"\x81\xa1x" + b"\x91" * 500_000),
    "a directory that nests": ("node", b"\x92\0\x91\x9b\xa1a" + b"\x91" * 500_000),
    "a vault header that nests": ("vault_inside", b"[" * 500_000),
    "a slot table that nests": ("slots_inside", b'{"a":' * 200_000),
    "long lines": ("slots", b"x" * (4 * MIB)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_cost_no_memory(bomb: str) -> None:
    name, data = BOMBS[bomb]
    tracemalloc.start()
    try:
        with pytest.raises(CyberlibError):
            TARGETS[name].run(data)
        assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_the_guided_hunt_works(tmp_path: Path) -> None:
    """A short run of the harness: it starts, knows its seeds, and reports no finding."""
    pytest.importorskip("atheris", reason="no wheel for this Python or system")
    command = [sys.executable, "-m", "tests.fuzz", "slots", "-runs=300", f"-artifact_prefix={tmp_path}/"]
    root = Path(__file__).parents[2]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert "Done 300" in ran.stderr
    assert list(tmp_path.iterdir()) == []
