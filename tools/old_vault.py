"""A small vault with everything in it that a vault can hold, and what must come out of it.

    PYTHONPATH=src:. python3 tools/old_vault.py tests/old_vaults/v1

makes `vault/` and `expected.json` there. tests/old_vaults/v1 was made once, when format version 1 was
settled, and is never made again: it must open for ever. The end-to-end tests of the rescue program make the
same files anew each time. All of it is invented; nothing comes from a practice.

Needs Linux and a file system with extended attributes and holes.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from cyberlib_client.core import words
from cyberlib_client.core.events import Incident, Progress
from cyberlib_client.core.format_v1.slots import LEAST
from cyberlib_client.core.format_v1.vault import Chunking
from cyberlib_client.core.ports import CancelToken
from cyberlib_client.files.filters import Filters
from cyberlib_client.files.names import display
from cyberlib_client.files.selection import Selection
from cyberlib_client.repository.snapshots import load_snapshots
from cyberlib_client.repository.vault import NewSlot, Vault, create_vault
from cyberlib_client.services.backup import BackupRequest, BackupResult, Source, backup
from cyberlib_client.services.device import identity
from cyberlib_client.system.linux.metadata import LinuxMetadata
from cyberlib_client.transports.folder import FolderStore

Tree = dict[str, dict[str, Any]]

RECOVERY_KEY: Final = bytes(range(100, 132))
PASSPHRASE: Final = "cabinet fictif à la craie"
DEVICE_SECRET: Final = bytes(range(200, 232))
SMALL_CHUNKS: Final = Chunking(minimum=256, average=512, maximum=2048)
"""So that a small file has a list of chunks of two levels."""

PRACTICE: Final = b"/srv/cabinet"
DESK: Final = b"/srv/accueil"
UNREADABLE: Final = b"illisible.bin"
FROM_WINDOWS: Final = b"venu de Windows.txt"
WINDOWS_METADATA: Final = {
    "ads:Zone.Identifier": b"[ZoneTransfer]\r\nZoneId=3\r\n",
    "windows:attributes": bytes([0x21, 0, 0, 0]),
    "windows:sddl": b"O:BAG:SYD:(A;;FA;;;BA)",
}

_SECOND: Final = 1_000_000_000
_DAY: Final = 24 * 3600 * _SECOND
_BEGIN: Final = 1_768_464_000 * _SECOND  # 15 January 2026
_LATER: Final = _BEGIN + 75 * _DAY  # another epoch


def noise(label: str, size: int) -> bytes:
    """Bytes that look random and are the same each time."""
    return hashlib.shake_256(label.encode()).digest(size)


class Draws:
    """A source of "random" bytes that gives the same ones each time: fit for tests alone."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._count = 0

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return noise(f"{self._label} {self._count}", size)


class Metadata:
    """Linux's metadata; also an item that cannot be read, and one as a Windows machine would tell it."""

    def __init__(self) -> None:
        self._real = LinuxMetadata()

    def read(self, target: str | bytes | int, *, is_symlink: bool) -> Mapping[str, bytes]:
        path = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else target
        name = os.path.basename(os.fsencode(path))
        if name == UNREADABLE:
            raise PermissionError(13, "Permission denied")
        if name == FROM_WINDOWS:
            return WINDOWS_METADATA
        return self._real.read(target, is_symlink=is_symlink)


# ---- the files ------------------------------------------------------------------------------------------


def database(pages: list[bytes]) -> bytes:
    """A file that begins as SQLite's do, with pages of 4096 bytes."""
    head = b"SQLite format 3\0" + (4096).to_bytes(2, "big")
    return head.ljust(4096, b"\1") + b"".join(page.ljust(4096, b"\2") for page in pages)


def first_day(root: bytes) -> None:
    """The practice's files as the first backup finds them."""
    _put(root, b"patients.db", database([noise(f"page {i}", 2500) for i in range(6)] + [bytes(4096)]))
    _put(root, b"scans/radio 001.bin", noise("scan", 40_000))
    _put(root, "courriers/lettre à l’hôpital.txt".encode(), "Cher confrère,\n".encode() * 30)
    _put(root, b"courriers/copie.txt", "Cher confrère,\n".encode() * 30)
    os.link(os.path.join(root, b"scans/radio 001.bin"), os.path.join(root, b"courriers/radio.bin"))
    _put(root, b"r\xe9sum\xe9 latin-1.txt", b"un nom qui n'est pas de l'UTF-8\n")
    _put(root, b"vide", b"")
    _put(root, b"outil.sh", b"#!/bin/sh\nexit 0\n", mode=0o755)
    _put(root, b"illisible.bin", b"nobody may read this")
    _put(root, FROM_WINDOWS, b"content\r\n")
    _put(root, b"attributs.txt", b"with attributes\n", attributes={"user.note": b"\0\xff", "user.vide": b""})
    _put(root, b"avant 1970.txt", b"old\n", mtime=-86_400 * _SECOND + 5)
    for i in range(300):
        _put(root, f"beaucoup/fiche {i:03}.txt".encode(), f"fiche {i % 9}\n".encode())
    _put(root, b"/".join([b"profond"] * 20) + b"/fond.txt", b"deep\n")
    _sparse(root, b"creux.img", 1 << 20, {500_000: noise("hole", 3000)})
    _sparse(root, b"tout creux.img", 300_000, {})
    os.symlink("courriers/copie.txt", os.path.join(root, b"dernier"))
    os.symlink(b"../nulle part/\xff", os.path.join(root, b"pendant"))
    os.mkfifo(os.path.join(root, b"tube"), 0o640)
    os.mkdir(os.path.join(root, b"vide.d"), 0o700)
    _settle(root)


def second_day(root: bytes) -> None:
    """A day's work: pages changed, a file grown, one gone, one new."""
    with open(os.path.join(root, b"patients.db"), "r+b") as file:
        file.seek(3 * 4096)
        file.write(noise("new page", 2500))
    with open(os.path.join(root, b"scans/radio 001.bin"), "ab") as file:
        file.write(noise("more", 2000))
    os.unlink(os.path.join(root, b"courriers/copie.txt"))
    _put(root, b"beaucoup/fiche nouvelle.txt", b"new\n")
    _settle(root)


def desk(root: bytes) -> None:
    """Another workstation, with one file that the practice's has too."""
    _put(root, b"agenda.txt", b"9 h 00\n9 h 15\n")
    _put(root, b"lettre.txt", "Cher confrère,\n".encode() * 30)
    _settle(root)


def _put(
    root: bytes,
    name: bytes,
    content: bytes,
    *,
    mode: int = 0o640,
    mtime: int | None = None,
    attributes: Mapping[str, bytes] | None = None,
) -> None:
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), 0o750, exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    for key, value in (attributes or {}).items():
        os.setxattr(path, key, value)
    os.chmod(path, mode)
    time = _BEGIN - len(name) * _DAY - 123_456_789 if mtime is None else mtime
    os.utime(path, ns=(time, time))


def _sparse(root: bytes, name: bytes, size: int, pieces: Mapping[int, bytes]) -> None:
    path = os.path.join(root, name)
    with open(path, "wb") as file:
        for offset, piece in pieces.items():
            file.seek(offset)
            file.write(piece)
        file.truncate(size)


def _settle(root: bytes) -> None:
    """Directories and links get times of their own, deepest first."""
    for folder, folders, names in os.walk(root, topdown=False):
        for name in folders + names:
            path = os.path.join(folder, name)
            if os.path.islink(path) or os.path.isdir(path):
                time = _BEGIN - len(name) * _DAY
                os.utime(path, ns=(time, time), follow_symlinks=False)
    os.utime(root, ns=(_BEGIN, _BEGIN))


# ---- what is on disk, as one compares it ----------------------------------------------------------------


def describe(root: bytes, shown: bytes = b"") -> Tree:
    """All below a folder, and the folder itself: by path, everything that a restore must bring back."""
    found: Tree = {}
    groups: dict[int, list[str]] = {}
    for folder, folders, names in os.walk(root):
        folders.sort()
        here = shown + folder[len(root) :]
        found[display(here)] = _one(folder, os.lstat(folder), {})
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in sorted(names + links):
            path, place = os.path.join(folder, name), display(here + b"/" + name)
            status = os.lstat(path)
            found[place] = _one(path, status, {})
            if status.st_nlink > 1:
                groups.setdefault(status.st_ino, []).append(place)
    return with_hard_links(found, groups.values())


def with_hard_links(tree: Tree, groups: Iterable[list[str]]) -> Tree:
    """Says of each name of a file with several names which of them comes first."""
    for group in groups:
        for place in group if len(group) > 1 else ():
            tree[place]["same_as"] = min(group)
    return tree


_KINDS: Final = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "symlink",
    stat.S_IFIFO: "fifo",
}


def _one(path: bytes, status: os.stat_result, into: dict[str, Any]) -> dict[str, Any]:
    kind = _KINDS[stat.S_IFMT(status.st_mode)]
    into.update(kind=kind, mtime=status.st_mtime_ns)
    if kind == "symlink":
        into["target"] = display(os.readlink(path))
    else:
        into["mode"] = status.st_mode & 0o777
        attributes = {name: os.getxattr(path, name).hex() for name in sorted(os.listxattr(path))}
        into.update({"attributes": attributes} if attributes else {})
    if kind == "file":
        with open(path, "rb") as file:
            content = file.read()
        into.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())
    return into


# ---- the vault ------------------------------------------------------------------------------------------


def new_vault(folder: str, label: str, now: int = _BEGIN) -> Vault:
    """An empty vault with a slot of each kind."""
    slots = [
        NewSlot("recovery", "kit", secret=RECOVERY_KEY),
        NewSlot("passphrase", "phrase", passphrase=PASSPHRASE, cost=LEAST),
        NewSlot("device", "poste", secret=DEVICE_SECRET),
    ]
    return create_vault(
        FolderStore.make(folder), slots, clock=lambda: now, random=Draws(label), chunking=SMALL_CHUNKS
    )


def back_up(vault: Vault, device: str, sources: Mapping[bytes, bytes], now: int, label: str) -> BackupResult:
    """One run of a device. `sources`: the folder on disk by its path in the vault."""
    seed = noise(f"device {device}", 48)
    chosen = [Source(native, path, Selection(Filters([]))) for path, native in sources.items()]
    return backup(
        vault,
        identity(vault.keys, seed, device),
        load_snapshots(vault.store, vault.keys),
        BackupRequest(chosen, label=label, user="", client="cyberlib 0.1"),
        metadata=Metadata(),
        owners=lambda _users, _groups: ({0: "root"}, {0: "root"}),
        clock=lambda: now,
        random=Draws(f"{device} {now}"),
        listener=_ignore,
        cancel=CancelToken(),
    )


def _ignore(event: Progress | Incident) -> None:
    """What a run tells is not of interest here."""


def make(folder: Path) -> None:
    """The frozen vault and what must come out of it."""
    vault = new_vault(str(folder / "vault"), "frozen")
    snapshots = []
    with tempfile.TemporaryDirectory() as place:
        practice, reception = os.fsencode(place) + b"/p", os.fsencode(place) + b"/d"
        os.makedirs(practice)
        os.makedirs(reception)
        first_day(practice)
        desk(reception)
        first = describe(practice, PRACTICE)
        runs = [_run(vault, "Cabinet 1", PRACTICE, practice, _BEGIN + _DAY, first)]
        runs.append(_run(vault, "Accueil", DESK, reception, _BEGIN + 2 * _DAY, describe(reception, DESK)))
        second_day(practice)
        changes = difference(first, describe(practice, PRACTICE))
        runs.append({"after": 0, **_run(vault, "Cabinet 1", PRACTICE, practice, _LATER, changes)})
        snapshots += runs
    expected = {
        "words": " ".join(words.encode(RECOVERY_KEY)),
        "passphrase": PASSPHRASE,
        "device_secret": DEVICE_SECRET.hex(),
        "vault": vault.id,
        "without_content": display(PRACTICE + b"/" + UNREADABLE),
        "snapshots": snapshots,
    }
    text = json.dumps(expected, ensure_ascii=False, sort_keys=True)
    # A line for each item: an expectation is read by people, and shows in a diff.
    text = text.replace(', "/srv/', ',\n"/srv/').replace('"tree": {', '"tree": {\n')
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def _run(vault: Vault, device: str, path: bytes, native: bytes, now: int, tree: object) -> dict[str, Any]:
    label = f"{device}, {now // _DAY}"
    result = back_up(vault, device, {path: native}, now, label)
    return {
        "id": result.snapshot.id,
        "device": device,
        "sequence": result.snapshot.snapshot.sequence,
        "time": now,
        "label": label,
        "incidents": [incident.code for incident in result.incidents],
        "tree": tree,
    }


def difference(before: Tree, after: Tree) -> dict[str, dict[str, Any] | None]:
    """What to change in one tree to have the other; None where something is gone."""
    changed: dict[str, dict[str, Any] | None] = {
        path: item for path, item in after.items() if before.get(path) != item
    }
    return changed | dict.fromkeys(before.keys() - after.keys())


if __name__ == "__main__":
    target = Path(sys.argv[1])
    if (target / "vault").exists():
        raise SystemExit(f"{target} is frozen: it is never made again")
    make(target)
