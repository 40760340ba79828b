"""The store of a bucket of one's own, on SeaweedFS: S3 direct."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest

from cyberlib_client.core.ports import Store
from cyberlib_client.transports.http import Line
from cyberlib_client.transports.s3.place import place_of
from cyberlib_client.transports.s3.signing import AccessKey
from cyberlib_client.transports.s3.store import S3Store
from tests.contract.store_contract import StoreContract
from tests.support.servers import Bucket, seaweedfs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server is installed on Linux")


class TestS3Store(StoreContract):
    examples = 6
    dated = True
    _bucket: ClassVar[Bucket]
    _open_stores: ExitStack

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def bucket(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        with seaweedfs(tmp_path_factory.mktemp("weed")) as cls._bucket:
            yield

    @pytest.fixture(autouse=True)
    def connections(self) -> Iterator[None]:
        with ExitStack() as self._open_stores:
            yield

    def _open(self, location: str) -> S3Store:
        made = self._bucket
        key = AccessKey(made.access_key, made.secret_key)
        store = S3Store(place_of(location, made.endpoint), key, Line(), time.time_ns)
        self._open_stores.callback(store.close)
        return store

    def make(self, at: Path) -> Store:
        return self._open(f"s3://{self._bucket.bucket}/Cabinet d’été/{secrets.token_hex(8)}")

    def reopen(self, store: Store, at: Path) -> Store:
        return self._open(store.location)
