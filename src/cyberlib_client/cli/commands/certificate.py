"""`cyberlib certificate`: the proofs that restores were tried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...app.paths import shown_text
from ...app.wording.language import Both, say
from ...app.wording.units import FILE, count, many, moment, size
from ..run import Run, pass_run
from ..words import argument, command, group, option

if TYPE_CHECKING:
    from ...app.drill_certificates import CertificateChecked, CertificateShown
    from ...app.drill_list import CertificateInfo
    from ...core.certificate import DrillRecord

certificate = group(
    "certificate",
    Both(
        "Les preuves des restaurations essayées (cyberlib drill).",
        "Proofs of restores that were tried (cyberlib drill).",
    ),
)


@command(
    "list", Both("Montrer ceux que garde ce profil.", "Show those that this profile keeps."), certificate
)
@pass_run
def list_them(run: Run) -> None:
    """See its help."""
    from ...app import drill_list as app

    number = run.output.items(app.certificates(run.session), _line)
    if not number and run.output.mode == "text":
        run.output.remark(
            say("Aucun certificat : cyberlib drill en fait un.", "None: cyberlib drill makes one.")
        )


@command(
    "show",
    Both(
        "Montrer ce que dit un certificat gardé, et le copier pour le transmettre.",
        "Show what a kept certificate says, and copy it to hand it on.",
    ),
    certificate,
)
@argument(
    "wanted",
    default="latest",
    metavar=Both("[NUMÉRO]", "[ID]"),
    help=Both(
        "Début de son numéro ; le plus récent par défaut.", "How its id begins; the newest by default."
    ),
)
@option(
    "--to",
    default="",
    metavar=Both("FICHIER", "FILE"),
    help=Both("Copier le PDF dans ce fichier.", "Copy the PDF into this file."),
)
@pass_run
def show(run: Run, wanted: str, to: str) -> None:
    """See its help."""
    from ...app import drill_certificates as app

    shown = app.shown(run.session, wanted, to)
    run.output.result(shown, lambda: _shown(shown))


@command(
    "verify",
    Both(
        "Vérifier un certificat, sur n’importe quel poste : ni coffre, ni secret, ni réseau.",
        "Verify a certificate, on any machine: without a vault, a secret or a network.",
    ),
    certificate,
)
@argument("file", metavar=Both("FICHIER", "FILE"), help=Both("Le PDF d’origine.", "The original PDF."))
@option(
    "--vault-fingerprint",
    metavar=Both("EMPREINTE", "FINGERPRINT"),
    help=Both(
        "L’empreinte du coffre, reçue du cabinet par une autre voie que ce fichier (cyberlib vault info).",
        "The vault’s fingerprint, had from the practice by another way than this file (cyberlib vault info).",
    ),
)
@pass_run
def verify(run: Run, file: str, vault_fingerprint: str | None) -> None:
    """See its help."""
    from ...app import drill_certificates as app

    checked = app.check(file, vault_fingerprint)
    run.output.result(checked, lambda: _checked(checked))


def _line(each: CertificateInfo) -> str:
    if each.problem:
        return f"{each.id}  " + say(
            f"ILLISIBLE OU MODIFIÉ : {each.file}", f"UNREADABLE OR ALTERED: {each.file}"
        )
    files = f"{many(each.files, *FILE)}, {size(each.bytes)}"
    return f"{each.id[:8]}  {moment(each.time)}  {_outcome(each.outcome)}  {files}  {each.device}"


def _outcome(outcome: str) -> str:
    return say("réussi", "passed") if outcome == "passed" else say("ÉCHEC", "FAILED")


def _shown(shown: CertificateShown) -> Iterator[str]:
    yield from _record(shown.record)
    yield say(f"Fichier : {shown.file}", f"File: {shown.file}")


def _record(record: DrillRecord) -> Iterator[str]:
    yield say(
        f"Exercice de restauration : {_outcome(record.outcome)}", f"Restore drill: {_outcome(record.outcome)}"
    )
    # Whoever made the file chose these: none of them is to look like a line of ours.
    practice, device = shown_text(record.organisation), shown_text(record.device.name)
    vault, snapshot = shown_text(record.vault.id), shown_text(record.snapshot.id[:16])
    if practice:
        yield say(f"Cabinet : {practice}", f"Practice: {practice}")
    yield say(f"Poste : {device}", f"Workstation: {device}")
    yield say(f"Coffre : {vault}", f"Vault: {vault}")
    begun, ended = moment(shown_text(record.started)), moment(shown_text(record.ended))
    yield say(
        f"Date : {begun} – {ended} (horloge du poste)", f"Date: {begun} – {ended} (the machine’s clock)"
    )
    made = moment(shown_text(record.snapshot.time))
    yield say(f"Version : {snapshot} du {made}", f"Snapshot: {snapshot} of {made}")
    tried = f"{many(record.total.files, *FILE)}, {size(record.total.bytes)}"
    disk, hashes = count(record.compared.disk.files), count(record.compared.vault.files)
    yield say(
        f"Restaurés : {tried} ; identiques au fichier du poste : {disk} ; à ce qui avait été"
        f" sauvegardé : {hashes}",
        f"Restored: {tried}; the same as the disk {disk}, as the vault’s hashes {hashes}",
    )
    wrong = record.wrong
    failed = wrong.damaged + wrong.differs + wrong.missing + wrong.unopened
    yield say(f"En échec : {count(failed)}", f"Failed: {count(failed)}")


def _checked(checked: CertificateChecked) -> Iterator[str]:
    yield from _record(checked.record)
    yield ""
    yield say(
        "Intact : pas un octet n’a changé depuis que le poste nommé l’a signé.",
        "Intact: no byte has changed since the workstation named signed it.",
    )
    if checked.compared:
        yield say(
            f"Signé pour le coffre d’empreinte {checked.fingerprint}, celle que vous avez donnée.",
            f"Signed for the vault with the fingerprint {checked.fingerprint}, the one that you gave.",
        )
    else:
        yield say(
            f"NON PROUVÉ : de quel coffre il est. Demandez au cabinet l’empreinte de son coffre, par"
            f" une autre voie"
            f" que ce fichier, et comparez-la à {checked.fingerprint} (--vault-fingerprint).",
            f"NOT PROVEN: which vault it is of. Ask the practice for its vault’s fingerprint, by"
            f" another way than"
            f" this file, and compare it with {checked.fingerprint} (--vault-fingerprint).",
        )
    if checked.ahead:
        yield say(
            "DATE À VENIR : l’horloge du poste qui l’a fait était fausse, ou celle de ce poste l’est.",
            "DATED AHEAD: the clock of the machine that made it was wrong, or this machine’s is.",
        )
    yield say(
        "N’est pas prouvé : l’heure par un tiers, ni que les fichiers hors de l’échantillon se restaurent.",
        "Not proven: the time by a third party, nor that files outside the sample can be restored.",
    )
