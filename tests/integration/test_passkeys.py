"""Passkeys, for real: the host's page in Chromium with an authenticator, and what does not hold."""

from __future__ import annotations

import base64
import html
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from cyberlib_client.app import proving
from cyberlib_client.app.loopback import Loopback
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.transports.host.people import Passkey, PeoplePost
from cyberlib_host.core import people as core
from cyberlib_host.core.identities import PasskeySettings
from cyberlib_host.core.problems import Problem
from cyberlib_host.database.observed import mails
from cyberlib_host.database.people import passkeys
from cyberlib_host.services import people, secrets_of_people
from cyberlib_host.services.authenticators import Passkeys
from cyberlib_host.settings import read_settings
from tests.integration.test_people import MAIL, PASSWORD, Person, actions, enrolled, refused
from tests.support.authenticators import UP, UV, Authenticator
from tests.support.chromium import Chromium, chromium
from tests.support.escrow_at_host import AtHost
from tests.support.hosts import OPERATOR, TestHost, serving

WANTED: Final = ("person_invite", core.digest_of("person_invite", "x"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a password costs is looked at with people."""
    monkeypatch.setattr(secrets_of_people, "_MEMORY_KIB", 64)
    monkeypatch.setattr(secrets_of_people, "_ITERATIONS", 1)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("chromium")) as made:
        yield made


def taking(host: TestHost) -> str:
    """The host takes passkeys from now on; its address as browsers know it."""
    address = host.url.replace("127.0.0.1", "localhost")
    host.context.passkeys = Passkeys(PasskeySettings(address, "Hébergeur d’essai"))
    return address


class Practice:
    """A device and somebody of a practice."""

    def __init__(self, host: TestHost, role: core.Role = "holder", mail: str = MAIL) -> None:
        self.host, self.made, self.address = host, host.organisation(seats=3), taking(host)
        self.device = host.enrol(self.made.contract_key, "Accueil")
        self.client = host.client(self.device)
        self.post = PeoplePost(self.client)
        self.person = self.join(role, mail)
        self.trust = ssl.create_default_context(cadata=host.ca)

    def join(self, role: core.Role, mail: str) -> Person:
        """One more of the practice's people, who is there from now on."""
        self.mail, found = mail, enrolled(self.host, self.made, self.post, role, mail)
        self.client._prove = lambda _client, error: self.by_password(found, error)
        return found

    def by_password(self, who: Person, error: CyberlibError) -> str:
        action, digest = str(error.facts["action"]), str(error.facts["digest"])
        self.host.clock.advance(seconds=60)
        return self.post.prove(action, digest, self.mail, PASSWORD, who.code()).token

    def add(self, go: Callable[[str], object], name: str = "Clé du bureau") -> Passkey:
        """`go`: makes it, with the address of the page."""
        with Loopback() as back:
            url = self.post.new_passkey(name, back.port, back.challenge)
            return self.post.passkey_added(heard(back, lambda: go(url)), back.verifier)

    def use(self, go: Callable[[str], object]) -> Any:
        """What the host's proof says."""
        with Loopback() as back:
            url = self.begin(back)
            return json.loads(self.post.signed_in(heard(back, lambda: go(url)), back.verifier).document)

    def begin(self, back: Loopback) -> str:
        return self.post.begin_sign_in(self.post.challenge(*WANTED), back.port, back.challenge, passkey=True)

    def page(self, url: str) -> tuple[httpx2.Client, Any]:
        """A browser without one: what it keeps, and what the page asks of it."""
        # As a script of the page would: at the address that the certificate and the cookie are for.
        client = self.browser()
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        found = re.search(r'id="asked">(.*?)</script>', answer.text)
        assert found is not None
        return client, json.loads(html.unescape(found[1]))

    def browser(self, language: str = "fr") -> httpx2.Client:
        """One that has been nowhere yet."""
        made = httpx2.Client(verify=self.trust, timeout=60, headers={"Accept-Language": language})
        self.host.hold(made)
        return made

    def answer(self, client: httpx2.Client, told: Any) -> Any:
        return client.post(f"{self.address}/v1/sign-in-passkey", json=told)

    def by_script(self, key: Authenticator, **changes: Any) -> Callable[[str], object]:
        """As a browser goes, and on to the device."""

        def go(url: str) -> None:
            client, asked = self.page(url)
            does = key.made if "user" in asked["publicKey"] else key.used
            httpx2.get(self.answer(client, does(asked, **changes)).json()["url"])

        return go

    def key(self) -> Authenticator:
        """One that counts here."""
        made = Authenticator(self.address, "localhost")
        self.add(self.by_script(made))
        return made


def heard(back: Loopback, go: Callable[[], object]) -> str:
    """What comes to the port while `go` is under way; its own error, if that comes first."""
    token, wrong = CancelToken(), list[BaseException]()

    def run() -> None:
        try:
            go()
        except BaseException as error:  # noqa: BLE001 - told below, whatever it is
            wrong.append(error)
            token.cancel()

    going = threading.Thread(target=run, daemon=True)
    going.start()
    try:
        return back.wait(token)
    finally:
        going.join(60)
        if wrong:
            raise wrong[0]


def pressing(browser: Chromium) -> Callable[[str], object]:
    def go(url: str) -> None:
        browser.open(url)
        browser.press()
        browser.wait("location.href.startsWith('http://127.0.0.1')")

    return go


def test_somebody_makes_one_and_shows_who_they_are(host: TestHost, browser: Chromium) -> None:
    practice = Practice(host)
    browser.plug()
    made = practice.add(pressing(browser))
    assert (made.name, made.used) == ("Clé du bureau", None)
    (there,) = browser.credentials()
    assert there["rpId"] == "localhost" and there["isResidentCredential"]
    said: list[str] = []

    def look(url: str) -> None:
        said.append(browser.open(url))
        browser.press()
        browser.wait("location.href.startsWith('http://127.0.0.1')")

    told = practice.use(look)
    assert told["method"] == ["passkey"] and told["name"] == "Claude Exemple"
    assert (told["action"], told["digest"]) == WANTED and told["device"] == practice.device.device
    assert "Qui êtes-vous ?" in said[0] and "inviter une personne" in said[0] and "Accueil" in said[0]
    (person,) = practice.post.list().people
    assert [(each.id, each.used is not None) for each in person.passkeys] == [(made.id, True)]
    assert ("passkey_added", "done") in actions(host, practice.made)
    with host.context.database.read() as connection:
        kept = [bytes(row.message) for row in connection.execute(mails.select()) if row.kind == "person"]
    subjects = [str(message_from_bytes(each, policy=default)["subject"]) for each in kept]
    assert any("nouvelle clé d’identification" in each for each in subjects), subjects
    # The same authenticator makes no second one for the same person.
    with Loopback() as back:
        browser.open(practice.post.new_passkey("Encore", back.port, back.challenge))
        browser.press()
        browser.wait("document.getElementById('said').innerText != ''")
        assert "a déjà votre clé" in browser.value("document.body.innerText")


def test_the_page_speaks_the_browsers_language_and_lets_nothing_else_in(
    host: TestHost, browser: Chromium
) -> None:
    practice = Practice(host)
    practice.key()
    with Loopback() as back:
        answer = practice.browser("en-GB,fr;q=0.5").get(practice.begin(back))
        assert "Who are you?" in answer.text and 'lang="en"' in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        kept = answer.headers["set-cookie"]
        assert kept.startswith("__Host-") and "HttpOnly" in kept and "Secure" in kept
        # Names are words to a browser, whatever is in them.
        url = practice.post.new_passkey("<b onclick=x>'\"&</script>", back.port, back.challenge)
        assert "<b onclick=x>" in browser.open(url)


def test_who_does_not_show_a_face_or_a_finger_may_try_again(host: TestHost, browser: Chromium) -> None:
    practice = Practice(host)
    browser.plug()
    practice.add(pressing(browser))
    with Loopback() as back:
        url = practice.begin(back)
        browser.ask("WebAuthn.setUserVerified", authenticatorId=browser.authenticator, isUserVerified=False)
        browser.open(url)
        browser.press()
        browser.wait("document.getElementById('said').innerText != ''")
        assert "Rien n’a été montré" in browser.value("document.body.innerText")
        browser.ask("WebAuthn.setUserVerified", authenticatorId=browser.authenticator, isUserVerified=True)
        assert practice.post.signed_in(heard(back, browser.press), back.verifier).token


def test_a_code_serves_one_device_once_and_a_page_one_browser(host: TestHost) -> None:
    practice = Practice(host)
    key = practice.key()
    stranger = PeoplePost(host.client(host.enrol(practice.made.contract_key, "B")))
    with Loopback() as back, Loopback() as other:
        url = practice.begin(back)
        client, asked = practice.page(url)
        assert client.get(url).status_code == 403  # shown once
        thief = practice.browser()
        told = key.used(asked)
        assert practice.answer(thief, told).status_code == 403
        code = heard(back, lambda: httpx2.get(practice.answer(client, told).json()["url"]))
        assert practice.answer(client, told).status_code == 403  # answered once
        refused(lambda: stranger.signed_in(code, back.verifier), "host_sign_in_unknown")
        refused(lambda: practice.post.passkey_added(code, back.verifier), "host_sign_in_unknown")
        refused(lambda: practice.post.signed_in(code, back.verifier), "host_sign_in_unknown")  # tried: gone
        # What makes a passkey proves nothing.
        url = practice.post.new_passkey("Autre", other.port, other.challenge)
        code = heard(other, lambda: practice.by_script(Authenticator(practice.address, "localhost"))(url))
        refused(lambda: practice.post.signed_in(code, other.verifier), "host_sign_in_unknown")
    assert len(practice.post.list().people[0].passkeys) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://sub.localhost"},
        {"origin": "http://localhost"},
        {"origin": "https://localhost:1"},
        {"name": "evil.example"},
        {"challenge": "AAAA"},
        {"challenge": "A" * 43},
        {"kind": "webauthn.create"},
        {"cross": True},
        {"flags": UP},
        {"flags": UV},
        {"flags": 0},
        {"user": b""},
        {"user": bytes(16)},
        {"ident": b"another"},
        {"forged": True},
        {"count": 0},
    ],
    ids=str,
)
def test_what_an_authenticator_says_has_to_hold(host: TestHost, changes: dict[str, Any]) -> None:
    practice = Practice(host)
    key = practice.key()
    practice.use(practice.by_script(key))  # it counts from here on
    with Loopback() as back:
        url = practice.begin(back)
        refused(lambda: heard(back, lambda: practice.by_script(key, **changes)(url)), "sign_in_refused")
    assert ("sign_in", "person_refused") in actions(host, practice.made)
    practice.use(practice.by_script(key))


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://evil.example"}, {"name": "evil.example"}, {"challenge": "A" * 43},
        {"kind": "webauthn.get"}, {"cross": True}, {"flags": UP}, {"alg": -65535}, {"alg": 12345},
        {"no_key": True},
    ],
    ids=str,
)  # fmt: skip
def test_what_makes_a_passkey_has_to_hold(host: TestHost, changes: dict[str, Any]) -> None:
    practice = Practice(host)
    key = Authenticator(practice.address, "localhost")
    refused(lambda: practice.add(practice.by_script(key, **changes)), "sign_in_refused")
    assert practice.post.list().people[0].passkeys == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"null", b"{}", b'{"rawId": 3}', b'{"rawId": "!!", "response": []}', b"[" * 30_000,
     b'{"rawId":"AAAA","id":"AAAA","type":"public-key","response":' + b'{"a":' * 4000 + b"1" + b"}" * 4001,
     b"x" * 40_000, b"\xff\xfe"],
)  # fmt: skip
def test_what_is_no_answer_at_all(host: TestHost, body: bytes) -> None:
    practice = Practice(host)
    with Loopback() as back:
        client, _asked = practice.page(practice.begin(back))
        answer = client.post(f"{practice.address}/v1/sign-in-passkey", content=body)
        assert answer.status_code in (200, 400, 413), answer.text
        if answer.status_code == 200:
            assert "error=refused" in answer.json()["url"]


def test_deep_and_odd_bytes_within_an_answer(host: TestHost) -> None:
    practice = Practice(host)
    key = Authenticator(practice.address, "localhost")
    nested = base64.urlsafe_b64encode(b"\x81" * 20_000).decode().rstrip("=")
    with Loopback() as back:
        client, asked = practice.page(practice.post.new_passkey("Clé", back.port, back.challenge))
        told = key.made(asked)
        told["response"]["attestationObject"] = nested
        answer = practice.answer(client, told)
        assert answer.status_code == 200 and "error=refused" in answer.json()["url"]


def test_somebody_of_another_practice_is_nobody_here(host: TestHost) -> None:
    there = Practice(host)
    key = there.key()
    here = Practice(host, mail="autre@cabinet.example")
    with Loopback() as back:
        url = here.begin(back)
        refused(lambda: heard(back, lambda: here.by_script(key)(url)), "sign_in_refused")
    assert there.use(there.by_script(key))["organisation"] == there.made.id


def test_it_is_removed_by_its_person_or_a_holder(host: TestHost) -> None:
    practice = Practice(host)
    of_holder = practice.key()
    (holder,) = practice.post.list().people
    practice.join("member", "membre@cabinet.example")
    of_member = practice.key()
    refused(lambda: practice.post.remove_passkey(holder.passkeys[0].id), "host_not_a_holder")
    refused(lambda: practice.post.remove_passkey("0" * 32), "host_passkey_unknown")
    proof = practice.use(practice.by_script(of_member))
    assert proof["role"] == "member"
    member = next(each for each in practice.post.list().people if each.role == "member")
    with Loopback() as back:  # begun before, and brought back too late
        url = practice.begin(back)
        code = heard(back, lambda: practice.by_script(of_member)(url))
        assert practice.post.remove_passkey(member.passkeys[0].id).passkeys == ()
        refused(lambda: practice.post.signed_in(code, back.verifier), "host_sign_in_unknown")
    with Loopback() as back:
        url = practice.begin(back)
        refused(lambda: heard(back, lambda: practice.by_script(of_member)(url)), "sign_in_refused")
    # Who is invited anew has none left.
    with host.context.database.write() as connection:
        people.reset(host.context, connection, practice.made.id, MAIL, OPERATOR)
        mine = passkeys.select().where(passkeys.c.person == holder.id)
        assert connection.execute(mine).all() == []
    with Loopback() as back:
        url = practice.begin(back)
        refused(lambda: heard(back, lambda: practice.by_script(of_holder)(url)), "sign_in_refused")


def test_ten_at_most_and_no_longer_than_five_minutes(host: TestHost) -> None:
    practice = Practice(host)
    with Loopback() as back:
        url = practice.post.new_passkey("Clé", back.port, back.challenge)
        host.clock.advance(seconds=301)
        client = practice.browser()
        assert client.get(url).status_code == 403
    for number in range(10):
        practice.add(practice.by_script(Authenticator(practice.address, "localhost")), f"Clé {number}")
    with Loopback() as back:
        refused(lambda: practice.post.new_passkey("Clé", back.port, back.challenge), "host_passkeys_many")


def test_a_host_that_takes_none(host: TestHost) -> None:
    practice = Practice(host)
    host.context.passkeys = None
    assert not practice.post.list().passkeys
    assert not {"passkey_add", "passkey_remove"} & set(practice.post.list().asked_for)
    with Loopback() as back:
        refused(lambda: practice.begin(back), "host_passkeys_none")
        refused(lambda: practice.post.new_passkey("Clé", back.port, back.challenge), "host_passkeys_none")


@pytest.mark.parametrize(
    "address",
    ["http://host.example", "https://192.0.2.1", "https://[2001:db8::1]", "https://Host.example",
     "host.example", "https://host.example:x", "https://host.example/path", "https://user@host.example",
     "https://", "https://host.example?x"],
)  # fmt: skip
def test_an_address_that_browsers_would_not_take(tmp_path: Path, address: str) -> None:
    (tmp_path / "host.toml").write_text(f'[passkeys]\naddress = "{address}"\n', encoding="utf-8")
    with pytest.raises(Problem) as told:
        read_settings(tmp_path, {})
    assert told.value.code == "bad_settings" and "passkeys.address" in str(told.value.facts)
    (tmp_path / "host.toml").write_text(
        '[passkeys]\naddress = "https://host.example:8443/"\n', encoding="utf-8"
    )
    assert read_settings(tmp_path, {}).passkeys is not None


def test_through_the_command_line(tmp_path: Path, browser: Chromium, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path / "host") as host:
        taking(host)
        story = AtHost(tmp_path, host)
        browser.plug()
        there = PeoplePost(host.client(host.enrol(story.customer.made.contract_key, "AUTRE")))
        person = enrolled(host, story.customer.made, there)
        go = pressing(browser)
        monkeypatch.setattr(
            proving, "open_page", lambda url: threading.Thread(target=go, args=(url,), daemon=True).start()
        )
        how = tmp_path / "how"

        def as_(*lines: str) -> None:
            how.write_text("\n".join(lines) + "\n", encoding="utf-8")
            how.chmod(0o600)

        story.practice.environment["CYBERLIB_PERSON_FILE"] = str(how)
        as_(MAIL, PASSWORD, person.code())
        made = story.practice.json("person", "add-passkey", "Clé du bureau")["result"]
        as_("passkey")
        invited = story.practice.json("person", "invite", "Ali Exemple", "ali@cabinet.example")
        assert invited["result"]["invitation"] and invited["notices"][0]["code"] == "host_sign_in_begun"
        listed = story.practice.json("person", "list")["result"]
        assert [key["name"] for key in listed["people"][0]["passkeys"]] == ["Clé du bureau"]
        left = story.practice.json("person", "remove-passkey", made["id"])["result"]
        assert left["passkeys"] == []
        assert story.practice.error("person", "remove-passkey", "x", code=2) == "passkey_unfit"
