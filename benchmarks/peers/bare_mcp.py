"""A FastMCP server whose tools echo, with our authentication and as many tools as ours."""

import argparse
import gc
from typing import Any

import uvicorn
from fastmcp import FastMCP
from fastmcp.tools import Tool

from instainstru_core.kernel import settings as configuration
from instainstru_core.kernel.clock import utc_now
from mcp_server import auth, registry

ECHO = "echo_0"


def echo(text: str) -> dict[str, str]:
    """Answer with what was said."""
    return {"text": text}


def server() -> FastMCP[None]:
    """Stateless, JSON answers, schemas known without a listing: as lean as it gets."""
    count = len(registry.declared())
    tools = [Tool.from_function(echo, name=f"echo_{number}") for number in range(count)]
    settings = configuration.load()
    found: FastMCP[None] = FastMCP(
        "echo", auth=auth.provider(settings, utc_now), tools=tools, dereference_schemas=False
    )
    schemas = {tool.name: tool.parameters for tool in tools}
    inner: Any = getattr(found, "_mcp_server", None)
    inner.get_tool_input_schema = schemas.get
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    app = server().http_app(path="/mcp", json_response=True, stateless_http=True)
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=parser.parse_args().port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
