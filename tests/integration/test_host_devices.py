"""Organisations, devices, licences and terms, through the protocol alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError, Failed, Refused, UsageError
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.client import HostClient
from cyberlib_client.transports.host.store import HostStore
from cyberlib_client.transports.http import Line
from cyberlib_host.services import audit, organisations, terms
from tests.support.hosts import OPERATOR, TestHost, TestIdentity, serving, siren

HEX = "0123456789abcdef" * 4


def _refused(call: Callable[[], object], kind: type[CyberlibError], code: str) -> None:
    with pytest.raises(kind) as refused:
        call()
    assert refused.value.code == code


def _standing(client: HostClient) -> records.Standing:
    return client.ask("GET", "/v1/device", records.Standing)


def _vault(client: HostClient) -> HostStore:
    return HostStore(client, client.ask("POST", "/v1/vaults", records.Vault).id)


def _decide(host: TestHost, organisation: str, wanted: str) -> None:
    with host.context.database.write() as connection:
        organisations.decide(host.context, connection, organisation, wanted, OPERATOR)


def _actions(host: TestHost, organisation: str) -> list[tuple[str, str]]:
    with host.context.database.read() as connection:
        audit.check(connection, organisation)
        return [(x.record.action, x.record.outcome) for x in audit.lines(connection, organisation)]


# ---- enrolment -------------------------------------------------------------------------------------


def test_a_device_is_declared_once_under_its_name(host: TestHost) -> None:
    made = host.organisation(seats=2)
    identity = host.enrol(made.contract_key, "ACCUEIL")
    assert host.enrol(made.contract_key, "ACCUEIL", identity).device == identity.device
    _refused(lambda: host.enrol(made.contract_key, "ACCUEIL"), UsageError, "host_device_name_taken")
    standing = _standing(host.client(identity))
    assert (standing.device.state, standing.may_store, standing.organisation.used) == ("active", True, 1)


def test_an_undeclared_device_stores_nothing(host: TestHost) -> None:
    stranger = TestIdentity()
    stranger.device = "ab" * 16
    _refused(lambda: _standing(host.client(stranger)), Refused, "host_device_unknown")
    for client in (host.client(), host.client(stranger)):
        _refused(lambda c=client: _vault(c), Refused, "host_device_unknown")  # type: ignore[misc]


def test_a_key_of_somebody_else_opens_no_session(host: TestHost) -> None:
    identity = host.enrol(host.organisation().contract_key)
    thief = TestIdentity()
    thief.device = identity.device
    _refused(lambda: _standing(host.client(thief)), Refused, "host_bad_signature")


def test_a_signed_challenge_is_good_once(host: TestHost) -> None:
    identity = host.enrol(host.organisation().contract_key)
    client = host.client()
    challenge = client.ask(
        "POST", "/v1/challenges", records.Challenge, {"device": identity.device}, signed=False
    ).challenge
    message = b"cyberlib session 1\n" + bytes.fromhex(identity.device) + bytes.fromhex(challenge)
    given = {"device": identity.device, "challenge": challenge, "signature": identity.sign(message).hex()}

    def session() -> records.Session:
        return client.ask("POST", "/v1/sessions", records.Session, given, signed=False)

    assert session().token
    _refused(session, Refused, "host_challenge_unknown")


def test_contract_keys_end(host: TestHost) -> None:
    made = host.organisation(seats=9)
    _refused(lambda: host.enrol("no-such-key-at-all"), Refused, "host_contract_key_unknown")
    with host.context.database.write() as connection:
        short = organisations.new_key(host.context, connection, made.id, OPERATOR, days=30)
    early = host.enrol(short, "A")
    host.clock.advance(days=31)
    _refused(lambda: host.enrol(short, "B"), Refused, "host_contract_key_expired")
    with host.context.database.write() as connection:
        new = organisations.rotate_key(host.context, connection, made.id, OPERATOR)
    _refused(lambda: host.enrol(made.contract_key, "C"), Refused, "host_contract_key_revoked")
    host.enrol(new, "D")
    assert _standing(host.client(early)).may_store  # who enrolled with a key that ended stays


def test_the_wrong_siren_is_refused(host: TestHost) -> None:
    made = host.organisation()
    identity, client = TestIdentity(), host.client()

    def enrol(number: str) -> None:
        message = b"cyberlib enrol 1\n" + identity.public
        message += hashlib.sha256(made.contract_key.encode()).digest()
        body = {
            "contract_key": made.contract_key,
            "name": "A",
            "public_key": identity.public.hex(),
            "signature": identity.sign(message).hex(),
            "siren": number,
        }
        client.ask("POST", "/v1/devices", records.Device, body, signed=False)

    _refused(lambda: enrol("123456789"), UsageError, "host_bad_siren")
    _refused(lambda: enrol(siren(9_999_999)), Refused, "host_other_organisation")


# ---- seats -----------------------------------------------------------------------------------------


def test_a_surplus_device_is_inactive_until_there_is_a_seat(host: TestHost) -> None:
    made = host.organisation(seats=1)
    host.enrol(made.contract_key, "A")
    client = host.client(host.enrol(made.contract_key, "B"))
    standing = _standing(client)
    assert (standing.device.state, standing.may_store, standing.refusal) == (
        "surplus",
        False,
        "device_surplus",
    )
    _refused(lambda: _vault(client), Failed, "host_device_surplus")
    with host.context.database.write() as connection:
        organisations.set_seats(host.context, connection, made.id, 2, OPERATOR)
    _vault(client).put("vault", b"v")
    assert ("new_vault", "device_surplus") in _actions(host, made.id)


def test_fewer_seats_leave_the_first_ones_active(host: TestHost) -> None:
    made = host.organisation(seats=3)
    clients = [host.client(host.enrol(made.contract_key, name)) for name in "ABC"]
    with host.context.database.write() as connection:
        organisations.set_seats(host.context, connection, made.id, 1, OPERATOR)
    assert [_standing(c).device.state for c in clients] == ["active", "surplus", "surplus"]


# ---- suspension and the end ------------------------------------------------------------------------


def test_suspended_and_resumed(host: TestHost) -> None:
    made = host.organisation()
    client = host.client(host.enrol(made.contract_key))
    store = _vault(client)
    store.put("vault", b"v")
    _decide(host, made.id, "suspended")
    store.put(f"packs/{HEX}", b"in the days of grace")
    host.clock.advance(days=7)
    _refused(lambda: store.put(f"index/{HEX}", b"late"), Failed, "host_organisation_suspended")
    assert store.get(f"packs/{HEX}") == b"in the days of grace"
    _decide(host, made.id, "active")
    store.put(f"index/{HEX}", b"again")


def test_terminated_can_be_restored_for_ninety_days(host: TestHost) -> None:
    made = host.organisation()
    client = host.client(host.enrol(made.contract_key))
    store = _vault(client)
    store.put("vault", b"v")
    _decide(host, made.id, "terminated")
    _refused(lambda: store.put(f"packs/{HEX}", b"x"), Failed, "host_organisation_terminated")
    host.clock.advance(days=89.9)
    assert store.get("vault") == b"v"
    assert _standing(client).organisation.restore_until is not None
    host.clock.advance(days=0.2)
    fresh = HostStore(host.client(host.enrol(made.contract_key, "B")), store.location.rpartition("/")[2])
    _refused(lambda: fresh.size("vault"), Failed, "host_restore_window_over")


# ---- reassignment ----------------------------------------------------------------------------------


def test_a_licence_goes_to_another_device_with_its_vault(host: TestHost) -> None:
    made = host.organisation(seats=1)
    old_identity = host.enrol(made.contract_key, "ANCIEN")
    old = host.client(old_identity)
    before = _vault(old)
    before.put("vault", b"v")
    before.put(f"packs/{HEX}", b"history")
    new = host.client(host.enrol(made.contract_key, "NOUVEAU"))
    assert _standing(new).device.state == "surplus"
    vault = before.location.rpartition("/")[2]
    _refused(lambda: HostStore(new, vault).size("vault"), Refused, "host_not_a_member")
    body = {"contract_key": made.contract_key, "device": "ANCIEN"}
    for _ in range(2):  # whoever did not hear the answer asks again
        taken = new.ask("POST", "/v1/reassignments", records.Device, body)
        assert (taken.state, taken.vault) == ("active", vault)
    after = HostStore(new, vault)
    assert after.get(f"packs/{HEX}") == b"history"
    after.put(f"index/{HEX}", b"new")
    # The session of the old device is dead at once, and it opens no other.
    _refused(lambda: before.put(f"index/{HEX[::-1]}", b"late"), Refused, "host_device_replaced")
    _refused(lambda: _standing(host.client(old_identity)), Refused, "host_device_replaced")
    assert ("licence_reassigned", "done") in _actions(host, made.id)


def test_nothing_moves_across_organisations(host: TestHost) -> None:
    ours, theirs = host.organisation(seats=2), host.organisation(seats=2)
    store = _vault(host.client(host.enrol(ours.contract_key, "A")))
    store.put("vault", b"v")
    stranger = host.client(host.enrol(theirs.contract_key, "B"))
    vault = store.location.rpartition("/")[2]
    for key in (ours.contract_key, theirs.contract_key):
        body = {"contract_key": key, "device": "A"}
        with pytest.raises(CyberlibError) as refused:
            stranger.ask("POST", "/v1/reassignments", records.Device, body)
        assert refused.value.code in ("host_other_organisation", "host_device_unknown")
        with pytest.raises(CyberlibError) as refused:
            stranger.ask("POST", f"/v1/vaults/{vault}/members", records.Vault, {"contract_key": key})
        assert refused.value.code in ("host_other_organisation", "host_vault_unknown")
    _refused(lambda: HostStore(stranger, vault).get("vault"), UsageError, "host_vault_unknown")
    identity = TestIdentity()
    host.enrol(ours.contract_key, "C", identity)
    _refused(lambda: host.enrol(theirs.contract_key, "C", identity), Refused, "host_other_organisation")


def test_a_revoked_device_frees_its_seat(host: TestHost) -> None:
    made = host.organisation(seats=1)
    first = host.client(host.enrol(made.contract_key, "A"))
    second = host.client(host.enrol(made.contract_key, "B"))
    body = {"contract_key": made.contract_key, "device": "A"}
    assert second.ask("POST", "/v1/revocations", records.Device, body).state == "revoked"
    assert _standing(second).device.state == "active"
    _refused(lambda: _standing(first), Refused, "host_device_revoked")
    names = {d.name: d.state for d in second.ask("GET", "/v1/devices", records.DeviceList).devices}
    assert names == {"A": "revoked", "B": "active"}


# ---- terms -----------------------------------------------------------------------------------------


def test_terms_are_accepted_before_anything_is_stored(tmp_path: Path) -> None:
    with serving(tmp_path / "host") as host:
        made = host.organisation()
        client = host.client(host.enrol(made.contract_key))
        now = host.clock()

        def publish(text: str, days: int) -> None:
            with host.context.database.write() as connection:
                terms.publish(host.context, connection, text, now + days * 86_400 * 10**6, OPERATOR)

        def accept(version: int, sha256: str) -> None:
            body = {"version": version, "sha256": sha256, "user": "Dr Fictif"}
            client.ask("POST", "/v1/terms/acceptances", records.TermsList, body)

        publish("Conditions, version 1", 0)
        _refused(lambda: _vault(client), Failed, "host_terms_not_accepted")
        first = client.ask("GET", "/v1/terms", records.TermsList, signed=False).terms[0]
        _refused(lambda: accept(1, "00" * 32), Failed, "host_terms_changed")
        accept(1, first.sha256)
        accept(1, first.sha256)
        store = _vault(client)
        store.put("vault", b"v")
        publish("Conditions, version 2", 30)
        store.put(f"packs/{HEX}", b"the old ones are in force yet")
        shown = client.ask("GET", "/v1/terms", records.TermsList, signed=False).terms
        assert [t.version for t in shown] == [1, 2]
        host.clock.advance(days=31)
        _refused(lambda: store.put(f"index/{HEX}", b"x"), Failed, "host_terms_not_accepted")
        assert store.get("vault") == b"v"  # who refuses can restore
        accept(2, shown[1].sha256)
        store.put(f"index/{HEX}", b"x")
        assert _actions(host, made.id).count(("terms_accepted", "done")) == 2


def test_each_user_accepts_the_terms_and_nobody_for_another(tmp_path: Path) -> None:
    with serving(tmp_path / "host") as host:
        identity = host.enrol(host.organisation().contract_key)
        with host.context.database.write() as connection:
            terms.publish(host.context, connection, "Conditions", host.clock(), OPERATOR)
        line = Line(ca=host.ca)
        first, second = (
            HostClient(host.url, line, identity=identity, user=user) for user in ("alice", "b" * 120)
        )
        with closing(first), closing(second):
            text = first.ask("GET", "/v1/terms", records.TermsList, signed=False).terms[0]

            def accept(client: HostClient, user: str) -> None:
                body = {"version": 1, "sha256": text.sha256, "user": user}
                client.ask("POST", "/v1/terms/acceptances", records.TermsList, body)

            _refused(lambda: accept(second, "alice"), Failed, "host_refused")
            accept(first, "alice")
            assert first.sign_in().may_store and not second.sign_in().may_store
            assert (first.sign_in().terms_accepted, second.sign_in().terms_accepted) == (1, 0)
            vault = first.ask("POST", "/v1/vaults", records.Vault).id
            HostStore(first, vault).put("vault", b"v")
            late = HostStore(second, vault)
            _refused(lambda: late.put(f"index/{HEX}", b"x"), Failed, "host_terms_not_accepted")
            assert late.get("vault") == b"v"
            accept(second, "b" * 100)
            late.put(f"index/{HEX}", b"x")


def test_signing_in_survives_a_host_that_is_busy(tmp_path: Path) -> None:
    with serving(tmp_path / "host") as host:
        identity = host.enrol(host.organisation().contract_key)
        server: Any = host.server._server.config
        inner, left = server.loaded_app, ["/v1/challenges", "/v1/challenges", "/v1/sessions"]

        async def busy(scope: Any, receive: Any, send: Any) -> None:
            if scope.get("path") not in left:
                await inner(scope, receive, send)
                return
            left.remove(scope["path"])
            await send({"type": "http.response.start", "status": 503, "headers": [(b"retry-after", b"0")]})
            await send({"type": "http.response.body", "body": b""})

        server.loaded_app = busy
        assert host.client(identity).sign_in().may_store
        assert left == []
