"""The values that the wire carries, and names for lengths of time."""

from typing import Any, cast

from pydantic_core import from_json, to_json

Json = dict[str, Any]
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
API_VERSION = "2026-10-28.endive"


def snapshot(value: Json) -> Json:
    """A copy that later changes do not reach."""
    return cast("Json", from_json(to_json(value)))


def written(value: Json) -> str:
    """The text that goes over the wire: Stripe indents."""
    return to_json(value, indent=2).decode()


def listing(url: str, data: list[Json], *, has_more: bool = False) -> Json:
    """One page, as Stripe lists things."""
    return {"object": "list", "url": url, "has_more": has_more, "data": data}
