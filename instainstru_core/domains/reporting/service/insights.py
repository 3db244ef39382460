"""Where demand meets no supply, how well searches end, and how demand moves."""

from instainstru_core.domains.reporting.policy import figures, windows, wording
from instainstru_core.domains.reporting.repository import insights, searches
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.searches import (
    ProblemQuery,
    ResultSpread,
    RisingQuery,
    SearchDay,
    SearchQuality,
    SearchTrends,
    SupplyGap,
    SupplyGaps,
)
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.domains.reporting.service.searches import (
    DEFAULT_WINDOW,
    emptiness,
    known_words,
)
from instainstru_core.domains.reporting.types import GapBy
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("reporting.search_supply_gaps")
def search_supply_gaps(
    uow: Uow,
    window: str = DEFAULT_WINDOW,
    *,
    by: GapBy = GapBy.AREA,
    least_people: int = 2,
    limit: int = 20,
) -> Report[SupplyGaps]:
    """What people want where, and how many can be booked for it there: the widest gap first."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    asked = window_of(uow, window)
    found = insights.gaps_by_area if by is GapBy.AREA else insights.gaps_by_service
    gaps = found(uow.session, asked.span, least_people=least_people, limit=limit)
    every, since = searches.records(uow.session, asked.span)
    warnings = emptiness(asked, every, since)
    if every and not gaps:
        many = "one person" if least_people == 1 else f"{least_people} people"
        warnings = [f"Nothing was wanted by {many}: lower `least_people`, or widen the window."]
    return Report(
        data=SupplyGaps(
            gaps=[
                SupplyGap(
                    service=gap.service,
                    slug=gap.slug,
                    area=gap.area,
                    borough=gap.borough,
                    people=gap.people,
                    searches=gap.searches,
                    without_results=gap.in_vain,
                    people_booked=gap.booked,
                    shown=gap.shown,
                    instructors=gap.instructors,
                    people_per_instructor=figures.average(gap.people, gap.instructors),
                )
                for gap in gaps
            ],
            records_since=since,
        ),
        window=WindowView.of(asked),
        total=gaps[0].gaps if gaps else 0,
        warnings=warnings,
    )


@operation("reporting.search_quality")
def search_quality(
    uow: Uow, window: str = DEFAULT_WINDOW, *, limit: int = 10
) -> Report[SearchQuality]:
    """How well searches end and how fast, with the wishes that find the least."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    asked = window_of(uow, window)
    found = insights.quality(uow.session, asked.span)
    problems = insights.problems(uow.session, asked.span, limit=limit)
    known = known_words(uow, (problem.tellers for problem in problems))
    every, since = searches.records(uow.session, asked.span)
    guests, converted = insights.guests(uow.session, asked.span)
    return Report(
        data=SearchQuality(
            searches=every,
            people=found.people,
            quality=None if found.score is None else round(float(found.score), 1),
            average_results=figures.average(found.results, every),
            results=ResultSpread(
                none=found.none, one_to_five=found.few, six_to_ten=found.some, more=found.many
            ),
            use_rate=figures.share(found.interacted, every),
            booking_rate=figures.share(found.booked, every),
            zero_result_rate=figures.share(found.none, every),
            relaxed_rate=figures.share(found.relaxed, every),
            only_relaxed=found.only_relaxed,
            places_not_found=found.places_unknown,
            guests=guests,
            guest_conversion=figures.share(converted, guests),
            cache_hit_rate=figures.share(found.cached, every),
            degraded_rate=figures.share(found.degraded, every),
            p50_ms=found.p50_ms,
            p95_ms=found.p95_ms,
            cold_p50_ms=found.cold_p50_ms,
            cold_p95_ms=found.cold_p95_ms,
            problems=[
                ProblemQuery(
                    query=wording.shown(problem.text, problem.tellers, known),
                    searches=problem.searches,
                    people=problem.people,
                    average_results=figures.average(problem.results, problem.searches),
                    use_rate=figures.share(problem.interacted, problem.searches),
                )
                for problem in problems
            ],
            records_since=since,
        ),
        window=WindowView.of(asked),
        total=every,
        warnings=emptiness(asked, every, since),
    )


@operation("reporting.search_trends")
def search_trends(
    uow: Uow, window: str = DEFAULT_WINDOW, *, limit: int = 10
) -> Report[SearchTrends]:
    """Searches day by day, and wishes that more people make than in the window before."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    asked = window_of(uow, window)
    every, since = searches.records(uow.session, asked.span)
    rising = insights.rising(
        uow.session,
        asked.span,
        windows.previous(asked).span,
        least_people=wording.LEAST_PEOPLE,
        limit=limit,
    )
    days = insights.days(uow.session, asked.span)
    return Report(
        data=SearchTrends(
            days=[
                SearchDay(
                    day=day.day,
                    searches=day.searches,
                    people=day.people,
                    signed_in=day.signed_in,
                    zero_result_rate=figures.share(day.in_vain, day.searches),
                    conversion=figures.share(day.booked, day.people),
                )
                for day in days
            ],
            rising=[
                RisingQuery(query=wish.text, people=wish.people, people_before=wish.people_before)
                for wish in rising
            ],
            records_since=since,
        ),
        window=WindowView.of(asked),
        total=len(days),
        warnings=emptiness(asked, every, since),
    )
