"""`cyberlib verify`: prove that the vault is whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ...app.wording.language import Both, say
from ...app.wording.units import SNAPSHOT, count, duration, many, percent, size
from ..damage import damage_lines, object_line
from ..from_option import from_option
from ..run import Run, pass_run
from ..words import Between, command, option

if TYPE_CHECKING:
    from ...app.verifying import Verified


@command(
    "verify",
    Both(
        "Vérifier que le coffre est complet. Versions et dossiers sont lus ; des paquets, la présence et la"
        " taille sont contrôlées. Avec --read-data, chaque octet est relu.",
        "Check that the vault is complete. Snapshots and folders are read; of packs, presence and size are"
        " checked. With --read-data, every byte is read.",
    ),
)
@option(
    "--read-data",
    is_flag=False,
    flag_value=100,
    default=0,
    type=Between(0, 100),
    metavar=Both("[POURCENT]", "[PERCENT]"),
    help=Both(
        "Relire aussi les données : toutes, ou cette part tirée au sort (de 0 à 100).",
        "Read the data too: all of it, or this share drawn at random (from 0 to 100).",
    ),
)
@option(
    "--rotate",
    is_flag=True,
    help=Both(
        "Relire la part du jour : ce qui n’a pas été relu depuis le plus longtemps, pour que tout le soit en"
        " 30 jours. L’agent le fait de lui-même.",
        "Read the day’s portion: what has not been read for longest, so that all is within 30 days. The"
        " agent does it by itself.",
    ),
)
@option(
    "--quick",
    is_flag=True,
    help=Both(
        "Contrôler la structure et la présence seules, comme sans option.",
        "Check structure and presence alone, as without an option.",
    ),
)
@option(
    "--accept-missing",
    is_flag=True,
    help=Both(
        "Accepter un coffre remis dans un état passé : ne plus signaler les versions disparues que ce poste"
        " avait vues, ni refuser une table des accès plus ancienne.",
        "Accept a vault that was put back to an earlier state: stop reporting snapshots that this machine"
        " saw and that are gone, and refusing an older table of slots.",
    ),
)
@from_option
@pass_run
def verify(run: Run, read_data: int, rotate: bool, quick: bool, accept_missing: bool) -> int:
    """See its help."""
    if rotate + quick + bool(read_data) > 1:
        raise click.UsageError(
            say(
                "Un seul de --quick, --read-data et --rotate à la fois.",
                "Only one of --quick, --read-data and --rotate at a time.",
            )
        )
    from ...app import verifying
    from ...app.agent.through import verify_through_agent

    with run.stoppable():
        # Who accepts what is gone proves who they are, which an agent cannot ask for.
        done = (
            None
            if accept_missing or run.copy
            else verify_through_agent(run.session, read_data, rotate=rotate)
        )
        if done is None:
            done = verifying.run_verify(
                run.session, percent=read_data, rotate=rotate, accept_missing=accept_missing
            )
    run.output.result(done, lambda: lines(done))
    return done.exit_code


def _checked(done: Verified) -> str:
    """How far the verification went."""
    looked = f"{many(done.snapshots, *SNAPSHOT)}, {many(done.packs, *_PACKS)}"
    time = duration(done.seconds)
    if not done.packs_read:
        return say(
            f"Contrôlés : {looked} (présence et taille, sans relire leur contenu), en {time}.",
            f"Checked: {looked} (presence and size, their content not read), in {time}.",
        )
    read = f"{count(done.packs_read)}/{count(done.packs)} ({size(done.bytes_read)})"
    return say(
        f"Contrôlés : {looked} ; paquets relus : {read}, en {time}.",
        f"Checked: {looked}; packs read: {read}, in {time}.",
    )


def _share(done: Verified) -> str:
    part, days = percent(done.share.read, done.share.packs), count(done.share.days)
    return say(
        f"Paquets relus depuis moins de {days} jours : {part}.", f"Packs read within {days} days: {part}."
    )


_PACKS = (Both("paquet", "pack"), Both("paquets", "packs"))


_NAMED = 20
"""Snapshots and files named in one line."""


def _some(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")


def _verdict(done: Verified) -> str:
    """What is wrong with the vault as a whole: damage, or something missing from a history that is sound."""
    codes = {problem.code for problem in done.problems}
    harmful = any(not damaged.healed for damaged in done.damaged)
    if done.affected or harmful or codes & {"snapshot_damaged", "snapshot_unreadable"}:
        return say("LE COFFRE EST ENDOMMAGÉ.", "THE VAULT IS DAMAGED.")
    if "snapshot_rollback" not in codes:
        return say(
            "La suite des versions n’est pas entière.",
            "The chain of snapshots is not whole.",
        )
    if done.accepted:
        return say(
            "Le coffre a été remis dans un état passé : c’est accepté, et ne sera plus signalé.",
            "The vault was put back to an earlier state: that is accepted, and will not be told again.",
        )
    return say(
        "Le coffre a été remis dans un état passé, ou des versions ont été effacées.",
        "The vault was put back to an earlier state, or snapshots were deleted.",
    )


def _advice(done: Verified) -> Iterator[str]:
    """What to do about damage."""
    if done.affected and done.packs_read < done.packs:
        yield say(
            "Lancez cyberlib verify --read-data : il trouve tout ce qui est abîmé.",
            "Run cyberlib verify --read-data: it finds all that is damaged.",
        )
    if done.affected:
        yield say(
            "Lancez cyberlib backup sur le poste qui a ces fichiers : ce qui y est encore est remis dans le"
            " coffre. Ce qu’une sauvegarde ne remet pas ne reviendra que d’une copie du coffre :"
            " cyberlib repair --from.",
            "Run cyberlib backup on the machine that has these files: what is still there is put back into"
            " the vault. What a backup does not put back comes back from a copy of the vault alone: cyberlib"
            " repair --from.",
        )
    if not done.accepted and any(each.code == "snapshot_rollback" for each in done.problems):
        yield say(
            "Si personne ne l’a voulu, et qu’une copie du coffre les a encore : cyberlib repair --from COPIE"
            " --apply les remet.",
            "If nobody wanted that, and a copy of the vault has them still: cyberlib repair --from COPY"
            " --apply puts them back.",
        )
    if not done.affected and any(not damaged.healed for damaged in done.damaged):
        yield say(
            "Lancez cyberlib backup : il remet l’index, l’en-tête et les tables d’accès qui manquent, et le"
            " contenu des paquets abîmés qui est encore sur le poste.",
            "Run cyberlib backup: it puts back the index, the header and the tables of slots that are"
            " missing, and the content of damaged packs that is still on this machine.",
        )


def _spare(done: Verified) -> Iterator[str]:
    """Files of the vault that can be deleted; packs only once every pack was read."""
    read = done.packs_read == done.packs
    names = [d.name for d in done.damaged if d.spare and (read or not d.name.startswith("packs/"))]
    if names:
        yield say(
            f"Ne servent plus, et peuvent être effacés du dossier du coffre : {_some(names)}.",
            f"Needed no more, and may be deleted from the vault’s folder: {_some(names)}.",
        )
    if any(name.startswith(("slots/", "vault")) for name in names):
        yield say(
            "La sauvegarde qui suivra les remettra sains.",
            "The backup that follows puts them back sound.",
        )


def lines(done: Verified) -> Iterator[str]:
    """A verification told in a few lines."""
    for problem in done.damaged:
        yield object_line(problem)
    yield from damage_lines(done.damage)
    yield _checked(done)
    yield _share(done)
    if not done.ok:
        yield _verdict(done)
        yield from _advice(done)
        yield from _spare(done)
        return
    if done.damaged:
        yield say(
            "Ce qui est abîmé ne coûte aucun fichier : le contenu est aussi ailleurs dans le coffre.",
            "What is damaged costs no file: its content is elsewhere in the vault as well.",
        )
    yield from _spare(done)
    if done.packs_read == done.packs:
        yield say("Le coffre est sain.", "The vault is sound.")
    elif done.packs_read:
        yield say(
            "Rien ne manque ; ce qui a été relu est sain. Du reste, seules la présence et la taille sont"
            " sûres.",
            "Nothing is missing; what was read is sound. Of the rest, only presence and size are certain.",
        )
    else:
        yield say(
            "Rien ne manque : les dossiers se lisent, les paquets sont là et de la bonne taille. Le contenu"
            " des fichiers n’a pas été relu : cyberlib verify --read-data.",
            "Nothing is missing: folders can be read, packs are there and of the right size. The content of"
            " files was not read: cyberlib verify --read-data.",
        )
