"""All objects of a vault, as they are, in another store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ..core.errors import IntegrityError
from ..core.events import Incident, Listener, Progress
from ..core.format_v1.vault import OBJECT_NAME
from ..core.ports import OBJECT_KINDS, CancelToken, Store, StoredObject
from ..repository.fetching import at_once

KINDS: Final = (*(kind for kind in OBJECT_KINDS if kind != "snapshots"), "snapshots")
"""In this order: a snapshot comes after what it needs."""

_AT_ONCE: Final = 4


@dataclass
class Taken:
    """`damaged`: objects whose bytes are not those that their names tell."""

    objects: int = 0
    bytes: int = 0
    there: int = 0
    damaged: int = 0


def take_objects(
    store: Store, to: Store, listener: Listener, cancel: CancelToken, clean: Callable[[str], bool]
) -> Taken:
    """Puts into `to` what it lacks; what is there is read and, unless `clean` by its name, put again.

    Nothing is asked of `store` but to list and to read. Raises what the stores raise, and Stopped; then the
    same begun again goes on.
    """
    taken = Taken()
    every = [StoredObject(OBJECT_NAME, store.size(OBJECT_NAME) or 0)]
    for kind in KINDS:
        every += sorted(store.list(kind))
    total = sum(item.size for item in every)

    def one(item: StoredObject) -> tuple[bool, bool] | None:
        """(taken now, damaged); None for what is gone."""
        cancel.check()
        name = item.name
        there = to.size(name)
        if there == item.size and clean(name):
            return False, False
        try:
            data = store.get(name)
        except IntegrityError as error:
            if error.code == "object_missing" and store.size(name) is None:
                return None  # purged since it was listed
            raise
        (to.put if there is None else to.replace)(name, data)
        return True, name != OBJECT_NAME and hashlib.sha256(data).hexdigest() != name.rpartition("/")[2]

    for some in _batches(iter(every)):
        for item, ended in zip(some, at_once(one, some), strict=True):
            if ended is None:
                continue
            new, damaged = ended
            taken.objects += 1
            taken.bytes += item.size
            taken.there += not new
            taken.damaged += damaged
            if damaged:
                listener(Incident("kit_damaged", item.name))
        listener(
            Progress(
                "copy", taken.objects, len(every), bytes_done=taken.bytes, bytes_total=total,
                current=some[-1].name,
            )
        )  # fmt: skip
    return taken


def _batches(items: Iterator[StoredObject]) -> Iterator[list[StoredObject]]:
    while some := list(islice(items, _AT_ONCE)):
        yield some
