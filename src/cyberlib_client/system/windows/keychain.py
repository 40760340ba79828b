"""Windows' Credential Manager ("Credentials Management", Microsoft Learn).

Called directly rather than through `keyring`: that one lets credentials roam with the user's profile, while
these belong to this machine, and importing it takes a tenth of a second.
"""

from __future__ import annotations

import ctypes
from ctypes.wintypes import BYTE
from typing import Final

from ...core.errors import NeedsUnlock
from ..owner_file import checked
from . import api

_GENERIC: Final = 1  # CRED_TYPE_GENERIC
_LOCAL_MACHINE: Final = 2  # CRED_PERSIST_LOCAL_MACHINE: for this user, here, after a restart too
_USER: Final = "CyberLib"


class CredentialManager:
    """A SecretKeeper (core.platform)."""

    def store(self, name: str, secret: bytes) -> None:
        """See core.platform.SecretKeeper."""
        blob = (BYTE * len(secret)).from_buffer_copy(secret)
        entry = api.Credential(
            type=_GENERIC,
            target=_target(name),
            blob_size=len(secret),
            blob=ctypes.cast(blob, ctypes.POINTER(BYTE)),
            persist=_LOCAL_MACHINE,
            user=_USER,
        )
        if not api.advapi32().CredWriteW(ctypes.byref(entry), 0):
            raise _refused()
        if self.load(name) != secret:
            raise NeedsUnlock("keychain_unavailable", reason="not_kept")

    def load(self, name: str) -> bytes | None:
        """See core.platform.SecretKeeper."""
        entry = ctypes.POINTER(api.Credential)()
        if not api.advapi32().CredReadW(_target(name), _GENERIC, 0, ctypes.byref(entry)):
            if api.last_error() == api.NOT_FOUND:
                return None
            raise _refused()
        try:
            return ctypes.string_at(entry.contents.blob, entry.contents.blob_size)
        finally:
            api.advapi32().CredFree(entry)

    def remove(self, name: str) -> None:
        """See core.platform.SecretKeeper."""
        if not api.advapi32().CredDeleteW(_target(name), _GENERIC, 0) and api.last_error() != api.NOT_FOUND:
            raise _refused()

    def describe(self) -> str:
        """See core.platform.SecretKeeper."""
        return "credential_manager"


def _target(name: str) -> str:
    return "CyberLib:" + checked(name)


def _refused() -> NeedsUnlock:
    # 1312, ERROR_NO_SUCH_LOGON_SESSION: a service or network log-on, which has no credentials.
    reason = "no_service" if api.last_error() == 1312 else "refused"
    return NeedsUnlock("keychain_unavailable", reason=reason)
