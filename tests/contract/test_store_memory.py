"""The store that tests use must be as strict as those that users have."""

from __future__ import annotations

from pathlib import Path

from cyberlib_client.core.ports import Store
from cyberlib_client.transports.memory import MemoryStore
from tests.contract.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    def make(self, at: Path) -> Store:
        return MemoryStore()

    def reopen(self, store: Store, at: Path) -> Store:
        return store
