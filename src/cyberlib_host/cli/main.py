"""The program `cyberlib-host`: its commands, its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
import structlog

from ..core.problems import Problem
from . import audit, devices, organisations, serving
from .output import Output
from .run import cli

for _command in (*serving.COMMANDS, *organisations.COMMANDS, *devices.COMMANDS, *audit.COMMANDS):
    cli.add_command(_command)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 refused or failed, 2 wrong use."""
    _log_as_json()
    try:
        result = cli.main(list(arguments), "cyberlib-host", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except Problem as problem:
        Output(as_json="--json" in arguments).problem(problem)
        return 1
    return result if isinstance(result, int) else 0


def _log_as_json() -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
