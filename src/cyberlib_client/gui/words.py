"""How the window says what codes mean: the sentences that all share, without the command line's advice."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from ..app.messages import Message, error_message
from ..app.reports import ReportReason
from ..app.wording.language import Both, language, say
from ..app.wording.report_words import reason_message
from ..app.wording.units import duration
from ..core.errors import CyberlibError, UsageError
from ..core.health import NEXT
from ..core.words import decode, listed, written_words
from .advice import DAMAGED, IN_WINDOW

_FEWEST_WORDS: Final = 12
"""Words of the list: nobody's passphrase has as many."""


class Doing(NamedTuple):
    """The one next thing to do. `words`: on its button. `room`: where it is done, or `job` what the agent
    does."""

    words: Both
    room: str = ""
    job: str = ""


DOING: Final[dict[str, Doing]] = {
    "look_at_alarm": Doing(Both("Voir l’alarme", "See the alarm"), job="alarm"),
    "make_vault": Doing(Both("Créer le coffre", "Make the vault"), job="make"),
    "add_source": Doing(Both("Choisir les dossiers", "Choose folders"), room="folders"),
    "verify": Doing(Both("Vérifier le coffre", "Check the vault"), job="verify"),
    "call_host": Doing(Both("Appeler l’hébergeur", "Call the host"), room="help"),
    "make_room": Doing(Both("Faire de la place", "Make room"), room="settings"),
    "plug_copy": Doing(Both("Voir les copies", "See the copies"), room="copies"),
    "check_copy": Doing(Both("Voir les copies", "See the copies"), room="copies"),
    "plug_disk": Doing(Both("Réessayer", "Try again"), job="backup"),
    "unlock": Doing(Both("Donner la phrase secrète", "Give the passphrase"), job="unlock"),
    "start_agent": Doing(Both("Démarrer", "Start it"), job="agent"),
    "back_up": Doing(Both("Sauvegarder maintenant", "Back up now"), job="backup"),
    "look_at_sources": Doing(Both("Voir les dossiers", "See the folders"), room="folders"),
    "accept_terms": Doing(Both("Lire les conditions", "Read the terms"), job="terms"),
    "look_at_files": Doing(Both("Voir lesquels", "See which"), room="activity"),
    "look_at_keys": Doing(Both("Voir les accès", "See what opens it"), room="keys"),
    "look_at_incidents": Doing(Both("Voir le détail", "See the details"), room="activity"),
    "look_at_line": Doing(Both("Réessayer", "Try again"), job="backup"),
    "resume": Doing(Both("Reprendre", "Resume"), job="resume"),
    "prove_restore": Doing(Both("Essayer une restauration", "Try a restore"), job="drill"),
}
"""By the codes of `core.health.NEXT`; a test sees that none is missing."""

HEADLINES: Final = {
    "protected": Both("Votre poste est protégé", "Your machine is protected"),
    "attention": Both("Une chose est à regarder", "One thing asks for your attention"),
    "danger": Both("Votre poste n’est pas protégé", "Your machine is not protected"),
    "unknown": Both("On ne sait pas si ce poste est protégé", "It is not known whether this is protected"),
}

MORE: Final[dict[str, str]] = {
    "copy_never": "plug_copy",
    "copy_unread": "plug_copy",
    "copy_denied": "plug_copy",
    "copy_gone": "plug_copy",
    "copy_full": "plug_copy",
    "copy_not_here": "plug_copy",
    "copy_other_vault": "plug_copy",
    "verification_late": "verify",
    "file_damaged": "verify",
    "store_damaged": "verify",
    "seen_note_damaged": "verify",
    "slots_note_damaged": "look_at_keys",
    "release_asked": "look_at_keys",
    "kit_unchecked": "look_at_keys",
    "approval_asked": "look_at_keys",
    "host_terms_not_accepted": "accept_terms",
    "host_terms_changed": "accept_terms",
    "host_full": "make_room",
    "host_quota_reached": "make_room",
    "host_organisation_suspended": "call_host",
    "host_organisation_terminated": "call_host",
    "host_certification_withdrawn": "call_host",
    "host_device_revoked": "call_host",
    "certification_ends": "call_host",
    "restore_not_proven": "prove_restore",
    "sources_missing": "look_at_sources",
    "no_sources": "add_source",
    "agent_gone": "start_agent",
    "agent_died": "start_agent",
    "agent_not_running": "start_agent",
    "wrong_secret": "unlock",
    "key_renewed": "unlock",
    "proof_needed": "unlock",
    "host_unreachable": "look_at_line",
    **dict.fromkeys((*DAMAGED, "retention_needs_whole"), "verify"),
}
"""The same for other incidents and errors, by their codes."""

_OF_COMMANDS: Final = re.compile(r"(?<!\S)\(?(cyberlib [a-z]|--[a-z]|Ctrl-C)")
_IN_TITLE: Final = re.compile(r" \(cyberlib [^)]*\)|\s?; --[^;]*$")


def doing(code: str) -> str:
    """What there is to do in the window about a reason, an incident or an error: a key of DOING, or ""."""
    return NEXT.get(code) or MORE.get(code, "")


def for_window(message: Message, code: str = "") -> Message:
    """Advice that names a command says what can be done in the window, or who can run it, or nothing where a
    button takes its place."""
    title = _IN_TITLE.sub("", message.title)
    if message.advice and code in IN_WINDOW:
        return Message(title, str(IN_WINDOW[code]))
    if _OF_COMMANDS.search(message.advice) is None:
        return Message(title, message.advice)
    return Message(title, "" if doing(code) or not code else str(FOR_TECHNICIANS))


FOR_TECHNICIANS: Final = Both(
    "Cela ne se règle pas encore dans la fenêtre : montrez cette phrase à votre informaticien, ou écrivez à"
    " l’assistance (« Aide »).",
    "This cannot be settled in the window yet: show this sentence to your technician, or write to support"
    " (“Help”).",
)


def reason(told: ReportReason) -> Message:
    """What is said of a reason."""
    return for_window(reason_message(told), told.code)


def error(raised: CyberlibError) -> Message:
    """What happened and what to do."""
    return for_window(error_message(raised.code, raised.facts, language()), raised.code)


def meant(raised: CyberlibError, typed: str) -> CyberlibError:
    """What is wrong with 24 words that were given where a passphrase would do as well: "wrong" alone says
    nothing to somebody who left one out."""
    if raised.code != "wrong_secret":
        return raised
    written = written_words(typed)
    if sum(listed(each) is not None for each in written) < _FEWEST_WORDS:
        return raised
    try:
        decode(typed)
    except UsageError as of_words:
        return of_words
    return raised


def soon(nanoseconds: int) -> str:
    """A moment to come, in a sentence: "demain 12:30"."""
    at = datetime.fromtimestamp(nanoseconds / 1e9).astimezone()
    days = (at.date() - datetime.now().astimezone().date()).days
    if days in (0, 1):
        day = (Both("aujourd’hui", "today"), Both("demain", "tomorrow"))[days]
        return f"{day} {at:%H:%M}"
    return f"{at:%d/%m/%Y %H:%M}" if language() == "fr" else f"{at:%Y-%m-%d %H:%M}"


def no_vault_yet() -> str:
    """In each room that needs one."""
    return say("Il n’y a pas encore de coffre.", "There is no vault yet.")


def error_line(raised: CyberlibError) -> str:
    """The same in a line, with its code for whoever helps."""
    return f"{error(raised)} [{raised.code}]"


def bare(raised: CyberlibError) -> CyberlibError:
    """The same error without the places and names that it may have."""
    return type(raised)(raised.code, **dict.fromkeys(raised.facts, "…"))


def ago(seconds: int) -> str:
    """How long ago: "il y a 12 minutes"."""
    if seconds < 60:
        return say("à l’instant", "just now")
    if seconds < 3600:
        n = seconds // 60
        return say(f"il y a {n} minute{'s' * (n > 1)}", f"{n} minute{'s' * (n > 1)} ago")
    if seconds < 2 * 86_400:
        n = seconds // 3600
        return say(f"il y a {n} heure{'s' * (n > 1)}", f"{n} hour{'s' * (n > 1)} ago")
    n = seconds // 86_400
    return say(f"il y a {n} jours", f"{n} days ago")


def left(seconds: float) -> str:
    """How long still."""
    if seconds < 90:
        return say("encore une minute environ", "about a minute left")
    if seconds < 5400:
        return say(
            f"encore {round(seconds / 60)} minutes environ", f"about {round(seconds / 60)} minutes left"
        )
    return say(f"encore {duration(seconds)} environ", f"about {duration(seconds)} left")
