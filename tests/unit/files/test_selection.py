"""Caches that say so, other file systems, links and placeholders: told apart without opening anything."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cyberlib_client.files.cache_tags import SIGNATURE, is_cache_directory
from cyberlib_client.files.entries import is_folder, is_placeholder
from cyberlib_client.files.filters import Filters, Rule
from cyberlib_client.files.selection import CACHE_TAG_RULE, ONE_FILE_SYSTEM_RULE, Selection

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX only")


def selection(*patterns: str, **options: bool) -> Selection:
    return Selection(Filters([Rule(p, "option") for p in patterns], system="linux"), **options)


def tag(folder: Path, content: bytes) -> Path:
    (folder / "CACHEDIR.TAG").write_bytes(content)
    return folder


def test_the_signature_is_that_of_the_specification() -> None:
    assert len(SIGNATURE) == 43
    assert SIGNATURE == b"Signature: 8a477f597d28d172789f06886806bc55"


@pytest.mark.parametrize("content", [SIGNATURE, SIGNATURE + b"\n# made by a program\n", SIGNATURE + b"x"])
def test_tagged_folders(tmp_path: Path, content: bytes) -> None:
    tag(tmp_path, content)
    assert is_cache_directory(str(tmp_path))
    assert is_cache_directory(os.fsencode(tmp_path))


@pytest.mark.parametrize(
    "content", [b"", SIGNATURE[:-1], b" " + SIGNATURE, SIGNATURE.upper(), b"\xef\xbb\xbf" + SIGNATURE]
)
def test_folders_with_something_else(tmp_path: Path, content: bytes) -> None:
    assert not is_cache_directory(str(tag(tmp_path, content)))


def test_folders_without_tag(tmp_path: Path) -> None:
    assert not is_cache_directory(str(tmp_path))
    assert not is_cache_directory(str(tmp_path / "nowhere"))
    (tmp_path / "CACHEDIR.TAG").mkdir()
    assert not is_cache_directory(str(tmp_path))


@posix
def test_a_tag_that_is_no_ordinary_file(tmp_path: Path) -> None:
    real = tag(tmp_path, SIGNATURE) / "CACHEDIR.TAG"
    linked, piped = tmp_path / "linked", tmp_path / "piped"
    linked.mkdir()
    piped.mkdir()
    (linked / "CACHEDIR.TAG").symlink_to(real)
    os.mkfifo(piped / "CACHEDIR.TAG")  # nobody writes to it: opening it carelessly would wait for ever
    assert not is_cache_directory(str(linked))
    assert not is_cache_directory(str(piped))


def test_a_tagged_folder_is_left_out_once_listed(tmp_path: Path) -> None:
    tag(tmp_path, SIGNATURE)
    for folder in (str(tmp_path), os.fsencode(tmp_path)):
        for names in ({"a", "CACHEDIR.TAG"}, [b"a", b"CACHEDIR.TAG"]):
            assert selection().judge_listed(folder, names) == CACHE_TAG_RULE
            assert selection(cache_tags=False).judge_listed(folder, names) is None
        assert selection().judge_listed(folder, {"a"}) is None
    (tmp_path / "CACHEDIR.TAG").write_bytes(b"no")
    assert selection().judge_listed(str(tmp_path), {"CACHEDIR.TAG"}) is None


def test_other_file_systems_are_left_out_on_request() -> None:
    assert selection(one_file_system=True).judge_entering(2, 1) == ONE_FILE_SYSTEM_RULE
    assert selection(one_file_system=True).judge_entering(1, 1) is None
    assert selection().judge_entering(2, 1) is None


def test_the_patterns_judge_every_item() -> None:
    chosen = selection("*.log", "!keep.log")
    assert chosen.judge("x/a.log", "a.log", False) == Rule("*.log", "option")
    assert chosen.judge_bytes(b"x/a.log", b"a.log", False) == Rule("*.log", "option")
    assert chosen.judge("keep.log", "keep.log", False) is None


@posix
def test_links_to_folders_are_not_entered(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("folder")
    with os.scandir(tmp_path) as entries:
        assert {entry.name: is_folder(entry) for entry in entries} == {
            "folder": True,
            "file": False,
            "link": False,
        }


def status(mode: int, **facts: int) -> Any:
    """What another system tells of a file: the fields beyond POSIX cannot be had from a real file here."""
    return SimpleNamespace(st_mode=mode, **facts)


@pytest.mark.parametrize(
    ("mode", "facts", "away"),
    [
        (stat.S_IFREG, {}, False),
        (stat.S_IFREG, {"st_file_attributes": 0x20}, False),
        (stat.S_IFREG, {"st_file_attributes": 0x20 | 0x400000}, True),  # OneDrive, not downloaded
        (stat.S_IFREG, {"st_file_attributes": 0x20 | 0x1000}, True),  # moved to slow storage
        (stat.S_IFREG, {"st_file_attributes": 0x20 | 0x80000}, False),  # OneDrive, always on this machine
        (stat.S_IFDIR, {"st_file_attributes": 0x10 | 0x40000}, True),  # would be filled by listing it
        (stat.S_IFDIR, {"st_file_attributes": 0x10 | 0x400 | 0x1000}, False),
        (stat.S_IFREG, {"st_flags": 0x40}, False),
        (stat.S_IFREG, {"st_flags": 0x40000000}, True),  # iCloud
        (stat.S_IFDIR, {"st_flags": 0x40000000}, True),
    ],
)
def test_placeholders(mode: int, facts: dict[str, int], away: bool) -> None:
    assert is_placeholder(status(mode, **facts)) is away


def test_an_ordinary_file_is_no_placeholder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    assert not is_placeholder(os.lstat(tmp_path / "a"))
    assert not is_placeholder(os.lstat(tmp_path))


@pytest.mark.skipif(sys.platform != "win32", reason="the attribute is Windows'")
def test_a_file_that_windows_calls_offline_is_a_placeholder(tmp_path: Path) -> None:
    if sys.platform == "win32":
        import ctypes

        path = tmp_path / "a"
        path.write_bytes(b"a")
        assert ctypes.windll.kernel32.SetFileAttributesW(str(path), 0x1000)
        status_now = os.lstat(path)
        if not status_now.st_file_attributes & 0x1000:
            pytest.skip("this file system does not keep the attribute (Wine)")
        assert is_placeholder(status_now)
