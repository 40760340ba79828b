"""For what the host asks who is there."""

from __future__ import annotations

from .language import say


def action_words(action: str) -> str:
    """What is to be done, as a person says it."""
    return {
        "device_revoke": say("révoquer un poste", "revoke a workstation"),
        "device_reassign": say("reprendre la licence d’un poste", "take a workstation’s licence over"),
        "escrow_join": say("rejoindre un séquestre", "join an escrow"),
        "escrow_leave": say("quitter le séquestre", "leave the escrow"),
        "release_waive": say(
            "lever le délai d’une demande d’accès", "waive the delay of a request for access"
        ),
        "leaving_accept": say(
            "accepter la fin du contrat et l’effacement", "accept the contract’s end and erasure"
        ),
        "person_invite": say("inviter une personne", "invite a person"),
        "key_rotate": say("changer la clé du coffre", "change the vault’s key"),
        "retention_shorten": say("garder moins de versions", "keep fewer snapshots"),
        "cover_grant": say("autoriser une restauration encadrée", "grant a covered restoration"),
        "passkey_add": say("ajouter une clé d’identification", "add a passkey"),
        "passkey_remove": say("ôter une clé d’identification", "remove a passkey"),
    }.get(action, action)
