"""The program `cyberlib-host` as an operator calls it, within this process."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any
from unittest import mock

import structlog

from cyberlib_host.cli import main as program
from cyberlib_host.cli.main import main
from tests.support.command_line import Done, stream_text, text_stream


class Operator:
    """Calls on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environment: dict[str, str] = {}

    def __call__(self, *words: str, code: int = 0) -> Done:
        """Fails unless it ends with `code`."""
        out, err = text_stream(), text_stream()
        before, logging_before = os.environ.copy(), structlog.get_config()
        os.environ.update(self.environment)
        try:
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                # A logger that is used meanwhile would be kept as it is then, for all later tests too.
                mock.patch.dict(program.__dict__, {"_log_as_json": lambda: None}),
            ):
                ended = main(["--data", str(self.data), *words])
        finally:
            os.environ.clear()
            os.environ.update(before)
            structlog.configure(**logging_before)
        done = Done(ended, stream_text(out), stream_text(err))
        assert done.code == code, done
        return done

    def json(self, *words: str, code: int = 0) -> Any:
        """The document that it prints."""
        return json.loads(self("--json", *words, code=code).out)

    def error(self, *words: str) -> str:
        """The code of its refusal, which text and JSON tell alike."""
        told = self(*words, code=1).err.strip()
        assert told.startswith("cyberlib-host: ") and told.endswith("]") and "{" not in told, told
        assert "\n" not in told, told
        error = self.json(*words, code=1)["error"]
        assert told == f"cyberlib-host: {error['message']} [{error['code']}]"
        return str(error["code"])
