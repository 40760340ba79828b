"""Where mail goes out: an SMTP server (RFC 5321), or a folder of messages on a host without one."""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
from pathlib import Path
from typing import Literal

from ..core.ports import MailRefused, MailWaits

_TIMEOUT = 20.0
Security = Literal["starttls", "tls", "none"]


class FolderSender:
    """Each message is a file `<id>.eml`, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, ident: str, envelope: str, recipient: str, message: bytes) -> None:
        """See `Sender`."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            whole = self._folder / f"{ident}.eml"
            begun = whole.with_suffix(".new")
            file = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(file, "wb") as writing:
                writing.write(message)
                writing.flush()
                os.fsync(writing.fileno())
            begun.replace(whole)
        except OSError as error:
            raise MailWaits(error.strerror or type(error).__name__) from None


class SmtpSender:
    """A server at `host`. `ca`: a file of certificates to trust instead of the system's. Each wait for the
    server ends after `timeout` seconds."""

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        *,
        user: str = "",
        password: str = "",
        ca: str | None = None,
        timeout: float = _TIMEOUT,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._timeout = user, password, timeout
        self._trust: ssl.SSLContext | None = None
        if security != "none":
            self._trust = ssl.create_default_context(cafile=ca)
            self._trust.minimum_version = ssl.TLSVersion.TLSv1_2

    def send(self, ident: str, envelope: str, recipient: str, message: bytes) -> None:
        """See `Sender`. One connection a message: servers end those that carry many."""
        try:
            with contextlib.closing(self._connected()) as server:
                server.ehlo_or_helo_if_needed()
                if self._security == "starttls":
                    server.starttls(context=self._trust)  # refused: nothing goes out in clear
                    server.ehlo()
                if self._user:
                    server.login(self._user, self._password)
                refused = server.sendmail(envelope, [recipient], message)
                assert not refused, "one recipient is taken, or refused by an error"
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    server.quit()  # the message is the server's by now
        except smtplib.SMTPRecipientsRefused as error:
            code, reply = next(iter(error.recipients.values()))
            raise _refusal(code, reply, of_address=True) from None
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error, of_address=False) from None
        except smtplib.SMTPResponseException as error:  # the login, or the sender: not the recipient's doing
            raise MailWaits(f"{error.smtp_code} {_words(error.smtp_error)}") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise MailWaits(_words(reason)) from None

    def _connected(self) -> smtplib.SMTP:
        if self._security == "tls":
            return smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=self._trust)
        return smtplib.SMTP(self._host, self._port, timeout=self._timeout)


def _refusal(code: int, reply: bytes | str, *, of_address: bool) -> MailRefused | MailWaits:
    words = f"{code} {_words(reply)}"
    if not 500 <= code < 600:
        return MailWaits(words)
    # Some servers refuse a recipient only once they have the message: "5.1.x" speaks of the address.
    return MailRefused(words, of_address=of_address or _words(reply).startswith("5.1."))


def _words(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:180]
