"""At a host: what devices let go stays for the host's own quarantine, and is then gone from every zone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cyberlib_client.core.errors import CyberlibError, IntegrityError, UsageError
from cyberlib_client.core.events import ignore
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.services.sweep import Sweep, sweep
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.store import HostStore
from cyberlib_host.database.observed import moments
from cyberlib_host.jobs.copies import copy_some
from cyberlib_host.services import maintenance
from cyberlib_host.services.retirement import remove_condemned
from tests.integration.test_host_copies import TWO
from tests.support.hosts import TestHost, serving
from tests.support.light import Station, read_files
from tests.support.operators import Operator
from tests.support.vaults import DAY, FixedClock, make_vault


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host", settings=TWO) as made:
        yield made


def put(store: HostStore, content: bytes, kind: str = "packs") -> str:
    name = f"{kind}/{hashlib.sha256(content).hexdigest()}"
    store.put(name, content)
    return name


def later(host: TestHost, days: float) -> None:
    """A host that was there all the time."""
    for _ in range(int(days)):
        host.clock.advance(days=1)
        with host.context.database.write() as connection:
            connection.execute(moments.delete())
            connection.execute(
                moments.insert(),
                [{"name": n, "time": host.clock() - 60 * maintenance.DAY} for n in ("beat", "steady")],
            )


def files(folder: Path) -> set[bytes]:
    return {path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_let_go_is_deleted_in_every_zone_after_thirty_days(host: TestHost, tmp_path: Path) -> None:
    store, identity = host.store()
    gone, kept = put(store, b"gone" * 100), put(store, b"kept" * 100)
    copy_some(host.context)
    assert files(tmp_path / "host" / "lyon") == {b"gone" * 100, b"kept" * 100}
    operator = Operator(tmp_path / "host")
    assert operator.json("organisation", "quarantine") == []
    store.retire([gone])
    assert store.purge([gone, kept]) == []
    (waits,) = operator.json("organisation", "quarantine")
    assert (waits["vault"], waits["objects"], waits["snapshots"], waits["bytes"]) == (
        store.location.rpartition("/")[2], 1, 0, 400,
    )  # fmt: skip
    assert (waits["due"], waits["condemned"]) == (0, 0) and waits["since"] < waits["until"]
    assert operator.json("organisation", "quarantine", waits["siren"]) == [waits]
    later(host, 29)
    assert store.purge([gone]) == []
    assert store.get(gone) == b"gone" * 100, "readable as long as it is there"
    later(host, 2)
    assert store.purge([gone, kept]) == [gone]
    for zone in ("objects", "lyon"):
        assert files(tmp_path / "host" / zone) == {b"kept" * 100}
    assert {item.name for item in store.list("packs")} == {kept}
    with pytest.raises(IntegrityError, match="object_missing"):
        HostStore(host.client(identity), store.location.rpartition("/")[2]).get(gone)
    told = host.client(identity).ask("GET", "/v1/vaults", records.VaultList).vaults[0]
    assert (told.objects, told.bytes) == (1, 400)


def test_others_learn_of_it(host: TestHost) -> None:
    """A workstation that keeps its listing hears that there is a new one."""
    store, identity = host.store()
    gone, kept = put(store, b"gone"), put(store, b"kept")
    other = HostStore(host.client(identity), store.location.rpartition("/")[2])
    assert {item.name for item in other.list("packs")} == {gone, kept}
    store.retire([gone])
    later(host, 31)
    store.purge([gone])
    again = HostStore(host.client(identity), store.location.rpartition("/")[2], other._near)
    assert {item.name for item in again.list("packs")} == {kept}


def test_what_is_revived_stays(host: TestHost) -> None:
    store, _ = host.store()
    name = put(store, b"wanted")
    store.retire([name])
    later(host, 31)
    store.revive([name])
    assert store.purge([name]) == []
    store.retire([name])
    later(host, 31)
    assert store.purge([name]) == [name]
    with pytest.raises(IntegrityError, match="object_missing"):
        store.revive([name])


def test_a_clock_that_jumped_deletes_nothing(host: TestHost) -> None:
    store, _ = host.store()
    name = put(store, b"wanted")
    store.retire([name])
    later(host, 1)
    host.clock.advance(days=400)
    with host.context.database.write() as connection:  # as the host's own watch notes a gap
        connection.execute(moments.update().where(moments.c.name == "steady").values(time=host.clock()))
    assert store.purge([name]) == []
    assert store.get(name) == b"wanted"


def test_nobody_lets_go_what_opens_the_vault_nor_what_is_others(host: TestHost) -> None:
    store, _ = host.store()
    slots = put(store, b"slots", "slots")
    for name in (slots, "vault"):
        with pytest.raises(CyberlibError):
            store.retire([name])
    stranger, _ = host.store()
    mine = put(store, b"mine")
    vault = store.location.rpartition("/")[2]
    intruder = HostStore(stranger.client, vault)
    for ask in (intruder.retire, intruder.revive, intruder.purge):
        with pytest.raises(CyberlibError):
            ask([mine])
    later(host, 31)
    assert store.purge([mine]) == [], "it was never let go"


def test_content_that_comes_again_is_not_deleted(host: TestHost) -> None:
    """The same bytes under another name, or put anew while the host still deletes."""
    store, _ = host.store()
    name = put(store, b"same")
    twin = put(store, b"same", "index")
    store.retire([name])
    later(host, 31)
    assert store.purge([name]) == [name]
    assert store.get(twin) == b"same"
    put(store, b"same")
    assert store.get(name) == b"same"


def test_a_zone_that_is_away_deletes_later(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    name = put(store, b"gone")
    copy_some(host.context)
    store.retire([name])
    later(host, 31)
    lyon = tmp_path / "host" / "lyon"
    with away(lyon):
        assert store.purge([name]) == [name]
    assert files(lyon) == {b"gone"}
    (waits,) = Operator(tmp_path / "host").json("organisation", "quarantine")
    assert (waits["objects"], waits["since"], waits["condemned"]) == (0, None, 1)
    assert remove_condemned(host.context) == 1
    assert files(lyon) == set()


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """Something else lies where the zone was."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.write_bytes(b"no folder")
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


def test_a_sweep_at_a_host(host: TestHost) -> None:
    """The engine's own way: let go, wait, delete, all of it at a host; and what is kept is read."""
    store, _ = host.store()
    clock = FixedClock()
    opened = make_vault(store, clock=clock)
    station = Station(opened, store, "A", clock, 1)

    def backup(content: bytes) -> object:
        return next(each for each in station.backup({"a": content}) if each is not None)

    first, last = backup(b"one" * 500), backup(b"two" * 500)

    def swept(*going: object) -> object:
        station.died()
        vault = station.vault()
        return sweep(
            vault, station.identity, station.snapshots(vault), Sweep(going), clock=clock,
            random=station.random, listener=ignore, cancel=CancelToken(),
        )  # fmt: skip

    swept(first)
    clock.advance(31 * DAY)  # the workstation's clock alone
    early = swept()
    assert early.purged == 0 and early.kept > 0
    later(host, 31)
    freed = swept()
    assert freed.purged > 0 and freed.kept == 0
    station.died()
    assert read_files(station.vault(), last) == {"a": b"two" * 500}
    assert len(list(store.list("snapshots"))) == 1
    with pytest.raises(UsageError):
        station.snapshots(station.vault()).resolve(first.id)
