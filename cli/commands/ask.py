"""`instainstru ask`: a question in plain words, answered by a model with the copilot's tools."""

import json
import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from pydantic_core import to_json

from cli import copilot, output, session
from cli.asking import SECONDS, SHOWN_ARGUMENTS, STEPS, Asked, Asking, Limits, Step
from cli.copilot import PREFIX, READ, Scope, Token, Url
from cli.llm import Llm
from cli.output import AsJson
from instainstru_core.kernel.clock import utc_now

app = typer.Typer(add_completion=False)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    *,
    model: Annotated[
        str | None, typer.Option("--model", help="The model; OPENAI_MODEL by default.")
    ] = None,
    steps: Annotated[
        int, typer.Option("--steps", min=1, max=30, help="How often it may call tools.")
    ] = STEPS,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=3600, help="For how long it may go on.")
    ] = SECONDS,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no calls.")] = False,
    url: Url = None,
    token: Token = None,
    scope: Scope = READ,
    as_json: AsJson = False,
) -> None:
    """Ask in plain words: a language model answers with the copilot's tools, call by call."""
    llm = Llm(session.settings(), name=model)
    to = copilot.connection(url, token, scope)

    async def asked(client: Any) -> Asked:  # noqa: ANN401 - the framework's own
        return await Asking(
            client=client,
            model=llm,
            limits=Limits(steps, seconds),
            now=utc_now(),
            trace=_unseen if quiet or as_json else _show,
            agrees=_agrees,
            may_change=scope != READ or token is not None,
        ).answer(question)

    try:
        found = copilot.ask(to, asked)
    finally:
        llm.close()
    output.show(_as_json(found, llm.name), lambda: _words(found), as_json=as_json)


def _words(found: Asked) -> list[str]:
    cut = f"\n! The limit of {found.cut_short} ended it early: the answer may lack something."
    return [found.answer, *([cut] if found.cut_short else [])]


def _as_json(found: Asked, model: str) -> dict[str, Any]:
    calls = [
        {
            "tool": step.tool,
            "arguments": step.arguments,
            "is_error": step.is_error,
            "bytes": step.size,
            "took_ms": step.took_ms,
            "answer": _parsed(step.answer),
        }
        for step in found.steps
    ]
    return {
        "answer": found.answer,
        "model": model,
        "calls": calls,
        "tokens": found.tokens,
        "cut_short": found.cut_short,
    }


def _parsed(text: str) -> Any:  # noqa: ANN401 - whatever JSON can say
    try:
        return json.loads(text)
    except ValueError:
        return text


def _show(step: Step) -> None:
    """One line for each call, beside the answer."""
    given = ", ".join(f"{name}={_short(value)}" for name, value in step.arguments.items())
    mark = "refused" if step.is_error else f"{step.size:,} bytes"
    tool = step.tool.removeprefix(PREFIX)
    line = f"  > {tool}({given})"
    typer.echo(f"{line[:SHOWN_ARGUMENTS]}  {mark}, {step.took_ms} ms", err=True)


def _unseen(_step: Step) -> None:
    """Nobody looks."""


def _short(value: object) -> str:
    return to_json(value, fallback=str).decode()


def _agrees(tool: str, arguments: Mapping[str, Any]) -> bool:
    """Whether the person agrees to a call that changes something. Where nobody is, nobody does."""
    if not sys.stdin.isatty():
        return False
    shown = to_json(arguments, indent=2).decode()
    return typer.confirm(f"The model wants to change something: {tool} {shown}\nDo it?", err=True)
