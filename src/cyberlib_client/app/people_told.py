"""People at the practice's host, as plain values: a window loads these alone."""

from __future__ import annotations

import msgspec


class PasskeyShown(msgspec.Struct, frozen=True):
    """`added`, `used`: moments; `used` when last, null if never."""

    id: str
    name: str
    added: str
    used: str | None


class PersonShown(msgspec.Struct, frozen=True):
    """`role`: "holder" or "member". `state`: "invited", "enrolled", or "reset": invited anew."""

    id: str
    name: str
    role: str
    state: str
    passkeys: list[PasskeyShown] = msgspec.field(default_factory=list)


class PeopleTold(msgspec.Struct, frozen=True):
    """`asked_for`: actions for which the host asks who is there. `takes_passkeys`: the host does."""

    people: list[PersonShown]
    asked_for: list[str]
    takes_passkeys: bool = False


class PersonInvited(msgspec.Struct, frozen=True):
    """`invitation`: for the person alone; good until `until`."""

    id: str
    name: str
    invitation: str
    until: str


class PersonAccepted(msgspec.Struct, frozen=True):
    """`secret`, `uri`: for an application that makes codes; `recovery_codes`: each stands in for one code,
    once. They count once a first code was confirmed."""

    id: str
    name: str
    mail: str
    secret: str
    uri: str
    recovery_codes: list[str]
