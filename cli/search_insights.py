"""`instainstru search`: what people look for, where supply is short, how well searches end."""

from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Cursor, Limit, Yes
from cli.people import meant
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.searches import (
    SearchQuality,
    SearchTrends,
    SupplyGaps,
    TopQueries,
    ZeroResults,
)
from instainstru_core.domains.reporting.types import GapBy
from instainstru_core.domains.search import service as searches
from instainstru_core.domains.search.schemas.history import HistoryView
from instainstru_core.kernel.paging import Page

Window = Annotated[
    str, typer.Option(help="Which stretch of time, such as today, yesterday, 7d or last month.")
]
User = Annotated[
    str, typer.Option("--user", help="Whose: an id, e-mail address, phone number or name.")
]


def top(*, window: Window = "7d", limit: Limit = 20, as_json: AsJson = False) -> None:
    """Show what people search for most."""
    with session.work() as uow:
        found = reporting.search_top_queries(uow, window, limit=limit)
    output.show(found, lambda: [_top(found), *output.warnings(found.warnings)], as_json=as_json)


def zero_results(*, window: Window = "7d", limit: Limit = 20, as_json: AsJson = False) -> None:
    """Show what people search for in vain."""
    with session.work() as uow:
        found = reporting.search_zero_results(uow, window, limit=limit)
    output.show(found, lambda: [_vain(found), *output.warnings(found.warnings)], as_json=as_json)


def gaps(
    *,
    window: Window = "30d",
    by: Annotated[GapBy, typer.Option(help="Services in areas, or wherever.")] = GapBy.AREA,
    least_people: Annotated[int, typer.Option(min=1, help="Wanted by at least so many.")] = 2,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show where demand meets no supply."""
    with session.work() as uow:
        found = reporting.search_supply_gaps(
            uow, window, by=by, least_people=least_people, limit=limit
        )
    output.show(found, lambda: [_gaps(found), *output.warnings(found.warnings)], as_json=as_json)


def quality(*, window: Window = "7d", limit: Limit = 10, as_json: AsJson = False) -> None:
    """Show how well searches end, and how fast."""
    with session.work() as uow:
        found = reporting.search_quality(uow, window, limit=limit)
    output.show(
        found, lambda: [*_quality(found), *output.warnings(found.warnings)], as_json=as_json
    )


def trends(*, window: Window = "30d", limit: Limit = 10, as_json: AsJson = False) -> None:
    """Show how demand moves, day by day, and what rises."""
    with session.work() as uow:
        found = reporting.search_trends(uow, window, limit=limit)
    output.show(found, lambda: [*_trends(found), *output.warnings(found.warnings)], as_json=as_json)


def history(
    user: User, *, limit: Limit = 20, cursor: Cursor = None, as_json: AsJson = False
) -> None:
    """Show what a person searched for, in their place."""
    with session.working() as runtime:
        with runtime.begin(session.operator()) as uow:
            whose = meant(uow, user)
        with runtime.begin(session.in_place_of(runtime, whose.id)) as uow:
            found = searches.searches_made(uow, None, secret="", cursor=cursor, limit=limit)
    output.show(found, lambda: [_history(found), *output.more(found.next_cursor)], as_json=as_json)


def forget(user: User, *, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete what a person searched for, in their place."""
    with session.working() as runtime:
        with runtime.begin(session.operator()) as uow:
            whose = meant(uow, user)
        agree(f"Delete what {whose.first_name} {whose.last_name} searched for?", yes=yes)
        with runtime.begin(session.in_place_of(runtime, whose.id)) as uow:
            found = searches.forget_searches(uow, None, secret="")
    output.show(found, lambda: [f"{found.deleted} searches deleted."], as_json=as_json)


def add_to(app: typer.Typer) -> None:
    """Let these be commands of the subject."""
    for command in (top, gaps, quality, trends, history):
        app.command()(command)
    app.command("zero-results")(zero_results)
    app.command("forget-history")(forget)


def _top(found: Report[TopQueries]) -> Table:
    return output.table(
        "query",
        "also typed",
        "searches",
        "people",
        "found on average",
        "without results",
        "booked after",
        rows=(
            (
                one.query,
                output.listed(one.variants),
                one.searches,
                one.people,
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
        "also typed",
        "searches",
        "people",
        "last",
        "understood as",
        "where",
        rows=(
            (
                one.query,
                output.listed(one.variants),
                one.searches,
                one.searchers,
                output.moment(one.last_at),
                one.service,
                output.listed(one.areas),
            )
            for one in found.data.queries
        ),
    )


def _gaps(found: Report[SupplyGaps]) -> Table:
    return output.table(
        "service",
        "area",
        "borough",
        "people",
        "searches",
        "without results",
        "booked",
        "instructors",
        "people for each",
        rows=(
            (
                gap.service,
                gap.area,
                gap.borough,
                gap.people,
                gap.searches,
                gap.without_results,
                gap.people_booked,
                gap.instructors,
                gap.people_per_instructor,
            )
            for gap in found.data.gaps
        ),
    )


def _quality(found: Report[SearchQuality]) -> list[Table]:
    data = found.data
    figures = output.facts(
        (
            ("searches", data.searches),
            ("people", data.people),
            ("quality, 0 to 75", data.quality),
            ("found on average", data.average_results),
            ("nobody found", output.share(data.zero_result_rate)),
            ("looked at a result", output.share(data.use_rate)),
            ("booked", output.share(data.booking_rate)),
            ("something given up", output.share(data.relaxed_rate)),
            ("found only so", data.only_relaxed),
            ("places not found", data.places_not_found),
            ("guests", data.guests),
            ("of them signed in since", output.share(data.guest_conversion)),
            ("answered from a cache", output.share(data.cache_hit_rate)),
            ("answered with less", output.share(data.degraded_rate)),
            ("half within, ms", data.p50_ms),
            ("95 of 100 within, ms", data.p95_ms),
            ("cold: half within, ms", data.cold_p50_ms),
            ("cold: 95 of 100 within, ms", data.cold_p95_ms),
        )
    )
    problems = output.table(
        "often asked, little found",
        "searches",
        "people",
        "found on average",
        "looked at a result",
        rows=(
            (
                one.query,
                one.searches,
                one.people,
                one.average_results,
                output.share(one.use_rate),
            )
            for one in data.problems
        ),
    )
    return [figures, problems]


def _trends(found: Report[SearchTrends]) -> list[Table]:
    days = output.table(
        "day",
        "searches",
        "people",
        "signed in",
        "without results",
        "booked after",
        rows=(
            (
                day.day,
                day.searches,
                day.people,
                day.signed_in,
                output.share(day.zero_result_rate),
                output.share(day.conversion),
            )
            for day in found.data.days
        ),
    )
    rising = output.table(
        "rising",
        "people",
        "before",
        rows=((one.query, one.people, one.people_before) for one in found.data.rising),
    )
    return [days, rising]


def _history(found: Page[HistoryView]) -> Table:
    return output.table(
        "text",
        "times",
        "found last",
        "first",
        "last",
        rows=(
            (
                one.text,
                one.times,
                one.result_count,
                output.moment(one.first_at),
                output.moment(one.last_at),
            )
            for one in found.items
        ),
    )
