"""`instainstru stack`: the private servers of this checkout."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.errors import agree
from cli.output import AsJson, Yes
from devstack import cleaning, stack, status
from devstack.children import tail
from devstack.lease import Lease
from devstack.places import Places
from devstack.status import StackStatus
from instainstru_core.kernel.errors import NotFound

app = typer.Typer(add_completion=False, no_args_is_help=True)
COLORS = {"running": "green", "stopped": "dim", "crashed": "bold red"}


class NoLog(NotFound):
    code = "stack.no_log"


@app.command()
def up(*, as_json: AsJson = False) -> None:
    """Start the servers and leave them running until `stack down`."""
    places = Places()
    with Lease.take(places) as lease:
        stack.ensure(lease)
        lease.keep()
        found = status.of(places)
    _show(found, as_json=as_json)


@app.command()
def down(*, as_json: AsJson = False) -> None:
    """Stop the servers and whatever runs on them."""
    lease = Lease.join(Places())
    if lease is not None:
        lease.down()
    _say({"was_up": lease is not None}, "Stopped." if lease else "It was not up.", as_json=as_json)


@app.command("status")
def show_status(*, as_json: AsJson = False) -> None:
    """Show what runs, and where."""
    found = status.of(Places())
    _show(found, as_json=as_json)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(help="postgres, redis, api, ... or nothing for all.")] = "",
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of each.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the last lines that the servers wrote."""
    places = Places()
    files = sorted(places.logs.glob(f"{name or '*'}.log"))
    files = [file for file in files if not file.name.endswith(".previous.log")]
    if not files:
        raise NoLog(f"There is no log of {name or 'anything'}. Logs are in {places.logs}.")
    if as_json:
        typer.echo(json.dumps({file.stem: tail(file, lines) for file in files}))
        return
    for file in files:
        for line in tail(file, lines):
            typer.echo(f"{file.stem:<13} {line}")
    if follow:
        _follow(files)


@app.command()
def reset(
    *,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Stop the servers and throw away the data they hold."""
    agree("Throw away the private databases of this checkout?", yes=yes)
    cleaning.clean(Places())
    _say({"reset": True}, "The private servers' data is gone.", as_json=as_json)


def _show(found: StackStatus, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(found)))
        return
    table = Table("server", "state", "pid", box=None, pad_edge=False)
    table.add_column("address", overflow="fold")
    for one in found.processes:
        color = COLORS[one.state]
        pid = str(one.pid or "")
        table.add_row(one.name, f"[{color}]{one.state}[/]", pid, one.address or "")
    console = Console(soft_wrap=True)
    console.print(table)
    for one in found.processes:
        if one.state == "crashed":
            console.print(f"{one.name} ended unexpectedly. Its log: {one.log}")
    if found.database_url_for_other_programs:
        console.print(f"\nFor other programs: {found.database_url_for_other_programs}")


def _say(facts: dict[str, bool], words: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(facts) if as_json else words)


def _follow(files: list[Path]) -> None:
    """Print what is appended, until Ctrl-C."""
    read = {file: file.stat().st_size for file in files}
    try:
        while True:
            for file, position in read.items():
                read[file] = _print_from(file, position)
            time.sleep(0.2)
    except KeyboardInterrupt:
        return


def _print_from(file: Path, position: int) -> int:
    try:
        size = file.stat().st_size
    except FileNotFoundError:
        return position
    if size == position:
        return position
    with file.open("rb") as log:
        log.seek(position if size > position else 0)  # a smaller file is a new run's
        written = log.read()
    for line in written.decode(errors="replace").splitlines():
        typer.echo(f"{file.stem:<13} {line}")
    return size
