"""Rules decide as git does on its way down a folder, whatever door they are asked through."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from cyberlib_client.core.errors import UsageError
from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.names import System

FOLDING: tuple[System, ...] = ("macos", "windows")
Decide = Callable[[str, str, bool], Rule | None]
Items = dict[str, bool]  # path → whether it is a folder


def filters(*patterns: str, system: System = "linux") -> Filters:
    return Filters([Rule(p, "option") for p in patterns], system=system)


def decision(rules: Filters, path: str) -> str | None:
    """The pattern that leaves out `path`, which is a folder if it ends with a slash."""
    item = path.rstrip("/")
    rule = rules.decide(item, item.rpartition("/")[2], path.endswith("/"))
    raw = item.encode("utf-8", "surrogateescape")
    assert rules.decide_bytes(raw, raw.rpartition(b"/")[2], path.endswith("/")) == rule
    return rule.pattern if rule else None


def walk(items: Items, decide: Decide) -> dict[str, Rule]:
    """What is left out of a tree when folders that are left out are not entered."""
    out: dict[str, Rule] = {}
    for path in sorted(items):
        if not any(path.startswith(gone + "/") for gone in out):
            rule = decide(path, path.rpartition("/")[2], items[path])
            if rule:
                out[path] = rule
    return out


# Small alphabets, so that patterns meet names.
NAMES = ["a", "b", "ab", "ba", "a.b", ".a", "b.a.b", "c d", "é", "A"]
_pieces = st.sampled_from(["a", "b", ".", "*", "?", "é", "A"])
_globs = st.one_of(
    st.sampled_from(NAMES),
    st.lists(_pieces, min_size=1, max_size=4).map("".join),
    st.sampled_from(["*", "**", "*.b", "a*", "*b", "*a*", "?", "[ab]", "[a-c]*", "\\*"]),
)


@st.composite
def _pattern(draw: st.DrawFn) -> str:
    parts = draw(st.lists(_globs, min_size=1, max_size=3))
    assume(parts[-2:] != ["**", "**"] and not set(parts) & {".", ".."})
    start = draw(st.sampled_from(["", "", "", "/", "**/", "!", "!/"]))
    return start + "/".join(parts) + draw(st.sampled_from(["", "", "/"]))


@st.composite
def _trees(draw: st.DrawFn) -> Items:
    items: Items = {}
    for names in draw(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3), max_size=6)):
        for depth in range(1, len(names)):
            items["/".join(names[:depth])] = True
        items.setdefault("/".join(names), draw(st.booleans()))
    return items


_cases = st.tuples(st.lists(_pattern(), max_size=6), _trees())


def pathspec_decides(patterns: list[str]) -> Decide:
    """pathspec judges files: when a folder itself is asked about, patterns for folders are for files."""
    for_files = GitIgnoreSpec.from_lines(patterns, backend="simple")
    for_folders = GitIgnoreSpec.from_lines([p.removesuffix("/") for p in patterns], backend="simple")

    def decide(path: str, _name: str, is_dir: bool) -> Rule | None:
        found = (for_folders if is_dir else for_files).check_file(path)
        return Rule(patterns[found.index], "option") if found.include and found.index is not None else None

    return decide


def agree(case: tuple[list[str], Items], decide: Decide) -> bool:
    patterns, items = case
    return walk(items, decide).keys() == walk(items, pathspec_decides(patterns)).keys()


def pathspec_can(case: tuple[list[str], Items]) -> bool:
    """Without what pathspec is known to judge differently from git: `a/**/` as `a/`."""
    return not any(p.endswith("**/") for p in case[0])


@pytest.mark.portable
@given(_cases.filter(pathspec_can))
@settings(max_examples=400)
def test_decisions_are_those_of_pathspec(case: tuple[list[str], Items]) -> None:
    assert agree(case, filters(*case[0]).decide)


def _first_match(patterns: list[str]) -> Decide:
    return filters(*reversed(patterns)).decide


def _without_negation(patterns: list[str]) -> Decide:
    return filters(*[p for p in patterns if not p.startswith("!")]).decide


def _everything_is_a_folder(patterns: list[str]) -> Decide:
    decide = filters(*patterns).decide
    return lambda path, name, _is_dir: decide(path, name, True)


def _without_prefixes(patterns: list[str]) -> Decide:
    """As if the sieve had forgotten patterns known by how names begin."""
    return filters(*[p for p in patterns if not p.startswith(("a", "b"))]).decide


@pytest.mark.parametrize(
    "mutant", [_first_match, _without_negation, _everything_is_a_folder, _without_prefixes]
)
@pytest.mark.portable
def test_the_comparison_would_notice(mutant: Callable[[list[str]], Decide]) -> None:
    found = find(
        _cases.filter(pathspec_can),
        lambda case: not agree(case, mutant(case[0])),
        settings=settings(max_examples=20_000, phases=[Phase.generate]),
    )
    assert agree(found, filters(*found[0]).decide)


GIT = shutil.which("git")


@pytest.fixture(scope="module")
def git_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        assert GIT is not None
        subprocess.run([GIT, "init", "-q", folder], check=True, env=_git_environment())
        yield Path(folder)


def _git_environment() -> dict[str, str]:
    return {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_DIR": ".git"} | {
        "HOME": os.devnull
    }


def git_decides(folder: Path, patterns: list[str], items: Items) -> dict[str, bool]:
    """For every item, whether git leaves it out, with the folders above it."""
    assert GIT is not None
    for old in folder.iterdir():
        if old.name != ".git":
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for path, is_dir in sorted(items.items()):
        (folder / path).mkdir() if is_dir else (folder / path).touch()
    info = folder / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "exclude").write_bytes("".join(f"{p}\n" for p in patterns).encode())
    done = subprocess.run(
        [GIT, "-c", "core.ignorecase=false", "check-ignore", "--no-index", "--stdin", "-z", "-v", "-n"],
        cwd=folder,
        input=b"".join(p.encode() + b"\0" for p in items),
        env={k: v for k, v in _git_environment().items() if k != "GIT_DIR"},
        capture_output=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    fields = done.stdout.decode().split("\0")
    return {
        path: bool(pattern) and not pattern.startswith("!")
        for pattern, path in zip(fields[2::4], fields[3::4], strict=True)
    }


# What pathspec does not know, or knows otherwise, besides.
_git_globs = st.one_of(
    _globs,
    st.lists(
        st.sampled_from(["a", "b", ".", "*", "?", "[!a]", "[^b-c]", "[[:alpha:]]", "[]a]", "[a\\]]", "\\*"]),
        min_size=1,
        max_size=4,
    ).map("".join),
)


@st.composite
def _git_pattern(draw: st.DrawFn) -> str:
    parts = draw(st.lists(_git_globs, min_size=1, max_size=3))
    start = draw(st.sampled_from(["", "", "", "/", "**/", "!", "!/"]))
    return start + "/".join(parts) + draw(st.sampled_from(["", "", "/"]))


@pytest.mark.skipif(GIT is None or os.name == "nt", reason="asks git itself")
@given(
    st.lists(_git_pattern(), min_size=1, max_size=6).filter(lambda ps: all(p.isascii() for p in ps)),
    _trees().filter(lambda items: all(p.isascii() for p in items)),  # to git, `?` is a byte, to us a letter
)
@settings(max_examples=150)
def test_decisions_are_those_of_git(git_folder: Path, patterns: list[str], items: Items) -> None:
    try:
        rules = filters(*patterns)
    except UsageError:
        assume(False)
    gone = walk(items, rules.decide)
    expected = git_decides(git_folder, patterns, items)
    for path in items:
        assert expected[path] == any(path == g or path.startswith(g + "/") for g in gone), path


@given(_cases, st.sampled_from(["linux", "macos", "windows"]))
def test_bytes_are_judged_like_text(case: tuple[list[str], Items], system: System) -> None:
    rules = filters(*case[0], system=system)
    for path, is_dir in case[1].items():
        name = path.rpartition("/")[2]
        assert rules.decide(path, name, is_dir) == rules.decide_bytes(path.encode(), name.encode(), is_dir)


@given(_cases, st.sampled_from(["macos", "windows"]))
@settings(max_examples=300)
def test_case_and_composition_do_not_matter_there(case: tuple[list[str], Items], system: System) -> None:
    """Folding patterns and names by hand and comparing exactly gives the same."""
    patterns, items = case
    rules = filters(*patterns, system=system)
    exact = filters(*[p.lower() for p in patterns])
    for path, is_dir in items.items():
        written = unicodedata.normalize("NFD", path.upper())
        found = rules.decide(written, written.rpartition("/")[2], is_dir)
        expected = exact.decide(path.lower(), path.lower().rpartition("/")[2], is_dir)
        assert (found is None) == (expected is None)


@pytest.mark.parametrize(
    ("patterns", "path", "by"),
    [
        # A name, at any depth; a slash binds to the root of the source.
        (["a"], "a", "a"),
        (["a"], "x/y/a/", "a"),
        (["a"], "ab", None),
        (["/a"], "a", "/a"),
        (["/a"], "x/a", None),
        (["x/a"], "x/a", "x/a"),
        (["x/a"], "y/x/a", None),
        # What lies below a folder is not the folder: the walk does not get there.
        (["a"], "a/b", None),
        # Folders only.
        (["a/"], "a/", "a/"),
        (["a/"], "a", None),
        (["*/"], "x/y/", "*/"),
        (["*/"], "x/y", None),
        # Stars and question marks stop at slashes, two stars do not.
        (["*.log"], "x/y.log", "*.log"),
        (["*.log"], ".log", "*.log"),
        (["x/*.log"], "x/y/z.log", None),
        (["x/*/z"], "x/y/z", "x/*/z"),
        (["x/*/z"], "x/y/w/z", None),
        (["x/**/z"], "x/z", "x/**/z"),
        (["x/**/z"], "x/y/w/z", "x/**/z"),
        (["**/y/z"], "y/z", "**/y/z"),
        (["**/y/z"], "x/w/y/z", "**/y/z"),
        (["x/**"], "x/y/z", "x/**"),
        (["x/**"], "x/", None),
        (["x/**/"], "x/y/", "x/**/"),
        (["x/**/"], "x/y", None),
        (["x/**/"], "x/", None),
        (["a?c"], "abc", "a?c"),
        (["a?c"], "a/c", None),
        (["a**c"], "abbc", "a**c"),
        (["**"], "x/y", "**"),
        # The last match wins.
        (["*.log", "!keep.log"], "keep.log", None),
        (["*.log", "!keep.log"], "lose.log", "*.log"),
        (["!keep.log", "*.log"], "keep.log", "*.log"),
        (["*.log", "!keep.log", "/keep.log"], "keep.log", "/keep.log"),
        # "Only PDF, at any depth": pathspec would enter no folder.
        (["*", "!*/", "!*.pdf"], "x/", None),
        (["*", "!*/", "!*.pdf"], "x/y.pdf", None),
        (["*", "!*/", "!*.pdf"], "x/y.txt", "*"),
        # Sets. pathspec would leave out the folder x/y for the second.
        (["[a-c]x"], "bx", "[a-c]x"),
        (["x[!a]y"], "x/y", None),
        (["x[!a]y/z"], "x/y/z", None),
        (["x[!a]y"], "xby", "x[!a]y"),
        (["x[^a]y"], "xay", None),
        (["[]-]"], "-", "[]-]"),
        (["[!]]"], "]", None),
        (["[[:digit:]_]*"], "7", "[[:digit:]_]*"),
        (["[[:digit:]_]*"], "x7", None),
        (["[[:upper:]]"], "a", None),
        (["[a\\]]"], "]", "[a\\]]"),
        (["a[+-9]b/c"], "a/b/c", None),
        (["a[+-9]b/c"], "a7b/c", "a[+-9]b/c"),
        (["**/**/a"], "x/y/a", "**/**/a"),
        (["[.*+^$]"], "+", "[.*+^$]"),
        (["[a&&b]"], "&", "[a&&b]"),
        # Special characters as themselves, and letters that are special elsewhere.
        (["\\*"], "*", "\\*"),
        (["\\*"], "a", None),
        (["\\#a"], "#a", "\\#a"),
        (["\\!a"], "!a", "\\!a"),
        (["!!a", "b"], "!a", None),
        (["*a", "!\\!a"], "!a", None),
        (["a.b"], "axb", None),
        (["(a|b)+$"], "(a|b)+$", "(a|b)+$"),
        ([".~lock.*#"], ".~lock.lettre.odt#", ".~lock.*#"),
        # Spaces at the end count only when kept on purpose.
        (["a "], "a", "a "),
        (["a\\ "], "a ", "a\\ "),
        (["a\\ "], "a", None),
        (["a b"], "a b", "a b"),
        # A name may hold line breaks; one that ends with one is another name.
        (["a"], "a\n", None),
        (["a*"], "a\nb", "a*"),
        (["x/**"], "x/\n/y", "x/**"),
        (["*.tar.gz"], "a.tar.gz", "*.tar.gz"),
        (["*.tar.gz"], "a.gz", None),
        (["*s.txt"], "notes.txt", "*s.txt"),
        (["*~"], "a~", "*~"),
        (["*~"], "a~b", None),
        (["*."], "a.", "*."),
        (["*brouillon*"], "x/Lettre brouillon 2.odt", "*brouillon*"),
        (["a*x", "b*y", "c*z"], "b1y", "b*y"),
        (["a*x", "b*y", "c*z"], "c1z", "c*z"),
        (["*~a", "*~b", "*~c"], "x~b", "*~b"),
        (["*.a", "*.b", "*.c"], "x.b", "*.b"),
        (["*a*", "*b*", "x/**"], "y/1b1", "*b*"),
        (["*a*", "*b*", "x/**"], "x/1", "x/**"),
        (["thumb_*.db"], "thumb_.db", "thumb_*.db"),
        (["thumb_*.db"], "thumb.db", None),
        (["ab*ba"], "aba", None),
        (["ab*b*ba"], "abba", None),
        (["ab*b*ba"], "abbba", "ab*b*ba"),
        (["caf\udce9"], "caf\udce9", "caf\udce9"),
    ],
)
def test_patterns(patterns: list[str], path: str, by: str | None) -> None:
    assert decision(filters(*patterns), path) == by


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("!", "empty"),
        ("/", "empty"),
        ("!/", "empty"),
        ("# note", "comment"),
        ("a\nb", "control"),
        ("a\0", "control"),
        ("\ud800", "control"),
        ("//", "path"),
        ("a//b", "path"),
        ("./a", "path"),
        ("../a", "path"),
        ("a/../b", "path"),
        ("a/.", "path"),
        ("C:/Temp", "path"),
        ("[a", "bracket"),
        ("a[]", "bracket"),
        ("[[:letters:]]", "bracket"),
        ("[a/b]", "bracket"),
        ("[z-a]", "range"),
        ("a\\", "escape"),
        ("a\\/b", "escape"),
        ("Temp\\cache", "backslash"),
        ("C:\\Temp", "backslash"),
    ],
)
def test_a_pattern_without_effect_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        filters("good", pattern)
    assert caught.value.code == "bad_pattern"
    assert caught.value.facts["reason"] == reason
    assert caught.value.facts["pattern"] in (pattern, ascii(pattern))
    for system in FOLDING:
        if "\ud800" not in pattern or system == "macos":
            with pytest.raises(UsageError) as caught:
                filters(pattern.upper(), system=system)
            assert caught.value.facts["pattern"] in (pattern.upper(), ascii(pattern))


@pytest.mark.parametrize("system", ["macos", "windows"])
@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("Thumbs.db", "x/THUMBS.DB"),
        ("*.TMP", "a.tmp"),
        ("~$*.Doc", "~$LETTRE.DOC"),
        ("[A-C]x", "bX"),
        ("[[:upper:]]x", "bX"),
        ("Éphémère/**", "éphémère/a"),
        ("éphémère/**", "ÉPHÉMÈRE/a"),
        ("e\u0301te\u0301", "Été"),
        ("Été*", "E\u0301te\u0301 2024"),
        ("Dossier/*Vieux*", "dossier/très vieux"),
    ],
)
def test_names_are_compared_as_the_system_does(system: System, pattern: str, path: str) -> None:
    assert decision(filters(pattern, system=system), path) == pattern
    assert decision(filters(pattern, system="linux"), path) is None


def test_windows_names_with_lone_surrogates() -> None:
    rules = filters("a\ud800*", system="windows")
    assert rules.decide_bytes(b"a\xed\xa0\x80b", b"a\xed\xa0\x80b", False) == Rule("a\ud800*", "option")
    assert rules.decide_bytes(b"a\xed\xa0\x81b", b"a\xed\xa0\x81b", False) is None


def test_many_stars_cost_little() -> None:
    """Many stars on a long name end soon; they would not in a thousand years if stars gave back."""
    name = "a" * 255
    assert decision(filters("*a" * 60 + "*[bc]"), name) is None
    assert decision(filters("/**/x" * 20), "/".join("y" * 100)) is None


def test_the_rule_that_decides_is_named_with_its_origin() -> None:
    first, second = Rule("*.log", "default"), Rule("*.log", "option")
    assert Filters([first, second]).decide("a.log", "a.log", False) == second
    assert Filters([]).decide("a.log", "a.log", False) is None
