"""How much of everything: the full scale, where targets are judged, and a quick one to try the harness."""

from __future__ import annotations

from typing import NamedTuple

MB = 1_000_000


class Scale(NamedTuple):
    """Sizes of the corpora and numbers of repetitions. Sizes in bytes."""

    name: str
    small_files: int  # at least so many
    small_bytes: int  # at most so many
    office_found: int  # at most so many found files; the others are made
    office_made: int
    incompressible: int
    database: int
    large_database: int
    tiny_files: int
    days: int
    rounds: int
    listings: int  # repetitions of each listing in each round


FULL = Scale(
    name="full",
    small_files=57_000,
    small_bytes=1_250 * MB,
    office_found=8_000,
    office_made=8_000,
    incompressible=2_000 * MB,
    database=200 * MB,
    large_database=2_000 * MB,
    tiny_files=1_000_000,
    days=100,
    rounds=3,
    listings=3,
)
QUICK = Scale(
    name="quick",
    small_files=4_000,
    small_bytes=100 * MB,
    office_found=400,
    office_made=400,
    incompressible=100 * MB,
    database=20 * MB,
    large_database=100 * MB,
    tiny_files=20_000,
    days=5,
    rounds=1,
    listings=2,
)
