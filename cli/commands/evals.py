"""`instainstru evals`: how well the copilot finds its tools and understands questions."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict
from rich.table import Table

from cli import output, session
from cli.evals import questions, scoring
from cli.evals.choosing import Choice, Choices, choose
from cli.evals.scoring import (
    METRICS_RIGHT,
    RECALL_AT_1,
    RECALL_AT_3,
    Scores,
)
from cli.llm import Llm
from cli.output import AsJson
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.errors import Invalid
from mcp_server import registry

SHOWN = 20

app = typer.Typer(add_completion=False, no_args_is_help=True)


class BelowTarget(Invalid):
    code = "evals.below_target"


class Result(BaseModel):
    """All scores; those of a model only where one was asked."""

    model_config = ConfigDict(frozen=True)

    scores: Scores
    model: str | None = None
    choices: Choices | None = None


@app.callback()
def evals() -> None:
    """How well the copilot finds its tools and understands questions."""


@app.command()
def run(
    *,
    with_model: Annotated[
        bool, typer.Option("--with-model", help="Also let the configured model choose tools.")
    ] = False,
    model: Annotated[
        str | None, typer.Option("--model", help="Which model; OPENAI_MODEL by default.")
    ] = None,
    at_most: Annotated[
        int | None, typer.Option("--at-most", min=1, help="So many questions for the model.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score the committed questions. Without a model nothing is asked of anybody."""
    llm = Llm(session.settings(), name=model) if with_model or model is not None else None
    asked = questions.load()
    tools = registry.declared()
    scores = scoring.score(asked, tools, now=utc_now())
    found = Result(scores=scores)
    if llm is not None:
        try:
            choices = choose(asked.tools[:at_most], tools, llm, seen=_seen)
        finally:
            llm.close()
        found = Result(scores=scores, model=llm.name, choices=choices)
    output.show(found, lambda: tables(found), as_json=as_json)
    if not scores.is_good:
        raise BelowTarget("The copilot is below its targets: see what was missed and misread.")


def _seen(choice: Choice) -> None:
    typer.echo("." if choice.is_call_right else "x", nl=False, err=True)
    sys.stderr.flush()


def tables(found: Result) -> Sequence[Table | str]:
    """The scores for people, and what was missed."""
    scores = found.scores
    parts: list[Table | str] = [
        output.table(
            "tools by",
            "batch",
            "questions",
            f"first (target {RECALL_AT_1:.0%})",
            f"of the first 3 (target {RECALL_AT_3:.0%})",
            rows=(
                (one.ranker, one.batch, one.questions, f"{one.at_1:.1%}", f"{one.at_3:.1%}")
                for one in scores.tools
            ),
        ),
        "",
        output.table(
            "metrics",
            "questions",
            f"right (target {METRICS_RIGHT:.0%})",
            "confidently wrong (target 0)",
            rows=(
                (one.batch, one.questions, f"{one.right:.1%}", one.wrong) for one in scores.metrics
            ),
        ),
        "",
        output.table(
            "not first",
            "expected",
            "found",
            rows=(
                (one.ask, ", ".join(one.expected), ", ".join(one.found))
                for one in scores.missed[:SHOWN]
            ),
        ),
        "",
        output.table(
            "not understood",
            "expected",
            "found",
            rows=((one.ask, one.expected, one.found) for one in scores.misread[:SHOWN]),
        ),
    ]
    if found.choices is not None:
        chosen = found.choices
        told = f"{found.model} chose {chosen.tool_right:.1%} of the tools rightly and"
        parts += ["", f"{told} {chosen.call_right:.1%} of the calls, of {chosen.questions}."]
    return parts
