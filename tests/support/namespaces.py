"""Two network namespaces of Linux with one line between them: it has a rate, loses packets, and goes down.

A thread steps into one (`inside`): sockets that it and the threads it starts make from then on belong there.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CLIENT, HOST = "198.18.0.1", "198.18.0.2"
"""Addresses for tests of networks (RFC 2544), seen in these namespaces alone."""

_CLONE_NEWNET = 0x40000000
_ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))}
_numbers = itertools.count()


class Network:
    """The line, and the namespaces at its ends."""

    def __init__(self, client: str, host: str) -> None:
        self._names = {CLIENT: client, HOST: host}

    @contextmanager
    def inside(self, end: str) -> Iterator[None]:
        """Within, this thread is at that end."""
        with open(f"/proc/self/task/{threading.get_native_id()}/ns/net", "rb") as before:
            with open(f"/run/netns/{self._names[end]}", "rb") as there:
                _enter(there.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def rate(self, mbit: float, wait: int = 400) -> None:
        """Bytes pass no faster, either way; what waits longer than `wait` ms is dropped."""
        for name in self._names.values():
            limit = ["rate", f"{int(mbit * 1000)}kbit", "burst", "16kb", "latency", f"{wait}ms"]
            _run("tc", "-n", name, "qdisc", "replace", "dev", "line", "root", "tbf", *limit)

    def lose(self, thousandths: int) -> None:
        """So many of 1,000 packets are lost, either way."""
        for name in self._names.values():
            rules = (
                "table inet loss { chain arriving { type filter hook input priority 0; policy accept; "
                f'iifname "line" numgen random mod 1000 < {thousandths} counter drop; }}; }};'
            )
            _run("ip", "netns", "exec", name, "nft", rules)

    def lost(self) -> int:
        """How many packets were."""
        total = 0
        for name in self._names.values():
            words = _run("ip", "netns", "exec", name, "nft", "list", "table", "inet", "loss").split()
            total += int(words[words.index("packets") + 1])
        return total

    def down(self) -> None:
        """Nothing passes from now on."""
        _run("ip", "-n", self._names[HOST], "link", "set", "line", "down")

    def up(self) -> None:
        """It does again."""
        _run("ip", "-n", self._names[HOST], "link", "set", "line", "up")

    def mend(self) -> None:
        """Without limits or losses from now on."""
        for name in self._names.values():
            _run("tc", "-n", name, "qdisc", "replace", "dev", "line", "root", "pfifo_fast")
            _run("ip", "netns", "exec", name, "nft", "flush", "ruleset")
        self.up()

    def carried(self) -> int:
        """Bytes that the client's end has sent."""
        path = "/sys/class/net/line/statistics/tx_bytes"
        return int(_run("ip", "netns", "exec", self._names[CLIENT], "cat", path))


@contextmanager
def network() -> Iterator[Network]:
    """A line without faults, until the end of the block."""
    needs_namespaces()
    number = f"{os.getpid()}-{next(_numbers)}"
    made = {CLIENT: f"cyberlib-c-{number}", HOST: f"cyberlib-h-{number}"}
    try:
        for name in made.values():
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        ends = ("netns", made[CLIENT], "type", "veth", "peer", "name", "line", "netns", made[HOST])
        _run("ip", "link", "add", "line", *ends)
        for address, name in made.items():
            # Packets as a line has them: none put together beyond its size.
            _run("ip", "-n", name, "link", "set", "line", "gso_max_segs", "1")
            _run("ip", "-n", name, "address", "add", f"{address}/30", "dev", "line")
            _run("ip", "-n", name, "link", "set", "line", "up")
        yield Network(made[CLIENT], made[HOST])
    finally:
        for name in made.values():
            subprocess.run(
                ["ip", "netns", "delete", name], env=_ENVIRONMENT, capture_output=True, check=False
            )


def needs_namespaces() -> None:
    """Skips the test where none may be made. CI runs as root on Linux: there, a skip is a failure."""
    if sys.platform != "linux":
        pytest.skip("network namespaces are Linux's")
    if os.geteuid() != 0:
        if os.environ.get("CI"):
            pytest.fail("CI must run the tests of faults as root")
        pytest.skip("network namespaces need root")


def _enter(descriptor: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _run(*command: str) -> str:
    done = subprocess.run(command, env=_ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout
