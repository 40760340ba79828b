"""SeaweedFS that keeps each object at two volume servers, either of which may die."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.servers import Bucket, free_ports, until_there_is_a_bucket, wait_until, weed_program

_HERE = ("-ip=127.0.0.1", "-ip.bind=127.0.0.1")


class Replicated:
    """A master, two volume servers (0 and 1), and what speaks S3."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._master, self._filer, s3, *self._volumes = free_ports(5)
        self.bucket = Bucket(f"http://127.0.0.1:{s3}", "coffres", "AKTEST", "secret-of-the-test")
        self._s3 = s3

    def start(self) -> None:
        keys = [{"accessKey": self.bucket.access_key, "secretKey": self.bucket.secret_key}]
        rights = [{"name": "test", "credentials": keys, "actions": ["Admin", "Read", "Write", "List"]}]
        (self.folder / "s3.json").write_text(json.dumps({"identities": rights}))
        for name in ("master", "filer", "0", "1"):
            (self.folder / name).mkdir()
        self._start(
            "master", "master", *_HERE, f"-port={self._master}", f"-mdir={self.folder / 'master'}",
            "-defaultReplication=001", "-volumeSizeLimitMB=64", "-telemetry=false", "-electionTimeout=1s",
            "-resumeState=false",
        )  # fmt: skip
        for number in range(2):
            self.start_volumes(number)
        self._start(
            "filer", "filer", *_HERE, f"-port={self._filer}", f"-master=127.0.0.1:{self._master}",
            f"-defaultStoreDir={self.folder / 'filer'}", "-defaultReplicaPlacement=001", "-s3",
            f"-s3.port={self._s3}", f"-s3.config={self.folder / 's3.json'}", "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        )  # fmt: skip
        until_there_is_a_bucket(self.bucket)

    def start_volumes(self, number: int) -> None:
        """One of the volume servers."""
        self._start(
            str(number), "volume", *_HERE, f"-port={self._volumes[number]}",
            f"-dir={self.folder / str(number)}", "-max=60", "-preStopSeconds=0",
            f"-master=127.0.0.1:{self._master}",
        )  # fmt: skip

    def kill_volumes(self, number: int) -> None:
        """By kill -9."""
        self._kill(str(number))

    def until_both_are_known(self) -> None:
        """Waits until the master counts on both volume servers."""
        address = f"http://127.0.0.1:{self._master}/dir/status"

        def known() -> bool:
            return all(f":{port}" in httpx2.get(address).text for port in self._volumes)

        wait_until(known)

    def stop(self) -> None:
        for name in list(self._running):
            self._kill(name)

    def _start(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [weed_program(), *words], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                start_new_session=True,
            )  # fmt: skip

    def _kill(self, name: str) -> None:
        process = self._running.pop(name)
        process.kill()
        process.wait()


@contextmanager
def replicated(folder: Path) -> Iterator[Replicated]:
    """Serving, until the end of the block."""
    made = Replicated(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
