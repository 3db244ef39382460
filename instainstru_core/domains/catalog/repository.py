"""Where the catalog is kept: the packaged file, and the tables it is loaded into."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from sqlalchemy import Select, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.catalog.schemas import Catalogue, FilterFile
from instainstru_core.domains.catalog.types import (
    SKILL_LEVEL,
    AgeGroup,
    Entry,
    FilterDefinition,
    FilterOption,
    Group,
)
from instainstru_core.kernel.db import Base

VERSION = text(
    """
    SELECT md5(concat_ws('|',
        (SELECT string_agg(categories::text, '|' ORDER BY id) FROM categories),
        (SELECT string_agg(subcategories::text, '|' ORDER BY id) FROM subcategories),
        (SELECT string_agg(services::text, '|' ORDER BY id) FROM services)))
    """
)


@cache
def packaged() -> Catalogue:
    """The catalogue that comes with this release."""
    source = files("instainstru_core.domains.catalog").joinpath("catalogue.yaml").read_text("utf-8")
    return Catalogue.model_validate(yaml.load(source, yaml.CSafeLoader))


@cache
def filters() -> tuple[FilterDefinition, ...]:
    """All filters of this release with all their options."""
    return tuple(
        FilterDefinition(
            entry.key,
            entry.label,
            tuple(
                FilterOption(one.value, one.label, tuple(one.words), one.heard)
                for one in entry.options
            ),
        )
        for entry in packaged_filters().definitions
    )


@cache
def subcategory_filters() -> Mapping[tuple[str, str], tuple[FilterDefinition, ...]]:
    """What each subcategory can be filtered by, by the slugs of category and subcategory.

    All have the skill level; a subcategory that is not named here has only that.
    """
    return {
        (top, group): tuple(
            _narrowed(one, "all" if one.key == SKILL_LEVEL else chosen[one.key])
            for one in filters()
            if one.key == SKILL_LEVEL or one.key in chosen
        )
        for top, groups in packaged_filters().subcategories.items()
        for group, chosen in groups.items()
    }


def _narrowed(one: FilterDefinition, values: Sequence[str]) -> FilterDefinition:
    if values == "all":
        return one
    return replace(one, options=tuple(o for o in one.options if o.value in values))


@cache
def packaged_filters() -> FilterFile:
    """The filters that come with this release, as the file has them."""
    source = files("instainstru_core.domains.catalog").joinpath("filters.yaml").read_text("utf-8")
    return FilterFile.model_validate(yaml.load(source, yaml.CSafeLoader))


def in_place() -> Select[Service, Subcategory, Category]:
    """Services with where they stand in the tree."""
    return (
        select(Service, Subcategory, Category)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
    )


def active() -> Select[Service, Subcategory, Category]:
    """Active services in the order of the tree."""
    return (
        in_place()
        .where(Service.is_active)
        .order_by(Category.position, Subcategory.position, Service.position)
    )


def page(
    *,
    after: str | None,
    limit: int,
    category: str | None,
    subcategory: str | None,
    age_group: AgeGroup | None,
    online: bool | None,
) -> Select[Service, Subcategory, Category]:
    """One more than `limit` active services after this slug, by slug."""
    query = in_place().where(Service.is_active).order_by(Service.slug).limit(limit + 1)
    if after is not None:
        query = query.where(Service.slug > after)
    if category is not None:
        query = query.where(Category.slug == category)
    if subcategory is not None:
        query = query.where(Subcategory.slug == subcategory)
    if age_group is not None:
        query = query.where(Service.age_groups.contains([age_group.value]))
    if online is not None:
        query = query.where(Service.online_capable.is_(online))
    return query


def counted() -> Select[Category, Subcategory, int, int]:
    """Categories and subcategories with their numbers of active services, all and online."""
    return (
        select(
            Category,
            Subcategory,
            func.count(Service.id),
            func.count(Service.id).filter(Service.online_capable),
        )
        .join(Subcategory, Subcategory.category_id == Category.id)
        .join(Service, Service.subcategory_id == Subcategory.id)
        .where(Service.is_active)
        .group_by(Category.id, Subcategory.id)
        .order_by(Category.position, Subcategory.position)
    )


ENTRIES = (
    select(
        Service.id,
        Service.slug,
        Service.name,
        Service.description,
        Service.synonyms,
        Service.age_groups,
        *(
            column
            for table in (Subcategory, Category)
            for column in (table.id, table.slug, table.name, table.synonyms)
        ),
    )
    .join(Subcategory, Subcategory.id == Service.subcategory_id)
    .join(Category, Category.id == Subcategory.category_id)
    .where(Service.is_active)
    .order_by(Category.position, Subcategory.position, Service.position, Service.id)
)


def entries(session: Session) -> tuple[Entry, ...]:
    """All active services with their words, in the order of the tree."""
    rows: Sequence[Any] = session.execute(ENTRIES).all()
    return tuple(
        Entry(
            row[0],
            row[1],
            row[2],
            row[3],
            synonyms=tuple(row[4]),
            age_groups=tuple(AgeGroup(group) for group in row[5]),
            subcategory=Group(row[6], row[7], row[8], synonyms=tuple(row[9])),
            category=Group(row[10], row[11], row[12], synonyms=tuple(row[13])),
        )
        for row in rows
    )


def version(session: Session) -> str:
    """A hash of everything the tables hold."""
    return str(session.scalar(VERSION))


def write(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> int:
    """Insert or rewrite these rows by id in one statement; how many were new or different."""
    columns = [name for name in rows[0] if name != "id"]
    statement = insert(table).values(list(rows))
    stored = [table.__table__.c[name] for name in columns]
    given = [statement.excluded[name] for name in columns]
    changed = session.scalars(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_=dict(zip(columns, given, strict=True)),
            where=tuple_(*stored).is_distinct_from(tuple_(*given)),
        )
        .returning(table.__table__.c.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def retire_all_but(session: Session, ids: Sequence[str]) -> int:
    """Make services with other ids inactive; how many were active before."""
    retired = session.scalars(
        update(Service)
        .where(Service.is_active, Service.id.not_in(ids))
        .values(is_active=False)
        .returning(Service.id)
        .execution_options(synchronize_session=False)
    )
    return len(retired.all())
