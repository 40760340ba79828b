"""A mail server for tests: SMTP over loopback with a login and STARTTLS, and all its moods."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from cyberlib_host.tls import own_certificate

USER, PASSWORD = "hote", "secret-of-the-test"


@dataclass
class MailServer:
    """`refuse`: the answer to a recipient, or to a message, instead of taking it."""

    port: int
    ca: Path
    refuse: Callable[[str], str | None] = lambda _recipient: None
    refuse_data: Callable[[str], str | None] = lambda _recipient: None
    taken: list[tuple[str, str, bytes]] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    def messages(self) -> list[EmailMessage]:
        """What it took, read."""
        return [read_message(data) for _, _, data in self.taken]

    def settings(self, **more: str) -> str:
        """Its part of a host.toml."""
        written = {
            "server": "127.0.0.1", "sender": "sauvegarde@hote.example", "bounces": "retours@hote.example",
            "ca": str(self.ca), "user": USER, **more,
        }  # fmt: skip
        lines = [f"{name} = {_quoted(value)}" for name, value in written.items()]
        return "\n".join(["[mail]", f"port = {self.port}", "timeout = 2", *lines]) + "\n"

    # ---- as aiosmtpd asks ---------------------------------------------------------------------------

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        refusal = self.refuse(address)
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        (recipient,) = envelope.rcpt_tos
        refusal = self.refuse_data(recipient)
        if refusal is not None:
            return refusal
        assert isinstance(envelope.content, bytes)
        self.taken.append((envelope.mail_from or "", recipient, envelope.content))
        self.secured.append(session.ssl is not None and bool(session.authenticated))
        return "250 OK"


def read_message(data: bytes) -> EmailMessage:
    """A message as readers show it."""
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(data)


@contextlib.contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """Serving until the end of the block."""
    tls = own_certificate(folder / "mail-tls", ["127.0.0.1"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = MailServer(port, tls.authority)

    def login(_server: Any, _session: Any, _envelope: Any, mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and given == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=True)

    controller = Controller(
        made, hostname="127.0.0.1", port=port, tls_context=context, require_starttls=True,
        authenticator=login, auth_required=True, auth_exclude_mechanism=["LOGIN"],
    )  # fmt: skip
    controller.start()
    try:
        yield made
    finally:
        controller.stop()


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """One that takes connections and says nothing; its port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(8)
        yield listening.getsockname()[1]


def _quoted(text: str) -> str:
    return "'" + text + "'"
