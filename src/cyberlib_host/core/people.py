"""People of an organisation, and the proofs by which the host says that one of them was there."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Annotated, Final, Literal, get_args
from urllib.parse import quote

import msgspec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from msgspec import Meta

from .ports import Random
from .shapes import Answer, Hex32, Hex64, Id, Name, Struct, Time
from .times import SECOND

Role = Literal["holder", "member"]
State = Literal["invited", "enrolled", "reset"]
Action = Literal[
    "device_revoke",
    "device_reassign",
    "escrow_join",
    "escrow_leave",
    "release_waive",
    "leaving_accept",
    "person_invite",
    "key_rotate",
    "retention_shorten",
    "cover_grant",
    "passkey_add",
    "passkey_remove",
]

HOLDERS_ALONE: Final[frozenset[Action]] = frozenset(
    ("escrow_join", "escrow_leave", "release_waive", "leaving_accept", "person_invite", "cover_grant")
)
ALWAYS: Final[frozenset[Action]] = frozenset(
    ("release_waive", "person_invite", "passkey_add", "passkey_remove")
)
"""What nobody gets without a proof, however few people there are."""
OF_PASSKEYS: Final[frozenset[Action]] = frozenset(("passkey_add", "passkey_remove"))
"""What only a host does that takes passkeys."""
ASKED: Final[frozenset[Action]] = frozenset(get_args(Action)) - ALWAYS
"""For what else the host asks, unless its settings say otherwise."""

STEP_SECONDS: Final = 30
SECRET_BYTES: Final = 20  # as long as the hash of RFC 4226
_DIGITS: Final = 6
_AROUND: Final = (0, -1, 1)
_RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10
_INVITATION_BYTES: Final = 20

Mail = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=200)]
Code = Annotated[str, Meta(min_length=6, max_length=40, description="six digits, or a recovery code")]
Invitation = Annotated[str, Meta(min_length=8, max_length=60)]
Port = Annotated[int, Meta(ge=1024, le=65535)]
CodeChallenge = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


# ---- on the wire


class Inviting(Struct, frozen=True):
    """Somebody who is to become one of the organisation's people."""

    name: Name
    mail: Mail
    role: Role


class Invited(Answer, frozen=True):
    """`invitation`: told this once, for the person alone. `until`: when it ends."""

    id: Id
    invitation: str
    until: Time


class Accepting(Struct, frozen=True):
    """`password`: the person's own choice."""

    invitation: Invitation
    password: Password


class Accepted(Answer, frozen=True):
    """`secret` and `uri`: for an application that makes codes (RFC 6238). `recovery_codes`: each stands in
    for one code. All of it is told this once, and counts once it is confirmed."""

    id: Id
    name: str
    mail: str
    secret: str
    uri: str
    recovery_codes: list[str]


class Confirming(Struct, frozen=True):
    """`code`: the first that the application makes."""

    invitation: Invitation
    code: Code


class PasskeyTold(Answer, frozen=True):
    """`name`: as its person called it. `used`: when last, null if never."""

    id: Id
    name: str
    added: Time
    used: Time | None


class PersonTold(Answer, frozen=True):
    """As every device of the organisation may know: without the address."""

    id: Id
    name: str
    role: Role
    state: State
    passkeys: list[PasskeyTold]


class PeopleList(Answer, frozen=True):
    """`asked_for`: actions for which a proof is asked now. `provider`: a sign-in
    elsewhere may give one. `telephone`: so does a question on somebody's telephone. `passkeys`: the host
    takes them."""

    people: list[PersonTold]
    asked_for: list[Action]
    provider: bool = False
    telephone: bool = False
    passkeys: bool = False


class Acting(Struct, frozen=True):
    """What a machine is about to do that happens in the vault, where the host sees nothing of it. `vault`:
    in which."""

    action: Literal["key_rotate", "retention_shorten"]
    vault: Id


class Acted(Answer, frozen=True):
    """It stands in the organisation's log."""

    time: Time


class ProofChallengeRequest(Struct, frozen=True):
    """What is to be done, as the refusal "proof_needed" told it."""

    action: Action
    digest: Hex32


class ProofChallenge(Answer, frozen=True):
    """For one try of one person, at this device, for this action. `expires_in` in seconds."""

    challenge: Hex32
    expires_in: int


class ProofRequest(Struct, frozen=True):
    """Who is there. `code`: six digits of their application, or a recovery code."""

    challenge: Hex32
    mail: Mail
    password: Password
    code: Code


class ProofDocument(msgspec.Struct, frozen=True):
    """What the host says and signs. `method`: what was given, in that order."""

    kind: str
    version: int
    id: Id
    organisation: Id
    device: Id
    person: Id
    name: str
    role: Role
    method: list[str]
    action: Action
    digest: Hex32
    time: Time
    expires: Time


class Proof(Answer, frozen=True):
    """`token` goes into the header `Cyberlib-Proof` of the request, once. `document`: a `ProofDocument` as
    JSON; `signature`: by the key of the host's receipts over "cyberlib proof 1\\n" and the document."""

    token: Hex32
    document: str
    signature: Hex64
    expires_in: int
    recovery_codes_left: int


class TelephoneAsking(Struct, frozen=True):
    """Somebody whom the provider asks on their telephone."""

    challenge: Hex32
    mail: Mail


class TelephoneAsked(Answer, frozen=True):
    """`message`: two digits, which the telephone shows too. Seconds: how long it waits, and after how many
    to look."""

    request: Hex32
    message: str
    expires_in: int
    interval: int


class TelephoneLook(Struct, frozen=True):
    """Whether they answered."""

    request: Hex32


class TelephoneAnswer(Answer, frozen=True):
    """`proof`: null as long as they did not; look again after `interval` seconds."""

    proof: Proof | None
    interval: int


class SignIn(Struct, frozen=True):
    """`port`: on loopback, where the device waits. `code_challenge`: S256 of what it sends later. `by`: at a
    provider, or on a page of the host's with a passkey."""

    challenge: Hex32
    port: Port
    code_challenge: CodeChallenge
    by: Literal["provider", "passkey"] = "provider"


class NewPasskey(Struct, frozen=True):
    """A passkey of whoever gives the proof. `port`, `code_challenge`: as for a sign-in."""

    name: Name
    port: Port
    code_challenge: CodeChallenge


class SignInBegun(Answer, frozen=True):
    """`url`: for a browser of this person's, once."""

    url: str
    expires_in: int


class SignedIn(Struct, frozen=True):
    """What came to the port."""

    code: Hex32
    code_verifier: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._~-]{43,128}$(?!\n)")]


# ---- rules


def proof_message(document: bytes) -> bytes:
    """What the host signs."""
    return b"cyberlib proof 1\n" + document


def digest_of(action: Action, subject: str) -> str:
    """What a proof is bound to."""
    return hashlib.sha256(f"cyberlib action 1\n{action}\n{subject}".encode()).hexdigest()


def step_of(secret: bytes, code: str, now: int) -> int | None:
    """The step of time that a code is of, the present one or a neighbour (RFC 6238, section 5.2)."""
    present = now // SECOND // STEP_SECONDS
    maker = HOTP(secret, _DIGITS, SHA1())
    found = None
    for around in _AROUND:  # all of them, in the same time
        if hmac.compare_digest(maker.generate(present + around), code.encode()) and found is None:
            found = present + around
    return found


def uri_of(secret: str, mail: str, issuer: str) -> str:
    """What applications read from a QR code."""
    label = quote(f"{issuer}:{mail}", safe="")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer, safe='')}&algorithm=SHA1&digits=6"


def written(secret: bytes) -> str:
    """In letters and digits that nobody confuses."""
    return base64.b32encode(secret).decode().rstrip("=")


def recovery_codes(random: Random) -> list[str]:
    """Of 80 bits each, in groups of four."""
    return [_grouped(written(random(_RECOVERY_BYTES))) for _ in range(_RECOVERY_CODES)]


def invitation(random: Random) -> str:
    """Of 160 bits."""
    return _grouped(written(random(_INVITATION_BYTES)))


def plain(code: str) -> str:
    """A code without the signs by which it is written."""
    return "".join(each for each in code.upper() if each.isalnum())


def is_of_application(code: str) -> bool:
    """Six digits, and no recovery code."""
    return len(code) == _DIGITS and code.isascii() and code.isdigit()


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
