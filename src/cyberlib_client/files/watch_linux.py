"""Watches of Linux: one thread, one inotify for all sources, through watchdog's bindings.

watchdog's own observer would not do: it tells nobody when events were dropped or a disk was unmounted, and
passes over folders for which the limit leaves no watch.

That a disk was mounted below a source, or left, is told by the table of mounts alone; it counts as a change
of the folder above, so that what is there now is looked at and watched.   proc_pid_mountinfo(5), "poll"
"""

from __future__ import annotations

import errno
import os
import select
import struct
import sys
import threading
from ctypes import get_errno
from typing import Final

from watchdog.observers.inotify_c import (
    InotifyConstants,
    Mask,
    WatchDescriptor,
    inotify_add_watch,
    inotify_init,
    inotify_rm_watch,
)

from .mounts import MountTable
from .watch_ports import NotWatched, Place, Told, inside_of

_EVENTS: Final = Mask(
    InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
    | InotifyConstants.IN_EXCL_UNLINK
)
_HEAD: Final = struct.Struct("iIII")
_READ: Final = 1 << 18
_CAME: Final = InotifyConstants.IN_CREATE | InotifyConstants.IN_MOVED_TO
_WENT: Final = InotifyConstants.IN_DELETE | InotifyConstants.IN_MOVED_FROM
_SELF: Final = InotifyConstants.IN_DELETE_SELF | InotifyConstants.IN_MOVE_SELF


class _Watched:
    """A directory with a watch: where it is, and those in it."""

    __slots__ = ("above", "below", "name", "number", "place")

    def __init__(self, number: WatchDescriptor, name: bytes, above: _Watched | None, place: Place) -> None:
        self.number = number
        self.name = name
        self.above = above
        self.place = place
        self.below: dict[bytes, _Watched] | None = None

    def path(self) -> bytes:
        names = []
        here: _Watched = self
        while here.above is not None:
            names.append(here.name)
            here = here.above
        return b"/".join([self.place.path, *reversed(names)])


class InotifyWatches:
    """See `watch.Watches`."""

    def __init__(self, told: Told) -> None:
        """Raises NotWatched("instances") when the system gives no more of them."""
        self._told = told
        self._fd = inotify_init()
        if self._fd < 0:
            raise NotWatched("instances" if get_errno() == errno.EMFILE else "failed")
        os.set_inheritable(self._fd, False)
        self._wakes, self._waker = os.pipe()
        self._mounts = MountTable()
        self._roots: list[_Watched] = []
        self._lock = threading.Lock()
        self._by_number: dict[int, list[_Watched]] = {}
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def add(self, place: Place) -> None:
        """See `watch.Watches`. A folder that vanishes meanwhile, or that may not be entered, has no watch."""
        root = os.fsencode(place.native)
        with self._lock:
            mine: list[_Watched] = []
            try:
                node = self._watch(root, b"", None, place, mine)
                if node is None:
                    raise NotWatched("missing" if not os.path.isdir(root) else "failed")
                if place.single is None:
                    self._descend(root, node, mine)
                    self._roots.append(node)
            except NotWatched:
                for each in mine:
                    self._forget(each)
                raise

    def alive(self) -> bool:
        """See `watch.Watches`."""
        return self._thread.is_alive()

    def close(self) -> None:
        """See `watch.Watches`."""
        os.write(self._waker, b"!")
        self._thread.join()
        for fd in (self._fd, self._wakes, self._waker):
            os.close(fd)
        self._mounts.close()

    # ---- making watches -----------------------------------------------------------------------

    def _watch(
        self, native: bytes, name: bytes, above: _Watched | None, place: Place, mine: list[_Watched]
    ) -> _Watched | None:
        if above is not None and native in self._mounts.points and self._told.is_remote(native):
            return None  # what is below is only scanned
        number = inotify_add_watch(self._fd, native, _EVENTS)
        if number < 0:
            if get_errno() == errno.ENOSPC:
                raise NotWatched("limit")
            return None  # gone, a link by now, or not ours to enter: the backup tells
        node = _Watched(number, name, above, place)
        self._by_number.setdefault(number, []).append(node)
        if above is not None:
            if above.below is None:
                above.below = {}
            above.below[name] = node
        mine.append(node)
        return node

    def _descend(self, native: bytes, node: _Watched, mine: list[_Watched]) -> None:
        """Watches all below a directory, each before it is listed: what comes later is told."""
        stack = [(native, node, node.path())]
        while stack:
            at, above, path = stack.pop()
            for name in _folders(at):
                below = path + b"/" + name
                if self._is_left_out(above.place, path, name, is_folder=True) or self._told.ignores(below):
                    continue
                inner = os.path.join(at, name)
                made = self._watch(inner, name, above, above.place, mine)
                if made is not None:
                    stack.append((inner, made, below))

    @staticmethod
    def _is_left_out(place: Place, folder: bytes, name: bytes, *, is_folder: bool) -> bool:
        judge = place.leaves_out
        return judge is not None and judge(inside_of(place, folder, name), name, is_folder) is not None

    def _forget(self, node: _Watched) -> None:
        """Takes the watches off a directory and all below it."""
        if node.above is not None and node.above.below is not None:
            node.above.below.pop(node.name, None)
        stack = [node]
        while stack:
            each = stack.pop()
            stack += (each.below or {}).values()
            same = self._by_number.get(each.number, [])
            if each in same:
                same.remove(each)
            if not same and self._by_number.pop(each.number, None) is not None:
                inotify_rm_watch(self._fd, each.number)

    # ---- events -------------------------------------------------------------------------------

    def _run(self) -> None:
        if sys.platform != "linux":
            return
        waiting = select.poll()
        waiting.register(self._fd, select.POLLIN)
        waiting.register(self._wakes, select.POLLIN)
        if self._mounts.fd is not None:
            waiting.register(self._mounts.fd, select.POLLPRI)
        while self._wakes not in (ready := {fd for fd, _ in waiting.poll()}):
            data = os.read(self._fd, _READ) if self._fd in ready else b""
            with self._lock:
                self._events(data)
                for point in self._mounts.changed() if self._mounts.fd in ready else ():
                    self._mounted(point)

    def _mounted(self, point: bytes) -> None:
        """What is at a path is of another disk than before."""
        for root in self._roots:
            native = os.path.join(os.fsencode(root.place.native), b"")
            if not point.startswith(native):
                continue  # of a source itself `Watcher.look` tells
            *names, last = point[len(native) :].split(b"/")
            node: _Watched | None = root
            for name in names:
                node = (node.below or {}).get(name) if node is not None else None
            if node is not None:
                self._item(node, InotifyConstants.IN_CREATE | InotifyConstants.IN_ISDIR, last)

    def _events(self, data: bytes) -> None:
        at = 0
        while at < len(data):
            number, mask, _, size = _HEAD.unpack_from(data, at)
            at += _HEAD.size + size
            if mask & InotifyConstants.IN_Q_OVERFLOW:
                self._told.lost("overflow")
                continue
            name = data[at - size : at].rstrip(b"\0")
            for node in list(self._by_number.get(number, ())):
                self._event(node, mask, name)

    def _event(self, node: _Watched, mask: int, name: bytes) -> None:
        if mask & InotifyConstants.IN_IGNORED:
            self._by_number.pop(node.number, None)
            if node.above is not None and node.above.below is not None:
                node.above.below.pop(node.name, None)
            return
        if mask & InotifyConstants.IN_UNMOUNT:
            self._told.lost("unmounted")
            return
        if mask & _SELF:
            if node.above is None:
                self._told.lost("source_gone")
            return  # the one above tells
        self._item(node, mask, name)

    def _item(self, node: _Watched, mask: int, name: bytes) -> None:
        """Something in a directory came, went or changed; or the directory itself, without a name."""
        folder, place = node.path(), node.place
        if place.single is not None:
            if name == place.single:
                self._told.changed(folder or b"/")
            return
        is_folder = bool(mask & InotifyConstants.IN_ISDIR)
        if name and (
            self._is_left_out(place, folder, name, is_folder=is_folder)
            or self._told.ignores(folder + b"/" + name)
        ):
            return
        self._told.changed(folder or b"/", name)
        if is_folder and name and mask & (_CAME | _WENT):
            old = (node.below or {}).get(name)
            if old is not None:
                self._forget(old)
            if mask & _CAME:
                self._came(node, name)

    def _came(self, node: _Watched, name: bytes) -> None:
        """A directory was made or moved in: it may hold more by now than was told."""
        mine: list[_Watched] = []
        native = os.path.join(self._native(node), name)
        try:
            made = self._watch(native, name, node, node.place, mine)
            if made is not None:
                self._descend(native, made, mine)
        except NotWatched as none:
            self._told.lost(none.reason)
        for each in mine:
            self._told.changed(each.path())

    @staticmethod
    def _native(node: _Watched) -> bytes:
        names = []
        here = node
        while here.above is not None:
            names.append(here.name)
            here = here.above
        return os.path.join(os.fsencode(node.place.native), *reversed(names))


def _folders(at: bytes) -> list[bytes]:
    try:
        with os.scandir(at) as entries:
            return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def watch_limit() -> int | None:
    """How many folders one user may watch, or None where that is not told."""
    try:
        with open("/proc/sys/fs/inotify/max_user_watches", encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None
