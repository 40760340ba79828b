"""Screens look as approved: after a look at them, `dev.py screenshots --out DIR --only VARIANT --approve`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import pictures

VARIANT = "fr-light-100"


def test_every_screen_is_as_approved(tmp_path: Path) -> None:
    """In one look; `python3 dev.py screenshots --out DIR --compare` compares them all."""
    drawn = subprocess.run(
        [sys.executable, "-m", "tools.screenshots", "--out", tmp_path, "--only", VARIANT, "--compare"],
        cwd=pictures.ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert drawn.returncode == 0, drawn.stdout + drawn.stderr
    assert (tmp_path / f"sheet-{VARIANT}.png").exists()


ROOMS = ("activity", "copies", "folders", "help", "home", "keys", "restore", "settings")


@pytest.mark.parametrize("variant", pictures.approved_variants())
def test_another_screen_in_its_place_would_be_noticed(variant: str, tmp_path: Path) -> None:
    approved = {path.name: path for path in pictures.APPROVED.glob(f"*-{variant}.png")}
    for name, path in approved.items():
        (tmp_path / name).write_bytes(path.read_bytes())
    assert pictures.compare(tmp_path, variant) == []
    names = [f"{room}-{variant}.png" for room in ROOMS]
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        (tmp_path / name).write_bytes(approved[other].read_bytes())
    assert sorted(found.picture for found in pictures.compare(tmp_path, variant)) == names
    (tmp_path / names[0]).unlink()
    assert names[0] in [found.picture for found in pictures.compare(tmp_path, variant)]
