"""What can be taught."""

from collections.abc import Collection, Iterable
from itertools import groupby

from sqlalchemy import Row

from instainstru_core.domains.catalog import policy, repository
from instainstru_core.domains.catalog.errors import (
    CategoryNotFound,
    ServiceNotFound,
    SubcategoryNotFound,
)
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.catalog.schemas import (
    CatalogueLoaded,
    CatalogueSummary,
    CategoryDetail,
    CategoryEntry,
    CategoryView,
    ServiceCard,
    ServiceView,
    SubcategoryDetail,
    SubcategoryEntry,
    SubcategorySummary,
    SubcategoryView,
)
from instainstru_core.domains.catalog.service.filtering import filter_definitions, filter_views
from instainstru_core.domains.catalog.types import AgeGroup, Entry, Group
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id, stable_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import Page, decode_cursor, page_of
from instainstru_core.kernel.uow import Uow


@operation("catalog.load")
def load(uow: Uow) -> CatalogueLoaded:
    """Bring the tables to the packaged catalogue. Services that left it become inactive, so that
    offerings and old bookings keep what they refer to. Loading twice changes nothing.
    """
    require(uow.actor, Permission.CATALOG_MANAGE)
    categories, subcategories, services = _rows()
    changed = sum(
        repository.write(uow.session, table, rows)
        for table, rows in (
            (Category, categories),
            (Subcategory, subcategories),
            (Service, services),
        )
    )
    retired = repository.retire_all_but(uow.session, [str(row["id"]) for row in services])
    uow.session.expire_all()
    return CatalogueLoaded(
        categories=len(categories),
        subcategories=len(subcategories),
        services=len(services),
        changed=changed,
        retired=retired,
    )


def version(uow: Uow) -> str:
    """A hash of the loaded catalogue: the same content, the same version."""
    return repository.version(uow.session)


@operation("catalog.categories")
def categories(uow: Uow) -> list[CategoryView]:
    """The tree of categories and subcategories, with numbers of active services."""
    return _tree(uow.session.execute(repository.counted()).all())


@operation("catalog.category")
def category(uow: Uow, slug: str) -> CategoryDetail:
    """One category with all its active services. Raises CategoryNotFound."""
    wanted = repository.active().where(Category.slug == slug)
    rows = uow.session.execute(wanted).all() if policy.is_slug(slug) else ()
    if not rows:
        raise CategoryNotFound(
            "There is no such category. List the categories and use one of their slugs.",
            category=slug,
        )
    top = rows[0][2]
    return CategoryDetail(
        id=top.id,
        slug=top.slug,
        name=top.name,
        subcategories=[
            SubcategoryView(
                id=group.id,
                slug=group.slug,
                name=group.name,
                filters=filter_views(filter_definitions(top.slug, group.slug)),
                services=[_view(row) for row in members],
            )
            for group, members in groupby(rows, key=lambda row: row[1])
        ],
    )


@operation("catalog.subcategory")
def subcategory(uow: Uow, category_slug: str, slug: str) -> SubcategoryDetail:
    """One subcategory with its active services and its filters. Raises SubcategoryNotFound."""
    usable = policy.is_slug(category_slug) and policy.is_slug(slug)
    wanted = repository.active().where(Category.slug == category_slug, Subcategory.slug == slug)
    rows = uow.session.execute(wanted).all() if usable else ()
    if not rows:
        raise SubcategoryNotFound(
            "There is no such subcategory. List the categories and use the slugs of both levels.",
            category=category_slug,
            subcategory=slug,
        )
    _, group, top = rows[0]
    return SubcategoryDetail(
        id=group.id,
        slug=group.slug,
        name=group.name,
        category_slug=top.slug,
        category=top.name,
        service_count=len(rows),
        filters=filter_views(filter_definitions(top.slug, group.slug)),
        services=[_view(row) for row in rows],
    )


@operation("catalog.services")
def services(
    uow: Uow,
    *,
    cursor: str | None = None,
    limit: int = 50,
    category_slug: str | None = None,
    subcategory_slug: str | None = None,
    age_group: AgeGroup | None = None,
    online: bool | None = None,
) -> Page[ServiceView]:
    """Active services by slug, some at a time. Raises BadCursor."""
    slugs = [slug for slug in (category_slug, subcategory_slug) if slug is not None]
    if not all(policy.is_slug(slug) for slug in slugs):
        return Page(items=[])
    scope = f"catalog.services:{category_slug}:{subcategory_slug}:{age_group}:{online}"
    after = decode_cursor(cursor, scope=scope, kinds=(str,))[0] if cursor else None
    rows = uow.session.execute(
        repository.page(
            after=None if after is None else str(after),
            limit=limit,
            category=category_slug,
            subcategory=subcategory_slug,
            age_group=age_group,
            online=online,
        )
    ).all()
    return page_of(rows, limit=limit, scope=scope, key=lambda row: (row[0].slug,), view=_view)


@operation("catalog.service")
def service(uow: Uow, slug_or_id: str) -> ServiceView:
    """One service, also an inactive one. Raises ServiceNotFound."""
    named = Service.id == slug_or_id if is_id(slug_or_id) else Service.slug == slug_or_id
    usable = is_id(slug_or_id) or policy.is_slug(slug_or_id)
    wanted = repository.in_place().where(named)
    row = uow.session.execute(wanted).one_or_none() if usable else None
    if row is None:
        raise ServiceNotFound(
            "There is no such service. Look it up by name, or list the services of a category.",
            service=slug_or_id,
        )
    return _view(row)


def services_by_ids(uow: Uow, ids: Collection[str]) -> dict[str, ServiceView]:
    """These services by id, also inactive ones; unknown ids are left out."""
    return {view.id: view for view in map(_view, _found(uow, ids))}


def cards(uow: Uow, ids: Collection[str]) -> dict[str, ServiceCard]:
    """These services by id in the fewest words, also inactive ones; unknown ids are left out."""
    return {
        found.id: ServiceCard(
            id=found.id,
            slug=found.slug,
            name=found.name,
            subcategory=subcategory.name,
            category=top.name,
            is_active=found.is_active,
        )
        for found, subcategory, top in _found(uow, ids)
    }


@operation("catalog.summary")
def summary(uow: Uow) -> CatalogueSummary:
    """The active catalogue in figures."""
    rows = uow.session.execute(repository.counted()).all()
    tree = _tree(rows)
    return CatalogueSummary(
        version=version(uow),
        category_count=len(tree),
        subcategory_count=len(rows),
        service_count=sum(row[2] for row in rows),
        online_service_count=sum(row[3] for row in rows),
        categories=tree,
    )


def entries(uow: Uow) -> tuple[Entry, ...]:
    """All active services with every word they may be called by, in the order of the tree."""
    return repository.entries(uow.session)


def packaged_entries() -> tuple[Entry, ...]:
    """The same as this release has them, without a database."""
    return tuple(
        Entry(
            stable_id("service", service.slug),
            service.slug,
            service.name,
            service.description,
            synonyms=tuple(service.synonyms),
            age_groups=tuple(service.ages),
            subcategory=_group("subcategory", f"{top.slug}/{group.slug}", group),
            category=_group("category", top.slug, top),
        )
        for top in repository.packaged().categories
        for group in top.subcategories
        for service in group.services
    )


def _group(kind: str, key: str, one: CategoryEntry | SubcategoryEntry) -> Group:
    return Group(stable_id(kind, key), one.slug, one.name, synonyms=tuple(one.synonyms))


def _rows() -> tuple[list[dict[str, object]], list[dict[str, object]], list[dict[str, object]]]:
    """The rows of the packaged catalogue for each table. Ids follow from slugs."""
    tops: list[dict[str, object]] = []
    groups: list[dict[str, object]] = []
    leaves: list[dict[str, object]] = []
    for position, top in enumerate(repository.packaged().categories):
        top_id = stable_id("category", top.slug)
        tops.append(
            {
                "id": top_id,
                "slug": top.slug,
                "name": top.name,
                "position": position,
                "synonyms": top.synonyms,
            }
        )
        for place, group in enumerate(top.subcategories):
            group_id = stable_id("subcategory", f"{top.slug}/{group.slug}")
            groups.append(
                {
                    "id": group_id,
                    "category_id": top_id,
                    "slug": group.slug,
                    "name": group.name,
                    "position": place,
                    "synonyms": group.synonyms,
                }
            )
            leaves.extend(
                {
                    "id": stable_id("service", entry.slug),
                    "subcategory_id": group_id,
                    "slug": entry.slug,
                    "name": entry.name,
                    "description": entry.description,
                    "synonyms": entry.synonyms,
                    "age_groups": [age.value for age in entry.ages],
                    "durations": entry.durations,
                    "online_capable": entry.online,
                    "position": order,
                    "is_active": True,
                }
                for order, entry in enumerate(group.services)
            )
    return tops, groups, leaves


def _found(uow: Uow, ids: Collection[str]) -> Iterable[Row[Service, Subcategory, Category]]:
    if not ids:
        return []
    return uow.session.execute(repository.in_place().where(Service.id.in_(sorted(set(ids)))))


def _tree(rows: Iterable[Row[Category, Subcategory, int, int]]) -> list[CategoryView]:
    tree: list[CategoryView] = []
    for top, members in groupby(rows, key=lambda row: row[0]):
        groups = [
            SubcategorySummary(id=group.id, slug=group.slug, name=group.name, service_count=count)
            for _, group, count, _ in members
        ]
        tree.append(
            CategoryView(
                id=top.id,
                slug=top.slug,
                name=top.name,
                service_count=sum(group.service_count for group in groups),
                subcategories=groups,
            )
        )
    return tree


def _view(row: Row[Service, Subcategory, Category]) -> ServiceView:
    found, subcategory, top = row
    return ServiceView(
        id=found.id,
        slug=found.slug,
        name=found.name,
        description=found.description,
        category_slug=top.slug,
        category=top.name,
        subcategory_slug=subcategory.slug,
        subcategory=subcategory.name,
        synonyms=found.synonyms,
        age_groups=[AgeGroup(group) for group in found.age_groups],
        durations=found.durations,
        online_capable=found.online_capable,
        is_active=found.is_active,
    )
