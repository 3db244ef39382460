"""What leaves for Sentry: events and transactions without people, secrets and contents."""

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from instainstru_core.domains.observability.policy import scrubbing

Event: TypeAlias = dict[str, Any]

LONGEST_TAG = 200
NEVER = ("breadcrumbs", "extra", "modules")


def scrubbed(event: Event, _hint: object = None) -> Event:
    """The event without anything that was not written by us; texts are scrubbed."""
    for name in NEVER:
        event.pop(name, None)
    user = part(event, "user")
    event.pop("user", None)
    if user.get("id"):
        event["user"] = {"id": scrubbing.text(str(user["id"]), longest=LONGEST_TAG)}
    if request := part(event, "request"):
        event["request"] = _request(request)
    for thrown in parts(part(event, "exception"), "values"):
        thrown["value"] = scrubbing.text(str(thrown.get("value") or ""))
        for frame in parts(part(thrown, "stacktrace"), "frames"):
            frame.pop("vars", None)
    if event.get("message"):
        event["message"] = scrubbing.text(str(event["message"]))
    if entry := part(event, "logentry"):
        event["logentry"] = {name: scrubbing.text(str(value)) for name, value in _said(entry)}
    if tags := part(event, "tags"):
        event["tags"] = scrubbing.tags({key: str(value) for key, value in tags.items()})
    for span in parts(event, "spans"):
        span["description"] = scrubbing.text(
            str(span.get("description") or ""), longest=LONGEST_TAG
        )
        span["data"] = _harmless(part(span, "data"))
    return event


def part(event: Event, name: str) -> Event:
    """An object in the event; empty where there is none."""
    found = event.get(name)
    return cast("Event", found) if isinstance(found, dict) else {}


def parts(event: Event, name: str) -> list[Event]:
    """A list of objects in the event; empty where there is none."""
    found = event.get(name)
    listed = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Event", one) for one in listed if isinstance(one, dict)]


def _said(entry: Event) -> list[tuple[str, object]]:
    return [(name, entry[name]) for name in ("message", "formatted") if entry.get(name)]


def _request(request: Mapping[str, Any]) -> Event:
    kept: Event = {"method": request.get("method")}
    if request.get("url"):
        kept["url"] = scrubbing.url(str(request["url"]))
    return kept


def _harmless(data: Mapping[str, Any]) -> Event:
    """What a span says of itself, without what somebody gave it."""
    return {
        name: scrubbing.text(value, longest=LONGEST_TAG) if isinstance(value, str) else value
        for name, value in data.items()
        if ".argument." not in name and isinstance(value, str | int | float | bool)
    }
