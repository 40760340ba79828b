"""What an installed CyberLib has: the wheel is built, laid out in a folder of its own, and used."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("cyberlib-*-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def _python(site: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=site,
        env=environment,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout


def test_an_installation_has_the_types_the_licence_and_the_command(installed: Path) -> None:
    (metadata,) = installed.glob("cyberlib-*.dist-info")
    assert (installed / "cyberlib_client" / "py.typed").exists()
    assert (metadata / "licenses" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    entries = (metadata / "entry_points.txt").read_text(encoding="utf-8").splitlines()
    assert entries == [
        "[console_scripts]",
        "cyberlib = cyberlib_client.__main__:start",
        "cyberlib-host = cyberlib_host.__main__:start",
        "",
        "[gui_scripts]",
        "cyberlib-gui = cyberlib_client.gui.__main__:start",
    ]


def test_an_installation_finds_every_resource(installed: Path) -> None:
    names = [
        p.relative_to(ROOT / "resources").as_posix() for p in (ROOT / "resources").rglob("*") if p.is_file()
    ]
    names = [name for name in names if "__pycache__" not in name]
    assert "README.md" in names
    assert (installed / "cyberlib_client" / "data" / "format" / "kit.md").exists()
    script = (
        "import sys; from cyberlib_client import resources;"
        "print(resources.__file__); [print(resources.resource(n)) for n in sys.argv[1:]]"
    )
    where, *found = _python(installed, "-c", script, *names).splitlines()
    assert Path(where).is_relative_to(installed)
    assert [Path(path).read_bytes() for path in found] == [
        (ROOT / "resources" / n).read_bytes() for n in names
    ]
    assert all(Path(path).is_relative_to(installed) for path in found)


@pytest.mark.parametrize("page", ["man1/cyberlib.1", "fr/man1/cyberlib.1"])
def test_an_installation_has_the_manual_where_man_looks_for_it(installed: Path, page: str) -> None:
    """pip copies what is below `data` to the environment's own root: `share/man` beside `bin`."""
    (data,) = installed.glob("cyberlib-*.data/data")
    assert (data / "share" / "man" / page).read_bytes() == (ROOT / "resources" / "man" / page).read_bytes()
    assert sum(1 for path in data.rglob("*") if path.is_file()) == 2


def test_an_installation_runs(installed: Path) -> None:
    assert "cyberlib" in _python(installed, "-m", "cyberlib_client", "--lang", "en", "--help")
