"""The 24 words as somebody types them: slips are told at once, and one word is put right, not twenty-four."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cyberlib_client.app.wording.language import Language
from cyberlib_client.cli.main import speak
from cyberlib_client.cli.typed_words import typed_words
from cyberlib_client.core.words import decode, encode

KEY = bytes(range(32))
WORDS = encode(KEY)


@pytest.fixture(autouse=True, params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[Language]:
    speak(request.param)
    yield request.param
    speak("fr")


def typing(*answers: str) -> tuple[str, list[str], list[str]]:
    """What comes of these lines: the words, the labels before each line, all that was told."""
    left, labels, told = list(answers), [], []  # type: ignore[var-annotated]

    def ask(label: str) -> str:
        labels.append(label)
        return left.pop(0)

    found = typed_words(ask, told.append)
    assert left == []
    return found, labels, told


def but(**changed: str) -> list[str]:
    """The words with others in places counted from 1: `but(w5="x")`."""
    return [changed.get(f"w{number}", word) for number, word in enumerate(WORDS, 1)]


@pytest.mark.parametrize("by", [1, 5, 24])
def test_words_are_typed_several_on_a_line(by: int) -> None:
    lines = [" ".join(WORDS[start : start + by]) for start in range(0, 24, by)]
    found, labels, told = typing(*lines)
    assert decode(found) == KEY
    assert labels == [f"{start + 1:2}" for start in range(0, 24, by)]
    assert len(told) == 1


def test_numbers_capitals_and_accents_do_not_matter() -> None:
    lines = [f"{number}. {word.upper().replace('E', 'É')}," for number, word in enumerate(WORDS, 1)]
    assert decode(typing(" ".join(lines[:7]), "", "# ", " ".join(lines[7:]))[0]) == KEY


def test_only_the_words_that_are_wrong_are_asked_for_again() -> None:
    typed = but(w3="vynile", w9="xxxxxx")
    found, labels, told = typing(
        " ".join(typed[:12]), WORDS[2], "yyyyyy", " ".join(WORDS[8:10]), WORDS[8], " ".join(typed[12:])
    )
    assert decode(found) == KEY
    assert labels == [" 1", " 3", " 9", " 9", " 9", "13"]
    (vynile,) = [line for line in told if "vynile" in line]
    assert " 3" in vynile and "vinyle, vanille, voile" in vynile
    assert any("yyyyyy" in line for line in told)


def test_too_many_words_on_a_line_are_not_taken() -> None:
    found, labels, told = typing(" ".join(WORDS[:20]), " ".join(WORDS[19:]), " ".join(WORDS[20:]))
    assert decode(found) == KEY
    assert labels == [" 1", "21", "21"] and "25" in told[1]


def test_a_word_of_the_list_that_is_not_the_right_one_is_changed_by_its_number() -> None:
    wrong = next(w for w in ("navire", "plumage", "toundra") if w not in WORDS)
    found, labels, told = typing(" ".join(but(w7=wrong)), f"7 {WORDS[6]}")
    assert decode(found) == KEY
    assert len(labels) == 2
    shown = "\n".join(told)
    assert f" 7. {wrong}" in shown and f"24. {WORDS[23]}" in shown  # all of them, as on the sheet


def test_several_words_are_changed_at_once_or_one_after_the_other() -> None:
    swapped = " ".join(but(w1=WORDS[1], w2=WORDS[0]))
    assert decode(typing(swapped, f"1. {WORDS[0]}, 2. {WORDS[1]}")[0]) == KEY
    found, labels, _ = typing(swapped, "what?", "25 navire", "0", "1", WORDS[0], f"n° 2 : {WORDS[1]}")
    assert decode(found) == KEY
    assert labels[-2] == " 1"  # a number alone: its word is asked for


def test_a_word_that_is_taken_for_another_is_told_at_once() -> None:
    """By its first four letters; if it was not meant, the check says so and all are shown."""
    found, _, told = typing(" ".join(but(w4="dossile")), "4 vynile", WORDS[3])
    assert decode(found) == KEY
    assert sum("dossile" in line and "dossier" in line for line in told) == 2
