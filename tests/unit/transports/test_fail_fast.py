"""A store that was gone says so at once for a while, and is asked again afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from cyberlib_client.core.errors import IntegrityError, Unreachable
from cyberlib_client.transports.fail_fast import FailFastStore
from cyberlib_client.transports.memory import MemoryStore

NAME = f"packs/{'a' * 64}"


class Gone(MemoryStore):
    """Reached or not, as the test wants; counts how often it was asked."""

    away = False
    asked = 0

    def get(self, *args: Any) -> bytes:
        self.asked += 1
        if self.away:
            raise Unreachable("host_unreachable", at="https://sauvegarde.test")
        return super().get(*args)


def test_many_who_wait_wait_once() -> None:
    store, now = Gone(), [0.0]
    fast = FailFastStore(store, lambda: now[0])
    fast.put(NAME, b"pack")
    assert fast.get(NAME, 1, 2) == b"ac"
    store.away, store.asked = True, 0
    for _ in range(5):
        with pytest.raises(Unreachable) as raised:
            fast.get(NAME)
        assert raised.value.code == "host_unreachable"
    assert store.asked == 1
    now[0], store.away = 11.0, False
    assert fast.get(NAME) == b"pack"


def test_what_is_absent_keeps_nobody_from_asking() -> None:
    fast = FailFastStore(MemoryStore())
    for _ in range(2):
        with pytest.raises(IntegrityError):
            fast.get(NAME)
    fast.put(NAME, b"pack")
    assert fast.size(NAME) == 4
    assert [item.name for item in fast.list("packs")] == [NAME]
