"""What came since, many small objects together, and what a workstation keeps of them."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, inspect, select, text

from cyberlib_client.core.errors import Failed, IntegrityError
from cyberlib_client.core.ids import PACK_SIZE
from cyberlib_client.transports.host.pace import Pace
from cyberlib_client.transports.host.store import HostStore
from cyberlib_client.transports.near import Near
from cyberlib_host.database.engine import Database
from cyberlib_host.database.schema import _config, upgrade
from cyberlib_host.database.tables import objects, vaults
from tests.support.hosts import TestHost
from tests.support.servers import postgresql


def named(data: bytes, kind: str = "index") -> str:
    return f"{kind}/{hashlib.sha256(data).hexdigest()}"


class Asked:
    """A store, with the paths that it asks its host for."""

    def __init__(self, store: HostStore, path: str) -> None:
        again = HostStore(store.client, store.vault, Near(path))
        self.store, self.paths, send = again, list[str](), store.client._asks.send

        def noted(method: str, url: str, *rest: Any, **more: Any) -> bytes:
            self.paths.append(url.rpartition(store.vault)[2])
            return send(method, url, *rest, **more)

        store.client._asks.send = noted  # type: ignore[method-assign]


def changes(store: HostStore, **query: str) -> dict[str, Any]:
    path = f"/v1/vaults/{store.vault}/changes"
    found: dict[str, Any] = store.client.ask("GET", path, dict, query=query)
    return found


# ---- the protocol ----------------------------------------------------------------------------------


def test_objects_come_in_the_order_in_which_they_were_stored(host: TestHost) -> None:
    store, _ = host.store()
    assert changes(store) == {"objects": [], "mark": "", "whole": True, "more": False}
    names = [named(b"%d" % number, "index" if number % 2 else "snapshots") for number in range(25)]
    for name in names:
        store.put(name, b"x")
    seen, mark, whole = [], "", True
    while True:
        page = changes(store, limit="10", **({"mark": mark} if mark else {}))
        assert page["whole"] is whole
        seen += [each["name"] for each in page["objects"]]
        mark, whole = page["mark"], False
        if not page["more"]:
            break
    assert seen == names
    assert changes(store, mark=mark) == {"objects": [], "mark": mark, "whole": False, "more": False}
    store.put("vault", b"v")
    assert [each["name"] for each in changes(store, mark=mark)["objects"]] == ["vault"]


@pytest.mark.parametrize("mark", ["", "x", "1", "1-", "0-0", "3-0123456789abcdef", "9" * 40, "٣-a", "-1-a"])
def test_a_mark_of_no_object_counts_as_none(host: TestHost, mark: str) -> None:
    store, _ = host.store()
    for number in range(3):
        store.put(named(b"%d" % number), b"%d" % number)
    page = changes(store, mark=mark)
    assert (page["whole"], len(page["objects"])) == (True, 3)


def test_small_objects_come_together(host: TestHost) -> None:
    store, _ = host.store()
    data = [b"", b"one", os.urandom(1 << 20), *(os.urandom(900_000) for _ in range(10))]
    for each in data:
        store.put(named(each), each)
    large = os.urandom((1 << 20) + 1)
    store.put(named(large), large)
    lost = b"lost by the storage"
    store.put(named(lost), lost)
    storage: Any = host.context.storage
    storage.delete(store.vault, hashlib.sha256(lost).hexdigest())
    names = [named(each) for each in (data[1], b"absent", data[0], large, lost, *data[2:])]
    path = f"/v1/vaults/{store.vault}/contents"
    answer = store.client.ask_bytes("POST", path, {"names": names})
    wanted: list[bytes | None] = [data[1], None, data[0], None, None, *data[2:]]
    told = [b"\xff" * 4 if each is None else len(each).to_bytes(4, "big") + each for each in wanted]
    assert answer == b"".join(told[: 5 + 1 + 8])  # 8 MiB at most: 1 MiB, and 8 of 900,000 bytes
    store.prefetch(names)  # asks for the rest, in another request
    assert [store._near.get(named(each)) for each in data] == data


# ---- what is kept ----------------------------------------------------------------------------------


def test_what_was_read_once_is_not_asked_for_again(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    data = [b"object %d" % number for number in range(30)]
    for each in data:
        store.put(named(each), each)
    path = str(tmp_path / "near.sqlite")
    first = Asked(store, path)
    found = [first.store.get(item.name) for item in first.store.list("index")]
    assert found == sorted(data, key=named)
    assert len(first.paths) == 31
    again = Asked(store, path)
    names = [item.name for item in again.store.list("index")]
    again.store.prefetch(names)
    assert sorted(again.store.get(name) for name in names) == sorted(data)
    assert again.paths == ["/changes"]


def test_many_come_in_one_request(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    data = [b"object %d" % number for number in range(30)]
    for each in data:
        store.put(named(each), each)
    asked = Asked(store, str(tmp_path / "near.sqlite"))
    names = [item.name for item in asked.store.list("index")]
    asked.store.prefetch([*names, named(b"absent")])
    assert sorted(asked.store.get(name) for name in names) == sorted(data)
    assert asked.paths == ["/changes", "/contents"]
    with pytest.raises(IntegrityError):
        asked.store.get(named(b"absent"))


@pytest.mark.parametrize("what", ["garbage", "cut", "emptied", "altered", "a folder"])
def test_a_damaged_copy_costs_time_alone(host: TestHost, tmp_path: Path, what: str) -> None:
    store, _ = host.store()
    data = [os.urandom(5000) for _ in range(30)]
    for each in data:
        store.put(named(each), each)
    path = tmp_path / "near.sqlite"
    near = Near(str(path))
    first = HostStore(store.client, store.vault, near)
    first.prefetch(item.name for item in first.list("index"))
    first.keep("packs/x", 3, b"kept")
    near.close()
    if what == "garbage":
        path.write_bytes(os.urandom(200_000))
    elif what == "cut":
        path.write_bytes(path.read_bytes()[:100_000])
    elif what == "emptied":
        path.write_bytes(b"")
    elif what == "a folder":
        path.unlink()
        path.mkdir()
    else:
        with sqlite3.connect(path) as database:
            database.execute("UPDATE kept SET data = x'00'")
    again = HostStore(store.client, store.vault, Near(str(path)))
    assert sorted(item.name for item in again.list("index")) == sorted(map(named, data))
    assert sorted(again.get(named(each)) for each in data) == sorted(data)
    assert again.near("packs/x", 3, 4) in (None, b"kept")


def test_a_host_put_back_to_an_earlier_state_is_listed_as_it_is(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    for number in range(5):
        store.put(named(b"%d" % number), b"%d" % number)
    near = str(tmp_path / "near.sqlite")
    assert len(list(HostStore(store.client, store.vault, Near(near)).list("index"))) == 5
    last = (objects.c.vault == store.vault) & (objects.c.sequence > 3)
    with host.context.database.write() as connection:
        connection.execute(delete(objects).where(last))
        connection.execute(vaults.update().where(vaults.c.id == store.vault).values(sequence=3))
    assert len(list(HostStore(store.client, store.vault, Near(near)).list("index"))) == 3
    for number in range(7, 12):  # and it went on without what it lost
        store.put(named(b"%d" % number), b"%d" % number)
    listed = [item.name for item in HostStore(store.client, store.vault, Near(near)).list("index")]
    assert sorted(listed) == sorted(named(b"%d" % number) for number in (0, 1, 2, *range(7, 12)))


def test_two_writers_see_each_other(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    near = str(tmp_path / "near.sqlite")
    one = HostStore(store.client, store.vault, Near(near))
    other = HostStore(store.client, store.vault, Near(near))
    for number in range(6):
        (one, other)[number % 2].put(named(b"%d" % number), b"%d" % number)
        assert len(list((one, other)[number % 2].list("index"))) == number + 1


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("cyberlib_client.transports.near.LARGEST", 1 << 20)
    path = str(tmp_path / "near.sqlite")
    for round_ in range(5):
        near = Near(path)
        for number in range(10):
            near.keep(f"{round_} {number}", os.urandom(100_000))
        near.close()
    near = Near(path)
    kept = [key for key in (f"{r} {n}" for r in range(5) for n in range(10)) if near.get(key)]
    assert 5 <= len(kept) <= 20
    assert "4 9" in kept
    assert os.path.getsize(path) < 4 << 20


# ---- older databases ---------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        yield Database(f"sqlite:///{tmp_path / 'host.sqlite'}")
        return
    with postgresql(tmp_path / "postgresql") as url:
        found = Database(url)
        yield found
        found.close()


def test_objects_of_an_older_host_are_numbered(database: Database) -> None:
    with database.write() as connection:
        command.upgrade(_config(connection), "0001")
        connection.execute(text(
            "INSERT INTO organisations (id, name, siren, seats, decided, decided_at, bytes, created)"
            " VALUES ('o', 'Cabinet', '732829320', 1, 'active', 1, 0, 1)"
        ))  # fmt: skip
        for vault in ("v", "w"):
            connection.execute(
                text(
                    "INSERT INTO vaults (id, organisation, created, objects, bytes, log_sequence, log_hash)"
                    " VALUES (:id, 'o', 1, 0, 0, 0, :none)"
                ),
                {"id": vault, "none": b""},
            )
        for number, name in enumerate("cab"):
            connection.execute(
                text(
                    "INSERT INTO objects (vault, name, size, sha256, device, stored, copied)"
                    " VALUES ('v', :name, 1, :digest, 'd', :stored, :copied)"
                ),
                {"name": name, "digest": bytes(32), "stored": number // 2, "copied": True},
            )
    upgrade(database)
    with database.read() as connection:
        order = select(objects.c.name, objects.c.sequence).order_by(objects.c.sequence)
        assert connection.execute(order).all() == [("a", 1), ("c", 2), ("b", 3)]
        ends = dict(connection.execute(select(vaults.c.id, vaults.c.sequence)).all())
        assert ends == {"v": 3, "w": 0}
        assert "ix_objects_sequence" in {each["name"] for each in inspect(connection).get_indexes("objects")}


# ---- links and packs ---------------------------------------------------------------------------------


def test_links_for_what_follows_are_asked_for_together(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    data = [os.urandom(50) for _ in range(150)]
    for each in data:
        store.put(named(each, "packs"), each)
    asked = Asked(store, str(tmp_path / "near.sqlite"))
    names = [named(each, "packs") for each in data]
    asked.store.announce([*names[:100], named(b"absent", "packs"), *names[100:]])
    assert [asked.store.get(name, 10, 20) for name in names] == [each[10:30] for each in data]
    assert asked.paths == ["/downloads"] * 3
    with pytest.raises(IntegrityError):
        asked.store.get(named(b"absent", "packs"))


def test_a_link_that_is_too_old_is_asked_for_again(
    host: TestHost, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("cyberlib_client.transports.host.places._JUST_NOW", 0.0)
    store, _ = host.store()
    data = os.urandom(1000)
    store.put(named(data, "packs"), data)
    asked = Asked(store, "")
    assert asked.store.get(named(data, "packs"), 5, 5) == data[5:10]
    storage: Any = host.context.storage
    before, storage._key = storage._key, os.urandom(32)  # every link given so far is worth nothing now
    try:
        assert asked.store.get(named(data, "packs"), 5, 5) == data[5:10]
    finally:
        storage._key = before
    assert asked.paths == ["/downloads", "/downloads"]


def test_a_put_that_was_lost_is_made_again(host: TestHost) -> None:
    store, _ = host.store()
    storage: Any = host.context.storage
    put, puts = store.client.put_content, list[int]()

    def losing(link: Any, data: Any) -> None:
        put(link, data)
        puts.append(len(data))
        if len(puts) < 3:
            storage.delete(store.vault, hashlib.sha256(data).hexdigest())

    store.client.put_content = losing  # type: ignore[method-assign]
    data = os.urandom(2 << 20)
    store.put(named(data, "packs"), data)
    assert store.get(named(data, "packs")) == data
    assert len(puts) == 3
    puts.clear()
    other = os.urandom(2 << 20)
    store.client.put_content = lambda link, data: puts.append(len(data))  # type: ignore[method-assign]
    with pytest.raises(Failed) as refused:  # a storage that never has it
        store.put(named(other, "packs"), other)
    assert (refused.value.facts["reason"], len(puts)) == ("object_not_here", 3)
    assert store.size(named(other, "packs")) is None


def test_packs_are_as_large_as_the_line_allows(tmp_path: Path) -> None:
    path = str(tmp_path / "near.sqlite")
    near = Near(path)
    pace = Pace(near)
    assert pace.pack_size == PACK_SIZE  # nothing is known yet
    pace.took(16 << 20, 10)
    assert pace.pack_size == PACK_SIZE
    pace.took(16 << 20, 160)
    assert pace.pack_size == pytest.approx(3 << 20, abs=1000)
    near.close()
    pace = Pace(Near(path))  # the next run knows
    assert pace.pack_size == pytest.approx(3 << 20, abs=1000)
    pace.took(1000, 10_000)
    assert pace.pack_size == 1 << 20
    for _ in range(20):
        pace.took(16 << 20, 1)
    assert pace.pack_size == PACK_SIZE
    for wrong in ("", "x", "-3", "٣", "1e9", "nan"):
        Near(path).note("bytes a second", wrong)
        assert Pace(Near(path)).pack_size == PACK_SIZE
