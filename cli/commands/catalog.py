"""`instainstru catalog`: what can be taught, and what it can be filtered by."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.schemas import (
    CategoriesView,
    FilterView,
    SubcategoryDetail,
)

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command()
def tree(*, as_json: AsJson = False) -> None:
    """List the categories and subcategories with their numbers of services."""
    with session.work() as uow:
        found = CategoriesView(items=catalog.categories(uow))
    output.show(found, lambda: [_tree(found)], as_json=as_json)


@app.command("show")
def show_subcategory(
    category: Annotated[str, typer.Argument(help="The category's slug.")],
    subcategory: Annotated[str, typer.Argument(help="The subcategory's slug.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a subcategory: its services, and what they can be filtered by."""
    with session.work() as uow:
        found = catalog.subcategory(uow, category, subcategory)
    output.show(found, lambda: _subcategory(found), as_json=as_json)


@app.command()
def filters(*, as_json: AsJson = False) -> None:
    """List all filters with their values."""
    found = catalog.filters()
    output.show(found, lambda: [_filters(found.items)], as_json=as_json)


def _tree(found: CategoriesView) -> Table:
    return output.table(
        "category",
        "subcategory",
        "name",
        "services",
        rows=(
            (top.slug, group.slug, group.name, group.service_count)
            for top in found.items
            for group in top.subcategories
        ),
    )


def _subcategory(found: SubcategoryDetail) -> Sequence[Table | str]:
    services = output.table(
        "service",
        "name",
        "for",
        "minutes",
        "online",
        rows=(
            (
                one.slug,
                one.name,
                output.listed(one.age_groups),
                output.listed(one.durations),
                "yes" if one.online_capable else "no",
            )
            for one in found.services
        ),
    )
    return [f"{found.category}, {found.name}\n", services, "", _filters(found.filters)]


def _filters(found: Sequence[FilterView]) -> Table:
    return output.table(
        "filter",
        "name",
        "values",
        rows=(
            (one.key, one.label, output.listed(option.value for option in one.options))
            for one in found
        ),
    )
