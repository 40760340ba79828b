"""Small file systems of their own, mounted for one test: what they take fails for real."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MIB = 1024 * 1024

_ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))}


def needs_root() -> None:
    """Skips the test where it cannot be run. CI runs as root on Linux: there, a skip is a failure."""
    if sys.platform != "linux":
        pytest.skip("mounts and changes of user are made with Linux's own means")
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("CI must run the tests of faults as root")
        pytest.skip("mounting and changing the user need root")


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, env=_ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stderr}"


@contextmanager
def mounted_tmpfs(at: Path, options: str) -> Iterator[Path]:
    """A tmpfs with options such as `size=2m` or `nr_inodes=40`."""
    needs_root()
    at.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", at)
    try:
        yield at
    finally:
        _run("umount", "-l", at)


def allow(disk: Path, options: str) -> None:
    """Gives a mounted tmpfs other limits."""
    _run("mount", "-o", f"remount,{options}", disk)


@contextmanager
def mounted_ext4(at: Path, size: int, *options: str) -> Iterator[Path]:
    """A fresh ext4 of `size` bytes in a file beside `at`; `options` are mkfs.ext4's."""
    needs_root()
    at.mkdir(parents=True)
    image = at.with_name(at.name + ".img")
    with image.open("wb") as file:
        file.truncate(size)
    _run("mkfs.ext4", "-q", "-F", "-m", "0", *options, image)
    _run("mount", "-o", "loop", image, at)
    try:
        (at / "lost+found").rmdir()
        yield at
    finally:
        _run("umount", "-l", at)
        image.unlink()


class Stick:
    """A disk that is plugged in and pulled out: an ext4 in a file, mounted wherever the system likes."""

    def __init__(self, image: Path, size: int) -> None:
        needs_root()
        self._image = image
        self._at: Path | None = None
        with image.open("wb") as file:
            file.truncate(size)
        _run("mkfs.ext4", "-q", "-F", "-m", "0", image)

    def plug(self, at: Path, options: str = "rw") -> Path:
        at.mkdir(parents=True, exist_ok=True)
        _run("mount", "-o", f"loop,{options}", self._image, at)
        self._at = at
        return at

    def pull(self) -> None:
        """Out, whoever is at work on it: its place is an empty folder at once."""
        if self._at is not None:
            _run("umount", "-l", self._at)
            self._at = None

    def write_protect(self) -> None:
        _run("mount", "-o", "remount,ro", str(self._at))


@contextmanager
def stick(image: Path, size: int = 64 * MIB) -> Iterator[Stick]:
    """A disk that is not plugged in yet."""
    made = Stick(image, size)
    try:
        yield made
    finally:
        made.pull()
        image.unlink()


@contextmanager
def mounted_btrfs(at: Path, size: int = 120 * MIB) -> Iterator[Path]:
    """A fresh btrfs of `size` bytes in a file beside `at`."""
    needs_root()
    at.mkdir(parents=True)
    image = at.with_name(at.name + ".img")
    with image.open("wb") as file:
        file.truncate(size)
    _run("mkfs.btrfs", "-q", "-M", image)
    _run("mount", "-o", "loop", image, at)
    try:
        yield at
    finally:
        _run("umount", "-l", at)
        image.unlink()


def subvolume(at: Path) -> Path:
    """A new subvolume of a btrfs."""
    _run("btrfs", "subvolume", "create", at)
    return at


@contextmanager
def failing_files(backing: Path, at: Path, orders: Path) -> Iterator[Path]:
    """The folder `backing` seen at `at` through a file system that fails as `orders` says.

    `orders` is a file, read anew at every call: see failing_files.py. What failed is counted in a file
    beside it, for `injected`.
    """
    needs_root()
    at.mkdir(parents=True)
    orders.touch()
    program = Path(__file__).with_name("failing_files.py")
    process = subprocess.Popen([sys.executable, program, backing, at, orders], stdin=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            if os.path.ismount(at) or process.poll() is not None:
                break
            time.sleep(0.05)
        assert os.path.ismount(at), "the failing file system did not come up"
        yield at
    finally:
        if os.path.ismount(at):
            _run("umount", "-l", at)
        try:
            process.wait(timeout=180)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def injected(orders: Path) -> dict[str, int]:
    """How often each order was carried out: `{"read EIO": 2}`."""
    log = orders.with_name(orders.name + ".log")
    counts: dict[str, int] = {}
    for line in log.read_text().splitlines() if log.exists() else ():
        counts[line] = counts.get(line, 0) + 1
    return counts


def free_bytes(at: Path) -> int:
    """What the file system of `at` still takes."""
    status = os.statvfs(at)
    return status.f_bavail * status.f_frsize


def fill(at: Path, leave: int, name: str = "ballast") -> Path:
    """Fills the file system of `at` until `leave` bytes are free; the file that does it."""
    ballast = at / name
    with ballast.open("ab", buffering=0) as file:
        while (room := free_bytes(at) - leave) > 0:
            try:
                file.write(bytes(min(room, MIB)))
            except OSError:
                break
        os.fsync(file.fileno())
    return ballast
