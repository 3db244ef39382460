"""Settings, read once from the environment by the doors, then frozen."""

from pathlib import Path
from typing import Any, Literal

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from instainstru_core.kernel.safety import Tier


class StaticToken(BaseModel):
    """Who a static MCP token stands for. The token itself is known only by its SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str
    scopes: list[str]
    expires_at: AwareDatetime | None = Field(
        default=None, description="A token without an end is not accepted."
    )
    operator: str | None = Field(
        default=None,
        max_length=100,
        description="Who answers for what is done with it. Money and messages need somebody.",
    )


class Settings(BaseSettings):
    """Everything that differs between machines. Names are environment variables."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="INSTAINSTRU_", extra="ignore")

    tier: Tier = Tier.INT
    database_url: SecretStr = Field(
        default=SecretStr("postgresql+psycopg:///instainstru"),
        validation_alias=AliasChoices("DATABASE_URL", "INSTAINSTRU_DATABASE_URL"),
    )
    redis_url: SecretStr = Field(
        default=SecretStr("redis://127.0.0.1:6379/0"),
        validation_alias=AliasChoices("REDIS_URL", "INSTAINSTRU_REDIS_URL"),
    )
    prometheus_url: str | None = Field(
        default=None, validation_alias=AliasChoices("PROMETHEUS_URL", "INSTAINSTRU_PROMETHEUS_URL")
    )
    alertmanager_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("ALERTMANAGER_URL", "INSTAINSTRU_ALERTMANAGER_URL"),
    )
    grafana_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("GRAFANA_URL", "INSTAINSTRU_GRAFANA_URL"),
        description="Where Grafana is asked instead of Prometheus and Alertmanager themselves.",
    )
    grafana_token: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("GRAFANA_TOKEN", "INSTAINSTRU_GRAFANA_TOKEN")
    )
    grafana_datasource: str = Field(
        default="prometheus", description="The uid of Grafana's data source for our metrics."
    )

    pool_size: int = Field(default=8, ge=1, le=50)
    pool_wait_seconds: float = Field(default=5.0, gt=0)
    statement_timeout_ms: int = Field(default=15_000, ge=100)
    slow_query_ms: int = Field(default=100, ge=1)

    api_url: str = "http://127.0.0.1:8000"
    mcp_url: str = "http://127.0.0.1:8001"
    web_origins: list[str] = []
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)

    jwt_secret: SecretStr = SecretStr("")
    access_token_minutes: int = Field(default=15, ge=1, le=24 * 60)
    refresh_token_days: int = Field(default=7, ge=1, le=90)
    location_secret: SecretStr = SecretStr("")

    oauth_issuer: str = ""
    oauth_audience: str = "instainstru-mcp"
    oauth_jwks_url: str = ""
    oauth_signing_key_file: Path | None = None
    oauth_token_minutes: int = Field(default=60, ge=1, le=24 * 60)
    oauth_refresh_days: int = Field(default=30, ge=1, le=365)
    oauth_allowed_orgs: list[str] = []
    mcp_static_tokens: dict[str, StaticToken] = {}
    mcp_static_tokens_enabled: bool = Field(
        default=True, description="False turns every static token away, whatever is configured."
    )
    mcp_operators: dict[str, str] = Field(
        default={},
        description="Who answers for what a service does, by its client id. Money and messages"
        " need a person who signed in, or somebody here.",
    )
    mcp_limits: dict[str, int] = Field(
        default={},
        description="Calls a minute by who calls, for `read`, `write`, `money`, `comms` and those"
        " `refused` before any tool is run, where they are to be others than those of"
        " mcp_server.limits; 0 is without a limit.",
    )
    mcp_state_keys: list[SecretStr] = Field(
        default=[],
        description="At least 32 characters each, the same for all processes; the first seals."
        " Without any, a change is confirmed by its token alone.",
    )

    metrics_token: SecretStr | None = None
    metrics_shared_dir: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("PROMETHEUS_MULTIPROC_DIR", "INSTAINSTRU_METRICS_DIR"),
    )

    stripe_secret_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("STRIPE_SECRET_KEY", "INSTAINSTRU_STRIPE_SECRET_KEY"),
    )
    stripe_api_url: str | None = Field(
        default=None, description="Where a simulator answers; left out, it is Stripe itself."
    )
    stripe_webhook_secrets: list[SecretStr] = []
    resend_api_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("RESEND_API_KEY", "INSTAINSTRU_RESEND_API_KEY")
    )
    resend_api_url: str = "https://api.resend.com"
    checkr_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("CHECKR_API_KEY", "INSTAINSTRU_CHECKR_API_KEY"),
        description="Also what Checkr signs its webhooks with.",
    )
    checkr_api_url: str = "https://api.checkr.com"
    checkr_package: str = Field(default="basic_plus", min_length=1, max_length=100)
    mail_from: str = "InstaInstru <hello@instainstru.example>"
    web_url: str = "http://127.0.0.1:3000"

    sentry_dsn: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("SENTRY_DSN", "INSTAINSTRU_SENTRY_DSN")
    )
    sentry_environment: str | None = Field(
        default=None,
        validation_alias=AliasChoices("SENTRY_ENVIRONMENT", "INSTAINSTRU_SENTRY_ENVIRONMENT"),
        description="What Sentry calls this installation; left out, its tier.",
    )
    sentry_traces_rate: float = Field(
        default=0.0, ge=0, le=1, description="The share of requests that is traced."
    )
    sentry_auth_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("SENTRY_AUTH_TOKEN", "INSTAINSTRU_SENTRY_AUTH_TOKEN"),
        description="To read errors: with org:read, project:read and event:read.",
    )
    sentry_organization: str | None = Field(
        default=None, description="The slug of the organization whose errors are read."
    )
    sentry_url: str = Field(
        default="https://sentry.io", description="Where Sentry, or a simulator, answers."
    )
    sentry_projects: dict[str, str] = Field(
        default={
            "api": "instainstru-api",
            "mcp": "instainstru-mcp",
            "web": "instainstru-web",
            "worker": "instainstru-worker",
        },
        description="The slugs of the projects by the names that people use for them.",
    )

    llm_url: str | None = Field(
        default=None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "INSTAINSTRU_LLM_URL"),
        description="Where an OpenAI-compatible model answers; left out, it is OpenAI itself.",
    )
    llm_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_API_KEY", "INSTAINSTRU_LLM_KEY")
    )
    llm_model: str | None = Field(
        default=None, validation_alias=AliasChoices("OPENAI_MODEL", "INSTAINSTRU_LLM_MODEL")
    )

    search_model: str | None = Field(
        default=None,
        description="The model that reads searches which the grammar is not certain of, at the"
        " address and with the key of the LLM; left out, none does.",
    )
    embedding_model: str | None = Field(
        default=None,
        description="The model that gives texts their vectors; left out, it is the one that comes"
        " with this release and needs no network.",
    )
    embedding_url: str | None = Field(
        default=None, description="Where that model answers; left out, where the LLM does."
    )
    embedding_key: SecretStr | None = Field(
        default=None, description="Its key; left out, that of the LLM."
    )
    search_model_calls: int = Field(
        default=4, ge=1, le=50, description="Calls of search to models at once, in each process."
    )

    search_cache: bool = Field(
        default=True, description="Whether answers of searches are kept in Redis for five minutes."
    )
    search_budget_ms: int = Field(
        default=500,
        ge=100,
        description="The time a search may take; three fifths of it where many are made.",
    )
    search_running: int = Field(
        default=4,
        ge=1,
        le=50,
        description="Searches made at once in each process; never more than half of its threads.",
    )

    founding_cap: int = Field(default=100, ge=0)

    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    release: str = "dev"
    git_sha: str | None = Field(
        default=None,
        validation_alias=AliasChoices(
            "INSTAINSTRU_GIT_SHA", "GIT_SHA", "RENDER_GIT_COMMIT", "git_sha"
        ),
        description="The commit that runs; unknown where it is left out.",
    )

    @property
    def sentry_name(self) -> str:
        """What Sentry calls this installation."""
        return self.sentry_environment or self.tier.lower()

    @field_validator("git_sha")
    @classmethod
    def _or_unknown(cls, value: str | None) -> str | None:
        return value or None

    @field_validator("database_url")
    @classmethod
    def _with_driver(cls, value: SecretStr) -> SecretStr:
        plain = value.get_secret_value()
        for prefix in ("postgresql://", "postgres://"):
            if plain.startswith(prefix):
                return SecretStr("postgresql+psycopg://" + plain.removeprefix(prefix))
        return value


def load(**changes: Any) -> Settings:  # noqa: ANN401 - every setting has a type of its own
    """The settings of this process, but for these. Raises pydantic.ValidationError on nonsense."""
    return Settings(**changes)
