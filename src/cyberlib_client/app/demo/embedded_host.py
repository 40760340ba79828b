"""A host of the demonstration's own: another program, on this machine's loopback, with a folder on the stage.

Client and host share no code: it is started as an operator would start it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from ...core.errors import Failed
from ..program import end

SIREN: Final = "900000001"
"""Begins with a 9, as no number given in France does, and passes the check."""

_ROOM: Final = 2 << 20
"""Bytes that must be free for a host that does not start to be a fault."""

_NEEDED: Final = ("cyberlib_host", "starlette", "uvicorn", "sqlalchemy", "alembic", "structlog")
_SECONDS: Final = 60

_CARD: Final = """
[card]
host = "Hébergeur de démonstration (fictif)"
certificate = "FICTIF-0000"
activities = [1, 2, 3, 4, 5, 6]
valid_from = "{begin}"
valid_until = "{end}"
sub_processors = []

[[card.places]]
name = "Ce poste"
latitude = 48.86
longitude = 2.35
"""
"""As every host has one; nobody is to take it for a real one's."""


class EmbeddedHost(NamedTuple):
    """`folder`: all that the host keeps. `authority`: a file to trust it by."""

    url: str
    authority: str
    contract_key: str
    folder: Path


def is_installed() -> bool:
    """Whether this installation has the host's parts; a workstation's has not."""
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


@contextmanager
def embedded_host(folder: Path, organisation: str) -> Iterator[EmbeddedHost]:
    """A serving host with one organisation, until the end of the block. Failed("demo_failed")."""
    command = [sys.executable, "-m", "cyberlib_host", "--data", str(folder)]
    made = _said([*command, "--json", "init"], folder)
    given = ["organisation", "create", "--name", organisation, "--siren", SIREN, "--seats", "1"]
    today = datetime.now().astimezone().date()
    card = _CARD.format(begin=today - timedelta(days=365), end=today + timedelta(days=730))
    with (folder / "host.toml").open("a", encoding="utf-8") as settings:
        settings.write(card)
    contract_key = _said([*command, "--json", *given], folder)["contract_key"]
    serving = subprocess.Popen(
        [*command, "serve", "--port", "0"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env=_environment(),
    )
    try:
        assert serving.stdout is not None
        url = serving.stdout.readline().strip().rpartition(" ")[2]
        if not url.startswith("https://"):
            raise _trouble(folder)
        yield EmbeddedHost(url, made["authority"], contract_key, folder)
    finally:
        end(serving, _SECONDS)
        assert serving.stdout is not None
        serving.stdout.close()


def markers_found(host: EmbeddedHost, markers: list[bytes]) -> int:
    """How many of these texts stand in clear anywhere in what the host keeps."""
    found = set()
    for at, _, names in os.walk(host.folder):
        for name in names:
            content = Path(at, name).read_bytes()
            found |= {marker for marker in markers if marker in content}
    return len(found)


def _trouble(folder: Path) -> Failed:
    """Why the host did not do what it was asked: there is no room for its database, or a fault of ours."""
    if shutil.disk_usage(folder.parent).free < _ROOM:
        return Failed("store_full", at=str(folder))
    return Failed("demo_failed", what="host", path=None)


def _said(command: list[str], folder: Path) -> dict[str, str]:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=_environment(),
        check=False,
    )
    if done.returncode != 0:
        raise _trouble(folder)
    told: dict[str, str] = json.loads(done.stdout)
    return told


def _environment() -> dict[str, str]:
    """Finds the host where this program was found, whatever made it findable."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
