"""What is said of a folder taken over from another machine."""

from __future__ import annotations

from collections.abc import Iterator

from ..adopting_told import AdoptedFolder
from .language import say


def left_out(folder: AdoptedFolder) -> Iterator[str]:
    """What the other machine left out of it."""
    if folder.exclude:
        patterns = ", ".join(folder.exclude)
        yield say(f"exclusions\xa0: {patterns}", f"exclusions: {patterns}")
    if not folder.default_exclusions:
        yield say("sans les exclusions d’usage", "without the usual exclusions")
    if folder.one_file_system:
        yield say("sans les autres systèmes de fichiers", "without other file systems")
