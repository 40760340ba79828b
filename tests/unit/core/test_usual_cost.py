"""What a passphrase costs whoever tries others: as the design has it, in a program of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_PROGRAM = """
from cyberlib_client.repository.vault import NewSlot, create_vault
from cyberlib_client.transports.memory import MemoryStore
import os, time
made = create_vault(
    MemoryStore(), [NewSlot("passphrase", "phrase", passphrase="agrafe-horloge-sapin")],
    clock=time.time_ns, random=os.urandom,
)
kdf = made.table.slots[0].kdf
print(kdf.memory, kdf.passes, kdf.lanes)
"""


def test_a_new_passphrase_costs_256_mib_three_times() -> None:
    sources = str(Path(__file__).parents[3] / "src")
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={**os.environ, "PYTHONPATH": sources},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["262144", "3", "4"], done.stderr
