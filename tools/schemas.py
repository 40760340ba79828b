"""Writes `resources/schemas/cyberlib-1.json`: what --json and --jsonl print, as JSON Schema.

python3 dev.py run … is not needed; with the project's Python: python tools/schemas.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from cyberlib_client.cli.records import ITEMS, RESULTS, AnyEvent, Document  # noqa: E402

TARGET = ROOT / "resources" / "schemas" / "cyberlib-1.json"


def schema() -> dict[str, Any]:
    """Definitions by name; under `commands`, which of them is each command's item or result."""
    types = [Document, AnyEvent, *ITEMS.values(), *RESULTS.values()]
    named, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    document, event, *rest = named
    own = dict(zip([*ITEMS, *RESULTS], rest, strict=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cyberlib --json (a document) and --jsonl (an event a line), version 1",
        "document": document,
        "event": event,
        "commands": {name: {"item" if name in ITEMS else "result": shape} for name, shape in own.items()},
        "$defs": dict(sorted(components.items())),
    }


def text() -> str:
    """The file's content."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text(), encoding="utf-8")
