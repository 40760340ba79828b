"""At a real host: a new workstation restores one file without the index of all."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from tests.support.hosts import serving
from tests.support.vaults import VaultKit, restored_path, source_of


def test_a_new_workstation_restores_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, folder = random.Random(1), tmp_path / "Cabinet"
    with serving(tmp_path / "host") as host:
        store, identity = host.store()
        kit = VaultKit(store)
        for run in range(2):
            folder.mkdir(exist_ok=True)
            for number in range(8):
                (folder / f"{run}{number}.bin").write_bytes(source.randbytes(1_000_000))
            kit.backup(folder)
        sizes = {item.name: item.size for item in store.list("index")}
        assert len(list(store.list("lookups"))) == 2
        assert all(store.is_near(name) for name in sizes), "what this machine made it need not fetch"

        fetched: list[int] = []
        content, small = HostClient.get_content, HostClient.get_small

        def counted(client: HostClient, *given: object) -> bytes:
            data = content(client, *given)  # type: ignore[arg-type]
            fetched.append(len(data))
            return data

        def counted_small(client: HostClient, path: str) -> bytes:
            data = small(client, path)
            fetched.append(len(data))
            return data

        monkeypatch.setattr(HostClient, "get_content", counted)
        monkeypatch.setattr(HostClient, "get_small", counted_small)
        kit.store = HostStore(host.client(identity), store.vault)
        wanted = folder / "04.bin"
        for to in (tmp_path / "a", tmp_path / "b"):
            found = kit.restore(to, paths=[source_of(wanted).path])
            assert (found.files, found.failed) == (1, 0)
            assert restored_path(to, wanted).read_bytes() == wanted.read_bytes()
            assert not any(map(kit.store.is_near, sizes)), "no index object was fetched"
            # Two segments at most hold the file; the second time the rest is near.
            told = sum(fetched) - 2 * (1 << 21)
            assert told < sum(sizes.values()) / (3 if to.name == "a" else 10)
            fetched.clear()
