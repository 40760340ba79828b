"""The sentences in English."""

ERRORS: dict[str, tuple[str, str]] = {
    "unknown_code": ("Error {code}.", ""),
}
NOTICES: dict[str, tuple[str, str]] = {}
INCIDENTS: dict[str, tuple[str, str]] = {}
WORDS: dict[str, tuple[str, str]] = {}
