"""Words for retention."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "yes_needed": Text(
        "Rien n’a été fait : personne n’est là pour dire oui.",
        "Regardez ce qui se passerait (--dry-run), puis relancez avec --yes.",
        "Nothing was done: nobody is there to say yes.",
        "Look at what would happen (--dry-run), then run again with --yes.",
    ),
    "clock_doubtful": Text(
        "L’horloge de ce poste indique le {day}, alors qu’elle indiquait le {since} la dernière fois : rien"
        " n’est effacé sur la foi d’une horloge douteuse.",
        "Mettez l’horloge à l’heure, puis relancez. Si elle est juste (un poste resté longtemps éteint) :"
        " --clock-is-right.",
        "This machine’s clock shows {day}, and showed {since} the last time: nothing is deleted on the word"
        " of a clock in doubt.",
        "Set the clock, then run again. If it is right (a machine that was off for long): --clock-is-right.",
    ),
    "host_clock_doubtful": Text(
        "L’horloge de l’hébergeur {at} indique le {day}, là où l’on attendait le {since} ou peu après : rien"
        " n’est effacé sur la foi d’une horloge douteuse.",
        "Si le {day} est bien la date d’aujourd’hui (un poste resté longtemps éteint) : --clock-is-right."
        " Sinon, prévenez l’hébergeur.",
        "The clock of the host {at} shows {day}, where {since} or a little later was expected: nothing is"
        " deleted on the word of a clock in doubt.",
        "If {day} is today’s date (a machine that was off for long): --clock-is-right. Otherwise tell the"
        " host.",
    ),
    "retention_busy": Text(
        "Une autre commande trie déjà le coffre depuis ce profil.",
        "Attendez qu’elle finisse, puis relancez.",
        "Another command of this profile is sorting out the vault already.",
        "Wait until it ends, then run again.",
    ),
    "bad_preset": Text(
        "Aucune règle toute faite ne s’appelle « {text} ».",
        "Il y a : cabinet, comptabilite, court, tout, et none pour ne plus en avoir.",
        "No preset is called “{text}”.",
        "There are: cabinet, comptabilite, court, tout, and none for no policy.",
    ),
    "bad_retention": Text(
        "Une durée de conservation ne s’écrit pas ainsi[ : {text}].",
        "Un nombre de 0 à 10 000, ou all pour tout garder ; la quarantaine va de 7 à 366 jours.",
        "How long to keep is not written like this[: {text}].",
        "A number from 0 to 10,000, or all to keep all; the quarantine goes from 7 to 366 days.",
    ),
    "no_freeze": Text(
        "Aucune alarme de {device} ne gèle ce coffre.",
        "[Il est gelé par : {known}.]",
        "No alarm of {device} freezes this vault.",
        "[It is frozen by: {known}.]",
    ),
    "bad_date": Text(
        "« {text} » n’est pas une date.",
        "Une date s’écrit jour/mois/année : 22/11/2026.",
        "“{text}” is no date.",
        "A date is written year-month-day, 2026-11-22, or day/month/year.",
    ),
    "date_to_come": Text(
        "Le {text} n’est pas encore venu : personne n’a pu demander cela ce jour-là. Rien n’a été changé.",
        "Donnez le jour de la demande, ou ne donnez pas --date : ce sera aujourd’hui. Si la date est bonne,"
        " mettez ce poste à l’heure.",
        "{text} is still to come: nobody can have asked for this on that day. Nothing was changed.",
        "Give the day of the request, or leave out --date for today. If the date is right, set this"
        " machine’s clock.",
    ),
    "refused_nowhere": Text(
        "Rien ne s’appelle {path}, ni sur ce poste ni dans aucune version : rien n’a été exclu.",
        "Cherchez le nom exact : cyberlib find DÉBUT_DU_NOM, puis relancez avec ce chemin.",
        "Nothing is called {path}, neither on this machine nor in any snapshot: nothing was left out.",
        "Look for the exact name: cyberlib find START_OF_THE_NAME, then run again with that path.",
    ),
    "refusal_unknown": Text(
        "Aucun refus en cours n’a ce numéro ni ce chemin : {text}.",
        "cyberlib refusals list montre le registre.",
        "No refusal that holds has this number or path: {text}.",
        "cyberlib refusals list shows the register.",
    ),
    "erased_stays": Text(
        "La version {snapshot} a été refaite sans ce qu’un patient refuse : l’ancienne ne revient pas.",
        "cyberlib snapshots liste celle qui la remplace.",
        "The snapshot {snapshot} was written anew without what a patient refuses: the old one does not come"
        " back.",
        "cyberlib snapshots lists the one that replaces it.",
    ),
    "refusals_damaged": Text(
        "Le registre des refus {at} ne se comprend pas.",
        "Reprenez-le d’une sauvegarde du profil ; CyberLib n’y a pas touché.",
        "The register of refusals {at} cannot be understood.",
        "Take it from a backup of the profile; CyberLib has not touched it.",
    ),
    "forget_newest": Text(
        "{snapshot} est la dernière version de {device} : elle n’est pas retirée ainsi.",
        "Faites d’abord une sauvegarde, ou ajoutez --force si ce poste n’est plus à protéger.",
        "{snapshot} is the newest snapshot of {device}: it does not go like this.",
        "Back up first, or add --force if that machine is not to be protected any more.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "refused_elsewhere": Text(
        "N’est pas sauvegardé, car le refus d’un patient a été noté sur {device} : {count}.",
        "Si ce n’est pas voulu : cyberlib refusals lift CHEMIN.",
        "Not backed up, since a patient’s refusal was noted on {device}: {count}.",
        "If that is not wanted: cyberlib refusals lift PATH.",
    ),
    "policies_not_seen": Text(
        "Le coffre ne s’ouvre pas ({code}) : s’il contient des règles pour plusieurs postes, elles ne"
        " sont pas montrées.",
        "Relancez quand il est joignable.",
        "The vault does not open ({code}): if policies for several machines stand in it, they are not shown.",
        "Run again when it can be reached.",
    ),
    "source_refused": Text(
        "{path} n’est pas sauvegardé : un patient l’a refusé.",
        "Ôtez-le des dossiers protégés : cyberlib sources remove.",
        "{path} is not backed up: a patient refused it.",
        "Take it off the sources: cyberlib sources remove.",
    ),
}

HEALTH: Final[dict[str, Text]] = {
    "refused_elsewhere": Text(
        "Fichiers ou dossiers qui ne sont plus sauvegardés, car un autre poste a noté le refus d’un patient :"
        " {count}.",
        "Si ce n’est pas voulu : cyberlib refusals lift CHEMIN.",
        "Files or folders that are no longer saved, since another machine noted a patient’s refusal:"
        " {count}.",
        "If that is not wanted: cyberlib refusals lift PATH.",
    ),
    "much_let_go": Text(
        "Plus de la moitié des versions sont parties d’un coup : {count}[ sur {total}].",
        "Si ce n’était pas voulu : cyberlib undelete les liste et les rétablit[, jusqu’au {until}].",
        "More than half of the snapshots went at once: {count}[ of {total}].",
        "If nobody wanted that: cyberlib undelete lists them and brings them back[, until {until}].",
    ),
    "retention_frozen": Text(
        "Rien n’est effacé du coffre : une alarme contre les rançongiciels dure.",
        "cyberlib alarm show dit ce qui a été vu.",
        "Nothing is deleted from the vault: a ransomware alarm stands.",
        "cyberlib alarm show tells what was seen.",
    ),
}
