"""A practice's folder for the alarm's simulation: on disk behind the real engine, or in memory.

Both take the same operations. A run of the one in memory hands the same entries and bytes to the same code
(`services.signs.Gatherer`) as the engine does, without disk and vault; `ransomware.py` measures that both
tell the same.
"""

from __future__ import annotations

import hashlib
import io
import os
import random
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from cyberlib_client.app.demo import documents, phrases
from cyberlib_client.core.format_v1 import tree as nodes
from cyberlib_client.core.format_v1.tree import Entry, Extra
from cyberlib_client.core.signs import Ending, Signs
from cyberlib_client.files.kinds import HEAD, content_kind
from cyberlib_client.services.counts import Counts
from cyberlib_client.services.signs import Gatherer

BLOCK = 16 * 1024
_LARGE = 256 * 1024


class Tree(Protocol):
    """What work and attacks do to a practice's folder. Paths are `folder/name`, folders one level deep."""

    def files(self) -> list[str]: ...
    def read(self, path: str) -> bytes: ...
    def write(self, path: str, data: bytes, mtime: int) -> None: ...
    def remove(self, path: str) -> None: ...
    def rename(self, path: str, to: str) -> None: ...


class _File(NamedTuple):
    entry: Entry
    data: bytes


class MemoryTree:
    """The files in memory, and what the last run saw of them. Times are the simulation's, in ns."""

    def __init__(self) -> None:
        self._now: dict[str, dict[bytes, _File]] = {}
        self._seen: dict[str, dict[bytes, _File]] = {}
        self._dirty: set[str] = set()
        self._stored: set[bytes] = set()
        self._listed: list[str] | None = None

    def copy(self) -> MemoryTree:
        """Another one in the same state."""
        other = MemoryTree()
        other._now = {folder: dict(files) for folder, files in self._now.items()}
        other._seen = dict(self._seen)  # exchanged as a whole at each run
        other._dirty, other._stored = set(self._dirty), set(self._stored)
        return other

    def __len__(self) -> int:
        return sum(map(len, self._now.values()))

    def files(self) -> list[str]:
        if self._listed is None:
            pairs = ((folder, name) for folder, files in self._now.items() for name in files)
            self._listed = sorted(f"{folder}/{name.decode()}" for folder, name in pairs)
        return list(self._listed)

    def read(self, path: str) -> bytes:
        folder, _, name = path.rpartition("/")
        return self._now[folder][name.encode()].data

    def mtime(self, path: str) -> int:
        folder, _, name = path.rpartition("/")
        return self._now[folder][name.encode()].entry.mtime

    def write(self, path: str, data: bytes, mtime: int) -> None:
        folder, _, name = path.rpartition("/")
        content = hashlib.blake2b(data, digest_size=16).digest() if data else b""
        kind = content_kind(data[:HEAD], name.encode(), len(data)).name
        extra = Extra(database=True) if kind else None
        entry = Entry(name.encode(), nodes.FILE, 0o644, 0, 0, mtime, 0, 0, len(data), content, extra)
        files = self._now.setdefault(folder, {})
        if name.encode() not in files:
            self._listed = None
        files[name.encode()] = _File(entry, data)
        self._dirty.add(folder)

    def remove(self, path: str) -> None:
        folder, _, name = path.rpartition("/")
        del self._now[folder][name.encode()]
        self._listed = None
        if not self._now[folder]:
            del self._now[folder]
        self._dirty.add(folder)

    def rename(self, path: str, to: str) -> None:
        data, mtime = self.read(path), self.mtime(path)
        self.remove(path)
        self.write(to, data, mtime)

    def run(self, at: int, endings: dict[str, Ending]) -> Signs:
        """What a backup sees now, of the folders that changed since the last."""
        gatherer = Gatherer(at, endings, first=not self._seen)
        counts = Counts(files=len(self))
        for folder in sorted(self._dirty):
            before, now = self._seen.get(folder, {}), self._now.get(folder, {})
            shown = b"/" + folder.encode()
            for name in sorted(now):
                self._file(gatherer, counts, shown + b"/" + name, before.get(name), now[name])
            counts.removed_files += len(before.keys() - now.keys())
            if before and now and before != now:
                gatherer.folder(
                    shown,
                    {name: file.entry for name, file in before.items()},
                    [now[name].entry for name in sorted(now)],
                )
            if now:
                self._seen[folder] = dict(now)
            else:
                self._seen.pop(folder, None)
        self._dirty.clear()
        return gatherer.signs(counts)

    def _file(
        self, gatherer: Gatherer, counts: Counts, shown: bytes, before: _File | None, now: _File
    ) -> None:
        if before is now:
            return
        new = 0
        if now.entry.content not in self._stored:
            self._stored.add(now.entry.content)
            new = _new_bytes(before, now)
        gatherer.file(shown, before.entry if before else None, now.entry, now.data, new)
        if before is None:
            counts.new_files += 1
        elif before.entry.content != now.entry.content:
            counts.changed_files += 1


def _new_bytes(before: _File | None, now: _File) -> int:
    if before is None or len(now.data) < _LARGE:
        return len(now.data)
    pairs = range(0, len(now.data), BLOCK)
    return sum(BLOCK for at in pairs if now.data[at : at + BLOCK] != before.data[at : at + BLOCK])


class DiskTree:
    """The same operations on a real folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def files(self) -> list[str]:
        found = []
        for at, _, names in os.walk(self.root):
            below = os.path.relpath(at, self.root).replace(os.sep, "/")
            found += [f"{below}/{name}" for name in names]
        return sorted(found)

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def write(self, path: str, data: bytes, mtime: int) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.utime(target, ns=(mtime, mtime))

    def remove(self, path: str) -> None:
        target = self.root / path
        target.unlink()
        if not any(target.parent.iterdir()):
            target.parent.rmdir()

    def rename(self, path: str, to: str) -> None:
        target = self.root / to
        target.parent.mkdir(parents=True, exist_ok=True)
        source = self.root / path
        source.rename(target)
        if not any(source.parent.iterdir()):
            source.parent.rmdir()


# --- what the files hold ---


@cache
def _pictures() -> list[bytes]:
    """Forty small scans. Each file gets a comment of its own, so that no two are alike."""
    from PIL import Image

    rng = random.Random("pictures")
    made = []
    for number in range(40):
        width, height = 150 + 4 * (number % 10), 210
        noise = Image.frombytes("L", (width, height), rng.randbytes(width * height))
        page = Image.blend(noise, Image.linear_gradient("L").resize((width, height)), 0.7)
        out = io.BytesIO()
        page.save(out, "PNG" if number % 10 == 9 else "JPEG", quality=82)
        made.append(out.getvalue())
    return made


def picture(rng: random.Random) -> bytes:
    """A JPEG."""
    data = rng.choice([p for p in _pictures() if p[:2] == b"\xff\xd8"])
    note = rng.randbytes(8).hex().encode()
    return data[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + data[2:]


def png(rng: random.Random) -> bytes:
    """A PNG; what is added lies before its last chunk."""
    import zlib

    data = rng.choice([p for p in _pictures() if p[:2] != b"\xff\xd8"])
    body = b"tEXt" + b"n\0" + rng.randbytes(8).hex().encode()
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return data[:-12] + chunk + data[-12:]


@cache
def _letters() -> list[bytes]:
    from cyberlib_client.app.demo.records import Letter

    made = []
    for number in range(20):
        rng = random.Random(f"letter {number}")
        body = "\n".join(phrases.letter_body(rng, "le patient", "du dossier") for _ in range(2))
        letter = Letter(
            number, "FICTIF Patient", "2024-01-02", "2024-01-02", "Dr FICTIF", "Compte rendu", body
        )
        made.append(documents.letter_pdf(letter))
    return made


def pdf(rng: random.Random) -> bytes:
    """A letter, with an update of its own behind, as programs append one."""
    return rng.choice(_letters()) + b"%" + rng.randbytes(8).hex().encode() + b"\nstartxref\n0\n%%EOF\n"


def text(rng: random.Random, least: int = 8) -> bytes:
    """A note."""
    return phrases.note(rng, least + rng.randrange(3 * least)).encode()


def office(rng: random.Random, body: bytes | None = None) -> bytes:
    """A document shaped as Office writes it: a zip of XML with a picture now and then."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" * 10)
        archive.writestr("word/document.xml", body or text(rng, 60))
        if rng.random() < 0.3:
            archive.writestr("word/media/image1.jpg", picture(rng))
    return out.getvalue()


def old_office(rng: random.Random) -> bytes:
    """A document in an OLE container, as Word wrote it until 2003."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + text(rng, 80).decode().encode("utf-16-le")


def archive(files: Iterator[tuple[str, bytes]]) -> bytes:
    """A zip of them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files:
            made.writestr(name, data)
    return out.getvalue()


def raw_image(rng: random.Random) -> bytes:
    """What a device writes, uncompressed."""
    line = bytes((x // 3) & 0xFF for x in range(512))
    return bytes(128) + b"DICM" + rng.randbytes(16) + line * (10 + rng.randrange(20))


def database(rng: random.Random, pages: int) -> bytes:
    """Pages that begin as SQLite's do."""
    head = b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20"
    body = bytearray(head + bytes(4096 - len(head)))
    for _ in range(pages - 1):
        body += (text(rng, 40) * 20)[:4096].ljust(4096, b"\0")
    return bytes(body)


def program(rng: random.Random) -> bytes:
    """A library of a program."""
    return b"MZ\x90\0" + bytes(60) + rng.randbytes(200 + rng.randrange(6000)) + bytes(400)


MAKERS = {
    "pdf": (pdf, 26),
    "docx": (office, 14),
    "xlsx": (office, 7),
    "doc": (old_office, 6),
    "txt": (text, 16),
    "jpg": (picture, 18),
    "png": (png, 3),
    "html": (lambda rng: b"<!DOCTYPE html><p>" + text(rng, 30), 4),
    "csv": (lambda rng: b"date;acte;prix\n" + text(rng, 30).replace(b" ", b";"), 3),
    "dcm": (raw_image, 3),
}
"""Kinds of files, each with its maker and how many of a hundred are of it."""


def practice(tree: Tree, rng: random.Random, files: int, now: int) -> None:
    """Fills a folder with what a practice has after years: `files` files, most of them old."""
    kinds = [kind for kind, (_, weight) in MAKERS.items() for _ in range(weight)]
    day = 86_400 * 10**9
    for number in range(files - 12):
        kind = rng.choice(kinds)
        folder = f"Dossier {number // 40:04d}"
        age = rng.randrange(5, 1500) * day
        tree.write(f"{folder}/Pièce {number:06d}.{kind}", MAKERS[kind][0](rng), now - age)
    for number in range(8):
        tree.write(f"Logiciel/module{number}.dll", program(rng), now - 300 * day)
    tree.write("Logiciel/cabinet.sqlite", database(rng, 160), now - day)
    tree.write("Logiciel/index.fic", bytes(200) + text(rng, 300), now - day)
    tree.write("Logiciel/journal.log", b"ouverture\n" * 40, now - day)
    tree.write("Logiciel/coffre.hc", rng.randbytes(60_000), now - 100 * day)
