"""`cyberlib key`: the ways into the vault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..language import Both, say
from ..run import Run, pass_run
from ..slots import kind_name, slot_lines, words_lines
from ..words import argument, choice, command, group, option

if TYPE_CHECKING:
    from ...app.keys import Kind, SlotAdded, SlotRemoved

key = group(
    "key",
    Both(
        "Les accès au coffre : phrases, mots de secours, postes.",
        "The ways into the vault: passphrases, recovery words, devices.",
    ),
)


@command("list", Both("Lister les accès.", "List the slots."), key)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import keys

    found = keys.list_slots(run.session)
    if run.output.mode != "text":
        run.output.items(found, str)
        return
    run.output.result(found, lambda: slot_lines(found))


@command(
    "add",
    Both(
        "Ajouter une phrase secrète, 24 mots de secours, ou ce poste.",
        "Add a passphrase, 24 new recovery words, or this machine.",
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
@pass_run
def add(
    run: Run,
    kind: Kind,
    name: str,
    new_passphrase_file: str | None,
    words_file: str | None,
    device_file: bool,
) -> None:
    """See its help."""
    from ...app import keys

    if kind == "passphrase":
        added = keys.add_passphrase(run.session, name, new_passphrase_file)
    elif kind == "recovery":
        added = keys.add_recovery(run.session, name, words_file)
    else:
        added = keys.add_device(run.session, name, "file" if device_file else "keychain")
    run.output.result(added, lambda: _added(added))


@command("remove", Both("Ôter un accès.", "Remove a slot."), key)
@argument(
    "slot",
    metavar=Both("ACCÈS", "SLOT"),
    help=Both("Son nom, son identifiant, ou le début de celui-ci.", "Its name, id, or the id’s beginning."),
)
@pass_run
def remove(run: Run, slot: str) -> None:
    """See its help."""
    from ...app import keys

    removed = keys.remove(run.session, slot)
    run.output.result(removed, lambda: _removed(removed))


def _added(added: SlotAdded) -> Iterator[str]:
    told = f"{kind_name(added.slot.kind)} « {added.slot.name} »"
    yield say(f"Accès ajouté : {told}.", f"Slot added: {kind_name(added.slot.kind)} “{added.slot.name}”.")
    if added.slot.kind == "recovery":
        yield from words_lines(added.words, added.words_file)


def _removed(removed: SlotRemoved) -> Iterator[str]:
    s = removed.slot
    yield say(
        f"Accès ôté : {kind_name(s.kind)} « {s.name} ».", f"Slot removed: {kind_name(s.kind)} “{s.name}”."
    )
    if s.here:
        yield say(
            "C’était celui de ce poste : la phrase secrète sera demandée désormais.",
            "It was this machine’s: from now on the passphrase is asked for.",
        )
