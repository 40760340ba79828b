"""Writes `docs/protocol/openapi.json`: the host's protocol as its code declares it.

With the project's Python: python tools/openapi.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from cyberlib_host.api.routes import document  # noqa: E402

TARGET = ROOT / "docs" / "protocol" / "openapi.json"


def text() -> str:
    """The file's content."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
