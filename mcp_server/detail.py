"""How much of an answer is wanted: all of it, or a summary that costs a model little."""

from typing import Any, cast

from pydantic_core import from_json, to_json

from mcp_server.errors import BadArguments
from mcp_server.lean import DETAIL, DETAILS

SHOWN_ITEMS = 5
SHOWN_CHARACTERS = 200
SUMMARY = "summary"


def wants_summary(arguments: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The arguments without `detail`, and whether a summary is wanted."""
    wanted = arguments.get(DETAIL, DETAILS[0])
    if wanted not in DETAILS:
        raise BadArguments(
            f"These arguments cannot be used: `{DETAIL}`: Say full or summary.",
            field=DETAIL,
            allowed=list(DETAILS),
        )
    return {name: one for name, one in arguments.items() if name != DETAIL}, wanted == SUMMARY


def summarized(encoded: bytes) -> bytes:
    """The answer with long lists and texts of its data cut. What was cut is said."""
    answer = cast("dict[str, Any]", from_json(encoded))
    cut: list[str] = []
    answer["data"] = _short(answer["data"], cut)
    if cut:
        answer["truncated"] = True
        answer["warnings"].append(
            f"This is a summary: lists end after {SHOWN_ITEMS}, texts after {SHOWN_CHARACTERS}"
            " characters. Ask with detail full for the rest."
        )
    return to_json(answer)


def _short(part: object, cut: list[str]) -> object:
    if isinstance(part, dict):
        fields = cast("dict[str, object]", part)
        return {name: _short(value, cut) for name, value in fields.items()}
    if isinstance(part, list):
        items = cast("list[object]", part)
        if len(items) > SHOWN_ITEMS:
            cut.append("list")
        return [_short(one, cut) for one in items[:SHOWN_ITEMS]]
    if isinstance(part, str) and len(part) > SHOWN_CHARACTERS:
        cut.append("text")
        return part[:SHOWN_CHARACTERS] + "…"
    return part
