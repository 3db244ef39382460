"""How a search was understood, as a view."""

from collections.abc import Mapping

from instainstru_core.domains.catalog.types import Entry
from instainstru_core.domains.regions.types import PlaceKind
from instainstru_core.domains.search.schemas.understood import (
    CandidateView,
    DatesMeant,
    InferredFilter,
    PlaceMeant,
    PriceMeant,
    ServiceMeant,
    SpanView,
    TimeMeant,
    UnderstoodView,
)
from instainstru_core.domains.search.types.finding import Understood
from instainstru_core.domains.search.types.meaning import Reason
from instainstru_core.domains.search.types.wanted import Wanted

DECIMALS = 4


def understood_view(asked: Understood, entries: Mapping[str, Entry]) -> UnderstoodView:
    """How the search was understood."""
    parsed = asked.parsed
    return UnderstoodView(
        corrected=parsed.corrected,
        spans=[SpanView(start=one.start, end=one.end, slot=one.slot) for one in parsed.marks],
        services=_services(asked, entries),
        excluded=[
            _service(entries[one], 1.0, None)
            for one in sorted(asked.meant.excluded)
            if one in entries
        ],
        place=_place(asked),
        near_me=asked.is_near_me,
        near_me_lacks=None if asked.here is None else asked.here.missing,
        place_not_found=asked.place_not_found,
        place_elsewhere=None if asked.resolution is None else asked.resolution.elsewhere,
        again=parsed.again,
        again_lacks=asked.again_lacks,
        price=_price(asked),
        dates=None
        if parsed.dates is None
        else DatesMeant(
            kind=parsed.dates.kind,
            first=parsed.dates.first,
            last=parsed.dates.last,
            weekdays=sorted(parsed.dates.weekdays),
            days=list(parsed.dates.days),
        ),
        time=None
        if parsed.time is None
        else TimeMeant(
            after=clock(parsed.time.after),
            before=clock(parsed.time.before),
            window=parsed.time.window,
        ),
        minutes=asked.wanted.minutes,
        lesson_type=parsed.lesson_type,
        audience=parsed.audience,
        age_group=parsed.age_group,
        ages=list(parsed.ages),
        skill=parsed.skill,
        urgency=parsed.urgency,
        filters=[
            InferredFilter(key=key, values=sorted(values)) for key, values in asked.inferred.items()
        ],
        not_understood=" ".join((*asked.unread, *asked.unknown_days, *asked.not_kept_out)) or None,
        not_kept_out=list(asked.not_kept_out),
        nearest=[
            _service(entries[one], 0.0, None) for one in asked.meant.nearest if one in entries
        ],
        model=asked.model,
    )


def clock(minute: int | None) -> str | None:
    """A minute of the day as clocks show it."""
    return None if minute is None else f"{minute // 60:02}:{minute % 60:02}"


def _services(asked: Understood, entries: Mapping[str, Entry]) -> list[ServiceMeant]:
    """The services that are looked for, the most relevant first."""
    wanted: Wanted = asked.wanted
    reasons = {
        match.service_id: match.reason for wish in asked.meant.wishes for match in wish.matches
    }
    said = asked.meant.services or {}
    return [
        _service(entries[one], score, reasons.get(one) if one in said else None)
        for one, score in sorted(
            (wanted.services or {}).items(), key=lambda pair: (-pair[1], pair[0])
        )
        if one in entries
    ]


def _service(entry: Entry, score: float, reason: Reason | None) -> ServiceMeant:
    return ServiceMeant(
        id=entry.id,
        slug=entry.slug,
        name=entry.name,
        score=round(score, DECIMALS),
        reason=reason,
    )


def _place(asked: Understood) -> PlaceMeant | None:
    place, found = asked.place, asked.resolution
    if place is None:
        return None
    is_typed = found is not None and found.place is place
    return PlaceMeant(
        name=place.name,
        borough=place.borough,
        area_keys=[] if place.kind is PlaceKind.CITY else list(place.area_keys),
        ambiguous=place.ambiguous,
        candidates=[
            CandidateView(key=one.key, name=one.name, borough=one.borough)
            for one in (found.candidates if found is not None and is_typed else ())
        ],
        tier=found.tier if found is not None and is_typed else None,
        confidence=round(found.confidence, DECIMALS) if found is not None and is_typed else 1.0,
    )


def _price(asked: Understood) -> PriceMeant | None:
    wanted, said = asked.wanted, asked.parsed.price
    intent = None if said is None else said.intent
    if wanted.min_cents is None and wanted.max_cents is None and intent is None:
        return None
    return PriceMeant(min_cents=wanted.min_cents, max_cents=wanted.max_cents, intent=intent)
