"""Waits on loopback for what a browser brings back (RFC 8252, 7.3), with a verifier that never left this
machine (RFC 7636): whoever else hears the code can do nothing with it."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import threading
import time
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

from ..core.errors import Failed
from ..core.ports import CancelToken

_SECONDS: Final = 300
_LOOK: Final = 0.2
_PAGE: Final = (
    "C’est fait. Fermez cette page et revenez à CyberLib.\nDone. Close this page and go back to CyberLib.\n"
)
"""In both languages: it is the browser's that counts, and nobody knows it here."""
_CODE: Final = re.compile(r"[0-9a-f]{64}")


def open_page(url: str) -> None:
    """In the browser of whoever is there; where there is none, the address was told."""
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


class Loopback:
    """One answer, at a port that the system chose."""

    def __init__(self) -> None:
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        self._heard: dict[str, str] = {}
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self._server.timeout = _LOOK
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def wait(self, cancel: CancelToken) -> str:
        """The code. Raises Failed("sign_in_refused"), ("sign_in_late"), and Stopped."""
        until = time.monotonic() + _SECONDS
        while not self._heard:
            cancel.check()
            if time.monotonic() > until:
                raise Failed("sign_in_late")
            self._server.handle_request()
        if "code" not in self._heard:
            raise Failed("sign_in_refused")
        return self._heard["code"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        heard = self._heard

        class Handler(BaseHTTPRequestHandler):
            timeout = 5.0

            def do_GET(self) -> None:
                split = urlsplit(self.path)
                given = parse_qs(split.query)
                code = given.get("code", [""])[0]
                right = split.path == "/" and bool(_CODE.fullmatch(code) or "error" in given)
                self.send_response(200 if right else 404)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                if right:
                    self.wfile.write(_PAGE.encode())
                    heard.update({"code": code} if code else {"error": "refused"})

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
                pass

        return Handler
