"""Paths of Windows from the command line: deep ones, odd ones, typed and shown as Windows writes them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, restored

windows = pytest.mark.skipif(sys.platform != "win32", reason="paths of Windows")


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    made = CommandLine(tmp_path)
    made.make_vault()
    return made


def _long(path: Path) -> str:
    return f"\\\\?\\{path}"


@windows
def test_what_is_deep_or_oddly_named_is_saved_and_restored(line: CommandLine, tmp_path: Path) -> None:
    """Without its long form Windows takes `fin.` for `fin`, and stops at 260 letters."""
    folder = tmp_path / "Cabinet"
    deep = folder.joinpath(*("d" * 60 for _ in range(5)))
    os.makedirs(_long(deep))
    content = {deep / "compte rendu.txt": b"deep", folder / "fin.": b"dot", folder / "fin": b"none"}
    for path, data in content.items():
        with open(_long(path), "wb") as file:
            file.write(data)
    line("sources", "add", str(folder))
    preview = line.json("sources", "preview")["result"]
    assert (preview["files"], preview["incidents"]) == (3, [])
    done = line.json("backup")["result"]
    assert (done["snapshot"]["files"], done["incidents"]) == (3, [])
    line("restore", "latest", "--to", str(tmp_path / "back"))
    back = restored(tmp_path / "back", folder)
    found = {}
    for above, _, names in os.walk(_long(back)):
        for name in names:
            with open(os.path.join(above, name), "rb") as file:
                found[os.path.relpath(os.path.join(above, name), _long(back))] = file.read()
    assert found.pop(str(deep.relative_to(folder) / "compte rendu.txt")) == b"deep"
    assert found.pop("fin") == b"none"
    assert list(found.values()) == [b"dot"]  # under a name that Windows takes


@windows
def test_a_source_in_the_vault_is_refused_however_it_is_written(line: CommandLine) -> None:
    for path in (str(line.vault), str(line.vault).upper(), _long(line.vault), str(line.vault / "packs")):
        assert line.error("backup", path, code=2) == "source_in_vault", path
