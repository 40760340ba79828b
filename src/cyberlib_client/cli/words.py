"""click's commands, groups and options with help in both languages, and commands loaded when called."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.types import IntParamType

from .. import __version__
from ..app.wording.language import Both, say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])

ANYWHERE: Final = Both(
    "Avant la commande ou après : --passphrase-file, --profile, --lang, --json, --jsonl (voir cyberlib"
    " --help).",
    "Before the command or after it: --passphrase-file, --profile, --lang, --json, --jsonl (see cyberlib"
    " --help).",
)


class _Told:
    """Help that is chosen when it is shown, not when the command is declared."""

    _help: Both | str | None = None

    def __init__(self, *args: Any, help: Both | str | None = None, **rest: Any) -> None:  # noqa: A002
        super().__init__(*args, **rest)
        self._help = help

    @property
    def help(self) -> str | None:
        return None if self._help is None else str(self._help)

    @help.setter
    def help(self, value: Both | str | None) -> None:
        self._help = value


_FILES: Final = {"DIR": "dir", "FILE": "file", "PATH": "file", "STORE": "dir"}
"""Words for values that are files or folders of this machine, and what completes them."""


class _Named(_Told):
    """The same for the word that stands for a value."""

    _metavar: Both | str | None = None

    def __init__(self, *args: Any, metavar: Both | str | None = None, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self._metavar = metavar

    @property
    def metavar(self) -> str | None:
        return None if self._metavar is None else str(self._metavar)

    @metavar.setter
    def metavar(self, value: Both | str | None) -> None:
        self._metavar = value

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Files where a file is meant, which the shell itself looks for; else what click knows."""
        from click.shell_completion import CompletionItem  # where it is asked for, it is loaded already

        meant = self._metavar.en.strip("[].") if isinstance(self._metavar, Both) else ""
        if meant in _FILES:
            return [CompletionItem(incomplete, type=_FILES[meant])]
        found: list[CompletionItem[str]] = super().shell_complete(ctx, incomplete)  # type: ignore[misc]
        return found


class Option(_Named, click.Option):
    """An option with help in both languages."""


class Argument(_Named, click.Argument):
    """A positional argument with help in both languages."""


def _show_help(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        if ctx.obj is not None:  # where an output that fails is told as such
            ctx.obj.output.text(ctx.get_help())
        else:
            click.echo(ctx.get_help())
        ctx.exit()


class _Helped(_Told):
    """A command whose `--help` is in both languages too."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        found: click.Option | None = super().get_help_option(ctx)  # type: ignore[misc]
        if found is not None:
            found.help = say("Afficher cette aide.", "Show this message and exit.")
            found.callback = _show_help
        return found

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What is true of every command."""
        formatter.write_paragraph()
        formatter.write_text(str(ANYWHERE))


class Command(_Helped, click.Command):
    """A command with help in both languages."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.obj is not None:  # before anything can go wrong: the error says which command it was
            ctx.obj.output.command = ctx.command_path.partition(" ")[2]
        return super().parse_args(ctx, args)


class Group(_Helped, click.Group):
    """Commands loaded when they are called: a listing must not pay for the import of a backup."""

    usual = ""
    """The command that is meant where none is named."""

    def __init__(self, *args: Any, lazy: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy or {}

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if self.usual and not {*self.commands, "-h", "--help", "--version"} & {*args}:
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = self.lazy.get(cmd_name)
        if module is not None:
            loaded: click.Command = getattr(importlib.import_module(module, __package__), cmd_name)
            return loaded
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:  # it looked for others among the loaded ones alone
            names = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=names, ctx=ctx) from None

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        pieces = click.Command.collect_usage_pieces(self, ctx)
        return [*pieces, say("COMMANDE [ARGUMENTS]...", "COMMAND [ARGS]...")]


def command(
    name: str,
    help: Both,  # noqa: A002
    parent: click.Group | None = None,
) -> Callable[[Callable[..., Any]], Command]:
    """Declares a command; it also takes the options of the program as a whole."""

    def declare(function: Callable[..., Any]) -> Command:
        made = click.command(name, cls=Command, help=help)(function)
        made.params += _program_options()
        if parent is not None:
            parent.add_command(made)
        return made

    return declare


def group(name: str, help: Both, usual: str = "") -> Group:  # noqa: A002
    """A group of commands, which themselves name it as their parent. `usual`: the one that is meant where
    none is named."""
    made = Group(name, help=help, params=_program_options())
    made.usual = usual
    return made


def option(*names: str, help: Both, **rest: Any) -> Callable[[F], F]:  # noqa: A002
    """Declares an option."""
    return click.option(*names, cls=Option, help=help, **rest)


def argument(*names: str, help: Both, **rest: Any) -> Callable[[F], F]:  # noqa: A002
    """Declares a positional argument."""
    return click.argument(*names, cls=Argument, help=help, **rest)


def choice(*values: str) -> click.Choice[str]:
    """The type of an option that takes one of these words."""
    return click.Choice(values)


class Between(IntParamType):
    """The type of an option that takes a whole number from `least` to `most`."""

    def __init__(self, least: int, most: int) -> None:
        self._least, self._most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = super().convert(value, param, ctx)
        if not self._least <= number <= self._most:
            self.fail(
                say(
                    f"{number} n’est pas un nombre de {self._least} à {self._most}.",
                    f"{number} is not a number from {self._least} to {self._most}.",
                ),
                param,
                ctx,
            )
        return number


def refuse_together(*given: tuple[str, object]) -> None:
    """For options that contradict each other, with their values. click.UsageError when two were given."""
    names = [name for name, value in given if value is not None and value is not False]
    if len(names) > 1:
        first, second = names[:2]
        raise click.UsageError(
            say(f"{first} et {second} ne vont pas ensemble.", f"{first} and {second} exclude each other.")
        )


def ask_for_form(run: Any, form: str) -> None:
    """Notes that the output is to have this form. click.UsageError when another was asked for."""
    run.forms.add(form)
    refuse_together(*((f"--{form}", True) for form in sorted(run.forms)))
    run.output.mode = form


def show_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    """What --version does."""
    if wanted and ctx.obj is not None:
        ctx.obj.output.text(f"{ctx.find_root().info_name} {__version__}")
        ctx.exit()


def _program_options() -> list[click.Parameter]:
    """Those of the program as a whole, which many write after the command: there they count most."""

    def keep(name: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
        def callback(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
            if value is not None and ctx.obj is not None:
                setattr(ctx.obj, name, value)

        return callback

    def set_mode(mode: str) -> Callable[[click.Context, click.Parameter, bool], None]:
        def callback(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
            if value and ctx.obj is not None:
                ask_for_form(ctx.obj, mode)

        return callback

    def hidden(name: str, **rest: Any) -> click.Parameter:
        return Option([f"--{name}"], hidden=True, expose_value=False, **rest)

    return [
        *(hidden(mode, is_flag=True, callback=set_mode(mode)) for mode in ("json", "jsonl")),
        hidden("profile", callback=keep("profile")),
        hidden("passphrase-file", callback=keep("passphrase_file")),
        hidden("lang", type=choice("fr", "en")),  # `main` has looked at it already
        hidden("version", is_flag=True, is_eager=True, callback=show_version),
    ]


reset_option = option(
    "--reset",
    is_flag=True,
    help=Both("Revenir d’abord aux réglages d’origine.", "Go back to the original settings first."),
)


def require_change(is_one: bool) -> None:
    """For commands that change only what is given. Raises click.UsageError where nothing was."""
    if not is_one:
        raise click.UsageError(say("Donnez ce qui doit changer.", "Give what is to change."))
