"""The terminal in this process, on a database of its own with real commits."""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from tests.conftest import settings_for
from tests.databases import ServerUrls, empty
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS
from tests.processes import free_port


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        return json.loads(self.err)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Runs commands on these settings."""

    settings: Settings
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which a process gets these settings."""
        return {
            "DATABASE_URL": self.settings.database_url.get_secret_value(),
            "REDIS_URL": self.settings.redis_url.get_secret_value(),
            "INSTAINSTRU_TIER": self.settings.tier.value,
            "INSTAINSTRU_JWT_SECRET": self.settings.jwt_secret.get_secret_value(),
            "INSTAINSTRU_LOCATION_SECRET": self.settings.location_secret.get_secret_value(),
            "INSTAINSTRU_SLOW_QUERY_MS": str(PATIENCE_MS),  # only `main` warns on stderr
            "INSTAINSTRU_STATEMENT_TIMEOUT_MS": str(PATIENCE_MS),
            **self.extra,
        }

    def __call__(self, *arguments: str, typed: str | None = None, **variables: str) -> Ran:
        done = CliRunner().invoke(
            app, list(arguments), input=typed, env={**self.environment, **variables}
        )
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    def serve(self, role: str, **variables: str) -> Ran:
        """How a server ended that must not come to serve; one that does is stopped some time."""

        def give_up(_signal: int, _frame: object) -> None:
            raise TimeoutError("it serves")

        before = signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS)
        try:
            return self("serve", role, "--port", str(free_port()), **variables)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


@pytest.fixture
def terminal(committed_runtime: Runtime) -> Terminal:
    """The terminal on a database that is up to date."""
    return Terminal(committed_runtime.settings)


@pytest.fixture
def bare_terminal(servers: ServerUrls) -> Iterator[Terminal]:
    """The terminal on a database without tables."""
    with empty(servers) as url:
        yield Terminal(settings_for(url, servers))
