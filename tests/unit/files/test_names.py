"""Names travel through the vault and over a screen without loss and without tricks."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberlib_client.core.errors import UsageError
from cyberlib_client.core.windows_paths import extended
from cyberlib_client.files.names import (
    System,
    display,
    from_vault_path,
    parse_display,
    to_vault_path,
    windows_folded,
    windows_form,
)

posix_names = st.binary(min_size=1, max_size=12).filter(
    lambda n: b"/" not in n and b"\0" not in n and n not in (b".", b"..")
)
# Any character that Windows allows in a name, lone surrogates included.
windows_names = st.text(
    st.characters(exclude_characters='\\/:*?"<>|\0', categories=None), min_size=1, max_size=12
).filter(lambda n: n not in (".", ".."))
utf16_names = windows_names.map(
    lambda n: n.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
)


@pytest.mark.parametrize(
    ("system", "native", "path"),
    [
        ("linux", "/", b"/"),
        ("linux", "/home/a", b"/home/a"),
        ("linux", b"/home/\xe9l\xe8ve", b"/home/\xe9l\xe8ve"),
        ("linux", "//srv//a/./b/../c/", b"/srv/a/c"),
        ("linux", "/../../etc", b"/etc"),
        ("linux", "/C/UNC", b"/C/UNC"),
        ("windows", "C:\\Users\\a", b"/C/Users/a"),
        ("windows", "c:/Users/Éloïse", "/C/Users/Éloïse".encode()),
        ("windows", "D:\\", b"/D"),
        ("windows", "C:\\a\\..\\..\\b\\.\\c\\", b"/C/b/c"),
        ("windows", "\\\\server\\share\\x", b"/UNC/server/share/x"),
        ("windows", "\\\\server\\share", b"/UNC/server/share"),
        ("windows", "//server/share/x", b"/UNC/server/share/x"),
        ("windows", "\\\\server\\share\\..\\x", b"/UNC/server/share/x"),
        ("windows", "\\\\?\\C:\\a", b"/C/a"),
        ("windows", "\\\\?\\UNC\\server\\share\\x", b"/UNC/server/share/x"),
        ("windows", "C:\\\ud800", b"/C/\xed\xa0\x80"),
    ],
)
def test_paths_enter_the_vault(system: System, native: str | bytes, path: bytes) -> None:
    assert to_vault_path(native, system=system) == path


@pytest.mark.parametrize(
    ("system", "native", "code"),
    [
        ("linux", "a/b", "path_not_absolute"),
        ("linux", "", "path_not_absolute"),
        ("linux", "/a\0b", "bad_path"),
        ("macos", "./a", "path_not_absolute"),
        ("windows", "Users\\a", "path_not_absolute"),
        ("windows", "C:a", "path_not_absolute"),
        ("windows", "C:", "path_not_absolute"),
        ("windows", "\\Users", "path_not_absolute"),
        ("windows", "\\\\server", "bad_path"),
        ("windows", "\\\\.\\COM1", "bad_path"),
        ("windows", "\\\\?\\Volume{1}\\a", "bad_path"),
        ("windows", "\\\\server\\..\\x", "bad_path"),
        ("windows", "C:\\a\0b", "bad_path"),
        ("windows", "C:\\letter.txt:hidden", "bad_path"),
        ("linux", "/half \ud800", "bad_path"),
    ],
)
def test_what_is_no_absolute_path_is_refused(system: System, native: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        to_vault_path(native, system=system)
    assert caught.value.code == code
    assert "path" in caught.value.facts


@pytest.mark.parametrize(
    ("system", "path", "code"),
    [
        ("linux", b"", "bad_path"),
        ("linux", b"a", "bad_path"),
        ("linux", b"//a", "bad_path"),
        ("linux", b"/a/", "bad_path"),
        ("linux", b"/a/../b", "bad_path"),
        ("linux", b"/./a", "bad_path"),
        ("linux", b"/a\0", "bad_path"),
        ("windows", b"/C/../a", "bad_path"),
        ("windows", b"/", "path_of_other_system"),
        ("windows", b"/home/a", "path_of_other_system"),
        ("windows", b"/\xc3\xa9/a", "path_of_other_system"),
        ("windows", b"/UNC/server", "path_of_other_system"),
        ("windows", b"/C/a\\..\\b", "path_of_other_system"),
        ("windows", b"/C/a:stream", "path_of_other_system"),
        ("windows", b"/C/\xe9", "path_of_other_system"),
    ],
)
def test_paths_of_the_vault_cannot_lead_elsewhere(system: System, path: bytes, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_vault_path(path, system=system)
    assert caught.value.code == code


@given(st.lists(posix_names, max_size=4))
def test_posix_paths_come_back(names: list[bytes]) -> None:
    native = b"/" + b"/".join(names)
    path = to_vault_path(native, system="linux")
    assert path == native
    assert to_vault_path(from_vault_path(path, system="linux"), system="linux") == path


@given(st.lists(utf16_names, max_size=4), st.sampled_from(["C:\\", "z:\\", "\\\\nas\\Cabinet médical\\"]))
def test_windows_paths_come_back(names: list[str], root: str) -> None:
    native = root + "\\".join(names)
    path = to_vault_path(native, system="windows")
    assert from_vault_path(path, system="windows").lower() == native.lower()
    assert to_vault_path(from_vault_path(path, system="windows"), system="windows") == path
    assert to_vault_path(extended(native, windows=True), system="windows") == path


def test_extended_paths() -> None:
    assert extended("C:\\a", windows=True) == "\\\\?\\C:\\a"
    assert extended("\\\\s\\d\\a", windows=True) == "\\\\?\\UNC\\s\\d\\a"
    assert extended("\\\\?\\C:\\a", windows=True) == "\\\\?\\C:\\a"
    assert extended("/a", windows=False) == "/a"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (b"/C", "C:\\"),
        (b"/C/a/b.txt", "C:\\a\\b.txt"),
        (b"/UNC/nas/Cabinet", "\\\\nas\\Cabinet"),
        (b"/UNC/nas/Cabinet/x", "\\\\nas\\Cabinet\\x"),
        # On no drive and no share, or with what cannot be shown: as the vault has it.
        (b"/", "/"),
        (b"/UNC/nas", "/UNC/nas"),
        (b"/Cabinet/C", "/Cabinet/C"),
        (b"/c/a", "/c/a"),
        (b"C/a", "C/a"),
        ("/C/gpj.\u202eexe".encode(), "/C/gpj.\\u202eexe"),
    ],
)
def test_paths_as_windows_writes_them(path: bytes, form: str) -> None:
    assert windows_form(display(path)) == form


@given(st.lists(utf16_names, max_size=4), st.sampled_from(["C:\\", "\\\\nas\\Cabinet médical\\"]))
def test_what_is_shown_of_windows_can_be_given_back(names: list[str], root: str) -> None:
    path = to_vault_path(root + "\\".join(names), system="windows")
    form = windows_form(display(path))
    assert (parse_display(form) if form.startswith("/") else to_vault_path(form, system="windows")) == path


def test_windows_compares_letter_by_letter() -> None:
    same = [("Lettre.TXT", "lettre.txt"), ("ÉTÉ", "été"), ("ÿ", "Ÿ"), ("σ", "Σ")]
    others = [("Straße", "STRASSE"), ("e\u0301", "é"), ("a", "b"), ("ﬁ", "FI")]
    for one, other in same + others:
        folded = windows_folded(one.encode()) == windows_folded(other.encode())
        assert folded is ((one, other) in same), one
    assert windows_folded(b"caf\xe9") == windows_folded(b"CAF\xe9") != windows_folded(b"caf\xc9")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"letter.txt", "letter.txt"),
        ("Ordonnance de Léa – été.pdf".encode(), "Ordonnance de Léa – été.pdf"),
        ("e\u0301te\u0301".encode(), "e\u0301te\u0301"),
        (b"caf\xe9", "caf\\xe9"),
        (b"two\nlines\t\x1b[31m\x7f", "two\\x0alines\\x09\\x1b[31m\\x7f"),
        (b"back\\slash", "back\\\\slash"),
        ("gpj.\u202eexe".encode(), "gpj.\\u202eexe"),
        ("a\u200bb\u2066c\ufeff\u2028\u0085".encode(), "a\\u200bb\\u2066c\\ufeff\\u2028\\u0085"),
        ("tag\U000e0041".encode(), "tag\\U000e0041"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
        (b"/a/\xff/b", "/a/\\xff/b"),
        (b"\\x41", "\\\\x41"),
    ],
)
def test_names_are_shown(name: bytes, shown: str) -> None:
    assert display(name) == shown
    assert parse_display(shown) == name


@given(st.one_of(st.binary(max_size=30), st.text(max_size=30).map(lambda t: t.encode("utf-8", "replace"))))
@settings(max_examples=300)
def test_every_name_is_shown_without_tricks_and_found_again(name: bytes) -> None:
    shown = display(name)
    assert parse_display(shown) == name
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert json.loads(json.dumps(shown, ensure_ascii=False).encode()) == shown


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_different_names_look_different(one: bytes, other: bytes) -> None:
    assert (display(one) == display(other)) == (one == other)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("plain", b"plain"),
        ("a\\b", b"a\\b"),
        ("a\\\\b", b"a\\b"),
        ("100\\%", b"100\\%"),
        ("\\x4", b"\\x4"),
        ("\\x0A", b"\\x0A"),  # `display` writes small letters only
        ("\udce9t\udce9", b"\xe9t\xe9"),  # what the command line makes of bytes that are not UTF-8
        ("", b""),
    ],
)
def test_what_is_typed_by_hand_is_taken_as_it_is(typed: str, name: bytes) -> None:
    assert parse_display(typed) == name


@pytest.mark.parametrize("typed", ["\ud800", "\\ud800", "a\\Uffffffff"])
def test_what_no_name_can_be_is_refused(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_display(typed)
    assert caught.value.code == "bad_path"
