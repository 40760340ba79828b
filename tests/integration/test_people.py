"""People of a practice at its host: invited, enrolled, asked who they are; and those who are not they."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.transports.host import records
from cyberlib_client.transports.host.people import PeoplePost
from cyberlib_host.core import people as core
from cyberlib_host.services import audit, people, secrets_of_people
from cyberlib_host.services.attempts import wait_after
from cyberlib_host.services.organisations import Made
from tests.support.command_line import PASSPHRASE, SECOND
from tests.support.escrow_at_host import AtHost
from tests.support.escrow_story import result
from tests.support.hosts import OPERATOR, TestHost, TestIdentity, serving

PASSWORD: Final = "tulipe Grenier 47 canoe"
MAIL: Final = "claude@cabinet.example"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One test below looks at the real cost of a password; the others need not pay it."""
    monkeypatch.setattr(secrets_of_people, "_MEMORY_KIB", 64)
    monkeypatch.setattr(secrets_of_people, "_ITERATIONS", 1)


class Person:
    """Somebody with an application for codes."""

    def __init__(self, host: TestHost, accepted: Any) -> None:
        self.host, self.accepted = host, accepted
        padded = accepted.secret + "=" * (-len(accepted.secret) % 8)
        self.maker = TOTP(base64.b32decode(padded), 6, SHA1(), 30)

    def code(self, steps: int = 0) -> str:
        """Of the present step of the host's clock, or so many later."""
        return self.maker.generate(self.host.clock() // 1_000_000 + 30 * steps).decode()


def refused(call: Any, code: str) -> CyberlibError:
    with pytest.raises(CyberlibError) as told:
        call()
    assert told.value.code == code
    return told.value


def enrolled(
    host: TestHost, made: Made, post: PeoplePost, role: core.Role = "holder", mail: str = MAIL
) -> Person:
    """By an operator's invitation."""
    given = core.Inviting("Claude Exemple", mail, role)
    with host.context.database.write() as connection:
        invitation = people.invite(host.context, connection, made.id, given, OPERATOR).invitation
    found = Person(host, post.accept(invitation, PASSWORD))
    assert post.confirm(invitation, found.code()).state == "enrolled"
    host.clock.advance(seconds=60)  # the next code is another
    return found


def actions(host: TestHost, made: Made) -> list[tuple[str, str]]:
    with host.context.database.read() as connection:
        audit.check(connection, made.id)
        return [(x.record.action, x.record.outcome) for x in audit.lines(connection, made.id)]


class Practice:
    """Two machines and a person."""

    def __init__(self, host: TestHost, role: core.Role = "holder") -> None:
        self.host, self.made = host, host.organisation(seats=5)
        self.one, self.other = (host.enrol(self.made.contract_key, name) for name in ("A", "B"))
        self.post = PeoplePost(host.client(self.one))
        self.person = enrolled(host, self.made, self.post, role)

    def revoke(self, device: TestIdentity, token: str = "") -> Any:
        """As a program would ask that has got a token from somewhere."""
        client = self.host.client(device)
        client._prove = (lambda _client, _error: token) if token else None
        body = {"contract_key": self.made.contract_key, "device": "C"}
        return client.ask("POST", "/v1/revocations", records.Device, body)

    def wanted(self) -> tuple[str, str]:
        """For what a proof is needed."""
        facts = refused(lambda: self.revoke(self.one), "host_proof_needed").facts
        return str(facts["action"]), str(facts["digest"])


@pytest.fixture
def practice(host: TestHost) -> Practice:
    found = Practice(host)
    host.enrol(found.made.contract_key, "C")
    return found


def test_nobody_is_asked_where_nobody_is_enrolled(host: TestHost) -> None:
    made = host.organisation(seats=2)
    one = host.enrol(made.contract_key, "A")
    host.enrol(made.contract_key, "C")
    post = PeoplePost(host.client(one))
    assert post.list().people == []
    assert post.list().asked_for == ["release_waive", "person_invite"]
    body = {"contract_key": made.contract_key, "device": "C"}
    assert host.client(one).ask("POST", "/v1/revocations", records.Device, body).state == "revoked"


def test_a_proof_is_signed_and_good_for_one_thing_once(practice: Practice) -> None:
    action, digest = practice.wanted()
    assert action == "device_revoke"
    proof = practice.post.prove(action, digest, MAIL.upper(), PASSWORD, practice.person.code())
    told = json.loads(proof.document)
    assert (told["method"], told["role"], told["name"]) == (["password", "totp"], "holder", "Claude Exemple")
    assert (told["action"], told["digest"], told["device"]) == (action, digest, practice.one.device)
    key = practice.host.context.key.public_key().public_bytes_raw()
    message = core.proof_message(proof.document.encode())
    Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(proof.signature), message)
    # Stolen: at another machine, and for another thing, it is worth nothing.
    refused(lambda: practice.revoke(practice.other, proof.token), "host_proof_not_valid")
    body = {"name": "X Y", "mail": "x@y.example", "role": "holder"}
    client = practice.host.client(practice.one)
    client._prove = lambda _client, _error: proof.token
    refused(lambda: client.ask("POST", "/v1/people", records.Device, body), "host_proof_not_valid")
    assert practice.revoke(practice.one, proof.token).state == "revoked"
    assert practice.revoke(practice.one).state == "revoked"  # once more: nothing is to be done
    practice.host.enrol(practice.made.contract_key, "D")
    client._prove = lambda _client, _error: proof.token
    body = {"contract_key": practice.made.contract_key, "device": "D"}
    refused(lambda: client.ask("POST", "/v1/revocations", records.Device, body), "host_proof_not_valid")
    done = actions(practice.host, practice.made)
    assert ("proof_given", "done") in done and ("proof_used", "done") in done
    assert ("revoke", "proof_not_valid") in done


def test_a_proof_ends_with_its_minutes_and_with_the_person(practice: Practice) -> None:
    host, made = practice.host, practice.made
    wanted = practice.wanted()
    late = practice.post.prove(*wanted, MAIL, PASSWORD, practice.person.code())
    host.clock.advance(seconds=301)
    refused(lambda: practice.revoke(practice.one, late.token), "host_proof_not_valid")
    gone = practice.post.prove(*wanted, MAIL, PASSWORD, practice.person.code())
    with host.context.database.write() as connection:
        people.reset(host.context, connection, made.id, MAIL, OPERATOR)
    # Invited anew: what they had counts no more, and the host goes on asking.
    refused(lambda: practice.revoke(practice.one, gone.token), "host_proof_not_valid")
    code = practice.person.code(1)
    refused(lambda: practice.post.prove(*wanted, MAIL, PASSWORD, code), "host_person_refused")
    with host.context.database.write() as connection:
        people.end(host.context, connection, made.id, MAIL, OPERATOR)
    assert practice.revoke(practice.one).state == "revoked"


def test_codes_serve_once_and_for_a_minute_and_a_half(practice: Practice) -> None:
    prove, wanted, person = practice.post.prove, practice.wanted(), practice.person
    code = person.code()
    prove(*wanted, MAIL, PASSWORD, code)
    refused(lambda: prove(*wanted, MAIL, PASSWORD, code), "host_person_refused")
    refused(lambda: prove(*wanted, MAIL, PASSWORD, person.code(-1)), "host_person_refused")  # older than used
    prove(*wanted, MAIL, PASSWORD, person.code(1))  # a telephone half a minute ahead
    practice.host.clock.advance(seconds=300)
    refused(lambda: prove(*wanted, MAIL, PASSWORD, person.code(2)), "host_person_refused")
    refused(lambda: prove(*wanted, MAIL, PASSWORD, person.code(-2)), "host_person_refused")
    paper = person.accepted.recovery_codes[0].lower()
    proof = prove(*wanted, MAIL, PASSWORD, paper)
    assert json.loads(proof.document)["method"] == ["password", "recovery"]
    assert proof.recovery_codes_left == 9
    refused(lambda: prove(*wanted, MAIL, PASSWORD, paper), "host_person_refused")


def test_tries_are_held_back_alike_for_who_exists_and_who_does_not(practice: Practice) -> None:
    prove, wanted = practice.post.prove, practice.wanted()
    for mail in (MAIL, "nobody@cabinet.example"):
        for _ in range(5):
            refused(lambda m=mail: prove(*wanted, m, "not the password", "000000"), "host_person_refused")
        held = refused(lambda m=mail: prove(*wanted, m, PASSWORD, "000000"), "host_person_wait")
        assert 0 < int(str(held.facts["seconds"])) <= 90
    # Also the right ones are, until the wait is over.
    refused(lambda: prove(*wanted, MAIL, PASSWORD, practice.person.code()), "host_person_wait")
    practice.host.clock.advance(seconds=91)
    assert prove(*wanted, MAIL, PASSWORD, practice.person.code()).token
    assert ("prove", "person_wait") in actions(practice.host, practice.made)


def test_waits_double_and_leave_no_more_than_25_tries_a_day() -> None:
    assert [wait_after(n) for n in range(8)] == [0, 0, 0, 0, 0, 90, 180, 360]
    assert [wait_after(n, 15) for n in (5, 14, 15)] == [0, 0, 90]  # of a machine, whoever it names
    tries, passed = 0, 0
    while passed <= 86_400:
        tries, passed = tries + 1, passed + wait_after(tries + 1)
    assert tries <= 25


def test_a_person_of_one_practice_is_nobody_in_another(practice: Practice) -> None:
    stranger = Practice(practice.host)
    action, digest = practice.wanted()
    code = stranger.person.code(1)
    # Same address, same password, another secret: the codes of one are no good to the other.
    refused(lambda: practice.post.prove(action, digest, MAIL, PASSWORD, code), "host_person_refused")
    proof = stranger.post.prove(action, digest, MAIL, PASSWORD, stranger.person.code())
    refused(lambda: practice.revoke(practice.one, proof.token), "host_proof_not_valid")


def test_a_challenge_is_good_for_one_try(practice: Practice) -> None:
    action, digest = practice.wanted()
    client = practice.host.client(practice.one)
    begun = client.ask("POST", "/v1/proofs/challenges", dict[str, Any], {"action": action, "digest": digest})
    body = {"challenge": begun["challenge"], "mail": MAIL, "password": "wrong", "code": "000000"}
    refused(lambda: client.ask("POST", "/v1/proofs", dict[str, Any], body), "host_person_refused")
    body |= {"password": PASSWORD, "code": practice.person.code()}
    refused(lambda: client.ask("POST", "/v1/proofs", dict[str, Any], body), "host_challenge_unknown")
    begun = client.ask("POST", "/v1/proofs/challenges", dict[str, Any], {"action": action, "digest": digest})
    body |= {"challenge": begun["challenge"]}
    thief = practice.host.client(practice.other)
    refused(lambda: thief.ask("POST", "/v1/proofs", dict[str, Any], body), "host_challenge_unknown")


def test_members_do_not_decide_for_holders(host: TestHost) -> None:
    practice = Practice(host, "member")
    facts = refused(lambda: practice.post.invite("X Y", "x@y.example", "holder"), "host_proof_needed").facts
    wanted = str(facts["action"]), str(facts["digest"])
    token = practice.post.prove(*wanted, MAIL, PASSWORD, practice.person.code()).token
    practice.post._client._prove = lambda _client, _error: token
    refused(lambda: practice.post.invite("X Y", "x@y.example", "holder"), "host_not_a_holder")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Court 1!", "password_short"),
        ("aaaaaaaaaaaaaaaa", "password_few_bits"),
        ("azertyuiopqsdfghjklm", "password_usual"),
        ("Motdepasse2026!", "password_usual"),
        ("Claude-Exemple-1", "password_own_words"),
    ],
)
def test_passwords_that_will_not_do(host: TestHost, password: str, reason: str) -> None:
    made = host.organisation()
    post = PeoplePost(host.client(host.enrol(made.contract_key)))
    given = core.Inviting("Claude Exemple", MAIL, "holder")
    with host.context.database.write() as connection:
        invitation = people.invite(host.context, connection, made.id, given, OPERATOR).invitation
    told = refused(lambda: post.accept(invitation, password), "host_password_weak")
    assert told.facts["reason"] == reason


def test_an_invitation_ends_and_is_nobody_elses(host: TestHost) -> None:
    made, elsewhere = host.organisation(), host.organisation()
    post = PeoplePost(host.client(host.enrol(made.contract_key)))
    stranger = PeoplePost(host.client(host.enrol(elsewhere.contract_key)))
    given = core.Inviting("Claude Exemple", MAIL, "holder")
    with host.context.database.write() as connection:
        invitation = people.invite(host.context, connection, made.id, given, OPERATOR).invitation
    refused(lambda: stranger.accept(invitation, PASSWORD), "host_invitation_unknown")
    refused(lambda: post.confirm(invitation, "123456"), "host_invitation_unknown")  # nothing was chosen
    first = Person(host, post.accept(invitation, PASSWORD))
    second = Person(host, post.accept(invitation.lower(), PASSWORD))  # begun again: only the last counts
    refused(lambda: post.confirm(invitation, first.code()), "host_person_refused")
    assert post.confirm(invitation, second.code()).state == "enrolled"
    assert post.confirm(invitation, second.code()).state == "enrolled"  # told again
    refused(lambda: post.accept(invitation, PASSWORD), "host_invitation_unknown")  # no way to take over
    with host.context.database.write() as connection:
        late = people.reset(host.context, connection, made.id, MAIL, OPERATOR).invitation
    host.clock.advance(days=8)
    refused(lambda: post.accept(late, PASSWORD), "host_invitation_unknown")


def test_a_password_costs_64_mebibytes(host: TestHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    kept = secrets_of_people.hash_password(host.context, PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert secrets_of_people.is_password(PASSWORD, kept)
    assert not secrets_of_people.is_password(PASSWORD + " ", kept)


def test_nothing_that_is_kept_is_a_secret_in_clear(practice: Practice, host: TestHost) -> None:
    accepted = practice.person.accepted
    with host.context.database.read() as connection:
        (row,) = people.all_of(connection, practice.made.id)
    assert row.password.startswith("$argon2id$") and PASSWORD not in str(row)
    raw = base64.b32decode(accepted.secret + "=" * (-len(accepted.secret) % 8))
    assert raw not in row.secret and len(row.secret) == 12 + len(raw) + 16
    assert hashlib.sha256(accepted.recovery_codes[0].encode()).digest() != row.invitation


# ---- through the command line


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtHost]:
    with serving(tmp_path / "host") as host:
        yield AtHost(tmp_path, host)


def test_a_holder_waives_the_delay(story: AtHost) -> None:
    invited = story.operator.json(
        "person",
        "invite",
        story.customer.made.id,
        "--name",
        "Claude Exemple",
        "--mail",
        MAIL,
        "--role",
        "holder",
    )
    story.join_here()  # nobody is enrolled yet
    secret = story.folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    given = ["--invitation", str(invited["invitation"])]
    accepted = result(story.practice, "person", "accept", *given, "--password-file", str(secret))
    person = Person(story.host, type("Told", (), accepted))
    told = result(story.practice, "person", "confirm", *given, "--code", person.code())
    assert told["state"] == "enrolled"
    assert result(story.practice, "person", "list")["people"][0]["name"] == "Claude Exemple"
    # Neither the contract key nor this machine suffices any more.
    takes = ["device", "reassign", "ACCUEIL", "--contract-key-file", story.customer.key]
    assert story.new.error(*takes, code=1) == "host_proof_needed"
    file = story.folder / "person"

    def there(code: str) -> None:
        file.write_text(f"{MAIL}\n{PASSWORD}\n{code}\n", encoding="utf-8")
        file.chmod(0o600)
        story.new.environment["CYBERLIB_PERSON_FILE"] = str(file)

    there(person.code(1))
    story.replace_machine()
    asked = story.ask_here()
    del story.new.environment["CYBERLIB_PERSON_FILE"]
    assert story.new.error("escrow", "waive", code=1) == "host_proof_needed"
    there("000000")
    assert story.new.error("escrow", "waive", code=5) == "host_person_refused"
    there(accepted["recovery_codes"][0])
    (waived,) = result(story.new, "escrow", "waive")
    assert waived["state"] == "open" and waived["here"]
    assert result(story.new, "escrow", "waive")[0]["state"] == "open"  # told again, nothing is asked
    assert ("release", "a@x.example") in story.letters() and ("release_waived", "done") in story.actions()
    story.answer_all(asked["words"], "anne", "claire")
    with story.new.secret("une toute nouvelle phrase 7"):
        assert result(story.new, "escrow", "open", "--device-file")["connected"]


def test_who_answers_in_the_hosts_place_proves_nothing(story: AtHost) -> None:
    person = enrolled(story.host, story.customer.made, PeoplePost(story.post(story.practice).client))
    file = story.folder / "person"
    story.practice.environment["CYBERLIB_PERSON_FILE"] = str(file)
    story.host.context.key = Ed25519PrivateKey.generate()
    invites = ["person", "invite", "Ali Exemple", "ali@cabinet.example"]
    codes = iter(person.accepted.recovery_codes)
    with story.practice.secret(PASSPHRASE):
        for words in (invites, [*story.joining()[:7], "--yes"]):
            file.write_text(f"{MAIL}\n{PASSWORD}\n{next(codes)}\n", encoding="utf-8")
            file.chmod(0o600)
            assert story.practice.error(*words, code=7) == "host_proof_bad"
    told = PeoplePost(story.post(story.practice).client).list().people
    assert [each.name for each in told] == ["Claude Exemple"] and story.post(
        story.practice
    ).show().state == "none"


def test_operators_look_after_people(story: AtHost) -> None:
    which = story.customer.made.id
    call = story.operator
    call("person", "invite", which, "--name", "Claude Exemple", "--mail", MAIL)
    assert call.error("person", "invite", which, "--name", "Claude", "--mail", MAIL) == "person_known"
    assert call.error("person", "invite", which, "--name", "Claude", "--mail", "none") == "bad_address"
    (row,) = call.json("person", "list", which)
    assert (row["state"], row["role"], row["mail"]) == ("invited", "member", MAIL)
    assert call.json("person", "reset", which, MAIL)["invitation"]
    assert "may try again" in call("person", "unlock", which, MAIL).out
    assert call.error("person", "end", which, "nobody@x.example") == "person_unknown"
    call("person", "end", which, MAIL)
    assert call.json("person", "list", which) == []


def test_another_key_and_fewer_snapshots_take_a_person(story: AtHost) -> None:
    line = story.practice
    post = PeoplePost(story.post(line).client)
    new = story.folder / "new"
    new.write_text(SECOND, encoding="utf-8")
    new.chmod(0o600)
    with line.secret(PASSPHRASE):
        line("retention", "set", "--preset", "cabinet")  # nobody is enrolled yet
    person = enrolled(story.host, story.customer.made, post, "member")
    file = story.folder / "person"

    def proved(*words: str, secret: str = PASSPHRASE) -> None:
        with line.secret(secret):
            assert line.error(*words, code=1) == "host_proof_needed"
            file.write_text(f"{MAIL}\n{PASSWORD}\n{person.code()}\n", encoding="utf-8")
            file.chmod(0o600)
            line.environment["CYBERLIB_PERSON_FILE"] = str(file)
            line(*words)
        del line.environment["CYBERLIB_PERSON_FILE"]
        story.host.clock.advance(seconds=60)

    before = {slot["id"] for slot in line.json("key", "list")["items"]}
    proved("key", "rotate", "--new-passphrase-file", str(new))
    assert not before & {slot["id"] for slot in line.json("key", "list")["items"]}
    numbers = ("--daily", "--weekly", "--monthly", "--yearly")
    fewer = [word for each in numbers for word in (each, "0")]
    proved("retention", "set", "--last", "1", *fewer, secret=SECOND)
    done = actions(story.host, story.customer.made)
    assert done.count(("key_rotate", "done")) == 1 and done.count(("retention_shorten", "done")) == 2
    line("retention", "set", "--last", "50")  # keeps more: nobody is asked
    line("backup")
