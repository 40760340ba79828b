"""At a terminal: questions are asked, progress is drawn, and secrets are not echoed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.command_line import PASSPHRASE, SECOND, CommandLine, restored
from tests.support.screen import Screen
from tests.support.terminal import Answer, talk
from tests.support.trees import make_tree

if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is a thing of POSIX", allow_module_level=True)


QUESTION = "Passphrase of the vault"


def test_a_new_vault_asks_for_its_passphrase_twice(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, language="fr")
    done = talk(
        line,
        ["vault", "create", "--at", str(line.vault), "--device-file"],
        [
            ("Nouvelle phrase secrète", "court"),  # refused, with the reason
            ("Nouvelle phrase secrète", PASSPHRASE),
            ("encore une fois", PASSPHRASE + "x"),  # they differ
            ("Nouvelle phrase secrète", PASSPHRASE),
            ("encore une fois", PASSPHRASE),
        ],
    )
    assert done.code == 0, done
    assert "trop courte" in done.screen and "diffèrent" in done.screen
    assert PASSPHRASE not in done.screen  # never echoed
    assert len(re.findall(r"\d+\. [a-z]+", done.out)) == 24


def test_the_passphrase_is_asked_for_three_times_at_most(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Cabinet", {"a": b"a"})
    (line.profile / "credentials" / "device.json").unlink()
    done = talk(line, ["backup", str(folder)], [(QUESTION, "wrong"), (QUESTION, PASSPHRASE)])
    assert done.code == 0, done
    done = talk(line, ["snapshots"], [(QUESTION, "a"), (QUESTION, "b"), (QUESTION, "c")])
    assert done.code == 5 and "[wrong_secret]" in done.screen


def test_a_secret_that_is_refused_is_told_on_a_line_of_its_own(line: CommandLine) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    line.language = "fr"
    question = "Phrase secrète du coffre"
    done = talk(line, ["snapshots"], [(question, "a"), ("Encore 2 essais", None), (question, PASSPHRASE)])
    assert done.code == 0 and "Ouverture du coffre" in done.screen, done
    screen = Screen(80)
    screen.write(done.screen)
    shown = "\n".join(screen.lines)
    assert "\nCe n’est pas cela. " in shown and "majuscules" in shown and "24 mots" in shown, shown


@pytest.mark.parametrize("way", ["", "24"])
def test_the_words_may_be_typed_and_seen_where_the_passphrase_is_asked_for(
    line: CommandLine, way: str
) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    slip = [*line.words[:4], "zzzzzz", *line.words[5:12]]
    done = talk(
        line,
        ["snapshots"],
        [
            (QUESTION, "wrong"),
            ("not it", None),
            (QUESTION, way),
            (" 1>", " ".join(slip)),
            ("“zzzzzz” is not in the list", None),
            (" 5>", line.words[4]),
            ("13>", " ".join([*line.words[12:22], line.words[23], line.words[22]])),
            ("do not belong together", None),
            ("number and word>", f"23 {line.words[22]}, 24 {line.words[23]}"),
        ],
    )
    assert done.code == 0, done


def test_the_words_may_be_typed(line: CommandLine, tmp_path: Path) -> None:
    other = CommandLine(tmp_path / "elsewhere")
    first, second = (
        " ".join(line.words[:10]),
        ", ".join(f"{n}. {w}" for n, w in enumerate(line.words[10:], 11)),
    )
    done = talk(
        other,
        ["vault", "open", "--at", str(line.vault), "--recovery", "--no-device"],
        [(" 1>", first), ("11>", second)],
    )
    assert done.code == 0, done


def test_conflicts_are_asked_about_one_by_one(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Cabinet", {"a.txt": b"a", "b.txt": b"b", "c.txt": b"c"})
    line("backup", str(folder))
    to = tmp_path / "out"
    line("restore", "latest", "--to", str(to))
    back = restored(to, folder)
    for name in ("a.txt", "b.txt", "c.txt"):
        (back / name).write_bytes(b"mine")
    done = talk(
        line,
        ["restore", "latest", "--to", str(to), "--conflict", "ask"],
        [("a.txt", "r"), ("b.txt", "s"), ("c.txt", "k")],
    )
    assert done.code == 0, done
    assert [(back / name).read_bytes() for name in ("a.txt", "b.txt", "c.txt")] == [b"a", b"mine", b"mine"]
    assert sorted(p.read_bytes() for p in back.glob("c*.txt")) == [b"c", b"mine"]


def test_progress_is_drawn_and_leaves_nothing_behind(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Images", {f"image {n}.bin": os.urandom(5_000_000) for n in range(8)})
    done = talk(line, ["backup", str(folder)], [])
    assert done.code == 0
    assert re.search(r"\d MB/s", done.screen), done.screen
    assert "image " in done.screen  # the file at work
    assert "image " not in done.out and "\x1b" not in done.out
    quiet = line("backup", str(folder))
    assert quiet.err == ""  # nothing is drawn where there is no terminal


def test_a_question_can_be_walked_away_from(line: CommandLine, tmp_path: Path) -> None:
    (line.profile / "credentials" / "device.json").unlink()
    done = talk(line, ["snapshots"], [(QUESTION, "\x03")])
    assert done.code == 130, done
    assert "[stopped]" in done.screen


# --- the ways into the vault ---


def test_changing_the_slots_asks_who_is_there(line: CommandLine) -> None:
    """This machine opens by itself, and asks all the same."""
    done = talk(
        line, ["key", "add", "recovery"], [("open machine is not enough", None), (QUESTION, PASSPHRASE)]
    )
    assert done.code == 0 and len(re.findall(r"\d+\. [a-z]+", done.out)) == 24, done
    done = talk(
        line,
        ["key", "remove", "recovery (2)"],
        [(QUESTION, "wrong"), ("not it", None), (QUESTION, PASSPHRASE)],
    )
    assert done.code == 0, done
    before = sorted(p.name for p in (line.vault / "slots").iterdir())
    done = talk(line, ["key", "remove", "passphrase"], [(QUESTION, "a"), (QUESTION, "b"), (QUESTION, "c")])
    assert done.code == 5 and "[wrong_secret]" in done.screen
    assert sorted(p.name for p in (line.vault / "slots").iterdir()) == before


def test_the_words_do_where_the_passphrase_does(line: CommandLine, tmp_path: Path) -> None:
    """Typed or pasted on one line, as they are on paper; a slip is told by its place."""
    numbered = " ".join(f"{n}. {word.upper()}" for n, word in enumerate(line.words, 1))
    slip = " ".join(["zzzzzz" if n == 6 else word for n, word in enumerate(line.words)])
    other = CommandLine(tmp_path / "elsewhere")
    done = talk(
        other,
        ["vault", "open", "--at", str(line.vault), "--no-device"],
        [("24 words", slip), ("Word number 7", None), (QUESTION, numbered)],
    )
    assert done.code == 0, done
    assert line.words[0] not in done.screen.lower()  # never echoed
    done = talk(line, ["key", "remove", "passphrase"], [(QUESTION, " ".join(line.words))])
    assert done.code == 0, done


def test_the_last_words_go_after_a_yes(line: CommandLine) -> None:
    remove = ["key", "remove", "recovery"]
    before = sorted(p.name for p in (line.vault / "slots").iterdir())
    done = talk(line, remove, [("the last recovery key", None), ("Your choice", "n")])
    assert done.code == 130, done
    assert sorted(p.name for p in (line.vault / "slots").iterdir()) == before
    done = talk(line, remove, [("the last recovery key", None), ("Your choice", "y"), (QUESTION, PASSPHRASE)])
    assert done.code == 0 and "No 24 words open this vault any more" in done.screen, done
    assert talk(line, ["key", "add", "recovery"], [(QUESTION, PASSPHRASE)]).code == 0
    done = talk(line, [*remove, "--yes"], [(QUESTION, PASSPHRASE)])
    assert done.code == 0 and "Your choice" not in done.screen, done


def test_a_new_passphrase_that_is_awaited_holds_nobody_up(line: CommandLine, tmp_path: Path) -> None:
    folder = make_tree(tmp_path / "Cabinet", {"a": b"a"})

    def meanwhile() -> str:
        line("backup", str(folder))
        return SECOND

    done = talk(
        line,
        ["key", "add", "passphrase", "--name", "second"],
        [(QUESTION, PASSPHRASE), ("New passphrase", meanwhile), ("once more", SECOND)],
    )
    assert done.code == 0, done


def _without_keychain(folder: Path) -> CommandLine:
    made = CommandLine(folder / "elsewhere")
    made.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={folder}/nowhere"
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a keychain")
@pytest.mark.parametrize("command", ["create", "open"])
def test_a_vault_awaits_its_answers_without_holding_others_up(
    line: CommandLine, tmp_path: Path, command: str
) -> None:
    """The passphrase or the words, and where this machine's secret goes."""
    other = _without_keychain(tmp_path)
    added = []

    def meanwhile(answer: str) -> Callable[[], str]:
        def add() -> str:
            folder = make_tree(tmp_path / f"Cabinet {len(added)}", {"a": b"a"})
            other("sources", "add", str(folder))
            added.append(str(folder))
            return answer

        return add

    words = " ".join(line.words)
    keep: list[tuple[str, Answer]] = [("in a file", None), ("Your", meanwhile("y"))]
    if command == "create":
        given: list[tuple[str, Answer]] = [("New passphrase", meanwhile(SECOND)), ("once more", SECOND)]
        done = talk(other, ["vault", "create", "--at", str(other.vault)], given + keep)
    else:
        done = talk(
            other, ["vault", "open", "--at", str(line.vault)], [("24 words", meanwhile(words)), *keep]
        )
    assert done.code == 0, done
    assert [s["path"] for s in other.json("sources", "list")["items"]] == added
    assert len(added) == 2
    other("snapshots")


@pytest.mark.parametrize("command", ["create", "open"])
def test_a_profile_that_got_a_vault_meanwhile_keeps_it(
    line: CommandLine, tmp_path: Path, command: str
) -> None:
    other = CommandLine(tmp_path / "elsewhere")
    third = tmp_path / "third"
    slots = sorted(p.name for p in (line.vault / "slots").iterdir())

    def meanwhile() -> str:
        with other.secret(PASSPHRASE):
            other("vault", "open", "--at", str(line.vault), "--no-device")
        return SECOND if command == "create" else PASSPHRASE

    words = tmp_path / "words.txt"
    if command == "create":
        args = ["vault", "create", "--at", str(third), "--device-file", "--words-file", str(words)]
        done = talk(other, args, [("New passphrase", meanwhile), ("once more", SECOND)])
    else:
        args = ["vault", "open", "--at", str(line.vault), "--device-file"]
        done = talk(other, args, [(QUESTION, meanwhile)])
    assert done.code == 2 and "[profile_has_vault]" in done.screen, done
    assert not words.exists() and not (third.exists() and list(third.iterdir()))
    assert sorted(p.name for p in (line.vault / "slots").iterdir()) == slots
    assert not list((other.profile / "credentials").glob("device*"))
    with other.secret(PASSPHRASE):
        assert other.json("vault", "info")["result"]["at"] == str(line.vault)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a keychain")
@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 5)])
def test_without_a_keychain_a_file_is_offered(
    line: CommandLine, tmp_path: Path, answer: str, code: int
) -> None:
    other = _without_keychain(tmp_path)
    done = talk(
        other,
        ["vault", "open", "--at", str(line.vault)],
        [
            (QUESTION, PASSPHRASE),
            ("keychain cannot keep a secret", None),
            ("in a file", None),
            ("Your", answer),
        ],
    )
    assert done.code == 0 and ("key add device --device-file" in done.screen) == (answer == "n"), done
    other("snapshots", code=code)


def test_what_is_typed_in_another_encoding_is_told(line: CommandLine) -> None:
    line.environment["PYTHONUTF8"] = "1"
    done = talk(line, ["key", "add", "recovery"], [(QUESTION, "caf\udce9-horloge-sapin")])
    assert done.code == 2 and "not_text]" in done.screen, done
