"""`cyberlib drill` and `cyberlib certificate`: a restore is tried, and the proof goes to somebody else."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cyberlib_client.core.certificate import check_file, fingerprint, sign_file, unsigned
from cyberlib_client.core.errors import CyberlibError
from cyberlib_client.core.format_v1.signed import certified
from cyberlib_client.core.keys import VaultKeys
from cyberlib_client.core.kit import fingerprint_of
from cyberlib_client.services import drill as service
from tests.support.command_line import CommandLine, call

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8 + b"\n%%EOF\n"


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = tmp_path / "practice"
    folder.mkdir()
    base = sqlite3.connect(folder / "dossiers.db")
    base.execute("create table visits (note text)")
    base.executemany("insert into visits values (?)", (("x" * 200,) for _ in range(300)))
    base.commit()
    base.close()
    (folder / "Dupont Jeanne.pdf").write_bytes(PDF)
    for number in range(12):
        (folder / f"note {number}.txt").write_text(f"note {number}\n" * 50, encoding="utf-8")
    return folder


@pytest.fixture
def drilled(line: CommandLine, practice: Path) -> tuple[CommandLine, Any]:
    """A profile that backed up and held a drill."""
    line("backup", str(practice))
    return line, line.json("drill")["result"]


def offline(tmp_path: Path, *args: str) -> tuple[int, Any]:
    """The same program on another machine, with nothing but the file."""
    elsewhere = tmp_path / "elsewhere"
    done = call("--profile", str(elsewhere), "--lang", "en", "--json", *args)
    assert not elsewhere.exists()
    return done.code, json.loads(done.out)


def scratch_left(line: CommandLine) -> list[Path]:
    folder = line.profile / "state" / "drill"
    return list(folder.iterdir()) if folder.exists() else []


def test_a_drill_proves_a_restore_and_leaves_nothing_but_its_certificate(
    drilled: tuple[CommandLine, Any],
) -> None:
    line, result = drilled
    assert (result["outcome"], result["files"], result["failed"]) == ("passed", 14, 0)
    assert (result["compared_disk"], result["checked"], result["opened"]) == (14, 1, 1)
    assert result["whole_least"] >= result["first"] > 0
    assert scratch_left(line) == []
    health = line.json("report")["result"]["health"]
    assert health["proof"] is not None
    assert "restore_never_proven" not in {reason["code"] for reason in health["reasons"]}
    info = line.json("vault", "info")["result"]
    assert info["fingerprint"] == result["fingerprint"]
    assert [run["command"] for run in info["last_done"]] == ["backup", "drill"]
    listed = line.json("certificate", "list")["items"]
    assert [(each["outcome"], each["files"], each["problem"]) for each in listed] == [("passed", 14, "")]
    assert listed[0]["id"] == result["certificate_id"]
    text = line("drill", "--sample", "3").out
    assert "The restore is proven." in text and "3 files" in text
    assert len(line.json("certificate", "list")["items"]) == 2


def test_the_certificate_verifies_elsewhere_and_names_no_file(
    drilled: tuple[CommandLine, Any], tmp_path: Path
) -> None:
    line, result = drilled
    handed = tmp_path / "proof.pdf"
    shown = line.json("certificate", "show", result["certificate_id"][:8], "--to", str(handed))["result"]
    assert shown["record"]["total"]["files"] == 14
    data = handed.read_bytes()
    assert data == Path(result["certificate"]).read_bytes()
    code, told = offline(tmp_path, "certificate", "verify", str(handed))
    assert (code, told["result"]["compared"]) == (0, False)
    typed = result["fingerprint"].upper().replace(" ", "-")
    code, told = offline(tmp_path, "certificate", "verify", str(handed), "--vault-fingerprint", typed)
    assert (code, told["result"]["compared"]) == (0, True)
    assert told["result"]["record"] == shown["record"]
    for name in (b"Dupont", b"dossiers", b"note ", os.fsencode(tmp_path.name)):
        assert name not in data
        assert all(name not in content for content in unpacked(data))
    assert data.count(b"%%EOF") == 1 and data.rstrip().endswith(b"%%EOF")


def test_what_a_forger_writes_looks_like_no_line_of_ours(
    drilled: tuple[CommandLine, Any], tmp_path: Path
) -> None:
    """A certificate of their own vault is intact; its names say the rest."""
    _, result = drilled
    true = check_file(Path(result["certificate"]).read_bytes())
    owner, signing = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public, key = signing.public_key().public_bytes_raw(), owner.public_key().public_bytes_raw().hex()
    vault_id, device_id = bytes.fromhex(true.vault.id), bytes.fromhex(true.device.id)
    name = f"POSTE\n\nSigned for the vault with the fingerprint {true.vault.fingerprint}\x1b[8m"
    told = certified(vault_id, device_id, name, public)
    forged = msgspec.structs.replace(
        true,
        organisation="Cabinet\nIntact",
        ended="2199-01-01T00:00:00Z",
        vault=msgspec.structs.replace(true.vault, key=key, fingerprint=fingerprint(key)),
        device=msgspec.structs.replace(
            true.device, name=name, key=public.hex(), certificate=owner.sign(told).hex()
        ),
    )
    path = tmp_path / "forged.pdf"
    path.write_bytes(sign_file(b"%PDF-1.7\n" + unsigned(forged), vault_id, signing))
    line, _ = drilled
    text = line("certificate", "verify", str(path)).out
    assert "NOT PROVEN" in text and "DATED AHEAD" in text
    assert not any(each.startswith(("Signed for", "Intact\n")) for each in text.splitlines(keepends=True))
    assert "\x1b" not in text


def unpacked(data: bytes) -> list[bytes]:
    found, at = [], 0
    while (at := data.find(b"stream\n", at)) >= 0:
        end = data.find(b"endstream", at)
        try:
            found.append(zlib.decompress(data[at + 7 : end]))
        except zlib.error:
            pass
        at = end + 9
    assert len(found) >= 4
    return found


def test_a_changed_byte_anywhere_fails(drilled: tuple[CommandLine, Any], tmp_path: Path) -> None:
    _, result = drilled
    data = Path(result["certificate"]).read_bytes()
    chance = random.Random(5)
    record, slot = data.index(b'{"record":'), data.index(b'"signature":"')
    places = {*range(0, len(data), 97), 0, 1, len(data) - 1, record, slot, slot + 13, slot + 140, slot + 141}
    places |= {chance.randrange(len(data)) for _ in range(200)}
    places |= set(range(slot + 13, slot + 13 + 128, 7))
    for place in sorted(places):
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(CyberlibError) as caught:
            check_file(bytes(changed))
        assert caught.value.code in ("certificate_altered", "certificate_unknown", "certificate_newer"), place
    for changed_file in (data + b"\n", data[:-1], data + data, b"\n" + data):
        path = tmp_path / "changed.pdf"
        path.write_bytes(changed_file)
        code, _ = offline(tmp_path, "certificate", "verify", str(path))
        assert code in (2, 7)
    code, told = offline(tmp_path, "certificate", "verify", str(tmp_path / "changed.pdf"))
    assert told["error"]["code"] == "certificate_altered"


def test_another_vaults_certificate_fails(drilled: tuple[CommandLine, Any], tmp_path: Path) -> None:
    _, result = drilled
    fingerprint = fingerprint_of(VaultKeys(bytes(32), bytes(16)))
    asked = ("certificate", "verify", result["certificate"], "--vault-fingerprint")
    code, told = offline(tmp_path, *asked, fingerprint)
    assert (code, told["error"]["code"]) == (7, "certificate_of_another")
    assert told["error"]["facts"] == {"fingerprint": result["fingerprint"]}
    for bad in ("", "12 34", fingerprint + "0", "x" * 24):
        code, told = offline(tmp_path, *asked, bad)
        assert (code, told["error"]["code"]) == (2, "bad_fingerprint")
    for at in (str(tmp_path / "absent.pdf"), str(tmp_path)):
        code, told = offline(tmp_path, "certificate", "verify", at)
        assert (code, told["error"]["code"]) == (2, "certificate_unreadable")
    plain = tmp_path / "plain.pdf"
    plain.write_bytes(PDF)
    code, told = offline(tmp_path, "certificate", "verify", str(plain))
    assert (code, told["error"]["code"]) == (2, "certificate_unknown")


def test_a_drill_that_fails_is_told_until_one_restores_the_file(line: CommandLine, practice: Path) -> None:
    bad = practice / "Martin Paul.pdf"
    bad.write_bytes(random.Random(1).randbytes(5000))
    line("sources", "add", str(practice))
    line("backup")
    failed = line.json("drill", "--all", code=3)["result"]
    assert [Path(each["path"]).name for each in failed["failing"]] == ["Martin Paul.pdf"]
    assert (failed["outcome"], failed["failing"][0]["fault"]) == ("failed", "unopened")
    record = line.json("certificate", "show")["result"]["record"]
    assert (record["outcome"], record["wrong"]["unopened"]) == ("failed", 1)
    assert "Martin" not in json.dumps(line.json("report")["result"])
    health = line.json("report")["result"]["health"]
    assert (health["level"], health["next"]) == ("danger", "look_at_incidents")
    assert [r["facts"]["count"] for r in health["reasons"] if r["code"] == "drill_failed"] == [1]
    # A small sample tries it again, whatever chance has it.
    again = line.json("drill", "--sample", "2", code=3)["result"]
    assert (again["taken"]["again"], again["failed"]) == (1, 1)
    bad.write_bytes(PDF)
    line("backup")
    mended = line.json("drill", "--sample", "2")["result"]
    assert (mended["outcome"], mended["taken"]["again"]) == ("passed", 1)
    codes = {reason["code"] for reason in line.json("report")["result"]["health"]["reasons"]}
    assert "drill_failed" not in codes


def test_what_is_asked_wrongly_is_refused(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    assert line.error("drill", code=2) == "no_snapshot"
    assert line.json("vault", "info")["result"]["last_runs"] == []
    assert line.error("certificate", "show", code=2) == "no_certificate"
    line("backup", str(practice))
    assert line.error("drill", "--sample", "3", "--all", code=2) == "usage"
    assert line.error("drill", "--bytes", "much", code=2) == "bad_size"
    assert line.error("drill", "--to", str(tmp_path / "absent"), code=2) == "drill_not_a_folder"
    assert line.error("drill", "--to", str(line.vault), code=2) == "target_in_vault"
    line("drill", "--sample", "1")
    assert line.error("certificate", "show", "ffff0000", code=2) == "certificate_not_kept"
    # One that was altered where it is kept is told as such, and the others are listed.
    line("drill", "--sample", "1")
    kept = sorted((line.profile / "certificates").iterdir())
    kept[0].write_bytes(kept[0].read_bytes().replace(b"passed", b"failed"))
    listed = line.json("certificate", "list")["items"]
    assert [each["problem"] for each in listed] == ["certificate_altered", ""]


def test_another_folder_serves_as_scratch_place(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    place = tmp_path / "disk"
    place.mkdir()
    keep = place / "mine.txt"
    keep.write_text("mine", encoding="utf-8")
    line("drill", "--to", str(place), "--bytes", "1MB")
    assert list(place.iterdir()) == [keep]


def test_a_drill_at_work_in_a_source_is_not_backed_up(
    line: CommandLine, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line("backup", str(practice))
    backed_up: list[Any] = []
    real = service.restore

    def restore(*args: Any, **named: Any) -> Any:
        done = real(*args, **named)
        assert any(path.is_file() for path in practice.glob("cyberlib-drill-*/**/*"))
        backed_up.append(line.json("backup", str(practice))["result"])
        return done

    monkeypatch.setattr(service, "restore", restore)
    line("drill", "--all", "--to", str(practice))
    assert [each["origin"] for each in backed_up[0]["left_out"]] == ["profile"]
    assert "cyberlib-drill" not in line("ls", "-R", "latest").out
    monkeypatch.undo()
    assert list(practice.glob("cyberlib-drill-*")) == []
