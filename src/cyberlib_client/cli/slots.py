"""Slots and recovery words, as several commands show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .language import say
from .tables import table
from .units import moment

if TYPE_CHECKING:
    from ..app.slots import SlotInfo


def kind_name(kind: str) -> str:
    """What people call a kind of slot."""
    return {
        "passphrase": say("phrase secrète", "passphrase"),
        "recovery": say("24 mots", "24 words"),
        "device": say("poste", "device"),
    }[kind]


def slot_lines(found: list[SlotInfo]) -> Iterator[str]:
    """The slots as a table."""
    head = [say("ACCÈS", "SLOT"), say("SORTE", "KIND"), say("NOM", "NAME"), say("CRÉÉ", "MADE"), ""]
    here = say("ce poste", "this machine")
    rows = [[s.id[:8], kind_name(s.kind), s.name, moment(s.created), here if s.here else ""] for s in found]
    return table(head, rows)


def words_lines(words: list[str] | None, words_file: str | None) -> Iterator[str]:
    """The 24 words of a recovery key, or where they are, and what to do with them."""
    if words is None:
        yield say(
            f"Les 24 mots de secours sont dans {words_file} : imprimez-les, puis effacez ce fichier.",
            f"The 24 recovery words are in {words_file}: print them, then delete that file.",
        )
        return
    yield say(
        "Ces 24 mots de secours ouvrent le coffre si la phrase secrète est oubliée ou le poste perdu.\n"
        "Notez-les sur papier, maintenant : ils ne seront plus jamais montrés.",
        "These 24 recovery words open the vault if the passphrase is forgotten or the machine lost.\n"
        "Write them down on paper, now: they will never be shown again.",
    )
    yield ""
    for row in range(6):
        yield "  ".join(f"{row + 1 + c * 6:2}. {words[row + c * 6]:<10}" for c in range(4)).rstrip()
