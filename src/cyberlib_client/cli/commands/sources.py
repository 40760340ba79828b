"""`cyberlib sources`: the folders to protect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from ...app.wording.language import Both, say
from ...app.wording.rule_words import NAMES, ORIGINS
from ...app.wording.units import FILE, FOLDER, many, size
from ..adoption_lines import adoption_lines
from ..incidents import few_incidents
from ..places import here
from ..run import Run, pass_run
from ..words import argument, command, group, option, require_change

if TYPE_CHECKING:
    from ...app.sources import OwnFolder, PreviewInfo, SourceInfo

F = TypeVar("F", bound=Callable[..., object])

_PATTERN = Both("MOTIF", "PATTERN")

sources = group("sources", Both("Les dossiers à protéger.", "The folders to protect."))


def rules(function: F) -> F:
    """The options that say what belongs to a source; `backup` takes them too."""
    for declare in (
        option(
            "--no-default-exclusions",
            is_flag=True,
            help=Both(
                "Sans les exclusions d’usage (caches, fichiers temporaires).",
                "Without the usual exclusions (caches, temporary files).",
            ),
        ),
        option(
            "--one-file-system",
            is_flag=True,
            help=Both(
                "Ne pas entrer dans les autres systèmes de fichiers.", "Do not enter other file systems."
            ),
        ),
        option(
            "--exclude",
            multiple=True,
            metavar=_PATTERN,
            help=Both(
                "Laisser de côté ce qui répond à ce motif gitignore ; peut se répéter.",
                "Leave out what matches this gitignore pattern; may be repeated.",
            ),
        ),
    ):
        function = declare(function)
    return function


@command("add", Both("Ajouter un dossier ou un fichier.", "Add a folder or file."), sources)
@argument("path", metavar=Both("CHEMIN", "PATH"), help=Both("Le dossier.", "The folder."))
@rules
@pass_run
def add(
    run: Run, path: str, exclude: tuple[str, ...], one_file_system: bool, no_default_exclusions: bool
) -> None:
    """See its help."""
    from ...app import sources as app

    choice = app.Choice(
        exclude=exclude, one_file_system=one_file_system, default_exclusions=not no_default_exclusions
    )
    added = app.add_source(run.session, path, choice)
    path = here(added.path)
    run.output.result(added, lambda: [say(f"Dossier ajouté : {path}", f"Source added: {path}")])


@command(
    "change",
    Both(
        "Changer ses exclusions. Ce qui n’est pas donné reste.",
        "Change its exclusions. What is not given stays.",
    ),
    sources,
)
@argument("path", metavar=Both("CHEMIN", "PATH"), help=Both("Le dossier.", "The folder."))
@option(
    "--exclude",
    multiple=True,
    metavar=_PATTERN,
    help=Both(
        "Laisser de côté, en plus, ce qui répond à ce motif gitignore ; peut se répéter.",
        "Also leave out what matches this gitignore pattern; may be repeated.",
    ),
)
@option(
    "--take-back",
    multiple=True,
    metavar=_PATTERN,
    help=Both(
        "Ôter ce motif de la liste ; peut se répéter.", "Take this pattern off the list; may be repeated."
    ),
)
@option(
    "--default-exclusions/--no-default-exclusions",
    default=None,
    help=Both(
        "Avec ou sans les exclusions d’usage (caches, fichiers temporaires).",
        "With or without the usual exclusions (caches, temporary files).",
    ),
)
@option(
    "--one-file-system/--no-one-file-system",
    default=None,
    help=Both(
        "Ne pas entrer dans les autres systèmes de fichiers, ou y entrer.",
        "Do not enter other file systems, or enter them.",
    ),
)
@pass_run
def change(
    run: Run,
    path: str,
    exclude: tuple[str, ...],
    take_back: tuple[str, ...],
    default_exclusions: bool | None,
    one_file_system: bool | None,
) -> None:
    """See its help."""
    from ...app import exclusions as app

    require_change(
        bool(exclude or take_back) or default_exclusions is not None or one_file_system is not None
    )
    wanted = app.rules_with(
        run.session,
        path,
        exclude,
        take_back,
        one_file_system=one_file_system,
        default_exclusions=default_exclusions,
    )
    changed = app.change_source(run.session, path, wanted)
    run.output.result(changed, lambda: [_line(changed.after)])


@command(
    "remove",
    Both(
        "Ôter un dossier de la liste. Ce que le coffre en contient y reste.",
        "Take a folder off the list. What the vault holds of it stays.",
    ),
    sources,
)
@argument("path", metavar=Both("CHEMIN", "PATH"), help=Both("Le dossier.", "The folder."))
@pass_run
def remove(run: Run, path: str) -> None:
    """See its help."""
    from ...app import sources as app

    removed = app.remove_source(run.session, path)
    named = here(removed.path)
    run.output.result(removed, lambda: [say(f"Dossier ôté : {named}", f"Source removed: {named}")])


@command("list", Both("Lister les dossiers à protéger.", "List the folders to protect."), sources)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import sources as app

    found = run.output.items(app.list_sources(run.session), _line)
    if not found and run.output.mode == "text":
        run.output.remark(say("Aucun dossier dans ce profil.", "This profile has no sources."))


@command(
    "preview",
    Both(
        "Dire ce qu’une sauvegarde prendrait. Et quelle règle laisse quoi de côté.",
        "Tell what a backup would take. And which rule leaves out what.",
    ),
    sources,
)
@argument(
    "paths",
    nargs=-1,
    metavar=Both("[CHEMIN]...", "[PATH]..."),
    help=Both("Dossiers ; sans eux, ceux du profil.", "Folders; without, the profile’s."),
)
@rules
@pass_run
def preview(
    run: Run,
    paths: tuple[str, ...],
    exclude: tuple[str, ...],
    one_file_system: bool,
    no_default_exclusions: bool,
) -> int:
    """See its help."""
    from ...app import sources as app

    choice = app.Choice(
        paths, exclude, one_file_system=one_file_system, default_exclusions=not no_default_exclusions
    )
    with few_incidents(run), run.stoppable():
        found = app.preview_sources(run.session, choice)
    run.output.result(found, lambda: _preview(found))
    return found.exit_code


@command(
    "adopt",
    Both(
        "Reprendre les dossiers d’un ancien poste. Chacun est cherché sur celui-ci : autre utilisateur, autre"
        " disque, autre système. Ce que le coffre contient déjà n’est pas renvoyé.",
        "Take over an old machine’s folders. Each is looked for on this one: other user, other drive, other"
        " system. What the vault holds already is not sent again.",
    ),
    sources,
)
@option(
    "--from",
    "device",
    default="",
    metavar=Both("POSTE", "DEVICE"),
    help=Both(
        "L’ancien poste ; sans lui, celui de la dernière version.",
        "The old machine; without it, that of the newest snapshot.",
    ),
)
@option(
    "--map",
    "pairs",
    multiple=True,
    metavar=Both("ANCIEN=NOUVEAU", "OLD=NEW"),
    help=Both(
        "Où est ce dossier sur ce poste (rien après = : le laisser) ; peut se répéter.",
        "Where this folder is on this machine (nothing after =: leave it out); may be repeated.",
    ),
)
@option(
    "--restore",
    is_flag=True,
    help=Both(
        "Y remettre d’abord ce que le coffre en a ; ce qui est là reste tel quel.",
        "Put there first what the vault has of them; what is there stays as it is.",
    ),
)
@option("--dry-run", is_flag=True, help=Both("Montrer seulement.", "Only show."))
@pass_run
def adopt(run: Run, device: str, pairs: tuple[str, ...], restore: bool, dry_run: bool) -> int:
    """See its help."""
    from ...app import adopting as app

    chosen = app.read_pairs(pairs)
    if dry_run:
        told = app.offer(run.session, device, chosen)
    else:
        with few_incidents(run), run.stoppable():
            told = app.adopt(run.session, device, chosen, restore=restore)
    run.output.result(told, lambda: adoption_lines(told))
    return told.exit_code


def _line(source: SourceInfo) -> str:
    remarks = []
    if not source.present:
        remarks.append(say("absent", "missing"))
    if source.one_file_system:
        remarks.append("--one-file-system")
    if not source.default_exclusions:
        remarks.append("--no-default-exclusions")
    remarks += [f"--exclude {pattern}" for pattern in source.exclude]
    return here(source.path) + (f"  ({', '.join(remarks)})" if remarks else "")


def own(folder: OwnFolder) -> str:
    """A folder that no backup enters, with the reason."""
    return f"{here(folder.path)} ({ORIGINS[folder.origin]})"


def _preview(found: PreviewInfo) -> Iterator[str]:
    yield say(
        f"À sauvegarder : {many(found.files, *FILE)} dans {many(found.folders, *FOLDER)},"
        f" {size(found.bytes)}.",
        f"To back up: {many(found.files, *FILE)} in {many(found.folders, *FOLDER)}, {size(found.bytes)}.",
    )
    if found.placeholders:
        yield say(
            f"Dans le nuage seulement, donc sans contenu à sauver : {many(found.placeholders, *FILE)}.",
            f"In the cloud only, hence without content to save: {many(found.placeholders, *FILE)}.",
        )
    if found.left_out:
        yield say("Laissé de côté :", "Left out:")
    for rule in found.left_out:
        least = "" if rule.complete else say("au moins ", "at least ")
        files = many(rule.files, *FILE)
        own_folder = rule.origin in ("vault", "profile")
        named = here(rule.pattern) if own_folder else str(NAMES.get(rule.origin, rule.pattern))
        yield f"  {named}  [{ORIGINS[rule.origin]}]  {least}{files}, {size(rule.bytes)}"
        if own_folder:
            continue
        for example in rule.examples:
            yield f"      {here(example)}"
    for pattern in found.unused:
        yield say(
            f"Le motif « {pattern} » ne laisse rien de côté : est-il bien écrit ?",
            f"The pattern “{pattern}” leaves nothing out: is it as you mean it?",
        )
