"""The recovery words: the list's rules, the encoding byte for byte, and what people do to words on paper."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cyberlib_client.core import words
from cyberlib_client.core.errors import UsageError
from cyberlib_client.core.words_fr import WORDS
from cyberlib_client.resources import resource

pytestmark = pytest.mark.portable

keys = st.binary(min_size=32, max_size=32)

# Made without our code, K being 64 hex digits (xxd, openssl and sed do the work):
#   C=$(printf $K | xxd -r -p | openssl dgst -sha256 -r | cut -c1-2)
#   BITS=$(printf $K$C | xxd -r -p | xxd -b -c1 | awk '{printf $2}')
#   for i in $(seq 0 23); do sed -n "$((2#${BITS:$((i*11)):11} + 1))p" resources/words/fr.txt; done
VECTORS = {
    "00" * 32: "abaisser " * 23 + "ancien",
    "ff" * 32: "zoom " * 23 + "valoir",
    # SHA-256 of "cyberlib recovery words"
    "b7c2ed41a2e47ca2e7776a37d6a3928d65123bb6147d002de9083f20ac10466b": (
        "plumage balance escorte docile doser essence navire toundra combiner pipette talisman battre "
        "esquisse bilingue sergent mansarde abbaye hercule dernier junior ambre alerte baryton kermesse"
    ),
}
WRITTEN = VECTORS["b7c2ed41a2e47ca2e7776a37d6a3928d65123bb6147d002de9083f20ac10466b"].split()
KEY = bytes.fromhex("b7c2ed41a2e47ca2e7776a37d6a3928d65123bb6147d002de9083f20ac10466b")


# The list


def test_the_list_for_people_is_the_list_of_the_program() -> None:
    assert resource("words/fr.txt").read_text(encoding="ascii") == "".join(f"{word}\n" for word in WORDS)


def test_the_list_has_2048_sorted_plain_words_of_4_to_8_letters() -> None:
    assert len(WORDS) == len(set(WORDS)) == 2048
    assert list(WORDS) == sorted(WORDS)
    assert [word for word in WORDS if not re.fullmatch("[a-z]{4,8}", word)] == []


def test_the_first_four_letters_tell_words_apart() -> None:
    assert [start for start, times in Counter(word[:4] for word in WORDS).items() if times > 1] == []


def test_no_two_words_are_one_slip_apart() -> None:
    """A slip: one letter changed, added, left out, or swapped with its neighbour."""
    by_length = {n: [word for word in WORDS if len(word) == n] for n in range(4, 9)}
    near = []
    for n, same in by_length.items():
        near += [(a, b) for a, b in combinations(same, 2) if _changed_or_swapped(a, b)]
        shorter = set(by_length.get(n - 1, ()))
        near += [(w, cut) for w in same for i in range(n) if (cut := w[:i] + w[i + 1 :]) in shorter]
    assert near == []


def _changed_or_swapped(a: str, b: str) -> bool:
    different = [i for i in range(len(a)) if a[i] != b[i]]
    if len(different) == 2:
        i, j = different
        return j == i + 1 and a[i] == b[j] and a[j] == b[i]
    return len(different) == 1


# The encoding


@pytest.mark.parametrize("key", VECTORS)
def test_vectors(key: str) -> None:
    assert " ".join(words.encode(bytes.fromhex(key))) == VECTORS[key]
    assert words.decode(VECTORS[key]) == bytes.fromhex(key)


@given(keys)
def test_what_is_encoded_is_decoded(key: bytes) -> None:
    written = words.encode(key)
    assert len(written) == 24
    assert words.decode(" ".join(written)) == key


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_only_keys_of_32_bytes_become_words(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        words.encode(bytes(size))


# What people write


def _accented(word: str, letter: int) -> str:
    """One vowel of the word with an accent it does not need, composed as keyboards do."""
    places = [i for i, c in enumerate(word) if c in "aeiouy"]
    i = places[letter % len(places)]
    return unicodedata.normalize("NFC", word[: i + 1] + "\u0301" + word[i + 1 :])


@given(
    keys,
    st.lists(
        st.sampled_from([" ", "\n", ", ", "\t", "  \r\n", ";", ".", " - ", "\u00a0"]),
        min_size=24,
        max_size=24,
    ),
    st.lists(
        st.sampled_from(
            [str.upper, str.title, lambda w: w[:4], lambda w: _accented(w, 0), lambda w: _accented(w, 1)]
        ),
        min_size=24,
        max_size=24,
    ),
)
def test_capitals_accents_separators_and_four_letters_do_not_matter(
    key: bytes, separators: list[str], manners: list[Callable[[str], str]]
) -> None:
    written = [manner(word) for manner, word in zip(manners, words.encode(key), strict=True)]
    assert words.decode("".join(word + gap for word, gap in zip(written, separators, strict=True))) == key


@pytest.mark.parametrize(
    "numbered",
    [
        "{0}. {1}\n",
        "{0}) {1} ",
        "{0}: {1}, ",
        "n° {0} {1}\n",
        "No. {0} : {1}\n",
        "Mot {0} — {1}\n",
        "{0:02d} {1}\t",
        "{0}{1}\n",
    ],
)
def test_numbering_does_not_matter(numbered: str) -> None:
    assert words.decode("".join(numbered.format(i, word) for i, word in enumerate(WRITTEN, 1))) == KEY


def test_lines_of_a_title_are_left_out() -> None:
    sheet = "".join(f"{i}. {word}\n" for i, word in enumerate(WRITTEN, 1))
    assert words.decode(f"# Les 24 mots\n\t#Coffre n° 2\n#\n{sheet}# fin") == KEY
    assert words.decode(sheet.replace("\n", "\r\n").replace("5. doser", "# titre\r\n5. doser")) == KEY
    assert words.decode("".join(f"# {i} {word}\n" for i, word in enumerate(WRITTEN, 1))) == KEY


def test_decomposed_accents_and_ligatures_are_letters() -> None:
    assert words.decode(" ".join(WRITTEN).replace("escorte", "ESCO\u0301RTE")) == KEY
    assert words.decode(VECTORS["00" * 32].replace("ancien", "anci\u0153n")) == bytes(32)


@given(keys, st.integers(0, 23), st.data())
def test_any_other_word_in_one_place_is_noticed_but_once_in_256(
    key: bytes, position: int, data: st.DataObject
) -> None:
    """The check has 8 bits: what it lets through must at least be another key, which opens nothing."""
    written = words.encode(key)
    other = data.draw(st.sampled_from(WORDS))
    assume(other != written[position])
    written[position] = other
    try:
        found = words.decode(" ".join(written))
    except UsageError as error:
        assert error.code == "recovery_words_checksum"
        assert error.facts == {"position": None}
    else:
        assert found != key


def test_the_check_notices_nearly_every_wrong_word() -> None:
    let_through = 0
    for word in WORDS:
        try:
            words.decode(" ".join([word, *WRITTEN[1:]]))
        except UsageError:
            continue
        let_through += 1
    assert let_through - 1 < 2048 / 256 * 3  # the right one does not count


def test_words_in_another_order_are_noticed() -> None:
    with pytest.raises(UsageError) as caught:
        words.decode(" ".join([WRITTEN[1], WRITTEN[0], *WRITTEN[2:]]))
    assert caught.value.code == "recovery_words_checksum"


def test_a_word_that_reads_as_another_of_the_list_is_pointed_at() -> None:
    """ "dossile", heard for "docile", is taken for "dossier" by its first four letters."""
    with pytest.raises(UsageError) as caught:
        words.decode(" ".join(WRITTEN).replace("docile", "dossile"))
    assert caught.value.code == "recovery_words_checksum"
    assert caught.value.facts == {"position": 4}


@pytest.mark.parametrize("count", [0, 1, 12, 23, 25, 48])
def test_too_few_or_too_many_words_are_counted(count: int) -> None:
    with pytest.raises(UsageError) as caught:
        words.decode(" ".join((WRITTEN * 2)[:count]))
    assert caught.value.code == "recovery_words_count"
    assert caught.value.facts == {"count": count, "expected": 24}


@pytest.mark.parametrize(
    ("instead_of", "slip", "suggestion"),
    [
        ("plumage", "lpumage", "plumage"),  # swapped
        ("balance", "bqlance", "balance, blanc, lance"),  # a key beside the right one
        ("toundra", "toondra", "toundra"),  # misheard
        ("navire", "nvire", "navire, vivre, noir"),  # left out
        ("ambre", "hambre", "ambre, chambre, marbre"),  # a letter nobody hears
        ("docile", "dozile", "docile, voile, mobile"),
        ("docile", "docliie", "docile"),
        ("kermesse", "xxxxxxxx", None),
        ("hercule", "xyz", None),
    ],
)
def test_an_unknown_word_is_named_by_its_place_and_the_nearest_of_the_list(
    instead_of: str, slip: str, suggestion: str | None
) -> None:
    with pytest.raises(UsageError) as caught:
        words.decode(" ".join(WRITTEN).replace(instead_of, slip))
    assert caught.value.code == "recovery_word_unknown"
    assert caught.value.facts == {"position": WRITTEN.index(instead_of) + 1, "suggestion": suggestion}


@given(st.text(max_size=400))
def test_no_text_ends_in_another_error(text: str) -> None:
    try:
        words.decode(text)
    except UsageError as error:
        assert error.code in ("recovery_words_count", "recovery_word_unknown", "recovery_words_checksum")


@given(keys, st.text(alphabet=st.characters(categories=["L", "M", "N", "P"]), min_size=1, max_size=30))
def test_what_was_written_is_never_in_the_error(key: bytes, strange: str) -> None:
    """Errors reach logs; the words are the key."""
    try:
        words.decode(" ".join([*words.encode(key)[:23], strange]))
    except UsageError as error:
        told = [fact for fact in error.facts.values() if isinstance(fact, str)]
        assert all(word in WORDS for fact in told for word in fact.split(", "))


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("vynile", ["vinyle", "vanille", "voile"]),  # the same letters come before as few slips
        ("vilyne", ["vinyle"]),
        ("naivre", ["navire", "nacre", "vivre"]),
        ("kermaisse", ["kermesse"]),
        ("xylophage", []),
        ("", []),
    ],
)
def test_words_that_may_have_been_meant(slip: str, meant: list[str]) -> None:
    assert words.guesses(slip) == meant
