"""Several processes of a host on one PostgreSQL, and what PostgreSQL does otherwise than SQLite."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from cyberlib_client.core.errors import CyberlibError, Failed
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.guidance import CustomerEnd, SupportEnd
from cyberlib_client.transports.host.store import HostStore
from cyberlib_client.transports.http import Line
from cyberlib_host.data_folder import initialise
from cyberlib_host.database.tables import chains, objects, organisations, vaults
from cyberlib_host.services import audit, support
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.operators import Operator
from tests.support.servers import postgresql
from tests.support.stations import books

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="PostgreSQL is installed on Linux")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgresql(tmp_path_factory.mktemp("servers") / "postgres") as url:
        yield url


@pytest.fixture(scope="module")
def host(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestHost]:
    settings = f'database = "{server}"\n'
    with serving(tmp_path_factory.mktemp("host") / "data", settings=settings) as made:
        yield made


def _together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Begins all at one moment; what each gives, or the error of the client it ended with."""
    gate = threading.Barrier(count)

    def one(number: int) -> Any:
        gate.wait()
        try:
            return act(number)
        except CyberlibError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_processes_that_begin_at_once(server: str, tmp_path: Path) -> None:
    """On an empty database, each brings it to its shape: they wait for one another."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")
    url = server.rpartition("/")[0] + "/fresh"

    def begin(number: int) -> str:
        context = initialise(tmp_path / str(number), {"CYBERLIB_HOST_DATABASE": url})
        with context.database.read() as connection:
            assert audit.check(connection, audit.HOST) == 0
        context.database.close()
        return "begun"

    assert _together(4, begin) == ["begun"] * 4


def test_a_log_that_grows_is_checked_all_the_same(host: TestHost) -> None:
    """A check sees one moment: lines that come meanwhile are no sign that somebody changed it."""
    made = host.organisation()
    done = threading.Event()

    def grow() -> int:
        count = 0
        while not done.is_set():
            with host.context.database.write() as connection:
                audit.note(host.context, connection, made.id, OPERATOR, "test")
            count += 1
        return count

    operator = Operator(host.tls_folder.parent)
    with ThreadPoolExecutor(2) as pool:
        growing = [pool.submit(grow) for _ in range(2)]
        try:
            found = [operator.json("audit", "check", made.id)["lines"] for _ in range(8)]
            found.append(operator.json("check")["audit_lines"])
        finally:
            done.set()
    assert sum(each.result() for each in growing) > 8
    assert found[:-1] == sorted(set(found[:-1]))


def test_objects_that_come_at_once_are_counted_once(host: TestHost) -> None:
    """From two devices into one vault, some of them the same: no number is given twice or left out."""
    made = host.organisation(seats=2)
    first = host.client(host.enrol(made.contract_key, "A"))
    vault = first.ask("POST", "/v1/vaults", records.Vault).id
    second = host.client(host.enrol(made.contract_key, "B"))
    body = {"contract_key": made.contract_key}
    second.ask("POST", f"/v1/vaults/{vault}/members", records.Vault, body)
    stores = [HostStore(client, vault) for client in (first, second)]

    def put(number: int) -> None:
        for turn in range(12):
            own = b"%d" % turn if turn % 3 else b"%d of %d" % (turn, number)
            kind = "snapshots" if turn % 2 else "index"
            stores[number % 2].put(f"{kind}/{hashlib.sha256(own).hexdigest()}", own)

    assert _together(4, put) == [None] * 4
    with host.context.database.read() as connection:
        of_it = select(objects.c.sequence).where(objects.c.vault == vault).order_by(objects.c.sequence)
        numbers = connection.execute(of_it).scalars().all()
    assert numbers == list(range(1, 8 + 4 * 4 + 1))
    books(host.context.database)


def test_a_device_that_asks_for_a_vault_twice_at_once(host: TestHost) -> None:
    made = host.organisation()
    identity = host.enrol(made.contract_key)
    clients = [host.client(identity) for _ in range(4)]
    for client in clients:
        client.sign_in()
    given = _together(4, lambda number: clients[number].ask("POST", "/v1/vaults", records.Vault).id)
    assert len(set(given)) == 1
    with host.context.database.read() as connection:
        there = connection.execute(select(vaults.c.id).where(vaults.c.organisation == made.id)).all()
    assert len(there) == 1


def test_a_quota_holds_for_vaults_that_grow_at_once(host: TestHost) -> None:
    made = host.organisation(seats=4, quota=250)
    stores = []
    for name in "ABCD":
        client = host.client(host.enrol(made.contract_key, name))
        stores.append(HostStore(client, client.ask("POST", "/v1/vaults", records.Vault).id))

    def put(number: int) -> None:
        stores[number].put("vault", bytes([number]) * 100)

    refused = [each for each in _together(4, put) if each is not None]
    assert [error.code for error in refused] == ["host_quota_reached"] * 2
    with host.context.database.read() as connection:
        of_it = select(organisations.c.bytes).where(organisations.c.id == made.id)
        assert connection.execute(of_it).scalar_one() == 200


def test_two_that_take_over_one_licence(host: TestHost) -> None:
    """One gets the place; the other is told that it was taken."""
    made = host.organisation(seats=1)
    old = host.client(host.enrol(made.contract_key, "OLD"))
    vault = old.ask("POST", "/v1/vaults", records.Vault).id
    new = [host.client(host.enrol(made.contract_key, name)) for name in ("N1", "N2")]
    body = {"contract_key": made.contract_key, "device": "OLD"}

    def take(number: int) -> Any:
        return new[number].ask("POST", "/v1/reassignments", records.Device, body)

    for client in new:
        client.sign_in()
    given = _together(2, take)
    (taken,) = [each for each in given if not isinstance(each, CyberlibError)]
    (late,) = [each for each in given if isinstance(each, CyberlibError)]
    assert (taken.state, taken.vault) == ("active", vault)
    assert (late.code, late.facts["by"]) == ("host_device_taken", taken.name)


def test_two_that_purge(host: TestHost) -> None:
    made = host.organisation()
    try:
        for _ in range(3):
            host.clock.advance(days=60)
            with host.context.database.write() as connection:
                audit.note(host.context, connection, made.id, OPERATOR, "test")
        host.clock.advance(days=60)
        _together(3, lambda _: audit.purge(host.context))
        with host.context.database.read() as connection:
            for name in connection.execute(select(chains.c.organisation)).scalars():
                audit.check(connection, name)
            assert audit.check(connection, made.id) == 3
    finally:
        host.clock.ahead = 0


def test_a_character_that_postgresql_does_not_take(host: TestHost) -> None:
    made = host.organisation()
    client = host.client(host.enrol(made.contract_key))
    vault = client.ask("POST", "/v1/vaults", records.Vault).id
    path = f"/v1/vaults/{vault}/objects"
    with pytest.raises(Failed) as refused:
        client.ask("GET", path, records.Listing, query={"kind": "packs", "after": "packs/\0"})
    assert refused.value.facts["reason"] == "bad_request"


def test_of_two_who_join_at_once_one_does(host: TestHost) -> None:
    """And messages of both sides come at once."""
    customer = CustomerEnd(host.client(host.enrol(host.organisation().contract_key)), os.urandom(16).hex())
    customer.open(b"offer", 600)
    with host.context.database.write() as connection:
        added = [support.add(host.context, connection, f"Assistance {n}", OPERATOR) for n in range(4)]
    ends = []
    for each in added:
        client = HostClient(host.url, Line(ca=host.ca), credential=each.secret)
        host.hold(client)
        ends.append(SupportEnd(client, customer._meeting))
    told = _together(4, lambda n: ends[n].join(b"joining %d" % n))
    joined = [n for n, each in enumerate(told) if not isinstance(each, CyberlibError)]
    assert len(joined) == 1
    assert {each.code for each in told if isinstance(each, CyberlibError)} == {"host_meeting_taken"}
    assert customer.hear(0, joined=False).joining == f"joining {joined[0]}"
    both: list[CustomerEnd | SupportEnd] = [customer, ends[joined[0]]]
    for number in range(5):
        _together(2, lambda n, number=number: both[n].say(number, b"said" * 10))  # type: ignore[misc]
    assert [len(each.hear(0, joined=True).said) for each in both] == [5, 5]
    assert customer.end().state == "over"


def test_of_machines_that_offer_one_meeting_at_once_one_does(host: TestHost) -> None:
    """The others are told so, whoever looked first: an id is nobody's before it is written."""
    made = host.organisation(seats=4)
    # No patience: a client that asks again would hide an error of the host's.
    clients = [host.client(host.enrol(made.contract_key, f"POSTE-{n}"), 0.0) for n in range(4)]
    for _ in range(10):
        meeting = os.urandom(16).hex()
        ends = [CustomerEnd(client, meeting) for client in clients]
        told = _together(4, lambda n, ends=ends: ends[n].open(b"offer", 600))  # type: ignore[misc]
        refused = [each.code for each in told if isinstance(each, CyberlibError)]
        assert refused == ["host_meeting_taken"] * 3
