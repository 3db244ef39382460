"""Names of places that searches teach: looked for daily, reviewed by staff, used at once.

What people searched for and clicked on is on record already; nothing more is written while they
search. See `policy.places.learning` for how much of it proves a name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.regions.policy import Gazetteer, bare
from instainstru_core.domains.search.errors import (
    AliasDecided,
    AliasKnown,
    AliasNotFound,
    AliasUnusable,
    UnresolvedNotFound,
)
from instainstru_core.domains.search.models import PlaceAlias, UnresolvedPlace
from instainstru_core.domains.search.policy.places import learning as policy
from instainstru_core.domains.search.repository import places as repository
from instainstru_core.domains.search.repository.places import Asked
from instainstru_core.domains.search.schemas.places import (
    AddPlaceAlias,
    LearnedView,
    PlaceAliasFilters,
    PlaceAliasView,
    UnresolvedFilters,
    UnresolvedPlacesView,
    UnresolvedPlaceView,
)
from instainstru_core.domains.search.service.places import forget_places, gazetteer
from instainstru_core.domains.search.types.learning import (
    AliasSource,
    AliasStatus,
    Evidence,
    UnresolvedStatus,
    Verdict,
)
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id, new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page, decode_cursor, page_of
from instainstru_core.kernel.uow import Uow

PAGE = 100
MODEL_CONFIDENCE = 0.5
SUBJECT = "place_alias"


@operation("search.place_aliases")
def place_aliases(
    uow: Uow, filters: PlaceAliasFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[PlaceAliasView]:
    """Names that were taught, the newest first. For staff."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"place_aliases:{filters.model_dump_json()}"
    after: str | None = None
    if cursor is not None:
        (key,) = decode_cursor(cursor, scope=scope, kinds=(str,))
        after = str(key)
    rows = uow.session.scalars(repository.aliases(filters.status, after).limit(limit + 1)).all()
    return page_of(rows, limit=limit, scope=scope, key=lambda row: (row.id,), view=_alias_view)


@operation("search.unresolved_places")
def unresolved_places(
    uow: Uow, filters: UnresolvedFilters, *, limit: int = 50
) -> UnresolvedPlacesView:
    """Words for places that nobody knew, those of most people first. For staff."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    rows = uow.session.scalars(repository.unresolved(filters.status).limit(limit))
    return UnresolvedPlacesView(items=[_unresolved_view(row) for row in rows])


@operation("search.add_place_alias")
def add_place_alias(uow: Uow, command: AddPlaceAlias) -> PlaceAliasView:
    """Teach a name of one area or of several. For staff.

    Refuses with AliasKnown where the name has a meaning already, with AliasUnusable where it is
    none or an area is unknown. A name that was rejected or waits is taken over.
    """
    require(uow.actor, Permission.SEARCH_ALIASES_MANAGE)
    names = gazetteer(uow)
    name = bare(names.folded(command.name))
    unknown = [key for key in command.area_keys if names.by_key(key) is None]
    if unknown:
        raise AliasUnusable(
            "There are no such areas. List the areas and use their keys.",
            area_keys=", ".join(unknown[:5]),
        )
    if names.known(name) is not None or name in names.elsewhere:
        raise AliasKnown(
            "This name means a place already, and that is not overridden. Reject the alias that"
            " says so first, or use another name.",
            name=name,
        )
    if len(name) < policy.LEAST_LETTERS:
        raise AliasUnusable("A name of a place has at least three letters or digits.", name=name)
    told = {
        "area_keys": command.area_keys,
        "is_ambiguous": len(command.area_keys) > 1 and not command.means_all,
        "status": AliasStatus.ACTIVE,
        "source": AliasSource.MANUAL,
        "confidence": 1.0,
        "people": 0,
        "decided_at": uow.now,
        "decided_by": uow.actor.id,
    }
    row = repository.alias_called(uow.session, name)
    if row is None:
        new = {"id": new_id(), "name": name, "created_at": uow.now, "created_by": uow.actor.id}
        if not repository.add_alias(uow.session, **new, **told):
            raise AliasKnown("Somebody taught this name at the same moment. Look again.", name=name)
        row = repository.alias_called(uow.session, name)
        assert row is not None  # written above, in this transaction
    elif row.status is AliasStatus.ACTIVE:
        raise AliasKnown("This name is taught already. Reject it first.", name=name)
    else:
        for field, value in told.items():
            setattr(row, field, value)
    return _settled(uow, row, "search.add_place_alias", UnresolvedStatus.LEARNED)


@operation("search.approve_place_alias")
def approve_place_alias(uow: Uow, alias_id: str) -> PlaceAliasView:
    """Use a name that waits. For staff. Refuses with AliasNotFound, AliasDecided, AliasKnown."""
    row = _pending(uow, alias_id)
    if gazetteer(uow).known(row.name) is not None:
        raise AliasKnown(
            "By now this name means another place. Reject the alias instead.", name=row.name
        )
    row.status, row.decided_at, row.decided_by = AliasStatus.ACTIVE, uow.now, uow.actor.id
    return _settled(uow, row, "search.approve_place_alias", UnresolvedStatus.LEARNED)


@operation("search.reject_place_alias")
def reject_place_alias(uow: Uow, alias_id: str) -> PlaceAliasView:
    """Do not use a name, or no longer. It is not learned again. For staff.

    Refuses with AliasNotFound, and with AliasDecided where it was rejected before.
    """
    row = _pending(uow, alias_id, or_active=True)
    row.status, row.decided_at, row.decided_by = AliasStatus.REJECTED, uow.now, uow.actor.id
    return _settled(uow, row, "search.reject_place_alias", UnresolvedStatus.DISMISSED)


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


@operation("search.propose_place_alias")
def propose_place_alias(uow: Uow, name: str, area_keys: Sequence[str]) -> bool:
    """Have staff look at what a model took a name for. It changes no answer, and counts as nobody's
    word. A name that is on record keeps what it has. Whether it was noted.
    """
    name = bare(name)
    if not area_keys or not policy.is_learnable(name):
        return False
    return repository.add_alias(
        uow.session,
        id=new_id(),
        name=name,
        area_keys=list(area_keys),
        is_ambiguous=len(area_keys) > 1,
        status=AliasStatus.PENDING,
        source=AliasSource.MODEL,
        confidence=MODEL_CONFIDENCE,
        people=0,
        created_at=uow.now,
        created_by=None,
        decided_at=None,
        decided_by=None,
    )


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
    """
    require(uow.actor, Permission.SEARCH_ALIASES_MANAGE)
    since = uow.now - policy.WINDOW
    page = repository.asked_for(uow.session, since=since, after=after, limit=limit)
    names = gazetteer(uow)
    asked = [
        one for one in page if one.name not in names.elsewhere and names.known(one.name) is None
    ]
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
    told = {one.name: _told(uow, one, found[one.name], dry_run=dry_run) for one in asked}
    return LearnedView(
        looked_at=len(asked),
        active=[name for name, what in told.items() if what is AliasStatus.ACTIVE],
        pending=[name for name, what in told.items() if what is AliasStatus.PENDING],
        review=[name for name, what in told.items() if what is UnresolvedStatus.REVIEW],
        next_name=page[-1].name if len(page) == limit else None,
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


def _told(
    uow: Uow, asked: Asked, verdict: Verdict, *, dry_run: bool
) -> AliasStatus | UnresolvedStatus:
    """Note what is known of a name, and learn it where that follows. What came of it."""
    agreed = verdict.consensus
    if dry_run:
        return verdict.alias or verdict.status
    learned = None if verdict.alias is None else _learned(uow, asked.name, verdict)
    is_refused = verdict.alias is not None and learned is None
    status = UnresolvedStatus.REVIEW if is_refused else verdict.status
    repository.note_unresolved(
        uow.session,
        name=asked.name,
        status=status,
        searches=asked.searches,
        people=min(verdict.people, asked.searches),
        clickers=verdict.clickers,
        area_key=agreed.area_key,
        share=round(agreed.share, 4),
        areas={key: len(people) for key, people in agreed.credits.items()},
        first_at=asked.first_at,
        last_at=asked.last_at,
        looked_at=uow.now,
        decided_at=None,
        decided_by=None,
    )
    return learned or status


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


def _pending(uow: Uow, alias_id: str, *, or_active: bool = False) -> PlaceAlias:
    require(uow.actor, Permission.SEARCH_ALIASES_MANAGE)
    row = repository.alias(uow.session, alias_id) if is_id(alias_id) else None
    if row is None:
        raise AliasNotFound("There is no such alias. List them and use one of their ids.")
    if row.status is AliasStatus.REJECTED or (row.status is AliasStatus.ACTIVE and not or_active):
        raise AliasDecided(
            f"This alias is {row.status} already. To use the name for something else, add it anew.",
            status=row.status,
        )
    return row


def _settled(uow: Uow, row: PlaceAlias, action: str, status: UnresolvedStatus) -> PlaceAliasView:
    """End a decision: written, on record, and in use from the next search on."""
    uow.session.flush()
    repository.settle_unresolved(uow.session, row.name, status, now=uow.now, by=uow.actor.id)
    audit.record(
        uow,
        action,
        subject_kind=SUBJECT,
        subject_id=row.id,
        details={"status": row.status, "areas": len(row.area_keys)},
    )
    forget_places(uow)
    return _alias_view(row)


def _alias_view(row: PlaceAlias) -> PlaceAliasView:
    return PlaceAliasView(
        id=row.id,
        name=row.name,
        area_keys=list(row.area_keys),
        is_ambiguous=row.is_ambiguous,
        status=row.status,
        source=row.source,
        confidence=round(row.confidence, 4),
        people=row.people,
        created_at=row.created_at,
        created_by=row.created_by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


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
