"""Documents of an escrow in files: read whole, written beside and renamed, none ever overwritten."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from ..core.errors import CyberlibError, Failed, IntegrityError, UsageError
from ..core.platform import PrivateFiles
from ..state.private_file import read_file, write_private
from . import bootstrap

T = TypeVar("T")

POLICY_FILE: Final = "escrow-policy.json"
DEPOSIT_FILE: Final = "escrow-deposit.json"
CONSENT_FILE: Final = "escrow-consent.json"
LEAVING_FILE: Final = "escrow-withdrawal.json"

_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class _Handed:
    """Makes files for others to read, on another machine: what is in them is no secret."""

    def create(self, path: str) -> int:
        """See core.platform.PrivateFiles."""
        return os.open(path, _CREATE, 0o644)

    def new_folder(self, path: str) -> None:
        """See core.platform.PrivateFiles."""
        os.mkdir(path)


def read(path: str, as_what: Callable[[bytes], T]) -> T:
    """What a file says.

    Raises UsageError("escrow_file_absent", at=…), Failed("escrow_file_unreadable", at=…, reason=…),
    IntegrityError("escrow_file_malformed", at=…): it is none of its kind, or damaged; and as `as_what`.
    """
    try:
        data = read_file(path)
    except Failed as error:
        raise Failed("escrow_file_unreadable", at=path, reason=error.facts.get("reason")) from None
    if data is None:
        raise UsageError("escrow_file_absent", at=path)
    try:
        return as_what(data)
    except CyberlibError as error:
        if error.code != "escrow_malformed":
            raise
        raise IntegrityError("escrow_file_malformed", at=path) from None


def check_free(path: str) -> None:
    """Before anybody is asked for anything. UsageError("escrow_file_exists", at=…)."""
    if os.path.lexists(path):
        raise UsageError("escrow_file_exists", at=path)


def write_new(path: str, data: bytes, *, secret: bool) -> None:
    """A new file: whole or empty after a power cut. `secret`: for its owner alone.

    Raises UsageError("escrow_file_exists", at=…), Failed("escrow_file_not_written", at=…, reason=…).
    """
    private, path = _maker(secret), os.path.abspath(path)
    try:
        os.close(private.create(path))  # the name is taken before anything is renamed to it
    except FileExistsError:
        raise UsageError("escrow_file_exists", at=path) from None
    except OSError as error:
        raise Failed("escrow_file_not_written", at=path, reason=error.strerror) from None
    try:
        write_over(path, data, secret=secret)
    except BaseException:
        remove(path)
        raise


def write_over(path: str, data: bytes, *, secret: bool) -> None:
    """Puts `data` in the place of a file. Raises Failed("escrow_file_not_written", at=…, reason=…)."""
    path = os.path.abspath(path)
    with _told(path):
        write_private(_maker(secret), path, data)


def remove(path: str) -> None:
    """What was made and is not to stay. Never raises."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def _maker(secret: bool) -> PrivateFiles:
    return bootstrap.private_files() if secret else _Handed()


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except Failed as error:
        reason = error.facts.get("reason") or "No space left on device"
        raise Failed("escrow_file_not_written", at=path, reason=reason) from None
