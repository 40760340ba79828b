"""Bounds of extended metadata, names of attributes, and descriptors of Windows as text."""

from __future__ import annotations

import ctypes
import errno
import importlib
import pkgutil
import struct
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cyberlib_client.system
from cyberlib_client.core.platform import NOTHING, ROOM
from cyberlib_client.system.extended import gather, refuse, xattr_key, xattr_name
from cyberlib_client.system.windows import api as windows_api
from cyberlib_client.system.windows.descriptor import own_part, parse


def _given(value: bytes, room: int) -> bytes | None:
    return value if len(value) <= room else None


def test_items_come_in_the_order_of_their_names() -> None:
    found = gather((name, partial(_given, name.encode())) for name in ("xattr:b", "acl:access", "xattr:a"))
    assert list(found.items()) == [
        ("acl:access", b"acl:access"),
        ("xattr:a", b"xattr:a"),
        ("xattr:b", b"xattr:b"),
    ]


def test_what_does_not_fit_is_named_and_what_still_fits_is_kept() -> None:
    half = bytes(ROOM // 2)
    items = [("1", half), ("2", half + b"x"), ("3", half), ("4", b""), ("5", b"x")]
    found = gather((name, partial(_given, value)) for name, value in items)
    assert {name: len(value) for name, value in found.items()} == {
        "1": ROOM // 2,
        "omitted:2": 0,
        "3": ROOM // 2,
        "4": 0,
        "omitted:5": 0,
    }


def test_what_cannot_be_read_is_named_and_what_is_gone_is_not() -> None:
    found = gather(
        [
            ("denied", partial(refuse, OSError(errno.EACCES, "denied"))),
            ("gone", partial(refuse, OSError(errno.ENODATA, "gone"))),
            ("kept", partial(_given, b"1")),
        ]
    )
    assert found == {"omitted:denied": b"", "kept": b"1"}


def test_nothing_left_is_the_one_nothing() -> None:
    assert gather([]) is NOTHING
    assert gather([("gone", partial(refuse, OSError(errno.ENODATA, "gone")))]) is NOTHING
    assert NOTHING == {}


@given(st.binary(min_size=1, max_size=100))
def test_names_of_attributes_round_trip_through_text(raw: bytes) -> None:
    name = raw.decode("utf-8", "surrogateescape")
    key = xattr_key(name)
    key.encode()
    assert xattr_name(key) == name


@pytest.mark.parametrize("key", ["", "xattr", "acl:access", "xattr-hex:0", "xattr-hex:é", "ads:x"])
def test_other_keys_name_no_attribute(key: str) -> None:
    assert xattr_name(key) is None


# Descriptors

USER = "S-1-5-21-1004336348-1177238915-682003330-1001"
OWNER = f"O:{USER}G:DU"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"{OWNER}D:AI(A;ID;FA;;;SY)(A;OICIIOID;GA;;;{USER})", OWNER),  # all inherited
        (f"{OWNER}D:(A;ID;FA;;;SY)", OWNER),
        (f"{OWNER}D:AI(A;;FR;;;WD)(A;ID;FA;;;SY)", f"{OWNER}D:(A;;FR;;;WD)"),
        (f"{OWNER}D:PAI(A;;FA;;;SY)", f"{OWNER}D:PAI(A;;FA;;;SY)"),  # protected
        (f"{OWNER}D:P", f"{OWNER}D:P"),  # nobody may do anything
        (f"{OWNER}D:NO_ACCESS_CONTROL", f"{OWNER}D:NO_ACCESS_CONTROL"),  # anybody may do anything
        (OWNER, OWNER),
        # A condition, which is not taken apart: kept whole.
        (
            f'{OWNER}D:AI(XA;ID;FX;;;WD;(@User.Title=="PM"))',
            f'{OWNER}D:AI(XA;ID;FX;;;WD;(@User.Title=="PM"))',
        ),
        ("O:BAG:SYD:AI(A;ID;FA;;;BA)", "O:BAG:SY"),
        ("O:SYG:DAD:AI(A;OICI;FA;;;BA)", "O:SYG:DAD:(A;OICI;FA;;;BA)"),
    ],
)
def test_only_what_is_not_inherited_is_kept(text: str, kept: str) -> None:
    assert own_part(text) == kept


def test_entries_are_told_with_their_accounts() -> None:
    parsed = parse(f"{OWNER}D:PAI(D;OICI;FW;;;BG)(A;ID;FA;;;{USER})")
    assert (parsed.owner, parsed.group, parsed.flags) == (USER, "DU", "PAI")
    assert parsed.entries is not None
    assert [(e.type, e.inherited, e.account) for e in parsed.entries] == [
        ("D", False, "BG"),
        ("A", True, USER),
    ]


@given(st.text(max_size=200))
def test_no_text_is_taken_for_less_than_it_says(text: str) -> None:
    """What is not understood is kept whole."""
    parsed = parse(text)
    if parsed.entries is not None and parsed.has_list:
        assert text.endswith(parsed.flags + "".join(entry.text for entry in parsed.entries))


# Code for other systems


def test_every_module_can_be_imported_everywhere() -> None:
    found = pkgutil.walk_packages(cyberlib_client.system.__path__, "cyberlib_client.system.")
    names = [module.name for module in found]
    assert len(names) > 15
    for name in names:
        importlib.import_module(name)


@pytest.mark.skipif(struct.calcsize("P") != 8, reason="sizes of 64-bit systems")
def test_structures_have_the_sizes_of_the_systems_headers() -> None:
    assert ctypes.sizeof(windows_api.Credential) == 80  # CREDENTIALW
    assert ctypes.sizeof(windows_api.SecurityAttributes) == 24
    assert ctypes.sizeof(windows_api.Privilege) == 16  # TOKEN_PRIVILEGES with one entry
