"""The only three ways to declare a tool: `@reads`, `@previews` and `@writes`."""

import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias, get_type_hints

from mcp.types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, create_model

from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from mcp_server import lenient
from mcp_server.charts import Picture
from mcp_server.envelope import Answer
from mcp_server.errors import bad_arguments
from mcp_server.lean import lean

PREFIX = "instainstru_"
CONFIRM_TOKEN = "confirm_token"  # noqa: S105 - the name of an argument

AnyAnswer: TypeAlias = Answer[Any]


@dataclass(slots=True)
class Call:
    """One call of a tool: the runtime and who calls.

    With `kept`, all of the call is one unit of work, which ends when whoever holds `kept` ends it:
    after the call has been written to the audit trail there. A `picture` that a body puts here goes
    out beside its answer.
    """

    runtime: Runtime
    actor: Actor
    kept: ExitStack | None = None
    uow: Uow | None = None
    picture: Picture | None = None

    def begin(self) -> AbstractContextManager[Uow]:
        """A unit of work of the caller."""
        if self.kept is None:
            return self.runtime.begin(self.actor)
        if self.uow is None:
            self.uow = self.kept.enter_context(self.runtime.begin(self.actor))
        return nullcontext(self.uow)


Body: TypeAlias = Callable[..., AnyAnswer]


@dataclass(frozen=True, slots=True)
class Tool:
    """What is known of a tool before it is served."""

    name: str
    title: str
    description: str
    scope: Scope
    topic: str
    annotations: ToolAnnotations
    arguments: type[BaseModel]
    parameters: dict[str, Any]
    output_schema: dict[str, Any]
    body: Body
    direct: bool = True

    @property
    def reads(self) -> bool:
        return self.annotations.read_only_hint is True

    @property
    def confirms(self) -> bool:
        """Whether a call of it confirms what was previewed."""
        return CONFIRM_TOKEN in self.arguments.model_fields

    def read(self, given: dict[str, Any], notes: list[str] | None = None) -> dict[str, Any]:
        """The arguments as the body takes them. Raises BadArguments.

        What was understood otherwise than it was written is noted, in words.
        """
        understood, changes = lenient.understood(given, self.parameters, clamps=self.reads)
        if notes is not None:
            notes += changes
        try:
            read = self.arguments.model_validate(understood)
        except ValidationError as failure:
            raise bad_arguments(failure, self.parameters) from failure
        return {name: getattr(read, name) for name in self.arguments.model_fields}


def reads(title: str, *, open_world: bool = False, direct: bool = True) -> Callable[[Body], Tool]:
    """Declare a tool that changes nothing. The body's docstring is its purpose, in a sentence.

    With `direct=False` it is not in the list of the tools: `search_tools` finds it.
    """
    annotations = ToolAnnotations(
        title=title,
        read_only_hint=True,
        destructive_hint=False,
        idempotent_hint=True,
        open_world_hint=open_world,
    )
    return lambda body: _declared(body, annotations, Scope.MCP_READ, direct=direct)


def previews(
    title: str, *, scope: Scope = Scope.MCP_WRITE, direct: bool = False
) -> Callable[[Body], Tool]:
    """Declare the first step of a change: it tells what would happen and changes nothing yet.

    Not marked as reading, because it notes what it told, so that exactly that can be confirmed.
    """
    annotations = ToolAnnotations(
        title=title,
        read_only_hint=False,
        destructive_hint=False,
        idempotent_hint=True,
        open_world_hint=False,
    )
    return lambda body: _declared(body, annotations, scope, direct=direct)


def writes(
    title: str,
    *,
    destructive: bool,
    idempotent: bool = False,
    scope: Scope = Scope.MCP_WRITE,
    direct: bool = True,
) -> Callable[[Body], Tool]:
    """Declare a tool that changes something. `mcp_server.confirming` says how it is confirmed."""
    annotations = ToolAnnotations(
        title=title,
        read_only_hint=False,
        destructive_hint=destructive,
        idempotent_hint=idempotent,
        open_world_hint=False,
    )
    return lambda body: _declared(body, annotations, scope, direct=direct)


def _declared(body: Body, annotations: ToolAnnotations, scope: Scope, *, direct: bool) -> Tool:
    hints = get_type_hints(body, include_extras=True)
    answered = hints.pop("return")
    _, *parameters = inspect.signature(body).parameters.values()
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is inspect.Parameter.empty else parameter.default,
        )
        for parameter in parameters
    }
    arguments = create_model(
        body.__name__, __config__=ConfigDict(frozen=True, extra="forbid"), **fields
    )
    return Tool(
        name=PREFIX + body.__name__,
        title=annotations.title or "",
        description=" ".join((body.__doc__ or "").split()),
        scope=scope,
        topic=body.__module__.rpartition(".")[2],
        annotations=annotations,
        arguments=arguments,
        parameters=lean(arguments.model_json_schema()),
        output_schema=lean(TypeAdapter(answered).json_schema(mode="serialization")),
        body=body,
        direct=direct,
    )
