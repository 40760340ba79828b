"""Slots and recovery words, as several commands show them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..app.wording.language import Both, say
from ..app.wording.units import moment
from .tables import table

if TYPE_CHECKING:
    from ..app.slots import SlotInfo


_KINDS: Final = {
    "passphrase": Both("phrase secrète", "passphrase"),
    "recovery": Both("24 mots", "24 words"),
    "device": Both("poste", "device"),
    "escrow": Both("séquestre", "escrow"),
}
_NUMBERED: Final = re.compile(r"(.*?)( \(\d+\))?")


def kind_name(kind: str) -> str:
    """What people call a kind of slot."""
    return str(_KINDS[kind])


def slot_name(slot: SlotInfo) -> str:
    """A slot's name; one that nobody chose (see app.keys) in the user's language."""
    name, number = _numbered(slot.name)
    return kind_name(slot.kind) + number if name == slot.kind else slot.name


def stored_name(shown: str) -> str:
    """What the vault has for a name that `slot_name` made up, in either language; any other as it is."""
    name, number = _numbered(shown)
    return next((kind + number for kind, names in _KINDS.items() if name in names), shown)


def _numbered(name: str) -> tuple[str, str]:
    match = _NUMBERED.fullmatch(name)
    return (match[1], match[2] or "") if match else (name, "")


def asked_for(slots: list[SlotInfo]) -> str:
    """What a machine without a slot of its own asks for, with these slots."""
    kinds = {slot.kind for slot in slots}
    if {"passphrase", "recovery"} <= kinds:
        return say("la phrase secrète ou les 24 mots", "the passphrase or the 24 words")
    if "passphrase" in kinds:
        return say("la phrase secrète", "the passphrase")
    return say("les 24 mots", "the 24 words")


def slot_lines(found: list[SlotInfo]) -> Iterator[str]:
    """The slots as a table."""
    head = [say("ACCÈS", "SLOT"), say("SORTE", "KIND"), say("NOM", "NAME"), say("CRÉÉ", "MADE"), ""]
    here = say("ce poste", "this machine")
    rows = [
        [s.id[:8], kind_name(s.kind), slot_name(s), moment(s.created), here if s.here else ""] for s in found
    ]
    yield from table(head, rows)
    if all(slot.kind != "recovery" for slot in found):
        yield say(
            "Aucune feuille de 24 mots n’ouvre ce coffre ! Faites-en une : cyberlib key add recovery",
            "No 24 words open this vault! Make some: cyberlib key add recovery",
        )


def words_lines(words: list[str] | None, words_file: str | None) -> Iterator[str]:
    """The 24 words of a recovery key, or where they are, and what to do with them."""
    if words is None:
        yield say(
            f"Les 24 mots de secours sont dans {words_file} : imprimez-les, puis effacez ce fichier.",
            f"The 24 recovery words are in {words_file}: print them, then delete that file.",
        )
        return
    yield say(
        "Ces 24 mots de secours ouvrent le coffre si la phrase secrète est oubliée ou le poste perdu.\n"
        "Notez-les sur papier, maintenant : ils ne seront plus jamais montrés.",
        "These 24 recovery words open the vault if the passphrase is forgotten or the machine lost.\n"
        "Write them down on paper, now: they will never be shown again.",
    )
    yield ""
    yield from numbered(words)


def numbered(words: Sequence[str]) -> Iterator[str]:
    """24 words in four columns."""
    for row in range(6):
        yield "  ".join(f"{row + 1 + c * 6:2}. {words[row + c * 6]:<10}" for c in range(4)).rstrip()
