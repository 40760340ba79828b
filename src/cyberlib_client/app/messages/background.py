"""Words for the agent: how it is reached, what keeps it from its work, what it waits for.

`WAITING`: conditions of core.conditions by their kind.
"""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "agent_running": Text(
        "Ce profil a déjà un agent en marche[ (processus {pid})].",
        "cyberlib agent status dit ce qu’il fait. Deux agents ne serviraient à rien.",
        "This profile has an agent at work already[ (process {pid})].",
        "cyberlib agent status tells what it does. Two agents would be of no use.",
    ),
    "agent_not_running": Text(
        "Aucun agent n’est en marche pour ce profil.",
        "Installez-le par cyberlib agent install, ou lancez-le par cyberlib agent run.",
        "No agent is running for this profile.",
        "Install it with cyberlib agent install, or start it with cyberlib agent run.",
    ),
    "agent_not_reachable": Text(
        "L’agent ne peut pas ouvrir le passage par lequel on lui parle[ : {reason}].",
        "Vérifiez que le profil est sur un disque local et qu’il y reste de la place, puis relancez.",
        "The agent cannot open the way by which it is spoken to[: {reason}].",
        "Check that the profile’s folder is on a local disk and that there is room, then run again.",
    ),
    "profile_exposed": Text(
        "D’autres utilisateurs de ce poste peuvent entrer dans le dossier du profil {at}, ou il est à"
        " quelqu’un d’autre : l’agent ne démarre pas, car il ouvre le coffre.",
        "Réservez-le au compte de l’agent : chmod 700 {at} (et chown s’il est à un autre), puis relancez.",
        "Other users of this machine may enter the profile’s folder {at}, or it is somebody else’s: the agent"
        " does not start, as it opens the vault.",
        "Reserve it to the agent’s account: chmod 700 {at} (and chown if it is another’s), then run again.",
    ),
    "agent_denied": Text(
        "Ce qui répond à la place de l’agent est à un autre utilisateur[ : {reason}] ; rien ne lui a été"
        " confié.",
        "Prévenez votre informaticien : personne d’autre ne doit pouvoir écrire dans le profil.",
        "What answers in the agent’s place belongs to another user[: {reason}]; nothing was entrusted to it.",
        "Tell your IT staff: nobody else should be able to write to the profile.",
    ),
    "agent_unfit": Text(
        "L’agent en marche parle une autre version que ce programme[ : {version}, et non {own}].",
        "Redémarrez-le pour que les deux soient de la même version. D’ici là, les commandes font elles-mêmes"
        " leur travail.",
        "The agent at work speaks another version than this program[: {version}, not {own}].",
        "Restart it, so that both are of the same version. Until then commands do their work themselves.",
    ),
    "agent_gone": Text(
        "L’agent s’est arrêté avant de répondre.",
        "cyberlib agent status dit s’il est revenu ; relancez la commande.",
        "The agent ended before it answered.",
        "cyberlib agent status tells whether it is back; run the command again.",
    ),
    "agent_stuck": Text(
        "Le programme qui sauvegarde est là[ (processus {pid})], mais ne répond pas.",
        "Redémarrez ce poste. D’ici là rien ne se sauvegarde seul ; ce qui est dans le coffre y reste.",
        "The program that backs up is there[ (process {pid})], but does not answer.",
        "Restart this machine. Until then nothing is backed up by itself; what is in the vault stays there.",
    ),
    "agent_died": Text(
        "Ce qui était en cours a été interrompu : le programme qui s’en chargeait s’est arrêté.",
        "Rien de ce qui est dans le coffre n’est perdu, et ce qui y est n’est pas renvoyé : relancez.",
        "What was at work was cut short: the program that did it has ended.",
        "Nothing that is in the vault is lost, and what is there already is not sent again: start it anew.",
    ),
    "agent_lost_us": Text(
        "L’agent a mis fin à la connexion : ce programme ne lisait plus ce qu’il disait.",
        "Le travail demandé continue ; cyberlib agent status en donne l’état.",
        "The agent ended the connection: this program no longer read what it said.",
        "The job that was asked for goes on; cyberlib agent status tells how it stands.",
    ),
    "unclear_pause": Text(
        "« {text} » peut vouloir dire jusqu’à {at}, ou pendant tout ce temps.",
        'Écrivez {at} pour reprendre à cette heure, ou "{minutes} min" pour cette durée.',
        "“{text}” may mean until {at}, or for so long.",
        'Write {at} to go on at that time, or "{minutes} min" for that long.',
    ),
    "agent_ending": Text(
        "L’agent est en train de s’arrêter.",
        "Relancez la commande dans un instant.",
        "The agent is ending.",
        "Run the command again in a moment.",
    ),
    "agent_stumbled": Text(
        "L’agent a rencontré un défaut de CyberLib.",
        "Il recommence de lui-même dans une minute. Ce qui s’est passé est noté dans state/crashes du profil,"
        " sans nom de fichier : transmettez-le à l’assistance.",
        "The agent met a fault of CyberLib.",
        "It begins again by itself in a minute. What happened is noted in the profile’s state/crashes,"
        " without names of files: give it to support.",
    ),
    "agent_idle": Text(
        "L’agent n’a rien à faire : ce profil n’a pas de coffre, ou aucun dossier protégé.",
        "cyberlib vault create ou vault open, puis cyberlib sources add. L’agent s’en apercevra.",
        "The agent has nothing to do: this profile has no vault, or no protected folder.",
        "cyberlib vault create or vault open, then cyberlib sources add. The agent will notice.",
    ),
    "worker_not_started": Text(
        "L’agent n’a pas pu lancer le processus qui fait la sauvegarde[ : {reason}].",
        "Il réessaiera. Si cela revient, réinstallez CyberLib.",
        "The agent could not start the process that makes the backup[: {reason}].",
        "It will try again. If this comes back, install CyberLib anew.",
    ),
    "worker_died": Text(
        "Le processus qui faisait la sauvegarde s’est arrêté sans un mot.",
        "Manque de mémoire, ou arrêt forcé. Ce qui est au coffre y reste ; l’agent réessaiera.",
        "The process that made the backup ended without a word.",
        "Out of memory, or it was killed. What is in the vault stays there; the agent will try again.",
    ),
    "worker_stuck": Text(
        "Le processus qui faisait la sauvegarde ne répondait plus ; l’agent l’a arrêté.",
        "Un lecteur réseau ou un disque qui ne répond pas, le plus souvent. L’agent réessaiera ; si cela"
        " revient, cyberlib sources list dit quels dossiers sont à vérifier.",
        "The process that made the backup no longer answered; the agent ended it.",
        "A network drive or a disk that does not answer, mostly. The agent will try again; if this comes"
        " back, cyberlib sources list tells which folders to look at.",
    ),
    "agent_full": Text(
        "L’agent a déjà {most} demandes en attente.",
        "cyberlib agent status les compte. Relancez la commande quand il y en aura moins.",
        "The agent has {most} jobs waiting already.",
        "cyberlib agent status counts them. Run the command again when there are fewer.",
    ),
    "bad_order": Text(
        "Cet ordre n’est pas compris.",
        "Il vient sans doute d’un programme d’une autre version : redémarrez l’agent.",
        "This order is not understood.",
        "It probably comes from a program of another version: restart the agent.",
    ),
}

NOTICES: Final[dict[str, Text]] = {
    "hook_no_program": Text(
        "Le programme {program} de la commande {name} n’est pas trouvé ici.",
        "Donnez son chemin complet, ou installez-le avant la prochaine sauvegarde.",
        "The program {program} of the command {name} is not found here.",
        "Give its full path, or install it before the next backup.",
    ),
    "hook_folder_apart": Text(
        "{at} n’est dans aucun dossier protégé : ce que la commande {name} y écrit n’est pas sauvegardé.",
        "S’il le faut : cyberlib sources add {at}.",
        "{at} lies in no source: what the command {name} writes there is not backed up.",
        "If it should be: cyberlib sources add {at}.",
    ),
    "hook_of_source": Text(
        "La commande {name} n’était que pour ce dossier : elle n’est plus lancée.",
        "cyberlib hooks change {name} --source none la lance à chaque sauvegarde, hooks remove l’ôte.",
        "The command {name} was for that folder alone: it is run no more.",
        "cyberlib hooks change {name} --source none runs it with each backup, hooks remove takes it off.",
    ),
    "agent_absent": Text(
        "L’agent n’est pas en marche : c’est noté pour son prochain démarrage.",
        "cyberlib agent install l’installe.",
        "The agent is not running: this is kept for when it starts.",
        "cyberlib agent install sets it up.",
    ),
    "agent_begun": Text(
        "L’agent est en marche.",
        "Ctrl-C l’arrête ; cyberlib agent status, dans une autre fenêtre, dit ce qu’il fait.",
        "The agent is running.",
        "Ctrl-C ends it; cyberlib agent status, in another window, tells what it does.",
    ),
    "agent_busy": Text(
        "L’agent finit d’abord ce qu’il fait ({count} avant).",
        "Ctrl-C retire cette demande ; cyberlib agent stop arrête ce qui est en cours.",
        "The agent ends what it does first ({count} before).",
        "Ctrl-C takes this request back; cyberlib agent stop stops what is at work.",
    ),
}

WAITING: Final[dict[str, Text]] = {
    "battery": Text(
        "Le poste est sur batterie[ ({percent} %)].",
        "La sauvegarde attend le secteur[, ou {wanted} % de batterie].",
        "This machine is on battery[ ({percent}%)].",
        "The backup waits for mains power[, or for {wanted}% of battery].",
    ),
    "battery_low": Text(
        "La batterie est presque vide[ ({percent} %)].",
        "Branchez le poste.",
        "The battery is nearly empty[ ({percent}%)].",
        "Plug this machine in.",
    ),
    "metered": Text(
        "Le réseau est facturé au volume.",
        "La sauvegarde attend un autre réseau ; cyberlib schedule set --metered yes l’autorise.",
        "The network is paid by volume.",
        "The backup waits for another network; cyberlib schedule set --metered yes allows it.",
    ),
    "hours": Text(
        "Ce n’est pas l’heure des sauvegardes.",
        "[Elles reprennent le {until}.]",
        "These are not the hours of backups.",
        "[They go on at {until}.]",
    ),
    "maintenance": Text(
        "L’hébergeur est en maintenance.",
        "[Fin prévue : {until}.]",
        "The host is being worked on.",
        "[Until {until}, as planned.]",
    ),
    "settling": Text(
        "L’agent laisse d’abord le poste démarrer ou se réveiller[, jusqu’au {until}].",
        "Une sauvegarde demandée n’attend pas : cyberlib backup.",
        "The agent first lets the machine start or wake up[, until {until}].",
        "A backup that is asked for does not wait: cyberlib backup.",
    ),
    "after_failure": Text(
        "La dernière sauvegarde a échoué.",
        "[L’agent n’en commence pas d’autre avant le {until}.] cyberlib report dit pourquoi.",
        "The last backup failed.",
        "[The agent begins no other before {until}.] cyberlib report says why.",
    ),
    "after_stop": Text(
        "Quelqu’un a arrêté la dernière sauvegarde.",
        "[L’agent n’en commence pas d’autre avant le {until}.]",
        "Somebody stopped the last backup.",
        "[The agent begins no other before {until}.]",
    ),
    "paused": Text(
        "Les sauvegardes automatiques sont en pause.",
        "[Elles reprennent le {until} ; ]cyberlib agent resume y met fin.",
        "Automatic backups are paused.",
        "[They go on at {until}; ]cyberlib agent resume ends the pause.",
    ),
}
