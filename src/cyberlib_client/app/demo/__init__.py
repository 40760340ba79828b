"""A fictitious medical practice and its days of work: for `cyberlib demo`, for tests and for benchmarks.

Nobody in it exists: surnames, towns and streets are invented, national numbers cannot have been given
to anyone, telephone numbers come from the ranges kept for fiction. The same seed gives the same bytes
on the same versions of Python, SQLite, fpdf2 and Pillow.
"""

from __future__ import annotations

from .practice import SIZES, Day, Practice, PracticeSize, any_length, make_practice, simulate_day
from .records import create_database, edit_rows, work_day

__all__ = [
    "SIZES",
    "Day",
    "Practice",
    "PracticeSize",
    "any_length",
    "create_database",
    "edit_rows",
    "make_practice",
    "simulate_day",
    "work_day",
]
