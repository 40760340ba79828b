"""Words for what happens to one item of a backup or a restore, said after its path."""

from __future__ import annotations

from typing import Final

from .text import Text

INCIDENTS: Final[dict[str, Text]] = {
    "unreadable": Text(
        "n’a pas pu être lu[ ({detail})].",
        "",
        "could not be read[ ({detail})].",
        "",
    ),
    "copy_source_damaged": Text(
        "est abîmé dans le coffre : il n’est pas copié, et la copie garde le sien si elle l’a.",
        "",
        "is damaged in the vault: it is not copied, and the copy keeps its own if it has it.",
        "",
    ),
    "file_damaged": Text(
        "ne peut pas être restauré entier de certaines versions[ ({detail})].",
        "",
        "cannot be restored whole from some snapshots[ ({detail})].",
        "",
    ),
    "vanished": Text(
        "a disparu pendant la sauvegarde.",
        "",
        "vanished during the backup.",
        "",
    ),
    "inconsistent": Text(
        "a changé pendant la lecture : la copie mêle peut-être deux états.",
        "",
        "changed while it was read: the copy may mix two states.",
        "",
    ),
    "live_database": Text(
        "est une base de données ouverte par un programme[ ({detail})] : la copie brute n’est peut-être pas"
        " utilisable. Sauvegardez plutôt un export (cyberlib hooks).",
        "",
        "is a database that a program has open[ ({detail})]: the raw copy may be of no use. Back up a dump"
        " instead (cyberlib hooks).",
        "",
    ),
    "database_damaged": Text(
        "est une base de données qui échoue à sa propre vérification : elle est sauvegardée telle quelle."
        " Gardez les versions antérieures et faites-la réparer.",
        "",
        "is a database that fails its own check: it is saved as it lies. Keep earlier snapshots, and have it"
        " repaired.",
        "",
    ),
    "database_unchecked": Text(
        "est une base de données trop grande pour être vérifiée à chaque sauvegarde : la copie est cohérente,"
        " mais n’a pas été contrôlée.",
        "",
        "is a database too large to be checked at each backup: the copy is consistent, but was not checked.",
        "",
    ),
    "not_captured": Text(
        "est une base de données utilisée, dont aucune copie n’a pu être faite par SQLite[ ({detail})] : ses"
        " fichiers sont lus tels quels.",
        "",
        "is a database in use, of which SQLite could make no copy[ ({detail})]: its files are read as they"
        " lie.",
        "",
    ),
    "hook_failed": Text(
        "cette commande a échoué[ ({detail})] ; ce qu’elle devait préparer n’est peut-être pas à jour.",
        "",
        "this command failed[ ({detail})]; what it was to prepare may be out of date.",
        "",
    ),
    "left_out_now": Text(
        "n’est plus sauvegardé : un fichier[ {detail}] le dit désormais sans valeur. S’il n’est pas de vous,"
        " effacez-le.",
        "",
        "is no longer saved: a file[ {detail}] now says that it is worth nothing. If that file is not yours,"
        " delete it.",
        "",
    ),
    "placeholder": Text(
        "n’est que dans le nuage : son contenu n’est pas sauvegardé.",
        "",
        "is in the cloud only: its content is not saved.",
        "",
    ),
    "special": Text(
        "est d’une sorte inconnue et n’est pas sauvegardé.",
        "",
        "is of an unknown kind and is not saved.",
        "",
    ),
    "source_missing": Text(
        "n’est pas là[ ({detail})] : rien de ce dossier n’est sauvegardé.",
        "",
        "is not there[ ({detail})]: nothing of this source is saved.",
        "",
    ),
    "content_damaged": Text(
        "n’est pas restauré en entier : ses données sont endommagées ou manquent[ ({detail})].",
        "",
        "is not restored whole: its data are damaged or missing[ ({detail})].",
        "",
    ),
    "kit_missing": Text("manque.", "", "is missing.", ""),
    "kit_changed": Text(
        "n’est plus ce que dit la liste[ ({detail})].", "", "is not what the list says[ ({detail})].", ""
    ),
    "kit_added": Text("n’est dans aucune liste.", "", "is in no list.", ""),
    "kit_damaged": Text(
        "est endommagé dans le coffre : il est copié tel quel.",
        "",
        "is damaged in the vault: it is copied as it is.",
        "",
    ),
    "mount_damaged": Text(
        "ne peut pas être lu : ses données sont endommagées ou manquent dans le coffre[ ({detail})].",
        "",
        "cannot be read: its data are damaged or missing in the vault[ ({detail})].",
        "",
    ),
    "mount_unreached": Text(
        "ne peut pas être lu : l’emplacement du coffre ne répond pas[ ({detail})].",
        "",
        "cannot be read: the vault’s store does not answer[ ({detail})].",
        "",
    ),
    "drill_failed": Text(
        "n’a pas réussi l’exercice de restauration[ ({detail})].",
        "",
        "did not pass the restore drill[ ({detail})].",
        "",
    ),
    "no_content": Text(
        "n’avait pas pu être lu à la sauvegarde[ ({detail})] : son contenu n’est pas dans cette version.",
        "",
        "could not be read when it was backed up[ ({detail})]: its content is not in this snapshot.",
        "",
    ),
    "inconsistent_copy": Text(
        "avait changé pendant sa sauvegarde : vérifiez-le.",
        "",
        "changed while it was saved: check it.",
        "",
    ),
    "raw_copy": Text(
        "avait été copié pendant qu’un programme l’utilisait : vérifiez-le avant de vous y fier.",
        "",
        "was copied while a program had it open: check it before you rely on it.",
        "",
    ),
    "socket_left_out": Text(
        "est une prise (socket), que le programme qui l’utilise recrée.",
        "",
        "is a socket, which the program that uses it makes again.",
        "",
    ),
    "device_left_out": Text(
        "est un périphérique, laissé de côté ; --devices le recrée.",
        "",
        "is a device file, left out; --devices makes it again.",
        "",
    ),
    "metadata_omitted": Text(
        "est sauvegardé, mais sans : {detail}.",
        "",
        "is saved, but without: {detail}.",
        "",
    ),
    "names_not_joined": Text(
        "a plusieurs noms (liens durs) sans être un fichier : chaque nom est sauvegardé comme un élément à"
        " part, ici et partout ailleurs.",
        "",
        "has several names (hard links) and is no file: each name is saved as an item of its own, here and"
        " everywhere else.",
        "",
    ),
    "modes_not_kept": Text(
        "et ce qui suit : ce système de fichiers ne garde pas les droits des fichiers.",
        "",
        "and below: this file system does not keep the rights of files.",
        "",
    ),
    "target_of_another": Text(
        "et ce qui suit : la destination appartient à un autre utilisateur, qui peut renommer, remplacer ou "
        "effacer ce qui y est restauré.",
        "",
        "and below: the target folder belongs to another user, who may rename, replace or delete what is "
        "restored there.",
        "",
    ),
    "kind_not_supported": Text(
        "est d’une sorte que ce système de fichiers ne connaît pas[ ({detail})] : laissé de côté.",
        "",
        "is of a kind that this file system does not know[ ({detail})]: left out.",
        "",
    ),
    "restore_denied": Text(
        "n’a pas pu être écrit : le système refuse[ ({detail})].",
        "",
        "could not be written: the system refuses[ ({detail})].",
        "",
    ),
    "restore_failed": Text(
        "n’a pas pu être écrit[ ({detail})].",
        "",
        "could not be written[ ({detail})].",
        "",
    ),
    "name_changed": Text(
        "est restauré sous le nom {name}, que ce système accepte.",
        "",
        "is restored as {name}, a name that this system accepts.",
        "",
    ),
    "kept_both": Text(
        "existe déjà, et reste ; la copie restaurée se nomme {name}.",
        "",
        "is already there, and stays; the restored copy is named {name}.",
        "",
    ),
    "set_aside": Text(
        "existait déjà sous une autre forme, gardée sous le nom {name}.",
        "",
        "was already there in another form, kept as {name}.",
        "",
    ),
    "metadata_lost": Text(
        "est restauré, mais sans : {detail}.",
        "",
        "is restored, but without: {detail}.",
        "",
    ),
}

NAMED: Final = frozenset(("name_changed", "kept_both", "set_aside"))
"""Incidents whose detail is another name of the item, not a reason."""
