"""What goes wrong in our programs, as Sentry groups it."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.observability.flows import errors_seen
from instainstru_core.domains.observability.schemas.errors_seen import (
    EventLookup,
    FindIssues,
    IssueDetail,
    IssuesView,
    ReadIssue,
    ReportingProof,
)
from instainstru_core.domains.observability.types import IssueSort, IssueStatus, WhichEvent
from mcp_server.arguments import PLAIN, Cursor, Window
from mcp_server.envelope import Answer, Source, answer, suggest
from mcp_server.tool import Call, reads, writes

Project = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=PLAIN),
    Field(description="all, api, web, mcp, worker or a slug.", examples=["api"]),
]
Environment = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=PLAIN),
    Field(description="Left out: ours; or all.", examples=["production", "all"]),
]
Status = Annotated[IssueStatus, Field(examples=["unresolved", "all"])]
SortBy = Annotated[
    IssueSort,
    Field(description="user: most people first; freq: most events.", examples=["freq"]),
]
Most = Annotated[int, Field(ge=1, le=25, examples=[10])]
Query = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=PLAIN),
    Field(description="In Sentry's search syntax.", examples=["level:fatal", "TimeoutError"]),
]
Issue = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(
        min_length=1,
        max_length=100,
        pattern=r"^\s*(?:[0-9]{1,20}|[A-Za-z0-9][A-Za-z0-9_-]*-[A-Za-z0-9]+)\s*$",
        description="Its id or short id.",
        examples=["4509877862268928", "INSTAINSTRU-API-3F"],
    ),
]
Which = Annotated[WhichEvent, Field(examples=["latest"])]
Stack = Annotated[bool, Field(examples=[True])]
Frames = Annotated[
    int, Field(ge=1, le=100, description="Innermost, of each exception.", examples=[20])
]
EventIdentifier = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(
        min_length=32,
        max_length=40,
        pattern=r"^\s*[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}\s*$",
        examples=["fc6d8c0c43fc4630ad850ee518f1b9d0"],
    ),
]


@reads("Top errors", open_world=True)
def sentry_issues_top(
    call: Call,
    *,
    project: Project = "all",
    environment: Environment = None,
    window: Window = "24h",
    status: Status = IssueStatus.UNRESOLVED,
    sort_by: SortBy = IssueSort.USER,
    limit: Most = 10,
    query: Query = None,
    cursor: Cursor = None,
) -> Answer[IssuesView]:
    """Which errors of our programs Sentry saw in a window, counted in that window."""
    command = FindIssues(
        project=project,
        environment=environment,
        window=window,
        status=status,
        sort=sort_by,
        search=query or "",
        limit=limit,
        cursor=cursor,
    )
    runtime = call.runtime
    report = errors_seen.issues_top(
        runtime.begin,
        runtime.sentry,
        actor=call.actor,
        home=runtime.settings.sentry_name,
        command=command,
    )
    found = report.data
    details = [
        suggest(
            "sentry_issue_detail",
            f"See where {first.short_id or first.id} is raised.",
            issue=first.id,
            environment=found.environment,
        )
        for first in found.issues[:1]
    ]
    wider = (
        suggest(
            "sentry_issues_top",
            "Look in all environments and at all states.",
            window=window,
            environment="all",
            status="all",
        )
        if not found.issues and (found.environment != errors_seen.ALL or found.search)
        else None
    )
    return answer(
        report,
        as_of=runtime.clock(),
        source=Source.SENTRY,
        shown=len(found.issues) if cursor is None else None,
        next_actions=[*details, *([wider] if wider else [])],
    )


@reads("One error", open_world=True)
def sentry_issue_detail(
    call: Call,
    issue: Issue,
    *,
    environment: Environment = None,
    event: Which = WhichEvent.RECOMMENDED,
    include_stacktrace: Stack = True,
    max_frames: Frames = 20,
) -> Answer[IssueDetail]:
    """One issue of Sentry with an event of it: exceptions, frames, tags and request."""
    command = ReadIssue(
        issue=issue,
        environment=environment,
        event=event,
        stacktrace=include_stacktrace,
        max_frames=max_frames,
    )
    runtime = call.runtime
    report = errors_seen.issue_detail(
        runtime.sentry, actor=call.actor, home=runtime.settings.sentry_name, command=command
    )
    known = report.data.issue
    everywhere = suggest(
        "sentry_issue_detail", "Look in all environments.", issue=known.id, environment="all"
    )
    alike = suggest(
        "sentry_issues_top", "See what else is wrong.", environment=environment, status="all"
    )
    return answer(
        report,
        as_of=runtime.clock(),
        source=Source.SENTRY,
        next_actions=[alike if report.data.event else everywhere],
    )


@reads("Error event by id", open_world=True)
def sentry_event_lookup(
    call: Call, event_id: EventIdentifier, max_frames: Frames = 20
) -> Answer[EventLookup]:
    """The event of a Sentry event id in whichever project, or that there is none."""
    report = errors_seen.event_lookup(
        call.runtime.sentry, actor=call.actor, event_id=event_id, max_frames=max_frames
    )
    issue_id = report.data.issue_id
    following = (
        suggest(
            "sentry_issue_detail",
            "See how often this happens.",
            issue=issue_id,
            environment=errors_seen.ALL,
        )
        if issue_id
        else suggest("sentry_issues_top", "List recent errors.", environment="all", status="all")
    )
    return answer(
        report, as_of=call.runtime.clock(), source=Source.SENTRY, next_actions=[following]
    )


@writes("Test error", destructive=False)
def sentry_debug(call: Call) -> Answer[ReportingProof]:
    """Raise one deliberate error here and say under which id Sentry was told of it."""
    report = errors_seen.prove_reporting(call.runtime.sentry, actor=call.actor)
    proof = report.data
    lookup = (
        [suggest("sentry_event_lookup", "See whether it arrived.", event_id=proof.event_id)]
        if proof.event_id
        else []
    )
    return answer(report, as_of=call.runtime.clock(), source=Source.SENTRY, next_actions=lookup)
