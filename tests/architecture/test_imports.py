"""What a process that serves must not import before it is asked for something that needs it.

Each of these takes megabytes in every process; `docs/performance.md` has what the processes hold.
"""

import importlib
import os
import pkgutil
import subprocess
import sys

import pytest
from pydantic import BaseModel

import instainstru_core
from instainstru_core.domains.reporting import service as reporting
from tests.factories import access

SPENT = (
    *("openai", "tokenizers", "wordllama", "matplotlib", "IPython", "alembic", "pytest", "PIL"),
    "sentry_sdk",
)
"""What whole libraries are for that a part of ours does without, that commands need, or that only
those need who have set it up.
"""
SHOWN = ("rich", "pygments", "charset_normalizer", "pandas", "docutils")
CURVES = "cryptography.hazmat.bindings._rust"
"""A token is signed by the OpenSSL that is there already."""
MASKED = "numpy.ma"
"""What a plain `np.unique` imports, 1 MB, to ask whether an array is one. Matching goes without."""
REPORTS = "instainstru_core.domains.reporting.service.insights"
RUNTIME = "composition.build(load(DATABASE_URL='postgresql+psycopg://nobody@127.0.0.1/none', {}))"
API = f"""
from instainstru_core import runtime as composition
from instainstru_core.kernel.settings import load
import api.server
runtime = {RUNTIME.format("STRIPE_SECRET_KEY='sk_test_none'")}
api.server.create_app(runtime)
runtime.embedder.prepare()
with api.server.lean.without("cryptography"):
    import jwt
composition.prepare_vendors(runtime)
"""
WORKER = f"""
from instainstru_core import runtime as composition
from instainstru_core.kernel.settings import load
import worker.app
from worker.tasks.bookings import PLACE_HOLDS
settings = load(DATABASE_URL='postgresql+psycopg://nobody@127.0.0.1/none')
composition.load_events()
runtime = {RUNTIME.format("STRIPE_SECRET_KEY='sk_test_none'")}
composition.prepare_vendors(runtime)
place = worker.app.Workplace(settings, {{}})
worker.app.create_app(place)
with place.monitors.watching(PLACE_HOLDS, 'a-task'):
    pass
place.close()
"""
MCP = """
import mcp_server.server
mcp_server.server.registry.declared()
"""
SIGNING = """
import os
from instainstru_core.kernel import signing
signing.signing_key(os.environ["A_SIGNING_KEY"]).sign(b"")
"""
MATCHING = """
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.types.wanted import Wanted, Where
from tests.factories.matching import PIANO, TODAY, plain
where = Where(frozenset({"inwood"}))
assert matched(plain(20).index, Wanted({PIANO: 1.0}, where=where), today=TODAY).items[0].relaxed
"""
TELL = """
import sys
from instainstru_core import runtime
from instainstru_core.kernel.settings import Settings
assert not runtime.watch_errors(Settings(), 'api')
assert not runtime.build(Settings()).sentry.prove().configured
print(*sys.modules)
"""


def imported(program: str) -> set[str]:
    """All modules that a process has loaded after this program."""
    told = subprocess.run(
        [sys.executable, "-c", f"import gc; gc.disable()\nimport cli.app\n{program}\n{TELL}"],
        capture_output=True,
        text=True,
        check=True,
        env={
            **{name: value for name, value in os.environ.items() if "SENTRY" not in name},
            "A_SIGNING_KEY": access.signing_key("imports"),
        },
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    ("program", "never"),
    [
        (
            API + SIGNING + MATCHING,
            (
                *(*SPENT, *SHOWN, REPORTS, CURVES, MASKED),
                *("httpx", "celery", "kombu", "fastmcp", "pydantic.v1", "jinja2"),
            ),
        ),
        (WORKER, (*SPENT, *SHOWN, REPORTS, "httpx", "fastapi", "fastmcp", "uvicorn")),
        (MCP, (*SPENT, "celery", "kombu", "stripe", "api")),
    ],
    ids=["api", "worker", "mcp"],
)
def test_a_process_does_not_import_what_it_may_never_need(
    program: str, never: tuple[str, ...]
) -> None:
    assert sorted(imported(program).intersection(never)) == []


def test_each_report_is_found_where_it_is_made() -> None:
    listed = [name for reports in reporting.MODULES.values() for name in reports]
    assert sorted(listed) == sorted(reporting.__all__)
    assert all(callable(getattr(reporting, name)) for name in listed)


def test_models_are_made_when_they_are_used_and_each_of_them_can_be() -> None:
    """Else a mistake in one would be found by whoever uses it first."""
    for found in pkgutil.walk_packages(instainstru_core.__path__, "instainstru_core."):
        if "schemas" in found.name:
            importlib.import_module(found.name)
    waiting: list[type[BaseModel]] = [BaseModel]
    for model in waiting:
        waiting += [one for one in model.__subclasses__() if one not in waiting]
    ours = [one for one in waiting if one.__module__.startswith("instainstru_core.")]
    assert len(ours) > 400
    for model in ours:
        assert model.model_config.get("defer_build"), model
        if not model.__pydantic_generic_metadata__["parameters"]:
            assert model.model_rebuild() is not False
            assert model.__pydantic_complete__, model
