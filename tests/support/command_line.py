"""The program `cyberlib` as tests call it: within this process, or as a process of its own.

line = CommandLine(tmp_path)                      # a profile and a vault in a folder
line.make_vault()                                 # opened by a device file from now on
line("backup", str(folder)).out
line.json("snapshots")["items"]
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from cyberlib_client.cli.main import main
from cyberlib_client.files.names import to_vault_path
from cyberlib_client.state.private_file import write_private
from cyberlib_client.system import this_system

PASSPHRASE: Final = "agrafe-horloge-sapin-tunnel"
SECOND: Final = "lampe-ruisseau-tabouret-noix"
"""The passphrase that comes after it."""
SOURCES: Final = Path(__file__).parents[2] / "src"


class Done(NamedTuple):
    """How a call ended: exit code, standard output and standard error."""

    code: int
    out: str
    err: str


class CommandLine:
    """Calls on one profile (`folder/profile`), whose vault is `folder/vault`."""

    def __init__(self, folder: Path, *, language: str = "en") -> None:
        self.profile = folder / "profile"
        self.vault = folder / "vault"
        self.language = language
        self.environment: dict[str, str] = {}
        self.words: list[str] = []

    def __call__(self, *args: str, code: int = 0) -> Done:
        """Calls it within this process, which is quick. Fails unless it ends with `code`."""
        done = self.attempt(*args)
        assert done.code == code, done
        return done

    def attempt(self, *args: str) -> Done:
        """The same, however it ends."""
        return call(*self.arguments(*args), environment=self.environment)

    def json(self, *args: str, code: int = 0) -> Any:
        """The document it prints with --json."""
        return json.loads(self("--json", *args, code=code).out)

    def lines(self, *args: str, code: int = 0) -> list[Any]:
        """The records it prints with --jsonl."""
        return [json.loads(line) for line in self("--jsonl", *args, code=code).out.splitlines()]

    def error(self, *args: str, code: int) -> str:
        """The code of the error it ends with; text and JSON agree, and the text has no traceback."""
        told = self(*args, code=code)
        assert told.err.startswith("Error: ") or "\nError: " in told.err, told
        assert "Traceback" not in told.err
        name = told.err.strip().rpartition("[")[2].rstrip("]")
        assert name.isidentifier(), told
        return name

    def arguments(self, *args: str) -> list[str]:
        """With the options that every call has."""
        return ["--profile", str(self.profile), "--lang", self.language, *args]

    def start(self, *args: str, **options: Any) -> subprocess.Popen[bytes]:
        """Starts it as a process of its own."""
        given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        env = {**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONUTF8": "1", **self.environment}
        argv = [sys.executable, "-m", "cyberlib_client", *self.arguments(*args)]
        return subprocess.Popen(argv, env=env, **{**given, **options})

    def make_vault(self, *options: str) -> list[str]:
        """A vault that this machine opens by itself; its 24 words."""
        with self.secret(PASSPHRASE):
            made = self.json("vault", "create", "--at", str(self.vault), "--device-file", *options)
        self.words = made["result"]["words"] or []
        return self.words

    def copy(self, folder: Path) -> CommandLine:
        """The same profile and vault in another folder; its credentials are this user's alone again."""
        made = CommandLine(folder, language=self.language)
        made.words = self.words
        shutil.copytree(self.profile, made.profile)
        shutil.copytree(self.vault, made.vault)
        settings = made.profile / "settings.toml"
        text = settings.read_text(encoding="utf-8")
        at = tomllib.loads(text)["vault"]["at"]
        assert text.count(json.dumps(at)) == 1
        settings.write_text(text.replace(json.dumps(at), json.dumps(str(made.vault))), encoding="utf-8")
        credentials, privacy = made.profile / "credentials", this_system().privacy
        privacy.make_folder(str(credentials))  # a copy on Windows is as open as its folder
        for path in credentials.iterdir():
            write_private(privacy, str(path), path.read_bytes())
        return made

    @contextlib.contextmanager
    def secret(self, passphrase: str) -> Iterator[None]:
        """Within, the environment has the passphrase."""
        self.environment["CYBERLIB_PASSPHRASE"] = passphrase
        try:
            yield
        finally:
            del self.environment["CYBERLIB_PASSPHRASE"]


def vault_path(path: Path) -> str:
    """The path in the vault of an item of this machine, as the program takes and shows it."""
    return to_vault_path(os.path.abspath(path)).decode()


def restored(to: Path, folder: Path) -> Path:
    """Where a restore to `to` puts what was saved from `folder`."""
    drive = [folder.drive[0]] if folder.drive else []
    return to.joinpath(*drive, *folder.parts[1:])


def call(*args: str, environment: Mapping[str, str] | None = None) -> Done:
    """Calls the program within this process, without a terminal."""
    out, err = text_stream(), text_stream()
    before = os.environ.copy()
    os.environ.pop("CYBERLIB_PASSPHRASE", None)
    os.environ.update(environment or {})
    stdin, sys.stdin = sys.stdin, io.StringIO("")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(args)
            out.flush()
            err.flush()
    finally:
        sys.stdin = stdin
        os.environ.clear()
        os.environ.update(before)
    return Done(code, stream_text(out), stream_text(err))


def text_stream() -> io.TextIOWrapper:
    """A stream that keeps what is printed."""
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)


def stream_text(stream: io.TextIOWrapper) -> str:
    """What was printed."""
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")
