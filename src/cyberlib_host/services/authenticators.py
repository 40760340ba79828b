"""Passkeys (Web Authentication Level 3, https://www.w3.org/TR/webauthn-3/): what browsers are asked, and
whether what they answer holds. Keeps nothing."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from ..core.identities import PasskeySettings

if TYPE_CHECKING:
    from fido2.server import Fido2Server
    from fido2.webauthn import CollectedClientData

_LONGEST_ID: Final = 1023
_LONGEST_KEY: Final = 4096


class AskedOfBrowser(NamedTuple):
    """`options`: the JSON form of what a browser is called with. `challenge`: what it has to sign."""

    options: str
    challenge: str


class Made(NamedTuple):
    """A new passkey: `mark` of the id that its authenticator gave it, `key` to check with, uses so far."""

    mark: bytes
    key: bytes
    counter: int


class Passkeys:
    """Of one host, by its name. Authenticators have to verify their user, and to keep the passkey
    themselves, so that nobody types who they are."""

    def __init__(self, settings: PasskeySettings) -> None:
        # Here alone: it reads a list of domains that takes a while, and few hosts need it.
        from fido2.server import Fido2Server
        from fido2.webauthn import AttestationConveyancePreference, PublicKeyCredentialRpEntity

        self.address = settings.address.rstrip("/")
        self._server: Fido2Server = Fido2Server(
            PublicKeyCredentialRpEntity(id=str(urlsplit(self.address).hostname), name=settings.name),
            attestation=AttestationConveyancePreference.NONE,
            verify_origin=lambda origin: origin == self.address,  # no other port, no name below
        )

    def to_make(self, person: str, mail: str, name: str, known: list[bytes]) -> AskedOfBrowser:
        """A passkey for somebody; none where one of those `known` is."""
        from fido2.webauthn import (
            AttestedCredentialData,
            PublicKeyCredentialUserEntity,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options, state = self._server.register_begin(
            PublicKeyCredentialUserEntity(id=bytes.fromhex(person), name=mail, display_name=name),
            [AttestedCredentialData(each) for each in known],
            resident_key_requirement=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return AskedOfBrowser(json.dumps(dict(options)), state["challenge"])

    def to_use(self) -> AskedOfBrowser:
        """Any passkey of this host."""
        from fido2.webauthn import UserVerificationRequirement

        options, state = self._server.authenticate_begin(
            user_verification=UserVerificationRequirement.REQUIRED
        )
        return AskedOfBrowser(json.dumps(dict(options)), state["challenge"])

    def made(self, challenge: str, answer: dict[str, Any]) -> Made:
        """What a browser made. Raises ValueError: it does not hold."""
        from fido2.cose import UnsupportedKey
        from fido2.webauthn import RegistrationResponse

        try:
            data = self._server.register_complete(_state(challenge), answer)
            _check_top_level(RegistrationResponse.from_dict(answer).response.client_data)
            key = data.credential_data
            known = [each.alg for each in self._server.allowed_algorithms]
            if key is None or isinstance(key.public_key, UnsupportedKey) or key.public_key[3] not in known:
                raise ValueError("no key that can be checked")
            if len(key.credential_id) > _LONGEST_ID or len(key) > _LONGEST_ID + _LONGEST_KEY:
                raise ValueError("too long")
            return Made(_mark(key.credential_id), bytes(key), data.counter)
        except Exception as error:  # noqa: BLE001 - whatever a stranger's bytes do to a parser
            raise ValueError(f"a passkey that does not hold: {type(error).__name__}") from None

    def mark_of(self, answer: dict[str, Any]) -> bytes:
        """By which passkey it says it is. Raises ValueError."""
        from fido2.utils import websafe_decode

        try:
            return _mark(websafe_decode(answer["rawId"]))
        except Exception as error:  # noqa: BLE001 - as above
            raise ValueError(f"no passkey: {type(error).__name__}") from None

    def used(self, challenge: str, person: str, key: bytes, answer: dict[str, Any]) -> int:
        """How often it was used, of a passkey that is this person's. Raises ValueError: it does not hold."""
        from fido2.webauthn import AttestedCredentialData, AuthenticationResponse

        try:
            self._server.authenticate_complete(_state(challenge), [AttestedCredentialData(key)], answer)
            said = AuthenticationResponse.from_dict(answer).response
            _check_top_level(said.client_data)
            if said.user_handle != bytes.fromhex(person):
                raise ValueError("somebody else's")
            return said.authenticator_data.counter
        except Exception as error:  # noqa: BLE001 - as above
            raise ValueError(f"a passkey that does not hold: {type(error).__name__}") from None


def _mark(ident: bytes) -> bytes:
    return hashlib.sha256(ident).digest()


def _state(challenge: str) -> dict[str, str]:
    return {"challenge": challenge, "user_verification": "required"}


def _check_top_level(said: CollectedClientData) -> None:
    """No page within another's. Raises ValueError."""
    if said.cross_origin:
        raise ValueError("from within another page")
