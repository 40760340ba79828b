"""A vault at a host, as a store."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from typing import Final, NamedTuple, TypeVar

from ...core.errors import Failed, IntegrityError
from ...core.ports import Buffer, StoredObject, check_kind, check_object_name
from . import records
from .client import HostClient

T = TypeVar("T")

INLINE: Final = 1 << 20
"""Bytes up to which an object comes and goes in one request."""

_PUTS: Final = 4
"""At once: a line that is long or loses packets is filled by several connections, not by one."""

_MOST_LINKS: Final = 4096
_MARGIN_SECONDS: Final = 120


class _Known(NamedTuple):
    size: int
    link: records.Link
    until: float


class HostStore:
    """The objects of one vault. A device creates and reads: what is there stays as it is."""

    def __init__(self, client: HostClient, vault: str) -> None:
        self.client = client
        self.vault = vault
        self._path = f"/v1/vaults/{vault}"
        self._known: dict[str, _Known] = {}
        self._small: set[str] = set()
        self._lock = threading.Lock()

    @property
    def location(self) -> str:
        return self.client.url + self._path

    @property
    def puts_at_once(self) -> int:
        return _PUTS

    @property
    def may_delete(self) -> bool:
        return False

    def put(self, name: str, *parts: Buffer) -> None:
        check_object_name(name)
        size = sum(len(memoryview(part)) for part in parts)
        if size <= INLINE:
            self.client.put_small(f"{self._path}/objects/{name}", b"".join(parts))
            return
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        declared = {"name": name, "size": size, "sha256": hashlib.sha256(data).hexdigest()}
        wanted = {"objects": [declared]}
        prepared = self.client.ask("POST", f"{self._path}/uploads", records.PreparedList, wanted)
        link = _one(prepared.objects).put
        if link is None:
            return
        self.client.put_content(link, data)
        self.client.ask("POST", f"{self._path}/objects", records.StoredList, wanted)

    def get(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        check_object_name(name)
        if name in self._small or not name.startswith(("packs/", "index/")):
            data = self._get_small(name)
            if data is not None:
                return data[offset:] if length is None else data[offset : offset + length]
        known = self._find(name)
        if known is None:
            raise IntegrityError("object_missing", name=name)
        end = known.size if length is None else min(known.size, offset + length)
        if offset >= end:
            return b""
        return self.client.get_content(known.link, offset, end)

    def size(self, name: str) -> int | None:
        check_object_name(name)
        known = self._find(name)
        return None if known is None else known.size

    def list(self, kind: str) -> Iterator[StoredObject]:
        check_kind(kind)
        return self._listed(kind)

    def _listed(self, kind: str) -> Iterator[StoredObject]:
        after: str | None = None
        while True:
            query = {"kind": kind} if after is None else {"kind": kind, "after": after}
            page = self.client.ask("GET", f"{self._path}/objects", records.Listing, query=query)
            if kind != "packs":  # of which there may be millions
                self._small.update(each.name for each in page.objects if each.size <= INLINE)
            for each in page.objects:
                yield StoredObject(each.name, each.size)
            if page.next is None:
                return
            if after is not None and page.next <= after:
                raise IntegrityError("host_list_endless", at=self.location)
            after = page.next

    def delete(self, name: str) -> None:
        """Raises Failed("host_keeps"): no device deletes anything at a host."""
        check_object_name(name)
        raise Failed("host_keeps", at=self.client.url)

    def _get_small(self, name: str) -> bytes | None:
        """An object's bytes in one request; None when it is too large for that."""
        try:
            return self.client.get_small(f"{self._path}/objects/{name}")
        except IntegrityError as error:
            if error.code != "object_missing":
                raise
            raise IntegrityError("object_missing", name=name) from None
        except Failed as error:
            if error.facts.get("reason") != "body_too_large":
                raise
            return None

    def _find(self, name: str) -> _Known | None:
        with self._lock:
            known = self._known.get(name)
        if known is not None and known.until > time.monotonic():
            return known
        asked = time.monotonic()
        found = self.client.ask("POST", f"{self._path}/downloads", records.DownloadList, {"names": [name]})
        one = _one(found.objects)
        if one.get is None:
            return None
        known = _Known(one.size, one.get, asked + one.get.expires_in - _MARGIN_SECONDS)
        with self._lock:
            if len(self._known) >= _MOST_LINKS:
                self._known.clear()
            self._known[name] = known
        return known


def _one(objects: list[T]) -> T:
    if len(objects) != 1:
        raise IntegrityError("host_answer_short")
    return objects[0]
