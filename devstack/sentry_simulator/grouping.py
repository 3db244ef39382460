"""Which events have one cause, and how that is called."""

import hashlib
import json
from typing import Any, cast

Payload = dict[str, Any]


def fingerprint(event: Payload) -> str:
    """Events with the same one are one issue: by their own word, their chain, or their message."""
    own = event.get("fingerprint")
    parts: object
    if own and "{{ default }}" not in own:
        parts = own
    elif chain := exceptions(event):
        parts = [[one.get("type"), _places(one)] for one in chain]
    else:
        parts = [event.get("logger"), _template(event)]
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]


def exceptions(event: Payload) -> list[Payload]:
    """The chain, the cause first."""
    values = part(event, "exception").get("values")
    return [one for one in cast("list[Payload | None]", values or []) if one]


def part(event: Payload, name: str) -> Payload:
    """An object in the event; empty where there is none."""
    found = event.get(name)
    return cast("Payload", found) if isinstance(found, dict) else {}


def pairs(event: Payload, name: str) -> list[tuple[str, str]]:
    """Names with values, which the SDK may send as an object or as a list of pairs."""
    found = event.get(name)
    listed = cast("list[list[object]]", found) if isinstance(found, list) else []
    both = [*part(event, name).items(), *((one[0], one[1]) for one in listed)]
    return [(str(key), str(value)) for key, value in both]


def frames(exception: Payload) -> list[Payload]:
    """The way to an exception, the outermost first."""
    return cast("list[Payload]", part(exception, "stacktrace").get("frames") or [])


def title(event: Payload) -> str:
    """What went wrong, in a line: the last exception of the chain, or the message."""
    chain = exceptions(event)
    if not chain:
        return (message(event) or "<unlabeled event>").splitlines()[0]
    value = str(chain[-1].get("value") or "").splitlines()
    kind = str(chain[-1].get("type") or "Error")
    return f"{kind}: {value[0]}" if value else kind


def message(event: Payload) -> str | None:
    """The message of an event that has one."""
    entry = part(event, "logentry")
    found = entry.get("formatted") or entry.get("message") or event.get("message")
    return str(found) if found else None


def culprit(event: Payload) -> str:
    """Where it went wrong: the transaction, or the innermost place that is ours."""
    if event.get("transaction"):
        return str(event["transaction"])
    for exception in reversed(exceptions(event)):
        for frame in reversed(frames(exception)):
            if frame.get("in_app"):
                return f"{frame.get('module') or frame.get('filename')} in {frame.get('function')}"
    return str(event.get("logger") or "")


def metadata(event: Payload) -> dict[str, str]:
    """What Sentry shows of an issue beside its title."""
    chain = exceptions(event)
    if not chain:
        return {"title": title(event)}
    last = chain[-1]
    inner = frames(last)[-1] if frames(last) else {}
    return {
        "type": str(last.get("type") or "Error"),
        "value": str(last.get("value") or ""),
        "filename": str(inner.get("filename") or ""),
        "function": str(inner.get("function") or ""),
    }


def tags(event: Payload) -> dict[str, str]:
    """Its own tags, and those that Sentry makes of other fields."""
    own = dict(pairs(event, "tags"))
    made = {
        "environment": event.get("environment") or "production",
        "level": level(event),
        "logger": event.get("logger"),
        "release": event.get("release"),
        "server_name": event.get("server_name"),
        "transaction": event.get("transaction"),
        "url": part(event, "request").get("url"),
        "user": person(event),
    }
    return {**own, **{key: str(value) for key, value in made.items() if value}}


def level(event: Payload) -> str:
    return str(event.get("level") or "error")


def person(event: Payload) -> str | None:
    """Who was hit, in Sentry's notation."""
    user = part(event, "user")
    for name, word in (("id", "id"), ("email", "email"), ("ip_address", "ip")):
        if user.get(name):
            return f"{word}:{user[name]}"
    return None


def is_unhandled(event: Payload) -> bool:
    return any(part(one, "mechanism").get("handled") is False for one in exceptions(event))


def _places(exception: Payload) -> list[object]:
    ours = [frame for frame in frames(exception) if frame.get("in_app")] or frames(exception)
    return [[frame.get("module") or frame.get("filename"), frame.get("function")] for frame in ours]


def _template(event: Payload) -> str | None:
    entry = part(event, "logentry")
    return entry.get("message") or event.get("message")
