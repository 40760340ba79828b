"""Why a run failed, as a practice reads it: few words for many codes, with what to do where a practice can.

Which codes there are is the client's to say; a test compares them with its errors.
"""

from __future__ import annotations

from typing import Final

_SAME: Final = (
    # the workstation
    ("erreur inattendue du logiciel", "unexpected error of the program", "internal_error agent_stumbled"),
    ("disque du poste plein", "the workstation’s disk is full", "profile_full"),
    (
        "le poste n’avait plus assez de mémoire",
        "the workstation had not enough memory",
        "no_memory",
    ),
    (
        "la mémoire du poste a peut-être un défaut : faites-la vérifier",
        "the workstation’s memory may be faulty: have it checked",
        "bad_memory",
    ),
    ("réglages du poste illisibles", "the workstation’s settings cannot be read", "settings_damaged"),
    (
        "dossier de réglages du poste inaccessible",
        "the settings’ folder cannot be reached",
        "profile_denied lock_not_made",
    ),
    (
        "les réglages du poste sont modifiables par d’autres",
        "others may change the workstation’s settings",
        "hooks_exposed profile_exposed",
    ),
    (
        "aucun coffre n’est réglé sur le poste",
        "no vault is set on the workstation",
        "no_vault agent_idle",
    ),
    ("aucun dossier à sauvegarder", "nothing to back up", "no_sources"),
    ("dossiers protégés introuvables", "the sources are not there", "sources_missing source_absent"),
    (
        "un dossier à sauvegarder ne convient pas",
        "a folder to back up is unfit",
        "source_in_vault source_private source_special source_unknown bad_path path_not_absolute"
        " path_of_other_system",
    ),
    (
        "un motif d’exclusion ne peut pas servir",
        "an exclusion pattern cannot work",
        "bad_pattern empty_pattern",
    ),
    (
        "une commande prévue avant la sauvegarde a échoué",
        "a command before the backup failed",
        "hook_stopped",
    ),
    ("le logiciel n’a pas pu démarrer", "the program could not start", "worker_not_started"),
    ("sauvegarde interrompue par le système", "the backup was ended by the system", "worker_died"),
    (
        "la sauvegarde ne répondait plus et a été arrêtée",
        "the backup no longer answered and was ended",
        "worker_stuck",
    ),
    (
        "l’agent de sauvegarde du poste ne peut pas recevoir d’ordres",
        "the workstation’s agent cannot take orders",
        "agent_not_reachable",
    ),
    (
        "interrompue (coupure de courant ou arrêt forcé)",
        "interrupted (a power cut or a forced end)",
        "interrupted",
    ),
    (
        "une sauvegarde arrêtée attend un lecteur qui ne répond pas",
        "a backup that was ended waits for a drive that does not answer",
        "profile_stuck",
    ),
    ("arrêtée à la demande", "stopped on request", "stopped aborted"),
    (
        "une autre sauvegarde était en cours",
        "another backup was at work",
        "profile_busy slots_busy copy_busy",
    ),
    (
        "les horloges du poste et du stockage diffèrent : réglez celle du poste",
        "the clocks of workstation and storage differ: set the workstation’s",
        "clock_wrong bucket_clock",
    ),
    # opening the vault
    (
        "le poste n’a pas pu ouvrir son coffre",
        "the workstation could not open its vault",
        "locked wrong_secret key_renewed passphrase_not_text secret_file_unreadable secret_file_empty"
        " secret_file_not_text",
    ),
    (
        "le secret du poste est illisible, absent ou exposé à d’autres",
        "the workstation’s secret is unreadable, gone or exposed to others",
        "device_file_exposed device_file_unreadable device_file_not_written credentials_damaged"
        " identity_damaged bad_device keychain_unavailable host_note_damaged host_key_lost"
        " host_key_locked host_key_exposed",
    ),
    # the vault
    (
        "disque ou partage du coffre absent : branchez-le",
        "the vault’s disk or share was not there: plug it in",
        "store_absent store_unusable",
    ),
    (
        "le coffre n’est pas à l’endroit prévu",
        "the vault is not where it should be",
        "vault_absent not_a_vault",
    ),
    (
        "un autre coffre se trouve à la place du sien",
        "another vault is in the place of its own",
        "other_vault other_vault_there",
    ),
    ("stockage du coffre plein", "the vault’s storage is full", "store_full"),
    (
        "le poste n’a pas le droit d’écrire ou de lire dans le coffre",
        "the workstation may not write to or read from the vault",
        "store_denied",
    ),
    (
        "l’emplacement du coffre ne convient pas",
        "the vault’s place is unfit",
        "store_kind_unknown bucket_address bucket_endpoint bucket_endpoint_missing bucket_region_bad"
        " bucket_options vault_elsewhere host_address",
    ),
    (
        "contenu du coffre endommagé, altéré ou manquant : faites-le vérifier",
        "contents of the vault are damaged, altered or missing: have it verified",
        "store_read_error object_missing chunk_missing pack_damaged not_authentic bad_compression"
        " bad_content_list bad_footer bad_index bad_record bad_slots bad_snapshot bad_tree not_an_object"
        " bad_signature vault_altered vault_changed slots_missing slots_crowded slots_rolled_back"
        " passphrase_slots_many kdf_out_of_bounds no_snapshot_left bad_object_name bad_retirement"
        " retention_needs_whole",
    ),
    (
        "le coffre ou l’hébergeur demande une version plus récente du logiciel",
        "the vault or the host asks for a newer version of the program",
        "newer_format host_client_too_old",
    ),
    (
        "ce que l’alarme contre les rançongiciels avait retenu est endommagé",
        "what the ransomware alarm had kept is damaged",
        "alarm_damaged",
    ),
    (
        "rien n’est effacé du coffre tant que l’alarme contre les rançongiciels dure",
        "nothing is deleted from the vault while the ransomware alarm stands",
        "retention_frozen",
    ),
    (
        "l’horloge du poste est douteuse ; rien n’a été effacé",
        "the machine’s clock is in doubt; nothing was deleted",
        "clock_doubtful",
    ),
    (
        "l’horloge de l’hébergeur est douteuse ; rien n’a été effacé",
        "the host’s clock is in doubt; nothing was deleted",
        "host_clock_doubtful",
    ),
    (
        "le registre des refus est endommagé",
        "the register of refusals is damaged",
        "refusals_damaged",
    ),
    (
        "un autre tri du coffre était en cours",
        "the vault was being sorted out already",
        "retention_busy",
    ),
    (
        "le tri du coffre a duré trop longtemps ; rien n’a été effacé",
        "sorting out the vault took too long; nothing was deleted",
        "retention_took_long",
    ),
    # second copies of the vault
    (
        "le disque ou le partage de la seconde copie n’était pas là : branchez-le",
        "the disk or share of the second copy was not there: plug it in",
        "copy_gone copy_not_here not_a_copy",
    ),
    ("plus de place sur la seconde copie", "no space left on the second copy", "copy_full"),
    (
        "la seconde copie est protégée en écriture",
        "the second copy may not be written to",
        "copy_denied",
    ),
    (
        "l’emplacement de la seconde copie contient un autre coffre",
        "the place of the second copy holds another vault",
        "copy_other_vault",
    ),
    (
        "la réserve de réparation d’une seconde copie est endommagée",
        "what mends a second copy is damaged",
        "bad_parity",
    ),
    # restores
    (
        "la version ou le fichier demandé n’est pas dans le coffre",
        "the snapshot or file that was asked for is not in the vault",
        "no_snapshot snapshot_unknown snapshot_ambiguous device_unknown path_not_in_snapshot"
        " path_in_no_snapshot no_content include_matches_nothing not_a_file one_snapshot path_wanted",
    ),
    (
        "rien n’a pu être restauré à l’endroit choisi",
        "nothing could be restored to the chosen place",
        "no_own_place own_place_absent target_in_vault target_not_written target_read_only target_lost"
        " target_unusable target_busy"
        " target_changed not_a_folder no_answer_conflict",
    ),
    (
        "plus de place là où l’on restaure",
        "no space left where files are restored",
        "target_full drill_no_room",
    ),
    (
        "exercice de restauration impossible à l’endroit choisi",
        "no restore drill can be held at the chosen place",
        "drill_no_folder drill_not_a_folder",
    ),
    ("rien à restaurer pour l’exercice", "nothing to restore for the drill", "drill_nothing"),
    (
        "des noms ou liens du coffre ne peuvent pas être restaurés",
        "names or links of the vault cannot be restored",
        "hostile_name bad_link file_incomplete",
    ),
    # a bucket
    (
        "la clé d’accès au stockage manque ou est refusée",
        "the access key to the storage is missing or refused",
        "bucket_key_missing bucket_key_unclear bucket_key_refused",
    ),
    (
        "le stockage prévu n’existe pas, est ailleurs ou contient autre chose",
        "the storage does not exist, is elsewhere or holds something else",
        "bucket_absent bucket_elsewhere bucket_not_empty",
    ),
    ("le stockage ne répond pas", "the storage does not answer", "bucket_unreachable bucket_busy"),
    (
        "le stockage refuse ce qui lui est demandé",
        "the storage refuses what it is asked",
        "bucket_refused bucket_keeps bucket_upload_damaged",
    ),
    (
        "ce qui répond à la place du stockage n’en est pas un, ou est en défaut",
        "what answers in the storage’s place is none, or faulty",
        "bucket_answer bucket_list_endless",
    ),
    # the line
    (
        "le chiffrement de la connexion n’est pas en règle : rien n’a été envoyé",
        "the encryption of the connection is not in order: nothing was sent",
        "bucket_certificate host_certificate host_certificate_expired host_certificate_early"
        " host_certificate_name host_certificate_revoked host_certificate_unknown host_tls"
        " host_link_unsafe ca_file_unreadable",
    ),
    (
        "le proxy (intermédiaire d’accès à internet) ne répond pas ou refuse le passage",
        "the proxy does not answer or lets nothing through",
        "proxy_unreachable proxy_refuses proxy_cannot proxy_page",
    ),
    (
        "le proxy (intermédiaire d’accès à internet) demande un nom et un mot de passe, ou les refuse",
        "the proxy asks for a name and password, or refuses them",
        "proxy_login_needed proxy_login_refused proxy_password_needed",
    ),
    (
        "l’adresse du proxy (intermédiaire d’accès à internet) ne convient pas",
        "the proxy’s address is unfit",
        "proxy_address proxy_password_here",
    ),
    (
        "une page web a répondu à la place de l’hébergeur : réseau d’hôtel ou filtrage",
        "a web page answered in the host’s place: a hotel’s network, or filtering",
        "host_page",
    ),
    (
        "hébergeur injoignable : vérifiez que le poste est relié à internet",
        "the host could not be reached: see that the workstation is online",
        "host_unreachable host_name_unknown",
    ),
    ("l’hébergeur ne pouvait pas répondre", "the host could not answer", "host_busy"),
    # the host
    (
        "l’hébergeur n’a pas répondu comme il le doit",
        "the host did not answer as it should",
        "host_answer host_answer_short host_list_endless host_upload_damaged host_refused host_keeps"
        " host_unknown_path host_receipt_bad host_challenge_unknown host_not_signed_in host_session_over",
    ),
    (
        "le journal ou la clé de l’hébergeur ne sont pas ceux que le poste connaît",
        "the host’s log or key is not the one that the workstation knows",
        "host_key_changed host_log_shorter host_log_forked",
    ),
    ("espace de stockage plein", "the storage is full", "host_full"),
    ("quota du contrat atteint", "the contract’s quota is reached", "host_quota_reached"),
    (
        "conditions d’utilisation à accepter",
        "terms to be accepted",
        "host_terms_not_accepted host_terms_changed",
    ),
    ("contrat suspendu", "the contract is suspended", "host_organisation_suspended"),
    ("contrat terminé", "the contract is over", "host_organisation_terminated host_restore_window_over"),
    (
        "la certification de l’hébergeur lui a été retirée",
        "the host’s certification was withdrawn",
        "host_certification_withdrawn",
    ),
    (
        "le poste est en surnombre : demandez une place de plus",
        "the workstation is surplus: ask for one more seat",
        "host_device_surplus",
    ),
    (
        "le poste n’est plus déclaré chez l’hébergeur, ou n’a pas accès à ce coffre",
        "the workstation is not enrolled at the host any more, or may not use this vault",
        "not_enrolled host_other host_no_vault host_vault_unknown host_device_unknown host_device_revoked"
        " host_device_replaced host_device_taken"
        " host_not_a_member host_other_organisation host_bad_signature",
    ),
    ("autre cause", "another cause", "other"),
)

REASONS: Final = {code: (french, english) for french, english, codes in _SAME for code in codes.split()}
"""French and English words by code."""
