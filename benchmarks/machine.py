"""What the report says about the machine. Nothing that identifies it."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from pathlib import Path


def facts(work: Path) -> dict[str, str]:
    """Processor, memory, system, file system of the work directory, Python and SQLite."""
    return {
        "processor": f"{os.cpu_count()} × {_processor()}",
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}, {_file_system(work)}",
        "python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
    }


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    except (AttributeError, ValueError, OSError):
        return "unknown"


def _file_system(work: Path) -> str:
    command = ["findmnt", "--noheadings", "--output", "FSTYPE", "--target", str(work)]
    try:
        told = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown file system"
    return told.stdout.strip()
