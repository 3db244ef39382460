"""What went wrong in our programs, as Sentry groups it.

Whatever these views quote was written by programs and strangers, and has been scrubbed.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.observability.schemas.base import Command, View, WindowWords
from instainstru_core.domains.observability.types import IssueSort, IssueStatus, WhichEvent

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Search = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Reference = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, pattern=r"^(?:\d{1,20}|[A-Za-z0-9][A-Za-z0-9_-]*-[A-Za-z0-9]+)$"
    ),
    Field(max_length=100),
]
EventId = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9a-fA-F]{8}[0-9a-fA-F-]{24,28}$")
]


class FindIssues(Command):
    """Which issues are wanted, and in which order."""

    project: Name = "all"
    environment: Name | None = None
    window: WindowWords = "24h"
    status: IssueStatus = IssueStatus.UNRESOLVED
    sort: IssueSort = IssueSort.USER
    search: Search = ""
    limit: int = Field(default=10, ge=1, le=25)
    cursor: str | None = None


class ReadIssue(Command):
    """Which issue is wanted, with which of its events."""

    issue: Reference
    environment: Name | None = None
    event: WhichEvent = WhichEvent.RECOMMENDED
    stacktrace: bool = True
    max_frames: int = Field(default=20, ge=1, le=100)


class IssueView(View):
    """An issue: events that have one cause. `events` and `users` count what the answer covers."""

    id: str
    short_id: str
    title: str
    project: str
    culprit: str | None
    level: str
    status: str
    events: int | None
    users: int | None
    first_seen: datetime | None
    last_seen: datetime | None
    url: str | None


class IssuePage(View):
    """Some issues in Sentry's order. `total` is None where Sentry stops counting."""

    items: list[IssueView]
    total: int | None
    next_cursor: str | None


class IssuesView(View):
    """Issues; their counts are of the window. Users of several issues are not added up."""

    issues: list[IssueView]
    environment: str = Field(description="`all` where none was chosen.")
    search: str = Field(description="As Sentry was asked; empty is everything.")
    shown_events: int | None = Field(description="In the window, of the issues shown only.")


class ExceptionView(View):
    """One exception of a chain. Of its frames the innermost are kept, and come last."""

    type: str
    message: str
    handled: bool | None
    frames: list[str]
    frames_left_out: int


class EventView(View):
    """One occurrence. Of a chain of exceptions, the first is the cause of those after it."""

    id: str
    title: str
    message: str | None
    at: datetime | None
    level: str | None
    environment: str | None
    release: str | None
    transaction: str | None
    tags: dict[str, str]
    user: str | None
    request: str | None
    headers: dict[str, str]
    exceptions: list[ExceptionView]


class IssueDetail(View):
    """An issue with counts of its whole life, and one of its events."""

    issue: IssueView
    event: EventView | None


class FoundEvent(View):
    """An event and where it belongs."""

    project: str
    issue_id: str | None
    event: EventView


class EventLookup(View):
    """The event of an id, or the plain statement that Sentry has none."""

    event_id: str
    found: bool
    project: str | None
    issue_id: str | None
    event: EventView | None


class ReportingProof(View):
    """Whether this process tells Sentry of its errors: the id of a deliberate one."""

    configured: bool
    event_id: str | None
    delivered: bool | None = Field(description="Null where it is not known (yet).")
    environment: str | None
