"""System packages: installed on Debian and its kin where that is allowed, else named."""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from .process import note

# Package: a program by which it is recognised. What the tests of faults, keychain and completion need.
TEST_PROGRAMS = {
    "acl": "setfacl",
    "attr": "setfattr",
    "btrfs-progs": "mkfs.btrfs",
    "chromium-headless-shell": "chromium-headless-shell",
    "dbus": "dbus-run-session",
    "e2fsprogs": "mkfs.ext4",
    "faketime": "faketime",
    "fish": "fish",
    "fuse3": "fusermount3",
    "gnome-keyring": "gnome-keyring-daemon",
    "iproute2": "ip",
    "mount": "mount",
    "nftables": "nft",
    "nginx-light": "nginx",
    "nodejs": "node",
    "npm": "npm",
    "postgresql": "pg_lsclusters",
    "systemd": "systemd-analyze",
    "xvfb": "Xvfb",
    "zsh": "zsh",
}
# Package: a library by which it is recognised. What Qt needs to draw without a screen.
WINDOW_LIBRARIES = {
    "libdbus-1-3": "libdbus-1.so.3",
    "libegl1": "libEGL.so.1",
    "libfontconfig1": "libfontconfig.so.1",
    "libgl1": "libGL.so.1",
    "libglib2.0-0": "libglib-2.0.so.0",
    "libxkbcommon0": "libxkbcommon.so.0",
}
# Package: a file by which it is recognised. What reads the window as a screen reader does.
SCREEN_READER_FILES = {
    "at-spi2-core": "/usr/libexec/at-spi-bus-launcher",
    "libxcb-cursor0": "/usr/lib/*/libxcb-cursor.so.0",
    "libxcb-icccm4": "/usr/lib/*/libxcb-icccm.so.4",
    "libxcb-keysyms1": "/usr/lib/*/libxcb-keysyms.so.1",
    "libxkbcommon-x11-0": "/usr/lib/*/libxkbcommon-x11.so.0",
    "python3-pyatspi": "/usr/lib/python3/dist-packages/pyatspi",
}
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))


def provide_test_programs() -> None:
    """Install what is missing, or say what is missing; the tests that need it then fail and say so."""
    if sys.platform != "linux":
        return
    missing = [package for package, program in TEST_PROGRAMS.items() if not _has(program)]
    missing += [package for package, library in WINDOW_LIBRARIES.items() if not _loads(library)]
    missing += [package for package, file in SCREEN_READER_FILES.items() if not glob.glob(file)]
    if missing and not install(missing):
        note(f"please install, for the tests: {' '.join(missing)}")


def install(packages: Sequence[str]) -> bool:
    """By apt-get, as root or through sudo at a terminal. True when it is done."""
    if sys.platform != "linux" or not _has("apt-get"):
        return False
    if os.geteuid() == 0:
        prefix = []
    elif sys.stdin.isatty() and _has("sudo"):
        prefix = ["sudo"]
    else:
        return False
    get = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    command = [*get, "install", "--yes", "--no-install-recommends", *packages]
    note(f"installing system packages: {' '.join(packages)}")
    # A fresh machine has no list of packages, and an old one is out of date: the first try may fail.
    return _run(command, show=False) or (_run([*get, "update"]) and _run(command))


def _run(command: Sequence[str], show: bool = True) -> bool:
    """Run quietly; what it printed is shown only when it fails. (sudo asks on the terminal itself.)"""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0 and show:
        sys.stderr.buffer.write(done.stdout)
    return done.returncode == 0


def _has(program: str) -> bool:
    return shutil.which(program, path=_PATH) is not None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
