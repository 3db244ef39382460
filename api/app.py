"""Builds the FastAPI application."""

import importlib
import pkgutil
import warnings
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning

from api import documentation, errors, middleware, openapi, routes
from api.routing import PREFIX, Route
from api.searching import Desk
from instainstru_core.kernel import lean
from instainstru_core.runtime import Runtime

# FastAPI holds this back where it declares a parameter that is a model; ours are made when used.
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)

FIRST = "search"


def create_app(runtime: Runtime) -> FastAPI:
    """The HTTP door of this runtime: every module of `api.routes` that has a router."""
    app = FastAPI(
        title="InstaInstru",
        version="1",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.runtime = runtime
    app.state.started_at = runtime.clock()
    app.state.searches = Desk.of(runtime)
    with lean.without("pydantic.v1"):  # no model of ours is one of its
        for router in routers():
            _mount(app, router)
    openapi.install(app)
    documentation.install(app)
    errors.install(app)
    middleware.install(app, runtime.settings)
    return app


def routers() -> Iterator[APIRouter]:
    """The router of each module of `api.routes`; first the one that is asked for most, because
    routes are tried one after the other.
    """
    for found in sorted(pkgutil.iter_modules(routes.__path__), key=lambda one: one.name != FIRST):
        module = importlib.import_module(f"{routes.__name__}.{found.name}")
        if hasattr(module, "router"):
            yield module.router


def _mount(app: FastAPI, router: APIRouter) -> None:
    """Add the routes flat, so that finding one is a single walk and `route.path` is whole."""
    for route in router.routes:
        if isinstance(route, APIRoute) and not isinstance(route, Route):
            msg = f"{route.path}: make its router with api.routing.Router"
            raise TypeError(msg)
        app.router.routes.append(route)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """As many threads as connections: nobody waits for a connection while holding a thread."""
    runtime: Runtime = app.state.runtime
    anyio.to_thread.current_default_thread_limiter().total_tokens = runtime.settings.pool_size
    try:
        yield
    finally:
        await runtime.answers.leave()
