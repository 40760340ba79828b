"""What the process of a window loads."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Final

_LOADS_ALL: Final = """
import importlib, pkgutil, sys
from cyberlib_client import gui
for each in pkgutil.walk_packages(gui.__path__, "cyberlib_client.gui."):
    # Support's window is a program of its own, which speaks with the host itself.
    if not each.name.endswith("__main__") and ".gui.helping" not in each.name:
        importlib.import_module(each.name)
print(*sorted(sys.modules))
"""


def test_a_window_loads_nothing_of_what_opens_and_reads_a_vault() -> None:
    """That is the clerk's and the agent's: it would take some 30 MB more, and the time of a start."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADS_ALL],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    loaded = done.stdout.split()
    assert "cyberlib_client.gui.screens.settings.keeping" in loaded
    kept_out = ("cyberlib_client.repository", "cyberlib_client.services", "cryptography", "zstandard", "ssl")
    assert [each for each in loaded if each.startswith(kept_out)] == []
