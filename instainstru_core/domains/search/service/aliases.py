"""Other names of places: taught by staff, proposed by models, approved and rejected."""

from collections.abc import Sequence

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.regions.policy import bare
from instainstru_core.domains.search.errors import (
    AliasDecided,
    AliasKnown,
    AliasNotFound,
    AliasUnusable,
)
from instainstru_core.domains.search.models import PlaceAlias
from instainstru_core.domains.search.policy.places import learning as policy
from instainstru_core.domains.search.repository import places as repository
from instainstru_core.domains.search.schemas.places import (
    AddPlaceAlias,
    PlaceAliasFilters,
    PlaceAliasView,
)
from instainstru_core.domains.search.service.places import forget_places, gazetteer
from instainstru_core.domains.search.types.learning import (
    AliasSource,
    AliasStatus,
    UnresolvedStatus,
)
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id, new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page, decode_cursor, page_of
from instainstru_core.kernel.uow import Uow

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
    if names.known(name) is not None or names.is_elsewhere(name):
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
