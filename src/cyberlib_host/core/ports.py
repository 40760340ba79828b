"""The interfaces through which the services meet the world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from .wire import Link

Random = Callable[[int], bytes]
"""`n` bytes fit for keys."""


class Content(NamedTuple):
    """What identifies bytes in a storage: the vault they belong to, their SHA-256, their size in bytes."""

    vault: str
    sha256: str
    size: int


class Storage(Protocol):
    """Bytes, each piece under its vault and its own SHA-256: what is there is never changed.

    Safe to use from several threads. Raises Problem("storage_full"), ("storage_unreachable"), and for
    what is absent ("object_not_here").
    """

    def upload_link(self, content: Content, seconds: int) -> Link:
        """Where a client may put exactly this content, and nothing else, for so long."""

    def download_link(self, content: Content, seconds: int) -> Link:
        """Where a client may read it, whole or in ranges, for so long."""

    def check(self, content: Content) -> None:
        """Raises Problem("object_not_here"), ("size_mismatch"), ("hash_mismatch") unless it is whole."""

    def write(self, content: Content, data: bytes) -> None:
        """Stores it; it survives a power cut once this returns. `data` was compared with `content` before."""

    def read(self, content: Content) -> Iterator[bytes]:
        """Its bytes, piece by piece."""

    def refusal(self) -> str | None:
        """Why it takes nothing from this host although it answers (a wrong key, no such bucket), or None.

        Raises Problem("storage_unreachable") when it does not answer now.
        """

    def erase(self, vault: str) -> int:
        """Removes all there is of a vault, whatever its name, whether it counts or not, and versions that the
        storage kept of it; how many pieces. Broken off, it is begun again. Absent is no error."""

    def delete(self, vault: str, sha256: str) -> None:
        """Removes it; absent is no error. For what was never committed, and for erasure."""


class MailWaits(Exception):
    """A mail could not be given away now; later it may be. Says why, in few words."""


class MailRefused(Exception):
    """A mail was refused for good. `of_address`: since its recipient is none."""

    def __init__(self, reason: str, *, of_address: bool) -> None:
        super().__init__(reason)
        self.of_address = of_address


class Sender(Protocol):
    """Where mail goes out."""

    def send(self, ident: str, envelope: str, recipient: str, message: bytes) -> None:
        """Gives a message away; once this returns it is somebody else's to deliver. `envelope`: whom it comes
        back to. Raises MailWaits, MailRefused."""
