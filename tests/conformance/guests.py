"""What the official suite expects a server to have: its test tools, resources and prompts.

The names, texts and behaviours are the suite's own; each is described in its scenarios. They are
guests on the product's server, so that images, sounds, resources, prompts and questions to the
client travel through the product's own gate and transport.
"""

import base64
from typing import Any

from fastmcp import Context, FastMCP
from fastmcp.exceptions import ToolError
from fastmcp.prompts import Message
from fastmcp.tools import Tool
from fastmcp.tools.function_tool import FunctionTool
from fastmcp.utilities.types import Audio, Image
from mcp.shared.exceptions import MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)

from tests.conformance import asking

RED_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
SILENCE = (
    b"RIFF\x26\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    b"\x44\xac\x00\x00\x88\x58\x01\x00\x02\x00\x10\x00data\x02\x00\x00\x00\x00\x00"
)
ADDRESS_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"}},
    "additionalProperties": False,
}


def _resource(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=contents)


def _red_dot() -> ImageContent:
    data = base64.b64encode(RED_DOT).decode()
    return ImageContent(type="image", data=data, mime_type="image/png")


async def test_simple_text() -> str:
    """Answers with a text."""
    return "This is a simple text response for testing."


async def test_image_content() -> Image:
    """Answers with an image."""
    return Image(data=RED_DOT, format="png")


async def test_audio_content() -> Audio:
    """Answers with a sound."""
    return Audio(data=SILENCE, format="wav")


async def test_embedded_resource() -> list[EmbeddedResource]:
    """Answers with a resource."""
    return [_resource("test://embedded-resource", "This is an embedded resource content.")]


async def test_multiple_content_types() -> list[TextContent | ImageContent | EmbeddedResource]:
    """Answers with a text, an image and a resource."""
    return [
        TextContent(type="text", text="Multiple content types test:"),
        _red_dot(),
        _resource(
            "test://mixed-content-resource", '{"test":"data","value":123}', "application/json"
        ),
    ]


async def test_error_handling() -> str:
    """Fails on purpose."""
    raise ToolError("This tool intentionally returns an error for testing")


async def test_tool_with_logging(context: Context) -> str:
    """Sends three log messages."""
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.info(text)
    return "Logging test complete."


async def test_tool_with_progress(context: Context) -> str:
    """Reports its progress."""
    for done in (0, 50, 100):
        await context.report_progress(done, 100)
    return "Progress test complete."


async def test_missing_capability(context: Context) -> str:
    """Needs a client that samples."""
    if "sampling" in asking.capabilities(context):
        return "The client samples."
    raise MCPError(
        code=MISSING_REQUIRED_CLIENT_CAPABILITY,
        message="The client does not sample.",
        data={"requiredCapabilities": {"sampling": {}}},
    )


async def _addressed(name: str | None = None, address: dict[str, str] | None = None) -> str:
    return f"name={name}, address={address}"


TOOLS: list[Tool] = [
    *(
        Tool.from_function(function)
        for function in (
            test_simple_text,
            test_image_content,
            test_audio_content,
            test_embedded_resource,
            test_multiple_content_types,
            test_error_handling,
            test_tool_with_logging,
            test_tool_with_progress,
            test_missing_capability,
            *asking.TOOLS,
        )
    ),
    FunctionTool(
        fn=_addressed,
        name="json_schema_2020_12_tool",
        description="Has a schema of the draft of 2020-12.",
        parameters=ADDRESS_SCHEMA,
    ),
]


def furnish(server: FastMCP[None]) -> None:
    """Give the server the suite's resources and prompts."""
    _resources(server)
    _prompts(server)
    server.prompt(name="test_input_required_result_prompt")(asking.prompt)
    server.add_completion_handler(lambda _reference, _argument, _context: [])


def _resources(server: FastMCP[None]) -> None:
    @server.resource("test://static-text", mime_type="text/plain")
    async def static_text() -> str:
        """A text."""
        return "This is the content of the static text resource."

    @server.resource("test://static-binary", mime_type="image/png")
    async def static_binary() -> bytes:
        """An image."""
        return RED_DOT

    @server.resource("test://template/{id}/data", mime_type="application/json")
    async def template(id: str) -> str:  # noqa: A002 - the suite's own name
        """Data of one id."""
        return f'{{"id":"{id}","templateTest":true,"data":"Data for ID: {id}"}}'

    @server.resource("test://watched-resource", mime_type="text/plain")
    async def watched() -> str:
        """A text that may change."""
        return "Watched resource content."


def _prompts(server: FastMCP[None]) -> None:
    @server.prompt
    async def test_simple_prompt() -> str:
        """A prompt."""
        return "This is a simple prompt for testing."

    @server.prompt
    async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
        """A prompt with two arguments."""
        return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"

    @server.prompt
    async def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:  # noqa: N803
        """A prompt with a resource."""
        return [
            Message(_resource(resourceUri, "Embedded resource content for testing.")),
            Message("Please process the embedded resource above."),
        ]

    @server.prompt
    async def test_prompt_with_image() -> list[Message]:
        """A prompt with an image."""
        return [Message(_red_dot()), Message("Please analyze the image above.")]
