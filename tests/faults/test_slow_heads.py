"""A host that answers a letter now and then keeps nobody waiting for ever."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest

from cyberlib_client.core.errors import Unreachable
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.http import Line
from cyberlib_host.tls import own_certificate
from tests.faults.test_hostile_host import INFO

pytestmark = pytest.mark.faults
_LINES: Final = 80
_PAUSE: Final = 0.1
"""Seconds between two lines of a head: each comes long before the silence would be too long."""


class Dripping:
    """Answers well, by a head that takes its time."""

    def __init__(self, folder: Path) -> None:
        made = own_certificate(folder, ["127.0.0.1"])
        self.ca = made.authority.read_text("utf-8")
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(made.certificate, made.key)
        self.pause = _PAUSE
        self.asked = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        try:
            while True:
                threading.Thread(target=self._answer, args=(self._socket.accept()[0],), daemon=True).start()
        except OSError:
            pass  # closed

    def _answer(self, taken: socket.socket) -> None:
        body = msgspec.json.encode(INFO)
        try:
            with self._context.wrap_socket(taken, server_side=True) as line:
                line.recv(1 << 16)
                self.asked += 1
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                for _ in range(_LINES):
                    line.sendall(b"X-A: b\r\n")
                    time.sleep(self.pause)
                line.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        except OSError:
            pass  # whoever asked had enough


@pytest.fixture
def dripping(tmp_path: Path) -> Iterator[Dripping]:
    made = Dripping(tmp_path / "tls")
    yield made
    made.close()


def test_a_head_that_comes_letter_by_letter_ends(dripping: Dripping) -> None:
    client = HostClient(dripping.url, Line(ca=dripping.ca, silence=2.0, patience=0.5))
    try:
        with pytest.raises(Unreachable) as refused:
            client.ask("GET", "/v1/host", records.HostInfo, signed=False)
        assert refused.value.code == "host_unreachable" and dripping.asked >= 1
        dripping.pause = 0.0  # the same head, at once
        assert client.ask("GET", "/v1/host", records.HostInfo, signed=False).protocol == 1
    finally:
        client.close()
