"""The practice's folders, made in one go and worked in day after day.

Besides what a practice really keeps, the folders hold what backups stumble on: accents, spaces, a very
long name, a decomposed accent, a path beyond 260 characters, a symbolic link, a hard link, empty files
and an empty folder.
"""

from __future__ import annotations

import os
import random
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from ...core.windows_paths import extended
from . import documents, phrases
from .records import Letter, create_database, letters_of, work_day

DATABASE = Path("Logiciel médical", "Base de données", "cabinet.sqlite")
LETTERS = Path("Courriers")
SCANS = Path("Numérisations")
TEMPLATES = Path("Modèles")
INBOX = Path("À classer")
DEEP = Path("Imagerie", *(f"Niveau {n:02d} - comptes rendus antérieurs" for n in range(1, 9)))
_FILED = " - classé"


class PracticeSize(NamedTuple):
    """How large a practice to make. Sizes in bytes."""

    database_bytes: int
    letters: int  # each as PDF and as text; never more than the database holds
    scans: int


SIZES: dict[str, PracticeSize] = {
    "tiny": PracticeSize(400_000, 6, 2),
    "small": PracticeSize(8_000_000, 120, 40),
    "medium": PracticeSize(200_000_000, 1_500, 400),
    "large": PracticeSize(2_000_000_000, 4_000, 1_200),
}
SizeName = Literal["tiny", "small", "medium", "large"]


class Practice(NamedTuple):
    """What was made. `left_out` names the links this system did not let us make."""

    database: Path
    files: int
    bytes: int
    left_out: tuple[str, ...]


class Day(NamedTuple):
    """What a day's work changed. Paths are relative to the practice's folder."""

    day: date
    visits: int
    acts: int
    corrections: int
    new_files: tuple[Path, ...]
    renamed: tuple[Path, Path]


def make_practice(root: Path, *, size: SizeName | PracticeSize = "small", seed: int = 1) -> Practice:
    """Make a whole practice in the folder `root`, new or empty. Raises FileExistsError otherwise.

    On Windows it holds a path beyond 260 characters: walk and remove it as `any_length(root)`.
    """
    root.mkdir(parents=True, exist_ok=True)
    if any(root.iterdir()):
        raise FileExistsError(str(root))
    wanted = SIZES[size] if isinstance(size, str) else size
    root, rng = any_length(root), random.Random(f"practice {seed}")
    for folder in (DATABASE.parent, LETTERS, SCANS, TEMPLATES, INBOX, DEEP, Path("Dossier vide")):
        (root / folder).mkdir(parents=True)
    create_database(root / DATABASE, bytes_wanted=wanted.database_bytes, seed=seed)
    letters = letters_of(root / DATABASE, wanted.letters)
    for letter in letters:
        _write_letter(root, letter)
    for number in range(1, wanted.scans + 1):
        _write_scan(root, rng, number)
    _write_oddities(root, rng)
    left_out = _write_links(root)
    made = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    return Practice(root / DATABASE, len(made), sum(path.stat().st_size for path in made), left_out)


def simulate_day(root: Path, *, seed: int = 1) -> Day:
    """One working day in a practice made by `make_practice`; call it again for the next day."""
    root = any_length(root)
    done = work_day(root / DATABASE, seed=seed)
    rng = random.Random(f"documents {seed} {done.day.isoformat()}")
    new = [path for letter in done.letters for path in _write_letter(root, letter)]
    new.append(_write_scan(root, rng, sum(1 for _ in (root / SCANS).rglob("scan *")) + 1))
    with (root / DATABASE.parent / "journal.log").open("a", encoding="utf-8", newline="\n") as log:
        log.write(
            f"{done.day.isoformat()} visites={done.visits} actes={done.acts} corrections={done.corrections}\n"
        )
    return Day(done.day, done.visits, done.acts, done.corrections, tuple(new), _rename_inbox(root))


def any_length(root: Path) -> Path:
    """The same folder, absolute, on Windows in the form that accepts paths beyond 260 characters.

    Whoever walks a practice there needs it.
    """
    return Path(extended(str(root.absolute())))


def _write_letter(root: Path, letter: Letter) -> list[Path]:
    """The letter as PDF and as text, in the folder of its month; their paths below `root`."""
    patient = letter.patient.replace("'", "’")
    folder = LETTERS / letter.written_on[:4] / letter.written_on[:7]
    (root / folder).mkdir(parents=True, exist_ok=True)
    name = f"Courrier {letter.number:06d} - {patient} - {letter.subject}"
    pdf, text = folder / f"{name}.pdf", folder / f"{name}.txt"
    _write(root / pdf, documents.letter_pdf(letter), letter.written_on)
    _write(root / text, documents.letter_text(letter).encode(), letter.written_on)
    return [pdf, text]


def _write_scan(root: Path, rng: random.Random, number: int) -> Path:
    kind, ending = ("PNG", "png") if number % 10 == 0 else ("JPEG", "jpg")
    folder = SCANS / f"Lot {1 + number // 50:03d}"
    (root / folder).mkdir(parents=True, exist_ok=True)
    path = folder / f"scan {number:06d}.{ending}"
    _write(root / path, documents.scan(rng, kind=kind))
    return path


def _write_oddities(root: Path, rng: random.Random) -> None:
    """What backups stumble on, all with content that tells a mistake apart from a success."""
    _write(root / TEMPLATES / "Ordonnance type n°1.txt", phrases.prescription(rng).encode())
    _write(
        root / TEMPLATES / (f"Consignes très détaillées {'à lire avant toute visite ' * 7}.txt"), b"Lire.\n"
    )
    _write(root / TEMPLATES / unicodedata.normalize("NFD", "Modèle décomposé é.txt"), b"NFD\n")
    _write(root / INBOX / "Fax reçu.txt", phrases.note(rng, 40).encode())
    _write(root / INBOX / "Nouveau document texte.txt", b"")
    _write(root / DATABASE.parent / "verrou.lck", b"")
    _write(root / DATABASE.parent / "journal.log", b"Journal du logiciel\n")
    _write(root / DEEP / "Épaule gauche, face et profil.txt", phrases.note(rng, 60).encode())


def _write_links(root: Path) -> tuple[str, ...]:
    left_out = []
    try:
        os.link(root / TEMPLATES / "Ordonnance type n°1.txt", root / "Ordonnance du jour.txt")
    except OSError:  # FAT and some network drives have none
        left_out.append("hard link")
    try:
        (root / "Dernières numérisations").symlink_to(SCANS, target_is_directory=True)
    except OSError:  # on Windows a right that not everyone has
        left_out.append("symbolic link")
    return tuple(left_out)


def _rename_inbox(root: Path) -> tuple[Path, Path]:
    """The inbox is filed under another name, or back: the folder a day renames."""
    filed = INBOX.with_name(INBOX.name + _FILED)
    old, new = (INBOX, filed) if (root / INBOX).exists() else (filed, INBOX)
    (root / old).rename(root / new)
    return old, new


def _write(path: Path, content: bytes, day: str = "2025-03-03") -> None:
    """Write a file dated at noon of its day, so that a copy's times can be told from the original's."""
    path.write_bytes(content)
    noon = int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp())
    os.utime(path, ns=(noon * 10**9, noon * 10**9 + 123_456_700))
