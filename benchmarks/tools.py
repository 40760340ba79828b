"""The command lines of the three tools, and nothing else: the one place to adapt when one of them changes.

Each works on a `Vault`: a folder for what would be sent, and a folder for what stays on the workstation
(caches, profile). Encryption and zstd level 3, or what the tool takes for it, are on everywhere.
"""

from __future__ import annotations

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from .measure import Command

PASSPHRASE = "agrafe-horloge-sapin-tunnel"
CHECKOUT = Path(__file__).parents[1]


@dataclass
class Vault:
    """Where one tool keeps its copy. `runs` counts the backups made into it."""

    store: Path
    state: Path
    runs: int = 0


class Tool(ABC):
    """One backup program. Every method returns the command to run; none runs it."""

    name: str

    @abstractmethod
    def version(self) -> str:
        """What it calls itself, on one line."""

    @abstractmethod
    def init(self, vault: Vault) -> Command:
        """Create an empty encrypted vault; `vault.store` does not exist yet, `vault.state` does."""

    @abstractmethod
    def backup(self, vault: Vault, source: Path) -> Command:
        """Back up one folder. To be run after every call: it counts as a run."""

    @abstractmethod
    def snapshots(self, vault: Vault) -> Command:
        """List the snapshots."""

    @abstractmethod
    def list_file(self, vault: Vault, path: Path) -> Command:
        """List one file of the newest snapshot, given by its path in the sources."""

    @abstractmethod
    def restore(self, vault: Vault, target: Path) -> Command:
        """Restore the newest snapshot into the existing empty folder; sources' paths appear below it."""

    @abstractmethod
    def verify(self, vault: Vault) -> Command:
        """Read and check all stored data."""

    def describe(self) -> list[str]:
        """The commands in readable form, for the report."""
        vault = Vault(Path("VAULT"), Path("STATE"), 1)
        commands = [
            self.init(vault), self.backup(vault, Path("SOURCE")), self.snapshots(vault),
            self.list_file(vault, Path("SOURCE/FILE")), self.restore(vault, Path("TARGET")),
            self.verify(vault),
        ]  # fmt: skip
        return [" ".join([Path(command.argv[0]).name, *command.argv[1:]]) for command in commands]


class Cyberlib(Tool):
    """This project, from its checkout, with the interpreter that runs the benchmarks.

    The vault is created with a device slot in a file, so later commands need no passphrase.
    """

    name = "cyberlib"

    def version(self) -> str:
        return _first_line(self._command(Vault(Path(), Path()), "--version"))

    def init(self, vault: Vault) -> Command:
        words = ["--device-file", "--words-file", str(self.words(vault))]
        command = self._command(vault, "vault", "create", "--at", str(vault.store), *words)
        return command._replace(env={**command.env, "CYBERLIB_PASSPHRASE": PASSPHRASE})

    def backup(self, vault: Vault, source: Path) -> Command:
        vault.runs += 1
        return self._command(vault, "backup", str(source))

    def snapshots(self, vault: Vault) -> Command:
        return self._command(vault, "snapshots")

    def list_file(self, vault: Vault, path: Path) -> Command:
        return self._command(vault, "ls", f"latest:{path}")

    def restore(self, vault: Vault, target: Path) -> Command:
        return self._command(vault, "restore", "latest", "--owner", "--to", str(target))

    def verify(self, vault: Vault) -> Command:
        return self._command(vault, "verify", "--read-data")

    def rescue(self, vault: Vault, target: Path) -> Command:
        """Restore the newest snapshot by the rescue file, from the vault's folder and the words alone."""
        program = str(CHECKOUT / "resources" / "rescue" / "cyberlib_rescue.py")
        words = ["--words-file", str(self.words(vault)), "--snapshot", "latest", "--owner"]
        return Command([sys.executable, program, str(vault.store), str(target), *words], {})

    @staticmethod
    def words(vault: Vault) -> Path:
        """Where the words of the recovery kit are kept."""
        return vault.state / "words.txt"

    @staticmethod
    def _command(vault: Vault, *words: str) -> Command:
        argv = [sys.executable, "-m", "cyberlib_client", "--profile", str(vault.state / "profile"), *words]
        return Command(argv, {"PYTHONPATH": str(CHECKOUT / "src")})


class Restic(Tool):
    """restic with its defaults: repository version 2, compression `auto` (zstd)."""

    name = "restic"

    def __init__(self, program: str) -> None:
        self.program = program

    def version(self) -> str:
        return _first_line(Command([self.program, "version"], {}))

    def init(self, vault: Vault) -> Command:
        return self._command(vault, "init")

    def backup(self, vault: Vault, source: Path) -> Command:
        vault.runs += 1
        return self._command(vault, "backup", str(source))

    def snapshots(self, vault: Vault) -> Command:
        return self._command(vault, "snapshots")

    def list_file(self, vault: Vault, path: Path) -> Command:
        return self._command(vault, "ls", "latest", str(path))

    def restore(self, vault: Vault, target: Path) -> Command:
        return self._command(vault, "restore", "latest", "--target", str(target))

    def verify(self, vault: Vault) -> Command:
        return self._command(vault, "check", "--read-data")

    def _command(self, vault: Vault, *words: str) -> Command:
        places = ["-r", str(vault.store), "--cache-dir", str(vault.state / "cache")]
        return Command([self.program, *places, *words], {"RESTIC_PASSWORD": PASSPHRASE})


class Borg(Tool):
    """borg 1 with its usual encryption (`repokey`: AES-CTR, HMAC-SHA-256) and zstd level 3."""

    name = "borg"

    def __init__(self, program: str) -> None:
        self.program = program

    def version(self) -> str:
        return _first_line(Command([self.program, "--version"], {}))

    def init(self, vault: Vault) -> Command:
        return self._command(vault, "init", "--encryption", "repokey")

    def backup(self, vault: Vault, source: Path) -> Command:
        vault.runs += 1
        return self._command(vault, "create", "--compression", "zstd,3", self._newest(vault), str(source))

    def snapshots(self, vault: Vault) -> Command:
        return self._command(vault, "list")

    def list_file(self, vault: Vault, path: Path) -> Command:
        return self._command(vault, "list", self._newest(vault), str(path).lstrip("/"))

    def restore(self, vault: Vault, target: Path) -> Command:
        return self._command(vault, "extract", self._newest(vault))._replace(cwd=target)

    def verify(self, vault: Vault) -> Command:
        return self._command(vault, "check", "--verify-data")

    @staticmethod
    def _newest(vault: Vault) -> str:
        return f"::run{vault.runs:04d}"

    def _command(self, vault: Vault, *words: str) -> Command:
        env = {
            "BORG_REPO": str(vault.store),
            "BORG_PASSPHRASE": PASSPHRASE,
            "BORG_BASE_DIR": str(vault.state),
            "LC_ALL": "C.UTF-8",
        }
        return Command([self.program, *words], env)


def _first_line(command: Command) -> str:
    done = subprocess.run(
        command.argv, env={**os.environ, **command.env}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[0]
