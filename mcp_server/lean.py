"""JSON schemas without what a reader of them does not need: every listing of the tools has them."""

from typing import Any, TypeAlias, cast

Schema: TypeAlias = dict[str, Any]

NULL = {"type": "null"}


def lean(schema: Schema) -> Schema:
    """The schema without titles that repeat names and without descriptions of whole objects."""
    found = cast("Schema", _lean(schema))
    found.pop("description", None)
    for definition in found.get("$defs", {}).values():
        definition.pop("description", None)
    return found


def _lean(part: object) -> object:
    if isinstance(part, list):
        return [_lean(one) for one in cast("list[object]", part)]
    if not isinstance(part, dict):
        return part
    known = {
        name: value for name, value in cast("Schema", part).items() if not _is_title(name, value)
    }
    maps = {"properties", "$defs"}
    inner = {
        name: {key: _lean(one) for key, one in value.items()} if name in maps else _lean(value)
        for name, value in known.items()
    }
    return _one_type(inner)


def _is_title(name: str, value: object) -> bool:
    return name == "title" and isinstance(value, str)


def _one_type(schema: Schema) -> Schema:
    """`anyOf` of one plain type and null, as a list of two types."""
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or NULL not in choices:
        return schema
    others = [one for one in cast("list[Schema]", choices) if one != NULL]
    if len(others) != 1 or not isinstance(others[0].get("type"), str) or "const" in others[0]:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**others[0], **rest, "type": [others[0]["type"], "null"]}
