"""Owners and access lists of Windows as text ("Security Descriptor String Format", Microsoft Learn).

    O:S-1-5-21-…-1001 G:S-1-5-21-…-513 D:PAI(A;OICI;FA;;;SY)(A;;FR;;;S-1-5-21-…-1002)      (no spaces)

An entry is (type;flags;rights;object;inherited object;account). Flag ID: inherited from the folder above.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import c_void_p
from ctypes.wintypes import HANDLE, LARGE_INTEGER, LPWSTR
from functools import cache
from typing import Final, NamedTuple

from . import api
from .api import BOOL, DWORD

_REVISION: Final = 1  # SDDL_REVISION_1
_FILE_OBJECT: Final = 1  # SE_FILE_OBJECT
_KERNEL_OBJECT: Final = 6  # SE_KERNEL_OBJECT
_OWNER: Final = 0x1
_GROUP: Final = 0x2
_ACCESS: Final = 0x4
_PROTECTED: Final = 0x8000_0000
_UNPROTECTED: Final = 0x2000_0000
_WRITE_DAC: Final = 0x4_0000
_WRITE_OWNER: Final = 0x8_0000
_READ_CONTROL: Final = 0x2_0000
_USUAL: Final = 1024  # bytes that most descriptors fit in

_TOKEN_ADJUST: Final = 0x20
_TOKEN_QUERY: Final = 0x8
_TOKEN_USER: Final = 1
_ENABLED: Final = 0x2

_PARTS: Final = re.compile(
    r"(?:O:(?P<owner>[^:]*?))?(?:G:(?P<group>[^:]*?))?(?:D:(?P<flags>[A-Z_]*)(?P<entries>.*))?"
)
_ENTRY: Final = re.compile(r"\((?P<type>\w+);(?P<flags>\w*);[^;()]*;[^;()]*;[^;()]*;(?P<account>[\w-]+)\)")


class Entry(NamedTuple):
    """One line of an access list. `account`: a SID, or the two letters of a well-known one."""

    text: str
    type: str
    inherited: bool
    account: str


class Parsed(NamedTuple):
    """`flags`: "P" when nothing is inherited from above, "AI"; `entries`: None when a line was not
    understood; `has_list` is False when the text has no "D:" at all."""

    owner: str
    group: str
    has_list: bool
    flags: str
    entries: list[Entry] | None


def parse(text: str) -> Parsed:
    """Parts of a descriptor's text; conditional entries are not understood."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return Parsed("", "", "D:" in text, "", None)
    rest = match["entries"] or ""
    entries = [
        Entry(found[0], found["type"], "ID" in _pairs(found["flags"]), found["account"])
        for found in _ENTRY.finditer(rest)
    ]
    understood = "".join(entry.text for entry in entries) == rest
    return Parsed(
        match["owner"] or "",
        match["group"] or "",
        match["flags"] is not None,
        match["flags"] or "",
        entries if understood else None,
    )


def own_part(text: str) -> str:
    """The text without what was inherited: the folder it is restored into gives that again."""
    parsed = parse(text)
    if not parsed.has_list or parsed.entries is None or parsed.flags not in ("", "AI", "AR", "ARAI"):
        return text  # protected, no list at all, or not understood: kept as it is
    owner = f"O:{parsed.owner}G:{parsed.group}"
    own = "".join(entry.text for entry in parsed.entries if not entry.inherited)
    return f"{owner}D:{own}" if own else owner


def _pairs(flags: str) -> list[str]:
    return [flags[i : i + 2] for i in range(0, len(flags), 2)]


def read(path: str) -> str:
    """Owner, group and access list of an extended path. Raises OSError."""
    wanted = _OWNER | _GROUP | _ACCESS
    size = _USUAL
    needed = DWORD()
    while True:
        room = ctypes.create_string_buffer(size)
        if api.advapi32().GetFileSecurityW(path, wanted, room, size, ctypes.byref(needed)):
            return _to_text(ctypes.addressof(room), wanted)
        if needed.value <= size:
            raise api.failed(path=path)
        size = needed.value


def _to_text(descriptor: int, parts: int) -> str:
    text = LPWSTR()
    convert = api.advapi32().ConvertSecurityDescriptorToStringSecurityDescriptorW
    if not convert(descriptor, _REVISION, parts, ctypes.byref(text), None):
        raise api.failed()
    try:
        return text.value or ""
    finally:
        api.kernel32().LocalFree(text)


def owner_of(handle: int) -> str:
    """The account that owns what a handle stands for, such as a pipe, as `canonical` has it. OSError."""
    found = c_void_p()
    number = api.advapi32().GetSecurityInfo(
        handle, _KERNEL_OBJECT, _OWNER, None, None, None, None, ctypes.byref(found)
    )
    if number:
        raise api.failed(number)
    try:
        return parse(_to_text(found.value or 0, _OWNER)).owner
    finally:
        api.kernel32().LocalFree(found)


@contextmanager
def in_memory(text: str) -> Iterator[c_void_p]:
    """A descriptor made from text. Raises OSError when it is none."""
    descriptor = c_void_p()
    convert = api.advapi32().ConvertStringSecurityDescriptorToSecurityDescriptorW
    if not convert(text, _REVISION, ctypes.byref(descriptor), None):
        raise api.failed()
    try:
        yield descriptor
    finally:
        api.kernel32().LocalFree(descriptor)


def apply(path: str, text: str, *, want_acl: bool, want_owner: bool) -> bool:
    """Gives an extended path the wanted parts of a descriptor; False when one of them failed."""
    parsed = parse(text)
    changes: list[Callable[[c_void_p], None]] = []
    if want_owner and parsed.owner:
        _may_give_away()
        changes.append(lambda descriptor: _set_owner(path, descriptor))
    if want_acl and parsed.has_list:
        kind = _PROTECTED if "P" in parsed.flags else _UNPROTECTED
        changes.append(lambda descriptor: _set_list(path, descriptor, kind))
    done = True
    for change in changes:
        try:
            with in_memory(text) as descriptor:
                change(descriptor)
        except OSError:
            done = False
    return done


def set_whole_list(path: str, text: str) -> None:
    """Makes the access list exactly that of `text`, a protected one; what is inside is left alone.
    Raises OSError."""
    with in_memory(text) as descriptor:
        if not api.advapi32().SetFileSecurityW(path, _ACCESS | _PROTECTED, descriptor):
            raise api.failed(path=path)


def _set_owner(path: str, descriptor: c_void_p) -> None:
    owner, group, ignored = c_void_p(), c_void_p(), BOOL()
    api.advapi32().GetSecurityDescriptorOwner(descriptor, ctypes.byref(owner), ctypes.byref(ignored))
    api.advapi32().GetSecurityDescriptorGroup(descriptor, ctypes.byref(group), ctypes.byref(ignored))
    parts = _OWNER | (_GROUP if group.value else 0)
    _set(path, _WRITE_OWNER, parts, owner, group, None)


def _set_list(path: str, descriptor: c_void_p, kind: int) -> None:
    present, access, ignored = BOOL(), c_void_p(), BOOL()
    found = api.advapi32().GetSecurityDescriptorDacl(
        descriptor, ctypes.byref(present), ctypes.byref(access), ctypes.byref(ignored)
    )
    if not found or not present.value:
        raise api.failed(path=path)
    _set(path, _WRITE_DAC | _READ_CONTROL, _ACCESS | kind, None, None, access)


def _set(
    path: str, right: int, parts: int, owner: c_void_p | None, group: c_void_p | None, access: c_void_p | None
) -> None:
    """On the item itself, should its last part have become a link."""
    flags = api.FOLDERS_TOO | api.THE_LINK_ITSELF
    handle = api.kernel32().CreateFileW(path, right, api.SHARE_ALL, None, api.OPEN_EXISTING, flags, None)
    if handle == api.NO_HANDLE:
        raise api.failed(path=path)
    try:
        number = api.advapi32().SetSecurityInfo(handle, _FILE_OBJECT, parts, owner, group, access, None)
        if number:
            raise api.failed(number, path)
    finally:
        api.kernel32().CloseHandle(handle)


@contextmanager
def _token(access: int) -> Iterator[HANDLE]:
    token = HANDLE()
    process = api.kernel32().GetCurrentProcess()
    if not api.advapi32().OpenProcessToken(process, access, ctypes.byref(token)):
        raise api.failed()
    try:
        yield token
    finally:
        api.kernel32().CloseHandle(token)


@cache
def _may_give_away() -> None:
    """Turns on an administrator's right to make others owners; a user who lacks it hears so later."""
    right = api.Privilege(count=1, attributes=_ENABLED)
    luid = LARGE_INTEGER()
    try:
        with _token(_TOKEN_ADJUST | _TOKEN_QUERY) as token:
            if api.advapi32().LookupPrivilegeValueW(None, "SeRestorePrivilege", ctypes.byref(luid)):
                right.luid = luid
                api.advapi32().AdjustTokenPrivileges(token, False, ctypes.byref(right), 0, None, None)
    except OSError:
        pass


@cache
def current_user() -> str:
    """SID of this process's user as text ("S-1-5-21-…"). Raises OSError."""
    with _token(_TOKEN_QUERY) as token:
        needed = DWORD()
        api.advapi32().GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(needed))
        room = ctypes.create_string_buffer(needed.value)
        if not api.advapi32().GetTokenInformation(token, _TOKEN_USER, room, len(room), ctypes.byref(needed)):
            raise api.failed()
        sid = c_void_p.from_buffer(room)  # TOKEN_USER begins with a pointer to the SID
        text = LPWSTR()
        if not api.advapi32().ConvertSidToStringSidW(sid, ctypes.byref(text)):
            raise api.failed()
        try:
            return text.value or ""
        finally:
            api.kernel32().LocalFree(text)


def canonical(account: str) -> str:
    """An account as descriptors of this machine write it: well-known ones have two letters."""
    with in_memory(f"O:{account}") as descriptor:
        return parse(_to_text(descriptor.value or 0, _OWNER)).owner
