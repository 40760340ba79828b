"""A vault at a host, as a store."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from ...core.errors import CyberlibError, Failed, IntegrityError, Unreachable
from ...core.format_v1.vault import OBJECT_NAME
from ...core.ports import Buffer, StoredObject, check_kind, check_object_name
from ..near import Near
from . import records
from .client import HostClient
from .pace import Pace
from .places import Places, absent, begins_again

T = TypeVar("T")

INLINE: Final = 1 << 20
"""Bytes up to which an object comes and goes in one request."""

_PUTS: Final = 4
"""At once: a line that is long or loses packets is filled by several connections, not by one."""

_ATTEMPTS: Final = 3
_MOST_TOGETHER: Final = 1000
_MOST_PAGES: Final = 20_000
_LISTING_SECONDS: Final = 2.0
"""A run asks for several listings in a row: those that follow on its own puts are always made anew."""

_ABSENT: Final = 0xFFFFFFFF


class HostStore:
    """The objects of one vault. A device creates and reads: what is there stays as it is.

    `near`: what this workstation keeps of it; by default what this object itself came across. `stands_in`:
    hears, once, the name of the zone that something is read from in place of the host's usual one.
    """

    def __init__(
        self,
        client: HostClient,
        vault: str,
        near: Near | None = None,
        stands_in: Callable[[str], None] = lambda _zone: None,
    ) -> None:
        self.client = client
        self.vault = vault
        self._near = near or Near()
        self._path = f"/v1/vaults/{vault}"
        self._places = Places(client, self._path, stands_in)
        self._lock = threading.Lock()
        self._listing = threading.Lock()
        self._listed = 0.0  # until when the listing is new enough
        self._whole = False  # whether all of it was asked for by this object
        self._puts = 0
        self._pace = Pace(self._near)

    @property
    def location(self) -> str:
        return self.client.url + self._path

    @property
    def puts_at_once(self) -> int:
        return _PUTS

    @property
    def pack_size(self) -> int:
        return self._pace.pack_size

    @property
    def may_delete(self) -> bool:
        return False

    def put(self, name: str, *parts: Buffer) -> None:
        check_object_name(name)
        size = sum(len(memoryview(part)) for part in parts)
        if size <= INLINE:
            data = b"".join(parts)
            self.client.put_small(f"{self._path}/objects/{name}", data)
            self._came()
            # The name may have been taken: of a vault's header, which has no hash, another's may be there.
            if _is_small_kind(name) and name != OBJECT_NAME and _is_named(name, data):
                self._near.keep(name, data)
            return
        whole = parts[0] if len(parts) == 1 else b"".join(parts)
        declared = {"name": name, "size": size, "sha256": hashlib.sha256(whole).hexdigest()}
        for attempt in range(_ATTEMPTS):
            try:
                stored_size = self._put_large({"objects": [declared]}, whole)
                if stored_size == size and _is_small_kind(name) and _is_named(name, whole):
                    self._near.keep(name, whole)
                return
            except CyberlibError as error:
                # The link is too old, or what was put is gone: the host gives another, and takes it again.
                if attempt == _ATTEMPTS - 1 or not begins_again(error):
                    raise

    def _put_large(self, wanted: dict[str, Any], whole: Buffer) -> int | None:
        """The size of what is stored now; None when it was there."""
        prepared = self.client.ask("POST", f"{self._path}/uploads", records.PreparedList, wanted)
        link = _one(prepared.objects).put
        if link is None:
            return None
        begun = time.monotonic()
        self.client.put_content(link, whole)
        self._pace.took(len(memoryview(whole)), time.monotonic() - begun)
        stored = _one(self.client.ask("POST", f"{self._path}/objects", records.StoredList, wanted).objects)
        self._came()
        return stored.size

    # ---- reading ------------------------------------------------------------------------------------

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        check_object_name(name)
        if _is_small_kind(name):
            data = self._near.get(name) or self._fetched(name)
            if data is not None:
                return data[offset:] if length is None else data[offset : offset + length]
        data, size = self._places.read(name, offset, length)
        if len(data) == size and _is_small_kind(name) and _is_named(name, data):
            self._near.keep(name, data)
        return data

    def _fetched(self, name: str) -> bytes | None:
        """A small object's bytes, kept from now on; None when it is too large to come in one answer."""
        if (self._near.size(name) or 0) > INLINE:
            return None
        try:
            data = self.client.get_small(f"{self._path}/objects/{name}")
        except IntegrityError as error:
            if error.code != "object_missing":
                raise
            raise IntegrityError("object_missing", name=name) from None
        except Failed as error:
            if error.facts.get("reason") != "body_too_large":
                raise absent(error, name) from None
            return None
        if _is_named(name, data):
            self._near.keep(name, data)
        return data

    def prefetch(self, names: Iterable[str]) -> None:
        size, has = self._near.size, self._near.has
        wanted = [name for name in names if (size(name) or 0) <= INLINE and not has(name)]
        while wanted:
            given = {"names": wanted[:_MOST_TOGETHER]}
            answer = self.client.ask_bytes("POST", f"{self._path}/contents", given)
            try:
                found = list(_frames(answer))
            except ValueError:
                found = []
            if not 0 < len(found) <= len(given["names"]):
                raise Unreachable("host_answer", at=self.client.url)
            for name, data in zip(wanted, found, strict=False):
                if data is not None and _is_named(name, data):
                    self._near.keep(name, data)
            wanted = wanted[len(found) :]

    def announce(self, names: Sequence[str]) -> None:
        self._places.announce(names)

    def is_near(self, name: str) -> bool:
        return self._near.has(name)

    def near(self, name: str, offset: int, length: int) -> bytes | None:
        return self._near.part(name, offset, length)

    def keep(self, name: str, offset: int, data: Buffer) -> None:
        self._near.keep_part(name, offset, data)

    # ---- the listing --------------------------------------------------------------------------------

    def size(self, name: str) -> int | None:
        check_object_name(name)
        self._follow()
        size = self._near.size(name)
        if size is None and name == OBJECT_NAME and not self._whole:
            # No vault goes away. A host that once listed too little would have hidden it here for good.
            self._near.doubt()
            self._came()
            self._follow()
            return self._near.size(name)
        return size

    def arrived(self, name: str) -> int | None:
        check_object_name(name)
        return None  # it keeps what it lets go by marks and a clock of its own

    def list(self, kind: str) -> Iterator[StoredObject]:
        check_kind(kind)
        self._follow()
        return self._near.listed(kind)

    def _came(self) -> None:
        """After a put: no listing is new enough that was asked for before."""
        with self._lock:
            self._puts += 1
            self._listed = 0.0

    def _follow(self) -> None:
        """Asks for what came since the listing that is kept, unless that was done a moment ago."""
        with self._listing:
            asked, puts = time.monotonic(), self._puts
            if asked < self._listed:
                return
            for _ in range(_MOST_PAGES):
                mark = self._near.mark()
                query = {"mark": mark} if mark else {}
                page = self.client.ask("GET", f"{self._path}/changes", records.Changes, query=query)
                if page.more and page.mark == mark:
                    break
                found = (StoredObject(each.name, each.size) for each in page.objects)
                self._near.came(found, page.mark, whole=page.whole)
                self._whole = self._whole or page.whole
                if not page.more:
                    with self._lock:
                        self._listed = asked + _LISTING_SECONDS if puts == self._puts else 0.0
                    return
            raise IntegrityError("host_list_endless", at=self.location)

    def replace(self, name: str, *parts: Buffer) -> None:
        """Raises Failed("host_keeps"): a name that is taken stays what it was."""
        self.delete(name)

    def delete(self, name: str) -> None:
        """Raises Failed("host_keeps"): no device deletes anything at a host."""
        check_object_name(name)
        raise Failed("host_keeps", at=self.client.url)

    def retire(self, names: Sequence[str]) -> None:
        self._ask_of("retired", names)

    def revive(self, names: Sequence[str]) -> None:
        there = self._ask_of("revived", names)
        for name in names:
            if name not in there:
                raise IntegrityError("object_missing", name=name)

    def purge(self, names: Sequence[str]) -> Sequence[str]:
        gone = self._ask_of("purged", names)
        if gone:
            self._near.doubt()
            self._came()
        return [name for name in names if name in gone]

    def _ask_of(self, what: str, names: Sequence[str]) -> set[str]:
        """Names that the host answers, of all these."""
        found: set[str] = set()
        for at in range(0, len(names), _MOST_TOGETHER):
            some = {"names": list(names[at : at + _MOST_TOGETHER])}
            found.update(self.client.ask("POST", f"{self._path}/{what}", records.Names, some).names)
        return found


def _is_small_kind(name: str) -> bool:
    """Whether objects of this kind are read whole, again and again."""
    return not name.startswith(("packs/", "lookups/"))


def _is_named(name: str, data: Buffer) -> bool:
    """Whether an object is what its name says; nothing else is worth keeping. A vault's header is checked by
    who has its keys."""
    return name == OBJECT_NAME or name.rpartition("/")[2] == hashlib.sha256(data).hexdigest()


def _frames(answer: bytes) -> Iterator[bytes | None]:
    """The objects of an answer, each after its length. Raises ValueError for what is cut."""
    at = 0
    while at < len(answer):
        length = int.from_bytes(answer[at : at + 4], "big")
        at += 4
        if length == _ABSENT:
            yield None
            continue
        if at + length > len(answer):
            raise ValueError("cut short")
        yield answer[at : at + length]
        at += length


def _one(objects: list[T]) -> T:
    if len(objects) != 1:
        raise IntegrityError("host_answer_short")
    return objects[0]
