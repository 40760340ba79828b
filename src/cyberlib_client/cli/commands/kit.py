"""`cyberlib kit`: the sheet of 24 words that opens the vault anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import moment
from ..run import Run, pass_run
from ..slots import slot_name
from ..words import command, group, option

if TYPE_CHECKING:
    from ...app.recovery_kit import RecoveryKitChecked, RecoveryKitMade

kit = group(
    "kit",
    Both("Le kit de secours à imprimer.", "The recovery kit to be printed."),
)

_words_file = option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire les 24 mots ici.", "Read the 24 words here."),
)


@command(
    "create",
    Both(
        "Faire un kit de secours : un PDF de deux pages avec 24 nouveaux mots, un code QR et la marche à"
        " suivre. Une phrase secrète du coffre, ou 24 mots, sont demandés d’abord. Imprimez-le, puis"
        " effacez-le.",
        "Make a recovery kit: a PDF of two pages with 24 new words, a QR code and what to do. A passphrase"
        " of the vault, or 24 words, are asked for first. Print it, then delete it.",
    ),
    kit,
)
@option(
    "--to",
    "folder",
    required=True,
    metavar=Both("DOSSIER", "DIR"),
    help=Both("Où écrire le PDF : une clé USB, par exemple.", "Where to write the PDF: a USB stick, say."),
)
@option("--name", default="", metavar=Both("NOM", "NAME"), help=Both("Nom de l’accès.", "Name of the slot."))
@option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Prouver par les 24 mots de ce fichier que l’on peut changer les accès.",
        "Prove by the 24 words in this file that one may change the slots.",
    ),
)
@pass_run
def create(run: Run, folder: str, name: str, recovery_file: str | None) -> None:
    """See its help."""
    from ...app import recovery_kit

    run.prove_by(recovery_file)
    made = recovery_kit.make_kit(run.session, folder, name=name)
    run.output.result(made, lambda: _made(made))


@command(
    "check",
    Both(
        "Contrôler un kit sans rien restaurer : ses 24 mots ouvrent-ils encore le coffre ?",
        "Check a kit without restoring anything: do its 24 words still open the vault?",
    ),
    kit,
)
@_words_file
@pass_run
def check(run: Run, recovery_file: str | None) -> None:
    """See its help."""
    from ...app import recovery_kit

    checked = recovery_kit.check_kit(run.session, recovery_kit.given_words(run.session, recovery_file))
    run.output.result(checked, lambda: _checked(checked))


def _made(made: RecoveryKitMade) -> Iterator[str]:
    yield say(
        f"Kit n° {made.slot.id[:8]} : {made.file}",
        f"Kit {made.slot.id[:8]}: {made.file}",
    )
    yield say(
        "Imprimez-le en deux exemplaires, gardez-les hors du cabinet, puis effacez ce fichier.",
        "Print it twice, keep both away from the practice, then delete this file.",
    )


def _checked(checked: RecoveryKitChecked) -> Iterator[str]:
    slot = checked.slot
    since = moment(slot.created)
    yield say(
        f"Ces 24 mots ouvrent le coffre : kit n° {slot.id[:8]}, « {slot_name(slot)} », du {since}.",
        f"These 24 words open the vault: kit {slot.id[:8]}, “{slot_name(slot)}”, of {since}.",
    )
    if checked.newer:
        yield say("Il en existe de plus récents.", "There are newer ones.")
