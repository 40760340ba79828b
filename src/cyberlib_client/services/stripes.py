"""The stripes of a second copy: which objects they cover, made for what is new, given up for what is gone.

Objects of like size make a stripe, sixteen of them with two parity objects, which cost an eighth. What is
left over makes smaller ones, one for each size, which the next run makes anew with what came since.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256 as new_sha256
from typing import Final

from ..core.errors import IntegrityError
from ..core.events import Listener, Progress
from ..core.format_v1.parity import (
    HEADS,
    LARGEST_MEMBER,
    MOST_MEMBERS,
    ROW,
    Member,
    Parity,
    block_hash,
    read_parity,
    rows_of,
    write_parity,
)
from ..core.ids import KIB, digest_of, object_name
from ..core.parity import encode
from ..core.ports import PARITY, Buffer, CancelToken, Store

_STRIDE: Final = 16
"""Rows read of each member at once: 1 MiB, so that a disk seeks little."""

_USUAL: Final = 128 * KIB
"""Bytes of an object's ends that nearly always hold its table."""

_READERS: Final = 4


@dataclass(slots=True)
class Stripe:
    """A stripe as a copy has it. `files`: its parity objects by their role, 0 and 1, as far as they are there
    and can be read."""

    digest: bytes
    members: dict[str, int]
    files: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Stripes:
    """All of a copy. `unreadable`: parity objects that tell nothing."""

    found: dict[bytes, Stripe] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    @property
    def members(self) -> set[str]:
        """The objects that are covered."""
        return {name for stripe in self.found.values() for name in stripe.members}


@dataclass(slots=True)
class Striped:
    """What a run did. `damaged`: names of objects of the copy that are not what they should be; no new stripe
    has them."""

    stripes: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    damaged: list[str] = field(default_factory=list)


class DamagedMember(IntegrityError):
    """What the copy holds under a name is not that object."""

    def __init__(self, name: str) -> None:
        super().__init__("not_an_object", name=name)
        self.name = name


def read_stripes(store: Store, cancel: CancelToken) -> Stripes:
    """As the parity objects of a copy tell. Raises what the store raises when it cannot be reached."""
    found = Stripes()
    for name, size in sorted(store.list(PARITY)):
        cancel.check()
        parity = parity_of(store, name, size)
        if parity is None:
            found.unreadable.append(name)
            continue
        members = {member.name: member.size for member in parity.table.members}
        stripe = found.found.setdefault(parity.stripe, Stripe(parity.stripe, members))
        stripe.files.setdefault(parity.role, name)
    return found


def parity_of(store: Store, name: str, size: int) -> Parity | None:
    """What a parity object tells of its stripe; None where both its ends are damaged."""
    for most in (_USUAL, HEADS):
        try:
            begin = store.get(name, 0, most)
            end = b"" if _is_whole(begin) else store.get(name, max(0, size - most), most)
            return read_parity(begin, end)
        except IntegrityError:
            continue
    return None


def _is_whole(begin: bytes) -> bool:
    try:
        read_parity(begin, b"")
    except IntegrityError:
        return False
    return True


def bring_up_to_date(
    store: Store,
    there: dict[str, int],
    gone: Callable[[str], bool],
    listener: Listener,
    cancel: CancelToken,
) -> Striped:
    """Covers all of `there` (names and sizes of the copy's objects) by stripes.

    A stripe with a member that is not there any more is kept, as what brings it back, unless `gone` says that
    it is not to come back; then its other members get another stripe before it is deleted. Interrupted at any
    point, all that was covered is covered.
    """
    done = Striped()
    stripes = read_stripes(store, cancel)
    kept, given_up = _sorted_out(stripes, there, gone)
    covered = {name for stripe in kept for name in stripe.members}
    fresh = {
        name: size
        for name, size in there.items()
        if name not in covered and not gone(name) and 0 < size <= LARGEST_MEMBER
    }
    wanted = {_class(size) for size in fresh.values()}
    for stripe in kept:
        # One stripe of each size may be short of members: it is made anew with the new ones.
        whole = stripe.members.items() <= there.items()
        if whole and len(stripe.members) < MOST_MEMBERS and _class(_length(stripe)) in wanted:
            given_up.append(stripe)
            fresh.update(stripe.members)
    total = sum(fresh.values())

    def tell() -> None:
        listener(Progress("parity", bytes_done=done.bytes_read, bytes_total=total))

    made: set[str] = set()
    groups: dict[int, list[str]] = {}
    for name, size in sorted(fresh.items()):
        groups.setdefault(_class(size), []).append(name)
    for names in groups.values():
        while names:
            members, names = names[:MOST_MEMBERS], names[MOST_MEMBERS:]
            made |= _make(store, members, fresh, done, tell, cancel)
    old = {name for stripe in given_up for name in stripe.files.values()}
    for name in sorted(old - made):  # a stripe that lacked one of its two may have been made again as it was
        store.delete(name)
    return done


def _sorted_out(
    stripes: Stripes, there: dict[str, int], gone: Callable[[str], bool]
) -> tuple[list[Stripe], list[Stripe]]:
    """(those that stay, those that are given up). A stripe without one of its parity objects is made anew
    where all its members are there."""
    kept, given_up = [], []
    seen: set[str] = set()
    for stripe in sorted(stripes.found.values(), key=lambda each: (-len(each.members), each.digest)):
        of_no_use = any(gone(name) for name in stripe.members) or seen.issuperset(stripe.members)
        in_part = len(stripe.files) < 2 and all(name in there for name in stripe.members)
        if of_no_use or in_part:
            given_up.append(stripe)
        else:
            kept.append(stripe)
            seen.update(stripe.members)
    return kept, given_up


def _class(size: int) -> int:
    """Members of a stripe differ by a factor of two at most: shorter ones are filled up."""
    return size.bit_length()


def _length(stripe: Stripe) -> int:
    return max(stripe.members.values())


def _make(
    store: Store,
    names: list[str],
    size_of: dict[str, int],
    done: Striped,
    tell: Callable[[], None],
    cancel: CancelToken,
) -> set[str]:
    """One stripe, without those of its members that are damaged; names of its parity objects."""
    left, made = list(names), set[str]()
    while left:
        try:
            objects = stripe_objects(store, left, size_of, cancel)
        except DamagedMember as error:
            done.damaged.append(error.name)
            left.remove(error.name)
            continue
        for parts in objects:
            digest = new_sha256()
            for part in parts:
                digest.update(part)
            made.add(name := object_name(PARITY, digest.digest()))
            store.put(name, *parts)
            done.bytes_written += sum(len(part) for part in parts)
        done.stripes += 1
        break
    done.bytes_read += sum(size_of[name] for name in names)
    tell()
    return made


def stripe_objects(
    store: Store, names: Collection[str], size_of: dict[str, int], cancel: CancelToken
) -> tuple[list[Buffer], list[Buffer]]:
    """The two parity objects of these members, in parts. Raises DamagedMember for one that is not what its
    name says, Stopped, and what the store raises."""
    ordered = list(names)
    length = max(size_of[name] for name in ordered)
    digests = [new_sha256() for _ in ordered]
    hashes: list[list[bytes]] = [[] for _ in ordered]
    p_rows: list[bytes] = []
    q_rows: list[bytes] = []

    def piece(place: int, at: int) -> bytes:
        name, size = ordered[place], size_of[ordered[place]]
        wanted = min(_STRIDE * ROW, size - at)
        if wanted <= 0:
            return b""
        try:
            data = store.get(name, at, wanted)
        except IntegrityError:
            raise DamagedMember(name) from None
        if len(data) != wanted:
            raise DamagedMember(name)
        digests[place].update(data)
        hashes[place] += (block_hash(block) for block in _blocks(data))
        return data

    with ThreadPoolExecutor(_READERS, "parity") as pool:

        def ask(at: int) -> Iterator[bytes]:
            return pool.map(lambda place: piece(place, at), range(len(ordered)))

        coming = ask(0)
        for at in range(0, length, _STRIDE * ROW):
            cancel.check()
            data = list(coming)
            coming = ask(at + _STRIDE * ROW)  # read while this is computed with
            for row in range(min(_STRIDE, rows_of(length - at))):
                size = min(ROW, length - at - row * ROW)
                p, q = encode([each[row * ROW : (row + 1) * ROW] for each in data], size)
                p_rows.append(p)
                q_rows.append(q)
    members = []
    for place, name in enumerate(ordered):
        digest = digests[place].digest()
        if "/" in name and digest != digest_of(name):
            raise DamagedMember(name)
        members.append(Member(name, size_of[name], digest, b"".join(hashes[place])))
    return write_parity(members, p_rows, q_rows)


def _blocks(data: bytes) -> Iterable[memoryview]:
    view = memoryview(data)
    return (view[at : at + ROW] for at in range(0, len(data), ROW))
