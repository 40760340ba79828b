"""Rules of a source as people choose them."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["folder", "type", "pattern"]


class RuleDraft(msgspec.Struct, frozen=True):
    """A rule as people think of it. "folder": a name, wherever it is below the source, or a path; "type": how
    names of files end, such as `mp4`; "pattern": as gitignore has it."""

    kind: Kind
    text: str


class SourceRules(msgspec.Struct, frozen=True):
    """All that says what a source leaves out; see `SourceSettings`."""

    exclude: list[str] = []
    one_file_system: bool = False
    default_exclusions: bool = True
