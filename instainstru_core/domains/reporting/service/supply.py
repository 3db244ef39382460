"""What is taught, by how many, and where supply is short."""

from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.domains.reporting.errors import CategoryUnknown
from instainstru_core.domains.reporting.repository import supply
from instainstru_core.domains.reporting.repository.supply import ServiceSupply
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.supply import (
    Catalogue,
    CategoryRow,
    Coverage,
    ServiceMatch,
    ServiceRow,
    ServicesFound,
    SupplyRow,
)
from instainstru_core.domains.reporting.types import Catalogued, GroupBy, Most
from instainstru_core.domains.search import service as search
from instainstru_core.domains.search.ports import Embedder
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import decode_cursor, page_of
from instainstru_core.kernel.uow import Uow


@operation("reporting.services_catalog")
def services_catalog(
    uow: Uow,
    *,
    category: str | None = None,
    which: Catalogued = Catalogued.ACTIVE,
    limit: int = 50,
    cursor: str | None = None,
) -> Report[Catalogue]:
    """Categories with counts, and services by slug with the live instructors who teach them."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    wanted = None if category is None else known_category(uow, category)
    scope = f"reporting.services_catalog:{wanted}:{which}"
    after = decode_cursor(cursor, scope=scope, kinds=(str,))[0] if cursor else None
    conditions = supply.catalogued(which, wanted)
    rows = supply.services(
        uow.session, conditions, after=None if after is None else str(after), limit=limit
    )
    page = page_of(
        rows, limit=limit, scope=scope, key=lambda row: (row.service.slug,), view=_service_row
    )
    return Report(
        data=Catalogue(
            categories=[
                CategoryRow.model_validate(row._asdict()) for row in supply.categories(uow.session)
            ],
            services=page.items,
        ),
        total=supply.number_of_services(uow.session, conditions),
        next_cursor=page.next_cursor,
        warnings=[] if page.items else ["No service meets these conditions."],
    )


@operation("reporting.service_lookup")
def service_lookup(
    uow: Uow, query: str, *, limit: int = 10, embedder: Embedder | None = None
) -> Report[ServicesFound]:
    """The services that a search for these words looks for, with the live instructors who teach
    them; where none is, what comes nearest.
    """
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    found = search.lookup(uow, query, limit=limit, embedder=embedder)
    ids = [match.service.id for match in found.matches]
    near = ", ".join(one.name for one in found.nearest)
    rows = {row.service.id: row for row in supply.services_by_id(uow.session, ids)}
    return Report(
        data=ServicesFound(
            ambiguous=found.ambiguous,
            matches=[
                ServiceMatch(
                    **dict(_service_row(rows[match.service.id])),
                    score=match.score,
                    reason=match.reason,
                    matched=match.matched,
                )
                for match in found.matches
            ],
        ),
        total=len(ids),
        warnings=[]
        if ids
        else [f"No service of the catalogue is meant by these words. Nearest: {near or 'none'}."],
    )


@operation("reporting.instructors_coverage")
def instructors_coverage(
    uow: Uow,
    *,
    group_by: GroupBy = GroupBy.CATEGORY,
    status: InstructorStatus | None = InstructorStatus.LIVE,
    order: Most = Most.MOST,
    limit: int = 25,
) -> Report[Coverage]:
    """How many instructors each category, service, area or borough has."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    groups = supply.coverage(uow.session, group_by, status=status, order=order, limit=limit)
    everybody = supply.totals(uow.session, status)
    kind = "" if status is None else f"{status} "
    return Report(
        data=Coverage(
            group_by=group_by,
            groups=[
                SupplyRow(
                    key=row.key,
                    name=row.name,
                    instructors=row.instructors,
                    offerings=row.offerings,
                )
                for row in groups
            ],
            groups_without_supply=groups[0].groups_without if groups else 0,
            total_instructors=everybody.instructors,
            total_offerings=everybody.offerings,
        ),
        total=groups[0].groups if groups else 0,
        warnings=[] if everybody.instructors else [f"There are no {kind}instructors."],
    )


def known_category(uow: Uow, slug: str) -> str:
    """The slug, which must be one. Refused with CategoryUnknown."""
    slugs = supply.category_slugs(uow.session)
    wanted = slug.strip().casefold()
    if wanted not in slugs:
        raise CategoryUnknown(
            "There is no such category. Use one of the slugs that are allowed.",
            field="category",
            allowed=slugs,
        )
    return wanted


def _service_row(row: ServiceSupply) -> ServiceRow:
    return ServiceRow(
        service_id=row.service.id,
        slug=row.service.slug,
        name=row.service.name,
        category=row.category,
        subcategory=row.subcategory,
        is_active=row.service.is_active,
        live_instructors=row.live_instructors,
    )
