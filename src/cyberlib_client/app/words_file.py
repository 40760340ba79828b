"""A new file for the 24 words of a recovery key."""

from __future__ import annotations

import contextlib
import os

from ..core.errors import Failed, UsageError
from ..state.private_file import write_new
from .bootstrap import private_files


def write_words(path: str, words: list[str]) -> None:
    """Nothing but the words, numbered: the file can be read back as it is. Only its owner reads it.

    Raises UsageError("words_file_exists", at=…), Failed("words_file_not_written", at=…, reason=…).
    """
    lines = [*(f"{i:2}. {word}" for i, word in enumerate(words, 1)), ""]
    try:
        write_new(private_files(), path, os.linesep.join(lines).encode("utf-8"))
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
