"""What damage costs, in lines: for whichever command tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import Both, say
from ..app.wording.units import SNAPSHOT, count, many, moment

if TYPE_CHECKING:
    from ..app.damage import Damage, TouchedFile
    from ..app.verifying import DamagedObject

_CASES = (Both("autre fichier", "more file"), Both("autres fichiers", "more files"))


def object_line(damaged: DamagedObject) -> str:
    """An object of the vault, and what is wrong with it."""
    return _told(damaged.name, reason_word(damaged.reason))


def reason_word(reason: str) -> str:
    """What is wrong with an object or a file."""
    words = {
        "missing": say("absent", "missing"),
        "damaged": say("abîmé", "damaged"),
        "altered": say("modifié, son contenu est entier", "altered, its content is whole"),
        "resized": say("n’a plus la taille notée", "has another size than recorded"),
    }
    return words.get(reason, reason)


def damage_lines(damage: Damage | None) -> Iterator[str]:
    """Each touched file, with the snapshots that hold it so and the newest that has it whole."""
    if damage is None:
        return
    for file in damage.files:
        yield _file(file)
    if damage.count > len(damage.files):
        rest = many(damage.count - len(damage.files), *_CASES)
        yield say(f"… et {rest}.", f"… and {rest}.")
    last = damage.last_whole
    if last is not None:
        at = f"{last.id[:8]} ({moment(last.time)})"
        yield say(f"Dernière version entière : {at}.", f"Newest snapshot that is whole: {at}.")
    else:
        number = many(damage.snapshots, *SNAPSHOT)
        yield say(f"Versions touchées : {number}.", f"Touched: {number}.")


def _told(what: str, how: str) -> str:
    return say(f"! {what} : {how}", f"! {what}: {how}")


def _file(file: TouchedFile) -> str:
    if file.path == "/":
        return _told(_whole_versions(file), reason_word(file.reason))
    number, last = many(file.count, *SNAPSHOT), file.last.id[:8]
    if file.first.id == file.last.id:
        spans = say(f"dans la version {last}", f"in snapshot {last}")
    else:
        first = file.first.id[:8]
        spans = say(f"dans {number}, de {first} à {last}", f"in {number}, from {first} to {last}")
    if file.whole is not None:
        at = f"{file.whole.id[:8]} ({moment(file.whole.time)})"
        spans += say(f" ; entier dans {at}", f"; whole in {at}")
    else:
        spans += say(" ; entier dans aucune", "; whole in none")
    return _told(file.native or file.path, f"{reason_word(file.reason)} ({spans})")


def _whole_versions(file: TouchedFile) -> str:
    if file.count == 1:
        return say(f"toute la version {file.last.id[:8]}", f"the whole snapshot {file.last.id[:8]}")
    names = f"{file.first.id[:8]} – {file.last.id[:8]}"
    number = count(file.count)
    return say(f"{number} versions entières, {names}", f"{number} whole snapshots, {names}")
