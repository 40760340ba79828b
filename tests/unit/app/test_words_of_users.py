"""What users type: passphrases, paths, snapshots; and times as results have them."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberlib_client.app.comparison import compare
from cyberlib_client.app.passphrases import weakness
from cyberlib_client.app.paths import inner_path, own_vault_path, shown, split_snapshot
from cyberlib_client.app.times import iso_time
from cyberlib_client.core.errors import UsageError
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.core.words_fr import WORDS
from cyberlib_client.files.names import display, to_vault_path
from cyberlib_client.system import this_system
from tests.support.trees import make_tree


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("", "passphrase_short"),
        ("onze signes", "passphrase_short"),
        ("abababababab", "passphrase_repeats"),
        ("soleil soleil", "passphrase_repeats"),
        ("azertyuiopqsdfgh", "passphrase_row"),
        ("QWERTYUIOP12345", "passphrase_row"),
        ("98765432109876", "passphrase_row"),
        ("abcdefghijklm", "passphrase_row"),
        ("Motdepasse2026", "passphrase_usual"),
        ("P@sswordpassword1", "passphrase_usual"),
        ("Cabinet-Médical-1", "passphrase_usual"),
        ("ACCUEIL-1 soleil", "passphrase_usual"),
    ],
)
def test_weak_passphrases(passphrase: str, code: str) -> None:
    weak = weakness(passphrase, ["ACCUEIL-1"])
    assert weak is not None and weak.code == code, weak


@pytest.mark.parametrize(
    "passphrase",
    [
        "agrafe-horloge-sapin-tunnel",
        "Ma tante Zoé élève 3 hérissons",
        "kX9#vQ2!mZ7$",
        "пароль очень длинный",
        "correct horse battery staple",
    ],
)
def test_strong_passphrases(passphrase: str) -> None:
    assert weakness(passphrase, ["ACCUEIL-1"]) is None


@given(st.lists(st.sampled_from(WORDS), min_size=4, max_size=6, unique=True))
def test_four_words_at_random_are_never_refused(words: list[str]) -> None:
    assert weakness(" ".join(words)) is None


def test_snapshot_and_path_are_told_apart() -> None:
    assert split_snapshot("latest") == ("latest", "")
    assert split_snapshot("8b5e:/home/a:b") == ("8b5e", "/home/a:b")
    assert split_snapshot("latest:C:\\Users\\a") == ("latest", "C:\\Users\\a")


@pytest.mark.skipif(os.name == "nt", reason="paths of POSIX")
def test_paths_inside_a_snapshot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert inner_path("") == b"/"
    assert inner_path("/home/a/") == b"/home/a"
    assert inner_path("home//a/./b") == b"/home/a/b"
    assert inner_path("/home/a/../b") == b"/home/b"
    assert inner_path("/../..") == b"/"
    assert inner_path(".") == os.fsencode(tmp_path)
    assert inner_path("./x") == os.fsencode(tmp_path) + b"/x"
    assert inner_path("../x") == os.fsencode(tmp_path.parent) + b"/x"
    assert inner_path("/caf\\xe9") == b"/caf\xe9"
    assert inner_path("/C/Users/Z") == b"/C/Users/Z"
    assert own_vault_path("x") == os.fsencode(tmp_path) + b"/x"
    for bad in ("", "a\0b"):
        with pytest.raises(UsageError, match="bad_path"):
            own_vault_path(bad)


@pytest.mark.skipif(os.name != "nt", reason="paths of Windows")
def test_paths_inside_a_snapshot_on_windows() -> None:
    assert inner_path("C:\\Users\\Z") == b"/C/Users/Z"
    assert inner_path("c:/Users/Z") == to_vault_path("c:\\Users\\Z")
    assert inner_path("\\\\server\\share\\x") == b"/UNC/server/share/x"
    assert inner_path("/C/Users/Z") == b"/C/Users/Z"


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=4))
def test_what_a_listing_shows_can_be_given_back(names: list[bytes]) -> None:
    path = b"/" + b"/".join(name.replace(b"/", b"_").replace(b"\0", b"_") for name in names)
    if any(name in (b".", b"..") for name in path.split(b"/")):
        return
    assert inner_path(display(path)) == path
    assert shown(path) == display(path)


@given(st.integers(min_value=-62135596800, max_value=253402300799), st.integers(0, 999_999_999))
def test_times_are_those_of_the_calendar(seconds: int, fraction: int) -> None:
    told = iso_time(seconds * 10**9 + fraction)
    whole, _, digits = told.rstrip("Z").partition(".")
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    expected = epoch + datetime.timedelta(seconds=seconds)
    assert datetime.datetime.fromisoformat(whole + "+00:00") == expected
    assert int(digits or "0") == fraction


def test_times_beyond_any_calendar() -> None:
    for beyond in (10**40, -(10**40), 253402300800 * 10**9, -62135596801 * 10**9):
        assert iso_time(beyond) == f"@{beyond}"


# --- comparing what was restored ---


def test_every_kind_of_difference_is_found(tmp_path: Path) -> None:
    plan = {"a.txt": b"same", "b": {"c.txt": b"x", "d.txt": b"y"}, "e.txt": b"12345"}
    metadata = this_system().metadata
    for name in ("one", "two"):
        root = make_tree(tmp_path / name, plan)
        for path in (*root.rglob("*"), root):
            os.utime(path, ns=(10**18, 10**18))

    def differences() -> list[tuple[str, str]]:
        found = compare(str(tmp_path / "one"), str(tmp_path / "two"), metadata, CancelToken())
        assert (found.files, found.directories) == (4, 2)
        return sorted(found.differences)

    assert differences() == []
    two = tmp_path / "two"
    (two / "e.txt").write_bytes(b"12346")
    os.utime(two / "e.txt", ns=(10**18, 10**18))
    (two / "b" / "c.txt").touch()
    assert differences() == [("/b/c.txt", "time"), ("/e.txt", "content")]
    if os.name != "nt":
        (two / "a.txt").chmod(0o600)
        (tmp_path / "one" / "a.txt").chmod(0o640)
        assert ("/a.txt", "mode") in differences()
    (two / "new").mkdir()
    (two / "b" / "d.txt").unlink()
    found = compare(str(tmp_path / "one"), str(two), metadata, CancelToken())
    assert {("/new", "extra"), ("/b/d.txt", "missing")} <= set(found.differences)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_that_are_no_longer_links_are_found(tmp_path: Path) -> None:
    for name in ("one", "two"):
        root = make_tree(tmp_path / name, {"a": b"x"})
        (root / "s").symlink_to("a")
    os.link(tmp_path / "one" / "a", tmp_path / "one" / "b")
    (tmp_path / "two" / "b").write_bytes(b"x")
    (tmp_path / "two" / "s").unlink()
    (tmp_path / "two" / "s").symlink_to("b")
    found = compare(str(tmp_path / "one"), str(tmp_path / "two"), this_system().metadata, CancelToken())
    kinds = {(path, what) for path, what in found.differences if what != "time"}
    assert kinds == {("/s", "target"), ("/b", "link")} or kinds == {("/s", "target"), ("/a", "link")}
