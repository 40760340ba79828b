"""Words for the window, the process beside it, and the archive for support."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "enrolment_file_unfit": Text(
        "Le fichier laissé pour préparer ce poste ne se lit pas : {at}[, ligne {line}][ ({reason})].",
        "Prévenez qui s’occupe de votre informatique, ou remplissez vous-même : rien n’en a été repris.",
        "The file that was left to set up this machine cannot be read: {at}[, line {line}][ ({reason})].",
        "Tell whoever looks after your computers, or fill in by yourself: nothing was taken from it.",
    ),
    "diagnosis_not_written": Text(
        "L’archive pour l’assistance n’a pas pu être écrite dans {at}[ : {reason}].",
        "Choisissez un autre dossier, ou faites de la place. Il n’en reste rien.",
        "The archive for support could not be written to {at}[: {reason}].",
        "Choose another folder, or make room. Nothing of it is left.",
    ),
    "diagnosis_exists": Text(
        "Il y a déjà un fichier {at}.",
        "Choisissez un autre nom : rien n’a été remplacé.",
        "There is already a file {at}.",
        "Choose another name: nothing was replaced.",
    ),
    "gui_not_installed": Text(
        "La fenêtre n’est pas installée : il manque Qt pour Python.",
        "Installez cyberlib[desktop] ; toutes les commandes fonctionnent sans elle.",
        "The window is not installed: Qt for Python is missing.",
        "Install cyberlib[desktop]; all commands work without it.",
    ),
    "gui_not_started": Text(
        "La fenêtre n’a pas pu être ouverte[ : {reason}].",
        "Réinstallez CyberLib ; toutes les commandes fonctionnent sans elle.",
        "The window could not be opened[: {reason}].",
        "Install CyberLib again; all commands work without it.",
    ),
    "agent_not_started": Text(
        "L’agent de sauvegarde n’a pas pu être démarré[ : {reason}].",
        "Redémarrez ce poste ; si cela dure, réinstallez CyberLib.",
        "The agent could not be started[: {reason}].",
        "Restart this machine; if it lasts, install CyberLib again.",
    ),
    "clerk_not_started": Text(
        "Le programme qui travaille pour la fenêtre ne peut pas démarrer[ : {reason}].",
        "Fermez d’autres programmes, puis recommencez. Si cela dure, un antivirus l’en empêche peut-être, ou"
        " l’installation est à refaire : montrez cette phrase à votre informaticien.",
        "The program that works for the window cannot start[: {reason}].",
        "Close other programs, then try again. If it lasts, an antivirus may keep it from it, or CyberLib has"
        " to be installed anew: show this sentence to your technician.",
    ),
    "clerk_gone": Text(
        "Le programme qui travaille pour la fenêtre s’est arrêté[ : {reason}].",
        "Recommencez : il redémarre de lui-même. Rien n’est perdu.",
        "The program that works for the window has ended[: {reason}].",
        "Try again: it starts anew by itself. Nothing is lost.",
    ),
    "folder_not_below": Text(
        "{path} n’est pas dans {source}.",
        "Choisissez un dossier qui s’y trouve.",
        "{path} is not in {source}.",
        "Choose a folder that is.",
    ),
    "pattern_unknown": Text(
        "« {pattern} » n’est pas un motif de ce dossier.",
        "Ses motifs : cyberlib sources list.",
        "“{pattern}” is no pattern of this source.",
        "Its patterns: cyberlib sources list.",
    ),
}
