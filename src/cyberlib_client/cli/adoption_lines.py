"""What is read of an old machine's folders, and of a machine that takes another's place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.adopted import left_out
from ..app.wording.language import Both, say
from ..app.wording.units import FILE, ITEM, many, moment, size

if TYPE_CHECKING:
    from ..app.adopting_told import AdoptedFolder, Adoption
    from ..app.replacing_told import Replacement

_PLACES = {
    "known": Both("déjà protégé", "protected already"),
    "there": Both("existe ici", "is here"),
    "absent": Both("n’existe pas encore ici", "is not here yet"),
    "file": Both("un fichier seul : restaurez-le à la main", "a single file: restore it by hand"),
    "none": Both("aucune place ici : dites laquelle avec --map", "no place here: name one with --map"),
}


_SCHEDULES = {
    "unknown": Both(
        "Ses exclusions et ses horaires ne sont pas connus : sa version vient d’un programme plus ancien.",
        "Its exclusions and schedule are not known: its snapshot was made by an earlier program.",
    ),
    "offered": Both("Ses horaires seront repris aussi.", "Its schedule is taken over too."),
    "taken": Both("Ses horaires sont repris.", "Its schedule is taken over."),
    "kept": Both(
        "Ce poste a ses propres horaires : ils restent.", "This machine has a schedule of its own: it stays."
    ),
}


def adoption_lines(told: Adoption) -> Iterator[str]:
    """The folders, and what was restored."""
    when = moment(told.time)
    yield say(
        f"Dossiers de {told.device}, version {told.snapshot[:8]} du {when} :",
        f"Folders of {told.device}, snapshot {told.snapshot[:8]} of {when}:",
    )
    for each in told.folders:
        yield from _folder(each)
    if told.schedule in _SCHEDULES:
        yield str(_SCHEDULES[told.schedule])
    if told.restored:
        yield say(
            f"Restauré : {many(told.files, *FILE)}, {size(told.bytes)}.",
            f"Restored: {many(told.files, *FILE)}, {size(told.bytes)}.",
        )


def _folder(each: AdoptedFolder) -> Iterator[str]:
    state = say("protégé", "protected") if each.adopted else str(_PLACES[each.place])
    yield f"  {each.source} → {each.to} ({state})" if each.to else f"  {each.source} ({state})"
    if each.others and not each.adopted:
        others = ", ".join(each.others)
        yield say(f"    ou : {others}", f"    or: {others}")
    yield from (f"    {line}" for line in left_out(each))


def replacement_lines(told: Replacement) -> Iterator[str]:
    """What was done, and what is to be waited for."""
    yield say(f"Poste : {told.name}, chez {told.host}", f"Machine: {told.name}, at {told.host}")
    if told.waiting:
        words = " ".join(told.words)
        if told.waiting.startswith("escrow"):
            yield say(
                f"À lire à chaque dépositaire qui appelle\xa0: {words}",
                f"To be read to each officer who calls: {words}",
            )
        else:
            yield say(
                f"À taper sur un poste du cabinet («\xa0Clé et accès\xa0»)\xa0: {words}",
                f"To be typed at a machine of the practice (“Key and access”): {words}",
            )
        if told.opens:
            yield say(f"Retenu jusqu’au {moment(told.opens)}.", f"Held back until {moment(told.opens)}.")
        yield say("Relancez ensuite la même commande.", "Then call the same command again.")
        return
    yield say(
        f"Il a pris la place de {told.previous}, qui n’a plus aucun accès.",
        f"It took the place of {told.previous}, which has no access any more.",
    )
    if told.adoption is not None:
        yield from adoption_lines(told.adoption)
    if told.snapshot:
        yield say(f"Sauvegarde faite : {told.snapshot[:8]}", f"Backup made: {told.snapshot[:8]}")
    if told.unread:
        yield say(f"Non lus\xa0: {many(told.unread, *ITEM)}.", f"Not read: {many(told.unread, *ITEM)}.")
    if any(each.kind == "device" and each.name == told.previous for each in told.slots):
        yield say(
            f"L’accès de {told.previous} au coffre y est encore\xa0; s’il a été volé ou vendu, ôtez-le\xa0:"
            f' cyberlib key remove "{told.previous}"',
            f"The way in of {told.previous} is still in the vault; if it was stolen or sold, remove it:"
            f' cyberlib key remove "{told.previous}"',
        )
