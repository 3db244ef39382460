"""Issues and events as the documented API shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from devstack.sentry_simulator import grouping
from devstack.sentry_simulator.grouping import Payload
from devstack.sentry_simulator.store import Issue, Kept, Project

Shape = dict[str, Any]


def project(found: Project) -> Shape:
    return {"id": found.id, "slug": found.slug, "name": found.slug, "platform": "python"}


def issue(found: Issue, counted: Sequence[Kept], *, url: str, with_lifetime: bool) -> Shape:
    """The issue with the counts of these events; in lists also with those of its whole life."""
    newest = found.newest.payload
    shape: Shape = {
        "id": found.id,
        "shareId": None,
        "shortId": found.short_id,
        "title": grouping.title(newest),
        "culprit": grouping.culprit(newest),
        "permalink": f"{url}/issues/{found.id}/",
        "logger": newest.get("logger"),
        "level": grouping.level(newest),
        "status": found.status,
        "statusDetails": {},
        "substatus": "ongoing" if found.status == "unresolved" else None,
        "isPublic": False,
        "platform": "python",
        "project": project(found.project),
        "type": "error" if grouping.exceptions(newest) else "default",
        "metadata": grouping.metadata(newest),
        "numComments": 0,
        "assignedTo": None,
        "isBookmarked": False,
        "hasSeen": False,
        "annotations": [],
        "issueType": "error",
        "issueCategory": "error",
        "isUnhandled": grouping.is_unhandled(newest),
        **_counts(counted),
    }
    if with_lifetime:
        shape |= {"lifetime": {**_counts(found.events), "stats": None}, "filtered": None}
    return shape


def event(found: Kept) -> Shape:
    """One event in full."""
    payload = found.payload
    release = payload.get("release")
    return {
        "id": found.id,
        "eventID": found.id,
        "groupID": found.issue_id,
        "projectID": found.project.id,
        "size": 0,
        "dist": None,
        "title": grouping.title(payload),
        "message": grouping.message(payload) or "",
        "location": None,
        "culprit": grouping.culprit(payload),
        "platform": payload.get("platform") or "python",
        "type": "error" if grouping.exceptions(payload) else "default",
        "metadata": grouping.metadata(payload),
        "dateCreated": moment(found.at),
        "dateReceived": moment(found.received_at),
        "tags": [{"key": key, "value": value} for key, value in sorted(found.tags.items())],
        "user": _user(payload),
        "release": {"version": release} if release else None,
        "contexts": payload.get("contexts") or {},
        "context": payload.get("extra") or {},
        "sdk": payload.get("sdk"),
        "entries": _entries(payload),
        "errors": [],
        "fingerprints": [grouping.fingerprint(payload)],
        "nextEventID": None,
        "previousEventID": None,
    }


def moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _counts(events: Sequence[Kept]) -> Shape:
    people = {event.tags["user"] for event in events if "user" in event.tags}
    times = [event.at for event in events]
    return {
        "count": str(len(events)),
        "userCount": len(people),
        "firstSeen": moment(min(times)) if times else None,
        "lastSeen": moment(max(times)) if times else None,
    }


def _user(payload: Payload) -> Shape | None:
    user = payload.get("user")
    if not user:
        return None
    names = ("id", "email", "username", "ip_address", "name")
    return {name: user.get(name) for name in names} | {"data": {}}


def _entries(payload: Payload) -> list[Shape]:
    entries: list[Shape] = []
    if chain := grouping.exceptions(payload):
        values = [_exception(one) for one in chain]
        data = {"values": values, "hasSystemFrames": True, "excOmitted": None}
        entries.append({"type": "exception", "data": data})
    elif text := grouping.message(payload):
        entries.append({"type": "message", "data": {"formatted": text}})
    if request := payload.get("request"):
        entries.append({"type": "request", "data": _request(request)})
    return entries


def _exception(one: Payload) -> Shape:
    return {
        "type": one.get("type"),
        "value": one.get("value"),
        "module": one.get("module"),
        "mechanism": one.get("mechanism"),
        "threadId": None,
        "stacktrace": {"frames": [_frame(frame) for frame in grouping.frames(one)]},
        "rawStacktrace": None,
    }


def _frame(frame: Payload) -> Shape:
    number = frame.get("lineno")
    before = cast("list[str]", frame.get("pre_context") or [])
    after = cast("list[str]", frame.get("post_context") or [])
    lines = [*before, frame["context_line"], *after] if frame.get("context_line") else []
    first = (number or 0) - len(before)
    return {
        "filename": frame.get("filename"),
        "absPath": frame.get("abs_path"),
        "module": frame.get("module"),
        "function": frame.get("function"),
        "lineNo": number,
        "colNo": None,
        "inApp": bool(frame.get("in_app")),
        "context": [[first + place, line] for place, line in enumerate(lines)],
        "vars": frame.get("vars"),
    }


def _request(request: Payload) -> Shape:
    return {
        "method": request.get("method"),
        "url": request.get("url"),
        "query": request.get("query_string") or [],
        "headers": [list(pair) for pair in grouping.pairs(request, "headers")],
        "cookies": request.get("cookies") or [],
        "data": request.get("data"),
        "env": request.get("env"),
        "fragment": None,
    }
