"""Facts that happened: the base of every event, and how events travel as JSON."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any, get_type_hints

_KINDS: dict[str, type["Event"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact, named in the past tense, that carries ids and plain values only."""

    def __init_subclass__(cls) -> None:
        """Make the class known by its name.

        `slots=True` builds each class a second time; the second is the one to keep.
        """
        known = _KINDS.get(cls.__name__)
        if known is not None and (known.__module__, known.__qualname__) != (
            cls.__module__,
            cls.__qualname__,
        ):
            msg = f"{cls.__name__} is an event of {known.__module__} already"
            raise TypeError(msg)
        _KINDS[cls.__name__] = cls


class UnknownEvent(LookupError):
    """No event class has this name: the row was written by newer or older code."""


def encode(event: Event) -> dict[str, Any]:
    """The event's fields as JSON values."""
    return {name: _to_wire(value) for name, value in asdict(event).items()}


def decode(name: str, payload: dict[str, Any]) -> Event:
    """The event of this name. Fields that the class no longer knows are ignored."""
    kind = _KINDS.get(name)
    if kind is None:
        raise UnknownEvent(name)
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}
    return kind(
        **{key: _from_wire(value, hints[key]) for key, value in payload.items() if key in known}
    )


def is_known(name: str) -> bool:
    """Whether an event class of this name is loaded here."""
    return name in _KINDS


def _to_wire(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _from_wire(value: object, hint: object) -> object:
    if isinstance(value, str) and hint in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and hint in (date, date | None):
        return date.fromisoformat(value)
    return value
