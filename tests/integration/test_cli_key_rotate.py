"""The vault's key is changed: who opened it before opens it no more, and nothing that was saved is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, restored
from tests.support.trees import make_tree, told


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "Cabinet", {"a.txt": b"avant" * 2000, "d": {"b.txt": b"b"}})


def _secret(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def _rotate(line: CommandLine, tmp_path: Path, *options: str) -> dict[str, object]:
    with line.secret(PASSPHRASE):
        found: dict[str, object] = line.json(
            "key", "rotate", "--new-passphrase-file", _secret(tmp_path / "new", SECOND), *options
        )["result"]
    return found


def test_who_had_the_former_key_is_out_and_nothing_is_lost(
    line: CommandLine, practice: Path, tmp_path: Path
) -> None:
    stolen = line.copy(tmp_path / "thief")
    line("backup", str(practice))
    line("copy", "add", "usb", str(tmp_path / "usb"))
    line("copy", "run")
    before = told(practice)
    words = tmp_path / "words"
    result = _rotate(line, tmp_path, "--words-file", str(words))
    assert [s["kind"] for s in result["slots"]] == ["passphrase", "recovery", "device"]  # type: ignore[attr-defined]
    assert len(result["gone"]) == 3 and result["words"] is None  # type: ignore[arg-type]
    exposed = line.json("vault", "info")["result"]
    assert exposed["key"]["changes"] == 1
    assert (exposed["key"]["exposed_packs"], exposed["key"]["exposed_bytes"]) == (
        exposed["objects"]["packs"],
        exposed["bytes"]["packs"],
    )

    (practice / "c.txt").write_bytes(b"apres" * 2000)
    done = line.json("backup", str(practice))
    assert done["notices"] == [] and done["exit"] == 0
    line("copy", "run")
    line("copy", "check", "usb")
    assert len({s["device"] for s in line.json("snapshots")["items"]}) == 1
    assert line.json("vault", "info")["result"]["key"]["exposed_packs"] == exposed["objects"]["packs"]
    listed = sorted(line.json("snapshots")["items"], key=lambda s: str(s["time"]))
    first, second = (str(s["id"]) for s in listed)
    for name, version, state in (("one", first, before), ("two", second, told(practice))):
        line("restore", version, "--to", str(tmp_path / name))
        assert told(restored(tmp_path / name, practice)) == state
    line("verify", "--read-data")

    # The thief's machine, the former passphrase and the former words, at the vault and at its copy.
    for place in (line.vault, tmp_path / "usb"):
        for file, option in ((PASSPHRASE, "--passphrase-file"), (" ".join(line.words), "--recovery-file")):
            other = CommandLine(tmp_path / f"other{place.name}{option}")
            secret = _secret(tmp_path / "tried", file)
            given = ["--passphrase-file", secret] if option == "--passphrase-file" else []
            asked = ["--recovery-file", secret] if not given else []
            assert other.error(
                *given, "vault", "open", "--at", str(place), "--device-file", *asked, code=5
            ) in (
                "wrong_secret",
                "key_renewed",
            )
    opened = CommandLine(tmp_path / "opened")
    opened("vault", "open", "--at", str(line.vault), "--device-file", "--recovery-file", str(words))
    opened("snapshots")
    settings = stolen.profile / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(str(stolen.vault), str(line.vault)), encoding="utf-8")
    assert stolen.error("snapshots", code=5) == "locked"


def test_an_open_workstation_is_no_proof(line: CommandLine, tmp_path: Path) -> None:
    before = {p.name: p.read_bytes() for p in (line.vault / "slots").iterdir()}
    new, words = _secret(tmp_path / "new", SECOND), tmp_path / "words"
    command = ["key", "rotate", "--new-passphrase-file", new, "--words-file", str(words)]
    assert line.error(*command, code=5) == "proof_needed"
    with line.secret(PASSPHRASE):
        weak = _secret(tmp_path / "weak", "abc")
        assert line.error("key", "rotate", "--new-passphrase-file", weak, code=2) == "passphrase_short"
        words.write_text("")
        assert line.error(*command, code=2) == "words_file_exists"
    assert {p.name: p.read_bytes() for p in (line.vault / "slots").iterdir()} == before
    line("snapshots")


def test_it_says_what_it_does_and_what_it_leaves(line: CommandLine, practice: Path, tmp_path: Path) -> None:
    line("backup", str(practice))
    with line.secret(PASSPHRASE):
        said = line("key", "rotate", "--new-passphrase-file", _secret(tmp_path / "new", SECOND)).out
    assert "A former key still opens" in said and "device revoke" in said
    assert "A former key still opens" in line("key", "list").out
    assert line.error("key", "rewrite", "--most", "peu", code=2) == "bad_size"
    done = line.json("key", "rewrite")["result"]
    assert done["rewritten"] > 0 and done["until"]
    assert done["key"]["exposed_packs"] > 0  # in quarantine, and read as before
    assert line.json("key", "rewrite")["result"]["rewritten"] == 0
    line("verify", "--read-data")
