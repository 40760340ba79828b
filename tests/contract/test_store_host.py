"""The store of a vault at a host: on its own folder and SQLite, and on SeaweedFS and PostgreSQL."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest

from cyberlib_client.core.ports import Store
from cyberlib_client.transports.host.store import HostStore
from tests.contract.store_contract import StoreContract
from tests.support.hosts import TestHost, TestIdentity, on_servers, serving
from tests.support.servers import postgresql, seaweedfs
from tests.support.systems import WINE


@pytest.mark.skipif(WINE, reason="a host that serves soon hangs in Wine")
class HostContract(StoreContract):
    deletes = False
    examples = 8
    _host: ClassVar[TestHost]
    _identities: ClassVar[dict[str, TestIdentity]] = {}

    def make(self, at: Path) -> Store:
        store, identity = self._host.store()
        self._identities[store.location] = identity
        return store

    def reopen(self, store: Store, at: Path) -> Store:
        client = self._host.client(self._identities[store.location])
        return HostStore(client, store.location.rpartition("/")[2])


class TestHostOnFolder(HostContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def host(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        with serving(tmp_path_factory.mktemp("host")) as cls._host:
            yield


@pytest.mark.skipif(sys.platform != "linux", reason="the servers are installed on Linux")
class TestHostOnSeaweedfsAndPostgresql(HostContract):
    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def host(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        folder = tmp_path_factory.mktemp("servers")
        with ExitStack() as servers:
            bucket = servers.enter_context(seaweedfs(folder / "weed"))
            database = servers.enter_context(postgresql(folder / "postgres"))
            cls._host = servers.enter_context(serving(folder / "host", **on_servers(database, bucket)))
            yield
