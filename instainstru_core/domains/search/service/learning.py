"""Names of places that searches teach: looked for daily, reviewed by staff, used at once.

What people searched for and clicked on is on record already; nothing more is written while they
search. See `policy.places.learning` for how much of it proves a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.regions.policy import Gazetteer, bare
from instainstru_core.domains.search.errors import (
    UnresolvedNotFound,
)
from instainstru_core.domains.search.models import UnresolvedPlace
from instainstru_core.domains.search.policy.places import learning as policy
from instainstru_core.domains.search.repository import places as repository
from instainstru_core.domains.search.repository.places import Asked
from instainstru_core.domains.search.schemas.places import (
    LearnedView,
    UnresolvedFilters,
    UnresolvedPlacesView,
    UnresolvedPlaceView,
)
from instainstru_core.domains.search.service.aliases import SUBJECT
from instainstru_core.domains.search.service.places import forget_places, gazetteer
from instainstru_core.domains.search.types.learning import (
    AliasSource,
    AliasStatus,
    Evidence,
    UnresolvedStatus,
    Verdict,
)
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE
from instainstru_core.kernel.uow import Uow

PAGE = 100


@operation("search.unresolved_places")
def unresolved_places(
    uow: Uow, filters: UnresolvedFilters, *, limit: int = 50
) -> UnresolvedPlacesView:
    """Words for places that nobody knew, those of most people first. For staff."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    rows = uow.session.scalars(repository.unresolved(filters.status).limit(limit))
    return UnresolvedPlacesView(items=[_unresolved_view(row) for row in rows])


@operation("search.dismiss_unresolved_place")
def dismiss_unresolved_place(uow: Uow, name: str) -> UnresolvedPlaceView:
    """Take words off the review queue for good: they are no name of a place. For staff.

    Refuses with UnresolvedNotFound.
    """
    require(uow.actor, Permission.SEARCH_ALIASES_MANAGE)
    row = repository.unresolved_called(uow.session, bare(gazetteer(uow).folded(name)))
    if row is None:
        raise UnresolvedNotFound("Nobody searched for a place of this name. List them again.")
    row.status = UnresolvedStatus.DISMISSED
    row.decided_at, row.decided_by = uow.now, uow.actor.id
    uow.session.flush()
    audit.record(
        uow, "search.dismiss_unresolved_place", subject_kind="unresolved_place", subject_id=row.name
    )
    return _unresolved_view(row)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What evidence is judged against."""

    names: Gazetteer
    points: Mapping[str, tuple[float, float]]
    served: Mapping[str, float]
    areas: Mapping[str, Sequence[str]]


@operation("search.learn_places")
def learn_places(
    uow: Uow, *, after: str | None = None, limit: int = PAGE, dry_run: bool = False
) -> LearnedView:
    """Look at a page of names that nobody knew, note what is known of them, and learn those that
    enough different people agree on. A page is a unit of work. With `dry_run` nothing is written.

    Words with figures are left alone: they may be somebody's address. What nobody searched for
    within the window and nobody decided about is forgotten.
    """
    require(uow.actor, Permission.SEARCH_ALIASES_MANAGE)
    since = uow.now - policy.WINDOW
    page = repository.asked_for(uow.session, since=since, after=after, limit=limit)
    names = gazetteer(uow)
    asked = [one for one in page if _is_open(one.name, names)]
    if after is None and not dry_run:
        repository.forget_unresolved(uow.session, before=since)
    proofs = repository.evidence(
        uow.session,
        [one.name for one in asked],
        since=since,
        names_a_day=policy.MOST_NAMES_A_DAY,
        searches=policy.MOST_SEARCHES_A_DAY,
    )
    ground = _ground(uow, names, proofs)
    found: dict[str, Verdict] = {
        one.name: policy.judged(
            one.name,
            proofs[one.name],
            areas=ground.areas,
            points=ground.points,
            served=ground.served,
        )
        for one in asked
    }
    told = {
        name: verdict.alias or verdict.status if dry_run else _outcome(uow, name, verdict)
        for name, verdict in found.items()
    }
    if not dry_run:
        rows = [_row(uow, one, found[one.name], told[one.name]) for one in asked]
        repository.note_unresolved(uow.session, rows)
    return LearnedView(
        looked_at=len(asked),
        active=[name for name, what in told.items() if what is AliasStatus.ACTIVE],
        pending=[name for name, what in told.items() if what is AliasStatus.PENDING],
        review=[name for name, what in told.items() if what is UnresolvedStatus.REVIEW],
        next_name=page[-1].name if len(page) == limit else None,
    )


def _is_open(name: str, names: Gazetteer) -> bool:
    """Whether it could be a name that nobody knows yet."""
    return (
        not names.is_elsewhere(name)
        and not any(char.isdigit() for char in name)
        and names.known(name) is None
    )


def _ground(uow: Uow, names: Gazetteer, proofs: Mapping[str, Evidence]) -> _Ground:
    clicked = {click.instructor_id for proof in proofs.values() for click in proof.clicks}
    if not clicked:
        return _Ground(names, {}, {}, {})
    return _Ground(
        names=names,
        points={
            area.key: (area.latitude, area.longitude)
            for area in regions.areas_by_keys(uow, list(names.areas)).values()
        },
        served=repository.served(uow.session),
        areas=repository.areas_of(uow.session, clicked),
    )


def _outcome(uow: Uow, name: str, verdict: Verdict) -> AliasStatus | UnresolvedStatus:
    """Learn a name where that follows. What came of it: a name that is on record is never
    overridden, and somebody has to look.
    """
    if verdict.alias is None:
        return verdict.status
    return _learned(uow, name, verdict) or UnresolvedStatus.REVIEW


def _row(
    uow: Uow, asked: Asked, verdict: Verdict, outcome: AliasStatus | UnresolvedStatus
) -> dict[str, Any]:
    agreed = verdict.consensus
    status = UnresolvedStatus.LEARNED if isinstance(outcome, AliasStatus) else outcome
    return {
        "name": asked.name,
        "status": status,
        "searches": asked.searches,
        "people": min(verdict.people, asked.searches),
        "clickers": verdict.clickers,
        "area_key": agreed.area_key,
        "share": round(agreed.share, 4),
        "areas": {key: len(people) for key, people in agreed.credits.items()},
        "first_at": asked.first_at,
        "last_at": asked.last_at,
        "looked_at": uow.now,
        "decided_at": None,
        "decided_by": None,
    }


def _learned(uow: Uow, name: str, verdict: Verdict) -> AliasStatus | None:
    """Write the name down, or let what was learned before and waits become certain. None where the
    name is on record otherwise: that is never overridden.
    """
    agreed = verdict.consensus
    assert verdict.alias is not None  # the caller has seen to it
    assert agreed.area_key is not None  # or there would be nothing to learn
    told = {
        "status": verdict.alias,
        "confidence": round(agreed.share, 4),
        "people": len(agreed.credits[agreed.area_key]),
    }
    is_new = repository.add_alias(
        uow.session,
        id=new_id(),
        name=name,
        area_keys=[agreed.area_key],
        is_ambiguous=False,
        source=AliasSource.LEARNED,
        created_at=uow.now,
        created_by=None,
        decided_at=None,
        decided_by=None,
        **told,
    )
    if not is_new:
        row = repository.alias_called(uow.session, name)
        if (
            row is None
            or row.source is not AliasSource.LEARNED
            or row.status is not AliasStatus.PENDING
            or row.area_keys != [agreed.area_key]
        ):
            return None
        for field, value in told.items():
            setattr(row, field, value)
        uow.session.flush()
    if is_new or verdict.alias is AliasStatus.ACTIVE:
        audit.record(
            uow,
            "search.learn_place_alias",
            subject_kind=SUBJECT,
            subject_id=name,
            details={"status": verdict.alias, "area_key": agreed.area_key},
        )
        forget_places(uow)
    return verdict.alias


def _unresolved_view(row: UnresolvedPlace) -> UnresolvedPlaceView:
    return UnresolvedPlaceView(
        name=row.name,
        status=row.status,
        searches=row.searches,
        people=row.people,
        clickers=row.clickers,
        area_key=row.area_key,
        share=round(row.share, 4),
        areas={key: int(str(people)) for key, people in row.areas.items()},
        first_at=row.first_at,
        last_at=row.last_at,
        looked_at=row.looked_at,
    )
