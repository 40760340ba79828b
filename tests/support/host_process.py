"""A host as a process of its own, as an operator runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.command_line import SOURCES
from tests.support.servers import free_ports


class HostProcess:
    """A host, and one organisation with one seat."""

    def __init__(self, folder: Path, settings: str = "", **environment: str) -> None:
        self.folder = folder
        self.log = folder.with_suffix(".log")
        self.port = free_ports(1)[0]
        self.url = f"https://127.0.0.1:{self.port}"
        self._environment = {**os.environ, "PYTHONPATH": str(SOURCES), **environment}
        self.set(settings)
        self.ca = self.json("init")["authority"]
        given = ["--name", "Cabinet fictif", "--siren", "732829320", "--seats", "1"]
        self.contract_key = self.json("organisation", "create", *given)["contract_key"]
        self._others: list[subprocess.Popen[bytes]] = []
        self._process = self._started(self.port)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "cyberlib_host", "--data", str(self.folder), *words]

    def _started(self, port: int) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._command("serve", "--port", str(port)),
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"Serving at ")
        return process

    def set(self, settings: str) -> None:
        """Its host.toml, of which all but the card counts from the next start on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "host.toml").write_text(settings, encoding="utf-8")

    def json(self, *words: str, code: int = 0) -> Any:
        """What an operator's command prints."""
        done = subprocess.run(
            self._command("--json", *words), env=self._environment, capture_output=True, check=False
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout)

    def kill(self) -> None:
        """As a power cut does."""
        for process in (self._process, *self._others):
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
        self._others.clear()

    def also(self) -> int:
        """One process more on the same data; its port."""
        (port,) = free_ports(1)
        self._others.append(self._started(port))
        return port

    def restart(self) -> None:
        """Killed, and started anew."""
        self.kill()
        self._process = self._started(self.port)

    def hang_up(self) -> None:
        """SIGHUP, as `systemctl reload` sends it."""
        if sys.platform != "win32":
            self._process.send_signal(signal.SIGHUP)

    def events(self, name: str) -> list[Any]:
        """The lines of its log of one kind."""
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines() if line[:1] == "{"]
        return [line for line in lines if line["event"] == name]

    def stop(self) -> int:
        """By SIGTERM; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(180)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code
