"""What every service works with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..core.geography import Place
from ..core.licences import Rules
from ..core.people import ASKED, Action
from ..core.ports import Random, Sender, Storage
from ..core.times import Clock
from ..core.wire import Card
from ..database.engine import Database
from .authenticators import Passkeys
from .provider import Provider


class Mail(NamedTuple):
    """How the host writes. `sender`: its address, under this `name`; `bounces`: whom mail that cannot be
    delivered comes back to (with a plus and the mail's id in the local part); `operator`: who gets what
    has no other address; `support`: who answers customers' questions, as mails say it."""

    sender: str = "cyberlib-host@localhost.localdomain"
    name: str = "CyberLib"
    bounces: str = "cyberlib-host@localhost.localdomain"
    operator: str = ""
    support: str = ""


class Zone(NamedTuple):
    """A place where objects lie. The first is where clients put them; they are copied to the others."""

    place: Place
    storage: Storage


@dataclass
class Context:
    """`key` signs receipts. Seconds and bytes are limits that operators may set.

    `escrow_hours`: how long a request for what was entrusted is held back. `proofs_for`: what people prove
    who they are for, once an organisation has some.
    All of it stays as it is but the `card`, which an operator may change while the host serves, and `down`:
    until when (as the clock tells) a zone that did not answer, by its name, is asked last; and `troubles`:
    what the jobs found that an operator should know, by its name. `sender`: None sends nothing. `ending`: the
    process is about to end, nobody is kept waiting.
    """

    database: Database
    zones: Sequence[Zone]
    key: Ed25519PrivateKey
    clock: Clock
    random: Random
    rules: Rules = field(default_factory=Rules)
    card: Card | None = None
    session_seconds: int = 900
    link_seconds: int = 3600
    largest_object: int = 64 << 20
    audit_months: int = 6
    quarantine_days: int = 30
    escrow_hours: int = 24
    proofs_for: frozenset[Action] = ASKED
    provider: Provider | None = None
    passkeys: Passkeys | None = None
    down: dict[str, int] = field(default_factory=dict)
    mail: Mail = field(default_factory=Mail)
    sender: Sender | None = None
    troubles: dict[str, str] = field(default_factory=dict)
    ending: bool = False

    @property
    def storage(self) -> Storage:
        """Where clients put, and read as long as it answers."""
        return self.zones[0].storage
