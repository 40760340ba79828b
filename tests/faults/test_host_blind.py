"""A host as in production is searched, after a whole story, for what it must never have seen."""

from __future__ import annotations

import base64
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
import structlog

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine
from tests.support.hosts import TestHost, on_servers, serving
from tests.support.servers import Bucket, Postgresql, postgresql_server, seaweedfs
from tests.support.stations import enrol, station
from tests.support.trees import make_tree

pytestmark = [
    pytest.mark.faults,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the servers are installed on Linux"),
]

MARK = "MARQUE"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that the host would write on its standard error."""
    kept, before = io.StringIO(), structlog.get_config()
    structlog.reset_defaults()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer(default=repr)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(kept),
        cache_logger_on_first_use=False,
    )
    yield kept
    structlog.configure(**before)


def _story(host: TestHost, folder: Path) -> list[str]:
    """Two workstations: one backs up, adds ways in, searches, restores and is replaced by the other; some of
    what is asked is refused. What of it nobody else may know."""
    made = host.organisation(seats=1)
    line = station(folder / "a", url=host.url, ca=host.ca, contract_key=made.contract_key, name="ANCIEN")
    words = line.words
    plan = {f"{MARK}-NOM-{n}.txt": f"{MARK}-CONTENU {n} ".encode() * 3000 for n in range(5)}
    sources = make_tree(folder / f"{MARK}-DOSSIER", plan)
    line("backup", str(sources), "--label", f"{MARK}-ETIQUETTE")
    with line.secret(PASSPHRASE):
        added = line.json("key", "add", "recovery", "--name", "coffre-fort")  # a slot's name is clear
    line("find", f"{MARK}*")
    line("restore", "latest", "--to", str(folder / "out"))
    line("verify", "--read-data")

    new = CommandLine(folder / "b")
    enrol(new, folder / "b", url=host.url, ca=host.ca, contract_key=made.contract_key, name="NOUVEAU")
    with new.secret(SECOND):
        assert new.error("vault", "create", "--at", host.url, "--device-file", code=1)
    key = str(folder / "b" / "contract.key")
    new("device", "reassign", "ANCIEN", "--contract-key-file", key)
    with new.secret(PASSPHRASE):
        new("vault", "open", "--at", host.url, "--device-file")
    new("backup", str(sources))
    assert line.error("backup", str(sources), code=5) == "host_device_replaced"
    seeds = [
        p.read_bytes()
        for each in (line, new)
        for p in (each.profile / "credentials").rglob("*")
        if p.is_file()
    ]
    assert seeds
    secrets = [MARK, PASSPHRASE, SECOND, made.contract_key, " ".join(words[:3]), " ".join(words[-3:])]
    secrets += [" ".join((added["result"].get("words") or words)[:3])]
    return secrets


def _in_storage(bucket: Bucket) -> bytes:
    """Every object of the bucket, with its name."""
    client = boto3.client(
        "s3",
        endpoint_url=bucket.endpoint,
        region_name="us-east-1",
        aws_access_key_id=bucket.access_key,
        aws_secret_access_key=bucket.secret_key,
    )
    found = b""
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket.bucket):
        for each in page.get("Contents", []):
            body = client.get_object(Bucket=bucket.bucket, Key=each["Key"])["Body"].read()
            found += each["Key"].encode() + b"\n" + body
    return found


def _dump(database: Postgresql) -> bytes:
    url = database.url.replace("+psycopg", "")
    command = [str(database.programs / "pg_dump"), "--inserts", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def _files(folder: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_socket())


def _forms(secret: str) -> list[bytes]:
    """How it could have been written: as it is, in hex, in base64, in UTF-16."""
    raw = secret.encode()
    return [raw, raw.hex().encode(), base64.b64encode(raw)[:-4], secret.encode("utf-16-le")]


def test_a_host_on_postgresql_and_s3_holds_nothing_in_clear(tmp_path: Path, log: io.StringIO) -> None:
    with ExitStack() as servers:
        database = servers.enter_context(postgresql_server(tmp_path / "postgres"))
        bucket = servers.enter_context(seaweedfs(tmp_path / "weed"))
        with serving(tmp_path / "host", **on_servers(database.url, bucket)) as host:
            secrets = _story(host, tmp_path / "stations")
        kept = {"storage": _in_storage(bucket), "dump": _dump(database)}
    # The servers' own files too: what was deleted, journals, logs.
    kept["postgresql"] = _files(tmp_path / "postgres")
    kept["seaweedfs"] = _files(tmp_path / "weed")
    kept["host"] = _files(tmp_path / "host")
    kept["log"] = log.getvalue().encode()
    # What is looked for would be found.
    assert b"Cabinet fictif" in kept["dump"] and b"Cabinet fictif" in kept["postgresql"]
    assert b"packs/" in kept["dump"] and len(kept["storage"]) > 10_000
    assert any(json.loads(line).get("operation") == "put_object" for line in kept["log"].splitlines())
    for each in secrets:
        for form in _forms(each):
            for where, data in kept.items():
                assert form not in data, f"{each} in {where}"
    # A log tells of no object, token or address of a vault either.
    assert b"packs/" not in kept["log"] and b"/v1/" not in kept["log"]
