"""Words for reasons inside a sentence: codes of ours, and the commonest words of the systems."""

from __future__ import annotations

from typing import Final

REASONS: Final[dict[str, tuple[str, str]]] = {
    # why a keychain keeps nothing
    "no_service": ("aucun trousseau n’est ouvert dans cette session", "no keychain is open in this session"),
    "locked": ("il est verrouillé", "it is locked"),
    "refused": ("il a refusé", "it refused"),
    "not_kept": ("il n’a pas gardé ce qu’on lui a confié", "it did not keep what it was given"),
    # why a bucket refuses
    "AccessDenied": ("la clé d’accès n’en a pas le droit", "the access key may not"),
    "SignatureDoesNotMatch": ("le secret ne va pas avec l’identifiant", "the secret does not go with the id"),
    "InvalidAccessKeyId": ("identifiant inconnu", "unknown id"),
    "ExpiredToken": ("elle n’est plus valable", "it has expired"),
    # why a pattern cannot work
    "comment": ("il commence par #, comme un commentaire", "it begins with #, as a comment does"),
    "empty": ("il est vide", "it is empty"),
    "control": ("il contient un caractère de commande", "it holds a control character"),
    "path": ("il contient « . » ou « .. »", "it holds “.” or “..”"),
    "escape": ("il finit par une barre oblique inverse", "it ends with a backslash"),
    "backslash": (
        "une barre oblique inverse y sépare des noms : écrivez /",
        "a backslash separates names: write /",
    ),
    "bracket": ("un crochet n’est pas fermé", "a bracket is not closed"),
    "range": ("un intervalle entre crochets est à l’envers", "a range in brackets runs backwards"),
    # why settings are not understood
    "toml": ("ce n’est pas du TOML", "it is not TOML"),
    "key_unknown:": ("réglage inconnu :", "unknown setting:"),
    "key_missing:": ("il manque :", "missing:"),
    "value_unfit:": ("valeur qui ne convient pas :", "unfit value:"),
    # why there is no content, what is damaged
    "unreadable": ("illisible", "unreadable"),
    "placeholder": ("dans le nuage seulement", "in the cloud only"),
    "missing": ("absent", "missing"),
    "damaged": ("endommagé", "damaged"),
    "altered": ("altéré, contenu intact", "altered, content whole"),
    "pack_damaged": ("paquet endommagé", "damaged pack"),
    "chunk_missing": ("données absentes", "data missing"),
    "object_missing": ("paquet absent", "pack missing"),
    "bad_content_list": ("liste endommagée", "damaged list"),
    "bad_tree": ("dossier endommagé", "damaged directory"),
    "file_incomplete": ("incomplet", "incomplete"),
    "store_read_error": ("le disque ne le rend pas", "the disk does not give it back"),
    "hostile_name": (
        "son nom sortirait du dossier de restauration",
        "its name leads out of the target folder",
    ),
    "bad_link": ("lien sans cible possible", "a link without a possible target"),
    "not_authentic": ("altéré", "altered"),
    # metadata
    "owner": ("propriétaire", "owner"),
    "mode": ("droits", "mode"),
    "time": ("date", "time"),
    "not_applicable:": ("propre à un autre système :", "of another system:"),
    "omitted:": ("non sauvegardé :", "not saved:"),
    "xattr:": ("attribut", "attribute"),
    "acl:": ("droits d’accès", "access list"),
    "ads:": ("flux", "stream"),
    # the systems' own
    "Permission denied": ("accès refusé", "permission denied"),
    "Operation not permitted": ("opération interdite", "operation not permitted"),
    "No such file or directory": ("introuvable", "not found"),
    "Not a directory": ("n’est pas un dossier", "not a directory"),
    "Is a directory": ("est un dossier", "is a directory"),
    "File exists": ("existe déjà", "file exists"),
    "No space left on device": ("plus de place", "no space left"),
    "database or disk is full": ("plus de place", "no space left"),
    "Disk quota exceeded": ("quota dépassé", "disk quota exceeded"),
    "Read-only file system": ("système de fichiers en lecture seule", "read-only file system"),
    "Input/output error": ("erreur de lecture ou d’écriture du disque", "input/output error of the disk"),
    "File name too long": ("nom trop long", "file name too long"),
    "Too many levels of symbolic links": ("liens qui tournent en rond", "links that go round in circles"),
    "Stale file handle": ("partage réseau remonté ou perdu", "stale network share"),
    "Transport endpoint is not connected": ("partage déconnecté", "share not connected"),
    "Device or resource busy": ("occupé par un autre programme", "in use by another program"),
    "Text file busy": ("en cours d’exécution", "being run"),
    "Connection timed out": ("sans réponse", "no answer"),
    "Host is down": ("machine éteinte", "host is down"),
    "Invalid argument": ("refusé par le système de fichiers", "refused by the file system"),
    "UTF-8": ("ce n’est pas de l’UTF-8", "it is not UTF-8"),
}
