"""What can be read beside calling tools: the dictionary, the catalogue, runbooks, the policy.

All of it is documentation, read from the same files and objects that the system itself uses.
Whoever may use the copilot may read it; of the tools a reader sees those the token may call.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml
from fastmcp import FastMCP
from fastmcp.exceptions import ResourceError
from fastmcp.resources import Resource, ResourceTemplate

from instainstru_core.domains.observability.schemas import MetricDefinition
from instainstru_core.domains.observability.service.metrics import dictionary
from mcp_server import auth, documentation
from mcp_server.tool import Tool

SCHEME = "instainstru://"
METRICS, TOOLS = f"{SCHEME}metrics", f"{SCHEME}tools"
RUNBOOKS, REFUNDS = f"{SCHEME}runbooks", f"{SCHEME}policies/refunds"
DOCS = Path(__file__).resolve().parents[1] / "docs"
MARKDOWN, YAML = "text/markdown", "application/yaml"
POLICY_SECTIONS = (
    "Credit",
    "Cancelling",
    "Moving",
    "Who did not come",
    "Refunds and chargebacks",
    "How early a change comes",
    "Who gets what",
)
POLICY_HEAD = """\
# Refund policy

The parts of `docs/money.md` that say what goes back to whom. Amounts are cents; the page is written
from the rules that the code uses.
"""
RUNBOOKS_HEAD = "# Runbooks\n\nWhat to look at and what to do, by what is wrong.\n"
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def runbooks() -> Mapping[str, Path]:
    """The pages there are, by name."""
    return {path.stem: path for path in sorted((DOCS / "runbooks").glob("*.md"))}


def add_to(server: FastMCP[None], tools: Sequence[Tool]) -> None:
    """Put all of it on the shelf of this server."""

    def catalogue() -> str:
        scopes = auth.caller().scopes
        return documentation.page(tuple(tool for tool in tools if tool.scope in scopes))

    for resource in (
        Resource.from_function(
            metrics,
            METRICS,
            name="metric_dictionary",
            title="Metric dictionary",
            description="Every metric by name: meaning, unit, thresholds, owner and runbook.",
            mime_type=MARKDOWN,
        ),
        Resource.from_function(
            catalogue,
            TOOLS,
            name="tool_catalogue",
            title="Tool catalogue",
            description="Every tool that this token may call, with its arguments.",
            mime_type=MARKDOWN,
        ),
        Resource.from_function(
            index,
            RUNBOOKS,
            name="runbooks",
            title="Runbooks",
            description="Which page says what to do about which alert.",
            mime_type=MARKDOWN,
        ),
        Resource.from_function(
            refund_policy,
            REFUNDS,
            name="refund_policy",
            title="Refund policy",
            description="What goes back to whom when a lesson is cancelled, moved or missed.",
            mime_type=MARKDOWN,
        ),
        *(_runbook(name, path) for name, path in runbooks().items()),
    ):
        server.add_resource(resource)
    server.add_template(
        ResourceTemplate.from_function(
            metric,
            METRICS + "/{name}",
            name="metric",
            title="One metric",
            description="All that is known of one metric, its PromQL among it.",
            mime_type=YAML,
        )
    )


def metrics() -> str:
    """The whole dictionary as a table."""
    lines = [
        "# Metrics\n",
        f"Ask for values with `instainstru_metrics_query`; `{METRICS}/NAME` says all of one.\n",
        "| metric | meaning | unit | better | warning | critical | owner | runbook |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_line, dictionary().values())]) + "\n"


def metric(name: str) -> str:
    """One entry of the dictionary."""
    found = dictionary().get(name)
    if found is None:
        raise ResourceError(f"No metric has this name. Read {METRICS} to see all.")
    told = found.model_dump(mode="json", exclude_none=True)
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)


def index() -> str:
    """All runbooks, each with its first heading and its alerts."""
    lines = [RUNBOOKS_HEAD]
    for name, path in runbooks().items():
        title, _, rest = path.read_text("utf-8").partition("\n")
        about = " ".join(rest.split("\n## ")[0].split())
        lines.append(f"- `{RUNBOOKS}/{name}`: {title.removeprefix('# ')}. {about}")
    return "\n".join(lines) + "\n"


def refund_policy() -> str:
    """The sections of the money page that a refund depends on."""
    page = (DOCS / "money.md").read_text("utf-8")
    parts = HEADING.split(page)[1:]
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    chosen = [f"## {name}\n\n{sections[name].strip()}\n" for name in POLICY_SECTIONS]
    return "\n".join([POLICY_HEAD, *chosen])


def _runbook(name: str, path: Path) -> Resource:
    def read() -> str:
        return path.read_text("utf-8")

    title = path.read_text("utf-8").partition("\n")[0].removeprefix("# ")
    return Resource.from_function(
        read,
        f"{RUNBOOKS}/{name}",
        name=f"runbook_{name}",
        title=title,
        description=f"Runbook: {title[:1].lower()}{title[1:]}.",
        mime_type=MARKDOWN,
    )


def _line(one: MetricDefinition) -> str:
    limits, weekly = one.thresholds, one.weekly_change
    mild = grave = ""
    if limits is not None:
        mild, grave = f"{limits.warning:g}", f"{limits.critical:g}"
    elif weekly is not None:
        mild, grave = f"{weekly.warning:+.0%} a week", f"{weekly.critical:+.0%} a week"
    cells = (one.name, one.meaning, one.unit, one.better, mild, grave, one.owner, one.runbook)
    return f"| {' | '.join(cells)} |"
