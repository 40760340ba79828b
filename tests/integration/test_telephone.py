"""A person is asked on their telephone by a provider of identities (CIBA): oidc-provider, and attacks."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.transports.host.people import PeoplePost, TelephoneAsked
from cyberlib_host.core import people as core
from cyberlib_host.core.identities import ProviderSettings
from cyberlib_host.core.problems import Problem
from cyberlib_host.services import people
from cyberlib_host.services.provider import Answered, Provider
from tests.integration.test_sign_in import NUMBER, SECRET, claims, trusted
from tests.support.escrow_at_host import AtHost
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.identities import modules, provider

MAIL: Final = "eloise@cabinet.example"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return modules(tmp_path_factory.mktemp("npm"))


class Telephone:
    """What the provider shows on telephones, and what people say there."""

    def __init__(self, issuer: str) -> None:
        self._at = issuer + "/telephone"

    def told(self, **said: str) -> dict[str, Any]:
        return dict(httpx2.get(self._at, params=said).json())

    def last(self) -> dict[str, Any]:
        until = time.monotonic() + 180
        while not (asked := self.told()["asked"]):
            assert time.monotonic() < until
            time.sleep(0.05)
        return dict(asked[-1])

    def say(self, word: str, acr: str = "eidas1") -> None:
        self.told(id=self.last()["id"], say=word, acr=acr)


def trust(host: TestHost, issuer: str, telephone: bool = True) -> None:
    settings = ProviderSettings(
        issuer=issuer, client_id="cyberlib-host", address=host.url, telephone=telephone
    )
    host.context.provider = Provider(settings, SECRET)


class Practice:
    """A device, and a person whom the provider knows by a number."""

    def __init__(self, host: TestHost, issuer: str, number: str = NUMBER) -> None:
        trust(host, issuer)
        self.host, self.made = host, host.organisation(seats=3)
        self.device = host.enrol(self.made.contract_key, "A")
        self.post = PeoplePost(host.client(self.device))
        self.telephone = Telephone(issuer)
        given = core.Inviting("Éloïse Médecin", MAIL, "holder")
        with host.context.database.write() as connection:
            people.invite(host.context, connection, self.made.id, given, OPERATOR)
            people.link(host.context, connection, self.made.id, given.mail, number, OPERATOR)

    def ask(self, mail: str = MAIL) -> TelephoneAsked:
        digest = core.digest_of("person_invite", "x")
        return self.post.ask_telephone(self.post.challenge("person_invite", digest), mail)

    def look(self, asked: TelephoneAsked, after: int = 1) -> Any:
        self.host.clock.advance(seconds=after)
        return self.post.telephone_answer(asked.request)


@pytest.fixture
def practice(host: TestHost, installed: Path) -> Iterator[Practice]:
    with provider(installed, host.url) as issuer:
        yield Practice(host, issuer)
        host.context.provider = None


def refused(call: Callable[[], object], code: str) -> CyberlibError:
    with pytest.raises(CyberlibError) as told:
        call()
    assert told.value.code == code
    return told.value


def test_a_person_says_yes_on_their_telephone(practice: Practice) -> None:
    told = practice.post.list()
    assert told.provider and told.telephone
    asked = practice.ask(MAIL.upper())
    there = practice.telephone.last()
    assert (there["message"], there["who"], there["acr"]) == (asked.message, NUMBER, "eidas1")
    answer = practice.look(asked)
    assert answer.proof is None and answer.interval == 1
    # Asked before its time, the host does not ask the provider.
    assert practice.look(asked, 0).interval == 1 and practice.telephone.told()["looks"] == 1
    practice.telephone.told(slower="1")
    assert practice.look(asked).interval == 6  # five seconds more, as the standard has it
    assert practice.look(asked, 5).proof is None and practice.telephone.told()["looks"] == 2
    practice.telephone.say("yes")
    stranger = PeoplePost(practice.host.client(practice.host.enrol(practice.made.contract_key, "B")))
    refused(lambda: stranger.telephone_answer(asked.request), "host_sign_in_unknown")
    proof = practice.look(asked).proof
    assert proof is not None
    document = json.loads(proof.document)
    assert document["method"] == ["provider", "eidas1", "telephone"]
    assert (document["name"], document["device"]) == ("Éloïse Médecin", practice.device.device)
    assert practice.telephone.told()["revoked"] == 1  # the provider's tokens are worth nothing any more
    refused(lambda: practice.look(asked), "host_sign_in_unknown")  # once


def test_no_and_too_late_and_a_weaker_login_give_nothing(practice: Practice) -> None:
    asked = practice.ask()
    practice.telephone.say("no")
    refused(lambda: practice.look(asked), "host_telephone_refused")
    refused(lambda: practice.look(asked), "host_sign_in_unknown")
    asked = practice.ask()
    practice.telephone.say("yes", "eidas0")
    refused(lambda: practice.look(asked), "host_provider_refused")
    first, asked = practice.ask(), practice.ask()  # begun anew: only the last counts
    practice.telephone.say("yes")
    refused(lambda: practice.look(first), "host_sign_in_unknown")
    assert practice.look(asked).proof is not None
    asked = practice.ask()
    practice.telephone.say("yes")
    refused(lambda: practice.look(asked, 301), "host_sign_in_unknown")


def test_nobody_is_asked_whom_the_practice_does_not_know(practice: Practice) -> None:
    for _ in range(5):
        refused(lambda: practice.ask("nobody@cabinet.example"), "host_person_refused")
    refused(lambda: practice.ask("nobody@cabinet.example"), "host_person_wait")
    for _ in range(5):
        practice.ask()  # a telephone that rings and rings
    refused(practice.ask, "host_person_wait")
    assert len(practice.telephone.told()["asked"]) == 5


def test_whom_the_provider_does_not_know_and_hosts_that_ask_nobody(practice: Practice) -> None:
    issuer = practice.host.context.provider.settings.issuer  # type: ignore[union-attr]
    elsewhere = Practice(practice.host, issuer, "000000000000")
    refused(elsewhere.ask, "host_provider_refused")
    asked = practice.ask()
    trust(practice.host, "http://127.0.0.1:1")
    assert practice.look(asked).interval == 6  # it may be back
    refused(practice.ask, "host_provider_unreachable")
    trust(practice.host, issuer, telephone=False)
    assert not practice.post.list().telephone
    refused(practice.ask, "host_provider_none")


def test_another_person_than_was_asked(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = practice.ask()
    monkeypatch.setattr(Provider, "answered", lambda *_: Answered("yes", "123456789012"))
    refused(lambda: practice.look(asked), "host_person_refused")


def test_an_id_token_of_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(65537, 2048)
    one = trusted(key)
    papers: Any = one._known["https://id.example/.well-known/openid-configuration"][1]
    papers["token_endpoint"] = "https://id.example/token"
    told: Any = claims({"SubjectNameID": NUMBER})
    del told["nonce"]
    tokens = {"id_token": jwt.encode(told, key, "RS256", headers={"kid": "k"}), "access_token": "x"}
    monkeypatch.setattr(one, "_spoken", lambda *_, **_more: tokens)
    assert one.answered("r", time.time()) == Answered("yes", NUMBER)
    with pytest.raises(Problem) as problem:
        one.answered("r", time.time() + 300)
    assert problem.value.facts["reason"] == "iat"


def test_through_the_command_line(tmp_path: Path, installed: Path) -> None:
    with serving(tmp_path / "host") as host, provider(installed, host.url) as issuer:
        trust(host, issuer)
        story = AtHost(tmp_path, host)
        which, telephone = story.customer.made.id, Telephone(issuer)
        story.operator("person", "invite", which, "--name", "Éloïse M", "--mail", MAIL, "--role", "holder")
        story.operator("person", "link", which, MAIL, NUMBER)
        how = tmp_path / "how"
        how.write_text(f"telephone\n{MAIL}\n", encoding="utf-8")
        how.chmod(0o600)
        story.practice.environment["CYBERLIB_PERSON_FILE"] = str(how)

        def there() -> None:
            telephone.say("yes")
            host.clock.advance(seconds=1)

        answering = threading.Thread(target=there, daemon=True)
        answering.start()
        made = story.practice.json("person", "invite", "Ali Exemple", "ali@cabinet.example")
        answering.join(180)
        (notice,) = made["notices"]
        assert notice["code"] == "host_telephone_asked"
        assert notice["facts"]["number"] == telephone.last()["message"]
        assert made["result"]["invitation"]
