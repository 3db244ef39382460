"""What results can be narrowed by, as the pills of a filter bar."""

from collections.abc import Collection, Sequence

from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.search.policy.wanting import FORMATS
from instainstru_core.domains.search.schemas.finding import FacetOption, FacetView
from instainstru_core.domains.search.types.finding import Understood
from instainstru_core.domains.search.types.matching import Choice, Facets
from instainstru_core.domains.search.types.parsed import LessonType


def facet_views(found: Facets | None, asked: Understood) -> list[FacetView]:
    """The facets with their labels; what nobody answers with is left out."""
    if found is None:
        return []
    given, wanted = asked.given, asked.wanted
    types = [kind for kind in LessonType if FORMATS[kind] == wanted.formats]
    rating = [] if given.min_rating is None else [f"{given.min_rating:g}"]
    views = [
        _view("lesson_type", "Lesson type", found.lesson_types, types),
        _view("skill", "Level", found.skills, given.skills or ()),
        _view("age_group", "Age", found.age_groups, [given.age_group or ""]),
        _view("minutes", "Length", found.minutes, [str(wanted.minutes)]),
        _view("price", "Price of an hour", found.prices, (), parameter="max_price_cents"),
        _view("rating", "Rating", found.ratings, rating, parameter="min_rating"),
    ]
    for one in catalog.filter_definitions():
        choices = found.filters.get(one.key, ())
        labels = {option.value: option.label for option in one.options} if choices else {}
        chosen = given.filters.get(one.key, ())
        options = [
            FacetOption(
                value=choice.value,
                label=labels.get(choice.value, choice.value),
                count=choice.count,
                is_chosen=choice.value in chosen,
            )
            for choice in choices
        ]
        if options:
            views.append(
                FacetView(key=one.key, label=one.label, parameter="filters", options=options)
            )
    return [view for view in views if view.options]


def _view(
    key: str,
    label: str,
    choices: Sequence[Choice],
    chosen: Collection[str],
    *,
    parameter: str | None = None,
) -> FacetView:
    return FacetView(
        key=key,
        label=label,
        parameter=parameter or key,
        options=[
            FacetOption(
                value=one.value,
                label=_label(key, one.value),
                count=one.count,
                is_chosen=one.value in chosen,
            )
            for one in choices
        ],
    )


def _label(key: str, value: str) -> str:
    if key == "minutes":
        return f"{value} minutes"
    if key == "rating":
        return f"{value} and better"
    if key == "price":
        low, _, high = value.partition("-")
        least = int(low) // 100
        return f"${least} and more" if not high else f"${least} to ${(int(high) + 1) // 100}"
    return value.replace("_", " ").capitalize()
