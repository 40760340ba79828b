"""`cyberlib key`: the ways into the vault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ...app.wording.language import Both, say
from ..run import Run, pass_run
from ..slots import (
    asked_for,
    kind_name,
    rewritten_lines,
    rotated_lines,
    slot_lines,
    slot_name,
    stored_name,
    words_lines,
)
from ..words import argument, choice, command, group, option

if TYPE_CHECKING:
    from ...app.keys import Kind, SlotAdded, SlotRemoved
    from ...app.slots import SlotInfo

key = group(
    "key",
    Both(
        "Les accès au coffre : phrases, mots de secours, postes.",
        "Ways into the vault: passphrases, recovery words, devices.",
    ),
)


@command("list", Both("Lister les accès.", "List the slots."), key)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import key_rotation, keys

    found = keys.list_slots(run.session)
    if run.output.mode != "text":
        run.output.items(found, str)
        return
    told = key_rotation.vault_key(run.session.vault)
    run.output.result(found, lambda: slot_lines(found, told))


_recovery_file = option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Prouver par les 24 mots de ce fichier que l’on peut changer les accès.",
        "Prove by the 24 words in this file that one may change the slots.",
    ),
)


@command(
    "add",
    Both(
        "Ajouter une phrase secrète, 24 mots de secours, ou ce poste. Une phrase secrète du coffre, ou ses 24"
        " mots, sont demandés d’abord (ou lus de CYBERLIB_PASSPHRASE, --passphrase-file, --recovery-file).",
        "Add a passphrase, 24 new recovery words, or this machine. A passphrase of the vault, or its 24"
        " words, are asked for first (or read from CYBERLIB_PASSPHRASE, --passphrase-file, --recovery-file).",
    ),
    key,
)
@argument(
    "kind",
    type=choice("passphrase", "recovery", "device"),
    help=Both("La sorte d’accès.", "The kind of slot."),
)
@option("--name", default="", metavar=Both("NOM", "NAME"), help=Both("Nom de l’accès.", "Name of the slot."))
@option(
    "--new-passphrase-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire la nouvelle phrase secrète ici.", "Read the new passphrase here."),
)
@option(
    "--words-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Écrire les nouveaux mots dans ce nouveau fichier.", "Write the new words to this new file."),
)
@option(
    "--device-file",
    is_flag=True,
    help=Both(
        "Garder le secret du poste dans un fichier plutôt que dans le trousseau.",
        "Keep the machine’s secret in a file rather than in the keychain.",
    ),
)
@_recovery_file
@pass_run
def add(
    run: Run,
    kind: Kind,
    name: str,
    new_passphrase_file: str | None,
    words_file: str | None,
    device_file: bool,
    recovery_file: str | None,
) -> None:
    """See its help."""
    from ...app import keys

    _refuse_idle(kind, new_passphrase_file, words_file, device_file)
    run.prove_by(recovery_file)
    if kind == "passphrase":
        added = keys.add_passphrase(run.session, name, new_passphrase_file)
    elif kind == "recovery":
        added = keys.add_recovery(run.session, name, words_file)
    else:
        added = keys.add_device(run.session, name, "file" if device_file else "keychain")
    run.output.result(added, lambda: _added(added))


def _refuse_idle(
    kind: Kind, new_passphrase_file: str | None, words_file: str | None, device_file: bool
) -> None:
    """An option that does nothing for this kind of slot was meant for something."""
    for name, given, use in (
        ("--new-passphrase-file", new_passphrase_file is not None, "passphrase"),
        ("--words-file", words_file is not None, "recovery"),
        ("--device-file", device_file, "device"),
    ):
        if given and kind != use:
            raise click.UsageError(
                say(f"{name} ne vaut que pour key add {use}.", f"{name} is for key add {use} alone.")
            )


@command(
    "remove",
    Both(
        "Ôter un accès. Une phrase secrète du coffre, ou ses 24 mots, sont demandés d’abord, comme pour key"
        " add.",
        "Remove a slot. A passphrase of the vault, or its 24 words, are asked for first, as for key add.",
    ),
    key,
)
@argument(
    "slot",
    metavar=Both("ACCÈS", "SLOT"),
    help=Both("Son nom, son identifiant, ou le début de celui-ci.", "Its name, id, or the id’s beginning."),
)
@option(
    "--yes",
    is_flag=True,
    help=Both(
        "Ne pas demander s’il faut vraiment ôter les derniers 24 mots.",
        "Do not ask whether the last 24 words are really to go.",
    ),
)
@_recovery_file
@pass_run
def remove(run: Run, slot: str, yes: bool, recovery_file: str | None) -> None:
    """See its help."""
    from ...app import keys

    run.prove_by(recovery_file)
    removed = keys.remove(run.session, slot, stored_name(slot), sure=yes)
    run.output.result(removed, lambda: _removed(removed))


@command(
    "rotate",
    Both(
        "Changer la clé du coffre. Après un kit perdu, un poste volé ou un séquestre quitté : ce qui s’écrit"
        " ensuite est hors d’atteinte de qui avait l’ancienne. Une nouvelle phrase secrète est demandée et 24"
        " nouveaux mots sont faits ; tous les autres accès tombent. Ce qui est déjà écrit reste lisible par"
        " l’ancienne clé.",
        "Change the vault’s key. After a kit was lost, a machine stolen or an escrow left: what is written"
        " from then on is out of reach of whoever had the former one. A new passphrase is asked for and 24"
        " new words are made; all other slots go. What is written already stays readable by the former key.",
    ),
    key,
)
@option(
    "--new-passphrase-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire la nouvelle phrase secrète ici.", "Read the new passphrase here."),
)
@option(
    "--words-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Écrire les nouveaux mots dans ce nouveau fichier.", "Write the new words to this new file."),
)
@_recovery_file
@pass_run
def rotate(
    run: Run, new_passphrase_file: str | None, words_file: str | None, recovery_file: str | None
) -> None:
    """See its help."""
    from ...app import key_rotation

    run.prove_by(recovery_file)
    rotated = key_rotation.rotate(run.session, new_passphrase_file, words_file)
    run.output.result(rotated, lambda: rotated_lines(rotated))


@command(
    "rewrite",
    Both(
        "Réécrire sous la nouvelle clé. Ce qu’une ancienne ouvre encore, par portions ; l’appel suivant"
        " reprend.",
        "Write anew under the new key. What a former one still opens, in portions; the next call goes on.",
    ),
    key,
)
@option(
    "--most",
    default="1 GB",
    show_default=True,
    metavar=Both("TAILLE", "SIZE"),
    help=Both("Au plus autant, à peu près, cette fois.", "About so much at most, this time."),
)
@pass_run
def rewrite(run: Run, most: str) -> None:
    """See its help."""
    from ...app import key_rewriting

    done = key_rewriting.rewrite(run.session, most)
    run.output.result(done, lambda: rewritten_lines(done))


def _added(added: SlotAdded) -> Iterator[str]:
    yield say(f"Accès ajouté : {_called(added.slot)}.", f"Slot added: {_called(added.slot)}.")
    if added.slot.kind == "recovery":
        yield from words_lines(added.words, added.words_file)


def _removed(removed: SlotRemoved) -> Iterator[str]:
    yield say(f"Accès ôté : {_called(removed.slot)}.", f"Slot removed: {_called(removed.slot)}.")
    if removed.slot.here:
        asked = asked_for(removed.left)
        yield say(
            f"C’était celui de ce poste, qui demande désormais {asked}.",
            f"It was this machine’s, which from now on asks for {asked}.",
        )


def _called(slot: SlotInfo) -> str:
    return kind_name(slot.kind) + say(f" « {slot_name(slot)} »", f" “{slot_name(slot)}”")
