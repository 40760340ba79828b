"""A session bus with a real GNOME Keyring on it; nothing on macOS and Windows, which always have theirs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_PASSWORD = b"not secret"


@dataclass(frozen=True)
class Keychain:
    """How to reach the bus."""

    environment: dict[str, str]

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """From now on this test's keychain is the one on the bus."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)


@contextmanager
def keychain_session(folder: Path, *, unlocked: bool = True) -> Iterator[Keychain | None]:
    """The keychain lives in `folder` and stays there; `unlocked=False` leaves it shut, with nobody to ask."""
    if sys.platform != "linux":
        yield None
        return
    with ExitStack() as stack:
        sockets = stack.enter_context(TemporaryDirectory())  # their paths must be short
        environment = {"XDG_DATA_HOME": str(folder), "XDG_RUNTIME_DIR": sockets}
        start_bus(stack, environment)
        options = ["--foreground", "--components=secrets", *(["--unlock"] if unlocked else [])]
        keyring = _start(stack, environment, "gnome-keyring-daemon", *options)
        assert keyring.stdin is not None and keyring.stdout is not None
        with keyring.stdin:
            keyring.stdin.write(_PASSWORD)
        keyring.stdout.readline()  # it tells its control folder once it is up
        yield Keychain(environment)


def start_bus(stack: ExitStack, environment: dict[str, str]) -> None:
    """A bus with nobody on it; its address is put into the environment."""
    bus = _start(stack, environment, "dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address")
    assert bus.stdout is not None
    environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()


def _start(stack: ExitStack, environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError:
        pytest.fail(
            f"{command[0]} is missing: the keychain is tested for real. Install dbus and gnome-keyring."
        )
    stack.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
