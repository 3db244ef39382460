"""A FastMCP server whose tools echo: as many as ours, behind the same authentication.

The same tokens open both: RS256 by the same issuer for the same audience, and `mcp:read` is asked
for. Here the framework's own verifier reads them, so that none of our code is in what ours is
measured against.
"""

import argparse
import gc
from typing import Any

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastmcp import FastMCP
from fastmcp.server.auth import MultiAuth, RemoteAuthProvider
from fastmcp.server.auth.providers.jwt import JWTVerifier
from fastmcp.tools import Tool
from pydantic import AnyHttpUrl

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.policy import SIGNING_ALGORITHM
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel import settings as configuration
from instainstru_core.kernel.settings import Settings
from mcp_server import auth, registry

ECHO = "echo_0"


def echo(text: str) -> dict[str, str]:
    """Answer with what was said."""
    return {"text": text}


def authentication(settings: Settings) -> MultiAuth:
    """The framework's verifier with the key, issuer and audience that ours has."""
    (key,) = auth.keys_of(access.jwks(access.issuer_of(settings).signing_key)).values()
    verifier = JWTVerifier(
        public_key=key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        issuer=auth.issuer_url(settings),
        audience=[settings.oauth_audience, auth.resource_url(settings)],
        algorithm=SIGNING_ALGORITHM,
    )
    remote = RemoteAuthProvider(
        token_verifier=verifier,
        authorization_servers=[AnyHttpUrl(auth.issuer_url(settings))],
        base_url=settings.mcp_url,
    )
    return MultiAuth(server=remote, server_source_id="jwt", required_scopes=[Scope.MCP_READ.value])


def server() -> FastMCP[None]:
    """Stateless, JSON answers, schemas known without a listing: as lean as it gets."""
    count = len(registry.declared())
    tools = [Tool.from_function(echo, name=f"echo_{number}") for number in range(count)]
    settings = configuration.load()
    found: FastMCP[None] = FastMCP(
        "echo", auth=authentication(settings), tools=tools, dereference_schemas=False
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
        timeout_keep_alive=65,  # as ours: its client waits while others are measured
        log_level="warning",
    )
