"""A real browser with an authenticator of its own making: Chromium, told what to do over a pipe
(Chrome DevTools Protocol, domains Target, Page, Runtime, WebAuthn)."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

_PROGRAM: Final = "chromium-headless-shell"
_SECONDS: Final = 20


@contextmanager
def chromium(profile: Path, language: str = "fr") -> Iterator[Chromium]:
    """Until the end of the block. Without it there is no test, but in CI, where that fails."""
    program = shutil.which(_PROGRAM)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs {_PROGRAM}: passkeys are tried in a real browser")
        pytest.skip(f"needs {_PROGRAM}")
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()
    words = [
        program, "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--ignore-certificate-errors", f"--user-data-dir={profile}", f"--accept-lang={language}",
        "--window-size=900,800", "about:blank",
    ]  # fmt: skip
    # It reads at 3 and writes at 4.
    line = f'exec "$@" 3<&{to_read} 4>&{back_write}'
    running = subprocess.Popen(
        ["bash", "-c", line, "bash", *words],
        pass_fds=(to_read, back_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(back_write)
    made = Chromium(back_read, to_write)
    try:
        yield made
    finally:
        os.close(to_write)
        os.close(back_read)
        running.kill()
        running.wait()


class Chromium:
    """One tab, and one authenticator that says yes."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes, self._number, self._rest = reads, writes, 0, b""
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.ask("Page.enable")
        self.ask("WebAuthn.enable")
        self.authenticator = ""
        self.plug()

    def ask(self, method: str, **given: Any) -> Any:
        """One command, and its result."""
        self._number += 1
        told = {"id": self._number, "method": method, "params": given}
        if self._session is not None:
            told["sessionId"] = self._session
        os.write(self._writes, json.dumps(told).encode() + b"\0")
        until = time.monotonic() + _SECONDS
        while time.monotonic() < until:
            answer = json.loads(self._message())
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                return answer["result"]
        raise AssertionError(method)

    def plug(self, **changed: Any) -> None:
        """Another authenticator in place of the one there is, with nothing in it."""
        if self.authenticator:
            self.ask("WebAuthn.removeVirtualAuthenticator", authenticatorId=self.authenticator)
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
        } | changed  # fmt: skip
        added = self.ask("WebAuthn.addVirtualAuthenticator", options=options)
        self.authenticator = added["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        """What the authenticator has."""
        told = self.ask("WebAuthn.getCredentials", authenticatorId=self.authenticator)
        found: list[dict[str, Any]] = told["credentials"]
        return found

    def put(self, credential: dict[str, Any]) -> None:
        """One more, as `credentials` told it."""
        self.ask("WebAuthn.addCredential", authenticatorId=self.authenticator, credential=credential)

    def open(self, url: str) -> str:
        """What the page says."""
        self.ask("Page.navigate", url=url)
        self.wait("document.readyState == 'complete' && location.href != 'about:blank'")
        return str(self.value("document.body.innerText"))

    def value(self, expression: str) -> Any:
        """Of some script."""
        told = self.ask("Runtime.evaluate", expression=expression, userGesture=True, returnByValue=True)
        return told["result"].get("value")

    def wait(self, expression: str) -> None:
        """Until it is true."""
        until = time.monotonic() + _SECONDS
        while not self.value(expression):
            assert time.monotonic() < until, (expression, self.value("document.body.innerText"))
            time.sleep(0.05)

    def press(self) -> None:
        """The page's one button."""
        self.value("document.getElementById('go').click()")

    def picture(self, path: Path) -> None:
        """Of the tab."""
        import base64

        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))

    def _message(self) -> bytes:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._reads], [], [], _SECONDS)
            read = os.read(self._reads, 1 << 16) if ready else b""
            assert read, "the browser is gone, or does not answer"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        return message
