"""Where the files in `resources/` are: exclusions, presets, the rescue program, shell completions."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_INSTALLED = _HERE / "data"  # where the wheel puts them (pyproject.toml, force-include)
_CHECKOUT = _HERE.parents[1] / "resources"


def specification() -> Path:
    """The folder with the description of the vault's format (`docs/format`)."""
    return _INSTALLED / "format" if _INSTALLED.is_dir() else _HERE.parents[1] / "docs" / "format"


def resource(name: str) -> Path:
    """The path of a file or folder, named relative to `resources/` with slashes: `rescue/rescue.py`.

    Raises FileNotFoundError when this installation lacks it, which is a fault of the package.
    """
    path = (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT) / name
    if not path.exists():
        raise FileNotFoundError(f"resource missing from this installation: {name}")
    return path
