"""A line between two network namespaces that is as slow, as long and as bad as asked: `lined(…)`.

Packets go from a TUN device in one namespace to one in the other through this program, which holds them
back: each direction sends so many bits a second, drops what its queue has no room for, loses some at random
(seeded), and delivers after a delay. (netem does the same, where the kernel has it.) Needs root on Linux.

A process of its own: `python -m benchmarks.slow_line NEAR FAR UP DOWN DELAY LOSS`.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

NEAR_ADDRESS = "10.77.0.1"
FAR_ADDRESS = "10.77.0.2"
PAYLOAD = 1448 / 1500
"""Of a packet, what TCP carries of the user's (RFC 9293, with time stamps)."""

_DEVICE = "line0"
_QUEUE_SECONDS = 0.1
_TUNSETIFF = 0x400454CA
_TUN_WITHOUT_INFO = 0x1001
_NEW_NETWORK = 0x40000000


@dataclass(frozen=True)
class Line:
    """Bits a second in each direction, seconds there and back again, part of the packets that is lost."""

    up: float = 20e6
    down: float = 20e6
    round_trip: float = 0.025
    loss: float = 0.0

    @property
    def payload(self) -> float:
        """Bytes of TCP's payload that go up in a second."""
        return self.up / 8 * PAYLOAD


@dataclass
class Ends:
    """The two namespaces. `counted`: a file with the bytes that went up and down."""

    near: str
    far: str

    def near_command(self, command: Sequence[str]) -> list[str]:
        """The command, to be run at the near end."""
        return ["ip", "netns", "exec", self.near, *command]

    def far_command(self, command: Sequence[str]) -> list[str]:
        """The command, to be run at the far end."""
        return ["ip", "netns", "exec", self.far, *command]

    def bytes(self) -> tuple[int, int]:
        """(sent, received) by the near end so far, in bytes of IP packets."""
        base = f"/sys/class/net/{_DEVICE}/statistics"
        read = self.near_command(["cat", f"{base}/tx_bytes", f"{base}/rx_bytes"])
        sent, received = subprocess.run(read, check=True, capture_output=True, text=True).stdout.split()
        return int(sent), int(received)


@contextmanager
def lined(line: Line) -> Iterator[Ends]:
    """Two namespaces with a line between them, each with a loopback; both go when the block ends."""
    ends = Ends(f"near{os.getpid()}", f"far{os.getpid()}")
    with ExitStack() as stack:
        for name, address in ((ends.near, NEAR_ADDRESS), (ends.far, FAR_ADDRESS)):
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "tuntap", "add", "dev", _DEVICE, "mode", "tun")
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", _DEVICE)
            _ip("-n", name, "link", "set", _DEVICE, "up", "txqueuelen", "1000")
        given = [ends.near, ends.far, line.up, line.down, line.round_trip / 2, line.loss]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.slow_line", *map(str, given)], stdout=subprocess.PIPE
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        assert process.stdout is not None
        process.stdout.readline()  # both devices are held
        yield ends


def _ip(*given: str) -> None:
    subprocess.run(["ip", *given], check=True)


class _Direction:
    """One way through the line."""

    def __init__(self, source: int, target: int, rate: float, delay: float, loss: float, seed: int) -> None:
        self.source = source
        self.target = target
        self._per_byte = 8 / rate
        self._delay = delay
        self._loss = loss
        self._random = random.Random(seed)
        self._free = 0.0  # when what was taken so far will have been sent
        self._under_way: deque[tuple[float, bytes]] = deque()

    def take(self, now: float) -> None:
        """Takes every packet that waits."""
        while True:
            try:
                packet = os.read(self.source, 65_536)
            except BlockingIOError:
                return
            if self._free - now > _QUEUE_SECONDS or self._random.random() < self._loss:
                continue
            self._free = max(self._free, now) + len(packet) * self._per_byte
            self._under_way.append((self._free + self._delay, packet))

    def deliver(self, now: float) -> float:
        """Delivers what is due; when the next packet is."""
        while self._under_way and self._under_way[0][0] <= now:
            try:
                os.write(self.target, self._under_way.popleft()[1])
            except OSError:
                pass  # the other end is not up
        return self._under_way[0][0] if self._under_way else now + 1.0


def _held(namespace: str) -> int:
    """The TUN device of a namespace."""
    with open(f"/run/netns/{namespace}", "rb") as there:
        if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), _NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "setns")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", _DEVICE.encode(), _TUN_WITHOUT_INFO))
    return device


def main(given: Sequence[str]) -> None:
    near, far = _held(given[0]), _held(given[1])
    up, down, delay, loss = map(float, given[2:])
    ways = [_Direction(near, far, up, delay, loss, 1), _Direction(far, near, down, delay, loss, 2)]
    poll = select.epoll()
    poll.register(near, select.EPOLLIN)
    poll.register(far, select.EPOLLIN)
    print("held", flush=True)
    while True:
        now = time.monotonic()
        due = min(way.deliver(now) for way in ways)
        poll.poll(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        for way in ways:
            way.take(now)


if __name__ == "__main__":
    main(sys.argv[1:])
