"""Words for the agent as a service of the system."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "service_no_manager": Text(
        "Ce système n’a pas de quoi tenir un service en marche : {manager} n’y tourne pas.",
        "Lancez cyberlib agent run par ce qui démarre les programmes ici ; rien n’a été installé.",
        "This system has nothing that keeps a service running: {manager} does not run here.",
        "Have cyberlib agent run begun by whatever starts programs here; nothing was installed.",
    ),
    "service_scope_unknown": Text(
        "Ce système n’a pas de service propre à un utilisateur.",
        "Installez-le pour le système, en administrateur : cyberlib agent install --system.",
        "This system has no services of a single user.",
        "Install it for the system, as administrator: cyberlib agent install --system.",
    ),
    "service_no_rights": Text(
        "Seul un administrateur change les services du système ; rien n’a été changé.",
        "Recommencez en administrateur, ou installez-le pour cette session : cyberlib agent install --user.",
        "Only an administrator changes the services of the system; nothing was changed.",
        "Try again as administrator, or install it for this session: cyberlib agent install --user.",
    ),
    "service_refused": Text(
        "Le système a refusé le service {name}[ : {reason}].",
        "Corrigez ce qu’il dit, puis recommencez.",
        "The system refused the service {name}[: {reason}].",
        "Put right what it says, then try again.",
    ),
    "service_bad_path": Text(
        "Un service ne peut pas nommer ce chemin : {path}.",
        "Donnez au profil ou au coffre un chemin sans signe de commande ni octet illisible.",
        "A service cannot name this path: {path}.",
        "Give the profile or the vault a path without control characters or bytes that are no text.",
    ),
    "service_virtual_environment": Text(
        "Le Python d’un environnement virtuel ({path}) n’est pas un service de Windows : il lance un second"
        " programme, que Windows ne reconnaît pas. Rien n’a été changé.",
        "Installez CyberLib pour toute la machine (son programme d’installation, ou pip du Python installé"
        " pour tous), puis recommencez avec celui-là.",
        "The Python of a virtual environment ({path}) cannot be a service of Windows: it begins a second"
        " program, which Windows does not know. Nothing was changed.",
        "Install CyberLib for the whole machine (its installer, or pip of the Python installed for all), then"
        " try again with that one.",
    ),
    "service_profile_not_taken": Text(
        "Le profil n’a pas pu être réservé au système et aux administrateurs : {path}[ ({reason})]. Le"
        " service n’est pas installé.",
        "Recommencez dans une invite de commandes ouverte en tant qu’administrateur.",
        "The profile could not be made the system’s and administrators’ alone: {path}[ ({reason})]. The"
        " service is not installed.",
        "Try again in a command prompt opened as administrator.",
    ),
    "service_profile_open": Text(
        "D’autres que le système et les administrateurs peuvent écrire dans le profil du service : {path}."
        " Rien n’est sauvegardé, car ils lui feraient lancer ce qu’ils veulent.",
        "Regardez ce qui s’y trouve, puis refaites cyberlib agent install en tant qu’administrateur.",
        "Others than the system and administrators can write to the service’s profile: {path}. Nothing is"
        " backed up, since they could have it run what they like.",
        "Look at what is there, then run cyberlib agent install again as administrator.",
    ),
    "service_other_scope": Text(
        "Ce profil a déjà un service d’une autre portée : {name}.",
        "Ôtez-le d’abord : cyberlib agent uninstall.",
        "This profile already has a service of another scope: {name}.",
        "Remove it first: cyberlib agent uninstall.",
    ),
    "service_absent": Text(
        "Ce profil n’a pas de service {name} ; rien n’a été changé.",
        "Donnez le profil pour lequel il a été installé (--profile DOSSIER), et --system ou --user.",
        "This profile has no service {name}; nothing was changed.",
        "Give the profile it was installed for (--profile FOLDER), and --system or --user.",
    ),
    "service_locked": Text(
        "Ce poste n’ouvre pas seul le coffre du profil {profile} : un service n’y sauvegarderait rien.",
        "Donnez-lui un accès à lui : cyberlib key add device.",
        "This machine does not open the vault of the profile {profile} by itself: a service could not back"
        " anything up.",
        "Give it access of its own: cyberlib key add device.",
    ),
    "service_keychain": Text(
        "Un secret de ce poste est dans le trousseau d’une session, qu’un service du système ne lit pas.",
        "Gardez-le dans un fichier (option --device-file de cyberlib key add device, cyberlib device enrol ou"
        " cyberlib vault access), ou installez l’agent pour la session : cyberlib agent install --user.",
        "A secret of this machine is in the keychain of a session, which no service of the system can read.",
        "Keep it in a file (option --device-file of cyberlib key add device, cyberlib device enrol or"
        " cyberlib vault access), or install the agent for the session: cyberlib agent install --user.",
    ),
}
