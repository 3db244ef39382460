"""Values as models write them: whole numbers as text or with a point, bounds overstepped, and
words of a list in another case.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

NO_NUMBER = "true or false"
WHOLE = re.compile(r"[+-]?\d{1,30}(\.0*)?")


def understood(
    given: Mapping[str, Any], parameters: Mapping[str, Any], *, clamps: bool
) -> tuple[dict[str, Any], list[str]]:
    """The arguments with whole numbers as such, and what was changed about them, in words.

    "20.0" is 20. Where the tool only reads, a number beyond its bounds becomes the nearest allowed
    one; a tool that changes something refuses it instead. "Last Minute" is `last_minute` where an
    argument is one of a few words, and no other of them reads the same.
    """
    properties: Mapping[str, Any] = parameters.get("properties", {})
    read, notes = dict(given), list[str]()
    for name, value in given.items():
        schema = _integer_schema(properties.get(name))
        if schema is None:
            read[name] = _word(value, allowed(parameters, name))
            continue
        if isinstance(value, bool):
            read[name] = NO_NUMBER
        number = _whole(value)
        if number is None:
            continue
        read[name] = _clamped(number, schema) if clamps else number
        if read[name] != number:
            bounds = f"{schema.get('minimum', 'any')} to {schema.get('maximum', 'any')}"
            notes.append(f"`{name}` may be {bounds}: {read[name]} was taken instead.")
    return read, notes


def allowed(parameters: Mapping[str, Any], name: str) -> list[str] | None:
    """The values that an argument may have, where they are few."""
    defined: Mapping[str, Any] = parameters.get("$defs", {})
    schema: Any = parameters.get("properties", {}).get(name)
    for one in _choices(schema):
        found: Mapping[str, Any] = defined.get(str(one.get("$ref", "")).rpartition("/")[2], one)
        if "enum" in found:
            return [str(value) for value in found["enum"]]
    return None


def _word(value: object, words: list[str] | None) -> object:
    """The one of these words that was meant, or the value as it is."""
    if words is None or not isinstance(value, str) or value in words:
        return value
    meant = [word for word in words if _plain(word) == _plain(value)]
    return meant[0] if len(meant) == 1 else value


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", "_", word.strip().casefold())


def _integer_schema(schema: object) -> dict[str, Any] | None:
    for one in _choices(schema):
        kinds = one.get("type")
        if kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds):
            return one
    return None


def _choices(schema: object) -> list[dict[str, Any]]:
    if not isinstance(schema, dict):
        return []
    found = cast("dict[str, Any]", schema)
    return [found, *found.get("anyOf", [])]


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    return None


def _clamped(number: int, schema: Mapping[str, Any]) -> int:
    low, high = schema.get("minimum", number), schema.get("maximum", number)
    return int(max(low, min(high, number)))
