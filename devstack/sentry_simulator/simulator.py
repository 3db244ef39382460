"""Sentry itself, without a network: takes envelopes, answers the API, and listens to testers."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

from devstack.sentry_simulator import answers, envelopes, listing, shapes
from devstack.sentry_simulator.answers import Answer, SimulatedTimeout
from devstack.sentry_simulator.faults import Fault, Faults
from devstack.sentry_simulator.store import Issue, Kept, Project, Store
from instainstru_core.kernel.clock import utc_now

CONTROL = "/_sim/"
API = "/api/0/"
PROJECTS = (
    Project("1", "instainstru-api"),
    Project("2", "instainstru-mcp"),
    Project("3", "instainstru-worker"),
    Project("4", "instainstru-web"),
)
PAGE = 25
STATES = frozenset({"unresolved", "resolved", "ignored"})


class Simulator:
    """Answers requests of one organization."""

    def __init__(
        self,
        token: str,
        *,
        public_key: str,
        organization: str = "instainstru",
        environments: Iterable[str] = (),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.faults = Faults()
        self.url = "https://sentry.simulated"
        self.store = Store(PROJECTS, clock, environments)
        self._token = token
        self._public_key = public_key
        self._organization = organization
        self._clock = clock

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """The answer to one request; header names are lower-case. Raises SimulatedTimeout."""
        parts = urlsplit(target)
        given = parse_qs(parts.query, keep_blank_values=True)
        if parts.path.startswith(CONTROL):
            return self._control(method, parts.path.removeprefix(CONTROL), body)
        if parts.path.startswith(API):
            path = [unquote(part) for part in parts.path.removeprefix(API).strip("/").split("/")]
            return self._api(method, path, given, headers, body)
        match method, parts.path.strip("/").split("/"):
            case "POST", ["api", project_id, "envelope"]:
                return self._take(project_id, headers, body)
            case _:
                return answers.NO_PATH

    def _take(self, project_id: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """An envelope of the SDK."""
        if self.faults.strikes(envelope=True) is not None:
            return answers.BROKEN
        if f"sentry_key={self._public_key}" not in headers.get("x-sentry-auth", ""):
            return answers.NO_KEY
        project = self.store.project(project_id)
        if project is None:
            return answers.NO_PROJECT
        event_id: str | None = None
        try:
            for kind, payload in envelopes.items(body, headers.get("content-encoding", "")):
                self.store.note(kind, payload)
                if kind == "event":
                    event_id = self.store.take(project, payload).id
        except envelopes.Unreadable as problem:
            return answers.detail(400, f"invalid envelope: {problem}")
        return Answer(200, {"id": event_id} if event_id else {})

    def _api(
        self,
        method: str,
        path: list[str],
        given: Mapping[str, list[str]],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        trouble = _struck(self.faults.strikes(envelope=False))
        if trouble is not None:
            return trouble
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token != self._token:
            return answers.WRONG_TOKEN if token else answers.NO_TOKEN
        match path:
            case ["organizations", name, *rest] if name == self._organization:
                return self._of_organization(method, rest, given, body)
            case ["projects", name, slug, "events", *rest] if name == self._organization:
                project = self.store.project(slug)
                return answers.NOTHING if project is None else self._of_project(project, rest)
            case _:
                return answers.NOTHING

    def _of_organization(
        self, method: str, path: list[str], given: Mapping[str, list[str]], body: bytes
    ) -> Answer:
        match method, path:
            case "GET", ["projects" | "environments" | "issues" as what]:
                return self._listed(what, given)
            case _, ["issues", reference, *rest]:
                return self._of_issue(method, self.store.issue(reference), rest, given, body)
            case "GET", ["shortids", short_id]:
                return self._short_id(self.store.issue(short_id))
            case "GET", ["eventids", event_id]:
                return self._event_id(self.store.event(event_id))
            case _:
                return answers.NO_PATH

    def _listed(self, what: str, given: Mapping[str, list[str]]) -> Answer:
        if what == "projects":
            return self._projects(given)
        if what == "issues":
            return listing.answer(self.store, given, now=self._clock(), url=self.url)
        return Answer(200, [{"id": name, "name": name} for name in self.store.environments()])

    def _of_issue(
        self,
        method: str,
        issue: Issue | None,
        path: list[str],
        given: Mapping[str, list[str]],
        body: bytes,
    ) -> Answer:
        if issue is None:
            return answers.NOTHING
        environments = given.get("environment", [])
        events = [
            one for one in issue.events if one.environment in environments or not environments
        ]
        match method, path:
            case "GET", []:
                return self._issue(issue)
            case "PUT", []:
                return self._changed(issue, body)
            case "GET", ["events"]:
                newest = sorted(events, key=lambda one: one.at, reverse=True)
                return Answer(200, [shapes.event(one) for one in newest[:PAGE]])
            case "GET", ["events", which]:
                chosen = _chosen(events, which)
                return answers.NOTHING if chosen is None else Answer(200, shapes.event(chosen))
            case _:
                return answers.NO_PATH

    def _of_project(self, project: Project, path: list[str]) -> Answer:
        match path:
            case []:
                found = [one for one in self.store.issues() if one.project == project]
                events = sorted(
                    (event for one in found for event in one.events),
                    key=lambda event: event.at,
                    reverse=True,
                )
                return Answer(200, [shapes.event(event) for event in events[:PAGE]])
            case [event_id]:
                event = self.store.event(event_id)
                is_here = event is not None and event.project == project
                return Answer(200, shapes.event(event)) if event and is_here else answers.NOTHING
            case _:
                return answers.NO_PATH

    def _projects(self, given: Mapping[str, list[str]]) -> Answer:
        """Two a page, so that whoever reads only the first is found out."""
        try:
            offset = listing.offset_of(given.get("cursor", [None])[-1])
        except listing.Refused as refused:
            return refused.answer
        known = self.store.projects
        content = [shapes.project(one) for one in known[offset : offset + 2]]
        path = f"/organizations/{self._organization}/projects/"
        link = listing.pages(self.url, path, offset=offset, limit=2, count=len(known))
        return Answer(200, content, {"Link": link})

    def _issue(self, issue: Issue) -> Answer:
        return Answer(200, shapes.issue(issue, issue.events, url=self.url, with_lifetime=False))

    def _changed(self, issue: Issue, body: bytes) -> Answer:
        try:
            status = json.loads(body)["status"]
        except (ValueError, KeyError, TypeError):
            status = None
        if status not in STATES:
            return answers.detail(400, "Invalid status.")
        issue.status = status
        return self._issue(issue)

    def _short_id(self, issue: Issue | None) -> Answer:
        if issue is None:
            return answers.NOTHING
        shape = shapes.issue(issue, issue.events, url=self.url, with_lifetime=False)
        return Answer(
            200,
            {
                "organizationSlug": self._organization,
                "projectSlug": issue.project.slug,
                "groupId": issue.id,
                "group": shape,
                "shortId": issue.short_id,
            },
        )

    def _event_id(self, event: Kept | None) -> Answer:
        if event is None:
            return answers.NOTHING
        return Answer(
            200,
            {
                "organizationSlug": self._organization,
                "projectSlug": event.project.slug,
                "groupId": event.issue_id,
                "eventId": event.id,
                "event": shapes.event(event),
            },
        )

    def _control(self, method: str, name: str, body: bytes) -> Answer:
        """What testers and people ask, without a token."""
        try:
            match method, name:
                case "GET", "health":
                    return Answer(200, {"status": "ok", "items": dict(self.store.items)})
                case "GET", "issues":
                    return Answer(200, [_brief(one) for one in self.store.issues()])
                case "POST", "forget":
                    self.store.clear()
                    return Answer(200, {})
                case "GET" | "POST" | "DELETE", "faults":
                    return self._change_faults(method, body)
                case _:
                    return Answer(404, {"error": f"There is no {method} {CONTROL}{name}"})
        except (KeyError, TypeError, ValueError) as problem:
            return Answer(400, {"error": repr(problem)})

    def _change_faults(self, method: str, body: bytes) -> Answer:
        if method == "POST":
            self.faults.add(Fault.of(json.loads(body)))
        elif method == "DELETE":
            self.faults.clear()
        return Answer(200, {"faults": [asdict(fault) for fault in self.faults.active()]})


def _chosen(events: list[Kept], which: str) -> Kept | None:
    if not events:
        return None
    match which:
        case "latest" | "recommended":
            return max(events, key=lambda one: one.at)
        case "oldest":
            return min(events, key=lambda one: one.at)
        case _:
            return next((one for one in events if one.id == which), None)


def _brief(issue: Issue) -> dict[str, object]:
    event = shapes.event(issue.newest)
    counts = {"events": len(issue.events), "last_seen": shapes.moment(issue.newest.at)}
    return {
        "short_id": issue.short_id,
        "title": event["title"],
        "culprit": event["culprit"],
        "status": issue.status,
        **counts,
    }


def _struck(fault: Fault | None) -> Answer | None:
    match fault.trouble if fault else None:
        case "timeout":
            raise SimulatedTimeout
        case "error":
            return answers.BROKEN if fault is None else answers.detail(503, "Service Unavailable")
        case "rate_limit":
            return answers.too_often(fault.retry_after if fault else 1)
        case "forbidden":
            return answers.detail(403, "You do not have permission to perform this action.")
        case "nonsense":
            return Answer(200, {"welcome": "to another program"})
        case _:
            return None
