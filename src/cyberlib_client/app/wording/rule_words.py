"""Where a rule comes from that leaves something out."""

from __future__ import annotations

from typing import Final

from .language import Both

ORIGINS: Final = {
    "default": Both("d’usage", "default"),
    "source": Both("du dossier", "of the source"),
    "option": Both("de la commande", "of the command"),
    "refusal": Both("refus d’un patient", "a patient’s refusal"),
    "cachedir-tag": Both("cache marqué", "tagged cache"),
    "one-file-system": Both("autre système de fichiers", "other file system"),
    "vault": Both("le coffre lui-même", "the vault itself"),
    "profile": Both("fichiers privés de CyberLib", "CyberLib’s private files"),
}

NAMES: Final = {"one-file-system": Both("ce qui est ailleurs", "what is elsewhere")}
"""Of rules that have no pattern."""
