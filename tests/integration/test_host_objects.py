"""What a host takes, gives and refuses; its logs; its copies."""

from __future__ import annotations

import hashlib
import json
import os
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cyberlib_client.core.errors import CyberlibError, Failed
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.store import HostStore
from cyberlib_host.api.limits import Limits
from cyberlib_host.core.geography import Place
from cyberlib_host.core.wire import Card
from cyberlib_host.jobs.copies import copy_some
from cyberlib_host.jobs.leftovers import remove_leftovers
from cyberlib_host.services import audit
from cyberlib_host.services.context import Zone
from cyberlib_host.storage.folder import FolderStorage
from tests.support.hosts import TestHost, serving

HEX = "0123456789abcdef" * 4
LARGE = os.urandom(3 << 20)


class Raw:
    """Requests as they are, to see the answers as they are."""

    def __init__(self, host: TestHost, store: HostStore) -> None:
        self.store = store
        self.path = store.location.removeprefix(host.url)
        self.http = httpx2.Client(
            base_url=host.url, verify=ssl.create_default_context(cadata=host.ca), follow_redirects=False
        )
        store.client.sign_in()
        self.http.headers["Authorization"] = f"Bearer {store.client._token}"

    def ask(self, method: str, path: str, **given: Any) -> httpx2.Response:
        return self.http.request(method, path, **given)

    def prepare(self, data: bytes, name: str | None = None) -> dict[str, Any]:
        """The link to put `data`, as an object of that name."""
        answer = self.ask("POST", f"{self.path}/uploads", json={"objects": [declared(data, name)]})
        link: dict[str, Any] = answer.json()["objects"][0]["put"]
        return link


def declared(data: bytes, name: str | None = None) -> dict[str, Any]:
    digest = hashlib.sha256(data).hexdigest()
    return {"name": name or f"packs/{digest}", "size": len(data), "sha256": digest}


@pytest.fixture
def raw(host: TestHost) -> Iterator[Raw]:
    made = Raw(host, host.store()[0])
    yield made
    made.http.close()


def _code(answer: httpx2.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["code"])


# ---- verbs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "POST", "MOVE"])
def test_a_device_has_no_verb_that_changes_an_object(raw: Raw, method: str) -> None:
    raw.store.put("vault", b"v")
    for path in (f"{raw.path}/objects/vault", raw.path, "/v1/device"):
        assert raw.ask(method, path).status_code in (404, 405)
    assert raw.store.get("vault") == b"v"


def test_an_object_is_never_overwritten(raw: Raw) -> None:
    name = f"packs/{HEX}"
    raw.store.put(name, LARGE)
    again = declared(LARGE[::-1], name)
    answer = raw.ask("POST", f"{raw.path}/uploads", json={"objects": [again]}).json()
    assert answer["objects"][0]["put"] is None
    assert raw.ask("PUT", f"{raw.path}/objects/{name}", content=b"other").json()["size"] == len(LARGE)
    assert raw.store.get(name) == LARGE


# ---- uploads ---------------------------------------------------------------------------------------


def test_content_must_be_what_was_declared(raw: Raw) -> None:
    link = raw.prepare(LARGE)
    for wrong in (LARGE[:-1], LARGE + b"x", b"y" + LARGE[1:], b""):
        answer = raw.ask("PUT", link["url"], content=wrong)
        assert _code(answer) == ("hash_mismatch" if len(wrong) == len(LARGE) else "size_mismatch")
        refused = raw.ask("POST", f"{raw.path}/objects", json={"objects": [declared(LARGE)]})
        assert _code(refused) == "object_not_here"
    assert list(raw.store.list("packs")) == []
    assert raw.ask("PUT", link["url"], content=LARGE).status_code == 200
    stored = raw.ask("POST", f"{raw.path}/objects", json={"objects": [declared(LARGE)]}).json()
    assert stored["objects"][0]["size"] == len(LARGE)
    again = raw.ask("POST", f"{raw.path}/objects", json={"objects": [declared(LARGE)]})
    assert again.status_code == 200


def test_a_link_allows_one_thing_for_a_time(host: TestHost, raw: Raw) -> None:
    url = raw.prepare(LARGE)["url"]
    other = raw.prepare(b"other" * 400_000)["url"]
    for wrong in (
        url.replace("size=", "size=1"),
        url.replace("expires=", "expires=9"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.split("&seal")[0],
        url.split("?")[0],
        other.split("?")[0] + "?" + url.split("?")[1],
    ):
        assert _code(raw.ask("PUT", wrong, content=LARGE)) == "link_not_valid"
    assert _code(raw.ask("GET", url)) == "link_not_valid"
    folder = host.context.storage
    assert isinstance(folder, FolderStorage)
    host.clock.advance(seconds=3601)
    folder._clock, before = host.clock, folder._clock
    try:
        assert _code(raw.ask("PUT", url, content=LARGE)) == "link_expired"
    finally:
        folder._clock = before


def test_bodies_are_bounded(raw: Raw) -> None:
    assert _code(raw.ask("PUT", f"{raw.path}/objects/packs/{HEX}", content=bytes((1 << 20) + 1))) == (
        "body_too_large"
    )
    long = b'{"objects": [' + b" " * 300_000 + b"]}"
    headers = {"content-type": "application/json"}
    assert _code(raw.ask("POST", f"{raw.path}/uploads", content=long, headers=headers)) == "body_too_large"
    huge = {"name": f"packs/{HEX}", "size": 1 << 40, "sha256": HEX}
    assert _code(raw.ask("POST", f"{raw.path}/uploads", json={"objects": [huge]})) == "body_too_large"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"objects": []}', b'{"objects": [1]}',
        b'{"objects": [{"name": "../x", "size": 1, "sha256": "00"}]}',
        json.dumps({"objects": [declared(b"x")] * 65}).encode(),
        json.dumps({"objects": [declared(b"x")], "more": 1}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_request(raw: Raw, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert _code(raw.ask("POST", f"{raw.path}/uploads", content=body, headers=headers)) == "bad_request"
    assert _code(raw.ask("POST", f"{raw.path}/uploads", content=body)) == "not_json"


def test_a_quota_is_kept(host: TestHost) -> None:
    made = host.organisation(quota=5 << 20)
    client = host.client(host.enrol(made.contract_key))
    store = HostStore(client, client.ask("POST", "/v1/vaults", records.Vault).id)
    store.put(f"packs/{HEX}", LARGE)
    for size in (3 << 20, 1 << 20):
        while True:
            try:
                store.put(f"packs/{hashlib.sha256(os.urandom(8)).hexdigest()}", os.urandom(size))
            except Failed as error:
                assert error.code == "host_quota_reached"
                break
    standing = client.ask("GET", "/v1/device", records.Standing)
    assert 4 << 20 < standing.organisation.bytes <= 5 << 20
    assert store.get(f"packs/{HEX}") == LARGE


def test_what_was_never_committed_is_removed(host: TestHost, raw: Raw) -> None:
    host.clock.advance(days=3)
    remove_leftovers(host.context)  # of other tests
    host.clock.ahead = 0
    link = raw.prepare(LARGE)
    raw.ask("PUT", link["url"], content=LARGE)
    kept = os.urandom(2 << 20)
    raw.store.put(f"packs/{HEX}", kept)
    raw.prepare(kept, f"packs/{HEX[::-1]}")  # announced again under another name, and left at that
    host.clock.advance(days=1.9)
    assert remove_leftovers(host.context) == 0
    host.clock.advance(days=0.2)
    assert remove_leftovers(host.context) == 1
    host.clock.ahead = 0
    refused = raw.ask("POST", f"{raw.path}/objects", json={"objects": [declared(LARGE)]})
    assert _code(refused) == "object_not_here"
    assert raw.store.get(f"packs/{HEX}") == kept


def test_more_requests_than_connections_to_the_database_are_asked_to_wait(host: TestHost, raw: Raw) -> None:
    engine = host.context.database.engine
    pool: Any = engine.pool
    before, pool._timeout = pool._timeout, 0.05
    held = [engine.connect() for _ in range(pool.size() + pool._max_overflow - pool.checkedout())]
    try:
        answer = raw.ask("GET", "/v1/device")
        assert (answer.status_code, _code(answer)) == (503, "storage_unreachable")
        assert answer.headers["retry-after"] == "2"
    finally:
        pool._timeout = before
        for connection in held:
            connection.close()
    assert raw.ask("GET", "/v1/device").status_code == 200


# ---- reading ---------------------------------------------------------------------------------------


def test_ranges(raw: Raw) -> None:
    raw.store.put(f"packs/{HEX}", LARGE)
    wanted = {"names": [f"packs/{HEX}", f"packs/{HEX[::-1]}"]}
    found = raw.ask("POST", f"{raw.path}/downloads", json=wanted).json()["objects"]
    assert found[1]["get"] is None
    url = found[0]["get"]["url"]
    for asked, part in (
        ("bytes=0-0", LARGE[:1]),
        ("bytes=5-", LARGE[5:]),
        ("bytes=-7", LARGE[-7:]),
        (f"bytes=10-{1 << 40}", LARGE[10:]),
    ):
        answer = raw.ask("GET", url, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, part), asked
    assert raw.ask("GET", url).content == LARGE
    for unknown in ("bytes=1-2,4-5", "lines=1-2", "bytes=x"):
        assert raw.ask("GET", url, headers={"Range": unknown}).status_code == 200
    for outside in (f"bytes={len(LARGE)}-", "bytes=5-4"):
        assert _code(raw.ask("GET", url, headers={"Range": outside})) == "range_not_satisfiable"


def test_listings_are_paged(raw: Raw) -> None:
    names = sorted(f"index/{hashlib.sha256(b'%d' % n).hexdigest()}" for n in range(25))
    for name in names:
        raw.store.put(name, b"x")
    seen, after = [], None
    while True:
        query = {"kind": "index", "limit": "10"} | ({"after": after} if after else {})
        page = raw.ask("GET", f"{raw.path}/objects", params=query).json()
        seen += [each["name"] for each in page["objects"]]
        after = page["next"]
        if after is None:
            break
        assert len(page["objects"]) == 10
    assert seen == names


# ---- receipts --------------------------------------------------------------------------------------


def test_snapshots_are_logged_in_a_chain_that_the_host_signs(host: TestHost, raw: Raw) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(raw.ask("GET", "/v1/host").json()["key"]))
    given = []
    for number in range(3):
        name = f"snapshots/{hashlib.sha256(b'%d' % number).hexdigest()}"
        answer = raw.ask("PUT", f"{raw.path}/objects/{name}", content=b"snapshot %d" % number)
        given.append(answer.json()["receipt"])
        again = raw.ask("PUT", f"{raw.path}/objects/{name}", content=b"snapshot %d" % number)
        assert again.json()["receipt"] == given[-1]  # one entry, whatever is repeated
    log = raw.ask("GET", f"{raw.path}/log").json()
    assert log["receipts"] == given
    assert [r["sequence"] for r in given] == [1, 2, 3]
    previous = bytes(32)
    for receipt in given:
        fields = ("vault", "sequence", "name", "size", "sha256", "device", "time")
        record = {field: receipt[field] for field in fields}
        digest = hashlib.sha256(previous + json.dumps(record, separators=(",", ":")).encode()).digest()
        assert (receipt["previous"], receipt["hash"]) == (previous.hex(), digest.hex())
        key.verify(bytes.fromhex(receipt["signature"]), b"cyberlib receipt 1\n" + digest)
        previous = digest
    assert raw.ask("GET", f"{raw.path}/log", params={"after": "2"}).json()["receipts"] == given[2:]


# ---- audit -----------------------------------------------------------------------------------------


def test_every_access_is_noted_in_a_chain_of_the_organisation(host: TestHost) -> None:
    made = host.organisation()
    client = host.client(host.enrol(made.contract_key))
    store = HostStore(client, client.ask("POST", "/v1/vaults", records.Vault).id)
    store.put(f"snapshots/{HEX}", b"s")
    store.get(f"snapshots/{HEX}")
    with host.context.database.read() as connection:
        lines = list(audit.lines(connection, made.id))
        assert audit.check(connection, made.id) == len(lines)
    assert [line.record.action for line in lines] == [
        "organisation_created", "contract_key_made", "device_enrolled", "session", "vault_created", "stored",
        "read",
    ]  # fmt: skip
    assert HEX not in msgspec.json.encode(lines).decode()
    told = raw_audit(host, store)
    assert [line["hash"] for line in told["lines"]][: len(lines)] == [line.hash for line in lines]


def raw_audit(host: TestHost, store: HostStore) -> dict[str, Any]:
    made = Raw(host, store)
    found: dict[str, Any] = made.ask("GET", "/v1/audit").json()
    made.http.close()
    return found


def test_lines_are_kept_six_calendar_months(host: TestHost) -> None:
    made = host.organisation()
    identity = host.enrol(made.contract_key)
    begun = host.clock.ahead
    host.clock.advance(days=100)
    host.client(identity).sign_in()
    host.clock.ahead = begun
    host.clock.advance(days=178)
    audit.purge(host.context)
    with host.context.database.read() as connection:
        assert audit.check(connection, made.id) == 4
    host.clock.advance(days=8)
    assert audit.purge(host.context) >= 3
    with host.context.database.read() as connection:
        assert audit.check(connection, made.id) == 1
        page = audit.page(connection, made.id)
        assert (page.first, len(page.lines)) == (4, 1)


# ---- zones -----------------------------------------------------------------------------------------


def test_objects_are_copied_to_the_second_zone(tmp_path: Path) -> None:
    with serving(tmp_path / "host") as first:
        second = FolderStorage(str(tmp_path / "second"), bytes(32), first.clock)
        far = Zone(Place("Lyon", 45.76, 4.84), second)
        context = replace(first.context, zones=[*first.context.zones, far])
        first.context.__dict__["zones"] = context.zones  # as if it had been configured so
        store, identity = first.store()
        client = first.client(identity)
        store.put(f"packs/{HEX}", LARGE)
        store.put("vault", b"v")

        def waiting() -> int:
            vaults = client.ask("GET", "/v1/vaults", records.VaultList).vaults
            assert vaults[0].zones == ["local", "Lyon"]
            return vaults[0].waiting

        for _ in range(100):  # the host does it by itself, in its own time
            if not waiting():
                break
            copy_some(context)
        assert waiting() == 0
        copies = [p for p in (tmp_path / "second").rglob("*") if p.is_file()]
        assert sorted(p.read_bytes() for p in copies) == sorted([LARGE, b"v"])


# ---- certification ---------------------------------------------------------------------------------

CARD = Card(
    host="Hébergeur fictif", certificate="HDS-0000", activities=[1, 2, 3, 4, 5, 6],
    valid_from="2026-01-01", valid_until="2028-12-31", places=[], sub_processors=[],
)  # fmt: skip


def test_nothing_new_is_taken_once_the_certificate_is_withdrawn(tmp_path: Path) -> None:
    with serving(tmp_path / "host", card=CARD) as host:
        store, identity = host.store()
        store.put("vault", b"v")
        client = host.client(identity)
        info = client.ask("GET", "/v1/host", records.HostInfo, signed=False)
        assert info.card is not None and info.card.certificate == "HDS-0000"
        withdrawn = msgspec.structs.replace(CARD, withdrawn="2026-11-01")
        host.context.__dict__["card"] = withdrawn
        with pytest.raises(Failed) as refused:
            store.put(f"packs/{HEX}", b"x")
        assert refused.value.code == "host_certification_withdrawn"
        assert store.get("vault") == b"v"


# ---- floods and older clients ----------------------------------------------------------------------


def test_a_flood_is_slowed(tmp_path: Path) -> None:
    with serving(tmp_path / "host", Limits(signed=60, unsigned=60)) as host:
        http = httpx2.Client(base_url=host.url, verify=ssl.create_default_context(cadata=host.ca))
        answers = [http.get("/v1/host") for _ in range(70)]
        http.close()
        late = [a for a in answers if a.status_code == 429]
        assert late and all(int(a.headers["retry-after"]) >= 1 for a in late)
        assert _code(late[0]) == "too_many_requests"


def test_what_a_sealed_link_allows_is_no_flood(tmp_path: Path) -> None:
    with serving(tmp_path / "host", Limits(signed=10_000, unsigned=10)) as host:
        made = Raw(host, host.store()[0])
        made.store.put(f"packs/{HEX}", LARGE)
        for start in range(0, 400_000, 10_000):
            assert made.store.get(f"packs/{HEX}", start, 88) == LARGE[start : start + 88]
        made.http.close()


def test_a_client_that_is_too_old_is_told(host: TestHost) -> None:
    http = httpx2.Client(base_url=host.url, verify=ssl.create_default_context(cadata=host.ca))
    answer = http.get("/v1/host", headers={"CyberLib-Client": "0.0.9"})
    http.close()
    assert (answer.status_code, _code(answer)) == (426, "client_too_old")


# ---- nothing clear ---------------------------------------------------------------------------------


def test_the_host_keeps_no_secret_it_was_given(tmp_path: Path) -> None:
    with serving(tmp_path / "host") as host:
        made = host.organisation()
        identity = host.enrol(made.contract_key)
        client = host.client(identity)
        HostStore(client, client.ask("POST", "/v1/vaults", records.Vault).id).put("vault", b"v")
        token = client._token
        with pytest.raises(CyberlibError):
            host.enrol(made.contract_key, "POSTE-1")
    kept = b"".join(p.read_bytes() for p in (tmp_path / "host").rglob("*") if p.is_file())
    assert b"Cabinet fictif" in kept  # what is looked for would be found
    for secret in (made.contract_key, token):
        assert secret.encode() not in kept
        assert bytes.fromhex(secret) not in kept if secret == token else True
