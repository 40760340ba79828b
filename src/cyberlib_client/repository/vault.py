"""A vault on a store: made, opened with a secret, its slots, its index and snapshots."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container
from dataclasses import dataclass

import msgspec

from ..core.crypto import KEY_SIZE
from ..core.errors import IntegrityError, UsageError
from ..core.format_v1 import slots
from ..core.format_v1.header import VERSION
from ..core.format_v1.index import PackInfo
from ..core.format_v1.lines import LIMIT
from ..core.format_v1.pack import SegmentInfo
from ..core.format_v1.slots import (
    KdfCost,
    Slot,
    SlotTable,
    SlotType,
    stretch,
    wrap_root,
)
from ..core.format_v1.vault import (
    OBJECT_NAME,
    USUAL_CHUNKING,
    Chunking,
    VaultHeader,
    authenticate_vault_header,
    new_vault_header,
    read_vault_header,
    write_vault_header,
)
from ..core.keys import MAX_EPOCH, VAULT_ID_SIZE, VaultKeys
from ..core.ports import OBJECT_KINDS, Clock, Random, Store
from .index import Index
from .index_objects import put_index
from .loading import IndexReport, indexed, load_part, load_whole
from .lookups import Lookups
from .reader import Reader
from .renewing import renew_root
from .retirements import NONE, Retirements, load_retirements
from .segments import KEPT_BYTES
from .slot_changes import add_slot, check_new_slot, removable, remove_slot
from .slot_tables import Secret, Tables, put_tables, table_names, unlock
from .unlocking import opens_one

_SECOND = 1_000_000_000
_MONTH = 30 * 24 * 3600 + 37_800  # seconds: a twelfth of a year of 365.25 days


@dataclass(frozen=True, slots=True)
class NewSlot:
    """What a slot is made from. `secret`: 32 bytes, or for a passphrase its text in `passphrase`, stretched
    at `cost`, by default the usual one. `id`: 8 bytes, where it is noted before there is the slot; else by
    chance."""

    kind: SlotType
    name: str
    secret: bytes = b""
    passphrase: str = ""
    cost: KdfCost | None = None
    id: bytes = b""


class Vault:
    """An open vault. Make one with `create_vault` or `open_vault`."""

    def __init__(self, store: Store, header: VaultHeader, keys: VaultKeys, table: SlotTable) -> None:
        self.store = store
        self.header = header
        self.keys = keys
        self.table = table
        self.on_damaged: Callable[[bytes, str], None] = lambda _name, _reason: None
        """As `Reader` tells it, of whatever reader has no other."""
        self._retirements = NONE

    @property
    def id(self) -> str:
        """32 hex digits."""
        return self.header.id

    def epoch(self, now: int) -> int:
        """Months since the vault was made, for a clock that may be years off."""
        months = (now // _SECOND - self.header.created) // _MONTH
        return min(max(months, 0), MAX_EPOCH)

    def load_index(
        self,
        *,
        check_packs: bool = False,
        without: Container[bytes] = (),
        to_rely_on: bool = False,
        retirements: Retirements | None = None,
        bare: bool = False,
    ) -> tuple[Index, IndexReport]:
        """The index as its objects tell it, without the packs named in `without`.

        With `check_packs` the packs themselves are listed: those absent are left out, so that their chunks
        count as unknown, and those in no index are read for their footer. Of a pack that lies there under
        several names one counts. A pack of another size than an index says comes last, after every whole
        one: what lies in it may be read, and is authenticated. `to_rely_on` leaves it out: what is stored
        now must not count on it; nor on what is retired. `retirements`: those of now, when they are at hand.
        `bare`: see `Index`.
        """
        if retirements is None:
            retirements = self.retirements() if check_packs else NONE
        return load_whole(
            self.store,
            self.keys,
            check_packs=check_packs,
            without=without,
            to_rely_on=to_rely_on,
            retirements=retirements,
            bare=bare,
        )

    def retirements(self) -> Retirements:
        """What the records say now of objects that may go."""
        self._retirements = load_retirements(self.store, self.keys, self._retirements)
        return self._retirements

    @property
    def retirements_known(self) -> Retirements:
        """The same as they were read last, without asking the store again."""
        return self._retirements

    def reader(self, *, check_packs: bool = False, much: bool = False, kept: int = KEPT_BYTES) -> Reader:
        """A reader on the vault as it is now; see `load_index`. `kept`: see `Reader`.

        Unless `much` is going to be read, large index objects of a store that is far away are not fetched as
        long as their lookups lead to what is read.
        """
        recover = not check_packs

        def whole() -> Index:
            return self.load_index(check_packs=check_packs)[0]

        if much:
            return self.reader_on(whole(), recover=recover, kept=kept)
        index, lookups = load_part(self.store, self.keys, whole, check_packs=check_packs)
        return self.reader_on(index, recover=recover, lookups=lookups, kept=kept)

    def reader_on(
        self,
        index: Index,
        *,
        recover: bool = False,
        on_damaged: Callable[[bytes, str], None] | None = None,
        lookups: Lookups | None = None,
        kept: int = KEPT_BYTES,
    ) -> Reader:
        """A reader on an index at hand. `recover`: load it from the packs when it lacks something.
        `on_damaged` is told of damaged packs instead of the vault's own. `lookups`: where what the index
        lacks is sought."""
        again = (lambda: self.load_index(check_packs=True)[0]) if recover else None
        told = on_damaged or self._damaged
        return Reader(
            self.store,
            self.keys,
            index,
            recover=again,
            described=self._described,
            on_damaged=told,
            lookups=lookups,
            kept=kept,
        )

    def _damaged(self, pack: bytes, reason: str) -> None:
        self.on_damaged(pack, reason)

    def _described(self, pack: bytes) -> list[SegmentInfo]:
        """A pack's segments as an index object tells them; empty when none does."""
        for info in indexed(self.store, self.keys, []):
            if info.name == pack:
                return info.segments
        return []

    def put_index(self, packs: list[PackInfo], random: Random) -> int:
        """Stores what these packs hold; bytes stored."""
        return put_index(self.store, self.keys, packs, random)

    @property
    def table_names(self) -> list[str]:
        """The objects that hold the table that counts, if one does alone."""
        return table_names(self.keys, self.table)

    def accepts(self, secret: Secret) -> bool:
        """Whether a slot of the table that counts opens with what `secret` offers. Raises what it raises."""
        return opens_one(self.table.slots, self.id, secret)

    def add_slot(self, new: NewSlot, clock: Clock, random: Random) -> Slot:
        """Adds a slot to the table. Raises as `slot_changes.add_slot`."""
        self.table, slot = add_slot(
            self.store,
            self.keys,
            self.table,
            new.kind,
            new.name,
            lambda: _make_slot(self.keys, new, clock, random),
        )
        return slot

    def remove_slot(self, wanted: str) -> Slot:
        """Removes a slot by id, beginning of its id, or name. Raises as `slot_changes.remove_slot`."""
        self.table, slot = remove_slot(self.store, self.keys, self.table, wanted)
        return slot

    def renew(self, new: list[NewSlot], clock: Clock, random: Random) -> list[Slot]:
        """A new root secret, which these slots open and no others. Raises as `renewing.renew_root`."""
        make = [lambda keys, each=each: _make_slot(keys, each, clock, random) for each in new]
        self.keys, self.table = renew_root(self.store, self.keys, self.table, make, random)
        self._retirements = NONE
        return self.table.slots

    def removable(self, wanted: str) -> Slot:
        """The slot that `remove_slot` would remove, as far as this vault knows. Raises as it does."""
        return removable(self.table.slots, wanted)


def _make_slot(keys: VaultKeys, new: NewSlot, clock: Clock, random: Random) -> Slot:
    if new.kind != "passphrase" and len(new.secret) != KEY_SIZE:
        raise ValueError("secret of the wrong size")
    salt = random(32)
    kdf = (new.cost or slots.DEFAULT_COST) if new.kind == "passphrase" else None
    secret = stretch(new.passphrase, salt, kdf) if kdf else new.secret
    return wrap_root(
        keys,
        secret,
        slot_id=new.id or random(8),
        kind=new.kind,
        name=new.name,
        created=clock() // _SECOND,
        salt=salt,
        kdf=kdf,
    )


def create_vault(
    store: Store,
    slots: list[NewSlot],
    *,
    clock: Clock,
    random: Random,
    chunking: Chunking | None = None,
) -> Vault:
    """A new vault in an empty store. UsageError("vault_exists"), and as `Vault.add_slot`.

    The slot table is written first: a store with a `vault` object always opens.
    """
    if not slots:
        raise ValueError("a vault without a slot never opens again")
    contents = (kind for kind in OBJECT_KINDS if kind != "slots")
    if store.size(OBJECT_NAME) is not None or any(next(store.list(kind), None) for kind in contents):
        raise UsageError("vault_exists", at=store.location)
    keys = VaultKeys(random(KEY_SIZE), random(VAULT_ID_SIZE))
    header = new_vault_header(keys.vault_id, clock() // _SECOND, chunking or USUAL_CHUNKING)
    made: list[Slot] = []
    for new in slots:
        check_new_slot(made, new.kind, new.name)
        made.append(_make_slot(keys, new, clock, random))
    left = [name for name, _ in store.list("slots")]  # by a creation that was cut short: it opens nothing
    table = SlotTable(header, 1, 1, made)
    names = put_tables(store, keys, table)
    store.put(OBJECT_NAME, write_vault_header(header, keys))
    vault = Vault(store, header, keys, table)
    ours = header_is_intact(vault)  # else somebody made another one there at the same moment
    for name in (left if ours else names) if store.may_delete else ():
        store.delete(name)
    if not ours:
        raise UsageError("vault_exists", at=store.location)
    return vault


def read_header(store: Store) -> VaultHeader:
    """The header of the vault in a store, not authenticated yet.

    Raises UsageError("not_a_vault", at=…) or UsageError("newer_format", version=…), and for what is left
    of a vault IntegrityError("slots_missing", at=…, missing="vault, slots").
    """
    newer: UsageError | None = None
    try:
        if store.size(OBJECT_NAME) is not None:
            return read_vault_header(store.get(OBJECT_NAME, 0, LIMIT + 1))
    except IntegrityError:
        pass  # damaged: each slot table holds the header as well
    except UsageError as error:
        newer = error  # one flipped bit says the same: the tables know
    tables = Tables(store)
    for table, _ in tables:
        return table.header
    tables.check_all_seen()
    tables.check_any()
    if newer is not None:
        raise newer
    if any(next(store.list(kind), None) for kind in OBJECT_KINDS):
        raise IntegrityError("slots_missing", at=store.location, missing=f"{OBJECT_NAME}, slots")
    raise UsageError("not_a_vault", at=store.location)


def open_vault(
    store: Store, secret: Secret, *, least_generation: int = 0, first: Collection[str] = ()
) -> Vault:
    """Opens a vault with whatever `secret` offers for its slots.

    `least_generation`: the newest slot table this machine has seen; an older one is refused. `first`: the
    objects it was, which are tried before others. Raises NeedsUnlock("wrong_secret"), ("key_renewed"),
    IntegrityError("not_authentic"), ("kdf_out_of_bounds"), ("passphrase_slots_many"), ("slots_rolled_back"),
    ("slots_missing"), ("slots_crowded"), and what `read_header` raises.
    """
    keys, table = unlock(Tables(store, first), secret, read_header(store).id)
    if table.generation < least_generation:
        raise IntegrityError("slots_rolled_back", seen=least_generation, got=table.generation)
    header = msgspec.structs.replace(table.header, version=VERSION)  # of the object `vault`
    return Vault(store, header, keys, table)


def header_is_intact(vault: Vault) -> bool:
    """Whether the object `vault` is what this vault was made with."""
    try:
        data = vault.store.get(OBJECT_NAME, 0, LIMIT + 1)
        authenticate_vault_header(data, vault.keys)
        return read_vault_header(data) == vault.header
    except (IntegrityError, UsageError):  # a flipped bit may look like a newer version
        return False
