"""A machine that is out of memory: each service says so instead of ending in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from cyberlib_client.core.errors import Failed
from cyberlib_client.repository.vault import Vault
from tests.support.trees import make_tree
from tests.support.vaults import VaultKit


@pytest.mark.parametrize("service", ["backup", "restore", "verify"])
@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("can't start new thread")])
def test_too_little_memory_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, service: str, error: Exception
) -> None:
    folder = make_tree(tmp_path / "a", {"x": b"x"})
    kit = VaultKit()
    kit.backup(folder)

    def load(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr(Vault, "load_index", load)
    with pytest.raises(Failed) as told:
        {
            "backup": lambda: kit.backup(folder),
            "restore": lambda: kit.restore(tmp_path / "out"),
            "verify": kit.verify,
        }[service]()
    assert told.value.code == "no_memory"
