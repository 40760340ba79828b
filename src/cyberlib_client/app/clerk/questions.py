"""What a window asks its clerk, and what the clerk says: frozen records, one JSON object a line.

Each question has its number and one `Answered` or `Refused` at last; before that come `Part`s of long
lists, `Stands` while something takes its time, and notices. Between two processes of one program: no version
is told.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ...core.events import Progress
from ..agent.messages import ErrorTold
from ..workplace import Notice
from .asking import Question
from .questions_escrow import AskedEscrow
from .questions_first_run import AskedFirstRun
from .questions_guidance import AskedGuidance
from .questions_keys import AskedKeys
from .questions_people import AskedPeople
from .questions_settings import AskedSettings
from .questions_support import AskedSupport

# ---- without the vault -----------------------------------------------------------------------------


class HomeAsked(Question, frozen=True, tag="home"):
    """How is this machine? Answered with `home.HomeTold`."""

    days: int = 90


class HistoryAsked(Question, frozen=True, tag="history"):
    """What was done and what went wrong, with names of files: `reports.Report`."""

    days: int = 30


class SourcesAsked(Question, frozen=True, tag="sources"):
    """What is protected. Answered with a list of `SourceInfo`."""


class PreviewAsked(Question, frozen=True, tag="preview"):
    """What a backup of these paths, or of all sources, would take and leave out: `PreviewInfo`."""

    paths: list[str] = msgspec.field(default_factory=list)


class SourceAdded(Question, frozen=True, tag="add_source"):
    """One more: `SourceInfo`."""

    path: str


class SourceRemoved(Question, frozen=True, tag="remove_source"):
    """One less: `SourceInfo`. What the vault holds of it stays."""

    path: str


class CopiesAsked(Question, frozen=True, tag="copies"):
    """Second copies: a list of `CopyInfo`."""


class CertificatesAsked(Question, frozen=True, tag="certificates"):
    """Those of drills, oldest first: a list of `CertificateInfo`."""


# ---- with the vault --------------------------------------------------------------------------------


class VaultWanted(Question, frozen=True, tag="make_vault"):
    """A new vault in a folder, opened by a new passphrase: `VaultMade`, with its 24 words. This machine's
    secret goes to the keychain, or where there is none to a file of its user's alone."""

    at: str
    secret: str


class Unlock(Question, frozen=True, tag="unlock"):
    """The vault is opened by a passphrase or 24 words: nothing, or an error. It stays open for the clerk.
    `by_itself`: this machine opens it by itself again, where it did not any more."""

    secret: str
    by_itself: bool = False


class KeysAsked(Question, frozen=True, tag="keys"):
    """What opens the vault: a list of `SlotInfo`."""


class StorageAsked(Question, frozen=True, tag="storage"):
    """Where the vault is and what it takes: `home.StorageTold`."""


class ReadFrom(Question, frozen=True, tag="read_from"):
    """From now on what is listed, looked at and restored comes from the second copy of this name; "" for the
    vault itself. Answered with nothing once the copy is open. Raises NeedsUnlock as the vault does."""

    copy: str


class SnapshotsAsked(Question, frozen=True, tag="snapshots"):
    """All of them, oldest first, read anew: a list of `SnapshotInfo`."""


class EntriesAsked(Question, frozen=True, tag="entries"):
    """A folder of a snapshot, or its sources for an empty path: parts are lists of `EntryInfo`."""

    snapshot: str
    path: str = ""


class FindAsked(Question, frozen=True, tag="find"):
    """Names in all snapshots: parts are lists of `FoundInfo`, the `most` first of them; answered with whether
    there are more."""

    pattern: str
    most: int


class VersionsAsked(Question, frozen=True, tag="versions"):
    """The states of a path over time, oldest first: a list of `FoundInfo`."""

    path: str


class PeekAsked(Question, frozen=True, tag="peek"):
    """The first bytes of a file: `Peeked`."""

    snapshot: str
    path: str
    most: int = 4 << 20


class RestoreAsked(Question, frozen=True, tag="restore"):
    """Files brought back: `brought.Brought`. `items`: paths in the snapshot; `to`: "" for where they were."""

    snapshot: str
    items: list[str]
    to: str = ""
    conflict: str = "keep-both"


class CancelAsked(msgspec.Struct, frozen=True, tag_field="ask", tag="cancel"):
    """A question that nobody waits for any more; it is refused with `stopped`."""

    id: int


Asked = (
    HomeAsked
    | HistoryAsked
    | SourcesAsked
    | PreviewAsked
    | SourceAdded
    | SourceRemoved
    | CopiesAsked
    | CertificatesAsked
    | VaultWanted
    | Unlock
    | KeysAsked
    | StorageAsked
    | ReadFrom
    | SnapshotsAsked
    | EntriesAsked
    | FindAsked
    | VersionsAsked
    | PeekAsked
    | RestoreAsked
    | AskedSettings
    | AskedEscrow
    | AskedPeople
    | AskedGuidance
    | AskedFirstRun
    | AskedSupport
    | AskedKeys
)


# ---- from the clerk ---------------------------------------------------------------------------------


class Peeked(msgspec.Struct, frozen=True):
    """`whole`: there is no more than `content`."""

    content: bytes
    whole: bool


class Said(msgspec.Struct, frozen=True, tag_field="is"):
    """To the question with this number."""

    id: int


class Answered(Said, frozen=True, tag="answer"):
    """The end, with what was asked for."""

    result: msgspec.Raw = msgspec.Raw(b"null")


class Refused(Said, frozen=True, tag="refused"):
    """The end, with an error."""

    error: ErrorTold


class Part(Said, frozen=True, tag="part"):
    """Some of a long list."""

    result: msgspec.Raw


class Stands(Said, frozen=True, tag="stands"):
    """How far it is."""

    progress: Progress


class Noticed(Said, frozen=True, tag="notice"):
    """Something worth knowing."""

    notice: Notice


FromClerk = Answered | Refused | Part | Stands | Noticed

encode: Final = msgspec.json.Encoder().encode
from_window: Final = msgspec.json.Decoder(Asked | CancelAsked).decode
from_clerk: Final = msgspec.json.Decoder(FromClerk).decode
