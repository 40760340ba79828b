"""Copies in the other zones: of what was there before, beside what is lost, and until the host stops."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_host.core.ports import Content
from cyberlib_host.data_folder import initialise
from cyberlib_host.database.tables import objects
from cyberlib_host.jobs import copies
from cyberlib_host.jobs.copies import copy_some
from cyberlib_host.jobs.leftovers import remove_leftovers
from cyberlib_host.services.context import Context
from tests.support.hosts import TestHost, serving

ONE = """
[[zones]]
name = "Paris"
latitude = 48.86
longitude = 2.35
folder = "objects"
"""
TWO = f"""{ONE}
[[zones]]
name = "Lyon"
latitude = 45.76
longitude = 4.84
folder = "lyon"
"""


def _fill(host: TestHost, count: int) -> None:
    store, _ = host.store()
    for number in range(count):
        data = b"%d" % number
        store.put(f"packs/{hashlib.sha256(data).hexdigest()}", data)


def _waiting(client: HostClient) -> int:
    return client.ask("GET", "/v1/vaults", records.VaultList).vaults[0].waiting


def _files(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("before", ["", ONE])
def test_a_zone_that_is_added_gets_what_was_there_before(tmp_path: Path, before: str) -> None:
    folder = tmp_path / "host"
    with serving(folder, settings=before) as host:
        _fill(host, 3)
    (folder / "host.toml").write_text(TWO, encoding="utf-8")
    context = initialise(folder, {})
    with context.database.read() as connection:
        assert not any(row.copied for row in connection.execute(objects.select()))
    assert copy_some(context) == 3
    assert _files(folder / "lyon") == _files(folder / "objects") == [b"0", b"1", b"2"]
    again = initialise(folder, {})  # it is not new any more
    with again.database.read() as connection:
        assert all(row.copied for row in connection.execute(objects.select()))


def _lost(context: Context, count: int) -> list[Content]:
    """Takes the files of the objects that were stored first."""
    with context.database.read() as connection:
        rows = connection.execute(objects.select().order_by(objects.c.stored).limit(count)).all()
    found = [Content(row.vault, row.sha256.hex(), row.size) for row in rows]
    for content in found:
        context.storage.delete(content.vault, content.sha256)
    return found


def test_what_is_lost_keeps_nothing_else_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "_BATCH", 4)
    folder = tmp_path / "host"
    with serving(folder, settings=ONE) as host:
        _fill(host, 12)
    (folder / "host.toml").write_text(TWO, encoding="utf-8")
    context = initialise(folder, {})
    lost = _lost(context, 6)
    put_off: dict[Content, int] = {}
    assert copy_some(context, put_off, lambda: True) == 0  # a host that stops begins nothing more
    while copy_some(context, put_off):
        pass
    assert len(_files(folder / "lyon")) == 6
    assert set(put_off) == set(lost)


def test_all_that_was_never_committed_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cyberlib_host.jobs.leftovers._BATCH", 2)
    with serving(tmp_path / "host") as host:
        store, _ = host.store()
        for number in range(5):
            data = b"%d" % number
            digest = hashlib.sha256(data).hexdigest()
            each = {"name": f"packs/{digest}", "size": len(data), "sha256": digest}
            body = {"objects": [each]}
            store.client.ask("POST", f"/v1/vaults/{store.vault}/uploads", records.PreparedList, body)
            host.context.storage.write(Content(store.vault, digest, len(data)), data)
        host.clock.advance(days=3)
        assert remove_leftovers(host.context) == 5
        assert _files(tmp_path / "host" / "objects") == []


@pytest.mark.skipif(os.name == "nt", reason="rights of POSIX")
def test_nobody_else_reads_the_database(tmp_path: Path) -> None:
    """Also where the folder was made before, for all to see."""
    folder = tmp_path / "host"
    folder.mkdir(mode=0o755)
    initialise(folder, {}).database.close()
    assert stat.S_IMODE((folder / "host.sqlite").stat().st_mode) == 0o600
