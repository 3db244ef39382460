"""The page about the tools, written from the tools themselves."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from mcp_server.tool import Tool

HEAD = """\
# Tools of the admin copilot

This page is generated from the tools themselves; a test fails when it is not up to date
(`make contracts` writes it). The server speaks streamable HTTP at `/mcp`.

Every answer is one envelope: `data`, `as_of`, `source`, `currency`, `window` (absolute bounds and
zone), `truncated`, `total`, `next_cursor`, `warnings` and `next_actions` (calls that are ready to
be made). Amounts are whole US cents. A refusal is an error with a stable `code`, a `message` that
says what to do, `retryable`, `facts` and the `request_id`, and where they are known `field`,
`allowed`, `hint`, `next_tool` and `retry_after`. Tools that read take `detail` as well: `summary`
cuts lists after 5 and texts after 200 characters. "20.0" is 20, and a number beyond its bounds is
the nearest allowed one, with a warning; where something is changed it is refused instead.

Tools that are not listed are found with `search_tools` and called through `call_tool`. A change is
made in two steps: a preview hands out a `confirm_token`, and executing takes nothing else
([0020](decisions/0020-a-change-is-shown-before-it-is-made.md)).

Windows are given in words or in ISO 8601: `today`, `yesterday`, `last 7 days`, `2h`, `this week`,
`last month`, `last 3 months`, `q3 2026`, `march 2026`, `since monday`, `month to date`,
`this month vs last`, `2026-03-15`, `2026-01-01/2026-01-31` (both days included). Days are New
York's.
"""


def page(tools: tuple[Tool, ...]) -> str:
    """All tools by topic, each with its arguments."""
    parts = [HEAD]
    for topic, members in groupby(tools, key=lambda tool: tool.topic):
        parts.append(f"## {topic.capitalize()}\n")
        parts += [_tool(tool) for tool in members]
    return "\n".join(parts)


def _tool(tool: Tool) -> str:
    lines = [
        f"### `{tool.name}`\n",
        tool.description,
        "",
        f"Scope `{tool.scope}`, {_what(tool)}.",
        "",
    ]
    properties: dict[str, Any] = tool.parameters.get("properties", {})
    if properties:
        lines += ["| argument | kind | default | meaning |", "|---|---|---|---|"]
        lines += _rows(tool, properties)
        lines.append("")
    return "\n".join(lines)


def _what(tool: Tool) -> str:
    """What it does to the world, and whether it is listed."""
    verb = "writes"
    if tool.reads:
        verb = "reads"
    elif not tool.confirms and tool.annotations.destructive_hint is False:
        verb = "previews"
    return verb if tool.direct else f"{verb}, not listed"


def _rows(tool: Tool, properties: dict[str, Any]) -> Iterator[str]:
    needed = tool.parameters.get("required", [])
    for name, schema in properties.items():
        default = "required" if name in needed else _shown(schema.get("default"))
        examples = ", ".join(f"`{example}`" for example in schema.get("examples", []))
        meaning = " ".join([schema.get("description", ""), f"Such as {examples}."]).strip()
        yield f"| `{name}` | {_kind(tool, schema)} | {default} | {_cell(meaning)} |"


def _kind(tool: Tool, schema: dict[str, Any]) -> str:
    defined: dict[str, Any] = tool.parameters.get("$defs", {})
    choices: list[dict[str, Any]] = [schema, *schema.get("anyOf", [])]
    for one in choices:
        found: dict[str, Any] = defined.get(one.get("$ref", "").rpartition("/")[2], one)
        if "enum" in found:
            return ", ".join(f"`{value}`" for value in found["enum"])
    told: list[str] | str = schema["type"]
    kinds = [told] if isinstance(told, str) else told
    bounds = " to ".join(str(schema[key]) for key in ("minimum", "maximum") if key in schema)
    return f"{next(kind for kind in kinds if kind != 'null')} {bounds}".strip()


def _shown(value: object) -> str:
    return "none" if value is None else f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
