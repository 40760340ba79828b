"""Words for drills and their certificates."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "drill_no_room": Text(
        "Il n’y a pas assez de place dans {at} pour l’exercice : il faut {needed} octets, {free}"
        " sont libres.",
        "Faites de la place, prenez un échantillon plus petit (--bytes) ou un autre disque (--to DOSSIER).",
        "There is not enough room in {at} for the drill: {needed} bytes are needed, {free} are free.",
        "Make room, take a smaller sample (--bytes) or another disk (--to FOLDER).",
    ),
    "drill_nothing": Text(
        "Cette version ne contient aucun fichier à restaurer.",
        "Choisissez-en une autre (cyberlib snapshots), ou lancez d’abord cyberlib backup.",
        "This snapshot holds no file to restore.",
        "Choose another (cyberlib snapshots), or run cyberlib backup first.",
    ),
    "drill_at_work": Text(
        "Un autre exercice de restauration est en cours sur ce profil.",
        "Attendez qu’il se termine.",
        "Another restore drill is at work on this profile.",
        "Wait until it ends.",
    ),
    "drill_no_folder": Text(
        "Le dossier d’essai n’a pas pu être créé dans {at}[ : {reason}].",
        "Choisissez un autre dossier avec --to.",
        "The scratch folder could not be made in {at}[: {reason}].",
        "Choose another folder with --to.",
    ),
    "bad_upkeep": Text(
        "« {text} » n’est pas un réglage de l’entretien.",
        'Une durée s’écrit "30 d", de 1 j à 366 j (off : jamais) ; une taille "5 GB" ; un nom a 100 signes au'
        " plus.",
        "“{text}” is no setting of the upkeep.",
        'A time is written "30 d", from 1 d to 366 d (off: never); a size "5 GB"; a name has 100 letters at'
        " most.",
    ),
    "drill_not_a_folder": Text(
        "{at} n’est pas un dossier.",
        "Donnez à --to un dossier qui existe.",
        "{at} is not a folder.",
        "Give --to a folder that is there.",
    ),
    "bad_size": Text(
        "« {text} » n’est pas une taille.",
        "Écrivez par exemple 500MB ou 2GB.",
        "“{text}” is no size.",
        "Write for example 500MB or 2GB.",
    ),
    "no_certificate": Text(
        "Ce profil n’a pas encore de certificat.",
        "Lancez cyberlib drill : chaque exercice en fait un.",
        "This profile has no certificate yet.",
        "Run cyberlib drill: each drill makes one.",
    ),
    "certificate_not_kept": Text(
        "Aucun certificat de ce profil ne commence par {id}.",
        "cyberlib certificate list les montre.",
        "No certificate of this profile begins with {id}.",
        "cyberlib certificate list shows them.",
    ),
    "certificate_not_written": Text(
        "Le certificat n’a pas pu être écrit dans {at}[ : {reason}].",
        "Choisissez un autre fichier, ou faites de la place.",
        "The certificate could not be written to {at}[: {reason}].",
        "Choose another file, or make room.",
    ),
    "certificate_unreadable": Text(
        "Le fichier {at} n’a pas pu être lu[ : {reason}].",
        "Vérifiez son nom et vos droits.",
        "The file {at} could not be read[: {reason}].",
        "Check its name and your rights.",
    ),
    "certificate_unknown": Text(
        "Ce fichier n’est pas un certificat de CyberLib.",
        "Un certificat est le fichier PDF d’origine : une impression, une copie d’écran ou un PDF"
        " réenregistré"
        " ne se vérifient pas.",
        "This file is no certificate of CyberLib.",
        "A certificate is the original PDF file: a printout, a picture or a PDF that was saved again"
        " cannot be"
        " verified.",
    ),
    "certificate_newer": Text(
        "Ce certificat a été fait par une version plus récente de CyberLib.",
        "Mettez CyberLib à jour pour le vérifier.",
        "This certificate was made by a later version of CyberLib.",
        "Update CyberLib to verify it.",
    ),
    "certificate_altered": Text(
        "CE CERTIFICAT A ÉTÉ MODIFIÉ, ou n’a pas été signé par le poste qu’il nomme : il ne prouve rien.",
        "Demandez le fichier d’origine à qui vous l’a remis.",
        "THIS CERTIFICATE WAS ALTERED, or was not signed by the workstation it names: it proves nothing.",
        "Ask for the original file.",
    ),
    "certificate_of_another": Text(
        "CE CERTIFICAT EST D’UN AUTRE COFFRE : le sien a l’empreinte {fingerprint}.",
        "Comparez l’empreinte donnée avec celle que montre cyberlib vault info sur un poste du cabinet.",
        "THIS CERTIFICATE IS OF ANOTHER VAULT: its own has the fingerprint {fingerprint}.",
        "Compare the fingerprint given with the one that cyberlib vault info shows on a machine of"
        " the practice.",
    ),
    "bad_fingerprint": Text(
        "Ce n’est pas l’empreinte d’un coffre : il faut 24 chiffres et lettres de A à F.",
        "cyberlib vault info la montre sur un poste du cabinet.",
        "This is no fingerprint of a vault: it has 24 digits and letters from A to F.",
        "cyberlib vault info shows it on a machine of the practice.",
    ),
}

HEALTH: Final[dict[str, Text]] = {
    "let_go_elsewhere": Text(
        "Un autre poste[, {device},] a mis en quarantaine {count} versions de celui-ci.",
        "Si personne du cabinet ne l’a voulu : cyberlib undelete --all, puis appelez votre informaticien.",
        "Another machine[, {device},] put {count} snapshots of this one into quarantine.",
        "If nobody of the practice wanted that: cyberlib undelete --all, then call your IT.",
    ),
    "drill_failed": Text(
        "Un exercice de restauration a échoué[ pour {count} fichiers].",
        "Lancez cyberlib verify --read-data, puis cyberlib backup : ce qui est encore sur le poste est remis"
        " dans le coffre. cyberlib drill essaie de nouveau ces fichiers.",
        "A restore drill failed[ for {count} files].",
        "Run cyberlib verify --read-data, then cyberlib backup: what is still on this machine is put"
        " back into"
        " the vault. cyberlib drill tries these files again.",
    ),
    "restore_never_proven": Text(
        "Aucune restauration n’a encore été essayée depuis ce poste.",
        "Faites un exercice, pour être sûr : cyberlib drill.",
        "No restore was tried on this machine yet.",
        "Hold a drill, to be sure: cyberlib drill.",
    ),
    "restore_proof_old": Text(
        "La dernière restauration essayée est ancienne[ : {last}].",
        "Faites un exercice, pour être sûr : cyberlib drill.",
        "The last restore that was tried is old[: {last}].",
        "Hold a drill, to be sure: cyberlib drill.",
    ),
}
