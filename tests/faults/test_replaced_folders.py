"""A folder that is exchanged while it is backed up: for a link, for another, or moved elsewhere.

Somebody who may write in a source could otherwise make a backup with more rights read what is not theirs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.files.folder import Folder
from cyberlib_client.services.browse import entry_at
from cyberlib_client.system import this_system
from tests.support.trees import make_tree, told
from tests.support.vaults import VaultKit, restored_path, source_of

if sys.platform == "win32":
    pytest.skip("folders are reached by their paths on Windows", allow_module_level=True)

import resource

pytestmark = pytest.mark.faults

SECRET = b"what the backup may read and the user may not"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "secret", {"x": SECRET, "other": SECRET})


def before(monkeypatch: pytest.MonkeyPatch, method: str, name: bytes, act: Any) -> list[bytes]:
    """Does `act` once, just before `Folder.method` is called for `name`; what was called, then."""
    real, done = getattr(Folder, method), []

    def called(where: Folder, what: bytes, *rest: Any) -> Any:
        if what == name and not done:
            done.append(what)
            act()
        return real(where, what, *rest)

    monkeypatch.setattr(Folder, method, called)
    return done


def contents(kit: VaultKit, folder: Path, to: Path) -> dict[str, bytes | None]:
    kit.restore(to)
    return {path: item.content for path, item in told(restored_path(to, folder)).items()}


@pytest.mark.parametrize("method", ["status", "enter"])
def test_a_folder_becomes_a_link_before_it_is_entered(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a": {"x": b"mine"}, "b": b"temoin"})

    def exchange() -> None:
        (folder / "a").rename(folder / "old")
        (folder / "a").symlink_to(secret)

    done = before(monkeypatch, method, b"a", exchange)
    kit = VaultKit()
    result = kit.backup(folder)
    assert done
    assert [i.code for i in result.incidents] == ["vanished"]
    assert contents(kit, folder, tmp_path / "out") == {"b": b"temoin"}


@pytest.mark.parametrize("method", ["status", "open"])
def test_a_folder_becomes_a_link_while_its_files_are_read(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """What is read is what was there when the folder was entered."""
    folder = make_tree(tmp_path / "cabinet", {"a": {"b": {"x": b"mine"}}})

    def exchange() -> None:
        (folder / "a").rename(tmp_path / "elsewhere")
        (folder / "a").mkdir()
        (folder / "a" / "b").symlink_to(secret)

    done = before(monkeypatch, method, b"x", exchange)
    kit = VaultKit()
    result = kit.backup(folder)
    assert done
    assert result.incidents == []
    assert contents(kit, folder, tmp_path / "out")["a/b/x"] == b"mine"


def test_a_link_is_told_of_where_it_was(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a": {}})
    (folder / "a" / "link").symlink_to("mine")
    (secret / "link").symlink_to(os.fsdecode(SECRET))

    def exchange() -> None:
        (folder / "a").rename(tmp_path / "elsewhere")
        (folder / "a").symlink_to(secret)

    done = before(monkeypatch, "target_of", b"link", exchange)
    kit = VaultKit()
    kit.backup(folder)
    assert done
    kit.restore(tmp_path / "out")
    assert os.readlink(restored_path(tmp_path / "out", folder) / "a" / "link") == "mine"


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="links carry what only root may set")
def test_attributes_of_a_link_are_those_of_the_link(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_tree(tmp_path / "cabinet", {"a": {}})
    (folder / "a" / "link").symlink_to("mine")
    (secret / "link").symlink_to("mine")
    os.setxattr(secret / "link", "trusted.note", SECRET, follow_symlinks=False)

    def exchange() -> None:
        (folder / "a").rename(tmp_path / "elsewhere")
        (folder / "a").symlink_to(secret)

    done = before(monkeypatch, "target_of", b"link", exchange)
    kit = VaultKit(metadata=this_system().metadata)
    kit.backup(folder)
    assert done
    link = entry_at(kit.reader(), kit.root(), source_of(folder).path + b"/a/link")
    assert link.content == b"mine"
    assert link.extra is None


# ---- deep trees: not every folder on the way can stay open ---------------------------------------


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    """A process that may hold few files more than it has open."""
    old = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(map(int, os.listdir("/dev/fd"))) + 90, old[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, old)


def deep(folder: Path, depth: int, name: str = "d") -> Path:
    """Folders in one another with a file beside each, on both sides of it in order of names."""
    folder.mkdir()
    here = os.open(folder, os.O_RDONLY)
    for number in range(depth):
        for side in ("a", "z"):
            fd = os.open(side, os.O_WRONLY | os.O_CREAT, dir_fd=here)
            os.write(fd, f"{side}{number}".encode())
            os.close(fd)
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    return folder


@pytest.mark.usefixtures("few_descriptors")
def test_a_tree_deeper_than_files_can_be_open(tmp_path: Path) -> None:
    folder = deep(tmp_path / "cabinet", 400)
    kit = VaultKit()
    result = kit.backup(folder)
    assert result.incidents == []
    assert (result.statistics.files, result.statistics.directories) == (800, 401)
    found = contents(kit, folder, tmp_path / "out")
    for number in (0, 100, 399):
        assert found["d/" * number + "a"] == f"a{number}".encode()
        assert found["d/" * number + "z"] == f"z{number}".encode()
    assert kit.backup(folder).statistics.new_files == 0


def test_a_path_longer_than_the_system_takes(tmp_path: Path) -> None:
    folder = deep(tmp_path / "cabinet", 30, "n" * 200)
    assert 30 * 200 > 4096
    kit = VaultKit()
    result = kit.backup(folder)
    assert result.incidents == []
    assert result.statistics.files == 60
    path = source_of(folder).path + b"/" + b"/".join([b"n" * 200] * 29) + b"/z"
    entry = entry_at(kit.reader(), kit.root(), path)
    assert kit.reader().chunk(entry.content) == b"z29"


@pytest.mark.usefixtures("few_descriptors")
@pytest.mark.parametrize("back", ["a link", "another folder", "nothing", "itself"])
def test_a_deep_folder_is_moved_elsewhere(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch, back: str
) -> None:
    """What was not walked yet is told, and nothing is read of what took its place."""
    folder = deep(tmp_path / "cabinet", 100)
    place = folder.joinpath(*["d"] * 10)
    (secret / "z").write_bytes(SECRET)

    def move() -> None:
        """At the deepest folder, when the upper ones are closed."""
        place.rename(tmp_path / "elsewhere")
        if back == "a link":
            place.symlink_to(secret)
        elif back == "another folder":
            secret.rename(place)
        elif back == "itself":
            (tmp_path / "elsewhere").rename(place)

    done = before(monkeypatch, "status", b"z", move)
    kit = VaultKit()
    result = kit.backup(folder)
    assert done
    codes = {i.code for i in result.incidents}
    assert codes == (set() if back == "itself" else {"inconsistent"})
    assert result.unread == len(result.incidents)
    found = contents(kit, folder, tmp_path / "out")
    assert SECRET not in found.values()
    for number in range(100):
        assert found["d/" * number + "a"] == f"a{number}".encode()
        if number < 10 or number > 50:
            assert found["d/" * number + "z"] == f"z{number}".encode()
    assert ("d/" * 10 + "z" in found) == (back == "itself")
