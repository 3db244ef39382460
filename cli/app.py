"""`instainstru <subject> <verb>`: the terminal. A subject is imported when it is used."""

import gc
import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli.errors import reported
from cli.subjects import SUBJECTS
from devstack.places import ROOT
from instainstru_core.kernel import log

NAME = "instainstru"
SELDOM = 500_000
"""So many new objects before the collector looks at them. Nearly all that a start makes stays, and
to look through it again and again would take a seventh of the start."""


class Subjects(TyperGroup):
    """All subjects are listed at once; only the one that is used is imported."""

    def resolve_command(
        self,
        ctx: Any,  # noqa: ANN401 - its class is private to Typer
        args: list[str],
    ) -> tuple[str | None, Any, list[str]]:
        name = args[0].replace("-", "_")
        if name in SUBJECTS:
            command = get_command(importlib.import_module(f"cli.commands.{name}").app)
            command.help = SUBJECTS[name]
            self.add_command(command, args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        with reported(as_json="--json" in ctx.args):
            return super().invoke(ctx)


app = typer.Typer(
    name=NAME,
    cls=Subjects,
    help="InstaInstru: lessons in New York City, from the terminal.",
    epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 something needed is missing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for _name, _words in SUBJECTS.items():
    app.add_typer(typer.Typer(), name=_name, help=_words)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{NAME} {_version()}")
        raise typer.Exit


def _version() -> str:
    """The installed version; in an image, where only the files are, what the project says."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        import tomllib  # noqa: PLC0415 - only there, and not in each process that serves

        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        return str(project["project"]["version"])


@app.callback()
def start(
    *,
    shown: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_show_version,
            is_eager=True,
            help="Show the version.",
        ),
    ] = False,
) -> None:
    """InstaInstru: lessons in New York City, from the terminal."""


def main() -> None:
    """Run the command that the arguments name, and end with its exit code."""
    gc.set_threshold(SELDOM)  # `memory.settle` sets another for what serves
    # On stderr; what serves sets up its own.
    log.configure(style="console", level="ERROR", lasting=False)
    app(prog_name=NAME)


if __name__ == "__main__":
    main()
