"""The suite's tools that need something of the client before they can answer.

By revision 2026-07-28 they answer that input is required and are called again with it.
"""

from typing import Any

from fastmcp import Context
from fastmcp.prompts import Message, PromptResult
from mcp_types import (
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)

STATE = "asked"


def capabilities(context: Context) -> set[str]:
    """What the client of this request declared that it can do."""
    declared = context.session.client_capabilities
    return set() if declared is None else set(declared.model_dump(exclude_none=True))


def _ask(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field: {"type": kind}},
        "required": [field],
    }
    params = ElicitRequestFormParams(message=message, requested_schema=schema)
    return ElicitRequest(params=params)


def _sample(text: str, max_tokens: int = 100) -> CreateMessageRequest:
    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    params = CreateMessageRequestParams(messages=[message], max_tokens=max_tokens)
    return CreateMessageRequest(params=params)


def _given(context: Context, key: str) -> dict[str, Any] | None:
    """What the person filled in under this key, if they did."""
    response = (context.input_responses or {}).get(key)
    if isinstance(response, ElicitResult) and response.action == "accept":
        return dict(response.content or {})
    return None


async def test_input_required_result_elicitation(context: Context) -> str | InputRequiredResult:
    """Asks for a name."""
    given = _given(context, "user_name")
    if given is None or not isinstance(given.get("name"), str):
        return InputRequiredResult(input_requests={"user_name": _ask("What is your name?", "name")})
    return f"Hello, {given['name']}!"


async def test_input_required_result_sampling(context: Context) -> str | InputRequiredResult:
    """Asks the client's model."""
    response = (context.input_responses or {}).get("capital_question")
    if not isinstance(response, CreateMessageResult):
        return InputRequiredResult(
            input_requests={"capital_question": _sample("What is the capital of France?")}
        )
    return f"The model said: {response.content}"


async def test_input_required_result_list_roots(context: Context) -> str | InputRequiredResult:
    """Asks for the client's folders."""
    response = (context.input_responses or {}).get("client_roots")
    if not isinstance(response, ListRootsResult):
        return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})
    return f"Roots: {', '.join(str(root.uri) for root in response.roots)}"


async def test_input_required_result_request_state(
    context: Context,
) -> str | InputRequiredResult:
    """Asks for a yes and wants its state back."""
    if context.request_state == STATE and _given(context, "confirm") is not None:
        return "state-ok"
    return InputRequiredResult(
        input_requests={"confirm": _ask("Please confirm", "ok", "boolean")}, request_state=STATE
    )


async def test_input_required_result_tampered_state(
    context: Context,
) -> str | InputRequiredResult:
    """As before: a changed state never comes this far."""
    return await test_input_required_result_request_state(context)


async def test_input_required_result_multiple_inputs(
    context: Context,
) -> str | InputRequiredResult:
    """Asks for three things at once."""
    responses = context.input_responses or {}
    if {"user_name", "greeting", "client_roots"} <= responses.keys():
        return "All three were answered."
    return InputRequiredResult(
        input_requests={
            "user_name": _ask("What is your name?", "name"),
            "greeting": _sample("Generate a greeting", 50),
            "client_roots": ListRootsRequest(),
        },
        request_state=STATE,
    )


async def test_input_required_result_multi_round(context: Context) -> str | InputRequiredResult:
    """Asks twice, one after the other."""
    if context.request_state == "second" and _given(context, "step2") is not None:
        return "Both steps were answered."
    if context.request_state == "first" and _given(context, "step1") is not None:
        return InputRequiredResult(
            input_requests={"step2": _ask("Step 2: What is your favorite color?", "color")},
            request_state="second",
        )
    return InputRequiredResult(
        input_requests={"step1": _ask("Step 1: What is your name?", "name")},
        request_state="first",
    )


async def test_input_required_result_capabilities(context: Context) -> str | InputRequiredResult:
    """Asks only for what the client can do."""
    able = capabilities(context)
    requests: dict[str, Any] = {}
    if "elicitation" in able:
        requests["name"] = _ask("What is your name?", "name")
    if "sampling" in able:
        requests["greeting"] = _sample("Generate a greeting", 50)
    return InputRequiredResult(input_requests=requests) if requests else "Nothing to ask."


async def prompt(context: Context) -> PromptResult | InputRequiredResult:
    """A prompt that asks for its context."""
    given = _given(context, "user_context")
    if given is None:
        return InputRequiredResult(
            input_requests={"user_context": _ask("What context should the prompt use?", "context")}
        )
    return PromptResult(messages=[Message(f"Use this context: {given.get('context')}")])


TOOLS = (
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_tampered_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_capabilities,
)
