"""A reversibility kit compared with its own lists, wherever it lies."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from ..core import kit
from ..core.errors import IntegrityError, UsageError
from ..core.events import Incident, Listener, Progress
from ..core.kit import Head
from ..core.windows_paths import extended
from ..files import kit_folder
from .paths import native_path, shown, shown_native, shown_text


class Checked(msgspec.Struct, frozen=True):
    """What a kit is, compared with its own lists. `signed_by`, `time`: which device made it, and when.
    `fingerprint`: of the key that certifies that device, to be compared with the vault's. `files`, `bytes`:
    found whole. `missing`, `changed`: each is named. `added`: not in the lists. `failed`: what was not whole
    when the kit was made."""

    kind: kit.Kind
    at: str
    vault: str
    time: str
    signed_by: str
    fingerprint: str
    files: int
    bytes: int
    missing: int
    changed: int
    added: int
    failed: int

    @property
    def exit_code(self) -> int:
        """7 when the kit is not what its lists say."""
        return 7 if self.missing or self.changed else 0


def check_kit(at: str, listener: Listener, check: Callable[[], None]) -> Checked:
    """Compares a kit with its lists; needs neither vault nor connection nor profile.

    Raises UsageError("not_a_kit", at=…), ("kit_unfinished", at=…), Failed("kit_not_written"),
    IntegrityError("kit_list_changed", name=…), ("bad_signature").
    """
    native_path(at)
    at = os.path.abspath(at)
    signature = _signature(at)
    tally = _Compared(at, listener, check)
    _check_lists(at, signature.signed.lists, tally.tick)
    head = _read_head(at)
    with kit_folder.told(at):
        try:
            tally.run()
        except (ValueError, KeyError):
            raise IntegrityError("kit_list_changed", name=kit.TABLE) from None
    return Checked(
        kind=head.kind,
        at=shown_native(at),
        vault=signature.signed.vault,
        time=signature.signed.time,
        signed_by=shown_text(signature.device_name),
        fingerprint=kit.fingerprint(signature.vault_key),
        files=tally.files,
        bytes=tally.bytes,
        missing=tally.missing,
        changed=tally.changed,
        added=tally.added,
        failed=sum(each.failed for each in head.snapshots) + tally.damaged,
    )


class _Compared:
    def __init__(self, at: str, listener: Listener, check: Callable[[], None]) -> None:
        self._at, self._listener, self._check = at, listener, check
        self._read = self.files = self.bytes = self.missing = self.changed = self.added = self.damaged = 0

    def tick(self, size: int) -> None:
        self._check()
        self._read += size
        self._listener(Progress("hash", self.files, bytes_done=self._read))

    def run(self) -> None:
        known = set[int]()  # hashes, not paths: a million of them fit in memory
        for item in kit_folder.items(self._at):
            path = kit_folder.raw(item.path)
            if hash(path) in known or path.startswith(b"/") or b".." in path.split(b"/"):
                raise ValueError("a path that no kit has")
            known.add(hash(path))
            self._compare(item, path)
        for found in kit_folder.walk(self._at):
            if hash(found.path) not in known:
                self.added += 1
                self._listener(Incident("kit_added", shown(found.path)))

    def _compare(self, item: kit.Item, path: bytes) -> None:
        native = kit_folder.native_path(self._at, path)
        try:
            found = kit_folder.Found(path, os.lstat(native))
        except (FileNotFoundError, NotADirectoryError):
            self.missing += 1
            self._listener(Incident("kit_missing", item.path))
            return
        try:
            now = kit_folder.item_of(self._at, found, item.snapshot, item.mtime, self.tick)
        except OSError as error:
            self.changed += 1
            self._listener(Incident("kit_changed", item.path, error.strerror or ""))
            return
        if now != item:
            self.changed += 1
            self._listener(Incident("kit_changed", item.path))
        elif item.kind == "file":
            self.files += 1
            self.bytes += item.size
            if kit.is_damaged_object(item):  # copied as it was: the lists are right, and it is lost
                self.damaged += 1
                self._listener(Incident("kit_damaged", item.path))


def _signature(at: str) -> kit.Signature:
    path = extended(os.path.join(at, kit.SIGNATURE))
    try:
        with open(path, "rb") as file:
            return kit.read_signature(file.read(1 << 20))
    except (FileNotFoundError, NotADirectoryError):
        unfinished = os.path.exists(extended(os.path.join(at, kit.UNFINISHED)))
        raise UsageError("kit_unfinished" if unfinished else "not_a_kit", at=at) from None


def _check_lists(at: str, wanted: dict[str, str], tick: kit_folder.Tick) -> None:
    for name in kit.LISTS:
        with kit_folder.told(at):
            try:
                digest = kit_folder.sha256_of(extended(os.path.join(at, name)), tick)
            except FileNotFoundError:
                digest = ""
        if digest != wanted.get(name):
            raise IntegrityError("kit_list_changed", name=name)


def _read_head(at: str) -> Head:
    """Only what comes before the items, which may be millions."""
    with open(extended(os.path.join(at, kit.MANIFEST)), "rb") as file:
        first = file.readline()
    return msgspec.json.decode(first.rstrip(b"\n").removesuffix(b',"items":[') + b"}", type=Head)
