"""The store in a folder: the contract, and what only a file system can do to it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed, IntegrityError, Unreachable
from cyberlib_client.core.ports import OBJECT_KINDS, Store
from cyberlib_client.transports.folder import FolderStore
from tests.contract.store_contract import HEX, StoreContract, name_of

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX alone has this")
SRC = Path(__file__).parents[2] / "src"
LONG_AGO = time.time() - 25 * 3600


class TestFolderStore(StoreContract):
    dated = True

    def make(self, at: Path) -> Store:
        return FolderStore.make(str(at / "coffre"))

    def reopen(self, store: Store, at: Path) -> Store:
        return FolderStore(str(at / "coffre"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "coffre"


@pytest.fixture
def store(root: Path) -> FolderStore:
    return FolderStore.make(str(root))


def files(root: Path) -> dict[str, int]:
    """Every file below the store, with its size."""
    return {p.relative_to(root).as_posix(): p.stat().st_size for p in root.rglob("*") if p.is_file()}


# ---- where things lie: docs/format says so, and the rescue program relies on it --------------------


def test_places(root: Path, store: FolderStore) -> None:
    store.put("vault", b"v")
    for kind in OBJECT_KINDS:
        store.put(f"{kind}/{HEX}", kind.encode())
    assert files(root) == {
        "vault": 1,
        f"slots/{HEX}": 5,
        f"index/{HEX}": 5,
        f"lookups/{HEX}": 7,
        f"snapshots/{HEX}": 9,
        f"retired/{HEX}": 7,
        f"packs/{HEX[:2]}/{HEX}": 5,
    }


def test_location_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    store = FolderStore.make("coffre")
    monkeypatch.chdir(tmp_path.parent)
    store.put("vault", b"v")
    assert store.location == str(tmp_path / "coffre")
    assert (tmp_path / "coffre" / "vault").read_bytes() == b"v"


@posix
def test_everything_is_its_owners_alone(root: Path, store: FolderStore) -> None:
    before = os.umask(0)
    try:
        store.put(f"packs/{HEX}", b"x")
    finally:
        os.umask(before)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (root, *root.rglob("*"))}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_strangers_in_the_folder_are_no_objects(root: Path, store: FolderStore) -> None:
    """Systems and people leave files everywhere."""
    store.put(f"packs/{HEX}", b"x")
    store.put(f"index/{HEX}", b"x")
    for folder in (root / "packs", root / "packs" / HEX[:2], root / "index"):
        for name in (".DS_Store", "Thumbs.db", "zz", f"{HEX}.part", HEX[:-1] + "G", "lisez-moi.txt"):
            (folder / name).write_bytes(b"stranger")
    (root / "packs" / "lost+found").mkdir()
    (root / "packs" / "00").write_bytes(b"a file where a folder should be")
    assert list(store.list("packs")) == [(f"packs/{HEX}", 1)]
    assert list(store.list("index")) == [(f"index/{HEX}", 1)]


# ---- whole or absent ------------------------------------------------------------------------------


@contextlib.contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch, root: Path) -> Iterator[list[tuple[str, str]]]:
    """The calls that make a put durable, in order, with the path each concerns below the store."""
    calls: list[tuple[str, str]] = []
    paths: dict[int, str] = {}
    real_open, real_sync, real_rename = os.open, os.fsync, os.rename

    def short(path: Any) -> str:
        told = os.path.relpath(os.fspath(path), root).replace(os.sep, "/")
        return "tmp/*" if told.startswith("tmp/") else told

    def open_(path: Any, *args: Any, **kwargs: Any) -> int:
        fd = real_open(path, *args, **kwargs)
        paths[fd] = short(path)
        return fd

    def sync(fd: int) -> None:
        real_sync(fd)
        calls.append(("sync", paths[fd]))

    def rename(a: Any, b: Any) -> None:
        real_rename(a, b)
        calls.append(("rename", short(b)))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_)
        patch.setattr(os, "fsync", sync)
        patch.setattr(os, "rename", rename)
        yield calls


@posix
def test_order_that_survives_a_power_cut(
    root: Path, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"packs/{HEX[:2]}/{HEX}"
    with recorded(monkeypatch, root) as calls:
        store.put(f"packs/{HEX}", b"x")
    # New folders are durable in their parents before anything relies on them; then the bytes, then the
    # name, then the folder that holds the name.
    assert calls.index(("sync", "tmp/*")) < calls.index(("rename", place))
    assert calls[-2:] == [("rename", place), ("sync", f"packs/{HEX[:2]}")]
    assert {("sync", "."), ("sync", "packs")} <= set(calls[: calls.index(("rename", place))])
    with recorded(monkeypatch, root) as calls:
        store.put(f"packs/{HEX[:-1]}0", b"y")
    assert calls == [
        ("sync", "tmp/*"),
        ("rename", f"packs/{HEX[:2]}/{HEX[:-1]}0"),
        ("sync", f"packs/{HEX[:2]}"),
    ]


@posix
def test_an_object_that_is_there_is_made_durable_too(
    root: Path, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever put it may have died before flushing the folder; `put` promises durability to us as well."""
    store.put(f"index/{HEX}", b"x")
    with recorded(monkeypatch, root) as calls:
        store.put(f"index/{HEX}", b"x")
    assert calls == [("sync", "index")]


_PUT_LIMITED = """
import resource, signal, sys
sys.path.insert(0, sys.argv[1])
from cyberlib_client.core.errors import Failed
from cyberlib_client.transports.folder import FolderStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    FolderStore(sys.argv[2]).put(sys.argv[3], bytes(60_000), bytes(60_000))
except Failed as error:
    print(error.code, error.facts["at"] == sys.argv[2])
"""


@posix
def test_no_room_leaves_nothing(root: Path, store: FolderStore) -> None:
    """The system itself refuses to let the file grow."""
    command = [sys.executable, "-c", _PUT_LIMITED, str(SRC), str(root), f"packs/{HEX}"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["store_full", "True"]
    assert files(root) == {}
    assert store.size(f"packs/{HEX}") is None
    store.put(f"packs/{HEX}", b"whole")
    assert store.get(f"packs/{HEX}") == b"whole"


_PUT_MANY = """
import sys
sys.path.insert(0, sys.argv[1])
from cyberlib_client.transports.folder import FolderStore
store = FolderStore(sys.argv[2])
me = int(sys.argv[4])
sys.stdin.readline()
store.put(sys.argv[3], b"same" * 100_000)
for number in range(10):
    store.put("index/" + f"{me * 10 + number:064x}", b"%d" % number * 1000)
"""


def test_processes_may_put_at_once(root: Path, store: FolderStore) -> None:
    data = b"same" * 100_000
    command = [sys.executable, "-c", _PUT_MANY, str(SRC), str(root), name_of(data)]
    runs = [
        subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for number in range(3)
    ]
    for run in runs:  # all have started; now all go on
        assert run.stdin is not None
        run.stdin.write(b"\n")
        run.stdin.flush()
    for run in runs:
        _, error = run.communicate()
        assert (run.returncode, error) == (0, b"")
    assert store.get(name_of(data)) == data
    assert list(store.list("packs")) == [(name_of(data), len(data))]
    assert len(list(store.list("index"))) == 30
    assert all(size == 1000 for _, size in store.list("index"))
    assert not [path for path in files(root) if path.startswith("tmp/")]


def test_sweeps_what_a_dead_run_left(root: Path, store: FolderStore) -> None:
    (root / "tmp").mkdir()
    dead, living, strange = (root / "tmp" / name for name in ("0" * 32, "1" * 32, "lettre.odt"))
    for path in (dead, living, strange):
        path.write_bytes(b"half")
    for path in (dead, strange):
        os.utime(path, (LONG_AGO, LONG_AGO))
    assert list(store.list("packs")) == []
    assert dead.exists(), "reading sweeps nothing"
    store.put(f"packs/{HEX}", b"x")
    assert not dead.exists()
    assert living.exists(), "another run may be writing it"
    assert strange.exists(), "no run made it"


# ---- hostile: whoever holds the folder may put links and fifos in it --------------------------------


@posix
@pytest.mark.parametrize("place", ["packs", f"packs/{HEX[:2]}", "tmp"])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_writes_nothing_behind_a_link(root: Path, store: FolderStore, place: str, when: str) -> None:
    if when == "meanwhile":
        store.put(f"packs/{HEX[:-1]}0", b"y")
        shutil.rmtree(root / place)
    outside = root.parent / "documents"
    outside.mkdir()
    (root / place).parent.mkdir(exist_ok=True)
    (root / place).symlink_to(outside)
    with pytest.raises(Unreachable) as refused:
        store.put(f"packs/{HEX}", b"x")
    assert refused.value.code == "store_unusable"
    assert "link" in str(refused.value.facts["reason"])
    assert files(outside) == {}


@posix
@pytest.mark.parametrize("place", ["index", "packs", f"packs/{HEX[:2]}"])
def test_deletes_nothing_behind_a_link(root: Path, store: FolderStore, place: str) -> None:
    name = f"{place.partition('/')[0]}/{HEX}"
    store.put(name, b"x")
    elsewhere = root.parent / "elsewhere"
    (root / place).rename(elsewhere)
    (root / place).symlink_to(elsewhere)
    with pytest.raises(Unreachable):
        store.delete(name)
    assert list(files(elsewhere).values()) == [1]
    assert store.get(name) == b"x", "what is read is authenticated, wherever it lies"


@posix
def test_the_store_itself_may_be_reached_by_a_link(tmp_path: Path, root: Path, store: FolderStore) -> None:
    """A disk that is mounted elsewhere today."""
    link = tmp_path / "lien"
    link.symlink_to(root)
    reached = FolderStore(str(link))
    reached.put(f"packs/{HEX}", b"x")
    assert list(store.list("packs")) == [(f"packs/{HEX}", 1)]
    reached.delete(f"packs/{HEX}")
    assert list(store.list("packs")) == []


@posix
def test_sweeps_nothing_behind_a_link(tmp_path: Path, root: Path, store: FolderStore) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    letters = [documents / name for name in ("lettre.odt", "0" * 32)]
    for letter in letters:
        letter.write_bytes(b"old")
        os.utime(letter, (LONG_AGO, LONG_AGO))
    (root / "tmp").symlink_to(documents)
    with pytest.raises(Unreachable):
        store.put(f"packs/{HEX}", b"x")
    assert all(letter.exists() for letter in letters)


@posix
def test_what_is_no_object_gives_way_to_one(tmp_path: Path, root: Path, store: FolderStore) -> None:
    """Else a copy would be told as whole, for ever, that lacks what it says to hold."""
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    fifo, link, folder = (name_of(data) for data in (b"1", b"2", b"3"))
    places = [root / "packs" / name[6:8] / name[6:] for name in (fifo, link, folder)]
    for place in places:
        place.parent.mkdir(parents=True)
    os.mkfifo(places[0])
    places[1].symlink_to(outside)
    places[2].mkdir()
    store.put(fifo, b"1")
    store.put(link, b"2")
    assert [store.get(fifo), store.get(link), outside.read_bytes()] == [b"1", b"2", b"precious"]
    with pytest.raises(CyberlibError):
        store.put(folder, b"3")


@posix
def test_links_and_fifos_are_no_objects(tmp_path: Path, root: Path, store: FolderStore) -> None:
    """A fifo would be waited for for ever; a link that leads to itself would stop every listing."""
    store.put(f"index/{HEX}", b"x")
    outside = tmp_path / "outside"
    outside.write_bytes(b"not of this store")
    fifo, loop, link = (f"index/{HEX[:-1]}{end}" for end in "123")
    os.mkfifo(root / fifo)
    (root / loop).symlink_to(root / loop)
    (root / link).symlink_to(outside)
    (root / "vault").mkdir()
    assert list(store.list("index")) == [(f"index/{HEX}", 1)]
    for name in (fifo, loop, link, "vault"):
        for length in (None, 10):
            with pytest.raises(IntegrityError) as refused:
                store.get(name, 0, length)
            assert refused.value.code == "object_missing"


# ---- the folder goes away -------------------------------------------------------------------------


def every_door(store: FolderStore) -> dict[str, Any]:
    return {
        "put": lambda: store.put(f"packs/{HEX}", b"x"),
        "put vault": lambda: store.put("vault", b"x"),
        "get": lambda: store.get(f"packs/{HEX}"),
        "size": lambda: store.size("vault"),
        "list": lambda: list(store.list("snapshots")),
        "list packs": lambda: list(store.list("packs")),
        "delete": lambda: store.delete(f"packs/{HEX}"),
    }


@pytest.mark.parametrize("door", every_door(FolderStore("x")))
def test_a_vanished_folder_is_told(root: Path, store: FolderStore, door: str) -> None:
    """A disk that is not plugged in is no empty vault, and nothing is written in its place."""
    store.put(f"packs/{HEX}", b"x")
    shutil.rmtree(root)
    for each in (store, FolderStore(str(root))):
        with pytest.raises(Unreachable) as gone:
            every_door(each)[door]()
        assert gone.value.code == "store_absent"
        assert gone.value.facts["at"] == str(root)
    assert not root.exists()


def test_a_folder_that_was_emptied_takes_objects_again(root: Path, store: FolderStore) -> None:
    store.put(f"packs/{HEX}", b"x")
    shutil.rmtree(root)
    root.mkdir()
    store.put(f"packs/{HEX}", b"new")
    assert store.get(f"packs/{HEX}") == b"new"
    assert list(store.list("packs")) == [(f"packs/{HEX}", 3)]


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "lettre.txt").write_text("bonjour")
    for make in (FolderStore, FolderStore.make):
        for inside in ("lettre.txt", "lettre.txt/coffre"):
            with pytest.raises(CyberlibError) as refused:
                make(str(tmp_path / inside)).put("vault", b"x")
            assert refused.value.code in ("store_absent", "store_unusable")
    assert (tmp_path / "lettre.txt").read_text() == "bonjour"


def test_makes_the_folders_above(tmp_path: Path) -> None:
    store = FolderStore.make(str(tmp_path / "a" / "b" / "coffre"))
    store.put("vault", b"x")
    assert (tmp_path / "a" / "b" / "coffre" / "vault").is_file()


# ---- rights ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def as_nobody() -> Iterator[None]:
    """Without root's rights: the system itself judges."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def reachable(tmp_path: Path) -> Path:
    """A folder whose parents everybody may enter."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_mode & 0o711 != 0o711 and folder.stat().st_uid == os.geteuid():
            folder.chmod(folder.stat().st_mode | 0o711)
    return tmp_path


@posix
def test_no_right_to_write(reachable: Path) -> None:
    store = FolderStore.make(str(reachable / "coffre"))
    store.put(f"packs/{HEX}", b"x")
    folders = [p for p in (reachable / "coffre").rglob("*") if p.is_dir()]
    for folder in (*folders, reachable / "coffre"):
        folder.chmod(0o555)
    (reachable / "coffre" / "packs" / HEX[:2] / HEX).chmod(0o444)
    with as_nobody():
        for refused in (lambda: store.put("vault", b"x"), lambda: store.delete(f"packs/{HEX}")):
            with pytest.raises(Failed) as denied:
                refused()
            assert denied.value.code == "store_denied"
        assert store.get(f"packs/{HEX}") == b"x"
    for folder in (reachable / "coffre", *folders):
        folder.chmod(0o755)


@posix
def test_no_right_to_read(reachable: Path) -> None:
    store = FolderStore.make(str(reachable / "coffre"))
    store.put(f"packs/{HEX}", b"x")
    file = reachable / "coffre" / "packs" / HEX[:2] / HEX
    for folder in (reachable / "coffre", reachable / "coffre" / "packs", file.parent):
        folder.chmod(0o755)
    file.chmod(0)
    with as_nobody(), pytest.raises(Failed) as denied:
        store.get(f"packs/{HEX}")
    assert denied.value.code == "store_denied"
