"""What offerings can be told apart by, beside price, place and time."""

from collections.abc import Mapping, Sequence

from instainstru_core.domains.catalog import policy, repository
from instainstru_core.domains.catalog.errors import FiltersUnusable
from instainstru_core.domains.catalog.schemas import FilterOptionView, FiltersView, FilterView
from instainstru_core.domains.catalog.types import SKILL_LEVEL, FilterDefinition


def filter_definitions(
    category_slug: str | None = None, subcategory_slug: str | None = None
) -> tuple[FilterDefinition, ...]:
    """What a subcategory can be filtered by, else all there is. Asks the packaged file only."""
    if category_slug is None or subcategory_slug is None:
        return repository.filters()
    found = repository.subcategory_filters().get((category_slug, subcategory_slug))
    if found is None:
        return tuple(one for one in repository.filters() if one.key == SKILL_LEVEL)
    return found


def filters() -> FiltersView:
    """All filters there are, with all their values."""
    return FiltersView(items=filter_views(repository.filters()))


def wanted_filters(
    text: str, definitions: Sequence[FilterDefinition] | None = None
) -> Mapping[str, frozenset[str]]:
    """The wish in `key:value,value|key:value`, by key. Raises FiltersUnusable."""
    known = repository.filters() if definitions is None else definitions
    try:
        return policy.parse_filters(text, known)
    except policy.BadFilters as failure:
        raise FiltersUnusable(str(failure), filters=text[: policy.MAX_FILTER_VALUE]) from failure


def filter_views(definitions: Sequence[FilterDefinition]) -> list[FilterView]:
    """These filters as views."""
    return [
        FilterView(
            key=one.key,
            label=one.label,
            options=[FilterOptionView(value=o.value, label=o.label) for o in one.options],
        )
        for one in definitions
    ]
