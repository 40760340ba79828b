"""Words for what happens with a bucket of one's own: its address, its access key, its storage."""

from __future__ import annotations

from typing import Final

from .text import Text

ERRORS: Final[dict[str, Text]] = {
    "bucket_address": Text(
        "{at} ne désigne pas un compartiment.",
        "Il s’écrit s3://COMPARTIMENT/PRÉFIXE, et l’adresse du stockage à part : --endpoint https://….",
        "{at} names no bucket.",
        "It is written s3://BUCKET/PREFIX, and the storage’s address apart: --endpoint https://….",
    ),
    "bucket_endpoint": Text(
        "{at} n’est pas l’adresse d’un stockage S3.",
        "Elle s’écrit https://nom ou https://nom:port ; http:// n’est admis que sur ce poste même.",
        "{at} is not the address of an S3 storage.",
        "It is written https://name or https://name:port; http:// is for this very machine alone.",
    ),
    "bucket_endpoint_missing": Text(
        "On ne sait pas à quel stockage demander ce compartiment.",
        "Donnez son adresse (--endpoint https://…), ou, chez Amazon, sa région (--region eu-west-3).",
        "Which storage has this bucket is not known.",
        "Give its address (--endpoint https://…) or, at Amazon, its region (--region eu-west-3).",
    ),
    "bucket_region_bad": Text(
        "{region} n’est pas le nom d’une région.",
        "Il est fait de lettres, de chiffres et de tirets, comme eu-west-3 ou fr-par.",
        "{region} is not the name of a region.",
        "It is made of letters, digits and hyphens, such as eu-west-3 or fr-par.",
    ),
    "bucket_options": Text(
        "{at} n’est pas dans un compartiment S3 : --endpoint, --region, --access-key-file et --ca n’y ont pas"
        " de sens.",
        "Ôtez-les, ou donnez un emplacement s3://COMPARTIMENT/PRÉFIXE.",
        "{at} is in no S3 bucket: --endpoint, --region, --access-key-file and --ca mean nothing there.",
        "Leave them out, or give a place s3://BUCKET/PREFIX.",
    ),
    "vault_elsewhere": Text(
        "Le coffre de ce profil n’est pas dans un compartiment S3 ({at}).",
        "Cette commande n’est que pour ceux qui y sont.",
        "This profile’s vault is in no S3 bucket ({at}).",
        "This command is for those that are.",
    ),
    "nothing_to_change": Text(
        "Rien n’est donné à changer.",
        "Donnez au moins une de ces options : --access-key-file, --endpoint, --region, --ca.",
        "There is nothing given to change.",
        "Give at least one of these options: --access-key-file, --endpoint, --region, --ca.",
    ),
    "bucket_key_missing": Text(
        "Ce poste n’a pas de clé d’accès à {at}.",
        "Donnez-la par un fichier (--access-key-file ; pour un coffre déjà connecté, cyberlib vault access"
        " --access-key-file FICHIER), ou par AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY.",
        "This machine has no access key to {at}.",
        "Give it by a file (--access-key-file; for a vault that is connected already, cyberlib vault access"
        " --access-key-file FILE), or by AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    ),
    "bucket_key_unclear": Text(
        "{at} ne contient pas une clé d’accès.",
        "Mettez-y deux lignes, l’identifiant puis le secret ; ou le format « credentials » d’AWS, avec"
        " une seule section ou une section [default].",
        "{at} does not hold an access key.",
        "Put two lines there, the id and then the secret; or AWS’s “credentials” format, with one section"
        " only or a section [default].",
    ),
    "bucket_key_typed": Text(
        "Ce n’est pas une clé d’accès.",
        "L’identifiant et le secret sont chacun une suite de lettres et de chiffres, sans espace ni accent :"
        " recopiez-les tels que le stockage les montre.",
        "This is not an access key.",
        "Its id and its secret are each a row of letters and digits, without spaces or accents: copy them as"
        " the storage shows them.",
    ),
    "bucket_key_refused": Text(
        "Le stockage {at} refuse la clé d’accès {key}[ : {reason}].",
        "Vérifiez l’identifiant et le secret, puis cyberlib vault access --access-key-file FICHIER. Ce que"
        " donnent AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY passe avant la clé gardée.",
        "The storage {at} refuses the access key {key}[: {reason}].",
        "Check the id and the secret, then cyberlib vault access --access-key-file FILE. What"
        " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY give goes before the key that is kept.",
    ),
    "bucket_clock": Text(
        "L’heure de ce poste et celle de {at} diffèrent trop : il refuse toute demande.",
        "Mettez le poste à l’heure (date, heure et fuseau), puis relancez.",
        "The clocks of this machine and of {at} differ too much: it refuses whatever is asked.",
        "Set this machine’s clock (day, time and zone), then run again.",
    ),
    "bucket_absent": Text(
        "Il n’y a pas de compartiment {at} à {endpoint}.",
        "Vérifiez son nom et l’adresse du stockage ; créez-le chez votre fournisseur s’il n’existe pas"
        " encore. S’il y était, demandez au fournisseur ce qu’il est devenu.",
        "There is no bucket {at} at {endpoint}.",
        "Check its name and the storage’s address; make it at your provider if it does not exist yet. If"
        " it was there, ask the provider what became of it.",
    ),
    "bucket_elsewhere": Text(
        "Le compartiment {at} est dans une autre région[ : {region}].",
        "Donnez la bonne région (--region), et l’adresse qui va avec (--endpoint).",
        "The bucket {at} is in another region[: {region}].",
        "Give the right region (--region), and the address that goes with it (--endpoint).",
    ),
    "bucket_not_empty": Text(
        "{at} contient déjà autre chose.",
        "Donnez un autre préfixe : s3://COMPARTIMENT/AUTRE.",
        "{at} holds something else already.",
        "Give another prefix: s3://BUCKET/OTHER.",
    ),
    "bucket_keeps": Text(
        "La clé d’accès n’a pas le droit d’effacer dans {at}.",
        "C’est sans effet sur les sauvegardes, qui n’effacent rien.",
        "The access key may not delete in {at}.",
        "Backups do not mind: they delete nothing.",
    ),
    "bucket_unreachable": Text(
        "Le stockage {at} ne répond pas[ : {reason}].",
        "Vérifiez la connexion à Internet et l’adresse, puis relancez : ce qui est déjà envoyé ne le sera"
        " pas de nouveau.",
        "The storage {at} does not answer[: {reason}].",
        "Check the Internet connection and the address, then run again: what was sent is not sent again.",
    ),
    "bucket_busy": Text(
        "Le stockage {at} ne peut pas répondre pour l’instant[ ({reason})].",
        "Relancez dans quelques minutes ; si cela dure, demandez à votre fournisseur.",
        "The storage {at} cannot answer at the moment[ ({reason})].",
        "Run again in a few minutes; if it goes on, ask your provider.",
    ),
    "bucket_certificate": Text(
        "Le certificat de {at} n’est pas de ceux que ce poste connaît[ : {reason}] ; rien n’a été envoyé.",
        "Vérifiez l’adresse et l’heure du poste. Si le stockage a son propre certificat, ou si un filtre"
        " du réseau en présente un : --ca FICHIER (cyberlib vault access --ca FICHIER pour un coffre déjà"
        " connecté).",
        "The certificate of {at} is none that this machine knows[: {reason}]; nothing was sent.",
        "Check the address and this machine’s clock. If the storage has a certificate of its own, or a"
        " filter of the network shows one: --ca FILE (cyberlib vault access --ca FILE for a vault that is"
        " connected already).",
    ),
    "bucket_answer": Text(
        "Ce qui répond à {at} n’est pas un stockage S3, ou l’est mal.",
        "Vérifiez l’adresse ; un portail d’accès à Internet répond peut-être à sa place.",
        "What answers at {at} is no S3 storage, or a faulty one.",
        "Check the address; a portal for Internet access may be answering in its place.",
    ),
    "bucket_refused": Text(
        "Le stockage refuse ce qui lui est demandé pour {at}[ : {reason}].",
        "Si cela revient, donnez ce mot à votre fournisseur.",
        "The storage refuses what it is asked for {at}[: {reason}].",
        "If it comes back, give this word to your provider.",
    ),
    "bucket_upload_damaged": Text(
        "Ce qui est envoyé à {at} y arrive endommagé, et il le refuse.",
        "Vérifiez le réseau et la mémoire du poste, puis relancez ; rien d’endommagé n’a été gardé.",
        "What is sent to {at} arrives there damaged, and it refuses it.",
        "Check the network and this machine’s memory, then run again; nothing damaged was kept.",
    ),
    "bucket_list_endless": Text(
        "Le stockage ne sait pas dire ce que contient {at} : sa liste se répète.",
        "Demandez à votre fournisseur ; rien n’a été changé.",
        "The storage cannot say what {at} holds: its list repeats itself.",
        "Ask your provider; nothing was changed.",
    ),
}
