"""The login keychain of macOS, through `keyring`'s own adapter for it and no other.

`keyring` by itself would look for backends and take the one it prefers, be it one that stores in clear
(keyrings.alt) or one named in a user's configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...core.errors import NeedsUnlock
from ..owner_file import checked

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_SERVICE: Final = "CyberLib"


class MacKeychain:
    """A SecretKeeper (core.platform). Secrets are kept as hex digits: entries there are text."""

    def store(self, name: str, secret: bytes) -> None:
        """See core.platform.SecretKeeper."""
        keyring = _keyring()
        from keyring.errors import KeyringError

        try:
            keyring.set_password(_SERVICE, checked(name), secret.hex())
        except KeyringError:
            raise NeedsUnlock("keychain_unavailable", reason="refused") from None
        if self.load(name) != secret:
            raise NeedsUnlock("keychain_unavailable", reason="not_kept")

    def load(self, name: str) -> bytes | None:
        """See core.platform.SecretKeeper."""
        keyring = _keyring()
        from keyring.errors import KeyringError, KeyringLocked

        try:
            kept = keyring.get_password(_SERVICE, checked(name))
            return None if kept is None else bytes.fromhex(kept)
        except KeyringLocked:
            reason = "locked"
        except (KeyringError, ValueError):
            reason = "refused"
        raise NeedsUnlock("keychain_unavailable", reason=reason)

    def remove(self, name: str) -> None:
        """See core.platform.SecretKeeper."""
        keyring = _keyring()
        from keyring.errors import KeyringError

        if self.load(name) is None:
            return
        try:
            keyring.delete_password(_SERVICE, checked(name))
        except KeyringError:
            raise NeedsUnlock("keychain_unavailable", reason="refused") from None

    def describe(self) -> str:
        """See core.platform.SecretKeeper."""
        return "keychain"


def _keyring() -> KeyringBackend:
    # Only here: importing it takes a tenth of a second, and few commands need it.
    try:
        from keyring.backends.macOS import Keyring
    except ImportError:
        raise NeedsUnlock("keychain_unavailable", reason="no_service") from None
    return Keyring()  # type: ignore[no-untyped-call, unused-ignore]
