"""Is each object of a second copy what its name says? What is not comes from the vault, else from parity.

No key is needed. Whether all is there that snapshots rely on is another question, for who has the keys.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal, NamedTuple

from ..core.crypto import sha256
from ..core.errors import CyberlibError, IntegrityError, Unreachable, UsageError
from ..core.events import Listener, Progress
from ..core.format_v1.parity import LARGEST_OBJECT
from ..core.format_v1.vault import OBJECT_NAME, read_vault_header
from ..core.ids import digest_of
from ..core.ports import OBJECT_KINDS, PARITY, CancelToken, Store
from .copying import on_copy, sizes
from .mending import StripeReader
from .stripes import Stripes, read_stripes

Reason = Literal["missing", "damaged"]
From = Literal["vault", "parity", "none"]
Choose = Callable[[Mapping[str, int]], Iterable[str]]
_READERS: Final = 2
_TICK: Final = 0.1


class CopyFault(NamedTuple):
    """An object of the copy that is absent or damaged. `by`: what brings it back; `mended`: it did."""

    name: str
    reason: Reason
    by: From
    mended: bool


@dataclass(slots=True)
class CopyChecked:
    """What a check found. `uncovered`: objects that no stripe covers, None where the copy has no parity."""

    objects: int = 0
    bytes: int = 0
    faults: list[CopyFault] = field(default_factory=list)
    uncovered: int | None = None
    seconds: float = 0.0


def check_copy(
    copy: Store,
    vault: Store | None,
    *,
    repair: bool,
    listener: Listener,
    cancel: CancelToken,
    choose: Choose = list,
    on_read: Callable[[str, bool], None] = lambda _name, _sound: None,
) -> CopyChecked:
    """Reads a copy, and tells what is wrong and what would bring it back.

    `choose`: of the objects that are there, with their sizes, those to read; all by default. `on_read` is
    told of each that was, and whether it is sound.

    `vault`: what it is a copy of, where that can be reached. `repair`: brings it back; an object that is
    damaged goes only once what takes its place was read and is sound. Without it nothing is written. Raises
    Stopped, and as `copying.on_copy`.
    """
    begun = time.monotonic()
    checked = CopyChecked()
    there = sizes(copy, (*OBJECT_KINDS, PARITY))
    header = on_copy(copy, lambda: copy.size(OBJECT_NAME))
    if header is not None:
        there[OBJECT_NAME] = header
    stripes = on_copy(copy, lambda: read_stripes(copy, cancel))
    digests = _header_digest(copy, stripes)
    wanted = {name: there[name] for name in choose(there)}
    reading = _Reading(copy, wanted, digests, checked, on_read, listener, cancel)
    reading.read()
    for name in reading.gone:  # by another's run since it was listed; a stripe may tell of it
        del there[name]
    bad: dict[str, Reason] = dict.fromkeys(reading.bad, "damaged")
    # What a stripe tells of and is not there; slot tables are replaced, and go.
    bad |= {name: "missing" for name in stripes.members - there.keys() if not name.startswith("slots/")}
    if header is None:
        bad[OBJECT_NAME] = "missing"
    mender = _Mender(copy, vault, stripes, bad, checked, repair=repair, cancel=cancel)
    mender.mend()
    if any(name.startswith(f"{PARITY}/") for name in there):
        covered = stripes.members
        objects = (name for name in there if not name.startswith(f"{PARITY}/"))
        checked.uncovered = sum(1 for name in objects if name not in covered)
    checked.faults.sort()
    checked.seconds = time.monotonic() - begun
    return checked


def _header_digest(copy: Store, stripes: Stripes) -> dict[str, bytes]:
    """SHA-256 of what is not named by it, as a stripe tells it."""
    for stripe in stripes.found.values():
        if OBJECT_NAME in stripe.members:
            table = StripeReader(copy, stripe).table
            for member in table.members if table is not None else ():
                if member.name == OBJECT_NAME:
                    return {OBJECT_NAME: member.digest}
    return {}


def _is_sound(name: str, data: bytes, digests: Mapping[str, bytes]) -> bool:
    if name != OBJECT_NAME:
        return sha256(data) == digest_of(name)
    if name in digests:
        return sha256(data) == digests[name]
    try:
        read_vault_header(data)
    except (IntegrityError, UsageError):
        return False
    return True


class _Reading:
    """Objects of a copy, read in several threads. `bad`: those that are not what they should be; `gone`: no
    more there."""

    def __init__(
        self,
        copy: Store,
        there: Mapping[str, int],
        digests: Mapping[str, bytes],
        checked: CopyChecked,
        on_read: Callable[[str, bool], None],
        listener: Listener,
        cancel: CancelToken,
    ) -> None:
        self._copy, self._there, self._digests = copy, there, digests
        self._checked, self._listener, self._cancel = checked, listener, cancel
        self._on_read = on_read
        self._total = sum(there.values())
        self._work: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._failures: list[BaseException] = []
        self._next = 0.0
        self.bad: list[str] = []
        self.gone: list[str] = []

    def read(self) -> None:
        """All of them. Raises Stopped, and as `on_copy`."""
        for name in sorted(self._there):
            self._work.put(name)
        threads = [
            threading.Thread(target=self._run, name=f"check-{i}", daemon=True) for i in range(_READERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self._cancel.check()
        if self._failures:
            raise self._failures[0]
        if self.bad:  # of a disk that is gone, nothing is sound
            sizes(self._copy, ("slots", "snapshots"))

    def _run(self) -> None:
        while not self._failures and not self._cancel.cancelled:
            try:
                name = self._work.get_nowait()
            except queue.Empty:
                return
            self._cancel.look()
            try:
                on_copy(self._copy, partial(self._look, name))
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                self._failures.append(error)

    def _look(self, name: str) -> None:
        try:
            fits = self._there[name] <= LARGEST_OBJECT  # a larger one is none, and would fill the memory
            sound = fits and _is_sound(name, self._copy.get(name), self._digests)
        except IntegrityError as error:  # the disk does not give it back
            if error.code == "object_missing" and self._copy.size(name) is None:
                with self._lock:
                    self.gone.append(name)
                return
            sound = False
        with self._lock:
            if not sound:
                self.bad.append(name)
            self._on_read(name, sound)
            self._checked.objects += 1
            self._checked.bytes += self._there[name]
            self._tell()

    def _tell(self) -> None:
        now, done = time.monotonic(), self._checked
        if now < self._next and done.objects < len(self._there):
            return
        self._next = now + _TICK
        told = Progress("check", done.objects, len(self._there), done.bytes, self._total)
        self._listener(told)


class _Mender:
    """Brings back what is damaged or missing, or tells what would."""

    def __init__(
        self,
        copy: Store,
        vault: Store | None,
        stripes: Stripes,
        bad: Mapping[str, Reason],
        checked: CopyChecked,
        *,
        repair: bool,
        cancel: CancelToken,
    ) -> None:
        self._copy, self._vault, self._stripes = copy, vault, stripes
        self._bad, self._checked = bad, checked
        self._repair, self._cancel = repair, cancel

    def mend(self) -> None:
        """All of it: at the vault, then by stripes, then the parity objects themselves."""
        left = [name for name in sorted(self._bad) if not self._at_vault(name)]
        of: dict[bytes, list[str]] = defaultdict(list)
        for name in left:
            if not name.startswith(f"{PARITY}/"):
                stripe = next((s for s in self._stripes.found.values() if name in s.members), None)
                of[stripe.digest if stripe is not None else b""].append(name)
        needed: set[str] = set()
        for digest, names in of.items():
            stripe = self._stripes.found.get(digest)
            if stripe is None:
                for name in names:
                    self._note(name, "none")
                continue
            for name, data in StripeReader(self._copy, stripe).rebuilt(names, self._cancel):
                self._note(name, "parity" if data is not None else "none", data)
                if data is None:
                    needed.update(stripe.files.values())
        for name in left:
            if name.startswith(f"{PARITY}/"):
                self._drop_parity(name, keep=name in needed)

    def _drop_parity(self, name: str, *, keep: bool) -> None:
        """A damaged parity object: `stripes.bring_up_to_date` makes it anew, once its members are whole."""
        if self._repair and not keep:
            on_copy(self._copy, partial(self._copy.delete, name))
        self._checked.faults.append(
            CopyFault(name, self._bad[name], "none" if keep else "parity", self._repair and not keep)
        )

    def _at_vault(self, name: str) -> bool:
        if self._vault is None or name.startswith(f"{PARITY}/"):
            return False
        try:
            data = self._vault.get(name)
            sound = _is_sound(name, data, {})
        except Unreachable:
            self._vault = None
            return False
        except CyberlibError:
            return False
        if sound:
            self._note(name, "vault", data)
        return sound

    def _note(self, name: str, by: From, data: bytes | None = None) -> None:
        mended = self._repair and data is not None
        if mended and data is not None:
            whole = data

            def put() -> None:
                (self._copy.replace if self._bad[name] == "damaged" else self._copy.put)(name, whole)

            on_copy(self._copy, put)
        self._checked.faults.append(CopyFault(name, self._bad[name], by, mended))
