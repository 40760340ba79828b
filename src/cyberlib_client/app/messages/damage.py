"""Words for damage and deceit: stored bytes that are missing, altered, or not what they claim to be."""

from __future__ import annotations

from typing import Final

from .text import Text

_VERIFY = (
    "Lancez cyberlib verify --read-data pour savoir quels fichiers sont touchés ; tout le reste se restaure."
)
_VERIFY_EN = "Run cyberlib verify --read-data to learn which files are touched; all the rest can be restored."


_HEAL = (
    "Sur le poste qui a ces fichiers, cyberlib verify --read-data puis cyberlib backup remettent ce qui y est"
    " encore ; tout le reste se restaure."
)
_HEAL_EN = (
    "On the machine that has these files, cyberlib verify --read-data and then cyberlib backup put back what"
    " is still there; all the rest can be restored."
)


def _malformed(fr: str, en: str) -> Text:
    return Text(
        f"Endommagé ou altéré : {fr} du coffre.",
        _VERIFY,
        f"Damaged or altered: {en} of the vault.",
        _VERIFY_EN,
    )


ERRORS: Final[dict[str, Text]] = {
    "no_snapshot_left": Text(
        "Aucune version de ce coffre ne peut être lue : elles sont endommagées, ou ne sont plus là.",
        "N’y écrivez rien de plus : remettez le dossier « snapshots » d’une autre copie du coffre, ou"
        " cherchez pourquoi le disque ne le rend pas. cyberlib verify dit ce qui est touché.",
        "No snapshot of this vault can be read: they are damaged, or no longer there.",
        "Write nothing more to it: put the folder “snapshots” back from another copy of the vault, or find"
        " out why the disk does not give it back. cyberlib verify says what is touched.",
    ),
    "object_missing": Text(
        "Un objet du coffre a disparu ({name}).",
        _VERIFY,
        "An object of the vault is gone ({name}).",
        _VERIFY_EN,
    ),
    "chunk_missing": Text(
        "Une partie de ces données n’est plus dans le coffre.",
        _HEAL,
        "Part of these data is no longer in the vault.",
        _HEAL_EN,
    ),
    "pack_damaged": Text(
        "Une partie du coffre est endommagée[ ({name})].",
        _HEAL,
        "Part of the vault is damaged[ ({name})].",
        _HEAL_EN,
    ),
    "not_authentic": _malformed("un objet", "an object"),
    "bad_compression": _malformed("un objet", "an object"),
    "bad_content_list": _malformed("la liste des morceaux d’un fichier", "a file’s list of pieces"),
    "bad_footer": _malformed("un paquet", "a pack"),
    "bad_index": _malformed("un index", "an index"),
    "bad_record": _malformed("un objet", "an object"),
    "bad_slots": _malformed("la table des accès", "the table of slots"),
    "bad_snapshot": _malformed("une version", "a snapshot"),
    "bad_retirement": _malformed("une mise en quarantaine", "a retirement"),
    "bad_tree": _malformed("un dossier", "a directory"),
    "not_an_object": _malformed("un objet", "an object"),
    "bad_signature": Text(
        "La signature d’une version ne tient pas : elle n’a pas été faite par un poste de ce coffre.",
        "Ne restaurez pas cette version ; cherchez qui d’autre peut écrire dans l’emplacement du coffre.",
        "A snapshot’s signature does not hold: it was not made by a machine of this vault.",
        "Do not restore it; find out who else can write to the vault’s place.",
    ),
    "other_vault": Text(
        "Un objet d’un autre coffre se trouve dans celui-ci.",
        "Deux coffres ont été mêlés dans un dossier : séparez-les. " + _VERIFY,
        "An object of another vault lies in this one.",
        "Two vaults were mixed in one folder: separate them. " + _VERIFY_EN,
    ),
    "repair_from_itself": Text(
        "Le coffre ne peut pas être réparé d’après lui-même ({at}).",
        "Donnez à --from l’emplacement d’une copie : un autre dossier, un disque, un compartiment.",
        "The vault cannot be repaired from itself ({at}).",
        "Give --from the place of a copy: another folder, a disk, a bucket.",
    ),
    "other_vault_there": Text(
        "{at} contient un autre coffre que celui de ce profil.",
        "Vérifiez quel disque est branché. Pour utiliser cet autre coffre, connectez-le à un autre profil"
        " (--profile).",
        "{at} holds another vault than this profile’s.",
        "Check which disk is plugged in. To use that other vault, connect it to another profile (--profile).",
    ),
    "slots_missing": Text(
        "Il y a un coffre dans {at}, mais ce qui permet de l’ouvrir manque ou est illisible : {missing}.",
        "Sans « slots », ni CyberLib ni le programme de secours n’ouvrent rien : n’effacez rien ici, et"
        " remettez « vault » et le dossier « slots » d’une autre copie du coffre.",
        "There is a vault in {at}, but what opens it is gone or unreadable: {missing}.",
        "Without “slots” neither CyberLib nor the rescue program opens anything: delete nothing here, and put"
        " back “vault” and the folder “slots” from another copy of the vault.",
    ),
    "slots_crowded": Text(
        "Le dossier « slots » de {at} contient {count} objets au lieu de deux : quelqu’un en a ajouté, et"
        " {most} seulement ont été lus.",
        "Remettez ce dossier d’une autre copie du coffre, ou ôtez-en les fichiers ajoutés : les bons sont"
        " sans doute parmi les plus anciens. Vérifiez aussi la phrase secrète.",
        "The folder “slots” in {at} holds {count} objects instead of two: somebody added some, and only"
        " {most} were read.",
        "Put that folder back from another copy of the vault, or take out the files that were added: the"
        " right ones are probably among the oldest. Check the passphrase, too.",
    ),
    "passphrase_slots_many": Text(
        "Le coffre contient plus d’accès par phrase secrète qu’un CyberLib n’en fait : quelqu’un a pu en"
        " ajouter de faux, et tous n’ont pas été essayés.",
        "Les 24 mots l’ouvrent sans attendre : donnez-les à la place de la phrase. Puis cyberlib verify nomme"
        " les tables de « slots » à effacer.",
        "The vault holds more passphrase slots than CyberLib makes: somebody may have added false ones, and"
        " not all were tried.",
        "The 24 words open it without delay: give them instead of the passphrase. Then cyberlib verify names"
        " the tables in “slots” to delete.",
    ),
    "slots_rolled_back": Text(
        "La table des accès est plus ancienne (n° {got}) que celle que ce poste a vue (n° {seen}).",
        "On a remis le coffre dans un état passé : un accès ôté ouvrirait de nouveau. Si c’est voulu :"
        " cyberlib verify --accept-missing ; sinon cherchez qui.",
        "The table of slots is older (number {got}) than the one this machine has seen (number {seen}).",
        "The vault was put back to an earlier state: a removed slot would open it again. If that was meant:"
        " cyberlib verify --accept-missing; otherwise find out who did.",
    ),
    "kdf_out_of_bounds": Text(
        "Le coffre demande une protection de la phrase secrète trop faible ou démesurée.",
        "Quelqu’un a pu l’altérer : la phrase secrète n’a pas été utilisée. Prenez une copie sûre du coffre.",
        "The vault asks for a protection of the passphrase that is too weak, or beyond measure.",
        "Somebody may have altered it: the passphrase was not used. Take a safe copy of the vault.",
    ),
    "vault_altered": _malformed("l’en-tête", "the header"),
    "hostile_name": Text(
        "Un nom du coffre chercherait à sortir du dossier de restauration ({path}) : il est refusé.",
        "Quelqu’un a pu fabriquer cette version : ne vous y fiez pas.",
        "A name in the vault would lead out of the folder to restore to ({path}): it is refused.",
        "Somebody may have forged this snapshot: do not trust it.",
    ),
    "bad_link": Text(
        "Un lien du coffre n’a pas de cible possible ({path}).",
        "Il est laissé de côté.",
        "A link in the vault has no possible target ({path}).",
        "It is left out.",
    ),
    "file_incomplete": Text(
        "{path} n’a pas pu être restauré en entier.",
        _VERIFY,
        "{path} could not be restored whole.",
        _VERIFY_EN,
    ),
    "bad_memory": Text(
        "Des données ont changé dans la mémoire de ce poste avant d’être enregistrées ; rien de faux n’a été"
        " enregistré.",
        "La mémoire de ce poste est sans doute défectueuse : faites-la tester, puis relancez.",
        "Data changed in this machine’s memory before they were stored; nothing wrong was stored.",
        "This machine’s memory is probably failing: have it tested, then run again.",
    ),
    "aborted": Text(
        "La sauvegarde a été abandonnée.",
        "Relancez-la.",
        "The backup was given up.",
        "Run it again.",
    ),
    "alarm_damaged": Text(
        "Ce que l’alarme contre les rançongiciels avait retenu est endommagé ({at}).",
        "La sauvegarde suivante met ce fichier de côté et recommence à apprendre. Si vous ne savez"
        " pas d’où cela"
        " vient, regardez vos fichiers récents.",
        "What the ransomware alarm remembered is damaged ({at}).",
        "The next backup sets that file aside and learns anew. If you do not know why it is damaged, look at"
        " your recent files.",
    ),
}
