"""What each fact looks like on the wire: rows written by older code must stay readable."""

import importlib
import importlib.util
import inspect
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from instainstru_core import domains
from instainstru_core.kernel.events import Event, decode, encode
from tests.contracts.documents import check_snapshot

WIRE: dict[object, str] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    datetime: "date-time",
    date: "date",
}
SAMPLES: dict[object, object] = {
    str: "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
    int: 7,
    bool: True,
    datetime: datetime(2026, 6, 18, 20, 0, 0, 1, tzinfo=UTC),
    date: date(2026, 6, 18),
}


def events() -> Iterator[tuple[str, type[Event]]]:
    """Every fact of every domain, as "subject.Name"."""
    for found in pkgutil.iter_modules(domains.__path__):
        name = f"{domains.__name__}.{found.name}.events"
        if importlib.util.find_spec(name) is None:
            continue
        for kind in vars(importlib.import_module(name)).values():
            if inspect.isclass(kind) and issubclass(kind, Event) and kind.__module__ == name:
                yield f"{found.name}.{kind.__name__}", kind


EVENTS = dict(sorted(events()))


def hints(kind: type[Event]) -> dict[str, object]:
    known = get_type_hints(kind)
    return {field.name: known[field.name] for field in fields(kind)}


def wire_type(hint: object) -> str:
    """The JSON form of a field; a type that cannot travel is refused."""
    if get_origin(hint) in {Union, UnionType}:
        return " or ".join(sorted(map(wire_type, get_args(hint))))
    if hint is NoneType:
        return "null"
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return "one of " + ", ".join(sorted(member.value for member in hint))
    if hint not in WIRE:
        pytest.fail(f"{hint!r} does not travel as plain JSON and back")
    return WIRE[hint]


def sample(hint: object) -> object:
    """A value of this type."""
    if get_origin(hint) in {Union, UnionType}:
        return sample(next(part for part in get_args(hint) if part is not NoneType))
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return next(iter(hint))
    return SAMPLES[hint]


class TestThePayloads:
    def test_are_the_committed_ones(self) -> None:
        check_snapshot(
            "event_payloads.json",
            {
                name: {field: wire_type(hint) for field, hint in hints(kind).items()}
                for name, kind in EVENTS.items()
            },
        )

    def test_have_names_of_their_own(self) -> None:
        names = [kind.__name__ for kind in EVENTS.values()]
        assert sorted(set(names)) == sorted(names)

    @pytest.mark.parametrize("name", EVENTS)
    def test_come_back_as_they_left(self, name: str) -> None:
        kind = EVENTS[name]
        values: dict[str, Any] = {field: sample(hint) for field, hint in hints(kind).items()}
        event = kind(**values)

        assert decode(kind.__name__, json.loads(json.dumps(encode(event)))) == event
