"""What a window asks its clerk about what opens the vault.

`secret`: a passphrase or 24 words, given once more, since a workstation that opens by itself proves nothing
about who sits at it.
"""

from __future__ import annotations

from .asking import Question


class LockWanted(Question, frozen=True, tag="lock"):
    """Nothing opens until somebody gives a secret. Nothing."""


class LockAsked(Question, frozen=True, tag="is_locked"):
    """Did somebody leave the window that was there before? bool."""


class KitWanted(Question, frozen=True, tag="make_kit"):
    """A new recovery kit as a PDF in a folder: `recovery_kit.RecoveryKitMade`."""

    secret: str
    folder: str


class KitOfWords(Question, frozen=True, tag="print_kit"):
    """The sheet for words that are at hand: `recovery_kit.RecoveryKitMade`."""

    words: str
    folder: str


class KitTried(Question, frozen=True, tag="check_kit"):
    """Do these words open the vault? `recovery_kit.RecoveryKitChecked`."""

    words: str


class PassphraseChanged(Question, frozen=True, tag="change_passphrase"):
    """Another one in place of the one given: `keys.SlotAdded`."""

    secret: str
    new: str


class PassphraseAdded(Question, frozen=True, tag="add_passphrase"):
    """A further one, by its name: `keys.SlotAdded`."""

    secret: str
    new: str
    name: str


class VaultKeyAsked(Question, frozen=True, tag="vault_key"):
    """How often the vault's key was changed, and what former ones still open: `keys_told.VaultKey`."""


class KeyChanged(Question, frozen=True, tag="change_key"):
    """Another key for the vault, which `new` opens and the words of a kit in a folder:
    `keys_told.KeyChangedTold`."""

    secret: str
    new: str
    folder: str


class KeyWrittenAnew(Question, frozen=True, tag="rewrite"):
    """About so much of what former keys still open, written anew: `keys_told.KeyRewritten`."""

    most: str = "1 GB"


class SlotTaken(Question, frozen=True, tag="remove_slot"):
    """It opens the vault no more: `keys.SlotRemoved`."""

    secret: str
    slot: str


class EscrowAsked(Question, frozen=True, tag="escrow"):
    """Who else has what opens the vault, and who asks for it? `escrow_told.EscrowTold`."""


class EscrowOffered(Question, frozen=True, tag="escrow_offer"):
    """What does a policy say, if this is its fingerprint? `escrow_told.EscrowOffer`."""

    policy: str
    fingerprint: str


class EscrowWanted(Question, frozen=True, tag="join_escrow"):
    """Officers are entrusted with what opens the vault: `escrow_told.EscrowJoined`. `folder`: "" for none."""

    secret: str
    policy: str
    fingerprint: str
    who: str
    folder: str


class EscrowLeaving(Question, frozen=True, tag="leave_escrow"):
    """What officers have opens the vault no more: `escrow_told.EscrowLeft`."""

    secret: str


class ReleaseRefused(Question, frozen=True, tag="refuse_release"):
    """No to a request for what was entrusted, by its id: `escrow_told.ReleaseShown`, a list."""

    release: str


class ApprovalsAsked(Question, frozen=True, tag="approvals"):
    """Which new machines ask to be let in? `approval_told.ApprovalShown`, a list."""


class ApprovalGranted(Question, frozen=True, tag="approve"):
    """One is let in, by the six words that it shows: `approval_told.ApprovalShown`. Without a `secret` the
    host holds it back."""

    secret: str
    approval: str
    words: str


class ApprovalRefused(Question, frozen=True, tag="refuse_approval"):
    """No to a new machine, by its request's id: `approval_told.ApprovalShown`, a list."""

    approval: str


AskedKeys = (
    LockWanted
    | LockAsked
    | KitWanted
    | KitOfWords
    | KitTried
    | PassphraseChanged
    | PassphraseAdded
    | SlotTaken
    | VaultKeyAsked
    | KeyChanged
    | KeyWrittenAnew
    | EscrowAsked
    | EscrowOffered
    | EscrowWanted
    | EscrowLeaving
    | ReleaseRefused
    | ApprovalsAsked
    | ApprovalGranted
    | ApprovalRefused
)
