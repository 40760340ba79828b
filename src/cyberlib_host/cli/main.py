"""The program `cyberlib-host`: its commands, its exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click
import structlog
from sqlalchemy.exc import DBAPIError

from ..core.problems import Problem
from . import (
    audit,
    certificates,
    devices,
    escrow,
    leaving,
    mail,
    observatory,
    organisations,
    people,
    serving,
    support,
    terms,
)
from .output import Output
from .run import cli

for _area in (
    serving,
    certificates,
    organisations,
    leaving,
    escrow,
    devices,
    people,
    support,
    terms,
    audit,
    observatory,
    mail,
):
    for _command in _area.COMMANDS:
        cli.add_command(_command)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 refused or failed, 2 wrong use."""
    _log_as_json()
    arguments = _json_first(arguments)
    try:
        result = cli.main(list(arguments), "cyberlib-host", standalone_mode=False)
    except click.ClickException as error:
        if arguments[:1] == ["--json"]:
            Output(as_json=True).error("usage", error.format_message())
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except Problem as problem:
        return _refused(problem, arguments)
    except DBAPIError as error:
        return _refused(Problem("database_failed", reason=_first_line(error.orig)), arguments)
    except UnicodeEncodeError:  # of an argument that is no text, which Python passes on as it is
        return _refused(Problem("bad_request", where="an argument is no text in UTF-8"), arguments)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _refused(Problem("system_failed", reason=f"{where}{error.strerror or error}"), arguments)
    return result if isinstance(result, int) else 0


def _json_first(arguments: Sequence[str]) -> list[str]:
    """`--json` may stand behind the command as well."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = [each for each in arguments[:end] if each != "--json"]
    return ["--json"] * (len(options) < end) + options + list(arguments[end:])


def _refused(problem: Problem, arguments: Sequence[str]) -> int:
    Output(as_json=arguments[:1] == ["--json"]).problem(problem)
    return 1


def _first_line(error: BaseException | None) -> str:
    """Of what a database's driver says; the rest of it are hints and links."""
    return next((line for line in str(error).splitlines() if line.strip()), "?")


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
