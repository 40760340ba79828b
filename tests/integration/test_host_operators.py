"""`cyberlib-host` as operators meet it: what it notes of them, the registers, what wrong input gets."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.core.errors import CyberlibError, Refused
from cyberlib_client.transports.host import records
from cyberlib_host.services import audit, terms
from cyberlib_host.services.audit import Actor
from tests.support.hosts import OPERATOR, TestHost, serving, siren
from tests.support.operators import Operator
from tests.support.servers import free_ports, seaweedfs

LOGS = Path(__file__).parents[2] / "docs" / "protocol" / "logs.md"
SIREN = siren(77)


@pytest.fixture
def operator(tmp_path: Path) -> Operator:
    made = Operator(tmp_path / "host")
    made("init")
    return made


@pytest.fixture
def host(tmp_path: Path) -> Iterator[TestHost]:
    with serving(tmp_path / "host") as made:
        yield made


def _actions(operator: Operator, *which: str) -> list[tuple[str, str]]:
    lines = [json.loads(line)["record"] for line in operator("audit", "export", *which).out.splitlines()[1:]]
    return [(line["actor"].partition(":")[0], line["action"]) for line in lines]


# ---- times -----------------------------------------------------------------------------------------


def test_times_are_to_the_second_with_their_zone_and_exact_in_json(
    host: TestHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.enrol(host.organisation().contract_key)
    operator = Operator(tmp_path / "host")
    (organisation,) = operator.json("organisation", "list")
    days = ("--from", "2099-01-10T20:00", "--to", "2099-01-10T22:00")
    monkeypatch.setenv("TZ", "Europe/Paris")
    time.tzset()
    try:
        added = operator("maintenance", "add", *days).out
        assert "2099-01-10 20:00:00+01:00 to 2099-01-10 22:00:00+01:00." in added
        shown = operator("device", "list", organisation["id"]).out + operator("maintenance", "list").out
        assert "9999-12-31 23:59:00+00:00" in operator("terms", "publish", *_terms(tmp_path)).out
    finally:
        monkeypatch.undo()
        time.tzset()
    assert not re.search(r"\d\dT\d\d|\.\d{6}", shown), shown
    assert len(re.findall(r"\d \d\d:\d\d:\d\d\+01:00", shown)) == 2
    (kept,) = operator.json("maintenance", "list")
    assert kept["starts"] == "2099-01-10T19:00:00.000000Z"


def _terms(tmp_path: Path) -> list[str]:
    text = tmp_path / "terms.txt"
    text.write_text("Conditions fictives.", encoding="utf-8")
    return [str(text), "--effective", "9999-12-31T23:59"]


# ---- the audit log ---------------------------------------------------------------------------------


def test_operators_reading_is_noted_too(host: TestHost, tmp_path: Path) -> None:
    store, _ = host.store()
    store.put("vault", b"v")
    operator = Operator(tmp_path / "host")
    (organisation,) = operator.json("organisation", "list")
    ident = organisation["id"]
    operator("device", "list", ident)
    operator("terms", "acceptances", ident)
    operator("terms", "acceptances")
    operator("check")
    operator("check", "--read-data")
    operator("audit", "check", ident)
    own = [action for who, action in _actions(operator, ident) if who == "operator"]
    assert own[2:] == [  # after what made the organisation
        "devices_listed", "acceptances_listed", "objects_checked", "objects_read", "audit_checked",
        "audit_exported",
    ]  # fmt: skip
    assert _actions(operator) == [
        ("operator", action)
        for action in (
            "organisations_listed", "acceptances_listed", "objects_checked", "objects_read", "audit_exported",
        )
    ]  # fmt: skip
    operator("audit", "check", ident)
    operator("audit", "check")


def test_the_customer_reading_its_log_is_noted_once(host: TestHost) -> None:
    made = host.organisation()
    client = host.client(host.enrol(made.contract_key))
    for after in ("0", "1", "2"):
        client.ask("GET", "/v1/audit", dict, query={"after": after})
    with host.context.database.read() as connection:
        actions = [line.record.action for line in audit.lines(connection, made.id)]
    assert actions.count("audit_read") == 1


def _checked(export: Path) -> subprocess.CompletedProcess[str]:
    """By the program in docs/protocol/logs.md, with nothing but Python."""
    program = re.search(r"```python\n(.*?)```", LOGS.read_text("utf-8"), re.S)
    assert program is not None
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program[1], str(export)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_an_export_is_checked_without_the_host(host: TestHost, tmp_path: Path) -> None:
    made = host.organisation()
    host.client(host.enrol(made.contract_key)).sign_in()
    with host.context.database.write() as connection:
        odd = {"text": 'é " \\ \x01 \u2028 \x7f 😀 /', "number": 2**53 + 1, "none": None, "yes": True}
        audit.note(host.context, connection, made.id, Actor("operator:é", "r"), "odd", **odd)
    export = tmp_path / "audit.jsonl"
    text = Operator(tmp_path / "host")("audit", "export", made.id).out
    lines = [f"{line}\n" for line in text.split("\n")[:-1]]
    export.write_text(text, encoding="utf-8")
    assert _checked(export).stdout.startswith(f"{len(lines) - 1} lines, all chained"), _checked(export)
    changed = [line.replace('"seats":1', '"seats":9') for line in lines]
    for wrong in (lines[:2] + lines[3:], [lines[0], *lines[2:]], lines[:1] + lines[2:1:-1], changed):
        export.write_text("".join(wrong), encoding="utf-8")
        assert _checked(export).returncode == 1, wrong


def test_a_clock_that_was_wrong_costs_no_young_line(host: TestHost) -> None:
    """One line of a year ago, after lines of today: what is young stays, and the chain is whole."""
    made = host.organisation()
    host.clock.advance(days=-365)
    with host.context.database.write() as connection:
        audit.note(host.context, connection, made.id, Actor("operator:test", "r"), "early")
    host.clock.ahead = 0
    identity = host.enrol(made.contract_key)
    audit.purge(host.context)
    with host.context.database.read() as connection:
        assert audit.check(connection, made.id) == 4
    host.clock.advance(days=200)
    host.client(identity).sign_in()
    assert audit.purge(host.context) >= 4
    with host.context.database.read() as connection:
        assert [line.record.action for line in audit.lines(connection, made.id)] == ["session"]
        assert audit.check(connection, made.id) == 1


def test_what_is_left_of_an_old_log_is_checked_without_the_host(host: TestHost, tmp_path: Path) -> None:
    made = host.organisation()
    identity = host.enrol(made.contract_key)
    host.clock.advance(days=200)
    host.client(identity).sign_in()
    audit.purge(host.context)
    export = tmp_path / "audit.jsonl"
    export.write_text(Operator(tmp_path / "host")("audit", "export", made.id).out, encoding="utf-8")
    assert json.loads(export.read_text("utf-8").splitlines()[0])["first"] == 4
    assert _checked(export).stdout.startswith("2 lines, all chained")


# ---- terms -----------------------------------------------------------------------------------------


def test_the_register_of_acceptances(host: TestHost, tmp_path: Path) -> None:
    operator = Operator(tmp_path / "host")
    text = tmp_path / "terms.txt"
    text.write_text("Conditions fictives", encoding="utf-8")
    operator("terms", "publish", str(text))
    operator("terms", "publish", str(text), "--effective", "2099-01-31")
    listed = operator.json("terms", "list")
    assert [(row["version"], row["in_force"]) for row in listed] == [(1, True), (2, False)]
    made, other = host.organisation(), host.organisation()
    for each, name in ((made, "ACCUEIL"), (other, "AUTRE")):
        identity = host.enrol(each.contract_key, name)
        body = {"version": 1, "sha256": listed[0]["sha256"], "user": "Dr Fictif"}
        host.client(identity).ask("POST", "/v1/terms/acceptances", records.TermsList, body)
    (row,) = operator.json("terms", "acceptances", made.id)
    wanted = {"device_name": "ACCUEIL", "user": "Dr Fictif", "version": 1, "sha256": listed[0]["sha256"]}
    assert wanted.items() <= row.items() and row["siren"] and row["time"].startswith("20")
    assert [row["device_name"] for row in operator.json("terms", "acceptances")] == ["ACCUEIL", "AUTRE"]
    assert "Dr Fictif" in operator("terms", "acceptances", row["siren"]).out


# ---- wrong input -----------------------------------------------------------------------------------


def test_slips_of_an_operator(operator: Operator, tmp_path: Path) -> None:
    create = ["organisation", "create", "--name"]
    assert operator.error(*create, "", "--siren", SIREN, "--seats", "1") == "bad_name"
    assert operator.error(*create, "A", "--siren", "123456789", "--seats", "1") == "bad_siren"
    assert operator.error(*create, "A", "--siren", SIREN, "--seats=-1") == "bad_seats"
    assert operator.error(*create, "\udcff", "--siren", SIREN, "--seats", "1") == "bad_request"
    operator(*create, "A", "--siren", SIREN, "--seats", "1")
    assert operator.error(*create, "B", "--siren", SIREN, "--seats", "1") == "siren_taken"
    assert operator.error("seats", "set", SIREN, "100001") == "bad_seats"
    assert operator.error("device", "revoke", SIREN, "nobody") == "device_unknown"
    assert operator.error("organisation", "resume", SIREN) == "state_not_allowed"
    unknown = (
        ["device", "list"], ["audit", "export"], ["audit", "check"], ["terms", "acceptances"],
        ["contract-key", "rotate"], ["contract-key", "revoke"], ["organisation", "suspend"],
    )  # fmt: skip
    for command in unknown:
        assert operator.error(*command, "beef") == "organisation_unknown", command
    file = tmp_path / "terms.txt"
    for content, words, code in (
        (b"", (), "terms_empty"),
        (b"text", ("--effective", "2020-01-01"), "terms_too_early"),
    ):
        file.write_bytes(content)
        assert operator.error("terms", "publish", str(file), *words) == code
    file.write_bytes(b"\xff")
    wrong_use = (
        ["terms", "publish", str(file)], ["terms", "publish", str(tmp_path / "none")],
        ["terms", "publish", str(file), "--effective", "demain"], ["serve", "--port", "80000"],
        ["serve", "--certificate", str(file)], ["organisation", "frobnicate"], ["audit", "--frob"],
        [*create, "C", "--siren", SIREN, "--seats", "x"],
        [*create, "C", "--siren", SIREN, "--seats", "1", "--quota", str(1 << 70)],
    )  # fmt: skip
    for command in wrong_use:
        done = operator(*command, code=2)
        assert "Error: " in done.err and "Traceback" not in done.err, command


def test_a_folder_that_holds_no_host(tmp_path: Path) -> None:
    assert Operator(tmp_path / "none").error("organisation", "list") == "not_initialised"
    (tmp_path / "file").write_text("x")
    assert Operator(tmp_path / "file").error("init") == "bad_settings"
    assert Operator(tmp_path / "file" / "x").error("init") == "system_failed"


def test_a_contract_key_for_some_days(host: TestHost, tmp_path: Path) -> None:
    made = host.organisation(seats=2)
    key = Operator(tmp_path / "host").json("contract-key", "rotate", made.id, "--days", "7")["contract_key"]
    host.clock.advance(days=6)
    host.enrol(key, "A")
    host.clock.advance(days=2)
    with pytest.raises(Refused) as refused:
        host.enrol(key, "B")
    assert refused.value.code == "host_contract_key_expired"


def test_names_that_a_certificate_has_not(operator: Operator) -> None:
    """It is made once: a name that is asked for later is not passed over."""
    operator("init")
    operator("init", "--name", "localhost", "--name", "::1")
    assert operator.error("init", "--name", "sauvegarde.cabinet.example") == "certificate_names"


def test_a_port_that_is_taken(operator: Operator) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert operator.error("serve", "--port", str(other.getsockname()[1])) == "port_taken"
    assert operator.error("serve", "--bind", "192.0.2.1") == "system_failed"


def test_a_certificate_that_is_none(operator: Operator, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("x")
    given = ["--certificate", str(tmp_path / "x.pem"), "--key", str(tmp_path / "x.pem")]
    assert operator.error("serve", *given) == "bad_certificate"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("postgresql+psycopg://x:secret-word@127.0.0.1:{port}/x", "database_failed"),
        ("postgres://x:secret-word@y/z", "bad_settings"),
        ("mysql://x:secret-word@y/z", "bad_settings"),
        ("secret-word", "bad_settings"),
        ("sqlite:////nowhere/secret-word/x.sqlite", "database_failed"),
    ],
)
def test_a_database_that_cannot_be_used(operator: Operator, url: str, code: str) -> None:
    operator.environment["CYBERLIB_HOST_DATABASE"] = url.format(port=free_ports(1)[0])
    assert operator.error("organisation", "list") == code
    assert "secret-word" not in operator("organisation", "list", code=1).err


def test_a_damaged_database(operator: Operator) -> None:
    (operator.data / "host.sqlite").write_bytes(b"no database" * 1000)
    assert operator.error("organisation", "list") == "database_failed"


ZONE = "[[zones]]\nname = {name!r}\nlatitude = {north}\nlongitude = 2.3\n{rest}\n"
CARD = (
    "[card]\nhost='x'\ncertificate='x'\nactivities=[1]\nvalid_from='2026-01-01'\nvalid_until='2027-01-01'\n"
    "places=[]\nsub_processors=[]\n"
)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("datbase = 'x'", "bad_settings", "datbase"),
        ("database = rubbish", "bad_settings", "line 1"),
        ("requests_per_minute = 'a'", "bad_settings", "requests_per_minute"),
        ("audit_months = 5", "bad_settings", "audit_months"),
        ("session_seconds = -1", "bad_settings", "session_seconds"),
        (ZONE.format(name="A", north=1, rest=""), "bad_settings", "zone A"),
        (ZONE.format(name="A", north=4886, rest="folder='a'"), "bad_settings", "latitude"),
        (
            ZONE.format(name="A", north=48.8, rest="folder='a'")
            + ZONE.format(name="B", north=48.9, rest="folder='b'"),
            "zones_too_near",
            "11 km",
        ),
        (
            ZONE.format(name="A", north=1, rest="endpoint='http://x'\nbucket='b'\nsecret_key_file='none'"),
            "bad_settings",
            "secret_key_file",
        ),
        (
            ZONE.format(name="A", north=1, rest="endpoint='rubbish'\nbucket='b'\naccess_key='a'"),
            "bad_settings",
            "zone A",
        ),
        (CARD.replace("2027-01-01", "demain"), "bad_settings", "valid_until"),
        (CARD.replace("[1]", "[7]"), "bad_settings", "activities"),
    ],
)
def test_settings_with_a_slip(operator: Operator, text: str, code: str, told: str) -> None:
    (operator.data / "host.toml").write_text(text, encoding="utf-8")
    assert operator.error("check") == code
    assert told in operator("check", code=1).err


def test_a_storage_that_refuses(operator: Operator, tmp_path: Path) -> None:
    def zone(bucket: str, endpoint: str) -> None:
        rest = f"endpoint = {endpoint!r}\nbucket = {bucket!r}\naccess_key = 'AKTEST'"
        (operator.data / "host.toml").write_text(ZONE.format(name="A", north=1, rest=rest), encoding="utf-8")

    def told(*command: str) -> dict[str, Any]:
        found: dict[str, Any] = operator.json(*command, code=1)["error"]
        return found

    with seaweedfs(tmp_path / "weed") as bucket:
        zone(bucket.bucket, bucket.endpoint)
        operator.environment["CYBERLIB_HOST_S3_SECRET_KEY"] = bucket.secret_key
        operator("check")
        operator.environment["CYBERLIB_HOST_S3_SECRET_KEY"] = "another"
        for command in ("check", "serve"):
            assert told(command)["reason"] == "SignatureDoesNotMatch"
        operator.environment["CYBERLIB_HOST_S3_SECRET_KEY"] = bucket.secret_key
        zone("no-such-bucket", bucket.endpoint)
        for command in ("check", "serve"):
            assert told(command)["reason"] == "NoSuchBucket"
    zone("b", f"http://127.0.0.1:{free_ports(1)[0]}")
    assert told("check")["code"] == "storage_unreachable"


def test_a_name_in_the_register_steers_no_terminal(host: TestHost) -> None:
    identity = host.enrol(host.organisation().contract_key)
    with host.context.database.write() as connection:
        terms.publish(host.context, connection, "Conditions fictives", host.context.clock(), OPERATOR)
    shown = host.client().ask("GET", "/v1/terms", dict, signed=False)["terms"][0]
    body = {"version": shown["version"], "sha256": shown["sha256"], "user": "Dr Fictif\x1b[2J"}
    with pytest.raises(CyberlibError) as refused:
        host.client(identity).ask("POST", "/v1/terms/acceptances", dict, body)
    assert refused.value.code == "host_bad_name"


def test_json_before_the_command_or_after_it(operator: Operator) -> None:
    assert json.loads(operator("organisation", "list", "--json").out) == []
    refused = operator("seats", "set", SIREN, "3", "--json", code=1)
    assert json.loads(refused.out)["error"]["code"] == "organisation_unknown"
    for words in (["organisation", "create"], ["no-such-command"], ["seats", "set", SIREN, "three"]):
        assert operator.json(*words, code=2)["error"]["code"] == "usage", words


CARD = """
[card]
host = "Hébergeur fictif"
certificate = "HDS-0000"
activities = [1]
valid_from = "2026-01-01"
valid_until = "2099-01-01"
sub_processors = []
"""


@pytest.mark.parametrize(
    "slip",
    [
        'places = []\nwithdrawn_on = "2026-11-20"',
        '[[card.places]]\nname = "Paris"\nlatitude = 48.86\nlongitude = 2.35\ncity = "Paris"',
    ],
)
def test_a_slip_in_the_card_is_not_passed_over(operator: Operator, slip: str) -> None:
    (operator.data / "host.toml").write_text(f"{CARD}{slip}\n", encoding="utf-8")
    assert operator.error("organisation", "list") == "bad_settings"
