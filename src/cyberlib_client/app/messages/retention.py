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
        "Une date s’écrit année-mois-jour : 2026-11-22.",
        "“{text}” is no date.",
        "A date is written year-month-day: 2026-11-22.",
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
    "source_refused": Text(
        "{path} n’est pas sauvegardé : un patient l’a refusé.",
        "Ôtez-le des dossiers protégés : cyberlib sources remove.",
        "{path} is not backed up: a patient refused it.",
        "Take it off the sources: cyberlib sources remove.",
    ),
}
