"""The store in a folder where Windows has its own ideas: long paths, names it rewrites, absent drives."""

from __future__ import annotations

import os
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.ports import OBJECT_KINDS
from cyberlib_client.transports.folder import FolderStore
from tests.contract.store_contract import HEX

windows = pytest.mark.skipif(sys.platform != "win32", reason="paths of Windows")
_EVENTS = {"open", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.scandir"}
_seen: list[str] | None = None
_hooked = False


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is not None and event in _EVENTS:
        _seen.extend(path for path in arguments[:2] if isinstance(path, str) and len(path) > 3)


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """The paths that the system is asked for."""
    global _hooked, _seen
    if not _hooked:  # there is no way to take it off again
        sys.addaudithook(_note)
        _hooked = True
    _seen = []
    yield _seen
    _seen = None


def _use(root: str) -> FolderStore:
    store = FolderStore.make(root)
    store.put("vault", b"v")
    for kind in OBJECT_KINDS:
        store.put(f"{kind}/{HEX}", b"one", b"two")
        assert [found.name for found in store.list(kind)] == [f"{kind}/{HEX}"]
        assert store.get(f"{kind}/{HEX}") == b"onetwo"
        assert store.size(f"{kind}/{HEX}") == 6
    store.delete(f"packs/{HEX}")
    assert list(store.list("packs")) == []
    assert FolderStore(root).get("vault") == b"v"
    return store


def test_a_vault_in_a_deep_folder(tmp_path: Path) -> None:
    root = os.path.join(str(tmp_path), *("d" * 60 for _ in range(6)), "coffre")
    assert len(root) > 360
    assert _use(root).location == root


@windows
def test_windows_is_asked_in_the_form_that_has_no_limit(tmp_path: Path, asked: list[str]) -> None:
    """Without it, a Windows that was not told otherwise stops at 260 letters."""
    _use(str(tmp_path / "coffre"))
    assert len(asked) > 20
    assert {path[:7] for path in asked} == {f"\\\\?\\{tmp_path.drive}\\"}


@windows
def test_a_drive_that_is_not_there(tmp_path: Path) -> None:
    free = next(c for c in string.ascii_uppercase[3:] if not os.path.exists(f"{c}:\\"))
    for make in (FolderStore, FolderStore.make):
        with pytest.raises(CyberlibError) as absent:
            make(f"{free}:\\Sauvegardes\\coffre").put("vault", b"x")
        assert absent.value.code == "store_absent"
        assert absent.value.facts["at"] == f"{free}:\\Sauvegardes\\coffre"
