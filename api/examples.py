"""An example for every body and every required parameter of the OpenAPI document: its own, else
one made to fit.

Made examples fit their schema and look alike everywhere: an id is an id, a price is in cents.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

AN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
BY_NAME: Mapping[str, str] = {
    "city": "New York",
    "country": "US",
    "currency": "USD",
    "email": "zoe.moss@example.com",
    "first_name": "Zoe",
    "last_name": "Moss",
    "monday": "2026-06-15",
    "password": "a-long-pass-phrase",
    "phone": "+12125550142",
    "postal_code": "10025",
    "state": "NY",
    "timezone": "America/New_York",
    "title": "Piano for beginners",
    "zip_code": "10025",
}
BY_PARAMETER: Mapping[str, object] = {
    "area_key": "nyc-manhattan-chelsea-hudson-yards",
    "category": "music",
    "client_id": "client_01jz8m4t6q3v9k2x7c5b1n0d8f",
    "ids": [AN_ID],
    "permission": "audit:read",
    "reference": f"booking:{AN_ID}",
    "service": "piano",
    "subcategory": "piano",
}
BY_FORMAT: Mapping[str, str] = {
    "date": "2026-06-18",
    "date-time": "2026-06-18T20:00:00Z",
    "email": "zoe.moss@example.com",
    "time": "16:00:00",
    "uri": "https://example.com",
}
BY_ENDING: Mapping[str, object] = {
    "_cents": 9_000,
    "_minutes": 60,
    "_name": "Zoe M.",
    "_on": "2026-06-18",
    "_rate": 0.12,
    "_local": "2026-06-18T16:00:00",
    "latitude": 40.7484,
    "longitude": -73.9857,
}


def complete(document: dict[str, Any]) -> None:
    """Give every JSON body and every required parameter of the document an example."""
    schemas: Schema = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter.get("required") and not parameter["schema"].get("examples"):
                    name = parameter["name"]
                    given = BY_PARAMETER.get(name) or of(parameter["schema"], schemas, name)
                    parameter["example"] = given
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for body in bodies:
                for media in body.get("content", {}).values():
                    if "example" not in media and "examples" not in media:
                        media["example"] = of(media["schema"], schemas)


def of(schema: Schema, schemas: Schema, name: str = "") -> object:
    """A value that fits the schema; `name` is the field's."""
    if "$ref" in schema:
        return of(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    for given in ("const", "default"):
        if schema.get(given) is not None:
            return schema[given]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return of(schema[choice][0], schemas, name)
    return _by_type(schema, schemas, name)


def _by_type(schema: Schema, schemas: Schema, name: str) -> object:
    match schema.get("type"):
        case "object":
            return {
                field: of(inner, schemas, field)
                for field, inner in schema.get("properties", {}).items()
            }
        case "array":
            return [of(schema["items"], schemas, name.removesuffix("s"))]
        case "string":
            return _text(schema, name)
        case "boolean":
            return True
        case "integer" | "number":
            return _number(schema, name)
        case _:
            return None


def _text(schema: Schema, name: str) -> str:
    if name in BY_NAME:
        return BY_NAME[name]
    if schema.get("format") in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    if name == "id" or name.endswith("_id"):
        return AN_ID
    for ending, value in BY_ENDING.items():
        if name.endswith(ending) and isinstance(value, str):
            return value
    made = name.replace("_", " ") or "text"
    return made.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength")]


def _number(schema: Schema, name: str) -> object:
    for ending, value in BY_ENDING.items():
        if name.endswith(ending) and isinstance(value, int | float):
            return value
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    return low if schema["type"] == "integer" else float(low)
