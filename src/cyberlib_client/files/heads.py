"""Whether a file still is what its name says, told from a few of its bytes.

Encrypted content is even: in 512 of its bytes some 221 of the 256 values occur. So is compressed content;
but that has a head, and most formats a tail, that encryption takes away. Text has neither and is not even.

    head       the signatures of the formats' own specifications, as file(1) and PRONOM list them too
    zip        "PK\\5\\6" within the last 22 bytes and the comment       APPNOTE.TXT, 4.3.16
    PDF        "%%EOF" in the last 1024 bytes                          ISO 32000-1, 7.5.5, and its annex H
    PNG        the chunk IEND at the very end                          PNG specification, 11.2.5
    JPEG       in a scan 0xff is followed by 0, a restart or a marker   ITU T.81, B.1.1.2
"""

from __future__ import annotations

import math
import re
from typing import Final, Literal, NamedTuple

from .kinds import content_kind

PIECE: Final = 512
"""Bytes of a head, of an inner piece that is weighed."""
INNER: Final = 2048
"""Bytes of an inner piece."""
TAIL: Final = 1024
_EVEN: Final = 0.88
"""Of the values that random bytes show: JPEG and deflate reach it, text not half of it."""
_LEAST: Final = 64
_APART: Final = 16 * 1024
"""Between two inner pieces: who encrypts every other block of that size meets one of them."""

Verdict = Literal["", "sound", "broken", "dense"]
"""What a file looks like: nothing to say (""), as its name says, without the head or tail that its name asks
for, or even where its kind is not."""


class Sample(NamedTuple):
    """A few bytes of a file: its first 512, inner pieces of at most 2 KiB, its last 1024."""

    head: bytes
    inner: tuple[bytes, ...]
    tail: bytes
    size: int


def sample_of(data: bytes) -> Sample:
    """That of a file whose content is `data`."""
    return Sample(data[:PIECE], _inner(data), data[-TAIL:], len(data))


def _inner(data: bytes | memoryview) -> tuple[bytes, ...]:
    middle = len(data) // 2
    starts = (middle, middle + _APART)
    return tuple(bytes(data[at : at + INNER]) for at in starts if at < len(data))


class Pieces:
    """The sample of a file that passes by in blocks."""

    def __init__(self) -> None:
        self._inner: tuple[bytes, ...] = ()
        self._tail = b""

    def see(self, block: memoryview) -> None:
        """The next block, which may begin with the end of the one before."""
        if len(block):
            self._inner = self._inner or _inner(block)
            self._tail = bytes(block[-TAIL:])

    def sample(self, head: bytes, size: int) -> Sample:
        """That of the whole file; `head`: its first 512 bytes."""
        return Sample(head[:size], self._inner, self._tail, size)


def is_even(piece: bytes) -> bool:
    """Whether bytes look random: encrypted, or compressed. Never for fewer than 64."""
    piece = piece[:PIECE]
    expected = 256 * (1 - math.exp(-len(piece) / 256))
    return len(piece) >= _LEAST and len(set(piece)) >= _EVEN * expected


def has_known_head(head: bytes) -> bool:
    """Whether a file begins as some format does; any."""
    return bool(_KNOWN.match(head)) or bool(content_kind(head, b"").name)


def ending_of(name: bytes) -> bytes:
    """What follows the last dot of a name, in small letters; b"" for none."""
    stem, _, ending = name.rpartition(b".")
    return ending.lower() if stem and len(ending) <= 12 else b""


def is_usual(ending: bytes) -> bool:
    """Whether an ending is that of a common format, or of copies that programs keep."""
    return ending in _HEADS or ending in _PLAIN or ending in _OTHERS or ending.isdigit() or not ending


def is_judged(ending: bytes) -> bool:
    """Whether the ending says what content there is to be."""
    return ending in _HEADS or ending in _PLAIN


def judge(ending: bytes, sample: Sample, plain: bool | None = None) -> Verdict:
    """What a file of this ending looks like. `plain`: whether such files are known not to be even, where
    the ending itself does not say."""
    heads = _HEADS.get(ending)
    if heads is not None:
        if not heads.match(sample.head):
            return "broken"
        return "broken" if _inside_lost(ending, sample) else "sound"
    if plain is None:
        plain = True if ending in _PLAIN else None
    if plain:
        pieces = (sample.head, *sample.inner)
        return "dense" if any(map(is_even, pieces)) else "sound"
    return ""


def _inside_lost(ending: bytes, sample: Sample) -> bool:
    """Whether what follows a sound head is not of its kind."""
    if sample.head[:2] == b"\xff\xd8":
        return any(_not_a_scan(piece) for piece in sample.inner)
    mark = b"PK\5\6" if sample.head[:2] == b"PK" else _TAILS.get(ending, b"")
    return bool(mark) and mark not in sample.tail and is_even(sample.tail[-PIECE:])


def _not_a_scan(piece: bytes) -> bool:
    # Random bytes show eight such pairs in 2 KiB, a scan none.
    return len(_UNSTUFFED.findall(piece)) >= 4


_UNSTUFFED: Final = re.compile(rb"\xff[\x01-\xbf\xc8-\xcf\xf0-\xfe]")
_TAILS: Final = {b"pdf": b"%%EOF", b"png": b"IEND"}

_OLE: Final = rb"\xd0\xcf\x11\xe0"
_ZIP: Final = rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"
_TEXT: Final = rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)|\s*[<{\\%A-Za-z0-9][\t\n\r\x20-\xff]{15}"
# An image saved under another image's ending is still one.
_IMAGE: Final = rb"\xff\xd8\xff|\x89PNG\r\n|GIF8|BM|II\*\0|MM\0\*|RIFF|.{4}ftyp|\0\0\0\x0cjP|\xff\x0a|8BPS|<"
_VIDEO: Final = (
    rb".{4}(?:ftyp|moov|mdat|free|wide|skip)|RIFF|\x1a\x45\xdf\xa3|\x00\x00\x01|FLV|\x30\x26\xb2\x75|G"
)

_BY_HEAD: Final = {
    "jpg jpeg jpe jfif png gif bmp tif tiff webp heic heif": _IMAGE,
    # What Office protects by a password, and what it cannot make out, lies in an OLE container.
    "docx xlsx pptx docm xlsm pptm dotx xltx ppsx vsdx": _ZIP + b"|" + _OLE,
    "odt ods odp odg ott ots zip jar epub apk xpi": _ZIP,
    # Programs write RTF, HTML or CSV under these names.
    "doc xls ppt dot xlt pps msg msi": _OLE + b"|" + _ZIP + rb"|\xdb\xa5|\x09\x08|" + _TEXT,
    "pdf": rb".{0,500}%PDF",
    "rtf": rb"\s*\{\\rt",
    "gz tgz": rb"\x1f\x8b",
    "7z": rb"7z\xbc\xaf",
    "rar": rb"Rar!",
    "bz2": rb"BZh",
    "xz": rb"\xfd7zXZ",
    "mp4 m4v mov m4a avi mkv mpg mpeg wmv webm": _VIDEO,
    "wav": rb"RIFF|RF64",
    "flac": rb"fLaC|ID3",
    "ogg": rb"OggS",
    "exe dll sys": rb"MZ",
    "dcm": rb".{128}DICM|[\x02\x08]\0",
    "sqlite sqlite3": rb"SQLite format 3\0",
    "pst ost": rb"!BDN",
}
_HEADS: Final = {
    ending.encode(): re.compile(heads, re.DOTALL)
    for endings, heads in _BY_HEAD.items()
    for ending in endings.split()
}

_PLAIN: Final = frozenset(
    b"txt csv tsv htm html xhtml xml xsl svg json yaml yml toml ini cfg conf log md rst tex css js py c h"
    b" cpp hpp java cs php sql sh bat ps1 vbs eml ics vcf hpr hprim hl7 srt po properties".split()
)
"""Of text, which is never even."""

_OTHERS: Final = frozenset(
    b"bak old orig tmp temp part crdownload lock lck db db3 wal shm mdb accdb fdb fic ndx mmo iso vhd vhdx"
    b" vmdk mp3 ttf otf woff woff2 ico cur lnk url pyc so o a class whl deb rpm dmg pkg cab psd ai eps raw"
    b" cr2 nef arw dng bin dat idx pack gpg pgp asc p7m p7s p12 pfx cer crt pem key kdbx hc vc tc".split()
)
"""Usual too, but nothing is known of their content, or it is even anyhow."""

_KNOWN: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG|GIF8|BM.{4}\0\0\0\0|II\*\0|MM\0\*|PK(?:\x03\x04|\x05\x06|\x07\x08)|%PDF|%!PS|RIFF|\xd0\xcf\x11\xe0"
    rb"|\x1f\x8b|BZh[1-9]|7z\xbc\xaf|Rar!|\xfd7zXZ|\x28\xb5\x2f\xfd|\x04\x22M\x18|\x78[\x01\x5e\x9c\xda]"
    rb"|MZ|\x7fELF|\xca\xfe\xba\xbe|[\xcf\xce]\xfa\xed\xfe|\x30\x82..[\x02\x06\x30]|ID3"
    rb"|\xff[\xe2-\xfb][\x10-\xef]|OggS|fLaC"
    rb"|\x1a\x45\xdf\xa3|.{4}ftyp|wOF[F2]|OTTO|\x00\x01\x00\x00\x00|8BPS|FLV\x01|.{128}DICM|PACK\0|DIRC"
    rb"|\xfftOc|SQLite f"
    rb"|\{\\rt|\xed\xab\xee\xdb|!<arch>|MSCF|\x4c\x00\x00\x00\x01\x14\x02\x00|.{257}ustar",
    re.DOTALL,
)
