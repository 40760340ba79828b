"""The desktop's keychain on Linux: the Secret Service of freedesktop.org (GNOME Keyring, KWallet, KeePassXC).

Spoken to through SecretStorage, which `keyring` itself stands on here: importing `keyring` takes a tenth
of a second that every command would pay, and its search for other backends could end at one that
stores in clear (keyrings.alt). There is one way here, and when it fails it says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from ...core.errors import NeedsUnlock
from ..owner_file import checked

if TYPE_CHECKING:
    from secretstorage.collection import Collection

_PATIENCE: Final = 60.0  # seconds to answer the desktop's question for the keychain's password
_APPLICATION: Final = "cyberlib"


class SecretService:
    """A SecretKeeper (core.platform) in the user's default collection."""

    def store(self, name: str, secret: bytes) -> None:
        """See core.platform.SecretKeeper."""
        attributes = _attributes(name)
        with _collection(create=True) as collection:
            assert collection is not None
            collection.create_item(f"CyberLib: {name}", attributes, secret, replace=True)
        if self.load(name) != secret:
            raise NeedsUnlock("keychain_unavailable", reason="not_kept")

    def load(self, name: str) -> bytes | None:
        """See core.platform.SecretKeeper."""
        attributes = _attributes(name)
        with _collection() as collection:
            for item in collection.search_items(attributes) if collection else ():
                secret: bytes = item.get_secret()
                return secret
        return None

    def remove(self, name: str) -> None:
        """See core.platform.SecretKeeper."""
        attributes = _attributes(name)
        with _collection() as collection:
            for item in collection.search_items(attributes) if collection else ():
                item.delete()

    def describe(self) -> str:
        """See core.platform.SecretKeeper."""
        return "secret_service"


def _attributes(name: str) -> dict[str, str]:
    return {"application": _APPLICATION, "name": checked(name)}


@contextmanager
def _collection(*, create: bool = False) -> Iterator[Collection | None]:
    """The default collection, unlocked; None when there is none and none is to be made."""
    # Only here, as few commands need them.
    import secretstorage
    from jeepney.wrappers import DBusErrorResponse  # type: ignore[import-untyped, unused-ignore]
    from secretstorage.exceptions import (
        ItemNotFoundException,
        LockedException,
        PromptDismissedException,
        SecretServiceNotAvailableException,
        SecretStorageException,
    )

    try:
        with closing(secretstorage.dbus_init()) as connection:
            try:
                collection = secretstorage.get_collection_by_alias(connection, "default")
            except ItemNotFoundException:
                if not create:
                    yield None
                    return
                collection = secretstorage.create_collection(connection, "Default", "default")
            if collection.is_locked() and collection.unlock(timeout=_PATIENCE):
                raise LockedException
            yield collection
    except SecretServiceNotAvailableException:
        reason = "no_service"
    except (FileNotFoundError, ConnectionRefusedError):
        reason = "no_service"  # the session is over, or this is another user's (sudo)
    except (LockedException, PromptDismissedException, TimeoutError):
        reason = "locked"
    except (SecretStorageException, DBusErrorResponse, OSError, ValueError):
        reason = "refused"
    else:
        return
    raise NeedsUnlock("keychain_unavailable", reason=reason)
