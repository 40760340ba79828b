"""People of an organisation, as a host keeps them, and what they prove there."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from ...core.errors import IntegrityError
from .client import HostClient
from .records import Hex32, Id, Shown

_PAGE: Final = re.compile(r"https://[A-Za-z0-9.\-_\[\]:]+/[A-Za-z0-9/_-]*")
"""What a browser is sent to: nothing that a shell or a browser would read otherwise."""
_Word = Annotated[str, Meta(max_length=300)]
Role = Literal["holder", "member"]
Way = Literal["provider", "telephone", "passkey"]
PersonState = Literal["invited", "enrolled", "reset"]


class Passkey(msgspec.Struct, frozen=True):
    """See docs/protocol."""

    id: Id
    name: _Word
    added: Shown
    used: Shown | None


class Person(msgspec.Struct, frozen=True):
    """See docs/protocol."""

    id: Id
    name: _Word
    role: Role
    state: PersonState
    passkeys: Annotated[tuple[Passkey, ...], Meta(max_length=100)] = ()


class People(msgspec.Struct, frozen=True):
    """`asked_for`: actions for which the host asks for a proof. `provider`: a sign-in elsewhere gives one,
    `telephone`: also a question on a telephone. `passkeys`: the host takes them."""

    people: Annotated[list[Person], Meta(max_length=1000)]
    asked_for: Annotated[list[_Word], Meta(max_length=100)]
    provider: bool = False
    telephone: bool = False
    passkeys: bool = False

    @property
    def ways(self) -> frozenset[Way]:
        """How somebody proves who they are here, besides by password and code."""
        offered: dict[Way, bool] = {
            "provider": self.provider,
            "telephone": self.telephone,
            "passkey": any(each.passkeys for each in self.people),
        }
        return frozenset(way for way, there in offered.items() if there)


class Invited(msgspec.Struct, frozen=True):
    """`invitation`: for the person alone."""

    id: Id
    invitation: _Word
    until: Shown


class Accepted(msgspec.Struct, frozen=True):
    """What the person keeps: a secret for an application, and codes for when it is lost."""

    id: Id
    name: _Word
    mail: _Word
    secret: _Word
    uri: Annotated[str, Meta(max_length=2000)]
    recovery_codes: Annotated[list[_Word], Meta(max_length=100)]


class _Begun(msgspec.Struct, frozen=True):
    url: Annotated[str, Meta(max_length=500)]


class _Challenge(msgspec.Struct, frozen=True):
    challenge: Hex32


class Proof(msgspec.Struct, frozen=True):
    """`token`: for one request. `document`: what the host says, and signs."""

    token: Hex32
    document: Annotated[str, Meta(max_length=5000)]
    signature: Annotated[str, Meta(max_length=128)]
    recovery_codes_left: Annotated[int, Meta(ge=0)]


class TelephoneAsked(msgspec.Struct, frozen=True):
    """`message`: what the telephone shows too. Seconds: how long it waits, and after how many to look."""

    request: Hex32
    message: Annotated[str, Meta(pattern="^[0-9]{2}$(?!\n)")]
    expires_in: Annotated[int, Meta(ge=1, le=3600)]
    interval: Annotated[int, Meta(ge=1, le=3600)]


class TelephoneAnswer(msgspec.Struct, frozen=True):
    """`proof`: None as long as nobody answered; then after `interval` seconds again."""

    proof: Proof | None
    interval: Annotated[int, Meta(ge=0, le=3600)]


class PeoplePost:
    """People at a host. Raises as `HostClient`."""

    def __init__(self, client: HostClient) -> None:
        self._client = client

    def list(self) -> People:
        """All of them."""
        return self._client.ask("GET", "/v1/people", People)

    def invite(self, name: str, mail: str, role: Role) -> Invited:
        """Somebody new."""
        body = {"name": name, "mail": mail, "role": role}
        return self._client.ask("POST", "/v1/people", Invited, body)

    def accept(self, invitation: str, password: str) -> Accepted:
        """An invitation, with a password."""
        body = {"invitation": invitation, "password": password}
        return self._client.ask("POST", "/v1/people/acceptance", Accepted, body)

    def confirm(self, invitation: str, code: str) -> Person:
        """That the application makes right codes."""
        body = {"invitation": invitation, "code": code}
        return self._client.ask("POST", "/v1/people/confirmation", Person, body)

    def prove(self, action: str, digest: str, mail: str, password: str, code: str) -> Proof:
        """Who is there, for one action."""
        challenge = self.challenge(action, digest)
        body = {"challenge": challenge, "mail": mail, "password": password, "code": code}
        return self._client.ask("POST", "/v1/proofs", Proof, body)

    def challenge(self, action: str, digest: str) -> str:
        """For one try."""
        begun = {"action": action, "digest": digest}
        return self._client.ask("POST", "/v1/proofs/challenges", _Challenge, begun).challenge

    def begin_sign_in(self, challenge: str, port: int, code_challenge: str, *, passkey: bool = False) -> str:
        """The address for a browser. IntegrityError("host_link_unsafe", at=…)."""
        body: dict[str, object] = {"challenge": challenge, "port": port, "code_challenge": code_challenge}
        if passkey:
            body["by"] = "passkey"
        return self._page("/v1/proofs/sign-ins", body)

    def new_passkey(self, name: str, port: int, code_challenge: str) -> str:
        """The same, to make a passkey."""
        return self._page("/v1/passkeys", {"name": name, "port": port, "code_challenge": code_challenge})

    def passkey_added(self, code: str, verifier: str) -> Passkey:
        """That it was made."""
        body = {"code": code, "code_verifier": verifier}
        return self._client.ask("POST", "/v1/passkeys/added", Passkey, body)

    def remove_passkey(self, ident: str) -> Person:
        """Whose it was."""
        return self._client.ask("POST", f"/v1/passkeys/{ident}/removal", Person)

    def _page(self, path: str, body: dict[str, object]) -> str:
        url = self._client.ask("POST", path, _Begun, body).url
        if not _PAGE.fullmatch(url):
            raise IntegrityError("host_link_unsafe", at=self._client.url)
        return url

    def signed_in(self, code: str, verifier: str) -> Proof:
        """The proof that a sign-in gave."""
        body = {"code": code, "code_verifier": verifier}
        return self._client.ask("POST", "/v1/proofs/signed-in", Proof, body)

    def ask_telephone(self, challenge: str, mail: str) -> TelephoneAsked:
        """Somebody is asked on their telephone."""
        body = {"challenge": challenge, "mail": mail}
        return self._client.ask("POST", "/v1/proofs/telephone", TelephoneAsked, body)

    def telephone_answer(self, request: str) -> TelephoneAnswer:
        """Whether they answered."""
        return self._client.ask("POST", "/v1/proofs/telephone-answer", TelephoneAnswer, {"request": request})
