"""What a host said, as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

from typing import Literal

import msgspec


class Enrolled(msgspec.Struct, frozen=True):
    """A declared device. `state`: "active", "surplus" or "revoked". `keeper`: "keychain" or "file"."""

    host: str
    device: str
    name: str
    state: str
    organisation: str
    siren: str
    keeper: str


class TermsShown(msgspec.Struct, frozen=True):
    """The host's terms in force (`version` 0: it has none). `coming`: "number: day" of those announced."""

    version: int
    effective: str
    text: str
    accepted: bool
    coming: list[str]


class Contact(msgspec.Struct, frozen=True):
    """`source`: "settings", "host", or "" when nobody is known. `name`: who; `mail`, `phone`: empty when
    unknown."""

    source: Literal["settings", "host", ""]
    name: str = ""
    mail: str = ""
    phone: str = ""
