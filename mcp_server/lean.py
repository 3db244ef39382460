"""JSON schemas without what a reader of them does not need: every listing of the tools has them."""

from typing import Any, TypeAlias, cast

Schema: TypeAlias = dict[str, Any]

NULL = {"type": "null"}
DETAIL = "detail"
COPIED = frozenset({"confirm_token"})
UNCOPIED = frozenset({"examples", "maxLength", "pattern"})
DETAILS = ("full", "summary")


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


SHOWN_DEPTH = 2
UNSAID = frozenset(
    {"title", "description", "format", "required", "default", "examples", "propertyNames"}
)
"""What a listed answer does not repeat: all fields are always there, and names say what they are.

The whole schema stays what answers are tested against.
"""


def listed(schema: Schema) -> Schema:
    """What a listing tells of an answer: the names and kinds of `data`, whatever is around it.

    The envelope is the same for every tool, and the server's instructions say once what it means.
    """
    data = _shown(schema["properties"]["data"], schema.get("$defs", {}), 0)
    return {"type": "object", "properties": {"data": data}}


def _shown(part: Schema, defined: dict[str, Schema], depth: int) -> Schema:
    """The part with what it refers to in its place. Objects deep inside are only called that."""
    if "$ref" in part:
        return _shown(defined[str(part["$ref"]).rpartition("/")[2]], defined, depth)
    if "enum" in part or "const" in part:
        return {"type": part.get("type", "string")}
    if "properties" in part and depth == SHOWN_DEPTH:
        return {"type": "object"}
    shown = {name: value for name, value in part.items() if name not in UNSAID}
    if "properties" in shown:
        inner: dict[str, Schema] = shown["properties"]
        shown["properties"] = {name: _shown(one, defined, depth + 1) for name, one in inner.items()}
        shown.pop("type", None)  # properties say it
    for name in ("items", "additionalProperties"):
        if isinstance(shown.get(name), dict):
            shown[name] = _shown(shown[name], defined, depth)
    if "anyOf" in shown:
        shown["anyOf"] = [_shown(one, defined, depth) for one in shown["anyOf"]]
    return _maybe_null(shown)


def _maybe_null(shown: Schema) -> Schema:
    """`anyOf` of one thing and null, as that thing, which may be null."""
    choices: list[Schema] = shown.get("anyOf", [])
    others = [one for one in choices if one != NULL]
    if len(others) == 1 and "properties" in others[0]:
        return others[0]
    if len(others) != 1 or not isinstance(others[0].get("type"), str):
        return shown
    return {**others[0], "type": [others[0]["type"], "null"]}


def listed_arguments(schema: Schema, *, reads: bool) -> Schema:
    """What a listing tells of the arguments: not that control characters are refused, nor that
    there are no others, nor examples that say no more than the rest does. A tool that reads also
    takes how much of the answer is wanted.
    """
    shown = cast("Schema", _without_patterns(schema))
    defined: dict[str, Schema] = shown.get("$defs", {})
    shown["properties"] = {
        name: _without_repeats(one, defined, is_copied=name in COPIED)
        for name, one in shown["properties"].items()
    }
    shown.pop("additionalProperties", None)
    if reads and DETAIL not in shown["properties"]:
        shown["properties"] = {
            **shown["properties"],
            DETAIL: {"type": "string", "enum": list(DETAILS)},
        }
    return shown


def _without_repeats(argument: Schema, defined: dict[str, Schema], *, is_copied: bool) -> Schema:
    """The argument without examples that are its default or one of the few words it may be.

    What is only ever copied from an answer needs none either, nor to know its own form.
    """
    if is_copied:
        return {name: value for name, value in argument.items() if name not in UNCOPIED}
    named = [argument, *argument.get("anyOf", [])]
    known = [defined.get(str(one.get("$ref", "")).rpartition("/")[2], one) for one in named]
    words = [word for one in known for word in one.get("enum", [])]
    said = [*words, argument.get("default")]
    if not all(example in said for example in argument.get("examples", [])):
        return argument
    return {name: value for name, value in argument.items() if name != "examples"}


def _without_patterns(part: object) -> object:
    if isinstance(part, list):
        return [_without_patterns(one) for one in cast("list[object]", part)]
    if not isinstance(part, dict):
        return part
    found = cast("Schema", part)
    return {
        name: _without_patterns(value)
        for name, value in found.items()
        if not (name == "pattern" and "x00" in str(value))
    }
