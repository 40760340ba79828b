"""What the window advises where the command line names its commands: what its user can do there."""

from __future__ import annotations

from typing import Final

from ..app.wording.language import Both

_STILL_RESTORED: Final = Both(
    "Tout le reste se restaure. « En savoir plus », ou l’accueil, fait vérifier le coffre ; montrez ce qu’il"
    " en dit à votre informaticien.",
    "All else can be restored. “Learn more”, or home, has the vault checked; show what it tells to your"
    " technician.",
)
_CALL_HOST: Final = Both(
    "Appelez l’assistance de votre hébergeur (« Aide ») : ce poste est à déclarer de nouveau.",
    "Call your host’s support (“Help”): this machine is to be declared anew.",
)
_KEYCHAIN: Final = Both(
    "Ouvrez le trousseau de votre session (le plus souvent par son mot de passe), puis recommencez.",
    "Open your session’s keychain (mostly by its password), then try again.",
)
_CERTIFICATE: Final = Both(
    "Vérifiez la date et l’heure de ce poste, puis montrez cette phrase à votre informaticien : un antivirus"
    " ou un filtre du réseau en est souvent la cause. À la mise en route, un certificat que l’on vous a remis"
    " se donne sous l’adresse.",
    "Check this machine’s date and time, then show this sentence to your technician: an antivirus or a filter"
    " of the network is often the cause. In the first run a certificate that you were handed is given below"
    " the address.",
)
_ACCESS_KEY: Final = Both(
    "Vérifiez l’identifiant et le secret de la clé, tels que le stockage les montre. S’ils ont changé depuis,"
    " c’est votre informaticien qui donne les nouveaux à ce poste.",
    "Check the key’s id and secret, as the storage shows them. If they changed since, it is your technician"
    " who gives the new ones to this machine.",
)
_BROUGHT_BACK: Final = Both(
    "Si personne du cabinet ne l’a voulu, « Réglages » les rétablit sous « Versions retirées » ; appelez"
    " ensuite votre informaticien.",
    "If nobody of the practice wanted it, “Settings” brings them back under “Snapshots that were let go”;"
    " then call your technician.",
)
_ELSEWHERE: Final = Both(
    "Restaurez dans un dossier de votre choix : « Ailleurs… ».",
    "Restore to a folder of your choice: “Elsewhere…”.",
)
_SECRET: Final = Both(
    "Donnez la phrase secrète du coffre, ou les 24 mots du kit de secours.",
    "Give the vault’s passphrase, or the 24 words of the recovery kit.",
)
_ALARM: Final = Both(
    "« Voir l’alarme », à l’accueil, dit ce qui a été vu et permet de la lever.",
    "“See the alarm”, at home, tells what was seen and lets you take it back.",
)
_WAYS_IN: Final = Both(
    "Retirez d’abord un accès qui ne sert plus (« Clé et accès »).",
    "Remove a way in that is of no use any more first (“Key and access”).",
)
_CLOCK: Final = Both(
    "Mettez l’horloge de ce poste à l’heure, puis recommencez. Si elle est juste, montrez cette phrase à"
    " votre"
    " informaticien.",
    "Set this machine’s clock right, then try again. If it is right, show this sentence to your technician.",
)
DAMAGED: Final = (
    "object_missing", "chunk_missing", "pack_damaged", "not_authentic", "bad_compression", "bad_content_list",
    "bad_footer", "bad_index", "bad_record", "bad_slots", "bad_snapshot", "bad_retirement", "bad_tree",
    "not_an_object", "vault_altered", "file_incomplete", "snapshot_gap", "folder_unread", "folders_unread",
)  # fmt: skip
"""Codes of what is not as it was written: the vault is to be checked."""

_ASK_ANEW: Final = Both(
    "Continuez : le nouveau poste fait une autre demande et montre d’autres mots.",
    "Continue: the new machine makes another request and shows other words.",
)

IN_WINDOW: Final[dict[str, Both]] = {
    **dict.fromkeys(("approval_over", "approval_opens_nothing", "host_approval_unknown"), _ASK_ANEW),
    "approval_none": Both(
        "Elle a été refusée, ou quelqu’un y a répondu. Revenez à « Clé et accès ».",
        "Somebody said no to it, or has answered it. Come back to “Key and access”.",
    ),
    "host_approval_over": Both(
        "Elle a été refusée, ou quelqu’un y a répondu. Revenez à « Clé et accès ».",
        "Somebody said no to it, or has answered it. Come back to “Key and access”.",
    ),
    "host_approvals_many": Both(
        "Répondez d’abord à celles qui attendent, dans « Clé et accès » d’un poste du cabinet.",
        "Answer those that wait first, under “Key and access” at a machine of the practice.",
    ),
    "approval_waiting": Both(
        "Tapez les six mots sur un poste du cabinet qui ouvre le coffre : « Clé et accès ».",
        "Type the six words at a machine of the practice that opens the vault: “Key and access”.",
    ),
    "approval_asked_other": Both(
        "Retirez d’abord la demande qui attend.", "Take the request that waits back first."
    ),
    **dict.fromkeys(DAMAGED, _STILL_RESTORED),
    "host_not_a_member": Both(
        "Un autre poste l’a peut-être remplacé. Appelez l’assistance de votre hébergeur (« Aide ») :"
        " elle voit"
        " quel poste a sa place.",
        "Another machine may have taken its place. Call your host’s support (“Help”): they see which one.",
    ),
    **dict.fromkeys(
        (
            "host_other",
            "not_enrolled",
            "host_key_lost",
            "host_key_exposed",
            "host_bad_signature",
            "host_note_damaged",
        ),
        _CALL_HOST,
    ),
    "host_device_unknown": _CALL_HOST,
    "host_device_surplus": Both(
        "Demandez une place de plus à votre hébergeur (« Aide »), ou retirez un poste qui ne sert plus.",
        "Ask your host for one more seat (“Help”), or let a machine go that is of no use any more.",
    ),
    "host_key_not_kept": _KEYCHAIN,
    "host_key_locked": _KEYCHAIN,
    "keychain_unavailable": Both(
        "Ce poste demandera à chaque fois de quoi ouvrir le coffre, tant que le trousseau de la session n’est"
        " pas ouvert.",
        "This machine will ask each time for what opens the vault, as long as the session’s keychain is not"
        " open.",
    ),
    "host_certificate": _CERTIFICATE,
    "host_certificate_unknown": _CERTIFICATE,
    "bucket_certificate": _CERTIFICATE,
    "host_name_unknown": Both(
        "Vérifiez l’orthographe de l’adresse et la connexion à Internet. Dans un réseau qui passe par un"
        " proxy, demandez à votre informaticien.",
        "Check how the address is written and the Internet connection. In a network behind a proxy, ask your"
        " technician.",
    ),
    "host_answer_short": Both(
        "Recommencez ; si cela revient, appelez l’assistance de votre hébergeur (« Aide »).",
        "Try again; if it comes back, call your host’s support (“Help”).",
    ),
    **dict.fromkeys(
        ("host_log_shorter", "host_log_forked"),
        Both(
            "Rien de plus n’est envoyé. Appelez l’assistance de votre hébergeur (« Aide ») et lisez-lui cette"
            " phrase.",
            "Nothing more is sent. Call your host’s support (“Help”) and read this sentence to them.",
        ),
    ),
    "bucket_key_refused": _ACCESS_KEY,
    "bucket_key_missing": _ACCESS_KEY,
    "bucket_elsewhere": Both(
        "Donnez la bonne région, et l’adresse qui va avec.",
        "Give the right region, and the address that goes with it.",
    ),
    "bucket_endpoint_missing": Both(
        "Donnez son adresse (https://…), ou, chez Amazon, sa région (eu-west-3).",
        "Give its address (https://…), or, at Amazon, its region (eu-west-3).",
    ),
    "bucket_address": Both(
        "Donnez le nom du compartiment, et l’adresse du stockage dans son propre champ.",
        "Give the bucket’s name, and the storage’s address in its own field.",
    ),
    "target_not_written": Both(
        "Le disque est peut-être en panne : restaurez ailleurs (« Ailleurs… »). Restaurer de nouveau au même"
        " endroit compare ce qui est là et remet ce qui diffère.",
        "The disk may be failing: restore to another one (“Elsewhere…”). Restoring to the same place again"
        " compares what is there and puts back what differs.",
    ),
    "no_own_place": _ELSEWHERE,
    "own_place_absent": Both(
        "Branchez ce disque ou connectez ce partage, puis recommencez ; ou restaurez dans un autre dossier :"
        " « Ailleurs… ».",
        "Plug that disk in or connect that share, then try again; or restore to another folder:"
        " “Elsewhere…”.",
    ),
    "stopped": Both(
        "Rien n’est perdu : recommencez quand vous voulez.",
        "Nothing is lost: begin again whenever you like.",
    ),
    "sources_missing": Both(
        "Vérifiez que leur disque est branché ou leur partage connecté ; « Dossiers protégés » les montre.",
        "Check that their disk is plugged in or their share connected; “Protected folders” shows them.",
    ),
    "vault_changed": Both(
        "Recommencez ; si cela revient, faites vérifier le coffre et montrez cette phrase à votre"
        " informaticien.",
        "Try again; if it comes back, have the vault checked and show this sentence to your technician.",
    ),
    "let_go_elsewhere": _BROUGHT_BACK,
    "slots_note_damaged": Both(
        "Vérifiez sous « Clé et accès » que vous reconnaissez tout ce qui ouvre le coffre.",
        "Check under “Key and access” that you know all that opens the vault.",
    ),
    "settings_damaged": Both(
        "Ce qui est sauvegardé n’est pas perdu. Montrez cette phrase à votre informaticien ; ou renommez ce"
        " fichier, rouvrez CyberLib et choisissez « Ouvrir le coffre du cabinet ».",
        "What is backed up is not lost. Show this sentence to your technician; or rename that file, open"
        " CyberLib again and choose “Open the practice’s vault”.",
    ),
    "alarm_damaged": Both(
        "Ouvrez quelques fichiers récents : s’ils sont illisibles, débranchez ce poste du réseau et appelez"
        " votre informaticien. Sinon, faites vérifier le coffre.",
        "Open some recent files: if they cannot be read, take this machine off the network and call your"
        " technician. Else have the vault checked.",
    ),
    "seen_note_damaged": Both("Faites vérifier le coffre.", "Have the vault checked."),
    "slot_came_back": Both(
        "Retirez-le de nouveau sous « Clé et accès ». Si cela revient, appelez l’assistance de votre"
        " hébergeur.",
        "Remove it again under “Key and access”. If it comes back, call your host’s support.",
    ),
    "much_let_go": _BROUGHT_BACK,
    "deletion_announced": Both(
        "Essayez de nouveau demain : ce qui est encore là revient. Si personne du cabinet n’a demandé"
        " d’effacer, gardez débranchés les disques de copie et appelez votre informaticien.",
        "Try again tomorrow: what is still there comes back. If nobody of the practice asked for it, keep the"
        " disks of copies unplugged and call your technician.",
    ),
    "quarantine_over": Both(
        "Elle est peut-être encore sur une seconde copie : demandez à votre informaticien.",
        "It may still be on a second copy: ask your technician.",
    ),
    "not_retired": Both("« Réglages » montre ce qui peut l’être.", "“Settings” shows what can be."),
    "retention_frozen": _ALARM,
    "ransomware_suspected": Both(
        "Débranchez ce poste du réseau, sans l’éteindre ni le redémarrer, et appelez votre informaticien. Les"
        " sauvegardes continuent, et aucune version n’est effacée. « Voir l’alarme », à l’accueil, dit ce qui"
        " a été vu.",
        "Take this machine off the network, without switching it off or restarting it, and call your"
        " technician. Backups go on, and no snapshot is deleted. “See the alarm”, at home, tells what was"
        " seen.",
    ),
    "retention_needs_whole": Both(
        "Faites d’abord vérifier le coffre (« En savoir plus »).",
        "Have the vault checked first (“Learn more”).",
    ),
    "clock_doubtful": _CLOCK,
    "host_clock_doubtful": _CLOCK,
    "drill_failed": Both(
        "Sauvegardez de nouveau : ce qui est encore sur ce poste est remis dans le coffre. Puis essayez"
        " encore"
        " une restauration ; si elle échoue, appelez votre informaticien.",
        "Back up again: what is still on this machine is put back into the vault. Then try a restore once"
        " more; if it fails, call your technician.",
    ),
    "drill_nothing": Both("Faites d’abord une sauvegarde.", "Make a backup first."),
    "drill_no_room": Both(
        "Faites de la place sur le disque de ce poste, puis recommencez.",
        "Make room on this machine’s disk, then try again.",
    ),
    "copy_denied": Both(
        "Le disque est peut-être protégé en écriture (un verrou sur la carte, un disque éjecté trop vite). On"
        " peut encore restaurer depuis lui.",
        "The disk may be write-protected (a lock on the card, a disk pulled out too early). It can still be"
        " restored from.",
    ),
    "not_a_copy": Both(
        "Vérifiez le dossier ; « Copies » montre celles qui sont connues.",
        "Check the folder; “Copies” shows those that are known.",
    ),
    "copy_unknown": Both("« Copies » les montre ; F5 relit.", "“Copies” shows them; F5 reads again."),
    "copy_place_taken": Both(
        "Un disque, un dossier : une copie. « Modifier… » la change ; « Retirer » laisse ce qu’elle"
        " contient.",
        "One disk, one folder: one copy. “Change…” changes it; “Remove” leaves what it holds.",
    ),
    "copy_unsound": Both(
        "Refaites-la sur un autre disque (« Ajouter une copie… »), ou montrez-la à votre informaticien, qui"
        " peut la réparer.",
        "Make it anew on another disk (“Add a copy…”), or show it to your technician, who can repair it.",
    ),
    "agent_unfit": Both(
        "Redémarrez ce poste : l’agent repart avec lui. Si cela revient, montrez cette phrase à votre"
        " informaticien.",
        "Restart this machine: the agent starts with it. If it comes back, show this sentence to your"
        " technician.",
    ),
    "words_file_not_written": Both(
        "Choisissez un autre dossier, ou faites de la place.", "Choose another folder, or make room."
    ),
    "locked": _SECRET,
    "proof_needed": _SECRET,
    "no_snapshot": Both("Faites une première sauvegarde.", "Make a first backup."),
    "snapshot_unknown": Both("Choisissez-en une avec le curseur.", "Choose one with the slider."),
    "path_not_in_snapshot": Both(
        "La recherche de « Restaurer » le trouve dans les autres versions.",
        "The search of “Restore” finds it in the other snapshots.",
    ),
    "path_in_no_snapshot": Both("Cherchez-le par un bout de son nom.", "Search for a part of its name."),
    "no_content": Both(
        "Voyez s’il y en a d’autres versions : « Toutes ses versions ».",
        "See whether there are other versions: “All its versions”.",
    ),
    "source_known": Both(
        "Ce qu’il laisse de côté se change par « Exclusions… ».",
        "What it leaves out is changed by “Exclusions…”.",
    ),
    "source_unknown": Both("F5 relit la liste.", "F5 reads the list again."),
    "source_nested": Both(
        "Rien n’est sauvegardé deux fois. Si ce n’est pas voulu, retirez l’un des deux dossiers.",
        "Nothing is backed up twice. If it is not meant, remove one of the two folders.",
    ),
    "slot_unknown": Both("F5 relit la liste.", "F5 reads the list again."),
    "slot_last": Both(
        "Faites d’abord un nouveau kit de secours (« Clé et accès »).",
        "Make a new recovery kit first (“Key and access”).",
    ),
    "no_words_left": Both(
        "Faites un nouveau kit de secours (« Clé et accès »), et gardez la feuille hors du cabinet.",
        "Make a new recovery kit (“Key and access”), and keep the sheet outside the practice.",
    ),
    "slots_full": _WAYS_IN,
    "passphrases_full": _WAYS_IN,
    "slots_busy": Both(
        "Attendez un peu, relisez la liste (F5), et recommencez s’il le faut.",
        "Wait a little, read the list again (F5), and try again if need be.",
    ),
    "bad_times": Both("Écrivez par exemple 12:30, 19:00.", "Write for example 12:30, 19:00."),
    "metered": Both(
        "La sauvegarde attend un autre réseau ; « Réglages », « À quelles conditions » peut l’autoriser.",
        "The backup waits for another network; “Settings”, “Under which conditions” can allow this one.",
    ),
    "settling": Both(
        "Une sauvegarde que vous demandez n’attend pas.", "A backup that you ask for does not wait."
    ),
    "after_failure": Both("L’historique, plus bas, dit pourquoi.", "The history, below, tells why."),
}
"""By the codes of messages, in place of their own advice."""
