"""What the ransomware alarm knows, sees, remembers and tells; `core.alarm` has the rules.

Times are nanoseconds since 1970, days whole days since then.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

DAY: Final = 86_400 * 10**9
Number = Annotated[int, Meta(ge=-(1 << 62), le=1 << 62)]
"""What is read from a file and reckoned with: no damage makes it overflow."""

Code = Literal[
    "broken", "dense", "replaced", "databases", "apart", "canaries_changed", "canaries_gone",
    "deleted", "notes", "burst", "old", "undeduplicated",
]  # fmt: skip
"""Why: files without the head or tail of their kind; text that became even; files in whose place, or beside
which, one lies that nobody can read, or with an ending of its own; the same of databases; files gone here and
unreadable ones come there, or to many folders; decoys; many files gone and none come; then what only adds to
these."""


class Ending(msgspec.Struct, frozen=True, array_like=True):
    """What was learned of files of one ending: how many were looked at, how many had an even head."""

    judged: Number = 0
    even: Number = 0

    @property
    def is_even(self) -> bool:
        """Such files are compressed or encrypted as a rule."""
        return self.judged >= 5 and 2 * self.even >= self.judged

    @property
    def is_plain(self) -> bool:
        """Such files are not, as a rule."""
        return self.judged >= 8 and 10 * self.even <= self.judged


class Signs(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one run saw; numbers of files unless told. `gone`: not because a rule leaves them out now. Of
    `changed`, those with old times are `old`: not touched for 60 days. `loose_gone`, `loose_strange`: files
    gone, and new ones that nobody can read, each without a counterpart in their folder; `gone_in`,
    `strange_in`: the same by folder, under a digest of its path, at most 2,000 of each. `changed_new`: of the
    bytes of changed files, those the vault did not have. `endings`: of the files that look lost. `learned`:
    see `Ending`."""

    at: int
    first: bool = False
    files: int = 0
    new: int = 0
    changed: int = 0
    gone: int = 0
    old: int = 0
    broken: int = 0
    dense: int = 0
    replaced: int = 0
    databases: int = 0
    loose_gone: int = 0
    loose_strange: int = 0
    notes: int = 0
    canaries_changed: int = 0
    canaries_gone: int = 0
    changed_bytes: int = 0
    changed_new: int = 0
    gone_in: dict[str, int] = {}
    strange_in: dict[str, int] = {}
    endings: dict[str, int] = {}
    learned: dict[str, Ending] = {}

    @property
    def lost(self) -> int:
        """Files whose content looks lost."""
        return self.broken + self.dense + self.replaced + self.databases

    @property
    def is_suspicious(self) -> bool:
        """Whether anything in it would count by itself."""
        return bool(self.lost or self.canaries_changed or self.canaries_gone)


class Tally(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the runs of one day saw, added up. `since`: the first of them that was suspicious; `clean`: the
    snapshot (hex) before that one. `strewn`: unreadable files that came to five or more folders in one run.
    `share`: largest part of changed bytes that was new, in percent."""

    day: Number
    broken: Number = 0
    dense: Number = 0
    replaced: Number = 0
    databases: Number = 0
    loose_gone: Number = 0
    loose_strange: Number = 0
    strewn: Number = 0
    canaries_changed: Number = 0
    canaries_gone: Number = 0
    notes: Number = 0
    moved: Number = 0
    old: Number = 0
    share: Number = -1
    since: Number = 0
    clean: str = ""

    @property
    def lost(self) -> int:
        """As in `Signs`."""
        return self.broken + self.dense + self.replaced + self.databases


class Fewer(msgspec.Struct, frozen=True, array_like=True):
    """Files that went on a day less those that came, below 0 when more came. `since`: the first run in which
    more went than came, 0 for none; `clean`: the snapshot before that one."""

    day: Number
    net: Number = 0
    since: Number = 0
    clean: str = ""


class Past(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a device remembers of its runs: at most 400 days that had something to tell, oldest first.
    `strange`: by folder (see `Signs.strange_in`), the last day that brought unreadable files and how many
    there are without a counterpart. `allowed`: files a day that look lost and were said to be meant. `fewer`:
    of the last six weeks."""

    days: Annotated[tuple[Tally, ...], Meta(max_length=1000)] = ()
    endings: dict[str, Ending] = {}
    strange: Annotated[dict[str, tuple[Number, Number]], Meta(max_length=10_000)] = {}
    allowed: Annotated[float, Meta(ge=0, le=1e9)] = 0.0
    fewer: Annotated[tuple[Fewer, ...], Meta(max_length=1000)] = ()


class Reason(msgspec.Struct, frozen=True):
    """One rule that holds: how many files (of "undeduplicated": percent) it counts within how many days
    (0: in one run), what it adds to the points."""

    code: Code
    count: Number
    days: Number
    points: Number


class Alarm(msgspec.Struct, frozen=True):
    """What is to be told. `since`: when the first suspicious sign was seen; `clean`: the snapshot before it
    (hex), "" when there is none. `lost`: files that look lost or are gone since then, as far as they can be
    counted."""

    at: Number
    level: Literal["warning", "critical"]
    points: Number
    lost: Number
    since: Number
    clean: str
    reasons: tuple[Reason, ...]
