"""What a window asks its clerk while everything is set up."""

from __future__ import annotations

from .asking import Question


class FirstRunAsked(Question, frozen=True, tag="first_run"):
    """How far is it? `first_run.FirstRunTold`."""


class FirstRunLeft(Question, frozen=True, tag="first_run_left"):
    """It is left for now. Nothing."""


class FolderChosen(Question, frozen=True, tag="first_run_folder"):
    """The vault is to be in a folder: `first_run.PlaceTold`. Nothing is made."""

    at: str


class EnrolWanted(Question, frozen=True, tag="first_run_enrol"):
    """This machine is declared at a host: `hosts.Enrolled`. `contract_key`, or a file with it; neither of
    them: the one that was left here."""

    host: str
    contract_key: str = ""
    contract_key_file: str = ""
    ca_file: str = ""


class BucketChosen(Question, frozen=True, tag="first_run_bucket"):
    """The vault is to be in a bucket: `first_run_told.BucketTold`. No vault is made; the access key is kept.
    `key`: its id and its secret, None for the one that is kept."""

    at: str
    endpoint: str = ""
    region: str = ""
    key: tuple[str, str] | None = None
    ca_file: str = ""


class VaultsThereAsked(Question, frozen=True, tag="first_run_vaults"):
    """This machine is declared as by `EnrolWanted`: `first_run_told.VaultsThere`."""

    host: str
    contract_key: str = ""
    contract_key_file: str = ""
    ca_file: str = ""


class VaultJoined(Question, frozen=True, tag="first_run_join"):
    """A vault that is there, opened by a passphrase or 24 words: `vaults.VaultOpened`. `contract_key…`,
    `replaces`: at a host. `endpoint`, `region`, `key`, `ca_file`: in a bucket."""

    at: str
    secret: str
    contract_key: str = ""
    contract_key_file: str = ""
    replaces: str = ""
    endpoint: str = ""
    region: str = ""
    key: tuple[str, str] | None = None
    ca_file: str = ""


class ApprovalWanted(Question, frozen=True, tag="first_run_ask"):
    """Another machine of the practice is asked to open the vault to this one; what was asked is asked once
    more: `approval_told.ApprovalAsked`."""

    at: str


class ApprovalStood(Question, frozen=True, tag="first_run_asked"):
    """How does that stand? `approval_told.ApprovalShown`."""


class ApprovalTaken(Question, frozen=True, tag="first_run_let_in"):
    """The vault is opened by the answer: `approval_told.ApprovalOpened`. The rest as in `VaultJoined`."""

    contract_key: str = ""
    contract_key_file: str = ""
    replaces: str = ""


class ApprovalGivenUp(Question, frozen=True, tag="first_run_asked_no_more"):
    """The request is taken back: `approval_told.ApprovalShown`."""


class TermsAsked(Question, frozen=True, tag="first_run_terms"):
    """The host's terms, accepted if that is wanted and they are those that were `read`:
    `hosts.TermsShown`."""

    accept: bool = False
    read: str | None = None


class FoldersOffered(Question, frozen=True, tag="first_run_folders"):
    """What a practice usually protects, as far as it is here: a list of `presets.Offered`."""


class OldFoldersAsked(Question, frozen=True, tag="first_run_old_folders"):
    """Folders of the machine that made the newest snapshot, where that is another than this one:
    `adopting_told.Adoption`, or null."""


class OldFoldersTaken(Question, frozen=True, tag="first_run_adopt"):
    """They are protected at these places, and with `restore` put there first: `adopting_told.Adoption`."""

    device: str
    pairs: dict[str, str]
    restore: bool = False


class FoldersChosen(Question, frozen=True, tag="first_run_protect"):
    """These and no others are protected: a list of `SourceInfo`."""

    paths: list[str]


class KitWanted(Question, frozen=True, tag="first_run_kit"):
    """The recovery kit with these words, a PDF in a folder: `recovery_kit.RecoveryKitMade`."""

    words: str
    folder: str


class WordsTyped(Question, frozen=True, tag="first_run_words"):
    """Three of the words were typed back. Nothing."""


class WordsRenewed(Question, frozen=True, tag="first_run_new_words"):
    """24 words in place of those that nobody wrote down, against the passphrase: `keys.SlotAdded`."""

    secret: str


AskedFirstRun = (
    FirstRunAsked
    | FirstRunLeft
    | FolderChosen
    | EnrolWanted
    | BucketChosen
    | VaultsThereAsked
    | VaultJoined
    | ApprovalWanted
    | ApprovalStood
    | ApprovalTaken
    | ApprovalGivenUp
    | TermsAsked
    | FoldersOffered
    | OldFoldersAsked
    | OldFoldersTaken
    | FoldersChosen
    | KitWanted
    | WordsTyped
    | WordsRenewed
)
