"""Words for the one next thing to do, see core.health."""

from __future__ import annotations

from typing import Final

from .text import Text

DOING: Final[dict[str, Text]] = {
    "look_at_alarm": Text(
        "Examinez l’alarme (cyberlib alarm show).", "", "Look at the alarm (cyberlib alarm show).", ""
    ),
    "make_vault": Text(
        "Créez un coffre (cyberlib vault create), ou ouvrez celui du cabinet (cyberlib vault open).",
        "",
        "Make a vault (cyberlib vault create), or open the practice’s (cyberlib vault open).",
        "",
    ),
    "add_source": Text(
        "Choisissez un dossier à protéger : cyberlib sources add DOSSIER.",
        "",
        "Choose a folder to protect: cyberlib sources add FOLDER.",
        "",
    ),
    "verify": Text("Vérifiez le coffre : cyberlib verify.", "", "Verify the vault: cyberlib verify.", ""),
    "call_host": Text("Appelez l’hébergeur.", "", "Call the host.", ""),
    "make_room": Text("Faites de la place pour le coffre.", "", "Make room for the vault.", ""),
    "plug_copy": Text("Branchez un disque de copie.", "", "Plug in a disk for copies.", ""),
    "check_copy": Text("Réparez la seconde copie.", "", "Mend the second copy.", ""),
    "plug_disk": Text("Branchez le disque du coffre.", "", "Plug in the disk of the vault.", ""),
    "unlock": Text(
        "Donnez la phrase secrète du coffre : cyberlib backup.",
        "",
        "Give the vault’s passphrase: cyberlib backup.",
        "",
    ),
    "start_agent": Text(
        "Démarrez l’agent (cyberlib agent install).", "", "Start the agent (cyberlib agent install).", ""
    ),
    "back_up": Text("Lancez une sauvegarde : cyberlib backup.", "", "Run a backup: cyberlib backup.", ""),
    "look_at_sources": Text(
        "Regardez les dossiers protégés : cyberlib sources list.",
        "",
        "Look at the protected folders: cyberlib sources list.",
        "",
    ),
    "accept_terms": Text(
        "Lisez et acceptez les conditions : cyberlib device terms.",
        "",
        "Read and accept the terms: cyberlib device terms.",
        "",
    ),
    "look_at_files": Text(
        "Regardez les fichiers qui manquent : cyberlib report --with-names.",
        "",
        "Look at the files that are missing: cyberlib report --with-names.",
        "",
    ),
    "look_at_keys": Text(
        "Voyez ce qui ouvre le coffre (cyberlib key list).",
        "",
        "See what opens the vault (cyberlib key list).",
        "",
    ),
    "look_at_incidents": Text(
        "Regardez les incidents (cyberlib report).", "", "Look at the incidents (cyberlib report).", ""
    ),
    "look_at_line": Text(
        "Vérifiez la ligne : cyberlib network check.", "", "Check the line: cyberlib network check.", ""
    ),
    "resume": Text(
        "Mettez fin à la pause (cyberlib agent resume).", "", "End the pause (cyberlib agent resume).", ""
    ),
    "prove_restore": Text(
        "Faites un exercice de restauration : cyberlib drill.",
        "",
        "Hold a restore drill: cyberlib drill.",
        "",
    ),
}
