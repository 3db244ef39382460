"""`instainstru search`: find instructors, and see what people look for."""

from typing import Annotated

import typer

from cli import found_instructors, output, search_insights, session
from cli.commands import aliases, embeddings
from cli.commands.search_erasing import erase
from cli.defaults import FindsByDefault
from cli.output import AsJson, Cursor, Limit
from cli.search_evaluation.command import evaluate
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.domains.search.types.asked import Switches
from instainstru_core.domains.search.types.wanted import Sort
from instainstru_core.kernel.deadline import Deadline

app = typer.Typer(add_completion=False, no_args_is_help=True, cls=FindsByDefault)
app.add_typer(aliases.app, name="aliases", help="Names of places that searches teach.")
app.add_typer(embeddings.app, name="embeddings", help="By which search knows what words mean.")
app.command()(evaluate)
app.command("erase")(erase)
search_insights.add_to(app)
PATIENCE_SECONDS = 30.0


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
