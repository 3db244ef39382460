"""`instainstru db`: the tables of the database that the settings name."""

from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import Exit, agree
from cli.output import AsJson, HostName, Yes
from devstack import database
from devstack.database import DatabaseStatus

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def upgrade(
    revision: Annotated[str, typer.Argument(help="Up to which migration.")] = database.LATEST,
    *,
    as_json: AsJson = False,
) -> None:
    """Bring the tables, the map and the catalogue to this release. To be run after each update."""
    with session.bare() as runtime:
        before = database.status(runtime).revision
        changed = database.upgrade(runtime, session.operator(), revision)
        found = database.status(runtime)
        stale = 0 if found.pending else database.without_vectors(runtime, session.operator())
    done = {
        "before": before,
        "revision": found.revision,
        "pending": found.pending,
        "reference_rows_changed": changed,
        "texts_without_fresh_vector": stale,
    }
    output.show(done, lambda: _upgraded(found, changed, stale), as_json=as_json)


@app.command("status")
def show_status(*, as_json: AsJson = False) -> None:
    """Show which database this is and how its tables stand."""
    with session.bare() as runtime:
        found = database.status(runtime)
    output.show(found, lambda: [_table(found)], as_json=as_json)


@app.command()
def check(*, as_json: AsJson = False) -> None:
    """Fail if the tables are not what this version of the program needs."""
    with session.bare() as runtime:
        faults = database.faults(runtime, session.operator())
    output.show(
        {"ok": not faults, "faults": faults},
        lambda: faults or ["The tables are up to date."],
        as_json=as_json,
    )
    if faults:
        raise typer.Exit(Exit.REFUSED)


@app.command()
def reset(*, yes: Yes = False, host: HostName = None, as_json: AsJson = False) -> None:
    """Throw all data away and make empty tables."""
    with session.bare() as runtime:
        database.guard(runtime, agreed=True, typed=host)
        agree("Throw away everything in this database?", yes=yes)
        database.reset(runtime, session.operator(), agreed=True, typed=host)
        found = database.status(runtime)
    output.show(found, lambda: [f"Empty tables at {found.revision}."], as_json=as_json)


def _upgraded(found: DatabaseStatus, changed: int, stale: int) -> list[str]:
    words = [f"The tables are at {found.revision}."]
    if not found.pending:
        words.append(f"Map and catalogue are those of this release; {changed} rows were changed.")
    if stale:
        words.append(
            f"{stale} texts of them have no fresh vector: a worker makes those within the hour,"
            " `instainstru search embeddings rebuild` at once."
        )
    return words


def _table(found: DatabaseStatus) -> Table:
    return output.facts(
        [
            ("database", f"{found.name} on {found.host}"),
            ("server", f"Postgres {found.server}, PostGIS {found.postgis or 'missing'}"),
            ("tier", found.tier),
            ("marked as", found.marked_as or "nothing yet"),
            ("revision", found.revision or "no tables yet"),
            ("latest", found.latest),
            ("pending", output.listed(found.pending) or None),
            ("tables", found.tables),
            ("size", f"{found.size_mb:,.1f} MB"),
        ]
    )
