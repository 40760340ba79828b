"""What the user chose: `settings.toml`, read by every command and written by few.

Reading uses the standard library alone. Writing keeps comments and order, since administrators edit
this file by hand. What cannot be understood is refused, never replaced.
"""

from __future__ import annotations

import tomllib
from typing import Literal

import msgspec

from ..core.errors import Failed
from .private_file import read_file, write_private
from .profile import Profile

Language = Literal["fr", "en"]


class VaultSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The vault of this profile: where it is and its id (32 hex digits)."""

    at: str
    id: str


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One folder or file to protect.

    `path`: as this system writes it; `escaped` instead for a name that is not text, undecodable bytes
    as `\\xNN`. `exclude`: gitignore patterns.
    """

    path: str = ""
    escaped: str = ""
    exclude: list[str] = []
    one_file_system: bool = False
    default_exclusions: bool = True


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole file. `device`: this workstation's name in the vault."""

    language: Language | None = None
    device: str = ""
    vault: VaultSettings | None = None
    sources: list[SourceSettings] = []


def read_settings(profile: Profile) -> Settings:
    """The settings, or the defaults when there is no file. Failed("settings_damaged", at=…, reason=…)."""
    data = read_file(profile.settings)
    if data is None:
        return Settings()
    try:
        return msgspec.convert(tomllib.loads(data.decode("utf-8")), Settings)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Failed("settings_damaged", at=profile.settings, reason=_reason(error)) from None


def write_settings(profile: Profile, settings: Settings) -> None:
    """Writes them, with the comments that are there. Raises Failed("settings_damaged") rather than
    replace a file it does not understand, ("profile_full"), ("profile_denied")."""
    import tomlkit
    from tomlkit.items import AoT

    read_settings(profile)
    document = tomlkit.parse((read_file(profile.settings) or b"").decode("utf-8"))
    plain = msgspec.to_builtins(settings)
    sources = plain.pop("sources", [])
    for key in [k for k in document if k != "sources" and k not in plain]:
        del document[key]
    for key, value in plain.items():
        if isinstance(value, dict) and key in document:
            document[key].update(value)
        else:
            document[key] = value
    kept = document.get("sources")
    before = {(s.get("path"), s.get("escaped")): s for s in kept} if isinstance(kept, list) else {}
    document.pop("sources", None)
    if sources:
        tables = AoT([])
        for source in sources:
            table = before.get((source.get("path"), source.get("escaped")))
            if table is None or table.unwrap() != source:
                table = tomlkit.item(source)
            tables.append(table)
        document["sources"] = tables
    profile.make()
    write_private(profile.private, profile.settings, tomlkit.dumps(document).encode("utf-8"))


def _reason(error: Exception) -> str:
    return "UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
