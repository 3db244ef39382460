"""`instainstru search`: find instructors, and see what people look for."""

from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson, Cursor, Limit
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.searches import TopQueries, ZeroResults
from instainstru_core.domains.search import service as finding
from instainstru_core.domains.search.schemas import ResultsView, SearchInstructors

app = typer.Typer(no_args_is_help=True)
Window = Annotated[
    str, typer.Option(help="Which stretch of time, such as today, yesterday, 7d or last month.")
]


@app.command()
def find(
    words: Annotated[
        str | None, typer.Argument(help="What to learn, such as 'piano lessons in park slope'.")
    ] = None,
    *,
    service: Annotated[str | None, typer.Option(help="A service by its slug or id.")] = None,
    area: Annotated[str | None, typer.Option(help="A neighborhood by its key or name.")] = None,
    borough: Annotated[Borough | None, typer.Option(help="A borough.")] = None,
    on: Annotated[str | None, typer.Option(help="With room on this day: YYYY-MM-DD.")] = None,
    minutes: Annotated[int, typer.Option(help="How long the lesson is.")] = 60,
    way: Annotated[LessonFormat | None, typer.Option("--format", help="Where it is.")] = None,
    max_price: Annotated[int | None, typer.Option(min=0, help="Of an hour, in dollars.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """Find instructors as students do, the best first."""
    wanted = {
        "q": words,
        "service": service,
        "area": area,
        "borough": borough,
        "on": on,
        "minutes": minutes,
        "format": way,
        "max_price_cents": None if max_price is None else max_price * 100,
    }
    command = SearchInstructors.model_validate(wanted)
    with session.work() as uow:
        found = finding.search(uow, command, cursor=cursor, limit=limit)
    output.show(found, lambda: _results(found), as_json=as_json)


@app.command()
def top(*, window: Window = "7d", limit: Limit = 20, as_json: AsJson = False) -> None:
    """Show what people search for most."""
    with session.work() as uow:
        found = reporting.search_top_queries(uow, window, limit=limit)
    output.show(found, lambda: [_top(found), *output.warnings(found.warnings)], as_json=as_json)


@app.command("zero-results")
def zero_results(*, window: Window = "7d", limit: Limit = 20, as_json: AsJson = False) -> None:
    """Show what people search for in vain."""
    with session.work() as uow:
        found = reporting.search_zero_results(uow, window, limit=limit)
    output.show(found, lambda: [_vain(found), *output.warnings(found.warnings)], as_json=as_json)


def _results(found: ResultsView) -> list[Table | str]:
    rows = output.table(
        "",
        "instructor",
        "id",
        "teaches",
        "an hour from",
        "score",
        "why",
        rows=(
            (
                one.position,
                one.name,
                one.instructor_id,
                one.service_name,
                output.money(one.from_hourly_rate_cents),
                f"{one.score:.2f}",
                " ".join(one.why),
            )
            for one in found.items
        ),
    )
    total = f"{found.total} instructors found."
    return [rows, total, *output.warnings(found.hints), *output.more(found.next_cursor)]


def _top(found: Report[TopQueries]) -> Table:
    return output.table(
        "query",
        "searches",
        "found on average",
        "without results",
        "booked after",
        rows=(
            (
                one.query,
                one.searches,
                one.average_results,
                one.without_results,
                output.share(one.conversion),
            )
            for one in found.data.queries
        ),
    )


def _vain(found: Report[ZeroResults]) -> Table:
    return output.table(
        "query",
        "searches",
        "searchers",
        "last",
        "understood as",
        rows=(
            (one.query, one.searches, one.searchers, output.moment(one.last_at), one.service)
            for one in found.data.queries
        ),
    )
