"""How the terminal says no: what happened, what to do, and an exit code for programs."""

import json
import re
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import typer
from pydantic import ValidationError

from devstack.trouble import StackTrouble
from instainstru_core.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Unauthenticated,
    Unavailable,
)

TITLES: Mapping[type[Refusal], str] = {
    NotFound: "Not found",
    Conflict: "Conflict",
    Forbidden: "Forbidden",
    Unauthenticated: "Not authenticated",
    Invalid: "Invalid",
    Unavailable: "Unavailable",
}


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3


class SettingsInvalid(Invalid):
    code = "settings.invalid"


class Declined(Conflict):
    code = "cli.declined"


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure, for a person or a program."""

    code: str
    title: str
    detail: str
    exit: Exit
    facts: Mapping[str, Any]
    tail: tuple[str, ...] = ()

    def as_json(self) -> str:
        return json.dumps(
            {
                "type": f"urn:instainstru:problem:{self.code}",
                "title": self.title,
                "detail": self.detail,
                "code": self.code,
                "facts": dict(self.facts),
                "exit_code": int(self.exit),
            },
            ensure_ascii=False,
        )

    def as_text(self) -> str:
        lines = [f"  {line}" for line in self.tail]
        return "\n".join([*lines, f"{self.title}: {self.detail} [{self.code}]"])


@contextmanager
def reported(*, as_json: bool) -> Generator[None]:
    """Turn an expected failure into words on stderr and an exit code."""
    try:
        yield
    except (Refusal, StackTrouble, ValidationError) as failure:
        problem = problem_of(failure)
        typer.echo(problem.as_json() if as_json else problem.as_text(), err=True)
        raise typer.Exit(problem.exit) from failure


def problem_of(failure: Refusal | StackTrouble | ValidationError) -> Problem:
    """What is said about a failure."""
    match failure:
        case Refusal():
            kind = next((kind for kind in TITLES if isinstance(failure, kind)), Refusal)
            return Problem(
                code=failure.code,
                title=TITLES.get(kind, "Refused"),
                detail=failure.message,
                exit=Exit.UNAVAILABLE if kind is Unavailable else Exit.REFUSED,
                facts=failure.facts,
            )
        case StackTrouble():
            return Problem(
                code="stack.trouble",
                title="The private servers",
                detail=f"{failure} {failure.advice}",
                exit=Exit.UNAVAILABLE,
                facts={"advice": failure.advice, "tail": failure.tail},
                tail=tuple(failure.tail),
            )
        case ValidationError():
            return Problem(
                code="input.invalid",
                title="Invalid",
                detail=faults(failure),
                exit=Exit.USAGE,
                facts={},
            )


MEMBER = re.compile(r"<[A-Za-z_.]+: ('[^']*')>")
"""How Python writes a member of an enumeration; people type its value."""


def faults(failure: ValidationError) -> str:
    """What is wrong with each field, without repeating what was given: it may be a secret."""
    found = failure.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or 'input'}: {_plain(fault['msg'])}"
        for fault in found
    )


def _plain(message: str) -> str:
    return MEMBER.sub(r"\1", message)


def agree(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees. Raises Declined, also where there is nobody to ask."""
    if yes or (sys.stdin.isatty() and typer.confirm(question)):
        return
    raise Declined("Nothing was done. Say --yes to go ahead without being asked.")
