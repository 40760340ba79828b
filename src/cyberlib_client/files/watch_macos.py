"""Watches of macOS (and of what else watchdog knows), by watchdog's observers."""

from __future__ import annotations

import contextlib
import logging
import os
from typing import Final

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
from .watch_items import Items
from .watch_ports import NotWatched, Place, Told

# Without a filter watchdog asks for more than changes.
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


class ObserverWatches:
    """See `watch.Watches`."""

    def __init__(self, told: Told) -> None:
        self._told = told
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

    def alive(self) -> bool:
        """See `watch.Watches`."""
        return all(thread.is_alive() for thread in (self._observer, *self._observer.emitters))

    def close(self) -> None:
        """See `watch.Watches`."""
        logging.getLogger("watchdog").removeHandler(self._log)
        self._observer.stop()
        self._observer.join()


class _Handler(FileSystemEventHandler):
    def __init__(self, told: Told, place: Place) -> None:
        self._told = told
        self._place = place
        self._items = Items(told, place)

    def on_any_event(self, event: FileSystemEvent) -> None:
        """From watchdog's thread."""
        kind = type(event)
        for native in (event.src_path, event.dest_path):
            if not native:
                continue
            with contextlib.suppress(CyberlibError):  # a name that no vault has
                new = kind in (DirCreatedEvent, DirMovedEvent)
                self._items.changed(to_vault_path(native), event.is_directory, new=new)
        if kind is DirDeletedEvent and to_vault_path(event.src_path) == self._place.path:
            self._told.lost("source_gone")


class _Log(logging.Handler):
    """watchdog tells of events that were dropped in its log alone."""

    def __init__(self, told: Told) -> None:
        super().__init__(logging.WARNING)
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        """From any of its threads."""
        self._told.lost("overflow" if "overflow" in record.getMessage() else "failed")
