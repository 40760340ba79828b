"""Parts of objects: from a copy at hand when it is sound, else from the store; several at the same time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from typing import Final, TypeVar

from ..core.errors import IntegrityError
from ..core.ports import Store

S = TypeVar("S")
T = TypeVar("T")

_AT_ONCE: Final = 8


def fetched(store: Store, name: str, offset: int, size: int, opened: Callable[[bytes], T]) -> T:
    """What `opened` makes of these bytes of an object; they are kept where that spares a journey.

    `opened` must authenticate them: of a copy that it refuses, the store is asked.
    """
    near = store.near(name, offset, size)
    if near is not None:
        with contextlib.suppress(IntegrityError):
            return opened(near)
    data = store.get(name, offset, size)
    result = opened(data)
    store.keep(name, offset, data)
    return result


def at_once(do: Callable[[S], T], items: Collection[S]) -> list[T]:
    """`do` of each item in order, several at the same time: each may take a journey."""
    if len(items) < 2:
        return [do(each) for each in items]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(_AT_ONCE, len(items)), "fetch") as pool:
        return list(pool.map(do, items))
