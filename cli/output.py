"""What commands print: a table for people, JSON for programs."""

import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeAlias

import typer
from pydantic_core import to_json
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from instainstru_core.kernel.time import BUSINESS_ZONE, zone

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print JSON instead of a table.", rich_help_panel="Output")
]
Yes: TypeAlias = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
HostName: TypeAlias = Annotated[
    str | None,
    typer.Option("--host", help="The server's full host name, where its data is protected."),
]
Limit: TypeAlias = Annotated[int, typer.Option("--limit", "-n", min=1, max=100, help="How many.")]
Cursor: TypeAlias = Annotated[
    str | None, typer.Option("--cursor", help="Go on where the page before ended.")
]


def show(found: object, table: Callable[[], Iterable[Table | str]], *, as_json: bool) -> None:
    """Print a view: as JSON, or as the tables and lines that it is turned into."""
    if as_json:
        typer.echo(to_json(found, indent=2))
        return
    console = Console(soft_wrap=not sys.stdout.isatty(), width=_width())
    for part in table():
        if isinstance(part, str):
            typer.echo(part)
        else:
            console.print(part)


def table(*columns: str, rows: Iterable[Sequence[object]], title: str | None = None) -> Table:
    """A plain table of these rows. What looks like markup in a value is only text."""
    made = Table(*columns, box=None, pad_edge=False, title=title, title_justify="left")
    for row in rows:
        made.add_row(*(escape("" if cell is None else str(cell)) for cell in row))
    return made


def facts(pairs: Iterable[tuple[str, object]]) -> Table:
    """One thing and what is known of it; what is not known is left out."""
    made = Table(show_header=False, box=None, pad_edge=False)
    made.add_column(style="bold")
    made.add_column(overflow="fold")
    for name, value in pairs:
        if value is not None:
            made.add_row(name, escape(str(value)))
    return made


def money(cents: int | None) -> str:
    """Dollars and cents."""
    return "" if cents is None else f"${cents / 100:,.2f}"


def moment(at: datetime | None) -> str:
    """An instant on New York's clock."""
    return "" if at is None else f"{at.astimezone(zone(BUSINESS_ZONE)):%a %Y-%m-%d %H:%M}"


def share(part: float | None) -> str:
    """A share in percent."""
    return "" if part is None else f"{part:.1%}"


def more(next_cursor: str | None) -> list[str]:
    """How to see the next page, when there is one."""
    return [] if next_cursor is None else [f"\nThere is more: --cursor {next_cursor}"]


def warnings(found: Iterable[str]) -> list[str]:
    return [f"! {words}" for words in found]


def _width() -> int | None:
    """Piped output is not cut to a terminal's width."""
    return None if sys.stdout.isatty() else 200


def listed(values: Iterable[Any]) -> str:
    return ", ".join(str(value) for value in values)
