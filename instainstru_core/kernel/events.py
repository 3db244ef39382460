"""Facts that happened: the base of every event, and how events travel as JSON."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, get_type_hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact, named in the past tense, that carries ids and plain values only."""


class UnknownEvent(LookupError):
    """No event class has this name: the row was written by newer or older code."""


def encode(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values."""
    return {name: _to_wire(value) for name, value in asdict(event).items()}


def decode(name: str, payload: dict[str, Any]) -> Event:
    """The event of this name. Fields that the class no longer knows are ignored."""
    kind = _by_name().get(name)
    if kind is None:
        raise UnknownEvent(name)
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    return kind(
        **{key: _from_wire(value, hints[key]) for key, value in payload.items() if key in known}
    )


def _by_name() -> dict[str, type[Event]]:
    found: dict[str, type[Event]] = {}
    waiting: list[type[Event]] = [Event]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting.extend(kind.__subclasses__())
    return found


def _to_wire(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _from_wire(value: object, hint: object) -> object:
    if isinstance(value, str) and hint in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and hint in (date, date | None):
        return date.fromisoformat(value)
    return value
