"""What goes wrong with a bucket of one's own: damage on the way, rights taken away, the bucket gone."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed
from cyberlib_client.transports.http import Line
from cyberlib_client.transports.s3.place import place_of
from cyberlib_client.transports.s3.signing import AccessKey
from cyberlib_client.transports.s3.store import S3Store
from tests.support.servers import READER, WRITER, Bucket, seaweedfs

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="the server is installed on Linux"),
]

NAME = f"packs/{'0a' * 32}"
MARK, OTHER = b"as it was sent", b"as it arrived!"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with seaweedfs(tmp_path_factory.mktemp("weed")) as made:
        yield made


@pytest.fixture
def client(bucket: Bucket) -> Iterator[Any]:
    """Another program, with all rights."""
    import boto3

    made = boto3.client(
        "s3", endpoint_url=bucket.endpoint, region_name="us-east-1",
        aws_access_key_id=bucket.access_key, aws_secret_access_key=bucket.secret_key,
    )  # fmt: skip
    yield made
    made.close()


class Stores:
    """Opens stores, and closes them when the test ends."""

    def __init__(self, bucket: Bucket, closing: ExitStack) -> None:
        self._bucket = bucket
        self._closing = closing
        self.prefix = secrets.token_hex(4)

    def open(self, *, name: str = "", endpoint: str = "", key: str = "", patience: float = 20.0) -> S3Store:
        place = place_of(
            f"s3://{name or self._bucket.bucket}/{self.prefix}", endpoint or self._bucket.endpoint
        )
        access = AccessKey(key or self._bucket.access_key, self._bucket.secret_key)
        store = S3Store(place, access, Line(patience=patience), time.time_ns)
        self._closing.callback(store.close)
        return store


@pytest.fixture
def stores(bucket: Bucket) -> Iterator[Stores]:
    with ExitStack() as closing:
        yield Stores(bucket, closing)


class Damaging:
    """A line to a server on which bytes change, as often as asked."""

    def __init__(self, endpoint: str) -> None:
        self._to = int(endpoint.rpartition(":")[2])
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.left = 0
        self.damaged = 0

    def __enter__(self) -> Damaging:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
                for one, other, sent in ((here, there, True), (there, here, False)):
                    threading.Thread(target=self._pass, args=(one, other, sent), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket, sent: bool) -> None:
        with contextlib.suppress(OSError), one, other:
            while data := one.recv(1 << 20):
                if sent and MARK in data and self.left > 0:
                    self.left -= 1
                    self.damaged += 1
                    data = data.replace(MARK, OTHER)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


def code_of(error: pytest.ExceptionInfo[CyberlibError]) -> str:
    return error.value.code


def test_what_arrives_damaged_is_refused_and_sent_again(bucket: Bucket, stores: Stores) -> None:
    with Damaging(bucket.endpoint) as line:
        store = stores.open(endpoint=line.endpoint, patience=1.0)
        line.left = 1 << 30
        with pytest.raises(CyberlibError) as refused:
            store.put(NAME, MARK)
        assert code_of(refused) == "bucket_upload_damaged"
        assert line.damaged > 1
        assert store.size(NAME) is None
        line.left = 2
        stores.open(endpoint=line.endpoint).put(NAME, MARK)
        assert line.left == 0
        assert store.get(NAME) == MARK


def test_a_bucket_that_goes_is_told_at_every_door(stores: Stores, client: Any) -> None:
    client.create_bucket(Bucket="passing")
    store = stores.open(name="passing", key=WRITER)
    store.put(NAME, b"x")
    for each in client.list_objects_v2(Bucket="passing").get("Contents", []):
        client.delete_object(Bucket="passing", Key=each["Key"])
    client.delete_bucket(Bucket="passing")
    doors: dict[str, Callable[[], object]] = {
        "put": lambda: store.put(NAME, b"x"),
        "get": lambda: store.get(NAME),
        "size": lambda: store.size(NAME),
        "list": lambda: list(store.list("packs")),
        "delete": lambda: store.delete(NAME),
    }
    told: dict[str, str] = {}
    for door, use in doors.items():
        try:
            use()
        except CyberlibError as error:
            told[door] = error.code
    assert told == dict.fromkeys(doors, "bucket_absent")


def test_a_key_that_only_adds_serves_all_but_deleting(bucket: Bucket, stores: Stores, client: Any) -> None:
    store = stores.open()
    assert store.may_delete
    keeps = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket.bucket}/*",
    }  # fmt: skip
    client.put_bucket_policy(
        Bucket=bucket.bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [keeps]})
    )
    try:
        store = stores.open()
        store.put(NAME, b"x")
        assert not store.may_delete
        with pytest.raises(Failed) as kept:
            store.delete(NAME)
        assert code_of(kept) == "bucket_keeps"
        assert store.get(NAME) == b"x"
    finally:
        client.delete_bucket_policy(Bucket=bucket.bucket)


def test_a_key_that_only_reads(stores: Stores) -> None:
    stores.open().put(NAME, b"x")
    reader = stores.open(key=READER)
    assert (reader.get(NAME), reader.size(NAME), len(list(reader.list("packs")))) == (b"x", 1, 1)
    assert not reader.may_delete
    with pytest.raises(Failed) as denied:
        reader.put(f"packs/{'1b' * 32}", b"y")
    assert code_of(denied) == "store_denied"


def test_a_listing_of_several_pages(stores: Stores) -> None:
    store = stores.open()
    names = {f"index/{number:064x}" for number in range(1001)}
    for name in names:
        store.put(name, b"")
    assert {item.name for item in store.list("index")} == names
