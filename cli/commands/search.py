"""`instainstru search`: find instructors, and see what people look for."""

from typing import Annotated

import typer
from rich.table import Table

from cli import found_instructors, output, session
from cli.output import AsJson, Cursor, Limit
from cli.search_evaluation.command import evaluate
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.searches import TopQueries, ZeroResults
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.domains.search.types.asked import Switches
from instainstru_core.domains.search.types.wanted import Sort
from instainstru_core.kernel.deadline import Deadline

app = typer.Typer(no_args_is_help=True)
app.command()(evaluate)
PATIENCE_SECONDS = 30.0
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
    subcategory: Annotated[str | None, typer.Option(help="A subcategory by its slug.")] = None,
    category: Annotated[str | None, typer.Option(help="A category by its slug.")] = None,
    area: Annotated[str | None, typer.Option(help="A neighborhood by its key or name.")] = None,
    borough: Annotated[Borough | None, typer.Option(help="A borough.")] = None,
    on: Annotated[str | None, typer.Option(help="With room on this day: YYYY-MM-DD.")] = None,
    first: Annotated[str | None, typer.Option(help="Or on some day from this one on.")] = None,
    last: Annotated[str | None, typer.Option(help="The last of these days.")] = None,
    after: Annotated[str | None, typer.Option(help="Starts then or later: HH:MM.")] = None,
    before: Annotated[str | None, typer.Option(help="Ends by then: HH:MM.")] = None,
    minutes: Annotated[int | None, typer.Option(help="How long the lesson is.")] = None,
    way: Annotated[LessonFormat | None, typer.Option("--format", help="Where it is.")] = None,
    min_price: Annotated[int | None, typer.Option(min=0, help="Of an hour, in dollars.")] = None,
    max_price: Annotated[int | None, typer.Option(min=0, help="Of an hour, in dollars.")] = None,
    skill: Annotated[str | None, typer.Option(help="Levels, with commas between.")] = None,
    filters: Annotated[str | None, typer.Option(help="Like 'goal:hobby|style:jazz'.")] = None,
    min_rating: Annotated[float | None, typer.Option(help="Rated so or better.")] = None,
    sort: Annotated[Sort, typer.Option(help="The order.")] = Sort.RECOMMENDED,
    explain: Annotated[bool, typer.Option("--explain", help="Show how it came about.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """Find instructors as students do, the best first."""
    said = dict(locals())
    wanted = {name: said[name] for name in SearchInstructors.model_fields if name in said} | {
        "q": words,
        "format": way,
        "min_price_cents": None if min_price is None else min_price * 100,
        "max_price_cents": None if max_price is None else max_price * 100,
    }
    with session.working() as runtime:
        wish = finding.wish_of(
            runtime.finder,
            SearchInstructors.model_validate(wanted),
            cursor=cursor,
            limit=limit,
            switches=Switches(explain=explain),
        )
        # Nobody else waits here, and this process has everything to read yet.
        deadline = Deadline.within(PATIENCE_SECONDS)
        found = finding.find(runtime.finder, session.operator(), wish, deadline=deadline)
    output.show(found, lambda: found_instructors.tables(found), as_json=as_json)


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
