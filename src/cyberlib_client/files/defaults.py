"""The exclusions that come with the program: `resources/exclusions/*.gitignore`, one file for each system."""

from __future__ import annotations

import re
from typing import Final

from ..resources import resource
from .filters import Rule
from .names import System

_DRIVE: Final = re.compile(rb"/[A-Z]\Z")


def default_rules(system: System, root: bytes | None = None) -> list[Rule]:
    """The rules for a source on `system`, with origin "default".

    `root` is the source's path in the vault. When it is the root of the system, or of a Windows drive, rules
    for what lies there are added (`/proc`); a source elsewhere may have a folder `proc` that matters.
    Raises FileNotFoundError when the installation is incomplete.
    """
    files = ["common", system]
    if root is not None and (_DRIVE.match(root) if system == "windows" else root == b"/"):
        files.append(f"{system}_root")
    return [rule for name in files for rule in _read(f"exclusions/{name}.gitignore")]


def _read(name: str) -> list[Rule]:
    lines = resource(name).read_text(encoding="utf-8").splitlines()
    return [Rule(line, "default") for line in lines if line.strip() and not line.startswith("#")]
