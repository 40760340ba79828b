"""A restore whose process dies: what stands under a name is whole, and the next restore heals the rest."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from cyberlib_client.files.restore_posix import SEAL
from cyberlib_client.files.write_back import Conflict, Outcome
from tests.support.restoring import Restore, Start, unprivileged

pytestmark = pytest.mark.faults

SOURCE = Path(__file__).resolve().parents[2] / "src"


_WRITER = textwrap.dedent(
    """
    import hashlib, resource, signal, sys
    from cyberlib_client.files.write_back import EntryMeta, Target
    root, limit, long = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "long"
    if limit:  # the system ends the process in the middle of a write
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    target = Target(root)
    for n in range(5_000):
        name = b"%d" % n
        content = hashlib.shake_128(name).digest(n * 100)
        meta = EntryMeta(0o640, 0, 0, 0)
        if long:
            file = target.begin_file(target.root, name, len(content), meta)
            for at in range(0, len(content), 4096):
                file.pwrite(at, content[at : at + 4096])
            file.finish()
        else:
            target.write_small(target.root, name, content, meta)
        print(n, flush=True)
    """
)


def _writer(root: Path, limit: int, kind: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(root), str(limit), kind],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )


def _content(name: str) -> bytes:
    return hashlib.shake_128(name.encode()).digest(int(name) * 100)


def _unfinished(root: Path) -> list[Path]:
    """What the dead process left; everything else must be whole."""
    left = []
    for path in root.iterdir():
        if path.name.startswith(".cyberlib-part-") or stat.S_IMODE(path.stat().st_mode) == SEAL:
            left.append(path)
        else:
            assert path.read_bytes() == _content(path.name)
            assert stat.S_IMODE(path.stat().st_mode) == 0o640
    return left


def _restore_again(root: Path, names: range, *, from_above: bool = False) -> None:
    """The next restore, even one that only adds what is missing, heals what the dead one left."""
    restore = Restore(root.parent if from_above else root, conflict=Conflict.SKIP)
    folder = restore.folder(os.fsencode(root.name)) if from_above else restore.root
    for n in names:
        restore.file(b"%d" % n, _content(str(n)), folder)
    restore.target.close()
    assert _unfinished(root) == []
    assert len(list(root.iterdir())) == len(names)


@pytest.mark.parametrize("kind", ["small", "long"])
def test_death_in_the_middle_of_a_write(tmp_path: Path, kind: str) -> None:
    writer = _writer(tmp_path / "target", 20_000, kind)
    output, _ = writer.communicate()
    assert writer.returncode == -signal.SIGXFSZ
    assert output.split()[-1] == b"200"  # the last whole one has 20,000 bytes
    (left,) = _unfinished(tmp_path / "target")
    assert 0 < left.stat().st_size < 20_100 or kind == "long"
    assert not (tmp_path / "target" / "201").exists() or left.name == "201"
    _restore_again(tmp_path / "target", range(210), from_above=True)


@pytest.mark.parametrize("kind", ["small", "long"])
@pytest.mark.parametrize("after", [1, 150, 400])
def test_killed(tmp_path: Path, kind: str, after: int) -> None:
    writer = _writer(tmp_path / "target", 0, kind)
    assert writer.stdout is not None
    for _ in range(after):
        last = int(writer.stdout.readline())
    writer.kill()
    rest = writer.communicate()[0].split()
    assert writer.returncode == -signal.SIGKILL
    last = int(rest[-1]) if rest else last
    names = {path.name for path in (tmp_path / "target").iterdir()}
    assert {str(n) for n in range(last + 1)} <= names
    assert len(_unfinished(tmp_path / "target")) <= 1
    _restore_again(tmp_path / "target", range(last + 2))


_TRYING = """
import os, signal, sys
from cyberlib_client.files.write_back import Target
calls = 0
def unlink(*_args, **_named):
    global calls
    calls += 1
    if calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    real(*_args, **_named)
real, os.unlink = os.unlink, unlink
Target(sys.argv[1])
"""


@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_while_it_tries_what_names_the_disk_takes(tmp_path: Path, at: int) -> None:
    root = tmp_path / "target"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-c", _TRYING, str(root), str(at)]
    assert subprocess.run(command, env=environment, check=False).returncode == -signal.SIGKILL
    assert [path.name[:15] for path in root.iterdir()][:1] == [".cyberlib-part-"]
    _restore_again(root, range(2))


def test_a_sealed_file_cannot_be_read_by_a_user() -> None:
    with unprivileged() as folder:
        path = folder / "f"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SEAL))
        with pytest.raises(PermissionError):
            path.read_bytes()


def test_a_file_of_the_user_is_never_taken_for_an_unfinished_one(start: Start) -> None:
    first = start()
    first.target.close()
    target = first.path
    for name, mode, size in (("a", 0o200, 1), ("b", 0o1600, 1), ("c", SEAL, 9)):
        (target / name).write_bytes(b"u" * size)
        (target / name).chmod(mode)
    (target / "d").mkdir(mode=SEAL)
    restore = start(conflict=Conflict.SKIP)
    for own in (b"a", b"b", b"c", b"d"):
        assert restore.file(own, b"12345") is Outcome.SKIPPED  # `c` is longer than what we would write
    assert (target / "a").read_bytes() == b"u"
    assert (target / "c").read_bytes() == b"u" * 9


def test_leftovers_of_a_living_restore_stay(start: Start, tmp_path: Path) -> None:
    first = start()
    folder = first.folder(b"folder")
    files = [first.long(b"f", 1), first.long(b"f", 1, folder)]
    second = Restore(tmp_path, conflict=Conflict.SKIP)
    second.folder(b"folder", second.folder(b"target"))
    second.target.close()
    for file in files:
        file.pwrite(0, b"x")
        assert file.finish() is Outcome.WRITTEN
