"""`cyberlib demo`: see it work."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ...app.wording.language import Both, language, say
from ...app.wording.units import FILE, FOLDER, duration, many, moment, percent, size
from ...core.errors import Failed
from ..run import Run, pass_run
from ..words import choice, command, option

if TYPE_CHECKING:
    from ...app.showcase import SizeName, Step


@command(
    "demo",
    Both(
        "Montrer tout le parcours sur un cabinet fictif. Le sauvegarder, y travailler, sauvegarder le peu qui"
        " a changé, chercher, restaurer, comparer chaque octet. Rien ne reste ensuite.",
        "Show the whole way on a fictitious practice. Back it up, work in it, back up the little that"
        " changed, search, restore, compare every byte. Nothing is left afterwards.",
    ),
)
@option(
    "--dir",
    "folder",
    metavar=Both("DOSSIER", "DIR"),
    help=Both(
        "Dossier vide ou nouveau où jouer (par défaut : temporaire).",
        "Empty or new folder to play in (default: a temporary one).",
    ),
)
@option(
    "--keep",
    is_flag=True,
    help=Both(
        "Tout laisser en place ; le coffre est alors dans un dossier, sans hébergeur.",
        "Leave all of it in place; the vault is then in a folder, without a host.",
    ),
)
@option(
    "--size",
    type=choice("tiny", "small", "medium", "large"),
    default="small",
    show_default=True,
    help=Both("Taille du cabinet.", "Size of the practice."),
)
@option(
    "--window/--terminal",
    "in_window",
    default=None,
    help=Both(
        "Ouvrir la fenêtre sur ce cabinet, ou tout dire ici (par défaut : s’il y a un écran, la fenêtre).",
        "Open the window on that practice, or tell all here (default: where there is a screen, the window).",
    ),
)
@pass_run
def demo(run: Run, folder: str | None, keep: bool, size: SizeName, in_window: bool | None) -> None:
    """See its help."""
    from ...app import showcase
    from ...app.window import can_be_seen, open_window

    if in_window is None:
        watched = run.output.mode == "text" and run.output.is_watched
        in_window = watched and not keep and can_be_seen(os.environ)
    spoken = language()

    def show(profile: str) -> None:
        code = open_window(profile, spoken, alone=True, cancel=run.session.cancel)
        run.session.cancel.check()
        if code:
            raise Failed("gui_not_started", reason=str(code))

    window = show if in_window else None
    with run.stoppable():
        steps = showcase.run_showcase(run.session, folder, keep=keep, size=size, window=window)
        run.output.items(steps, tell, at_once=True)


_SHOWN = 3
_ANSWER = (Both("réponse", "answer"), Both("réponses", "answers"))


def tell(step: Step) -> str:
    """A step in plain words."""
    return _TELL[step.step](step.facts)


def _practice(f: dict[str, Any]) -> str:
    return say(
        f"Voici un cabinet fictif : base de patients, courriers, images. {many(f['files'], *FILE)},"
        f" {size(f['bytes'])}.",
        f"Here is a fictitious practice: patient database, letters, images. {many(f['files'], *FILE)},"
        f" {size(f['bytes'])}.",
    )


def _vault(f: dict[str, Any]) -> str:
    return say(
        f"Son coffre est créé, fermé par une phrase secrète et {f['words']} mots de secours.",
        f"Its vault is made, locked by a passphrase and {f['words']} recovery words.",
    )


def _host(f: dict[str, Any]) -> str:
    if f["state"] != "active":
        return say(
            f"Un nouveau poste, {f['name']}, est déclaré ; le contrat n’a qu’une place : il attend.",
            f"A new machine, {f['name']}, is declared; the contract has one seat: it waits.",
        )
    return say(
        f"Un hébergeur de démonstration tourne sur {f['host']}, avec son propre certificat ; ce poste,"
        f" {f['name']}, y est déclaré.",
        f"A demonstration host runs at {f['host']}, with a certificate of its own; this machine, {f['name']},"
        " is declared there.",
    )


def _seen(f: dict[str, Any]) -> str:
    return say(
        f"Ce que voit l’hébergeur : {f['objects']} objets scellés, {size(f['bytes'])}. On y a cherché"
        f" {f['looked_for']} noms et contenus du cabinet : AUCUN n’y est.",
        f"What the host sees: {f['objects']} sealed objects, {size(f['bytes'])}. {f['looked_for']} names and"
        f" contents of the practice were looked for in it: NONE is there.",
    )


def _elsewhere(f: dict[str, Any]) -> str:
    return say(
        f"Le poste est perdu : un autre reprend sa licence, ouvre le coffre avec les 24 mots et restaure"
        f" {many(f['files'], *FILE)} ({size(f['bytes'])}) en {duration(f['seconds'])}, AUCUNE différence.",
        f"The machine is lost: another takes its licence over, opens the vault by the 24 words and restores"
        f" {many(f['files'], *FILE)} ({size(f['bytes'])}) in {duration(f['seconds'])}, NO difference.",
    )


def _first(f: dict[str, Any]) -> str:
    return say(
        f"Première sauvegarde : {many(f['files'], *FILE)} en {duration(f['seconds'])} ; compressés et"
        f" chiffrés, ils tiennent dans {size(f['stored'])}.",
        f"First backup: {many(f['files'], *FILE)} in {duration(f['seconds'])}; compressed and encrypted,"
        f" they take {size(f['stored'])}.",
    )


def _day(f: dict[str, Any]) -> str:
    return say(
        f"Une journée de travail : {f['visits']} consultations, {f['acts']} actes, {f['corrections']}"
        f" corrections, {f['new_files']} nouveaux fichiers, un dossier renommé ({f['renamed']}).",
        f"A day’s work: {f['visits']} visits, {f['acts']} acts, {f['corrections']} corrections,"
        f" {f['new_files']} new files, one folder renamed ({f['renamed']}).",
    )


def _second(f: dict[str, Any]) -> str:
    share = percent(f["stored"], f["bytes"])
    return say(
        f"Deuxième sauvegarde : il suffit d’envoyer {size(f['stored'])}, soit {share} du cabinet, en"
        f" {duration(f['seconds'])}.",
        f"Second backup: it is enough to send {size(f['stored'])}, {share} of the practice, in"
        f" {duration(f['seconds'])}.",
    )


def _search(f: dict[str, Any]) -> str:
    found = [path.removeprefix(f["below"] + "/") for path in f["found"]]
    told = "".join(f"\n    {path}" for path in found[:_SHOWN])
    if len(found) > _SHOWN:
        more = len(found) - _SHOWN
        told += say(f"\n    … et {more} de plus", f"\n    … and {more} more")
    return say(
        f"Recherche de « {f['word']} », sans majuscules ni accents : {many(len(found), *_ANSWER)}.{told}",
        f"Search for “{f['word']}”, without capitals or accents: {many(len(found), *_ANSWER)}.{told}",
    )


def _versions(f: dict[str, Any]) -> str:
    lines = []
    for state in f["states"]:
        when, _, bytes_ = state.partition(" ")
        lines.append(f"\n    {moment(when)}  {size(int(bytes_))}")
    return say(
        f"Versions de la base {f['path']} dans le coffre :{''.join(lines)}",
        f"Versions of the database {f['path']} in the vault:{''.join(lines)}",
    )


def _restore(f: dict[str, Any]) -> str:
    return say(
        f"Tout est restauré ailleurs : {many(f['files'], *FILE)}, {size(f['bytes'])}, en"
        f" {duration(f['seconds'])}.",
        f"All is restored elsewhere: {many(f['files'], *FILE)}, {size(f['bytes'])}, in"
        f" {duration(f['seconds'])}.",
    )


def _compare(f: dict[str, Any]) -> str:
    return say(
        f"Comparaison de chaque octet, date, droit et lien : {many(f['files'], *FILE)} et"
        f" {many(f['directories'], *FOLDER)}, AUCUNE différence.",
        f"Every byte, time, mode and link compared: {many(f['files'], *FILE)} and"
        f" {many(f['directories'], *FOLDER)}, NO difference.",
    )


def _recovered(f: dict[str, Any]) -> str:
    return say(
        f"Un courrier est effacé par erreur, puis retrouvé à l’identique : {f['path']}",
        f"A letter is deleted by mistake, then recovered unchanged: {f['path']}",
    )


def _verify(f: dict[str, Any]) -> str:
    return say(
        f"Le coffre entier est relu ({size(f['bytes'])}) : il est sain.",
        f"The whole vault is read again ({size(f['bytes'])}): it is sound.",
    )


def _done(f: dict[str, Any]) -> str:
    taken = duration(f["seconds"])
    if f["kept"]:
        return say(
            f"Fini en {taken}. Tout est dans {f['folder']}.", f"Done in {taken}. All is in {f['folder']}."
        )
    return say(
        f"Fini en {taken}. Rien ne reste sur ce disque.", f"Done in {taken}. Nothing is left on this disk."
    )


def _drill(f: dict[str, Any]) -> str:
    return say(
        f"Une restauration est prouvée : {many(f['files'], *FILE)} comparés, {size(f['bytes'])}.",
        f"A restore is proven: {many(f['files'], *FILE)} compared, {size(f['bytes'])}.",
    )


def _window(_f: dict[str, Any]) -> str:
    return say(
        "Voici la fenêtre. Fermez-la pour finir : rien ne reste ensuite.",
        "Here is the window. Close it to end: nothing is left afterwards.",
    )


_TELL: dict[str, Callable[[dict[str, Any]], str]] = {
    "practice": _practice,
    "host": _host,
    "vault": _vault,
    "seen": _seen,
    "elsewhere": _elsewhere,
    "first_backup": _first,
    "day": _day,
    "second_backup": _second,
    "search": _search,
    "versions": _versions,
    "restore": _restore,
    "compare": _compare,
    "recovered": _recovered,
    "verify": _verify,
    "drill": _drill,
    "window": _window,
    "done": _done,
}
