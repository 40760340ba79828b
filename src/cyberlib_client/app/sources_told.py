"""What is protected and what is left out, as plain values.

Apart from what makes them, which is slow to load and large: a window loads these alone."""

from __future__ import annotations

from typing import Literal

import msgspec

from ..core.events import Incident


class SourceInfo(msgspec.Struct, frozen=True):
    """A folder or file to protect. `path`: in the vault, fit for a screen. `present`: it is there now."""

    path: str
    exclude: list[str]
    one_file_system: bool
    default_exclusions: bool
    present: bool


class LeftOutInfo(msgspec.Struct, frozen=True):
    """What one rule leaves out. `origin`: "default", "source", "option", "refusal", "cachedir-tag",
    "one-file-system";
    or "vault", "profile": as in `OwnFolder`, with its path as the pattern. `complete` is false when files and
    bytes are at least that many."""

    pattern: str
    origin: str
    items: int
    files: int
    bytes: int
    complete: bool
    examples: list[str]


class PreviewInfo(msgspec.Struct, frozen=True):
    """What a backup would take and leave out. `unused`: patterns of the user's that left nothing out."""

    files: int
    bytes: int
    folders: int
    others: int
    placeholders: int
    placeholder_bytes: int
    left_out: list[LeftOutInfo]
    unused: list[str]
    incidents: list[Incident]
    incident_count: int

    @property
    def exit_code(self) -> int:
        """3 when something could not be looked into."""
        return 3 if self.incident_count > self.placeholders else 0


class Protected(msgspec.Struct, frozen=True):
    """A source as a list shows it. `saved`: when a backup last looked at it, null for never; `gone`: since
    when it is not there, as backups found."""

    source: SourceInfo
    saved: str | None
    gone: str | None


class RulesTried(msgspec.Struct, frozen=True):
    """`pattern`: what a draft comes to, empty without one."""

    pattern: str
    found: PreviewInfo


class RulesChanged(msgspec.Struct, frozen=True):
    """A source before and after."""

    before: SourceInfo
    after: SourceInfo


Kind = Literal["documents", "desktop", "pictures", "downloads", "software", "folder"]


class Offered(msgspec.Struct, frozen=True):
    """A folder that may be protected. `name`: a program's, or the folder's own. `chosen`: it is a source, or
    should be one."""

    kind: Kind
    name: str
    path: str
    chosen: bool
