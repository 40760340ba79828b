"""A person signs in at a provider of identities, for real: oidc-provider, a browser's steps, and attacks."""

from __future__ import annotations

import base64
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cyberlib_client.app import proving
from cyberlib_client.app.loopback import Loopback
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports.host.people import PeoplePost
from cyberlib_host.core import people as core
from cyberlib_host.core.identities import ProviderSettings
from cyberlib_host.core.problems import Problem
from cyberlib_host.database.observed import mails
from cyberlib_host.services import people
from cyberlib_host.services.provider import Provider
from tests.support.escrow_at_host import AtHost
from tests.support.hosts import OPERATOR, TestHost, serving
from tests.support.identities import modules, provider

NUMBER: Final = "899700218896"
SECRET: Final = "a secret of the host alone"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return modules(tmp_path_factory.mktemp("npm"))


@pytest.fixture
def trusting(host: TestHost, installed: Path) -> Iterator[TestHost]:
    with provider(installed, host.url) as issuer:
        settings = ProviderSettings(issuer=issuer, client_id="cyberlib-host", address=host.url)
        host.context.provider = Provider(settings, SECRET)
        yield host
        host.context.provider = None


class Browser:
    """What a browser does, step by step: it follows redirections, keeps cookies, sends forms."""

    def __init__(self, host: TestHost) -> None:
        self._trust = ssl.create_default_context(cadata=host.ca)
        self._cookies = httpx2.Cookies()
        self.seen: list[str] = []

    def go(self, url: str, login: str = NUMBER, stop: Callable[[str], bool] = lambda _url: False) -> Any:
        """To where nothing leads on, or an address that `stop` knows."""
        answer = self._get(url)
        for _ in range(30):
            to = answer.headers.get("location")
            form = re.search(r'<form[^>]* action="([^"]+)"', answer.text)
            if to is not None:
                to = urljoin(str(answer.url), to)
                if stop(to):
                    return to
                answer = self._get(to)
            elif form is not None:
                sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
                sent |= {"login": login, "password": "x", "logout": "yes"}
                answer = self._asked("POST", urljoin(str(answer.url), form[1]), data=sent)
            else:
                return answer
        raise AssertionError(self.seen)

    def _get(self, url: str) -> Any:
        self.seen.append(url)
        return self._asked("GET", url)

    def _asked(self, method: str, url: str, **sent: Any) -> Any:
        with httpx2.Client(verify=self._trust, timeout=60, cookies=self._cookies) as client:
            answer = client.request(method, url, **sent)
            self._cookies = client.cookies
        return answer


class Practice:
    """A device and a person whom the provider knows by a number."""

    def __init__(self, host: TestHost) -> None:
        self.host, self.made = host, host.organisation(seats=3)
        self.device = host.enrol(self.made.contract_key, "A")
        self.post = PeoplePost(host.client(self.device))
        given = core.Inviting("Éloïse Médecin", "eloise@cabinet.example", "holder")
        with host.context.database.write() as connection:
            people.invite(host.context, connection, self.made.id, given, OPERATOR)
            people.link(host.context, connection, self.made.id, given.mail, NUMBER, OPERATOR)
        self.browser = Browser(host)

    def begin(self, back: Loopback) -> str:
        digest = core.digest_of("person_invite", "x")
        return self.post.begin_sign_in(
            self.post.challenge("person_invite", digest), back.port, back.challenge
        )

    def heard(self, back: Loopback, url: str, login: str = NUMBER) -> str:
        """The code that comes to the port."""
        going = threading.Thread(target=self.browser.go, args=(url, login), daemon=True)
        going.start()
        try:
            return back.wait(CancelToken())
        finally:
            going.join(60)


@pytest.fixture
def practice(trusting: TestHost) -> Practice:
    return Practice(trusting)


def refused(call: Callable[[], object], code: str) -> None:
    with pytest.raises((CyberlibError, Problem)) as told:
        call()
    assert told.value.code == code  # type: ignore[attr-defined]


def test_a_person_signs_in_and_is_signed_out(practice: Practice) -> None:
    with Loopback() as back:
        url = practice.begin(back)
        code = practice.heard(back, url)
        stranger = PeoplePost(practice.host.client(practice.host.enrol(practice.made.contract_key, "B")))
        # Heard by another program or machine, the code is worth nothing.
        refused(lambda: stranger.signed_in(code, back.verifier), "host_sign_in_unknown")
        proof = practice.post.signed_in(code, back.verifier)
        told = json.loads(proof.document)
        assert told["method"] == ["provider", "eidas1"] and told["name"] == "Éloïse Médecin"
        assert told["device"] == practice.device.device and told["action"] == "person_invite"
        refused(lambda: practice.post.signed_in(code, back.verifier), "host_sign_in_unknown")  # once
    seen = " ".join(practice.browser.seen)
    asked = parse_qs(urlsplit(next(each for each in practice.browser.seen if "/auth?" in each)).query)
    assert asked["acr_values"] == ["eidas1"] and asked["prompt"] == ["login"]
    assert asked["code_challenge_method"] == ["S256"] and asked["nonce"] and asked["state"]
    assert "/session/end" in seen and "/v1/sign-in-done" in seen  # the provider's session is over
    assert SECRET not in seen and back.verifier not in seen
    assert practice.browser.go(url).status_code == 403  # the address is good once


def test_whoever_took_the_port_has_no_verifier(practice: Practice) -> None:
    with Loopback() as back, Loopback() as other:
        code = practice.heard(back, practice.begin(back))
        refused(lambda: practice.post.signed_in(code, other.verifier), "host_sign_in_unknown")
        refused(lambda: practice.post.signed_in(code, back.verifier), "host_sign_in_unknown")  # tried: gone


def test_somebody_whom_the_practice_does_not_know(practice: Practice) -> None:
    with Loopback() as back:
        url = practice.begin(back)
        refused(lambda: practice.heard(back, url, "123456789012"), "sign_in_refused")


def test_a_weaker_login_will_not_do(practice: Practice) -> None:
    with Loopback() as back:
        ended = practice.browser.go(practice.begin(back), "weak-" + NUMBER)
        assert ended.status_code == 403 and "Fermez cette page" in ended.text


def test_another_browser_cannot_bring_somebody_elses_code_back(practice: Practice) -> None:
    with Loopback() as back:
        at = practice.browser.go(practice.begin(back), stop=lambda url: "/v1/sign-in-return" in url)
        thief = Browser(practice.host)
        assert thief.go(at).status_code == 403
        assert thief.go(at.replace("state=", "state=x")).status_code == 403
        assert thief.go(f"{practice.host.url}/v1/sign-in-done").status_code == 403
        assert thief.go(f"{practice.host.url}/v1/sign-in/{'0' * 64}").status_code == 403
        # The right one still may, once.
        assert practice.browser.go(at, stop=lambda url: url.startswith("http://127.0.0.1")) is not None
        assert practice.browser.go(at).status_code == 403


def test_a_sign_in_ends_after_five_minutes(practice: Practice) -> None:
    with Loopback() as back:
        url = practice.begin(back)
        practice.host.clock.advance(seconds=301)
        assert practice.browser.go(url).status_code == 403


def test_a_host_that_trusts_no_provider(host: TestHost) -> None:
    practice = Practice(host)
    with Loopback() as back:
        refused(lambda: practice.begin(back), "host_provider_none")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"aud": "somebody-else"}, "InvalidAudienceError"),
        ({"aud": ["cyberlib-host", "other"]}, "azp"),
        ({"azp": "other"}, "azp"),
        ({"iss": "https://evil.example"}, "InvalidIssuerError"),
        ({"acr": "eidas0"}, "acr"),
        ({"acr": None}, "acr"),
        ({"exp": -3600}, "ExpiredSignatureError"),
        ({"iat": 3600}, "ImmatureSignatureError"),
        ({}, ""),
    ],
)
def test_what_an_id_token_says_has_to_hold(change: dict[str, Any], reason: str) -> None:
    key = rsa.generate_private_key(65537, 2048)
    told = claims(change)
    made = jwt.encode(told, key, "RS256", headers={"kid": "k"})
    if not reason:
        assert trusted(key).verified(made, "the nonce")["sub"] == NUMBER
        return
    with pytest.raises(Problem) as problem:
        trusted(key).verified(made, "the nonce")
    assert (problem.value.code, problem.value.facts["reason"]) == ("provider_refused", reason)


def test_id_tokens_that_nobody_signed() -> None:
    key, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    body = base64.urlsafe_b64encode(json.dumps(claims({})).encode()).rstrip(b"=")
    for alg in ("none", "None", "HS256"):
        head = base64.urlsafe_b64encode(json.dumps({"alg": alg, "kid": "k"}).encode()).rstrip(b"=")
        made = (head + b"." + body + b".").decode()
        refused(lambda made=made: trusted(key).verified(made, "the nonce"), "provider_refused")  # type: ignore[misc]
    public = key.public_key()
    numbers = str(public.public_numbers().n)
    signed_with_the_public_key = jwt.encode(claims({}), numbers, "HS256", headers={"kid": "k"})
    refused(lambda: trusted(key).verified(signed_with_the_public_key, "the nonce"), "provider_refused")
    forged = jwt.encode(claims({}), other, "RS256", headers={"kid": "k"})
    refused(lambda: trusted(key).verified(forged, "the nonce"), "provider_refused")
    unknown = jwt.encode(claims({}), key, "RS256", headers={"kid": "other"})
    refused(lambda: trusted(key).verified(unknown, "the nonce"), "provider_refused")


def claims(change: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time())
    told: dict[str, Any] = {
        "iss": "https://id.example", "aud": "cyberlib-host", "sub": NUMBER, "nonce": "the nonce",
        "acr": "eidas1", "iat": now, "exp": now + 60,
    }  # fmt: skip
    for name, value in change.items():
        told[name] = now + value if name in ("exp", "iat") else value
    return told


def trusted(key: rsa.RSAPrivateKey) -> Provider:
    """A provider whose papers are known already."""
    made = Provider(ProviderSettings("https://id.example", "cyberlib-host", "https://host.example"), SECRET)
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "k", "use": "sig"}
    papers = {"issuer": "https://id.example", "jwks_uri": "https://id.example/jwks"}
    at = "https://id.example/.well-known/openid-configuration"
    made._known = {
        at: (time.monotonic(), papers),
        "https://id.example/jwks": (time.monotonic(), {"keys": [jwk]}),
    }
    return made


def test_through_the_command_line(tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path / "host") as host, provider(installed, host.url) as issuer:
        settings = ProviderSettings(issuer=issuer, client_id="cyberlib-host", address=host.url)
        host.context.provider = Provider(settings, SECRET)
        story = AtHost(tmp_path, host)
        which, mail = story.customer.made.id, "eloise@cabinet.example"
        story.operator(
            "person", "invite", which, "--name", "Éloïse Médecin", "--mail", mail, "--role", "holder"
        )
        story.operator("person", "link", which, mail, NUMBER)
        with host.context.database.read() as connection:
            told = connection.execute(mails.select().where(mails.c.kind == "person")).all()
        assert sorted(row.recipient for row in told) == ["a@x.example", "b@x.example"]
        browser = Browser(host)

        def opens(url: str) -> None:
            threading.Thread(target=browser.go, args=(url,), daemon=True).start()

        monkeypatch.setattr(proving, "open_page", opens)
        how = tmp_path / "how"
        how.write_text("browser\n", encoding="utf-8")
        how.chmod(0o600)
        story.practice.environment["CYBERLIB_PERSON_FILE"] = str(how)
        made = story.practice.json("person", "invite", "Ali Exemple", "ali@cabinet.example")
        assert made["result"]["invitation"] and made["notices"][0]["code"] == "host_sign_in_begun"
