"""How to install, wherever a page says it: the same lines, packages and least versions, and the true ones."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = [
    ROOT / "README.md",
    *(ROOT / "docs" / "user").glob("*.md"),
    *(ROOT / "docs" / "admin").glob("*.md"),
]
RESCUE: Final = [ROOT / "resources" / "rescue" / name for name in ("cyberlib_rescue.py", "LISEZMOI.txt")]
OR_NEWER: Final = r"(?: ou plus récent| or newer)"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _sentences(path: Path) -> str:
    """Lines joined."""
    return " ".join(_text(path).split())


def _third_party(path: Path) -> set[str]:
    """What a program imports from elsewhere."""
    found = set()
    for node in ast.walk(ast.parse(_text(path))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found - sys.stdlib_module_names


def test_every_page_installs_the_program_by_the_same_lines() -> None:
    found = {}
    for page in PAGES:
        for number, block in enumerate(re.findall(r"^```\w*\n(.*?)^```", _text(page), re.M | re.S)):
            if "pip install" in block:
                found[f"{page.name} {number}"] = block
    assert len(found) == 4, "the README and the guide, each in both languages"
    assert len(set(found.values())) == 1, found
    block = next(iter(found.values()))
    locks = re.findall(r" -r (\S+)", block)
    assert locks and all((ROOT / lock).is_file() for lock in locks)
    assert block.count("pip install") == block.count("--require-hashes") + block.count("--no-index")


def test_every_page_asks_for_the_python_that_the_program_takes() -> None:
    project = tomllib.loads(_text(ROOT / "pyproject.toml"))["project"]
    told = {page.name: re.findall(rf"Python (3\.\d+){OR_NEWER}", _sentences(page)) for page in PAGES}
    assert len(told["README.md"]) == 2
    assert told["guide-ligne-de-commande.md"] and told["command-line.md"]
    versions = {version for page in told.values() for version in page}
    assert {f">={version}" for version in versions} == {project["requires-python"]}


def test_the_rescue_program_and_its_leaflet_name_the_packages_it_imports() -> None:
    needed = _third_party(RESCUE[0])
    by_pip = [
        set(found.split()) for path in RESCUE for found in re.findall(r"pip install ([a-z ]+)", _text(path))
    ]
    assert by_pip == [needed] * 5, "in both languages of each, and where one is missing"
    of_debian = re.findall(r"apt install ((?:python3-\w+ ?)+)", _text(RESCUE[1]))
    assert [set(found.split()) for found in of_debian] == [{f"python3-{name}" for name in needed}] * 2


def test_the_rescue_program_and_its_leaflet_ask_for_the_same_versions() -> None:
    pythons, for_passphrases = [], []
    for path in RESCUE:
        pythons += re.findall(rf"Python (3\.\d+){OR_NEWER}", _sentences(path))
        for_passphrases += re.findall(rf"cryptography (\d+){OR_NEWER}", _sentences(path))
    for_passphrases += re.findall(r"passphrase: cryptography (\d+)", _text(RESCUE[0]))
    assert len(pythons) == 4 and len(set(pythons)) == 1, pythons
    assert len(for_passphrases) == 5 and len(set(for_passphrases)) == 1, for_passphrases
