"""Finds restic and borg, or installs them: restic by apt, borg from PyPI in an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BORG_BUILD_NEEDS = (
    "build-essential", "pkg-config", "python3-dev", "libacl1-dev", "libssl-dev", "liblz4-dev", "libzstd-dev",
    "libxxhash-dev",
)  # fmt: skip


class CannotInstall(Exception):
    """A peer is absent and could not be installed; the message says how to do it by hand."""


def restic() -> str:
    """Path of a restic program. Raises CannotInstall."""
    found = shutil.which("restic")
    if found is None and _apt("restic"):
        found = shutil.which("restic")
    if found is None:
        raise CannotInstall(
            "restic is not installed, and apt could not install it: install it, then try again"
        )
    return found


def borg(work: Path) -> str:
    """Path of a borg program: one installed by us, the system's, else a new one. Raises CannotInstall.

    The newest borg 1 from PyPI is preferred, being faster than a distribution's; it may have to be compiled.
    """
    ours = work / "borg-environment" / "bin" / "borg"
    if ours.exists():
        return str(ours)
    if _borg_from_pypi(ours) or (_apt(*BORG_BUILD_NEEDS) and _borg_from_pypi(ours)):
        return str(ours)
    found = shutil.which("borg")
    if found is None and _apt("borgbackup"):
        found = shutil.which("borg")
    if found is None:
        raise CannotInstall("borg could not be installed from PyPI or by apt: install it, then try again")
    return found


def _borg_from_pypi(program: Path) -> bool:
    environment = program.parents[1]
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(environment)],
        [str(program.with_name("python")), "-m", "pip", "install", "--quiet", "borgbackup>=1.4,<2"],
        [str(program), "--version"],
    )
    if all(subprocess.run(step, capture_output=True, check=False).returncode == 0 for step in steps):
        return True
    shutil.rmtree(environment, ignore_errors=True)
    return False


def _apt(*packages: str) -> bool:
    """Whether apt installed them. Only root may, and only where there is apt."""
    if shutil.which("apt-get") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    update = ["apt-get", "update", "-q"]
    install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    return all(
        subprocess.run(step, env=environment, capture_output=True, check=False).returncode == 0
        for step in (update, install)
    )
