"""Secrets in files that only their owner can read: for machines without a keychain, by explicit choice.

Whoever becomes this user, or reads the disk of a machine that is switched off, has the secret. So the
files are refused, not merely repaired, once anybody else could have read them.
"""

from __future__ import annotations

import os
import re
from typing import Final, Protocol

from ..core.errors import Failed, NeedsUnlock
from ..core.platform import PrivateFiles

LARGEST: Final = 64 * 1024  # bytes of a secret
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NEW: Final = ".new"


class Exposed(Exception):
    """Somebody else could read or exchange the file."""


class Privacy(PrivateFiles, Protocol):
    """How one system keeps files to one user. All methods raise OSError."""

    def make_folder(self, path: str) -> None:
        """The folder, made or already there, is now this user's alone. Raises Exposed when it cannot be."""

    def read(self, folder: str, name: str) -> bytes:
        """The file's bytes, at most LARGEST + 1. Raises Exposed."""

    def sync_folder(self, path: str) -> None:
        """Makes a rename in the folder survive a power cut."""


class OwnerFile:
    """A SecretKeeper (core.platform): one file per secret in `folder`."""

    def __init__(self, folder: str, privacy: Privacy) -> None:
        self._folder = folder
        self._privacy = privacy

    def store(self, name: str, secret: bytes) -> None:
        """Whole or not at all: a new file takes the old one's place. Raises ValueError for a bad name."""
        path = self._path(name)
        if len(secret) > LARGEST:
            raise ValueError("a secret this large belongs elsewhere")
        try:
            self._privacy.make_folder(self._folder)
            self._write(path, secret)
        except Exposed:
            raise NeedsUnlock("device_file_exposed", path=self._folder) from None
        except OSError as error:
            raise Failed("device_file_not_written", path=path, detail=error.strerror) from None

    def load(self, name: str) -> bytes | None:
        """See core.platform.SecretKeeper."""
        path = self._path(name)
        try:
            secret = self._privacy.read(self._folder, name)
        except FileNotFoundError:
            return None
        except Exposed:
            raise NeedsUnlock("device_file_exposed", path=path) from None
        except OSError as error:
            raise NeedsUnlock("device_file_unreadable", path=path, detail=error.strerror) from None
        if len(secret) > LARGEST:
            raise NeedsUnlock("device_file_unreadable", path=path, detail=None)
        return secret

    def remove(self, name: str) -> None:
        """See core.platform.SecretKeeper."""
        path = self._path(name)
        try:
            for each in (path, path + _NEW):
                if os.path.lexists(each):
                    os.unlink(each)
        except OSError as error:
            raise Failed("device_file_not_written", path=path, detail=error.strerror) from None

    def describe(self) -> str:
        """See core.platform.SecretKeeper."""
        return "owner_file"

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, checked(name))

    def _write(self, path: str, secret: bytes) -> None:
        new = path + _NEW
        if os.path.lexists(new):
            os.unlink(new)  # left by a run that was killed
        with open(self._privacy.create(new), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
        self._privacy.sync_folder(self._folder)


def checked(name: str) -> str:
    """The name of a secret. Raises ValueError when it is not one."""
    if not _NAME.fullmatch(name) or name.endswith(_NEW):
        raise ValueError(f"not a name for a secret: {name!r}")
    return name
