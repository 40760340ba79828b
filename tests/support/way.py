"""What may lie on the way to a host: a proxy that tunnels, and servers that are not what was asked for."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_TLS = b"\x16"
"""What a client begins with that wants encryption (RFC 8446, 5.1): for a web server, no request."""

PAGE = b"<!DOCTYPE html><html><body>Portail du reseau : acceptez les conditions.</body></html>"


@contextlib.contextmanager
def _listening(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server at a free port of loopback, a thread for each connection."""
    server = socket.create_server(("127.0.0.1", 0))
    under_way: list[socket.socket] = []

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            answer(connection)

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            under_way.append(connection)
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        for connection in under_way:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@dataclass
class Tunnels:
    """A CONNECT proxy (RFC 9110, 9.3.6). `names`: where it leads, to a port of loopback; to all else 502.
    `login`: `user:password` it asks for. `status`: what it answers instead of leading anywhere, with a page.
    `log`: hosts that were asked for; `sent`, `received`: bytes from and to whoever asked."""

    names: set[str]
    login: str = ""
    status: int = 0
    port: int = 0
    log: list[str] = field(default_factory=list)
    sent: int = 0
    received: int = 0

    @property
    def address(self) -> str:
        """As settings have it."""
        return f"http://127.0.0.1:{self.port}"

    def __call__(self, connection: socket.socket) -> None:
        """Answers one connection."""
        head = _head(connection)
        line, *headers = head.decode("ascii").split("\r\n")
        verb, target, _ = line.split(" ")
        host, _, port = target.rpartition(":")
        self.log.append(host)
        if self.login:
            wanted = f"Proxy-Authorization: Basic {base64.b64encode(self.login.encode()).decode()}"
            if wanted.lower() not in [each.lower() for each in headers]:
                self._page(connection, 407, 'Proxy-Authenticate: Basic realm="cabinet"\r\n')
                return
        if self.status or verb != "CONNECT" or host not in self.names:
            self._page(connection, self.status or 502)
            return
        with socket.create_connection(("127.0.0.1", int(port))) as onward:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._pass, args=(onward, connection, "received"), daemon=True)
            back.start()
            self._pass(connection, onward, "sent")
            back.join()

    def _page(self, connection: socket.socket, status: int, header: str = "") -> None:
        told = f"HTTP/1.1 {status} Fictif\r\nContent-Type: text/html\r\n{header}"
        connection.sendall(f"{told}Content-Length: {len(PAGE)}\r\n\r\n".encode("ascii") + PAGE)

    def _pass(self, source: socket.socket, target: socket.socket, which: str) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(64 << 10):
                setattr(self, which, getattr(self, which) + len(data))
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxy(*names: str, login: str = "", status: int = 0) -> Iterator[Tunnels]:
    """A proxy that leads to these names."""
    made = Tunnels(set(names), login, status)
    with _listening(made) as made.port:
        yield made


@contextlib.contextmanager
def answering(context: ssl.SSLContext | None, answer: bytes) -> Iterator[int]:
    """A server that gives one answer to everything; its port. Without a context it is not encrypted."""

    def one(connection: socket.socket) -> None:
        way: Any = connection if context is None else context.wrap_socket(connection, server_side=True)
        with way:
            _head(way)
            way.sendall(answer)

    with _listening(one) as port:
        yield port


def page(status: int) -> bytes:
    """An answer that is a web page."""
    head = f"HTTP/1.1 {status} Fictif\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode("ascii") + PAGE


class Authority:
    """Issues certificates for servers of tests. `pem`: its own."""

    def __init__(self, name: str = "Antivirus fictif") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._builder(self._name, self._key, 0, 30)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self._own = own.sign(self._key, hashes.SHA256())
        self.pem = self._own.public_bytes(serialization.Encoding.PEM).decode("ascii")

    def context(
        self, folder: Path, name: str = "localhost", *, begun: int = -10, days: int = 20, own: bool = False
    ) -> ssl.SSLContext:
        """A server's, with a certificate for a name, valid `days` from `begun` days after now. `own`: it
        signs itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._builder(subject, key, begun, days, own=own)
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        signed = made.sign(key if own else self._key, hashes.SHA256())
        file = folder / f"{x509.random_serial_number()}.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begun: int, days: int, *, own: bool = False
    ) -> x509.CertificateBuilder:
        since = datetime.now(UTC) + timedelta(days=begun, minutes=-5)
        signer = key if own else self._key
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if own else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + timedelta(days=days))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
            )
        )


def _head(way: Any) -> bytes:
    """What comes before the body of a request, without its last empty line."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and head != _TLS:
        byte = way.recv(1)
        if not byte:
            raise OSError("gone")
        head += byte
    return head[:-4]
