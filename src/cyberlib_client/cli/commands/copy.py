"""`cyberlib copy`: second copies of the vault, on disks, shares and buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.wording.language import Both, say
from ..bucket_options import bucket_options
from ..copy_lines import check_lines, copies_lines, copy_line
from ..run import Run, pass_run
from ..words import argument, command, group, option, require_change

if TYPE_CHECKING:
    from ...app.copies import CopyInfo

copy = group(
    "copy",
    Both(
        "Copier le coffre sur un second support. Un disque USB, un NAS ou un compartiment S3 ; sans autre"
        " mot, ceux du profil qui sont là. La copie se restaure seule.",
        "Copy the vault to a second medium. A USB disk, a NAS or an S3 bucket; without another word, those of"
        " the profile that are there. A copy can be restored alone.",
    ),
    usual="run",
)

_NAME = Both("NOM", "NAME")
_STORE = Both("EMPLACEMENT", "STORE")


@command(
    "run",
    Both(
        "Copier ce qui manque aux copies. Interrompue, la copie reprend où elle en était ; rien n’y est"
        " écrasé.",
        "Copy what the copies lack. Once interrupted, it goes on where it was; nothing there is overwritten.",
    ),
    copy,
)
@argument(
    "names",
    nargs=-1,
    metavar=Both("[NOM]...", "[NAME]..."),
    help=Both(
        "Les copies à faire ; sans nom, toutes celles qui sont là.", "Which; without, all that are there."
    ),
)
@option(
    "--to",
    default="",
    metavar=_STORE,
    help=Both(
        "Copier dans ce dossier, ou ce compartiment (s3://…), sans l’ajouter aux réglages.",
        "Copy to this folder, or bucket (s3://…), without adding it to the settings.",
    ),
)
@option(
    "--parity",
    is_flag=True,
    help=Both(
        "Avec --to : ajouter de quoi réparer un disque qui perd des octets (un huitième de place en plus).",
        "With --to: add what repairs a disk that loses bytes (an eighth more space).",
    ),
)
@option(
    "--erase-absent",
    is_flag=True,
    help=Both(
        "Effacer aussi de la copie ce que le coffre n’a plus, même s’il ne sait plus l’avoir effacé : pour"
        " un disque resté longtemps ailleurs. Demande une phrase secrète, ou les 24 mots, et un coffre sain.",
        "Delete from the copy too what the vault has not, even where it does not know any more that it"
        " deleted it: for a disk that was elsewhere for long. Takes a passphrase, or the 24 words, and a"
        " whole vault.",
    ),
)
@bucket_options
@pass_run
def run_(
    run: Run,
    names: tuple[str, ...],
    to: str,
    parity: bool,
    erase_absent: bool,
    endpoint: str,
    region: str,
    access_key_file: str | None,
    ca: str | None,
) -> int:
    """See its help."""
    from ...app import copying
    from ...app.stores import check_bucket_given
    from ...app.workplace import BucketGiven

    given = BucketGiven(endpoint, region, access_key_file, ca)
    check_bucket_given(to, given)
    with run.stoppable():
        done = copying.run_copies(
            run.session, to=to, given=given, parity=parity, names=names, erase_absent=erase_absent
        )
    run.output.result(done, lambda: copies_lines(done))
    return done.exit_code


@command("list", Both("Lister les copies du profil.", "List the profile’s copies."), copy)
@pass_run
def list_(run: Run) -> None:
    """See its help."""
    from ...app import copies

    found = run.output.items(copies.list_copies(run.session), copy_line)
    if not found and run.output.mode == "text":
        run.output.remark(
            say(
                "Aucune seconde copie. Pour en ajouter une : cyberlib copy add NOM EMPLACEMENT.",
                "No second copy. To add one: cyberlib copy add NAME STORE.",
            )
        )


@command(
    "add",
    Both(
        "Ajouter une copie aux réglages. Un disque est reconnu où qu’il soit branché ; sa copie est faite dès"
        " qu’il l’est, si l’agent est là.",
        "Add a copy to the settings. A disk is known again wherever it is plugged in; its copy is made as"
        " soon as it is, if the agent is there.",
    ),
    copy,
)
@argument(
    "name", metavar=_NAME, help=Both("Son nom, par exemple « disque lundi ».", "Its name, such as “monday”.")
)
@argument(
    "at",
    metavar=_STORE,
    help=Both(
        "Un dossier du disque ou du partage, ou un compartiment (s3://…).",
        "A folder of the disk or share, or a bucket (s3://…).",
    ),
)
@option(
    "--every",
    default="1 d",
    show_default=True,
    metavar=Both("DURÉE", "TIME"),
    help=Both(
        "À quel rythme la faire d’elle-même, quand elle est là ; vide : seulement à la main.",
        "How often to make it by itself, when it is there; empty: by hand alone.",
    ),
)
@option(
    "--parity",
    is_flag=True,
    help=Both(
        "Ajouter de quoi réparer un disque qui perd des octets (un huitième de place en plus).",
        "Add what repairs a disk that loses bytes (an eighth more space).",
    ),
)
@option(
    "--elsewhere",
    is_flag=True,
    help=Both(
        "Elle est gardée ailleurs qu’au cabinet (règle 3-2-1).",
        "It is kept at another place than the practice (3-2-1 rule).",
    ),
)
@bucket_options
@option(
    "--device-file",
    is_flag=True,
    help=Both(
        "S3 : garder la clé d’accès dans un fichier plutôt que dans le trousseau.",
        "S3: keep the access key in a file rather than in the keychain.",
    ),
)
@pass_run
def add(
    run: Run,
    name: str,
    at: str,
    every: str,
    parity: bool,
    elsewhere: bool,
    endpoint: str,
    region: str,
    access_key_file: str | None,
    ca: str | None,
    device_file: bool,
) -> None:
    """See its help."""
    from ...app import copies
    from ...app.stores import check_bucket_given
    from ...app.workplace import BucketGiven

    given = BucketGiven(endpoint, region, access_key_file, ca)
    check_bucket_given(at, given)
    added = copies.add_copy(
        run.session,
        name,
        at,
        given,
        every=every,
        parity=parity,
        elsewhere=elsewhere,
        in_file=device_file,
    )
    run.output.result(added, lambda: _added(added))


def _added(added: CopyInfo) -> Iterator[str]:
    yield say(f"Copie ajoutée : {added.name}, {added.at}", f"Copy added: {added.name}, {added.at}")
    yield say(
        f'Pour la faire tout de suite : cyberlib copy "{added.name}"',
        f'To make it now: cyberlib copy "{added.name}"',
    )


@command(
    "change",
    Both(
        "Changer ce qui est noté d’une copie ; ce qui n’est pas donné reste. Son disque n’a pas à être là.",
        "Change what is noted of a copy; what is not given stays. Its disk need not be there.",
    ),
    copy,
)
@argument("name", metavar=_NAME, help=Both("Son nom.", "Its name."))
@option("--name", "new", metavar=_NAME, help=Both("Son nouveau nom.", "Its new name."))
@option(
    "--every",
    metavar=Both("DURÉE", "TIME"),
    help=Both(
        "À quel rythme la faire d’elle-même ; vide : seulement à la main.",
        "How often to make it by itself; empty: by hand alone.",
    ),
)
@option(
    "--parity/--no-parity",
    default=None,
    help=Both(
        "Y ajouter la parité à la prochaine copie ; --no-parity n’ôte pas celle qui y est.",
        "Add parity with the next copy; --no-parity takes none away that is there.",
    ),
)
@option(
    "--elsewhere/--no-elsewhere",
    default=None,
    help=Both("Elle est gardée ailleurs qu’au cabinet, ou non.", "It is kept at another place, or not."),
)
@pass_run
def change(
    run: Run,
    name: str,
    new: str | None,
    every: str | None,
    parity: bool | None,
    elsewhere: bool | None,
) -> None:
    """See its help."""
    from ...app import copies

    require_change(any(each is not None for each in (new, every, parity, elsewhere)))
    if new is not None:
        from ...app.copy_names import rename_copy

        name = rename_copy(run.session, name, new).name
    changed = copies.change_copy(run.session, name, every=every, parity=parity, elsewhere=elsewhere)
    run.output.result(changed, lambda: [copy_line(changed)])


@command(
    "remove",
    Both(
        "Ôter une copie des réglages. Ce qu’elle contient reste sur son support.",
        "Take a copy off the settings. What it holds stays on its medium.",
    ),
    copy,
)
@argument("name", metavar=_NAME, help=Both("Son nom.", "Its name."))
@pass_run
def remove(run: Run, name: str) -> None:
    """See its help."""
    from ...app import copies

    removed = copies.remove_copy(run.session, name)
    run.output.result(
        removed,
        lambda: [
            say(f"Copie ôtée : {removed.name}, {removed.at}", f"Copy removed: {removed.name}, {removed.at}")
        ],
    )


@command(
    "check",
    Both(
        "Relire toute une copie et dire ce qui y est abîmé ; --repair le répare, depuis le coffre ou par la"
        " parité.",
        "Read all of a copy and tell what is damaged in it; --repair mends it, from the vault or by parity.",
    ),
    copy,
)
@argument(
    "copy_",
    metavar=Both("COPIE", "COPY"),
    help=Both("Son nom, ou son emplacement.", "Its name, or its place."),
)
@option(
    "--repair",
    is_flag=True,
    help=Both(
        "Réparer. Sans cette option, rien n’est écrit : la commande dit ce qu’elle ferait.",
        "Mend it. Without this, nothing is written: the command says what it would do.",
    ),
)
@option(
    "--alone",
    is_flag=True,
    help=Both(
        "Sans le coffre, même s’il est là : la copie par elle-même.",
        "Without the vault, even if it is there: the copy by itself.",
    ),
)
@option(
    "--rotate",
    is_flag=True,
    help=Both(
        "Relire la part du jour : ce qui n’a pas été relu depuis le plus longtemps, pour que tout le soit en"
        " 90 jours. L’agent le fait de lui-même quand le disque est branché.",
        "Read the day’s portion: what has not been read for longest, so that all is within 90 days. The agent"
        " does it by itself while the disk is plugged in.",
    ),
)
@pass_run
def check(run: Run, copy_: str, repair: bool, alone: bool, rotate: bool) -> int:
    """See its help."""
    from ...app import copy_checks

    with run.stoppable():
        done = copy_checks.check(run.session, copy_, repair=repair, alone=alone, rotate=rotate)
    run.output.result(done, lambda: check_lines(done))
    return done.exit_code
