"""`cyberlib export`: everything, to leave with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import FILE, ITEM, count, duration, many, moment, size
from ..incidents import few_incidents
from ..run import Run, pass_run
from ..words import argument, choice, command, option
from . import export_end as export_end
from .export_group import export

if TYPE_CHECKING:
    from ...app.exporting import Exported
    from ...app.kit_check import Checked
    from ...app.restoring import NamesOf

_FOLDER = Both("DOSSIER", "DIR")
_TO = Both("Un dossier vide, ou un export commencé.", "An empty folder, or an export that was begun.")


@command(
    "plain",
    Both(
        "Tous les fichiers en clair, avec leur liste signée. Relancée après une interruption, elle continue.",
        "All files in clear, with their signed list. Repeated after it was cut short, it goes on.",
    ),
    export,
)
@argument("folder", metavar=_FOLDER, help=_TO)
@argument(
    "snapshots",
    nargs=-1,
    metavar=Both("[VERSION]...", "[SNAPSHOT]..."),
    help=Both(
        "Ces versions ; par défaut, la dernière de chaque poste.",
        "These snapshots; else each device’s newest.",
    ),
)
@option(
    "--names",
    type=choice("windows", "macos"),
    help=Both(
        "N’écrire que des noms que ce système accepte, pour un disque qui ira sur un autre poste.",
        "Write only names that this system accepts, for a disk that goes to another machine.",
    ),
)
@pass_run
def plain(run: Run, folder: str, snapshots: tuple[str, ...], names: NamesOf | None) -> int:
    """See its help."""
    from ...app import exporting

    with few_incidents(run), run.stoppable():
        done = exporting.export_plain(run.session, folder, snapshots, names)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


@command(
    "vault",
    Both(
        "Le coffre chiffré, le programme de secours et la description du format.",
        "The encrypted vault, the rescue program, and the description of the format.",
    ),
    export,
)
@argument("folder", metavar=_FOLDER, help=_TO)
@pass_run
def vault(run: Run, folder: str) -> int:
    """See its help."""
    from ...app import exporting

    with few_incidents(run), run.stoppable():
        done = exporting.export_vault(run.session, folder)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


@command(
    "check",
    Both(
        "Comparer un export avec sa liste signée, sans coffre ni connexion.",
        "Compare an export with its signed list, without a vault or a connection.",
    ),
    export,
)
@argument("folder", metavar=_FOLDER, help=Both("Le dossier de l’export.", "The export’s folder."))
@pass_run
def check(run: Run, folder: str) -> int:
    """See its help."""
    from ...app import kit_check

    with few_incidents(run), run.stoppable():
        done = kit_check.check_kit(folder, run.output.listen, run.cancel.check)
    run.output.result(done, lambda: _checked(done))
    return done.exit_code


def lines(done: Exported) -> Iterator[str]:
    """An export told in a few lines."""
    figures = f"{many(done.files, *FILE)}, {size(done.bytes)}"
    yield say(
        f"Export complet dans {done.to} : {figures}, en {duration(done.seconds)}.",
        f"Export complete in {done.to}: {figures}, in {duration(done.seconds)}.",
    )
    for each in done.snapshots if done.kind == "plain" else ():
        yield f"  {each.folder}"
    yield say(
        f"Empreinte de la liste (manifest.json) : {done.manifest}",
        f"Digest of the list (manifest.json): {done.manifest}",
    )
    yield say(f"Clé du coffre : {done.fingerprint}", f"The vault’s key: {done.fingerprint}")
    if done.kind == "plain":
        yield say(
            "Ces fichiers ne sont PAS chiffrés : gardez ce support en lieu sûr.",
            "These files are NOT encrypted: keep this disk in a safe place.",
        )
    if done.failed:
        yield say(
            f"ATTENTION, pas entiers : {many(done.failed, *ITEM)} (voir ci-dessus).",
            f"WARNING, not whole: {many(done.failed, *ITEM)} (see above).",
        )


def _checked(done: Checked) -> Iterator[str]:
    when = moment(done.time)
    yield say(
        f"Export du {when}, signé par le poste « {done.signed_by} », clé du coffre : {done.fingerprint}",
        f"Export of {when}, signed by the device “{done.signed_by}”, the vault’s key: {done.fingerprint}",
    )
    figures = f"{many(done.files, *FILE)}, {size(done.bytes)}"
    yield say(f"Conformes à la liste : {figures}.", f"As the list says: {figures}.")
    told = (
        (done.missing, say("Manquent", "Missing")),
        (done.changed, say("Ont changé", "Changed")),
        (done.added, say("Ne sont pas dans la liste", "Not in the list")),
        (done.failed, say("N’étaient pas entiers dès l’export", "Were not whole when it was made")),
    )
    for number, words in told:
        if number:
            yield say(f"{words} : {count(number)}.", f"{words}: {count(number)}.")
