"""Watches of Windows and macOS, by watchdog's observers."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
from typing import Any, Final

from watchdog.events import (
    DirAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from ..core.errors import CyberlibError
from .names import to_vault_path
from .watch_ports import NotWatched, Place, Told, inside_of

# Without a filter watchdog asks for more than changes, on Linux so much that its own looks keep it busy.
_KINDS: Final[list[type[FileSystemEvent]]] = [
    FileCreatedEvent,
    FileModifiedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileClosedEvent,
    FileAttribEvent,
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    DirModifiedEvent,
    DirAttribEvent,
]
_LAST_ACCESS: Final = 0x20
"""FILE_NOTIFY_CHANGE_LAST_ACCESS: reading a file, as a backup does, is no change of it."""


class ObserverWatches:
    """See `watch.Watches`."""

    def __init__(self, told: Told) -> None:
        self._told = told
        if sys.platform == "win32":
            from watchdog.observers import winapi

            winapi.WATCHDOG_FILE_NOTIFY_FLAGS &= ~_LAST_ACCESS
        self._observer = Observer()
        self._log = _Log(told)
        logging.getLogger("watchdog").addHandler(self._log)
        self._observer.start()

    def add(self, place: Place) -> None:
        """See `watch.Watches`."""
        handler = _Handler(self._told, place)
        path = os.fsdecode(place.native)
        try:
            self._observer.schedule(handler, path, recursive=place.single is None, event_filter=_KINDS)
        except OSError as error:
            raise NotWatched("failed" if os.path.isdir(path) else "missing") from error
        if sys.platform == "win32":
            for emitter in self._observer.emitters:
                reader = getattr(emitter, "_reader", None)
                if reader is not None and not isinstance(reader._buf_queue, _Buffers):
                    reader._buf_queue = _Buffers(reader._buf_queue, self._told)

    def alive(self) -> bool:
        """See `watch.Watches`."""
        threads = [self._observer, *self._observer.emitters]
        threads += [r for e in self._observer.emitters if (r := _reader_of(e)) is not None]
        return all(thread.is_alive() for thread in threads)

    def close(self) -> None:
        """See `watch.Watches`."""
        logging.getLogger("watchdog").removeHandler(self._log)
        self._observer.stop()
        self._observer.join()


def _reader_of(emitter: Any) -> Any:
    reader = getattr(emitter, "_reader", None)
    return getattr(reader, "_reader_thread", None)


class _Handler(FileSystemEventHandler):
    def __init__(self, told: Told, place: Place) -> None:
        self._told = told
        self._place = place

    def on_any_event(self, event: FileSystemEvent) -> None:
        """From watchdog's thread."""
        kind = type(event)
        for native in (event.src_path, event.dest_path):
            if not native:
                continue
            with contextlib.suppress(CyberlibError):  # a name that no vault has
                new = kind in (DirCreatedEvent, DirMovedEvent)
                self._item(to_vault_path(native), event.is_directory, new=new)
        if kind is DirDeletedEvent and to_vault_path(event.src_path) == self._place.path:
            self._told.lost("source_gone")

    def _item(self, path: bytes, is_folder: bool, *, new: bool) -> None:
        place = self._place
        folder, _, name = path.rpartition(b"/")
        if place.single is not None:
            if name == place.single:
                self._told.changed(folder or b"/")
            return
        if path == place.path:
            self._told.changed(path or b"/")
            return
        if self._is_left_out(folder, name, is_folder):
            return
        self._told.changed(folder or b"/")
        if is_folder and new:
            self._told.changed(path)

    def _is_left_out(self, folder: bytes, name: bytes, is_folder: bool) -> bool:
        """An item, or a folder above it: the observer watches those too."""
        place, judge = self._place, self._place.leaves_out
        while True:
            if self._told.ignores(folder + b"/" + name):
                return True
            if judge is not None and judge(inside_of(place, folder, name), name, is_folder) is not None:
                return True
            if len(folder) <= len(place.path):
                return False
            folder, _, name = folder.rpartition(b"/")
            is_folder = True


class _Log(logging.Handler):
    """watchdog tells of events that were dropped in its log alone."""

    def __init__(self, told: Told) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        """From any of its threads."""
        self._told.lost("overflow" if "overflow" in record.getMessage() else "failed")


class _Buffers(queue.Queue[Any]):
    """What Windows filled: nothing, when more had changed than there was room for."""

    def __init__(self, before: queue.Queue[Any], told: Told) -> None:
        super().__init__()
        self._told = told
        with contextlib.suppress(queue.Empty):
            while True:
                self.put(before.get_nowait())

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """From the reader's thread."""
        if not item[0]:
            self._told.lost("overflow")
        super().put(item, block, timeout)
