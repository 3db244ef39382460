"""`instainstru instructors`: who teaches, and for whom."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.errors import agree
from cli.output import AsJson, Yes
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import SkillLevel
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.schemas import (
    OfferingTerms,
    OfferingView,
    PriceIn,
    StaffProfileView,
)
from instainstru_core.domains.instructors.types import PricedFormat

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.command("show")
def show_instructor(
    instructor_id: Annotated[str, typer.Argument(help="The instructor's id.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Show a profile and what it offers."""
    with session.work() as uow:
        found = instructors.staff_profile(uow, instructor_id)
    output.show(found, lambda: _profile(found), as_json=as_json)


@app.command()
def offer(
    offering_id: Annotated[str, typer.Argument(help="The offering's id.")],
    *,
    level: Annotated[
        list[SkillLevel] | None, typer.Option(help="For whom it is; repeat it for several.")
    ] = None,
    filters: Annotated[
        str | None,
        typer.Option(help="What else applies, like 'goal:hobby,performance|style:classical'."),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Say for which levels and goals an offering is, in place of its instructor."""
    with session.working() as runtime:
        operator = session.operator()
        with runtime.begin(operator) as uow:
            known = instructors.offering(uow, offering_id)
            wanted = None if filters is None else catalog.wanted_filters(filters)
        agree(f"Change {known.service_name} of instructor {known.instructor_id}?", yes=yes)
        with runtime.begin(session.in_place_of(runtime, known.instructor_id)) as uow:
            profile = instructors.update_offering(
                uow,
                offering_id,
                OfferingTerms(
                    description=known.description,
                    durations=known.durations,
                    age_groups=known.age_groups,
                    prices=[
                        PriceIn(
                            format=PricedFormat(price.format.value),
                            hourly_rate_cents=price.hourly_rate_cents,
                        )
                        for price in known.prices
                    ],
                    skill_levels=level or None,
                    filters=None
                    if wanted is None
                    else {key: sorted(values) for key, values in wanted.items()},
                ),
            )
    found = next(one for one in profile.offerings if one.id == offering_id)
    output.show(found, lambda: [_offerings([found])], as_json=as_json)


def _profile(found: StaffProfileView) -> Sequence[Table | str]:
    about = output.facts(
        [
            ("id", found.id),
            ("name", f"{found.first_name} {found.last_name}"),
            ("slug", found.slug),
            ("status", found.status),
            ("missing", output.listed(found.missing) or None),
            ("founding", "yes" if found.is_founding else "no"),
            ("areas", output.listed(area.name for area in found.areas) or None),
        ]
    )
    return [about, "", _offerings(found.offerings)]


def _offerings(found: Sequence[OfferingView]) -> Table:
    return output.table(
        "offering",
        "service",
        "formats",
        "levels",
        "filters",
        "active",
        rows=(
            (
                one.id,
                one.service_name,
                output.listed(one.formats),
                output.listed(one.skill_levels),
                " | ".join(f"{key}: {output.listed(of)}" for key, of in one.filters.items()),
                "yes" if one.is_active else "no",
            )
            for one in found
        ),
    )
