"""`cyberlib vault`: create, open, info, access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from ...app.wording.language import Both, say
from ...app.wording.units import moment, size
from ..bucket_options import BUCKET_OPTIONS, bucket_options
from ..host_lines import host_lines
from ..run import Run, pass_run
from ..slots import asked_for, slot_lines, words_lines
from ..words import command, group, option, refuse_together

if TYPE_CHECKING:
    from ...app.buckets import BucketChanged
    from ...app.device_slot import Keeping
    from ...app.slots import SlotInfo
    from ...app.vault_info import VaultInfo
    from ...app.vaults import VaultMade, VaultOpened
    from ...app.workplace import BucketGiven

F = TypeVar("F", bound=Callable[..., object])

vault = group(
    "vault", Both("Créer un coffre, s’y connecter, le décrire.", "Create, connect to, describe a vault.")
)


def _where(function: F) -> F:
    for declare in (
        *BUCKET_OPTIONS,
        option(
            "--no-device",
            is_flag=True,
            help=Both(
                "Ne rien garder sur ce poste : il demande à chaque fois de quoi ouvrir le coffre.",
                "Keep nothing on this machine: each time it asks for what opens the vault.",
            ),
        ),
        option(
            "--device-file",
            is_flag=True,
            help=Both(
                "Garder le secret de ce poste dans un fichier lisible par son seul propriétaire, au lieu du"
                " trousseau du système (postes sans session graphique).",
                "Keep this machine’s secret in a file that only its owner can read instead of the system’s"
                " keychain (machines without a desktop session).",
            ),
        ),
        option(
            "--device-name",
            metavar=Both("NOM", "NAME"),
            default="",
            help=Both("Nom de ce poste dans le coffre.", "Name of this machine in the vault."),
        ),
        option(
            "--at",
            required=True,
            metavar=Both("EMPLACEMENT", "STORE"),
            help=Both(
                "Emplacement du coffre : un dossier, un hébergeur (https://…), ou un compartiment S3"
                " (s3://COMPARTIMENT/PRÉFIXE).",
                "Where the vault is: a folder, a host (https://…), or an S3 bucket (s3://BUCKET/PREFIX).",
            ),
        ),
    ):
        function = declare(function)
    return function


def _tell_bucket(run: Run, at: str, given: BucketGiven) -> None:
    """Tells the session what was said of a bucket."""
    from ...app.stores import check_bucket_given

    check_bucket_given(at, given)
    run.session.bucket = given


def _keeping(device_file: bool, no_device: bool) -> Keeping:
    refuse_together(("--device-file", device_file), ("--no-device", no_device))
    return "file" if device_file else "none" if no_device else "keychain"


@command(
    "create",
    parent=vault,
    help=Both(
        "Créer un coffre. Une phrase secrète est demandée deux fois (ou lue de CYBERLIB_PASSPHRASE ou de"
        " --passphrase-file), et 24 mots de secours sont montrés une seule fois : notez-les sur papier.",
        "Create a vault. A passphrase is asked for twice (or read from CYBERLIB_PASSPHRASE or"
        " --passphrase-file), and 24 recovery words are shown once: write them down on paper.",
    ),
)
@_where
@option(
    "--words-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both(
        "Écrire les 24 mots dans ce nouveau fichier au lieu de les montrer.",
        "Write the 24 words to this new file instead of showing them.",
    ),
)
@pass_run
def create(
    run: Run,
    at: str,
    endpoint: str,
    region: str,
    access_key_file: str | None,
    ca: str | None,
    device_name: str,
    device_file: bool,
    no_device: bool,
    words_file: str | None,
) -> None:
    """See its help."""
    from ...app import vaults
    from ...app.workplace import BucketGiven

    _tell_bucket(run, at, BucketGiven(endpoint, region, access_key_file, ca))
    made = vaults.create(
        run.session,
        at,
        keeping=_keeping(device_file, no_device),
        device=device_name,
        words_file=words_file,
    )
    run.output.result(made, lambda: _made(made, run.profile))


@command(
    "open",
    parent=vault,
    help=Both(
        "Connecter ce poste à un coffre. Avec la phrase secrète ou, au même endroit, les 24 mots.",
        "Connect this machine to a vault. With the passphrase or, in the same place, the 24 words.",
    ),
)
@_where
@option(
    "--recovery",
    is_flag=True,
    help=Both(
        "Demander les 24 mots de secours, visibles et sur plusieurs lignes.",
        "Ask for the 24 recovery words, visibly and on several lines.",
    ),
)
@option(
    "--recovery-file",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Lire les 24 mots dans ce fichier.", "Read the 24 words from this file."),
)
@pass_run
def open_(
    run: Run,
    at: str,
    endpoint: str,
    region: str,
    access_key_file: str | None,
    ca: str | None,
    device_name: str,
    device_file: bool,
    no_device: bool,
    recovery: bool,
    recovery_file: str | None,
) -> None:
    """See its help."""
    from ...app import vaults
    from ...app.workplace import BucketGiven

    refuse_together(("--recovery", recovery), ("--recovery-file", recovery_file))
    refuse_together(("--recovery", recovery), ("--passphrase-file", run.passphrase_file))
    run.prove_by(recovery_file)
    _tell_bucket(run, at, BucketGiven(endpoint, region, access_key_file, ca))
    opened = vaults.connect(
        run.session,
        at,
        keeping=_keeping(device_file, no_device),
        device=device_name,
        recovery=recovery,
    )
    run.output.result(opened, lambda: _connected(opened, run.profile))


@command("info", Both("Décrire le coffre de ce profil.", "Describe this profile’s vault."), vault)
@pass_run
def info(run: Run) -> None:
    """See its help."""
    from ...app import vault_info

    found = vault_info.info(run.session)
    run.output.result(found, lambda: _info(found))


@command(
    "access",
    parent=vault,
    help=Both(
        "Changer la clé d’accès au compartiment S3. De même pour l’adresse du stockage et ses certificats ;"
        " rien n’est changé avant d’avoir été essayé.",
        "Change the access key to the S3 bucket. Its storage’s address and certificates too; nothing is"
        " changed before it was tried.",
    ),
)
@bucket_options
@option(
    "--device-file",
    is_flag=True,
    help=Both(
        "Garder la clé d’accès dans un fichier plutôt que là où était la précédente.",
        "Keep the access key in a file rather than where the last one was.",
    ),
)
@pass_run
def access(
    run: Run, endpoint: str, region: str, access_key_file: str | None, ca: str | None, device_file: bool
) -> None:
    """See its help."""
    from ...app import buckets
    from ...app.workplace import BucketGiven

    given = BucketGiven(endpoint, region, access_key_file, ca)
    changed = buckets.change(run.session, given, in_file=device_file)
    run.output.result(changed, lambda: _changed(changed))


def _changed(changed: BucketChanged) -> Iterator[str]:
    yield say(f"Coffre : {changed.at}", f"Vault: {changed.at}")
    yield _storage(changed.endpoint)
    yield say(f"Clé d’accès : {changed.key}", f"Access key: {changed.key}")


def _storage(endpoint: str) -> str:
    return say(f"Stockage : {endpoint}", f"Storage: {endpoint}")


def _unlock(kind: str, slots: list[SlotInfo]) -> str:
    asked = asked_for(slots)
    return {
        "keychain": say("par le trousseau de ce poste", "by this machine’s keychain"),
        "file": say("par un fichier de ce poste", "by a file of this machine"),
        "ask": say(f"par {asked}, à donner à chaque fois", f"by {asked}, to be given each time"),
    }[kind]


def _opened(opened: VaultOpened | VaultMade) -> Iterator[str]:
    yield say(f"Coffre : {opened.at}", f"Vault: {opened.at}")
    yield say(f"Poste : {opened.device}", f"Device: {opened.device}")
    unlock = _unlock(opened.unlock, opened.slots)
    yield say(f"S’ouvre : {unlock}", f"Opens: {unlock}")


def _connected(opened: VaultOpened, profile: str | None) -> Iterator[str]:
    yield from _opened(opened)
    called = program(profile)
    yield ""
    yield say("Ensuite :", "Next:")
    yield say(
        f"  {called} restore latest --to DOSSIER   pour restaurer ici ce que contient le coffre",
        f"  {called} restore latest --to FOLDER   to restore here what the vault holds",
    )
    yield from _protect(called)


def _protect(called: str) -> Iterator[str]:
    yield say(
        f"  {called} sources add DOSSIER   pour chaque dossier de ce poste à protéger, puis",
        f"  {called} sources add FOLDER   for each folder of this machine to protect, then",
    )
    yield say(
        f"  {called} backup   pour les sauvegarder tout de suite, et",
        f"  {called} backup   to back them up now, and",
    )
    yield say(
        f"  {called} agent install   pour que cela se fasse tout seul ensuite",
        f"  {called} agent install   to have it done by itself from then on",
    )


def program(profile: str | None) -> str:
    """The program as it is to be called for the same profile."""
    if profile is None:
        return "cyberlib"
    return f'cyberlib --profile "{profile}"' if " " in profile else f"cyberlib --profile {profile}"


def _made(made: VaultMade, profile: str | None) -> Iterator[str]:
    yield say("Le coffre est créé.", "The vault is made.")
    yield from _opened(made)
    yield ""
    yield from words_lines(made.words, made.words_file)
    yield ""
    yield say("Ensuite :", "Next:")
    yield from _protect(program(profile))


def _info(found: VaultInfo) -> Iterator[str]:
    yield from _opened_info(found)
    if found.host is not None:
        yield from host_lines(found.host)
    yield ""
    yield from slot_lines(found.slots, found.key)


def _opened_info(found: VaultInfo) -> Iterator[str]:
    total = sum(found.bytes.values())
    yield say(f"Coffre : {found.at}", f"Vault: {found.at}")
    if found.endpoint is not None:
        yield _storage(found.endpoint)
    yield say(f"Identité : {found.id}", f"Id: {found.id}")
    yield say(f"Empreinte : {found.fingerprint}", f"Fingerprint: {found.fingerprint}")
    yield say(f"Créé le : {moment(found.created)}", f"Made: {moment(found.created)}")
    yield say(f"Profil : {found.profile}", f"Profile: {found.profile}")
    yield say(f"Poste : {found.device}", f"Device: {found.device}")
    unlock = _unlock(found.unlock, found.slots)
    yield say(f"S’ouvre : {unlock}", f"Opens: {unlock}")
    yield say(f"Versions : {found.snapshots}", f"Snapshots: {found.snapshots}")
    yield say(f"Taille : {size(total)}", f"Size: {size(total)}")
    done = {run.command: run for run in found.last_done}
    for last in found.last_runs:
        run = _RUNS[last.command]
        if last.command in done:
            ended = done[last.command]
            how = say("réussie", "done") if ended.exit == 0 else _incomplete(ended.exit)
            when = moment(ended.ended)
            yield say(f"Dernière {run} : {when}, {how}", f"Last {run}: {when}, {how}")
        if last.error:
            when, how = moment(last.ended), f"code {last.exit} [{last.error}]"
            yield say(
                f"Dernière tentative de {run}, sans succès : {when}, {how}",
                f"Last attempt at a {run}, without success: {when}, {how}",
            )


def _incomplete(code: int) -> str:
    return say(f"faite, mais pas en entier : code {code}", f"done, but not in full: exit code {code}")


_RUNS = {
    "backup": Both("sauvegarde", "backup"),
    "restore": Both("restauration", "restore"),
    "verify": Both("vérification", "verification"),
    "copy": Both("copie", "copy"),
    "repair": Both("réparation", "repair"),
    "drill": Both("restauration d’essai", "restore drill"),
    "retention": Both("conservation", "retention"),
}
