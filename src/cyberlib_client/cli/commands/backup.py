"""`cyberlib backup`: make a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ...app.wording.units import FILE, ITEM, duration, many, size
from ..incidents import few_incidents
from ..run import Run, pass_run
from ..words import argument, command, option
from .sources import own, rules

if TYPE_CHECKING:
    from ...app.backups import BackupDone


@command(
    "backup",
    Both(
        "Sauvegarder les dossiers protégés, ou ceux que l’on nomme.",
        "Back up the profile’s sources, or the paths named.",
    ),
)
@argument(
    "paths",
    nargs=-1,
    metavar=Both("[CHEMIN]...", "[PATH]..."),
    help=Both(
        "Dossiers ou fichiers ; sans eux, ceux du profil.", "Folders or files; without, the profile’s."
    ),
)
@rules
@option(
    "--label",
    default="",
    metavar=Both("TEXTE", "TEXT"),
    help=Both("Étiquette de la version.", "Label of the snapshot."),
)
@option(
    "--limit-upload",
    metavar=Both("DÉBIT", "RATE"),
    help=Both(
        'Débit d’envoi au plus, cette fois-ci, par exemple "2 Mbit/s", ou none.',
        'Rate of sending at most, this time, such as "2 Mbit/s", or none.',
    ),
)
@pass_run
def backup(
    run: Run,
    paths: tuple[str, ...],
    exclude: tuple[str, ...],
    label: str,
    one_file_system: bool,
    no_default_exclusions: bool,
    limit_upload: str | None,
) -> int:
    """See its help."""
    run.session.limit("upload", limit_upload)
    from ...app import backups
    from ...app.agent.through import backup_through_agent
    from ...app.sources import Choice

    choice = Choice(
        paths,
        exclude,
        label,
        one_file_system=one_file_system,
        default_exclusions=not no_default_exclusions,
    )
    with few_incidents(run), run.stoppable():
        done = backup_through_agent(run.session, choice, limit_upload)
        if done is None:
            done = backups.run_backup(run.session, choice)
    run.output.result(done, lambda: lines(done))
    return done.exit_code


_NEW = (Both("nouveau", "new"), Both("nouveaux", "new"))
_CHANGED = (Both("modifié", "changed"), Both("modifiés", "changed"))
_METADATA = (
    Both("aux seuls droits ou dates changés", "with other times or rights only"),
    Both("aux seuls droits ou dates changés", "with other times or rights only"),
)
_REMOVED = (Both("disparu", "gone"), Both("disparus", "gone"))
_HOOK = (
    Both("commande d’avant ou d’après", "command before or after"),
    Both("commandes d’avant ou d’après", "commands before or after"),
)
_SAME = (Both("inchangé", "unchanged"), Both("inchangés", "unchanged"))


def lines(done: BackupDone) -> Iterator[str]:
    """A backup told in a few lines."""
    s = done.snapshot
    yield say(
        f"Version {s.id[:8]} : {many(s.files, *FILE)}, {size(s.bytes)}, en {duration(done.seconds)}.",
        f"Snapshot {s.id[:8]}: {many(s.files, *FILE)}, {size(s.bytes)}, in {duration(done.seconds)}.",
    )
    figures = (
        (s.new_files, _NEW),
        (s.changed_files, _CHANGED),
        (done.metadata_files, _METADATA),
        (done.removed_files, _REMOVED),
        (done.unchanged_files, _SAME),
    )
    told = ", ".join(many(number, *names) for number, names in figures if number)
    if told:
        yield say(f"Fichiers : {told}.", f"Files: {told}.")
    yield say(
        f"Contenu nouveau : {size(s.new_bytes)} ; ajouté au coffre, une fois compressé et chiffré :"
        f" {size(s.stored)}.",
        f"New content: {size(s.new_bytes)}; added to the vault, once compressed and encrypted:"
        f" {size(s.stored)}.",
    )
    if done.left_out:
        folders = ", ".join(map(own, done.left_out))
        yield say(f"Laissés de côté : {folders}.", f"Left out: {folders}.")
    if done.unread:
        yield say(
            f"ATTENTION, sans copie sûre : {many(done.unread, *ITEM)} (voir ci-dessus).",
            f"WARNING, without a sound copy: {many(done.unread, *ITEM)} (see above).",
        )
    if done.hooks_failed:
        yield say(
            f"ATTENTION, en échec : {many(done.hooks_failed, *_HOOK)} (voir ci-dessus). Ce qui devait en"
            " venir n’est peut-être pas à jour.",
            f"WARNING, failed: {many(done.hooks_failed, *_HOOK)} (see above). What was to come of it may be"
            " out of date.",
        )
