"""Slots and recovery words, as several commands show them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from ..app.wording.language import Both, say
from ..app.wording.units import moment, size
from .tables import table

if TYPE_CHECKING:
    from ..app.keys_told import KeyRewritten, KeyRotated, VaultKey
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


def slot_lines(found: list[SlotInfo], key: VaultKey | None = None) -> Iterator[str]:
    """The slots as a table. `key`: how often the vault's was changed, and what that leaves."""
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
    if key is not None and key.changes:
        yield from key_lines(key)


def key_lines(key: VaultKey) -> Iterator[str]:
    """How often the vault's key was changed, and what a former one still opens."""
    often = "once" if key.changes == 1 else f"{key.changes} times"
    times = say(f"Clé du coffre changée {key.changes} fois.", f"Vault’s key changed {often}.")
    if not key.exposed_packs:
        yield times + say(
            " Rien de stocké ici ne s’ouvre avec une ancienne clé.",
            " No former key opens anything stored here.",
        )
        return
    yield times + say(
        f" Une ancienne clé ouvre encore {key.exposed_packs} paquets écrits avant"
        f" ({size(key.exposed_bytes)}).",
        f" A former key still opens {key.exposed_packs} packs written before ({size(key.exposed_bytes)}).",
    )


def rewritten_lines(done: KeyRewritten) -> Iterator[str]:
    """What was written anew, and what is left."""
    written = size(done.rewritten)
    yield say(f"Écrits de nouveau : {written}.", f"Written anew: {written}.")
    if done.rewritten and done.until:
        end = moment(done.until)
        yield say(
            f"Les anciens paquets restent en quarantaine jusqu’au {end}, et comptent encore ci-dessous.",
            f"The former packs stay in quarantine until {end}, and still count below.",
        )
    yield from key_lines(done.key)


def rotated_lines(rotated: KeyRotated) -> Iterator[str]:
    """What a new key of the vault means for everybody."""
    yield say(
        "La clé du coffre est changée : ce qui s’écrit désormais ne s’ouvre plus avec l’ancienne.",
        "The vault’s key is changed: what is written from now on does not open with the former one.",
    )
    yield from words_lines(rotated.words, rotated.words_file)
    yield ""
    yield from slot_lines(rotated.slots, rotated.key)
    others = [slot for slot in rotated.gone if slot.kind == "device" and not slot.here]
    if others:
        names = ", ".join(slot.name for slot in others)
        yield say(
            f"Ces postes n’ouvrent plus le coffre : {names}. Sur chacun qui reste au cabinet : la nouvelle"
            " phrase secrète, puis cyberlib key add device.",
            f"These machines open the vault no more: {names}. On each that stays with the practice: the new"
            " passphrase, then cyberlib key add device.",
        )
    yield say(
        "Détruisez les anciennes feuilles de mots. Un poste volé : cyberlib device revoke, chez l’hébergeur.",
        "Destroy the former sheets of words. For a stolen machine: cyberlib device revoke, at the host.",
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
