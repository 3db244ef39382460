"""The port on Sentry's documented API: issues and events, and one deliberate error."""

import time
from collections.abc import Callable
from threading import Lock
from urllib.parse import quote

from instainstru_core.adapters.sentry import sdk, wire
from instainstru_core.adapters.sentry.client import SentryClient
from instainstru_core.domains.observability.errors import (
    IssueNotFound,
    SentryEnvironmentUnknown,
    SentryNotConfigured,
    SentryProjectUnknown,
    SentryRefuses,
)
from instainstru_core.domains.observability.schemas.errors_seen import (
    EventView,
    FoundEvent,
    IssuePage,
    IssueView,
    ReportingProof,
)
from instainstru_core.domains.observability.types import IssueQuery, WhichEvent
from instainstru_core.kernel.errors import Refusal

ALL_PROJECTS = "-1"
KEEP_PROJECTS_SECONDS = 600.0
MOST_PAGES = 10
SHOWN_NAMES = 20
STAMP = "%Y-%m-%dT%H:%M:%S"


class HttpSentry:
    """One organization. `names` are our own short names of its projects."""

    def __init__(
        self,
        client: SentryClient,
        organization: str,
        names: dict[str, str],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._below = f"/organizations/{quote(organization, safe='')}"
        self._organization = quote(organization, safe="")
        self._names = names
        self._monotonic = monotonic
        self._projects: tuple[float, dict[str, str]] | None = None
        self._asking = Lock()

    def issues(self, query: IssueQuery) -> IssuePage:
        """Issues of the window, in Sentry's order."""
        asked = {
            "project": self._project_id(query.project),
            "start": query.start.strftime(STAMP),
            "end": query.end.strftime(STAMP),
            "query": query.search,
            "sort": query.sort.value,
            "limit": str(query.limit),
        }
        if query.environment is not None:
            asked["environment"] = query.environment
        if query.cursor is not None:
            asked["cursor"] = query.cursor
        answered = self._client.get(f"{self._below}/issues/", asked)
        if answered.body is None:
            raise self._unknown(query.environment)
        found: wire.Issues = wire.read_list(wire.Issues, answered.body)
        return IssuePage(
            items=[wire.issue_view(issue) for issue in found.items],
            total=answered.hits,
            next_cursor=answered.next_cursor,
        )

    def issue(self, reference: str) -> IssueView:
        """The issue of an id or a short id. Its counts are of its whole life."""
        answered = self._client.get(f"{self._below}/issues/{self._issue_id(reference)}/")
        if answered.body is None:
            raise _no_issue(reference)
        found: wire.Issue = wire.read(wire.Issue, answered.body)
        return wire.issue_view(found)

    def event_of(
        self, issue_id: str, which: WhichEvent, *, environment: str | None
    ) -> EventView | None:
        """An event of the issue; None where there is none in the environment."""
        asked = {"environment": environment} if environment is not None else None
        path = f"{self._below}/issues/{quote(issue_id, safe='')}/events/{which.value}/"
        answered = self._client.get(path, asked)
        if answered.body is None:
            return None
        found: wire.Event = wire.read(wire.Event, answered.body)
        return wire.event_view(found)

    def event(self, event_id: str) -> FoundEvent | None:
        """The event of an id, in whichever project it is; None where there is none."""
        asked = quote(event_id, safe="")
        answered = self._client.get(f"{self._below}/eventids/{asked}/")
        if answered.body is None:
            return None
        place: wire.EventId = wire.read(wire.EventId, answered.body)
        slug = quote(place.project, safe="")
        whole = self._client.get(f"/projects/{self._organization}/{slug}/events/{asked}/")
        if whole.body is None:
            return None
        found: wire.Event = wire.read(wire.Event, whole.body)
        return FoundEvent(
            project=place.project,
            issue_id=place.group_id or found.group_id,
            event=wire.event_view(found),
        )

    def prove(self) -> ReportingProof:
        """Tell of one deliberate error, through the SDK of this very process."""
        return sdk.prove()

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _issue_id(self, reference: str) -> str:
        if reference.isascii() and reference.isdecimal():
            return reference
        short = quote(reference.upper(), safe="")
        answered = self._client.get(f"{self._below}/shortids/{short}/")
        if answered.body is None:
            raise _no_issue(reference)
        found: wire.ShortId = wire.read(wire.ShortId, answered.body)
        return quote(found.group_id, safe="")

    def _project_id(self, name: str | None) -> str:
        if name is None:
            return ALL_PROJECTS
        known = self._known_projects()
        slug = self._names.get(name, name)
        if slug not in known:
            raise SentryProjectUnknown(
                "Sentry has no project of that name that our token may see. Choose one of"
                " `known`, or `all`.",
                field="project",
                known=sorted(known)[:SHOWN_NAMES],
            )
        return known[slug]

    def _known_projects(self) -> dict[str, str]:
        """The id of each project by its slug, kept for some minutes."""
        with self._asking:
            if self._projects is None or self._projects[0] < self._monotonic():
                found = self._ask_projects()
                self._projects = (self._monotonic() + KEEP_PROJECTS_SECONDS, found)
            return self._projects[1]

    def _ask_projects(self) -> dict[str, str]:
        found: dict[str, str] = {}
        asked: dict[str, str] | None = None
        for _page in range(MOST_PAGES):
            answered = self._client.get(f"{self._below}/projects/", asked)
            if answered.body is None:
                raise _no_organization()
            page: wire.Projects = wire.read_list(wire.Projects, answered.body)
            found |= {project.slug: project.id for project in page.items}
            if answered.next_cursor is None:
                break
            asked = {"cursor": answered.next_cursor}
        return found

    def _unknown(self, environment: str | None) -> Refusal:
        """Why Sentry knows nothing: it says the same of an environment and an organization."""
        answered = self._client.get(f"{self._below}/environments/")
        if answered.body is None or environment is None:
            return _no_organization()
        page: wire.Environments = wire.read_list(wire.Environments, answered.body)
        known = [one.name for one in page.items if one.name][:SHOWN_NAMES]
        choose = "Choose one of `known`, or `all`. " if known else ""
        return SentryEnvironmentUnknown(
            f"Sentry has heard nothing from the environment {environment} yet, so whether it has"
            f" errors is unknown. {choose}sentry_debug sends a test error.",
            field="environment",
            known=known,
        )


class UnconfiguredSentry:
    """The port where nobody said which Sentry to read. Telling it of errors is another matter."""

    def issues(self, query: IssueQuery) -> IssuePage:  # noqa: ARG002 - nobody is asked
        raise _not_configured()

    def issue(self, reference: str) -> IssueView:  # noqa: ARG002
        raise _not_configured()

    def event_of(
        self,
        issue_id: str,  # noqa: ARG002
        which: WhichEvent,  # noqa: ARG002
        *,
        environment: str | None,  # noqa: ARG002
    ) -> EventView | None:
        raise _not_configured()

    def event(self, event_id: str) -> FoundEvent | None:  # noqa: ARG002
        raise _not_configured()

    def prove(self) -> ReportingProof:
        """As above: this process may tell Sentry of its errors although it reads nothing."""
        return sdk.prove()

    def close(self) -> None:
        """Nothing was opened."""


def _not_configured() -> SentryNotConfigured:
    return SentryNotConfigured(
        "No Sentry is configured here, so its errors are unknown. An operator can set"
        " SENTRY_AUTH_TOKEN and INSTAINSTRU_SENTRY_ORGANIZATION."
    )


def _no_issue(reference: str) -> IssueNotFound:
    return IssueNotFound(
        "Sentry has no such issue that our token may see. List issues with sentry_issues_top.",
        issue=reference,
    )


def _no_organization() -> SentryRefuses:
    return SentryRefuses(
        "Sentry does not know our organization. An operator has to check"
        " INSTAINSTRU_SENTRY_ORGANIZATION and what SENTRY_AUTH_TOKEN may see."
    )
