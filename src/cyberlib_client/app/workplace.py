"""What surrounds a command: its profile, whom to ask, whom to tell, where secrets may be given."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Set
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, get_args

import msgspec

from ..core.bandwidth import Bucket, Direction
from ..core.errors import CyberlibError, UsageError
from ..core.events import Listener, ignore
from ..core.ports import CancelToken
from ..state.profile import Profile

Fact = str | int | float | None


class Notice(msgspec.Struct, frozen=True):
    """Something worth knowing that stops nothing; `app.messages` has the words for its code."""

    code: str
    facts: dict[str, Fact] = {}


Question = Literal["file_for_keychain", "no_words_left", "retention_apply", "versions_forget", "erase"]
"""To be answered by yes or no: whether a file may keep this machine's secret since there is no keychain, and
whether the last 24 words that open the vault are to open it no more; whether what was shown is to go."""


class BucketGiven(msgspec.Struct, frozen=True):
    """What is said of a bucket besides `s3://bucket/prefix`, by the command line or settings. `key_file` and
    `ca_file`: files that hold its access key, and certificates to trust (PEM). `key`: the access key's id and
    secret as somebody typed them."""

    endpoint: str = ""
    region: str = ""
    key_file: str | None = None
    ca_file: str | None = None
    key: tuple[str, str] | None = None


Way = Literal["provider", "telephone", "passkey"]
"""How somebody proves who they are, besides by password and code: at the provider that the host trusts, in a
browser; asked by it on their telephone; by a passkey, in a browser."""
WAYS: Final[tuple[Way, ...]] = get_args(Way)


class PersonGiven(msgspec.Struct, frozen=True):
    """Who is there: address and password as the host knows them, and a code of their application; or another
    `way`, of which the telephone alone takes an address."""

    mail: str = ""
    password: str = ""
    code: str = ""
    way: Way | None = None


class Prompt(Protocol):
    """Questions to whoever is there. Each returns None when nobody can answer."""

    def passphrase(self, *, refused: CyberlibError | None, left: int, proof: bool) -> str | None:
        """The vault's passphrase or 24 words; `refused` says why the ones before did not do.

        `left`: how many tries there are, with this one. `proof`: the vault is open, and whoever is there
        wants to change who may open it.
        """

    def new_passphrase(self, weakness: Callable[[str], UsageError | None]) -> str | None:
        """A passphrase typed twice for which `weakness` finds nothing to say."""

    def recovery_words(self) -> str | None:
        """The 24 words as they are written down, which belong together."""

    def proxy_password(self, user: str) -> str | None:
        """The password by which a proxy of the network knows this user."""

    def person(
        self, action: str, *, ways: Set[Way], refused: CyberlibError | None, left: int
    ) -> PersonGiven | None:
        """Who is there, for what the host calls `action`; `refused` and `left` as for `passphrase`. `ways`:
        what will do as well."""

    def agreed(self, question: Question, why: CyberlibError | None = None) -> bool | None:
        """The answer to a question; `why` it is asked."""


class Asking(Protocol):
    """Those who ask, one after the other or beside each other, over one line."""

    @property
    def cancel(self) -> CancelToken:
        """Stops what is asked by whoever asks now, in this thread."""

    def hurry(self) -> float | None:
        """See `transports.http.Line`."""


@dataclass
class Workplace:
    """What surrounds a command. `environ`: the process's environment, of which a few names are read.
    `watched`: somebody looks at the progress, and wants to know the time left. `bucket`: what is said of the
    vault's bucket. `from_afar`: what the vault has is asked of its store, not of copies near by. `closing`:
    what is to be done at the end of the command, such as to close connections. `patience`: seconds for which
    a far store that does not answer is asked again; None for what a run waits. `asking`: whose work it is at
    each moment, where one line serves many; None where `cancel` says all. `limits`: rates for this
    command alone, as they were typed. `flows`: what holds all its connections to the rates, made for the
    first."""

    profile: Profile
    prompt: Prompt
    listener: Listener = ignore
    notify: Callable[[Notice], None] = lambda _notice: None
    cancel: CancelToken = field(default_factory=CancelToken)
    environ: Mapping[str, str] = field(default_factory=dict)
    passphrase_file: str | None = None
    recovery_file: str | None = None
    bucket: BucketGiven | None = None
    watched: bool = False
    from_afar: bool = False
    closing: ExitStack = field(default_factory=ExitStack)
    patience: float | None = None
    asking: Asking | None = None
    limits: dict[Direction, str] = field(default_factory=dict)
    flows: dict[Direction, Bucket | None] = field(default_factory=dict)


def read_secret_file(work: Workplace, path: str) -> str:
    """The text of a file that holds one secret, without its line end; a notice when others may read it.

    Raises UsageError("secret_file_unreadable", at=…, reason=…), ("secret_file_not_text", at=…),
    ("secret_file_empty", at=…).
    """
    try:
        with open(path, "rb") as file:
            data = file.read(64 * 1024)
            status = os.fstat(file.fileno())
    except OSError as error:
        raise UsageError("secret_file_unreadable", at=path, reason=error.strerror) from None
    if os.name == "posix" and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        work.notify(Notice("secret_file_exposed", {"at": path}))
    try:
        text = data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError("secret_file_not_text", at=path) from None
    if not text.strip():
        raise UsageError("secret_file_empty", at=path)
    return text
