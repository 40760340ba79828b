"""Second copies told in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..app.wording.language import Both, say
from ..app.wording.units import count, duration, many, moment, size

if TYPE_CHECKING:
    from ..app.copies import CopyInfo
    from ..app.copy_checks import CopyCheckDone
    from ..app.copying import CopiesDone, CopyDone

_OBJECT = (Both("objet", "object"), Both("objets", "objects"))
_SNAPSHOTS = (Both("version", "snapshot"), Both("versions", "snapshots"))


def copies_lines(done: CopiesDone) -> Iterator[str]:
    """What a run of copies did."""
    for each in done.copies:
        yield from _copied(each)
    if done.absent:
        names = ", ".join(done.absent)
        yield say(f"Pas branchées : {names}", f"Not plugged in: {names}")


def _copied(done: CopyDone) -> Iterator[str]:
    what = f"{many(done.objects, *_OBJECT)}, {size(done.bytes)}"
    took = duration(done.seconds)
    yield say(f"Copié vers {done.at} : {what}, en {took}.", f"Copied to {done.at}: {what}, in {took}.")
    held = many(done.snapshots, *_SNAPSHOTS)
    yield say(f"Cette copie contient {held}.", f"This copy holds {held}.")
    if done.parity:
        yield say(f"Parité écrite : {size(done.parity)}.", f"Parity written: {size(done.parity)}.")
    if done.replaced:
        yield say(
            f"Objets tronqués remis dans la copie : {count(len(done.replaced))}.",
            f"Truncated objects put back in the copy: {count(len(done.replaced))}.",
        )
    if done.damaged:
        yield say(
            f"ATTENTION : abîmés dans le coffre, donc pas copiés : {many(len(done.damaged), *_OBJECT)}. Les"
            " fichiers touchés : cyberlib verify --read-data.",
            f"WARNING: damaged in the vault, hence not copied: {many(len(done.damaged), *_OBJECT)}. The files"
            " concerned: cyberlib verify --read-data.",
        )
    if done.unsound:
        where = done.name or done.at
        number = many(len(done.unsound), *_OBJECT)
        mend = f'cyberlib copy check "{where}" --repair'
        yield say(
            f"ATTENTION : abîmés dans la copie : {number}. Pour les réparer : {mend}",
            f"WARNING: damaged in the copy: {number}. To mend them: {mend}",
        )
    if done.deleted:
        yield say(
            f"Effacés de la copie, comme du coffre : {many(done.deleted, *_OBJECT)}.",
            f"Deleted from the copy, as from the vault: {many(done.deleted, *_OBJECT)}.",
        )


def copy_line(info: CopyInfo) -> str:
    """One copy of a list."""
    here = {
        True: say("branchée", "plugged in"),
        False: say("pas branchée", "not plugged in"),
        None: say("à distance", "far away"),
    }[info.here]
    made = moment(info.copied) if info.copied else say("jamais faite", "never made")
    told = [info.name, here, info.at, say(f"dernière copie : {made}", f"last copy: {made}")]
    if info.here is False and info.seen:
        told.append(say(f"vue le {moment(info.seen)}", f"seen {moment(info.seen)}"))
    if info.checked:
        told.append(say(f"relue le {moment(info.checked)}", f"read {moment(info.checked)}"))
    if info.lacks:
        told.append(
            say(
                f"il lui manque {many(info.lacks, *_SNAPSHOTS)}",
                f"lacks {many(info.lacks, *_SNAPSHOTS)}",
            )
        )
    told += [say("avec parité", "with parity")] if info.parity else []
    told += [say("gardée ailleurs", "kept elsewhere")] if info.elsewhere else []
    return "  ".join(told)


def check_lines(done: CopyCheckDone) -> Iterator[str]:
    """What a check found."""
    read = f"{many(done.objects, *_OBJECT)}, {size(done.bytes)}"
    yield say(f"Relu dans {done.at} : {read}.", f"Read in {done.at}: {read}.")
    for fault in done.faults:
        what = say("absent", "missing") if fault.reason == "missing" else say("abîmé", "damaged")
        if fault.mended:
            end = say("réparé", "mended")
        else:
            end = {
                "vault": say("réparable depuis le coffre", "can be mended from the vault"),
                "parity": say("réparable par la parité", "can be mended by parity"),
                "none": say("irréparable ici", "beyond repair here"),
            }[fault.by]
        yield say(f"! {fault.name} : {what}, {end}", f"! {fault.name}: {what}, {end}")
    if done.uncovered:
        yield say(
            f"Sans parité encore : {many(done.uncovered, *_OBJECT)} ; la prochaine copie l’ajoute.",
            f"Without parity yet: {many(done.uncovered, *_OBJECT)}; the next copy adds it.",
        )
    if done.share is not None:
        days, percent = done.share.days, done.share.percent
        yield say(f"Relu en {days} jours : {percent} %.", f"Read within {days} days: {percent}%.")
    if not done.faults:
        yield say("Rien d’abîmé.", "Nothing is damaged.")
    elif done.mendable:
        yield say(
            "Pour réparer : la même commande avec --repair.", "To mend it: the same command with --repair."
        )
