"""Recording the dependencies: requirements/*.txt, one file for all systems, every wheel by its hash."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path
from typing import Any

from .environment import REQUIREMENTS, ROOT
from .process import give_up, note

# File: what it is resolved from. All repeat the versions of `test`: one environment serves all.
_FILES = {
    "test": ["pyproject.toml", "--extra", "host", "--extra", "desktop", "--group", "test"],
    "run": ["pyproject.toml", "--constraint", "requirements/test.txt"],
    "host": ["pyproject.toml", "--extra", "host", "--constraint", "requirements/test.txt"],
    "desktop": [
        "pyproject.toml",
        "--extra",
        "host",
        "--extra",
        "desktop",
        "--constraint",
        "requirements/test.txt",
    ],
    "lock": ["--group", "lock"],
    "setup": ["--group", "setup"],
}
_STAMP = "# inputs: "


def inputs() -> str:
    """A digest of all that pyproject.toml says about dependencies: a lock made from it bears it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    told: dict[str, Any] = {
        "dependencies": project["project"]["dependencies"],
        "optional": project["project"]["optional-dependencies"],
        "groups": project["dependency-groups"],
        "python": project["project"]["requires-python"],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def stamp(lock: Path) -> str:
    """The digest that a lock bears, or an empty text."""
    first = lock.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix(_STAMP) if first.startswith(_STAMP) else ""


def write(args: list[str]) -> int:
    """`--upgrade` takes the newest versions that pyproject.toml allows; without it pins stay if they can."""
    if set(args) - {"--upgrade"}:
        raise give_up("lock takes no argument but --upgrade.")
    with tempfile.TemporaryDirectory() as folder:
        uv = _uv(Path(folder))
        for name, sources in _FILES.items():
            target = REQUIREMENTS / f"{name}.txt"
            note(f"resolving requirements/{name}.txt")
            command = [*uv, "pip", "compile", *sources, "--output-file", str(target.relative_to(ROOT)), *args]
            command += ["--universal", "--generate-hashes", "--python-version", "3.11", "--quiet"]
            command += ["--no-header", "--no-emit-index-url"]
            if subprocess.call(command, cwd=ROOT, env=_environment()) != 0:
                raise give_up(f"requirements/{name}.txt could not be resolved; the reason is above.")
            text = target.read_text(encoding="utf-8")
            header = f"{_STAMP}{inputs()}\n# Written by `python3 dev.py lock` from pyproject.toml.\n"
            target.write_text(header + text, encoding="utf-8", newline="\n")
    return 0


def _uv(folder: Path) -> list[str]:
    """uv in an environment of its own, installed from its lock."""
    venv.create(folder / "v", with_pip=True, symlinks=os.name != "nt")
    python = folder / "v" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [str(python), "-m", "pip", "install", "-qq", "--require-hashes", "--no-deps"]
    if subprocess.call([*install, "-r", str(REQUIREMENTS / "lock.txt")], stdout=sys.stderr) != 0:
        raise give_up("uv could not be installed; the reason is above.")
    return [str(python), "-m", "uv"]


def _environment() -> dict[str, str]:
    """uv does not read pip's settings: hand it the index, and trust what the system trusts."""
    env = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    if index := os.environ.get("PIP_INDEX_URL"):
        env.setdefault("UV_DEFAULT_INDEX", index)
    return env
