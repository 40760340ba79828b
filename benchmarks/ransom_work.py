"""Months of a practice's ordinary work, with the bursts that ordinary work has."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import ransom_tree as made
from .ransom_tree import Tree

Burst = Callable[[Tree, random.Random, int, int], None]
"""A burst of work in a tree: its source of chance, the time (ns), and how many files the practice has."""

DAY = 86_400 * 10**9


def workday(tree: Tree, rng: random.Random, now: int, number: int) -> None:
    """A day: letters, notes, scans, documents gone on with, the database, a rotated and encrypted dump."""
    folder = f"Dossier {9000 + number // 8:04d}"
    for index in range(rng.randrange(3, 14)):
        kind = rng.choice(("pdf", "txt", "jpg", "docx"))
        tree.write(f"{folder}/Acte {number:05d}-{index}.{kind}", made.MAKERS[kind][0](rng), now)
    files = tree.files()
    for path in rng.sample(files, min(len(files), 40)):
        kind = path.rpartition(".")[2]
        if kind in ("docx", "xlsx", "txt", "csv") and rng.random() < 0.25:
            tree.write(path, made.MAKERS[kind][0](rng), now)
        elif rng.random() < 0.01:
            tree.remove(path)
        elif rng.random() < 0.01:
            folder_of, _, name = path.rpartition("/")
            tree.rename(path, f"{folder_of}/{number} {name}")
    _database(tree, rng, now)
    _append(tree, "Logiciel/journal.log", f"jour {number}\n".encode() * 3, now)
    tree.write(f"Sauvegardes/dump-{number:05d}.enc", rng.randbytes(3000), now)
    if f"Sauvegardes/dump-{number - 7:05d}.enc" in tree.files():
        tree.remove(f"Sauvegardes/dump-{number - 7:05d}.enc")


def _database(tree: Tree, rng: random.Random, now: int) -> None:
    if "Logiciel/cabinet.sqlite" not in tree.files():
        return  # lost to an attack
    data = bytearray(tree.read("Logiciel/cabinet.sqlite"))
    for _ in range(6):
        at = 4096 * rng.randrange(1, len(data) // 4096)
        data[at : at + 200] = made.text(rng, 10).ljust(200)[:200]
    tree.write("Logiciel/cabinet.sqlite", bytes(data), now)


def _append(tree: Tree, path: str, data: bytes, now: int) -> None:
    if path in tree.files():
        tree.write(path, tree.read(path) + data, now)


def _of(tree: Tree, *kinds: str) -> list[str]:
    return [path for path in tree.files() if path.rpartition(".")[2] in kinds]


def _some(tree: Tree, rng: random.Random, most: int, *kinds: str) -> list[str]:
    found = _of(tree, *kinds)
    return rng.sample(found, min(most, len(found)))


def scanner_folder(tree: Tree, rng: random.Random, now: int, files: int) -> None:
    """A third as many JPEG as there are files, all at once."""
    for number in range(files // 3):
        tree.write(f"Numérisations {now}/scan {number:05d}.jpg", made.picture(rng), now)


def migration(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """The practice's software rewrites its database, and leaves the old one beside."""
    old = tree.read("Logiciel/cabinet.sqlite")
    tree.write(f"Logiciel/cabinet-{now}.bak", old, now)
    tree.write("Logiciel/cabinet.sqlite", made.database(rng, len(old) // 4096 + 2), now)


def conversion(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """Documents of old Office become new ones."""
    for path in _some(tree, rng, 400, "doc"):
        tree.write(f"{path.removesuffix('.doc')}.docx", made.office(rng), now)
        tree.remove(path)


def moved_folders(tree: Tree, rng: random.Random, _now: int, _files: int) -> None:
    """Folders are put elsewhere under other names."""
    folders = sorted({path.rpartition("/")[0] for path in tree.files() if path.startswith("Dossier")})
    for folder in rng.sample(folders, len(folders) // 10):
        for path in [p for p in tree.files() if p.startswith(f"{folder}/")]:
            tree.rename(path, f"Classé {path}")


def unpacked(tree: Tree, rng: random.Random, now: int, files: int) -> None:
    """An archive comes, is unpacked, and is packed again: the unpacked files go."""
    paths = {}
    for number in range(files // 10):
        kind = rng.choice(("txt", "pdf", "html"))
        paths[f"Export {now}/{number}.{kind}"] = made.MAKERS[kind][0](rng)
    tree.write(f"Reçus/export {now}.zip", made.archive(iter(paths.items())), now)
    for path, data in paths.items():
        tree.write(path, data, now)


def update(tree: Tree, rng: random.Random, now: int, files: int) -> None:
    """Software is updated: programs and data of its own change, come and go."""
    known = set(tree.files())
    for number in range(files // 4):
        kind = ("dll", "exe", "dat", "res", "html")[number % 5]
        data = made.program(rng) if number % 5 < 2 else rng.randbytes(800) if number % 5 < 4 else b""
        path = f"Programme {number // 50}/partie{number}.{kind}"
        tree.write(path, data or b"<html>" + made.text(rng), now)
    for path in rng.sample(sorted(known), min(40, len(known))):
        if path.startswith("Programme"):
            tree.remove(path)
    for number in range(files // 200):
        tree.write(f"Programme {number}/LISEZMOI.txt", b"Version " + str(now).encode(), now)


def checkout(tree: Tree, rng: random.Random, now: int, files: int) -> None:
    """Another state of a folder of sources: text files change, come and go in many folders."""
    for number in range(files // 12):
        path = f"Sources {number // 20}/module{number}.py"
        if rng.random() < 0.8:
            tree.write(path, made.text(rng, 20), now)
        elif path in tree.files():
            tree.remove(path)
    for number in range(8):
        tree.write(f"Sources/objet{now}{number}", b"\x78\x01" + rng.randbytes(300), now)


def photos(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """Pictures are made smaller, in place."""
    for path in _some(tree, rng, 600, "jpg"):
        tree.write(path, made.picture(rng), now)


def container(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """An encrypted container grows, and a second one is made."""
    _append(tree, "Logiciel/coffre.hc", rng.randbytes(8000), now)
    tree.write(f"Logiciel/coffre {now}.hc", rng.randbytes(30_000), now)


def put_back(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """Old states of many files are restored onto the disk, some under other names."""
    for path in _some(tree, rng, 500, "docx", "txt", "pdf", "jpg"):
        stem, _, kind = path.rpartition(".")
        to = path if rng.random() < 0.5 else f"{stem} (restauré).{kind}"
        tree.write(to, made.MAKERS[kind][0](rng), now - rng.randrange(900) * DAY)


def year_end(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """Old folders are packed into an archive, with a password for some, and removed."""
    folders = sorted({path.rpartition("/")[0] for path in tree.files() if path.startswith("Dossier 0")})
    for folder in rng.sample(folders, min(4, len(folders))):
        inside = [path for path in tree.files() if path.startswith(f"{folder}/")]
        data = made.archive((path, tree.read(path)) for path in inside)
        tree.write(f"Archives/{folder.rpartition('/')[2]} {now}.zip", data, now)
        for path in inside:
            tree.remove(path)


def protected(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """Some documents get a password, others are encrypted to be sent, beside or instead."""
    for path in _some(tree, rng, 5, "docx"):
        tree.write(path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + rng.randbytes(9000), now)
    for number, path in enumerate(_some(tree, rng, 8, "pdf")):
        tree.write(f"{path}.gpg", b"\x85\x02\x0c" + rng.randbytes(4000), now)
        if number < 3:
            tree.remove(path)


def renamed_photos(tree: Tree, rng: random.Random, _now: int, _files: int) -> None:
    """Pictures get their date for a name; copies of documents get one more ending."""
    for number, path in enumerate(_some(tree, rng, 200, "jpg")):
        tree.rename(path, f"{path.rpartition('/')[0]}/2024-05-{number % 28:02d} {number}.jpg")
    for path in _some(tree, rng, 30, "docx"):
        tree.rename(path, f"{path}.old")


def cloud(tree: Tree, rng: random.Random, now: int, _files: int) -> None:
    """A program that encrypts what it synchronises makes its folder."""
    for _ in range(120):
        tree.write(f"Nuage {now}/{rng.randbytes(9).hex()}.c9r", rng.randbytes(1500), now)


def spring_cleaning(tree: Tree, rng: random.Random, _now: int, files: int) -> None:
    """Many files are thrown away."""
    for path in _some(tree, rng, files // 20, "jpg", "txt", "html"):
        tree.remove(path)


BURSTS: dict[str, Burst] = {
    "scanner folder": scanner_folder,
    "migration of the database": migration,
    "Office conversion": conversion,
    "folders moved": moved_folders,
    "archive unpacked": unpacked,
    "software update": update,
    "checkout": checkout,
    "photos re-encoded": photos,
    "container grows": container,
    "restored onto the disk": put_back,
    "year-end archive": year_end,
    "documents protected": protected,
    "photos renamed": renamed_photos,
    "encrypting cloud folder": cloud,
    "spring cleaning": spring_cleaning,
}
"""Each happens some three times a year."""
A_YEAR = 3
