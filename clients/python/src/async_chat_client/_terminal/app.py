"""The command line app."""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from async_chat_client._terminal import account_commands, chat_commands, memory_commands
from async_chat_client._terminal.exits import MEANINGS

app = typer.Typer(
    name="async-chat",
    no_args_is_help=True,
    rich_markup_mode=None,
    # Tracebacks with local variables would show tokens.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=MEANINGS,
)
for commands in (chat_commands, memory_commands, account_commands):
    app.add_typer(commands.app)


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(version("async-chat-client"))
        except PackageNotFoundError:
            typer.echo("not installed: runs from source")
        raise typer.Exit


@app.callback()
def main(
    shown: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Ask an Async Chat service and follow the turn until its answer.

    The service is the local stack of the project in the current folder, or the one of the latest login.
    """
