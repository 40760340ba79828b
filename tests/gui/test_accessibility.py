"""The real program as a screen reader meets it: started once on an X server with the accessibility bus."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import SOURCES, CommandLine

LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
PYTHON = "/usr/bin/python3"  # the system's has the binding of the bus
LOOK = Path(__file__).parent / "screen_reader.py"


def _missing() -> str:
    if sys.platform != "linux":
        return "AT-SPI is Linux's"
    missing = [each for each in ("Xvfb", "dbus-run-session") if shutil.which(each) is None]
    missing += [] if LAUNCHER.exists() else ["at-spi2-core"]
    if not missing:
        done = subprocess.run([PYTHON, "-c", "import pyatspi"], capture_output=True, check=False)
        missing += [] if done.returncode == 0 else ["python3-pyatspi"]
    return f"not installed: {', '.join(missing)}" if missing else ""


def test_a_screen_reader_finds_a_name_and_a_role_for_all_that_takes_the_focus(
    line: CommandLine, tmp_path: Path
) -> None:
    if why := _missing():
        pytest.skip(why)
    folder = tmp_path / "Cabinet"
    folder.mkdir()
    (folder / "lettre.txt").write_text("fictif", encoding="utf-8")
    line("sources", "add", str(folder))
    line("backup")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("QT_", "DBUS_", "AT_SPI"))
        },
        "PYTHONPATH": str(SOURCES),
        "XDG_RUNTIME_DIR": str(runtime),
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        "QT_QPA_PLATFORM": "xcb",
        "GTK_MODULES": "",
    }
    program = [sys.executable, "-m", "cyberlib_client.gui", "--profile", str(line.profile), "--lang", "fr"]
    done = subprocess.run(
        ["dbus-run-session", "--", PYTHON, str(LOOK), str(LAUNCHER), *program],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "rooms: 8" in done.stdout and "state changed" in done.stdout, done.stdout[-2000:]
