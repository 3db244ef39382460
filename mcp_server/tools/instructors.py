"""Who teaches, and where supply is short."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.supply import (
    Coverage,
    InstructorAnswer,
    InstructorList,
)
from instainstru_core.domains.reporting.types import GroupBy, Most
from mcp_server.arguments import Category, Cursor, Limit, Person, Service
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

Status = Annotated[
    InstructorStatus | None,
    Field(description="Only instructors with this status; null for all.", examples=["live"]),
]
Founding = Annotated[
    bool | None, Field(description="Only founding instructors, or only others.", examples=[True])
]
Area = Annotated[
    str | None,
    Field(
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="A neighborhood or borough they teach in.",
        examples=["Astoria", "Brooklyn"],
    ),
]
Grouped = Annotated[GroupBy, Field(description="What to count by.", examples=["borough"])]
Order = Annotated[Most, Field(description="Where to begin.", examples=["least"])]
Groups = Annotated[int, Field(ge=1, le=200, description="At most this many.", examples=[25])]
SUGGESTED = 3


@reads("List instructors")
def instructors_list(
    call: Call,
    *,
    status: Status = None,
    founding: Founding = None,
    service: Service = None,
    category: Category = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer[InstructorList]:
    """Instructors who meet every given condition, the newest first."""
    with call.begin() as uow:
        report = reporting.instructors_list(
            uow,
            status=status,
            founding=founding,
            service=service,
            category=category,
            area=area,
            limit=limit,
            cursor=cursor,
        )
        rows = report.data.instructors
        next_actions = [
            suggest(
                "instructors_detail",
                f"See everything about {row.name}.",
                instructor=row.instructor_id,
            )
            for row in rows[:1]
        ]
        if not rows:
            next_actions = [suggest("instructors_coverage", "See where instructors are.")]
        return answer(report, as_of=uow.now, next_actions=next_actions)


@reads("Instructor in detail")
def instructors_detail(call: Call, instructor: Person) -> Answer[InstructorAnswer]:
    """One instructor with milestones, offerings, areas and figures; candidates if several fit."""
    with call.begin() as uow:
        report = reporting.instructors_detail(uow, instructor)
        return answer(report, as_of=uow.now, next_actions=_after_detail(report.data))


@reads("Coverage by instructors")
def instructors_coverage(
    call: Call,
    group_by: Grouped = GroupBy.CATEGORY,
    status: Status = InstructorStatus.LIVE,
    order: Order = Most.MOST,
    limit: Groups = 25,
) -> Answer[Coverage]:
    """How many instructors each category, service, area or borough has; groups with none too."""
    with call.begin() as uow:
        report = reporting.instructors_coverage(
            uow, group_by=group_by, status=status, order=order, limit=limit
        )
        groups = report.data.groups
        next_actions = [
            suggest(
                "instructors_list",
                f"See the instructors of {group.name}.",
                **{_FILTER[group_by]: group.key},
                status=None if status is None else status.value,
            )
            for group in groups[:1]
            if group.instructors
        ] or [suggest("search_zero_results", "See what people search for in vain.")]
        return answer(report, as_of=uow.now, shown=len(groups), next_actions=next_actions)


_FILTER = {
    GroupBy.CATEGORY: "category",
    GroupBy.SERVICE: "service",
    GroupBy.AREA: "area",
    GroupBy.BOROUGH: "area",
}


def _after_detail(found: InstructorAnswer) -> list[NextAction]:
    if found.instructor is not None:
        return [
            suggest(
                "users_booking_history",
                "See the lessons they taught.",
                user=found.instructor.instructor_id,
                side="instructor",
            )
        ]
    return [
        suggest(
            "instructors_detail", f"If {candidate.name} is meant.", instructor=candidate.user_id
        )
        for candidate in found.candidates[:SUGGESTED]
    ]
