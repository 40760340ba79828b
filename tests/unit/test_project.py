"""The habits of the project, checked: sizes, names, locks, changelog, glossary, decisions, both READMEs."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pathspec
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from cyberlib_client.resources import resource
from tools.dev import lock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the sources are the same everywhere")

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE = 350  # lines
MAX_TESTS = 700  # lines: a suite tells one story from beginning to end
MAX_FUNCTION = 80  # lines
# Files that may be longer, each with its reason.
LONG_FILES: dict[str, str] = {
    "resources/rescue/cyberlib_rescue.py": "one file that needs nothing of ours, with the 2,048 words in it",
}


def _files() -> Iterator[Path]:
    """Every file of the checkout that git would not ignore."""
    ignored = pathspec.GitIgnoreSpec.from_lines(
        [*(ROOT / ".gitignore").read_text(encoding="utf-8").splitlines(), ".git"]
    )
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if not ignored.match_file(f"{(here / name).as_posix()}/")]
        for name in names:
            if not ignored.match_file((here / name).as_posix()):
                yield ROOT / here / name


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


PYTHON = sorted(path for path in _files() if path.suffix == ".py")
SOURCES = [path for path in PYTHON if _relative(path).startswith("src/")]


def test_no_file_grows_beyond_what_one_can_read() -> None:
    assert SOURCES
    lengths = {_relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
    most = {name: MAX_TESTS if name.startswith("tests/") else MAX_FILE for name in lengths}
    assert {name: n for name, n in lengths.items() if n > most[name] and name not in LONG_FILES} == {}
    assert [name for name in LONG_FILES if lengths.get(name, 0) <= MAX_FILE] == []  # no stale exception


def test_functions_stay_short() -> None:
    long = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > MAX_FUNCTION:
                    long.append(f"{_relative(path)}:{node.lineno} {node.name}: {size} lines")
    assert long == []


def test_no_room_without_a_subject() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert [_relative(path) for path in PYTHON if vague & {*path.parts[len(ROOT.parts) :], path.stem}] == []


def test_nothing_unfinished_or_of_one_machine() -> None:
    """Marks of unfinished work, merge conflicts, private keys, paths of somebody's machine."""
    wrong = re.compile(
        r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b"
        r"|^(<{7}|>{7}) |-----BEGIN [A-Z ]*PRIVATE" r" KEY"
        r"|(?<![\w.])/(ro" r"ot|home/[a-z]\w+)/|[A-Z]:\\+Us" r"ers\\+[A-Za-z]\w+",
        re.MULTILINE,
    )  # fmt: skip
    found = []
    for path in _files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        found += [f"{_relative(path)}: {match[0]}" for match in wrong.finditer(text)]
    assert found == []


# --- locks ---


def _pins(name: str) -> dict[str, set[str]]:
    """Versions by package of a lock (several where systems differ); every pin has hashes."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pins: dict[str, set[str]] = {}
    for entry in re.split(r"\n(?=[a-z0-9])", re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)):
        match = re.match(r"([a-z0-9.-]+)==(\S+)", entry)
        assert match, entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
        pins.setdefault(match[1], set()).add(match[2])
    return pins


def _requirements() -> dict[str, list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    told = {
        "run": project["project"]["dependencies"],
        **project["project"]["optional-dependencies"],
        **project["dependency-groups"],
    }
    return {name: [Requirement(line) for line in lines] for name, lines in told.items()}


@pytest.mark.parametrize("name", ["run", "host", "test", "lock", "setup"])
def test_locks_say_what_pyproject_says(name: str) -> None:
    path = ROOT / "requirements" / f"{name}.txt"
    assert lock.stamp(path) == lock.inputs(), "run: python3 dev.py lock"
    assert "://" not in path.read_text(encoding="utf-8")  # no address: each machine has its own index
    pins = _pins(path.name)
    for requirement in _requirements()[name]:
        versions = pins[requirement.name.lower()]
        assert any(requirement.specifier.contains(Version(version)) for version in versions), requirement


def test_one_environment_serves_the_product_and_its_tests() -> None:
    test = _pins("test.txt")
    for pins in (_pins("run.txt"), _pins("host.txt")):
        assert {name: test.get(name) for name in pins} == pins


# --- layers ---

# Where, a line that must not be there, and what the linter must say of it below the broken rule.
WRONG_IMPORTS = [
    (
        "core/errors.py",
        "from ..resources import resource",
        "Rooms import",
        "core.errors -> cyberlib_client.resources",
    ),
    ("files/__init__.py", "from ..state import x", "Rooms import", "files -> cyberlib_client.state"),
    ("helpers/__init__.py", "", "Rooms import", "cyberlib_client.helpers"),
    ("core/errors.py", "import os", "Core and repository", "core.errors -> os"),
    ("repository/__init__.py", "import time", "Core and repository", "repository -> time"),
    (
        "services/__init__.py",
        "from ..transports import x",
        "Services",
        "services -> cyberlib_client.transports",
    ),
    ("cli/__init__.py", "from ..services import x", "The command line", "cli -> cyberlib_client.services"),
    ("gui/__init__.py", "from ..services import x", "The window", "gui -> cyberlib_client.services"),
    ("app/__init__.py", "import PySide6", "Qt", "app -> PySide6"),
    ("app/__init__.py", "def f() -> None:\n    import click", "Terminal", "app -> click"),
    ("services/__init__.py", "import keyring", "Keychains", "services -> keyring"),
    ("core/errors.py", "from . import ports", "No import cycles", "ports"),
    (
        "../cyberlib_host/core/siren.py",
        "from ..services import audit",
        "Rooms of the host",
        "cyberlib_host.core is not allowed to import cyberlib_host.services",
    ),
    ("../cyberlib_host/__init__.py", "import cyberlib_client", "Client and host", "cyberlib_client"),
]


def test_wrong_imports_fail_the_build(tmp_path: Path) -> None:
    """Every rule of .importlinter still bites: each wrong import, planted in a copy, is named."""
    pytest.importorskip("importlinter", reason="checked where the developers' tools are installed")
    for path in SOURCES:
        copy = tmp_path / _relative(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    for where, line, _, _ in WRONG_IMPORTS:
        changed = tmp_path / "src" / "cyberlib_client" / where
        changed.parent.mkdir(exist_ok=True)
        with changed.open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    start = "from importlinter.cli import lint_imports_command as c; c()"
    command = [
        sys.executable,
        "-c",
        start,
        "--no-logo",
        "--no-cache",
        "--config",
        str(ROOT / ".importlinter"),
    ]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src"), "COLUMNS": "200", "PYTHONUTF8": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"^Contracts: 0 kept, [0-9]+ broken\.$", done.stdout, re.MULTILINE), done.stdout
    report = done.stdout.partition("Broken contracts")[2]
    told = dict(re.findall(r"^(\S[^\n]*)\n-{5,}\n(.*?)(?=^\S[^\n]*\n-{5,}\n|\Z)", report, re.M | re.S))
    for where, line, rule, words in WRONG_IMPORTS:
        (text,) = (text for title, text in told.items() if title.startswith(rule))
        assert words in text, (where, line, text)


# --- documents ---


def test_changelog_tells_users_in_both_languages() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    assert releases[0].startswith("À venir · Unreleased")
    for release in releases:
        parts = re.split(r"^### ", release, flags=re.MULTILINE)
        assert [part.partition("\n")[0] for part in parts[1:]] == ["Français", "English"]
        french, english = ([line for line in part.splitlines()[1:] if line.strip()] for part in parts[1:])
        assert len(french) == len(english) > 0
        for line in french + english:
            assert re.fullmatch(r"- [A-ZÀ-Ü`][^\n]{20,250}\.", line), line  # one sentence, one line


def test_glossary_has_one_row_per_word() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    words = [row[0] for row in rows if not set(row[0]) <= {"-"} and row[0] != "English"]
    assert len(words) > 20
    assert len(words) == len(set(words))
    assert [row for row in rows if len(row) != 3 or not all(row)] == []


def test_decisions_are_numbered_and_complete() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in records]  # given out beforehand: some are still to be written
    assert len(set(numbers)) == len(numbers) > 0
    for path in records:
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name


def test_readme_gives_the_two_commands_in_both_languages() -> None:
    french, english = (ROOT / "README.md").read_text(encoding="utf-8").split("\n# CyberLib, in English\n")
    for text in (french, english):
        assert {"python3 dev.py demo", "python3 dev.py test"} <= set(text.splitlines())
    for script in (".ci/run", ".github/workflows/test.yml"):
        assert "dev.py test" in (ROOT / script).read_text(encoding="utf-8")


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for path in _files():
        if path.suffix == ".md":
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
                if not (path.parent / target).exists():
                    broken.append(f"{_relative(path)}: {target}")
    assert broken == []


# --- resources ---


def test_resources_are_found_in_a_checkout() -> None:
    assert resource("README.md").read_bytes() == (ROOT / "resources" / "README.md").read_bytes()
    with pytest.raises(FileNotFoundError, match="no/such"):
        resource("no/such")
