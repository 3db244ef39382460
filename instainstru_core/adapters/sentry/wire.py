"""Sentry's JSON, and the views that it becomes: scrubbed, and without what nobody needs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from instainstru_core.adapters.sentry.client import unreachable
from instainstru_core.domains.observability.policy import scrubbing
from instainstru_core.domains.observability.schemas.errors_seen import (
    EventView,
    ExceptionView,
    IssueView,
)

LONGEST_TITLE = 300
LONGEST_NAME = 200
MOST_TAGS = 30
MOST_HEADERS = 30
MOST_EXCEPTIONS = 8


class Wire(BaseModel):
    """What is not named here is not looked at."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, coerce_numbers_to_str=True)


class Project(Wire):
    """A project of the organization."""

    id: str
    slug: str


class Environment(Wire):
    """An environment of the organization."""

    name: str


class Lifetime(Wire):
    """Counts that heed no window."""

    count: int | None = None
    first_seen: datetime | None = Field(default=None, alias="firstSeen")
    last_seen: datetime | None = Field(default=None, alias="lastSeen")


class Issue(Wire):
    """A group of events."""

    id: str
    short_id: str = Field(default="", alias="shortId")
    title: str = ""
    culprit: str | None = None
    level: str | None = None
    status: str | None = None
    permalink: str | None = None
    project: Project
    count: int | None = None
    users: int | None = Field(default=None, alias="userCount")
    first_seen: datetime | None = Field(default=None, alias="firstSeen")
    last_seen: datetime | None = Field(default=None, alias="lastSeen")
    lifetime: Lifetime | None = None


class Issues(Wire):
    """A list of issues."""

    items: list[Issue]


class Projects(Wire):
    """A list of projects."""

    items: list[Project]


class Environments(Wire):
    """A list of environments."""

    items: list[Environment]


class ShortId(Wire):
    """Which issue a short id names."""

    group_id: str = Field(alias="groupId")


class EventId(Wire):
    """Where an event is."""

    project: str = Field(alias="projectSlug")
    group_id: str | None = Field(default=None, alias="groupId")


class Frame(Wire):
    """One place on the way to an error."""

    filename: str | None = None
    module: str | None = None
    function: str | None = None
    line: int | None = Field(default=None, alias="lineNo")
    in_app: bool | None = Field(default=None, alias="inApp")


class Stacktrace(Wire):
    """Frames, the outermost first."""

    frames: list[Frame] | None = None


class Mechanism(Wire):
    """How an exception was caught."""

    handled: bool | None = None


class Thrown(Wire):
    """One exception of a chain."""

    type: str | None = None
    value: str | None = None
    mechanism: Mechanism | None = None
    stacktrace: Stacktrace | None = None


class Tag(Wire):
    """A tag of an event."""

    key: str = ""
    value: str | None = None


class User(Wire):
    """Whom it hit. Names and addresses are not read at all."""

    id: str | None = None
    email: str | None = None


class Release(Wire):
    """A version of ours."""

    version: str | None = None


class Entry(Wire):
    """One part of an event."""

    type: str
    data: Any = None


class Request(Wire):
    """The request that an event happened in; its body and its cookies are not read at all."""

    method: str | None = None
    url: str | None = None
    headers: list[tuple[str, str | None]] = []

    @field_validator("headers", mode="before")
    @classmethod
    def _as_pairs(cls, value: object) -> object:
        return list(value.items()) if isinstance(value, dict) else value or []  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]


class Chain(Wire):
    """The exceptions of an event, the cause first."""

    values: list[Thrown | None] | None = None


class Event(Wire):
    """One occurrence."""

    event_id: str = Field(alias="eventID")
    group_id: str | None = Field(default=None, alias="groupID")
    title: str | None = None
    message: str | None = None
    created_at: datetime | None = Field(default=None, alias="dateCreated")
    received_at: datetime | None = Field(default=None, alias="dateReceived")
    tags: list[Tag] | None = None
    user: User | None = None
    release: Release | None = None
    entries: list[Entry] | None = None


def read(kind: type[Any], body: bytes) -> Any:  # noqa: ANN401 - of the kind that was asked for
    """What Sentry answered. Raises SentryUnreachable where it is something else."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as failure:
        raise unreachable(
            "speaks another language than its own: an operator has to check INSTAINSTRU_SENTRY_URL"
        ) from failure


def read_list(kind: type[Any], body: bytes) -> Any:  # noqa: ANN401 - as above
    """A list that Sentry answered, as the `items` of this kind."""
    return read(kind, b'{"items":' + body + b"}")


def issue_view(issue: Issue) -> IssueView:
    """Counts cover whatever the question covered."""
    lifetime = issue.lifetime or Lifetime()
    return IssueView(
        id=issue.id,
        short_id=scrubbing.text(issue.short_id, longest=LONGEST_NAME),
        title=scrubbing.text(issue.title, longest=LONGEST_TITLE),
        project=scrubbing.text(issue.project.slug, longest=LONGEST_NAME),
        culprit=_text(issue.culprit, LONGEST_NAME),
        level=scrubbing.text(issue.level or "unknown", longest=LONGEST_NAME),
        status=scrubbing.text(issue.status or "unknown", longest=LONGEST_NAME),
        events=issue.count,
        users=issue.users,
        first_seen=lifetime.first_seen or issue.first_seen,
        last_seen=lifetime.last_seen or issue.last_seen,
        url=scrubbing.url(issue.permalink) if issue.permalink else None,
    )


def event_view(event: Event) -> EventView:
    """The event with all its frames, without anything that was not asked for by name."""
    tags = {tag.key: tag.value for tag in event.tags or [] if tag.key and tag.value is not None}
    shown = dict(list(tags.items())[:MOST_TAGS])
    request = _request(event)
    release = (event.release.version if event.release else None) or tags.get("release")
    return EventView(
        id=event.event_id,
        title=scrubbing.text(event.title or "", longest=LONGEST_TITLE),
        message=_text(_message(event), scrubbing.LONGEST),
        at=event.created_at or event.received_at,
        level=_text(tags.get("level"), LONGEST_NAME),
        environment=_text(tags.get("environment"), LONGEST_NAME),
        release=scrubbing.release(release) if release else None,
        transaction=_text(tags.get("transaction"), LONGEST_NAME),
        tags=scrubbing.tags(shown),
        user=_user(event.user),
        request=_line(request),
        headers=scrubbing.headers(
            (name, value or "") for name, value in request.headers[:MOST_HEADERS]
        ),
        exceptions=[_exception(one) for one in list(_chain(event))[-MOST_EXCEPTIONS:]],
    )


def _chain(event: Event) -> Iterable[Thrown]:
    for entry in event.entries or []:
        if entry.type == "exception":
            chain: Chain = _part(Chain, entry)
            yield from (one for one in chain.values or [] if one is not None)


def _message(event: Event) -> str | None:
    for entry in event.entries or []:
        if entry.type == "message" and isinstance(entry.data, dict):
            return str(entry.data.get("formatted") or "") or event.message  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    return event.message or None


def _request(event: Event) -> Request:
    for entry in event.entries or []:
        if entry.type == "request":
            found: Request = _part(Request, entry)
            return found
    return Request()


def _part(kind: type[Any], entry: Entry) -> Any:  # noqa: ANN401 - as above
    """A part of an event; one that nobody can read is as good as none."""
    try:
        return kind.model_validate(entry.data)
    except ValidationError:
        return kind()


def _line(request: Request) -> str | None:
    if not request.url:
        return None
    return (
        f"{scrubbing.text(request.method or '', longest=20)} {scrubbing.url(request.url)}".strip()
    )


def _user(user: User | None) -> str | None:
    """The person by id, or by a masked address."""
    if user is None:
        return None
    return _text(user.id, LONGEST_NAME) or _text(user.email, LONGEST_NAME)


def _exception(one: Thrown) -> ExceptionView:
    frames = one.stacktrace.frames if one.stacktrace else None
    return ExceptionView(
        type=scrubbing.text(one.type or "Error", longest=LONGEST_NAME),
        message=scrubbing.text(one.value or ""),
        handled=one.mechanism.handled if one.mechanism else None,
        frames=[_frame(frame) for frame in frames or []],
        frames_left_out=0,
    )


def _frame(frame: Frame) -> str:
    place = frame.filename or frame.module or "?"
    line = f":{frame.line}" if frame.line is not None else ""
    theirs = "" if frame.in_app else " (library)"
    return scrubbing.text(f"{place}{line} in {frame.function or '?'}{theirs}", longest=LONGEST_NAME)


def _text(value: str | None, longest: int) -> str | None:
    return scrubbing.text(value, longest=longest) if value else None
