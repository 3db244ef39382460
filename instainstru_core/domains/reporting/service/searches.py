"""What people search for, and what they search for in vain."""

from collections.abc import Iterable
from datetime import datetime

from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.reporting.policy import figures, wording
from instainstru_core.domains.reporting.repository import searches
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.searches import (
    TopQueries,
    TopQuery,
    ZeroResultQuery,
    ZeroResults,
)
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

DEFAULT_WINDOW = "last 30 days"


@operation("reporting.search_top_queries")
def search_top_queries(
    uow: Uow, window: str = DEFAULT_WINDOW, *, min_count: int = 2, limit: int = 20
) -> Report[TopQueries]:
    """The most frequent wishes, however they were typed, and what came of them."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    asked = window_of(uow, window)
    totals = searches.totals(uow.session, asked.span)
    wishes = searches.top(uow.session, asked.span, min_count=min_count, limit=limit)
    known = known_words(uow, (wish.tellers for wish in wishes))
    warnings = emptiness(asked, totals.searches, totals.records_since)
    if totals.searches and not wishes:
        warnings = [f"No wish was searched for {min_count} times: lower `min_count`."]
    return Report(
        data=TopQueries(
            queries=[
                TopQuery(
                    query=wording.shown(wish.text, wish.tellers, known),
                    variants=_variants(wish.variants, wish.tellers),
                    searches=wish.searches,
                    people=wish.people,
                    average_results=figures.average(wish.results, wish.searches),
                    without_results=wish.in_vain,
                    conversion=figures.share(wish.people_booked, wish.people),
                )
                for wish in wishes
            ],
            total_searches=totals.searches,
            different_queries=totals.wishes,
            conversion=figures.share(totals.people_booked, totals.people),
            zero_result_rate=figures.share(totals.in_vain, totals.searches),
            records_since=totals.records_since,
        ),
        window=WindowView.of(asked),
        total=wishes[0].wishes if wishes else 0,
        warnings=warnings,
    )


@operation("reporting.search_zero_results")
def search_zero_results(
    uow: Uow, window: str = DEFAULT_WINDOW, *, limit: int = 20
) -> Report[ZeroResults]:
    """The most frequent wishes that found nobody, and where they were wished."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    asked = window_of(uow, window)
    totals = searches.totals(uow.session, asked.span)
    wishes = searches.in_vain(uow.session, asked.span, limit=limit)
    areas = searches.areas_in_vain(uow.session, asked.span, [wish.text for wish in wishes])
    known = known_words(uow, (wish.tellers for wish in wishes))
    warnings = emptiness(asked, totals.searches, totals.records_since)
    if totals.searches and not totals.in_vain:
        warnings = ["Every search in this window found somebody."]
    return Report(
        data=ZeroResults(
            queries=[
                ZeroResultQuery(
                    query=wording.shown(wish.text, wish.tellers, known),
                    variants=_variants(wish.variants, wish.tellers),
                    searches=wish.searches,
                    searchers=wish.people,
                    last_at=wish.last_at,
                    service=wish.service,
                    areas=areas.get(wish.text, []),
                )
                for wish in wishes
            ],
            different_queries=totals.wishes_in_vain,
            zero_result_searches=totals.in_vain,
            total_searches=totals.searches,
            zero_result_rate=figures.share(totals.in_vain, totals.searches),
            records_since=totals.records_since,
        ),
        window=WindowView.of(asked),
        total=totals.wishes_in_vain,
        warnings=warnings,
    )


def known_words(uow: Uow, people: Iterable[int]) -> frozenset[str]:
    """The words of the catalog and of the map, where one of these wishes is one person's alone."""
    if all(many >= wording.LEAST_PEOPLE for many in people):
        return frozenset()
    gazetteer = regions.gazetteer(uow)
    names = (gazetteer.folded(name) for name in searches.vocabulary(uow.session))
    return wording.words_of(names) | wording.words_of(gazetteer.places)


def emptiness(window: Window, found: int, records_since: datetime | None) -> list[str]:
    """Whether nobody searched, or nothing is known."""
    if records_since is None:
        return ["There are no searches on record at all: nothing is known of what people want."]
    if window.span.end <= records_since:
        began = f"{records_since:%Y-%m-%d %H:%M} UTC"
        return [f"Records begin at {began}: this window is unknown, not zero."]
    if window.span.start < records_since:
        return [f"Records begin at {records_since:%Y-%m-%d %H:%M} UTC: before it is unknown."]
    return [] if found else ["Nobody searched in this window."]


def _variants(typed: Iterable[str] | None, people: int) -> list[str]:
    """How else it was typed, where that is nobody's in particular."""
    if people < wording.LEAST_PEOPLE:
        return []
    return sorted(typed or ())[: searches.VARIANTS]
