"""`cyberlib alarm`: the ransomware alarm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from ...app.messages import translated
from ...app.wording.language import Both, language, say
from ...app.wording.units import FILE, count, many, moment
from ..run import Run, pass_run
from ..words import argument, choice, command, group, option

if TYPE_CHECKING:
    from ...app.alarms import AlarmDismissed, AlarmShown, CanariesSet

alarm = group(
    "alarm",
    Both("L’alarme contre les rançongiciels.", "The ransomware alarm."),
)


@command(
    "show", Both("Montrer l’alarme, et ce qui l’a déclenchée.", "Show the alarm and its reasons."), alarm
)
@pass_run
def show(run: Run) -> None:
    """See its help."""
    from ...app import alarms

    shown = alarms.show(run.session)
    run.output.result(shown, lambda: _shown(shown))


@command(
    "dismiss",
    Both(
        "Lever l’alarme : ce qui l’a déclenchée était voulu. Une phrase secrète du coffre, ou ses 24"
        " mots, sont"
        " demandés d’abord, comme pour key add.",
        "Take the alarm back: what raised it was meant. A passphrase of the vault, or its 24 words, are asked"
        " for first, as for key add.",
    ),
    alarm,
)
@option(
    "--reason",
    default="",
    metavar=Both("TEXTE", "TEXT"),
    help=Both("Pourquoi, pour mémoire.", "Why, to be remembered."),
)
@option(
    "--device",
    default="",
    metavar=Both("NOM", "NAME"),
    help=Both(
        "Celle d’un autre poste, qui n’est plus là pour le faire : le coffre n’est plus gelé par elle.",
        "That of another device, which is no longer there to do it: it freezes the vault no more.",
    ),
)
@option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Prouver par les 24 mots de ce fichier que l’on peut lever l’alarme.",
        "Prove by the 24 words in this file that one may take it back.",
    ),
)
@pass_run
def dismiss(run: Run, reason: str, device: str, recovery_file: str | None) -> None:
    """See its help."""
    from ...app import alarms

    run.prove_by(recovery_file)
    done = alarms.dismiss(run.session, reason, device)
    run.output.result(done, lambda: _dismissed(done))


@command(
    "canaries",
    Both(
        "Placer des fichiers témoins dans les dossiers protégés, ou les ôter : qui les touche"
        " déclenche l’alarme.",
        "Place decoy files in the folders that are backed up, or remove them: touching them raises"
        " the alarm.",
    ),
    alarm,
)
@argument("state", type=choice("on", "off"), help=Both("Placer ou ôter.", "Place or remove."))
@pass_run
def canaries(run: Run, state: Literal["on", "off"]) -> None:
    """See its help."""
    from ...app import alarms

    done = alarms.set_canaries(run.session, on=state == "on")
    run.output.result(done, lambda: _set(done))


def _shown(shown: AlarmShown) -> Iterator[str]:
    if shown.level == "none":
        yield say("Pas d’alarme.", "No alarm.")
    else:
        begun = moment(shown.since) if shown.since else "?"
        yield say(
            f"ALARME depuis le {moment(shown.raised or '')} ; premier signe : {begun}.",
            f"ALARM since {moment(shown.raised or '')}; first sign: {begun}.",
        )
        yield say(
            f"Touchés, d’après ce qui se voit : {many(shown.lost, *FILE)}.",
            f"Affected, as far as can be seen: {many(shown.lost, *FILE)}.",
        )
        for reason in shown.reasons:
            words = translated(f"alarm_{reason.code}", language())
            days = say(f" (en {reason.days} j)", f" (in {reason.days} d)") if reason.days else ""
            yield say(f"- {words} : {count(reason.count)}{days}", f"- {words}: {count(reason.count)}{days}")
        if shown.clean:
            yield say(
                f"Dernière version d’avant : {shown.clean[:8]}.", f"Last snapshot before: {shown.clean[:8]}."
            )
        yield say(
            "Aucune version n’est effacée tant que l’alarme dure.",
            "No snapshot is removed while the alarm stands.",
        )
        yield from _to_do(shown)
    if shown.canaries:
        yield say(f"Fichiers témoins : {count(shown.canaries)}.", f"Decoy files: {count(shown.canaries)}.")


def _to_do(shown: AlarmShown) -> Iterator[str]:
    yield ""
    yield say("À faire :", "To do:")
    yield say(
        "1. Débranchez ce poste du réseau et ses disques externes, sans l’éteindre ni le redémarrer.",
        "1. Unplug this machine’s network and external disks; do not switch it off or restart it.",
    )
    yield say("2. Appelez votre informaticien.", "2. Call your IT staff.")
    if shown.clean:
        called = f"cyberlib restore {shown.clean[:8]} --to"
        yield say(
            f"3. Restaurez sur un poste sain, depuis la version d’avant : {called} DOSSIER",
            f"3. Restore on a sound machine, from the snapshot before: {called} FOLDER",
        )
    yield say(
        "Si c’est vous qui avez changé ces fichiers : cyberlib alarm dismiss --reason 'pourquoi'",
        "If it was you who changed these files: cyberlib alarm dismiss --reason 'why'",
    )


def _dismissed(done: AlarmDismissed) -> Iterator[str]:
    yield say(f"Alarme du {moment(done.raised)} levée.", f"Alarm of {moment(done.raised)} taken back.")


def _set(done: CanariesSet) -> Iterator[str]:
    if done.on:
        placed = count(done.placed)
        yield say(f"Fichiers témoins placés : {placed}.", f"Decoy files placed: {placed}.")
    else:
        removed = count(done.removed)
        yield say(f"Fichiers témoins ôtés : {removed}.", f"Decoy files removed: {removed}.")
