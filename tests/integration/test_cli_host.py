"""The whole way with a host, from the command line: declared, backed up, reassigned, restored elsewhere."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cyberlib_client.app import bootstrap, first_run_stand
from cyberlib_client.app.bootstrap import profile_at
from cyberlib_client.app.prompts import Nobody
from cyberlib_client.app.session import Session
from cyberlib_host.core.wire import Card, StoragePlace, SubProcessor
from cyberlib_host.services import audit, organisations, terms
from cyberlib_host.services.audit import Actor
from tests.support.command_line import PASSPHRASE, CommandLine, restored
from tests.support.host_process import HostProcess
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.trees import make_tree, told


class Practice:
    """An organisation with its contract key in a file, and its workstations."""

    def __init__(self, host: TestHost, folder: Path, seats: int = 1) -> None:
        self.host = host
        self.folder = folder
        self.made = host.organisation(seats)
        self.key = _private(folder / "contract.key", self.made.contract_key)
        self.ca = _private(folder / "ca.pem", host.ca)

    def station(self, name: str) -> CommandLine:
        """A declared workstation."""
        line = CommandLine(self.folder / name)
        self.enrol(line, name)
        return line

    def enrol(self, line: CommandLine, name: str, *more: str, code: int = 0) -> None:
        given = ["--host", self.host.url, "--contract-key-file", self.key, "--ca", self.ca]
        line("device", "enrol", *given, "--name", name, "--device-file", *more, code=code)

    def vault(self, line: CommandLine) -> list[str]:
        with line.secret(PASSPHRASE):
            made = line.json("vault", "create", "--at", self.host.url, "--device-file")
        line.words = made["result"]["words"]
        return line.words


def _private(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    plan = {f"lettre-{n}.txt": b"lettre fictive %d" % n for n in range(20)}
    return make_tree(tmp_path / "Cabinet", {"scan.bin": os.urandom(3_000_000), "é": plan})


def test_the_old_and_the_new_workstation(host: TestHost, tmp_path: Path, sources: Path) -> None:
    practice = Practice(host, tmp_path)
    old = practice.station("ANCIEN")
    words = practice.vault(old)
    old("backup", str(sources))
    old("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", sources)) == told(sources)
    assert [d["name"] for d in old.json("device", "list")["items"]] == ["ANCIEN"]

    new = practice.station("NOUVEAU")  # one seat alone: it is surplus
    assert new.error("vault", "open", "--at", host.url, code=2) == "host_no_vault"
    with new.secret(PASSPHRASE):
        assert (
            new.error("vault", "create", "--at", host.url, "--device-file", code=1) == "host_device_surplus"
        )
    taken = new.json("device", "reassign", "ANCIEN", "--contract-key-file", practice.key)["result"]
    assert (taken["state"], taken["previous"]) == ("active", "ANCIEN")
    file = _private(tmp_path / "words.txt", " ".join(words))
    new("vault", "open", "--at", host.url, "--device-file", "--recovery-file", file)
    before = [s["id"] for s in new.json("snapshots")["items"]]
    assert len(before) == 1  # history stays
    done = new.json("backup", str(sources))["result"]
    assert done["snapshot"]["stored"] < 20_000, "what the vault holds was sent again"
    new("restore", "latest", "--to", str(tmp_path / "again"))
    assert told(restored(tmp_path / "again", sources)) == told(sources)
    new("verify", "--read-data")

    assert old.error("backup", str(sources), code=5) == "host_device_replaced"
    assert old.error("restore", "latest", "--to", str(tmp_path / "late"), code=5) == "host_device_replaced"
    states = {d["name"]: d["state"] for d in new.json("device", "list")["items"]}
    assert states == {"ANCIEN": "revoked", "NOUVEAU": "active"}


class Spy:
    """Between the server and its application: the operations that were asked for."""

    def __init__(self, host: TestHost) -> None:
        self.asked: list[str] = []
        server = host.server._server
        assert server is not None
        inner = server.config.loaded_app

        async def application(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                self.asked.append(
                    f"{scope['method']} {scope['path'].rpartition('/v1/')[2].partition('/')[0]}"
                )
                self.asked[-1] += " " + scope["path"].rpartition("/")[2][:12]
            await inner(scope, receive, send)

        server.config.loaded_app = application


def test_what_is_known_is_not_asked_for_again(host: TestHost, tmp_path: Path, sources: Path) -> None:
    practice = Practice(host, tmp_path)
    line = practice.station("A")
    practice.vault(line)
    for number in range(5):
        make_tree(sources / f"série {number}", {f"{n}.txt": b"%d %d" % (n, number) for n in range(300)})
        line("backup", str(sources))
    spy = Spy(host)
    line("backup", str(sources))
    # To sign in (2), to follow log and listing, to store the snapshot, to tell of the run.
    assert len(spy.asked) == 6, spy.asked
    spy.asked.clear()
    line("verify")  # and who asks whether it is all there asks the host
    assert sum(each.startswith("GET storage") for each in spy.asked) >= 5, spy.asked
    assert any(each.endswith("contents") for each in spy.asked), spy.asked


def test_the_local_state_is_a_cache_with_a_host_too(host: TestHost, tmp_path: Path, sources: Path) -> None:
    practice = Practice(host, tmp_path)
    line = practice.station("A")
    practice.vault(line)
    line("backup", str(sources))
    shutil.rmtree(line.profile / "state")
    assert line.json("backup", str(sources))["result"]["snapshot"]["stored"] < 20_000
    shutil.rmtree(line.profile / "state")
    line("restore", "latest", "--to", str(tmp_path / "out"))
    assert told(restored(tmp_path / "out", sources)) == told(sources)


def test_slots_change_at_a_host_that_keeps_everything(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path)
    line = practice.station("A")
    practice.vault(line)
    with line.secret(PASSPHRASE):
        line("key", "add", "recovery", "--name", "coffre-fort")
        line("key", "remove", "coffre-fort")
    assert "coffre-fort" not in [s["name"] for s in line.json("key", "list")["items"]]
    line("snapshots")


def test_terms_are_shown_and_accepted(tmp_path: Path, sources: Path) -> None:
    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path)
        line = practice.station("A")
        assert line.json("device", "terms")["result"]["version"] == 0
        practice.vault(line)
        with host.context.database.write() as connection:
            terms.publish(host.context, connection, "Conditions fictives", host.clock(), OPERATOR)
        assert line.error("backup", str(sources), code=1) == "host_terms_not_accepted"
        shown = line("device", "terms").out
        assert "Conditions fictives" in shown and "--accept" in shown
        with host.context.database.write() as connection:
            later = host.clock() + 40 * 86_400 * 1_000_000
            terms.publish(host.context, connection, "Conditions à venir", later, OPERATOR)
        coming = [each for each in line("device", "terms").out.splitlines() if "version 2" in each]
        assert len(coming) == 1 and "T" not in coming[0].removeprefix("To come"), coming
        assert line.json("device", "terms", "--accept", "--user", "Dr Fictif")["result"]["accepted"] is True
        line("backup", str(sources))


def test_each_user_of_a_workstation_accepts_the_terms(
    tmp_path: Path, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path)
        line = practice.station("A")
        practice.vault(line)
        with host.context.database.write() as connection:
            terms.publish(host.context, connection, "Conditions fictives", host.clock(), OPERATOR)
        line("device", "terms", "--accept", "--user", "Dr Fictif")
        line("backup", str(sources))
        monkeypatch.setattr(type(bootstrap.machine()), "user_name", lambda _self: "secrétariat")
        told_of = line("backup", str(sources), code=1).err
        assert "[host_terms_not_accepted]" in told_of and "cyberlib device terms" in told_of
        assert line.json("device", "terms")["result"]["accepted"] is False
        line("restore", "latest", "--to", str(tmp_path / "out"))  # which never depends on it
        line("device", "terms", "--accept", "--user", "Dr Fictif")  # the same person, by another account
        line("backup", str(sources))
        with host.context.database.read() as connection:
            rows = terms.register(connection, None)
    assert [(row.name, row.version) for row in rows] == [("Dr Fictif", 1)] * 2
    assert rows[0].user != rows[1].user == "secrétariat"


@pytest.mark.parametrize("why", ["terms", "suspended", "terminated"])
def test_a_new_workstation_restores_while_the_host_stores_nothing(
    tmp_path: Path, sources: Path, why: str
) -> None:
    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path)
        old = practice.station("ANCIEN")
        words = _private(tmp_path / "words.txt", " ".join(practice.vault(old)))
        old("backup", str(sources))
        with host.context.database.write() as connection:
            if why == "terms":
                terms.publish(host.context, connection, "Conditions fictives", host.clock(), OPERATOR)
            else:
                organisations.decide(host.context, connection, practice.made.id, why, OPERATOR)
        host.clock.advance(days=8)  # those of grace are over
        new = practice.station("NOUVEAU")
        new("device", "reassign", "ANCIEN", "--contract-key-file", practice.key)
        given = ["vault", "open", "--at", host.url, "--device-file", "--recovery-file", words]
        opened = new.json(*given)
        assert opened["result"]["unlock"] == "ask"
        told_why = {"terms": "host_terms_not_accepted"}.get(why, f"host_organisation_{why}")
        assert [each["code"] for each in opened["notices"]] == [told_why, "host_no_slot"]
        with new.secret(PASSPHRASE):
            new("restore", "latest", "--to", str(tmp_path / "out"))
        assert told(restored(tmp_path / "out", sources)) == told(sources)
        assert not list((tmp_path / "NOUVEAU" / "credentials").glob("device-*")), (
            "a secret that opens nothing"
        )


def test_the_vault_tells_of_its_host(tmp_path: Path, sources: Path) -> None:
    """The hosting is certified, never the software."""
    card = Card(
        host="Hébergeur fictif", certificate="HDS-0000", activities=[1, 2, 3, 4, 5, 6],
        valid_from="2020-01-01", valid_until="2020-12-31", places=[StoragePlace("Paris", 48.9, 2.3)],
        sub_processors=[SubProcessor("Réseau fictif", "transport", 30)],
    )  # fmt: skip
    with serving(tmp_path / "host", card=card) as host:
        practice = Practice(host, tmp_path)
        line = practice.station("A")
        practice.vault(line)
        line("backup", str(sources))
        told_of = line.json("vault", "info")
        assert told_of["result"]["host"]["card"]["certificate"] == "HDS-0000"
        assert told_of["result"]["host"]["seats"] == 1
        assert "host_card_over" in {n["code"] for n in told_of["notices"]}
        text = line("vault", "info").out
        assert "Certification of the hosting (HDS): Hébergeur fictif, no. HDS-0000" in text
        assert "Copies: one zone alone (local)" in text


# ---- bad input -------------------------------------------------------------------------------------


def test_what_enrolment_refuses(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path)
    line = CommandLine(tmp_path / "a")
    key = ["--contract-key-file", practice.key, "--device-file"]
    for address in ("", "http://127.0.0.1", "127.0.0.1", "https://", f"{host.url}/v1/x", "https://a b"):
        assert line.error("device", "enrol", "--host", address, *key, code=2) == "host_address"
    at = ["device", "enrol", "--host", host.url]
    assert line.error(*at, *key, code=6) == "host_certificate_unknown"  # its authority is not known here
    ca = ["--ca", practice.ca]
    assert line.error(*at, *key, "--ca", practice.key, code=2) == "ca_file_unreadable"
    wrong = _private(tmp_path / "wrong.key", "abcd-efgh-ijkl-mnop")
    given = [*at, *ca, "--device-file", "--contract-key-file"]
    assert line.error(*given, wrong, code=5) == "host_contract_key_unknown"
    for text in ("abc", f"Contract key: {practice.made.contract_key}", "a" * 201):
        unclear = _private(tmp_path / "unclear.key", text)
        assert line.error(*given, unclear, code=2) == "contract_key_unclear"
    assert line.error(*given, practice.key, "--siren", "12", code=2) == "host_bad_siren"
    for command in (["device", "list"], ["device", "terms"], ["vault", "create", "--at", host.url]):
        with line.secret(PASSPHRASE):
            assert line.error(*command, code=2) == "not_enrolled"
    practice.enrol(line, "A")  # what failed before does not stand in the way
    practice.enrol(line, "A")
    other = CommandLine(tmp_path / "b")
    assert other.error(*at, *ca, *key, "--name", "A", code=2) == "host_device_name_taken"


@pytest.mark.parametrize("left", [b"", b"{", b"[]"])
def test_a_note_of_the_host_that_is_damaged_is_told_and_made_anew(
    host: TestHost, tmp_path: Path, left: bytes
) -> None:
    practice = Practice(host, tmp_path)
    line = CommandLine(tmp_path / "A")
    practice.enrol(line, "A")
    note = line.profile / "credentials" / "host.json"
    note.write_bytes(left)
    assert line.error("device", "list", code=1) == "host_note_damaged"
    session = Session(profile_at(str(line.profile)), Nobody())
    with session.closing:
        assert first_run_stand.stand(session).host == ""  # it can be declared in the window, too
    practice.enrol(line, "A bis")
    assert "A bis" in line("device", "list").out


def test_a_slip_in_the_name_of_another_workstation_is_told(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path, seats=2)
    line = practice.station("ACCUEIL")
    practice.station("Scanner")
    key = ["--contract-key-file", practice.key]
    for name in ("scanner", "Scaner"):
        assert line.error("device", "revoke", name, *key, code=2) == "host_no_such_device"
        assert line.error("device", "reassign", name, *key, code=2) == "host_no_such_device"
    assert line.error("device", "reassign", "ACCUEIL", *key, code=2) == "host_device_itself"
    assert {d["state"] for d in line.json("device", "list")["items"]} == {"active"}
    said = line("device", "revoke", "nulle part", *key, code=2).err
    assert "nulle part" in said and "device list" in said and "enrol" not in said


def test_a_declared_workstation_is_told_what_comes_next(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path)
    line = CommandLine(tmp_path / "A")
    given = ["device", "enrol", "--host", host.url, "--ca", practice.ca, "--contract-key-file", practice.key]
    said = line(*given, "--name", "A", "--device-file").out
    assert f"vault create --at {host.url}" in said and "device reassign" in said
    practice.vault(line)
    assert "vault create" not in line(*given, "--name", "A", "--device-file").out
    checked = line("network", "check", "--lang", "fr").out.replace("\u00a0", " ")
    assert re.search(r"Connexion : \d+,\d ms\n", checked) and re.search(r"Horloge : \+\d+,\d s", checked)
    surplus = CommandLine(tmp_path / "B")
    assert "vault create" not in surplus(*given, "--name", "B", "--device-file").out


def test_a_contract_about_to_be_suspended_is_told_by_each_backup(
    host: TestHost, tmp_path: Path, sources: Path
) -> None:
    practice = Practice(host, tmp_path)
    line = practice.station("A")
    practice.vault(line)
    assert line.json("backup", str(sources))["notices"] == []
    with host.context.database.write() as connection:
        organisations.decide(host.context, connection, practice.made.id, "suspended", OPERATOR)
    day = datetime.fromtimestamp(host.clock() / 1_000_000 + 7 * 86_400, UTC).date().isoformat()
    for command in (["backup", str(sources)], ["vault", "info"]):
        notices = line.json(*command)["notices"]
        assert [(each["code"], each["facts"]["day"]) for each in notices] == [("host_contract_ends", day)]
    host.clock.advance(days=7.1)
    assert line.error("backup", str(sources), code=1) == "host_organisation_suspended"


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "a")
    key = _private(tmp_path / "k", "abcd-efgh-ijkl")
    given = ["device", "enrol", "--host", "https://127.0.0.1:9", "--contract-key-file", key, "--device-file"]
    assert line.error(*given, code=6) == "host_unreachable"


def test_another_hosts_vault_needs_another_profile(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path)
    line = practice.station("A")
    with line.secret(PASSPHRASE):
        assert line.error("vault", "create", "--at", "https://ailleurs.example", code=2) == "host_other"
        assert line.error("vault", "open", "--at", f"{host.url}/v1/vaults/{'0' * 32}", code=2) == (
            "host_vault_unknown"
        )
    again = ["device", "enrol", "--host", "https://ailleurs.example", "--contract-key-file", practice.key]
    assert line.error(*again, "--device-file", code=2) == "host_already"


# ---- nothing clear ---------------------------------------------------------------------------------


def test_the_host_holds_nothing_in_clear(tmp_path: Path) -> None:
    """Names, content, passphrase, words and contract key are looked for in all that the host keeps."""
    with serving(tmp_path / "host") as host:
        practice = Practice(host, tmp_path)
        line = practice.station("A")
        words = practice.vault(line)
        marked = make_tree(tmp_path / "MARQUE-DOSSIER", {"MARQUE-NOM.txt": b"MARQUE-CONTENU " * 5000})
        line("backup", str(marked), "--label", "MARQUE-ETIQUETTE")
        line("restore", "latest", "--to", str(tmp_path / "out"))
        host.hang_up()
    kept = b"".join(p.read_bytes() for p in (tmp_path / "host").rglob("*") if p.is_file())
    assert b"Cabinet fictif" in kept  # what is looked for would be found
    for marker in ("MARQUE", PASSPHRASE, practice.made.contract_key, " ".join(words[:3])):
        assert marker.encode() not in kept, marker


# ---- who accessed what -----------------------------------------------------------------------------


def test_the_practice_checks_the_hosts_audit_log(host: TestHost, tmp_path: Path) -> None:
    practice = Practice(host, tmp_path)
    late, line = practice.station("B"), practice.station("A")
    with host.context.database.write() as connection:
        for _ in range(2100):  # three pages
            audit.note(host.context, connection, practice.made.id, Actor("device:0", "r"), "session")
    out = tmp_path / "audit.jsonl"
    told_of = line.json("device", "audit", "--out", str(out))["result"]
    written = out.read_text(encoding="utf-8").splitlines()
    assert told_of["lines"] == told_of["last"] == len(written) - 1
    assert (told_of["operators"], told_of["refused"], told_of["first"]) == (2, 0, 1)
    assert told_of["hash"] in written[-1] and "audit_read" in written[-1]
    assert line.error("device", "audit", "--out", str(out), code=2) == "audit_file_exists"
    assert line.error("device", "audit", "--out", str(tmp_path / "no" / "x"), code=1) == (
        "audit_file_not_written"
    )
    assert "all chained" in line("device", "audit").out

    def change(what: str, *values: object) -> None:
        with host.context.database.write() as connection:
            connection.exec_driver_sql(what, values)

    organisation = practice.made.id
    # An end that is missing is noticed without any memory: the host should have noted this very reading.
    change("CREATE TRIGGER forget AFTER INSERT ON audit BEGIN DELETE FROM audit WHERE rowid = NEW.rowid; END")
    assert late.error("device", "audit", code=7) == "host_audit_shorter"
    change("DROP TRIGGER forget")
    change("DELETE FROM audit WHERE organisation = ? AND sequence = 2", organisation)
    kept = tmp_path / "evidence.jsonl"
    assert line.error("device", "audit", "--out", str(kept), code=7) == "host_audit_broken"
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 3  # up to the line that does not follow


# ---- the hosting's certificate ---------------------------------------------------------------------


def _card(until: date, withdrawn: str = "") -> str:
    return (
        "[card]\nhost = 'Hébergeur fictif'\ncertificate = 'HDS-0000'\nactivities = [1, 2]\n"
        f"valid_from = '2020-01-01'\nvalid_until = '{until}'\nplaces = []\nsub_processors = []\n{withdrawn}"
    )


def test_a_certificate_that_ends_is_told_by_each_backup(tmp_path: Path, sources: Path) -> None:
    """And one that was withdrawn stops new uploads, loudly; what is there can be restored."""
    today = datetime.now(UTC).date()
    host = HostProcess(tmp_path / "host", _card(today + timedelta(days=61)))
    try:
        line = CommandLine(tmp_path / "A")
        key = _private(tmp_path / "contract.key", host.contract_key)
        given = ["--host", host.url, "--contract-key-file", key, "--ca", host.ca, "--name", "A"]
        line("device", "enrol", *given, "--device-file")
        with line.secret(PASSPHRASE):
            line("vault", "create", "--at", host.url, "--device-file")
        assert line.json("backup", str(sources))["notices"] == []

        for days, code in ((60, "host_card_ends"), (-1, "host_card_over")):
            host.set(_card(today + timedelta(days=days)))
            host.restart()
            done = line.json("backup", str(sources))
            assert [n["code"] for n in done["notices"]] == [code]
            assert done["notices"][0]["facts"]["host"] == "Hébergeur fictif"
        done = line("backup", str(sources))
        assert "certificate of the hosting by Hébergeur fictif has not been valid since" in done.err

        host.set(_card(today + timedelta(days=400), "withdrawn = '2026-11-20'"))
        host.restart()
        before = host.json("check")["objects"]
        (sources / "neuf.txt").write_text("rien de ceci ne part", encoding="utf-8")
        refused = line.json("backup", str(sources), code=1)
        assert refused["error"]["code"] == "host_certification_withdrawn"
        assert refused["error"]["facts"]["since"] == "2026-11-20"
        assert "no more health data is sent to it" in line("backup", str(sources), code=1).err
        assert host.json("check")["objects"] == before
        line("restore", "latest", "--to", str(tmp_path / "out"))
        (sources / "neuf.txt").unlink()
        assert told(restored(tmp_path / "out", sources)) == told(sources)
        line("verify")
    finally:
        host.kill()
