"""Words for a machine that takes another's place, and for the folders it takes over."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "adopt_unknown": Text(
        "L’ancien poste ne protégeait pas {path}.",
        "Voyez ses dossiers : cyberlib sources adopt --dry-run.",
        "The old machine did not protect {path}.",
        "See its folders: cyberlib sources adopt --dry-run.",
    ),
    "adopt_pair": Text(
        "« {text} » ne dit pas quel dossier devient lequel.",
        "Écrivez --map ANCIEN=NOUVEAU.",
        "“{text}” does not say which folder becomes which.",
        "Write --map OLD=NEW.",
    ),
    "adopt_nothing": Text(
        "La dernière version de {device} ne dit pas quels dossiers il protégeait.",
        "Choisissez les dossiers vous-même : cyberlib sources add.",
        "The newest snapshot of {device} does not say which folders it protected.",
        "Choose the folders yourself: cyberlib sources add.",
    ),
    "answers_unreadable": Text(
        "Le fichier de réponses {at} ne peut pas être lu ({reason}).",
        "Vérifiez son chemin et ses droits.",
        "The answer file {at} cannot be read ({reason}).",
        "Check its path and rights.",
    ),
    "answers_unfit": Text(
        "Le fichier de réponses {at} ne convient pas[, ligne {line}][ ({reason})].",
        "Corrigez-le ; rien n’a été fait. Un modèle est dans le guide d’administration.",
        "The answer file {at} does not fit[, line {line}][ ({reason})].",
        "Correct it; nothing was done. There is a model in the administrator’s guide.",
    ),
    "answers_no_secret": Text(
        "Le fichier de réponses {at} ne dit pas où lire ce qui ouvre le coffre.",
        'Ajoutez secret_file, ou open_by = "approval".',
        "The answer file {at} does not say where what opens the vault is to be read.",
        'Add secret_file, or open_by = "approval".',
    ),
    "answers_not_agreed": Text(
        "L’hébergeur a des conditions d’utilisation (version {version}), que personne n’accepte.",
        'Lisez-les (cyberlib device terms), puis ajoutez accept_terms = "NOM".',
        "The host has terms of service (version {version}), which nobody accepts.",
        'Read them (cyberlib device terms), then add accept_terms = "NAME".',
    ),
}
