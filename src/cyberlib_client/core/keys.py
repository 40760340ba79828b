"""The key hierarchy of a vault, derived from its root secret (docs/format, section "Keys")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .crypto import KEY_SIZE, KeyedIds, committed_key, hkdf

VAULT_ID_SIZE = 16
MAX_EPOCH = 4095
"""341 years of months: a forged epoch must not make a reader derive for ever."""
MAX_ROOT = 15
"""How often a vault's root secret may be renewed: its number has four bits in a header."""
ROOT_ID_SIZE = 16

_PREFIX = b"cyberlib/v1/"


class VaultKeys:
    """Every key of one vault. Lives as short as it can: Python cannot wipe memory.

    `root` is the 32-byte root secret, `vault_id` 16 bytes, `former` the root secrets before it, the first one
    first. Attributes are 32-byte keys, or what names chunks and nodes with one. What names content and cuts
    files comes from the first root for the vault's whole life, else nothing would be found again.
    """

    __slots__ = (
        "_epochs",
        "_root",
        "certified",
        "chunk_ids",
        "former",
        "former_roots",
        "header",
        "hedge",
        "index",
        "local",
        "number",
        "root_id",
        "sign_seed",
        "slots",
        "snapshots",
        "succession",
        "tree_ids",
        "vault_id",
    )

    def __init__(self, root: bytes, vault_id: bytes, former: Sequence[bytes] = ()) -> None:
        if len(former) > MAX_ROOT:
            raise ValueError("too many roots")
        if len(root) != KEY_SIZE or len(vault_id) != VAULT_ID_SIZE:
            raise ValueError("root secret or vault id of the wrong size")
        self.vault_id = vault_id
        self._root = root
        derive = self._deriver(root, vault_id)
        self.former: tuple[VaultKeys, ...] = tuple(VaultKeys(each, vault_id) for each in former)
        self.number = len(former)
        first = self._deriver(former[0] if former else root, vault_id)
        self.chunk_ids = KeyedIds(first("chunk ids"))
        self.tree_ids = KeyedIds(first("tree ids"))
        self.header = first("vault header")
        self.root_id = derive("root id")[:ROOT_ID_SIZE]
        self.succession = derive("succession")
        self.former_roots = derive("former roots")
        self.slots = derive("slot table")
        self.index = derive("index")
        self.snapshots = derive("snapshots")
        self.sign_seed = derive("certificate signing")
        self.hedge = derive("salt hedging")
        self.local = derive("local state")
        self._epochs = [derive("epoch 0")]
        self.certified: set[object] = set()
        """Devices whose certificates were found to hold: a vault has few, and thousands of signatures."""

    @staticmethod
    def _deriver(root: bytes, vault_id: bytes) -> Callable[[str], bytes]:
        return lambda label: hkdf(root, salt=vault_id, info=_PREFIX + label.encode())

    @property
    def root(self) -> bytes:
        """The root secret itself, only for wrapping it in a slot."""
        return self._root

    @property
    def every(self) -> tuple[VaultKeys, ...]:
        """These keys, then those of the roots before, the newest first."""
        return (self, *reversed(self.former))

    def of(self, number: int) -> VaultKeys | None:
        """The keys of the root with this number; None for one that is not known."""
        if number == self.number:
            return self
        return self.former[number] if 0 <= number < self.number else None

    def chunker_seed(self) -> int:
        """Seed of FastCDC's gear table, 63 bits (the chunker's limit)."""
        first = self.former[0].root if self.former else self._root
        key = hkdf(first, salt=self.vault_id, info=_PREFIX + b"chunker seed", length=8)
        return int.from_bytes(key, "big") >> 1

    def epoch(self, number: int) -> bytes:
        """EK_e: each month's key is derived from the month before, never back."""
        if not 0 <= number <= MAX_EPOCH:
            raise ValueError("epoch out of range")
        epochs = self._epochs
        if len(epochs) <= number:
            epochs = epochs.copy()  # sealing and reading threads ask at once: each sees a whole chain
            while len(epochs) <= number:
                epochs.append(hkdf(epochs[-1], salt=self.vault_id, info=_PREFIX + b"ratchet"))
            self._epochs = epochs
        return epochs[number]

    def object_key(self, base: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes]:
        """(key, commitment) of one stored object; `context` is the start of its header."""
        return committed_key(base, salt=salt, info=_PREFIX + b"object" + context)

    def __repr__(self) -> str:  # never the keys
        return f"<VaultKeys of {self.vault_id.hex()[:8]}>"
