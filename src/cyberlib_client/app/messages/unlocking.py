"""Words for what opens a vault: passphrases, recovery words, this machine's own secret."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "locked": Text(
        "Le coffre est fermé, et rien ici ne peut l’ouvrir.",
        "Donnez la phrase secrète ou les 24 mots : à l’invite d’un terminal, par --passphrase-file FICHIER,"
        " ou par la variable CYBERLIB_PASSPHRASE.",
        "The vault is locked, and nothing here opens it.",
        "Give the passphrase or the 24 words: at a terminal’s prompt, by --passphrase-file FILE, or by the"
        " variable CYBERLIB_PASSPHRASE.",
    ),
    "proof_needed": Text(
        "Ce poste ouvre le coffre, mais ne suffit pas pour en changer les accès, en accepter une table"
        " plus ancienne, garder moins longtemps ou lever une alarme.",
        "Donnez une phrase secrète du coffre ou ses 24 mots : à l’invite d’un terminal, par"
        " CYBERLIB_PASSPHRASE, --passphrase-file FICHIER, ou --recovery-file FICHIER pour les mots.",
        "This machine opens the vault, but that is not enough to change who opens it, to accept an older"
        " table of slots, to keep less or to take an alarm back.",
        "Give a passphrase of the vault or its 24 words: at a terminal’s prompt, by CYBERLIB_PASSPHRASE,"
        " --passphrase-file FILE, or --recovery-file FILE for the words.",
    ),
    "passphrase_not_text": Text(
        "Cette phrase secrète n’est pas un texte dans l’encodage de ce poste[ (variable {variable})].",
        "Donnez-la dans un fichier en UTF-8 : --passphrase-file FICHIER.",
        "This passphrase is not text in this machine’s encoding[ (variable {variable})].",
        "Give it in a UTF-8 file: --passphrase-file FILE.",
    ),
    "answer_not_text": Text(
        "Ce qui a été tapé n’est pas un texte dans l’encodage de ce poste.",
        "Réglez ce terminal sur le même encodage que le système (UTF-8 le plus souvent), puis relancez.",
        "What was typed is not text in this machine’s encoding.",
        "Set the terminal to the same encoding as the system (UTF-8 mostly), then run again.",
    ),
    "wrong_secret": Text(
        "Ni cette phrase secrète ni ces mots n’ouvrent ce coffre.",
        "Vérifiez les majuscules et le clavier ; à défaut, donnez les 24 mots de secours à la place de la"
        " phrase secrète. Rien n’a été modifié.",
        "This passphrase, or these words, do not open this vault.",
        "Check capitals and the keyboard; failing that, give the 24 recovery words instead of the passphrase."
        " Nothing was changed.",
    ),
    "key_renewed": Text(
        "La clé du coffre a été changée : cet accès ouvrait l’ancienne, et n’ouvre plus rien.",
        "Donnez la phrase secrète ou les 24 mots faits avec la nouvelle clé ; puis cyberlib key add device.",
        "The vault’s key was changed: this slot opened the former one, and opens nothing any more.",
        "Give the passphrase or the 24 words made with the new key; then cyberlib key add device.",
    ),
    "roots_full": Text(
        "La clé de ce coffre a déjà été changée {most} fois, le plus possible.",
        "Faites un nouveau coffre : cyberlib vault create.",
        "The key of this vault was already changed {most} times, the most possible.",
        "Make a new vault: cyberlib vault create.",
    ),
    "no_new_passphrase": Text(
        "Il faut une phrase secrète pour le nouvel accès, et il n’y a personne pour la taper.",
        "Donnez-la par CYBERLIB_PASSPHRASE ou --passphrase-file (vault create), ou par --new-passphrase-file"
        " (key add).",
        "A passphrase is needed for the new slot, and nobody is there to type it.",
        "Give it by CYBERLIB_PASSPHRASE or --passphrase-file (vault create), or by --new-passphrase-file"
        " (key add).",
    ),
    "no_recovery_words": Text(
        "Il faut les 24 mots, et il n’y a personne pour les taper.",
        "Donnez-les par --recovery-file FICHIER.",
        "The 24 words are needed, and nobody is there to type them.",
        "Give them by --recovery-file FILE.",
    ),
    "passphrase_short": Text(
        "Cette phrase secrète est trop courte : il en faut au moins {least} signes.",
        "Quatre mots tirés au hasard sont longs, solides et faciles à retenir.",
        "This passphrase is too short: it needs at least {least} characters.",
        "Four words drawn at random are long, strong and easy to remember.",
    ),
    "passphrase_repeats": Text(
        "Cette phrase secrète se répète.",
        "Prenez quatre mots différents, tirés au hasard.",
        "This passphrase repeats itself.",
        "Take four different words, drawn at random.",
    ),
    "passphrase_row": Text(
        "Cette phrase secrète suit le clavier ou l’alphabet.",
        "Prenez quatre mots tirés au hasard.",
        "This passphrase follows the keyboard or the alphabet.",
        "Take four words drawn at random.",
    ),
    "passphrase_usual": Text(
        "Cette phrase secrète est parmi les premières qu’un voleur essaierait.",
        "Prenez quatre mots tirés au hasard, sans rapport avec le cabinet.",
        "This passphrase is among the first that a thief would try.",
        "Take four words drawn at random that have nothing to do with the practice.",
    ),
    "recovery_words_count": Text(
        "Mots comptés : {count}, au lieu de {expected}.",
        "Relisez la feuille, ligne par ligne.",
        "Words counted: {count}, instead of {expected}.",
        "Read the sheet again, line by line.",
    ),
    "recovery_word_unknown": Text(
        "Le mot n° {position} n’est pas dans la liste[ ; peut-être : {suggestion}].",
        "Relisez ce mot sur la feuille.",
        "Word number {position} is not in the list[; perhaps: {suggestion}].",
        "Read that word on the sheet again.",
    ),
    "recovery_words_checksum": Text(
        "Ces 24 mots ne vont pas ensemble[ ; le n° {position} n’est pas écrit comme dans la liste].",
        "L’un d’eux est faux, ou deux sont échangés : relisez la feuille.",
        "These 24 words do not belong together[; number {position} is not written as in the list].",
        "One is wrong, or two are swapped: read the sheet again.",
    ),
    "kit_opens_nothing": Text(
        "Ces 24 mots sont bien écrits, mais n’ouvrent pas le coffre {at}.",
        "Ce kit est d’un autre coffre, ou a été retiré de la liste des accès : cherchez le plus récent.",
        "These 24 words are well written, but do not open the vault {at}.",
        "This kit belongs to another vault, or was removed from the list of slots: look for the newest.",
    ),
    "kit_no_folder": Text(
        "Il n’y a pas de dossier {at} où écrire le kit.",
        "Choisissez un dossier qui existe, sur une clé USB par exemple.",
        "There is no folder {at} to write the kit to.",
        "Choose a folder that exists, on a USB stick for instance.",
    ),
    "secret_file_unreadable": Text(
        "Le fichier {at} ne se lit pas[ : {reason}].",
        "Vérifiez le chemin et vos droits.",
        "The file {at} cannot be read[: {reason}].",
        "Check the path and your rights.",
    ),
    "words_file_not_written": Text(
        "Les mots de secours n’ont pas pu être écrits dans {at}[ : {reason}] ; rien n’a été créé.",
        "Choisissez un autre fichier.",
        "The recovery words could not be written to {at}[: {reason}]; nothing was made.",
        "Choose another file.",
    ),
    "keychain_unavailable": Text(
        "Le trousseau de ce poste ne peut pas garder de secret : {reason}.",
        "Ce poste demandera à chaque fois de quoi ouvrir le coffre. S’il n’a pas de session graphique,"
        " ajoutez un accès gardé dans un fichier : cyberlib key add device --device-file.",
        "This machine’s keychain cannot keep a secret: {reason}.",
        "Each time this machine will ask for what opens the vault. If it has no desktop session, add a slot"
        " kept in a file: cyberlib key add device --device-file.",
    ),
    "device_file_exposed": Text(
        "D’autres que vous ont pu lire le secret de ce poste : {path}.",
        "Il n’est plus utilisé. Ôtez cet accès (cyberlib key remove), puis refaites-le (cyberlib key add"
        " device --device-file).",
        "Others than you could read this machine’s secret: {path}.",
        "It is not used any more. Remove this slot (cyberlib key remove), then make a new one (cyberlib key"
        " add device --device-file).",
    ),
    "device_file_unreadable": Text(
        "Le secret de ce poste ne se lit pas : {path}[ ({detail})].",
        "Rétablissez l’accès au fichier, ou donnez de quoi ouvrir le coffre.",
        "This machine’s secret cannot be read: {path}[ ({detail})].",
        "Restore access to the file, or give what opens the vault.",
    ),
    "device_file_not_written": Text(
        "Le secret de ce poste n’a pas pu être écrit ou effacé : {path}[ ({detail})].",
        "Vérifiez vos droits et la place libre.",
        "This machine’s secret could not be written or deleted: {path}[ ({detail})].",
        "Check your rights and the free space.",
    ),
    "credentials_damaged": Text(
        "Le fichier {at} est endommagé.",
        "Ce poste n’ouvre plus le coffre tout seul : refaites son accès, phrase secrète ou 24 mots en main,"
        " par cyberlib key add device, qui remplace ce fichier.",
        "The file {at} is damaged.",
        "This machine no longer opens the vault by itself: make its slot anew, passphrase or 24 words at"
        " hand, by cyberlib key add device, which replaces this file.",
    ),
    "identity_damaged": Text(
        "L’identité de ce poste, {at}, était endommagée.",
        "Une nouvelle est faite : la prochaine sauvegarde relit tout, et ce poste apparaît comme nouveau.",
        "This machine’s identity, {at}, was damaged.",
        "A new one is made: the next backup reads everything, and this machine appears as a new one.",
    ),
    "bad_device": Text(
        "L’identité de ce poste a une forme inconnue.",
        "Effacez le fichier « identity » du profil.",
        "This machine’s identity has an unknown form.",
        "Delete the profile’s file “identity”.",
    ),
}
