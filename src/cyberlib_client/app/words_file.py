"""A new file for the 24 words of a recovery key."""

from __future__ import annotations

import contextlib
import os
from typing import Final

from ..core.errors import Failed, UsageError
from ..state.private_file import write_new
from . import bootstrap
from .times import iso_time

_TITLE: Final = (
    "CyberLib : 24 mots de secours · 24 recovery words",
    "Coffre · vault: {vault}",
    "Date: {day}",
    "Ces mots ouvrent le coffre si la phrase secrète est oubliée ou le poste perdu. Imprimez cette feuille,",
    "gardez-la hors du cabinet, puis effacez ce fichier.",
    "These words open the vault if the passphrase is forgotten or the machine lost. Print this sheet, keep",
    "it away from the practice, then delete this file.",
)
"""In both languages: whoever finds the sheet years later may not be who made it."""


def write_words(path: str, words: list[str], vault: str) -> None:
    """The words, numbered, below a title that `core.words.decode` leaves out: the file can be read back as it
    is. Only its owner reads it. `vault`: where it is, as it is shown.

    Raises UsageError("words_file_exists", at=…), Failed("words_file_not_written", at=…, reason=…).
    """
    day = iso_time(bootstrap.clock())[:10]
    title = (f"# {line.format(vault=vault, day=day)}" for line in _TITLE)
    lines = [*title, "", *(f"{i:2}. {word}" for i, word in enumerate(words, 1)), ""]
    try:
        write_new(bootstrap.private_files(), path, os.linesep.join(lines).encode("utf-8"))
    except FileExistsError:
        raise UsageError("words_file_exists", at=path) from None
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise Failed("words_file_not_written", at=path, reason=error.strerror) from None


def remove_words(path: str) -> None:
    """When what they were to open was not made."""
    with contextlib.suppress(OSError):
        os.unlink(path)
