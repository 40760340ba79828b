"""What tools/windows takes from the lock, and that it uses no wheel but the one it names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.requirements import Requirement

from tools.windows import build, locked

LOCK = Path(__file__).resolve().parents[2] / "requirements" / "test.txt"
HASH = "--hash=sha256:" + "0" * 64

_texts = st.sampled_from(
    sorted({"linux", "darwin", "x86_64", *locked.ENVIRONMENT.values()} - {"3.11", "3.11.9"})
)
_versions = st.sampled_from(
    ["3", "3.9", "3.10", "3.11", "3.11.0", "3.11.8", "3.11.9", "3.12", "3.12.0", "3.12.1", "4"]
)
_versioned = ("python_version", "python_full_version")
_plain = st.sampled_from([name for name in locked.ENVIRONMENT if name not in _versioned])


def _comparison(
    names: st.SearchStrategy[str], operators: str, values: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    sides = st.tuples(names, st.sampled_from(operators.split()), values)
    forward = sides.map(lambda parts: f"{parts[0]} {parts[1]} '{parts[2]}'")
    return forward | sides.map(lambda parts: f'"{parts[2]}" {parts[1]} {parts[0]}')


_markers = st.recursive(
    _comparison(_plain, "== !=", _texts)
    | _comparison(st.sampled_from(_versioned), "< <= > >= == !=", _versions),
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
        | inner.map(lambda marker: f"({marker})")
    ),
    max_leaves=6,
)


@given(_markers)
def test_markers_mean_what_packaging_says(marker: str) -> None:
    expected = Marker(marker).evaluate({**locked.ENVIRONMENT, "extra": ""})
    assert locked.applies(marker) is expected


@pytest.mark.parametrize(
    "marker",
    ["extra == 'x'", "python_version ~= '3.11'", "python_version == '3.*'", "sys_platform", "(", "'a' < 'b'"],
)
def test_a_marker_that_cannot_be_judged_is_refused(marker: str) -> None:
    with pytest.raises(ValueError, match="not understood"):
        locked.applies(marker)


def test_every_line_keeps_its_pin_and_its_hashes() -> None:
    lock = (
        "# inputs: 00\n"
        f"one==1.0 \\\n    {HASH} \\\n    {HASH}\n    # via two\n"
        f"two==2.0 ; sys_platform == 'win32' \\\n    {HASH}\n"
        f"three==3.0 ; sys_platform != 'win32' \\\n    {HASH}\n"
    )
    assert locked.for_windows(lock) == f"one==1.0 {HASH} {HASH}\ntwo==2.0 {HASH}\n"


@pytest.mark.parametrize("line", ["one==1.0", "-r other.txt", "one @ https://example.org/one.whl"])
def test_what_bears_no_hash_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="no hash"):
        locked.for_windows(f"two==2.0 {HASH}\n{line}\n")


def test_our_lock_gives_what_windows_needs_and_each_package_once() -> None:
    lines = locked.for_windows(LOCK.read_text(encoding="utf-8")).splitlines()
    names = [Requirement(line.split(" --hash=")[0]).name for line in lines]
    assert len(names) == len(set(names))
    assert {"cryptography", "pywin32-ctypes", "colorama", "pytest"} <= set(names)
    assert not {"jeepney", "secretstorage"} & set(names)
    assert all("--hash=sha256:" in line for line in lines)


def test_another_wheel_is_never_used(tmp_path: Path) -> None:
    downloader = tmp_path / "downloader.py"
    downloader.write_text(
        "import pathlib, sys\n"
        "folder = sys.argv[sys.argv.index('--dest') + 1]\n"
        f"pathlib.Path(folder, {build.WHEEL!r}).write_bytes(b'another')\n"
    )
    with pytest.raises(LookupError, match="recorded hash"):
        build.fetch([sys.executable, str(downloader)], tmp_path / "downloads")
