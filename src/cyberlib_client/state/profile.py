"""Where one installation keeps its things.

settings.toml     what the user chose; edited by hand if need be. Not a cache.
alarm.json        the ransomware alarm: what this device's backups saw, decoys, the alarm. Not a cache.
copies.json       second copies: when each was last seen and made. Not a cache.
certificates/     proofs of restores that were tried, signed. Not a cache.
refusals.json     the register of refusals; refusals/: ids of what is to be proven gone. Not a cache.
first-run.json    how far the window's first run is, as far as it cannot be seen: words that are owed. Not
                  a cache.
retention.json    when the policy was last applied, and what the clock showed. Not a cache.
credentials/      this workstation's secrets. Not a cache.
    device.json   which keeper holds the device secret, and under which name; `.coming` beside it: of a slot
                  that is being made
    identity      the workstation's signing key, sealed by the vault's key
    slots.json    the newest slot table seen: an older one, put back, is refused
    locked        somebody left the window: it takes a secret, also after it was closed
    …             the device secret itself, when it is kept in a file by explicit choice
escrow/           what officers were entrusted with, a request to them: see `escrow`. Not a cache.
state/            a cache: may be deleted between any two commands
    seen.json     newest snapshots seen, damaged packs found
    watch.json    what a run that looks only where something changed may begin from
    receipt-times when the vault's host received each snapshot
    packs-read    when each pack of the vault was last read whole
    walked        how far a walk of all trees came that was cut short
    names         names in the vault, for searches, sealed by its key
    copy-read-…   the same of the objects of a copy; copy-…: held while it is made
    history.sqlite   runs and how they ended, incidents, moments between runs; `.damaged`, one set aside
    at-work-…     held by a process while a run of it is at work
    timetable.json   when the agent's next run is due, a pause
    near-….sqlite what is kept of a vault that is far away, sealed as it is there
    drills.json   where a restore is being tried; drill/: the usual place for it
    room/         copies of databases, each there while it is read
    window/       held by the window that is open, and where it listens for a second start
    crashes/      what went wrong inside the program, without names of files
lock              held while a run changes something
agent.json        where the agent listens, while it does
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

from ..core.platform import PrivateFiles
from .private_file import clear_unfinished, make_private_folder, remove_file, write_private


class Profile:
    """The folders of one installation. Making an object touches nothing on disk.

    `private`: how this system keeps files to one user, asked for when the first is written.
    """

    def __init__(self, root: str, private: Callable[[], PrivateFiles]) -> None:
        self._private = private
        self.root = os.path.abspath(root)
        self.settings = os.path.join(self.root, "settings.toml")
        self.alarm = os.path.join(self.root, "alarm.json")
        self.copies = os.path.join(self.root, "copies.json")
        self.refusals = os.path.join(self.root, "refusals.json")
        self.retention = os.path.join(self.root, "retention.json")
        self.credentials = os.path.join(self.root, "credentials")
        self.device = os.path.join(self.credentials, "device.json")
        self.identity = os.path.join(self.credentials, "identity")
        self.slots = os.path.join(self.credentials, "slots.json")
        self.window_lock = os.path.join(self.credentials, "locked")
        self.state = os.path.join(self.root, "state")
        self.watch = os.path.join(self.state, "watch.json")
        self.seen = os.path.join(self.state, "seen.json")
        self.packs_read = os.path.join(self.state, "packs-read")
        self.walked = os.path.join(self.state, "walked")
        self.names = os.path.join(self.state, "names")
        self.history = os.path.join(self.state, "history.sqlite")
        self.runs = os.path.join(self.state, "runs.jsonl")  # before there was a history: taken over
        self.room = os.path.join(self.state, "room")
        self.timetable = os.path.join(self.state, "timetable.json")
        self.certificates = os.path.join(self.root, "certificates")
        self.drill = os.path.join(self.state, "drill")
        self.drill_lock = os.path.join(self.state, "drill.lock")
        self.window = os.path.join(self.state, "window")
        self.window_address = os.path.join(self.window, "address")
        self.crashes = os.path.join(self.state, "crashes")
        self.lock = os.path.join(self.root, "lock")
        self.agent = os.path.join(self.root, "agent.json")

    @property
    def private(self) -> PrivateFiles:
        """What makes its folders and files."""
        return self._private()

    def make(self) -> None:
        """Makes the profile's own folder. Raises Failed("profile_full"), ("profile_denied")."""
        self._make(self.root)

    def write(self, path: str, data: bytes) -> None:
        """Replaces one of its files by `data`, whole or not at all, and makes the folders above that are
        absent; only their owner may enter or read them. Raises as `make`."""
        self._make(os.path.dirname(path))
        write_private(self.private, path, data)

    def remove(self, path: str) -> None:
        """Removes one of its files; absent is no error. Raises as `make`."""
        remove_file(path)

    def near(self, vault: str) -> str:
        """Where what is kept of a vault at a host lies."""
        return os.path.join(self.state, f"near-{vault}.sqlite")

    def make_file(self, path: str) -> None:
        """Makes one of its files, empty, unless it is there. Raises as `make`."""
        if not os.path.exists(path):
            self.write(path, b"")

    def make_folder(self, path: str) -> None:
        """Makes one of its folders, for their owner alone, unless it is there. Raises as `make`."""
        self._make(path)

    def clear_unfinished(self, now: float) -> None:
        """Removes what processes that were killed while they wrote left of its files. `now`: seconds since
        1970. Never raises."""
        for folder in (self.root, self.credentials, self.state, self.certificates):
            clear_unfinished(folder, now)

    def make_room(self) -> str:
        """Makes the folder for copies, empty, and returns its path. Raises as `make`."""
        self._make(self.room)
        for name in os.listdir(self.room):  # of a run that was killed
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(self.room, name))
        return self.room

    def _make(self, folder: str) -> None:
        if folder != self.root and not os.path.isdir(folder):
            self._make(os.path.dirname(folder))
        make_private_folder(self.private, folder)


def default_root() -> str:
    """Where the system wants this user's profile."""
    import platformdirs  # only when no --profile is given

    name = "CyberLib" if sys.platform in ("win32", "darwin") else "cyberlib"
    return platformdirs.user_data_dir(name, appauthor=False)
