"""Les phrases en français."""

ERRORS: dict[str, tuple[str, str]] = {
    "unknown_code": ("Erreur {code}.", ""),
}
NOTICES: dict[str, tuple[str, str]] = {}
INCIDENTS: dict[str, tuple[str, str]] = {}
WORDS: dict[str, tuple[str, str]] = {}
