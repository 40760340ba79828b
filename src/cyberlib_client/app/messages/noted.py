"""Words for what this machine had noted of its vault and cannot read any more, and for what it finds changed
against what it noted."""

from __future__ import annotations

from typing import Final

from .text import Text

_SLOTS: Final = Text(
    "Ce poste ne peut plus lire ce qu’il avait noté des accès au coffre[ ({at})] : il l’a noté de nouveau,"
    " tel que le coffre les montre aujourd’hui.",
    "Vérifiez qu’aucun accès retiré n’y est revenu : cyberlib key list.",
    "This machine cannot read any more what it had noted of what opens the vault[ ({at})]: it noted it anew,"
    " as the vault shows it today.",
    "Check that nothing that was removed came back: cyberlib key list.",
)
_SEEN: Final = Text(
    "Ce poste ne peut plus lire ce qu’il avait noté des versions et des défauts du coffre[ ({at})] : cette"
    " fois, il ne verrait pas que des versions ont disparu.",
    "Faites vérifier le coffre : cyberlib verify --read-data.",
    "This machine cannot read any more what it had noted of the vault’s snapshots and faults[ ({at})]: this"
    " once it would not see that snapshots are gone.",
    "Have the vault checked: cyberlib verify --read-data.",
)

_IDENTITY: Final = Text(
    "L’identité de ce poste[, {at},] était endommagée : une nouvelle est faite.",
    "La prochaine sauvegarde relit tout, et ce poste apparaît comme nouveau.",
    "This machine’s identity[, {at},] was damaged: a new one is made.",
    "The next backup reads everything, and this machine appears as a new one.",
)

ERRORS: Final[dict[str, Text]] = {
    "host_note_damaged": Text(
        "Ce que ce poste avait noté de son hébergeur est endommagé : {at}.",
        "Déclarez-le de nouveau, clé de contrat en main : cyberlib device enrol, au besoin sous un autre"
        " nom.",
        "What this machine had noted of its host is damaged: {at}.",
        "Declare it anew, contract key at hand: cyberlib device enrol, under another name if need be.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "key_change_cut_short": Text(
        "Le changement de clé du coffre a été coupé : la nouvelle phrase secrète vaut, les nouveaux mots"
        " n’ont peut-être été montrés à personne.",
        "Si vous ne les avez pas : cyberlib key add recovery, puis ôtez les premiers (cyberlib key remove).",
        "The change of the vault’s key was cut short: the new passphrase counts, the new words may have been"
        " shown to nobody.",
        "If you do not have them: cyberlib key add recovery, then remove the first (cyberlib key remove).",
    ),
    "slots_note_damaged": _SLOTS,
    "seen_note_damaged": _SEEN,
    "identity_damaged": _IDENTITY,
}

HEALTH: Final[dict[str, Text]] = {
    "slots_note_damaged": _SLOTS,
    "seen_note_damaged": _SEEN,
    "alarm_damaged": Text(
        "Ce que l’alarme contre les rançongiciels avait retenu est illisible : elle recommence à apprendre.",
        "Si vous ne savez pas d’où cela vient, regardez vos fichiers récents, puis lancez cyberlib verify.",
        "What the ransomware alarm remembered could not be read: it learns anew.",
        "If you do not know why, look at your recent files, then run cyberlib verify.",
    ),
    "identity_damaged": _IDENTITY,
    "slot_came_back": Text(
        "Un accès qui avait été retiré[, n° {id},] ouvre de nouveau le coffre.",
        "Retirez-le de nouveau : cyberlib key remove[ {id}]. Si cela revient, appelez l’hébergeur.",
        "What was removed[, No. {id},] opens the vault again.",
        "Remove it again: cyberlib key remove[ {id}]. If it comes back, call the host.",
    ),
}
