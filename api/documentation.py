"""The page that shows the API: Swagger UI, out of our own process and from nowhere else.

Its files come with the package `fastapi-offline`, which is not imported: they are read from the
disk when a browser asks for them. The page runs no script but these, and asks no address but ours.
"""

from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as PlainRoute
from starlette.staticfiles import StaticFiles

from api.routing import PREFIX

PACKAGE = "fastapi_offline"
FILES = frozenset({"favicon.png", "swagger-ui-bundle.js", "swagger-ui.css"})
START_FILE = "start.js"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>InstaInstru: the API</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  layout: "BaseLayout",
  presets: [SwaggerUIBundle.presets.apis],
  showCommonExtensions: true,
  showExtensions: true,
  validatorUrl: null,
});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""It sizes by style what it draws, and its stylesheet brings the icons along."""

A_DAY = {"Cache-Control": "public, max-age=86400"}


def install(app: FastAPI) -> None:
    """Let the app show itself."""
    app.router.routes += [
        PlainRoute(f"{PREFIX}/docs", page, include_in_schema=False),
        PlainRoute(f"{PREFIX}/docs/{{name}}", part, include_in_schema=False),
    ]


def page(_request: Request) -> Response:
    """The page itself."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})


def part(request: Request) -> Response:
    """One of the files that the page names; who has it as it is need not take it again."""
    name = request.path_params["name"]
    if name == START_FILE:
        return Response(START, media_type="text/javascript", headers=A_DAY)
    if name not in FILES:
        raise HTTPException(404)
    path = _folder() / name
    answer = StaticFiles(directory=path.parent).file_response(path, path.stat(), request.scope)
    answer.headers.update(A_DAY)
    return answer


def _folder() -> Path:
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        msg = f"{PACKAGE} is not installed; `make setup` does it"
        raise LookupError(msg)
    return Path(found.submodule_search_locations[0], "static")
