"""The composition root: settings in, a working system out. Doors hold one of these."""

import importlib
import importlib.util
import pkgutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, clear_overloads

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import sessionmaker

from instainstru_core import domains
from instainstru_core.adapters import redis
from instainstru_core.adapters.broker import RedisBroker
from instainstru_core.adapters.careful import Careful
from instainstru_core.adapters.checkr import (
    CheckrProvider,
    CheckrWebhookParser,
    UnconfiguredChecks,
)
from instainstru_core.adapters.grafana import Grafana
from instainstru_core.adapters.health_pages import HttpHealthPages
from instainstru_core.adapters.limiter import LocalLimiter, RedisLimiter
from instainstru_core.adapters.model_calls import ModelCalls
from instainstru_core.adapters.monitoring import Servers
from instainstru_core.adapters.mutex import RedisMutex
from instainstru_core.adapters.openai import Model, OpenAiEmbedder, OpenAiReader, UnconfiguredReader
from instainstru_core.adapters.resend import ResendMailer, UnconfiguredMailer
from instainstru_core.adapters.search_cache import NoAnswers, RedisAnswers
from instainstru_core.adapters.sentry import sdk
from instainstru_core.adapters.sentry.client import SentryClient
from instainstru_core.adapters.sentry.reading import HttpSentry, UnconfiguredSentry
from instainstru_core.adapters.stripe.gateway import StripeGateway, UnconfiguredGateway
from instainstru_core.adapters.stripe.webhooks import StripeWebhookParser
from instainstru_core.adapters.word_vectors import WordVectors
from instainstru_core.domains.background_checks.ports import CheckProvider
from instainstru_core.domains.bookings.flows import Cashier
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.notifications.ports import Mailer
from instainstru_core.domains.observability.ports import (
    Broker,
    HealthPages,
    Monitoring,
    Prometheus,
    Sentry,
)
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.domains.regions import service as regions
from instainstru_core.domains.search.flows.embedding import QueryVectors
from instainstru_core.domains.search.flows.finding import Finder
from instainstru_core.domains.search.flows.reading import Readings
from instainstru_core.domains.search.flows.recording import Recorder
from instainstru_core.domains.search.ports import Answers, Embedder, Reader
from instainstru_core.domains.webhooks.ports import WebhookParser
from instainstru_core.kernel import connection, log, measure, safety
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import Clock, utc_now
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.ports import Limiter, Mutex
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin, Uow, begin_with

if TYPE_CHECKING:
    from alembic.config import Config

_log = log.logger(__name__)

PROJECT = Path(__file__).resolve().parents[1]
DASHBOARDS = PROJECT / "monitoring/dashboards"
REVISIONS = PROJECT / "migrations/versions"


class TablesBehind(Unavailable):
    code = "database.not_migrated"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a door needs: how to begin a unit of work, the settings, the clock, the ports."""

    settings: Settings
    begin: Begin
    clock: Clock
    engine: Engine
    monitoring: Monitoring
    broker: Broker
    payments: PaymentGateway
    webhook_parser: WebhookParser
    mailer: Mailer
    mutex: Mutex
    sentry: Sentry
    checks: CheckProvider = field(default_factory=UnconfiguredChecks)
    health_pages: HealthPages = field(default_factory=HttpHealthPages)
    limiter: Limiter = field(default_factory=LocalLimiter)
    check_parser: WebhookParser = field(default_factory=lambda: CheckrWebhookParser(None))
    query_vectors: QueryVectors = field(default_factory=lambda: QueryVectors(WordVectors()))
    readings: Readings = field(default_factory=lambda: Readings(UnconfiguredReader()))
    answers: Answers = field(default_factory=NoAnswers)
    recorder: Recorder | None = None
    """Who writes searches down; None writes each at once, before its answer leaves."""

    @property
    def prometheus(self) -> Prometheus:
        """What is measured: the part of monitoring that most questions need."""
        return self.monitoring

    @property
    def embedder(self) -> Embedder:
        """What gives texts their vectors."""
        return self.query_vectors.embedder

    @property
    def cashier(self) -> Cashier:
        """What moving a lesson's money needs."""
        return Cashier(self.begin, self.payments, self.mutex, self.clock)

    @property
    def finder(self) -> Finder:
        """What finding instructors needs."""
        return Finder(
            begin=self.begin,
            clock=self.clock,
            vectors=self.query_vectors,
            readings=self.readings,
            recorder=self.recorder,
            secret=self.settings.location_secret.get_secret_value(),
            budget_seconds=self.settings.search_budget_ms / 1000,
        )

    def close(self) -> None:
        """Write down what waits for it, and give back all connections."""
        if self.recorder is not None:
            self.recorder.close()
        self.engine.dispose()
        self.answers.close()
        self.monitoring.close()
        self.broker.close()
        self.sentry.close()
        self.embedder.close()
        self.readings.reader.close()


def build(settings: Settings, clock: Clock = utc_now) -> Runtime:
    """A runtime on these settings. Nothing is connected until first used."""
    load_models()
    engine = engine_for(settings)
    calls = ModelCalls(at_once=settings.search_model_calls)
    vectors = embedder(settings, calls)
    begin = begin_with(sessionmaker(engine, expire_on_commit=False), clock)
    return Runtime(
        settings=settings,
        begin=begin,
        clock=clock,
        engine=engine,
        monitoring=monitoring(settings),
        broker=RedisBroker(settings.redis_url.get_secret_value()),
        payments=payment_gateway(settings),
        webhook_parser=StripeWebhookParser(
            [secret.get_secret_value() for secret in settings.stripe_webhook_secrets], clock
        ),
        mailer=mailer(settings),
        mutex=RedisMutex(settings.redis_url.get_secret_value()),
        limiter=RedisLimiter(settings.redis_url.get_secret_value()),
        sentry=sentry(settings),
        checks=checks(settings),
        check_parser=CheckrWebhookParser(settings.checkr_api_key),
        query_vectors=QueryVectors(vectors),
        readings=Readings(reader(settings, calls), WordVectors() if vectors.is_remote else vectors),
        answers=answers(settings),
        recorder=Recorder(begin, clock, settings.location_secret.get_secret_value()),
    )


def answers(settings: Settings) -> Answers:
    """Redis, apart for each database, for answers of searches; nothing where that is turned off."""
    if not settings.search_cache:
        return NoAnswers()
    return RedisAnswers(
        settings.redis_url.get_secret_value(), settings.database_url.get_secret_value()
    )


def monitoring(settings: Settings) -> Monitoring:
    """Grafana where there is one, else Prometheus and Alertmanager; what is missing refuses."""
    if settings.grafana_url is not None:
        token = settings.grafana_token
        return Grafana(
            settings.grafana_url,
            token.get_secret_value() if token else None,
            datasource=settings.grafana_datasource,
        )
    return Servers(settings.prometheus_url, settings.alertmanager_url, dashboards=DASHBOARDS)


def payment_gateway(settings: Settings) -> PaymentGateway:
    """Stripe, or its simulator, with the key of these settings; without a key, refusals."""
    if settings.stripe_secret_key is None:
        return UnconfiguredGateway()
    return StripeGateway(
        secret_key=settings.stripe_secret_key.get_secret_value(), api_url=settings.stripe_api_url
    )


def checks(settings: Settings) -> CheckProvider:
    """Checkr, or its simulator, with the key of these settings; without a key, refusals."""
    if settings.checkr_api_key is None:
        return UnconfiguredChecks()
    return CheckrProvider(
        settings.checkr_api_key,
        api_url=settings.checkr_api_url,
        package=settings.checkr_package,
    )


def embedder(settings: Settings, calls: ModelCalls) -> Embedder:
    """The model that gives texts their vectors: the configured one, or the one that is here."""
    if settings.embedding_model is None:
        return WordVectors()
    key = settings.embedding_key or settings.llm_key
    url = settings.embedding_url or settings.llm_url
    return OpenAiEmbedder(
        Model(settings.embedding_model, url, key.get_secret_value() if key else None), calls
    )


def reader(settings: Settings, calls: ModelCalls) -> Reader:
    """The model that reads searches; without a name for it, and a key or an address, none."""
    key = settings.llm_key
    if settings.search_model is None or (key is None and settings.llm_url is None):
        return UnconfiguredReader()
    proof = key.get_secret_value() if key else None
    return OpenAiReader(Model(settings.search_model, settings.llm_url, proof), calls)


def mailer(settings: Settings) -> Mailer:
    """Resend, or its simulator, with the key of these settings; without a key, refusals."""
    if settings.resend_api_key is None:
        return UnconfiguredMailer()
    return ResendMailer(
        settings.resend_api_key,
        api_url=settings.resend_api_url,
        sender=settings.mail_from,
    )


def sentry(settings: Settings) -> Sentry:
    """Sentry, or its simulator, with the token of these settings; without a token, refusals."""
    token, organization = settings.sentry_auth_token, settings.sentry_organization
    if not token or not organization:
        return UnconfiguredSentry()
    careful = Careful(settings.sentry_url, token=token.get_secret_value())
    return HttpSentry(SentryClient(careful), organization, settings.sentry_projects)


def engine_for(settings: Settings) -> Engine:
    """A pool as large as the threads of this process, with a deadline on every statement.

    Errors tell the statement without its values: those are people's names and addresses.
    """
    engine = create_engine(
        settings.database_url.get_secret_value(),
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.pool_wait_seconds,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": "instainstru",
            "cursor_factory": measure.timed(settings.slow_query_ms),
            "options": f"-c statement_timeout={settings.statement_timeout_ms}"
            " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC",
        },
    )
    connection.keep_prepared(engine)
    measure.watch(engine, connections=settings.pool_size)
    return engine


def load_models() -> None:
    """Import every domain's tables, so that references between subjects resolve."""
    _load_all("models")
    importlib.import_module("instainstru_core.kernel.idempotency")


def load_events() -> None:
    """Import every domain's events, so that each fact in the outbox is known by its name."""
    _load_all("events")


def _load_all(word: str) -> None:
    for found in pkgutil.iter_modules(domains.__path__):
        name = f"{domains.__name__}.{found.name}.{word}"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)


def prepare_vendors(runtime: Runtime) -> None:
    """Import the libraries that whoever serves will need anyway, before `memory.settle`.

    What an import leaves behind, up to 15 MB, goes back to the system then; later it stays. Before
    there are threads, since they are imported without what nobody here asks of them.
    """
    redis.prepare()
    if isinstance(runtime.payments, StripeGateway):
        runtime.payments.prepare()
    clear_overloads()  # 1 MB that libraries say to those who check types


def load_reference_data(uow: Uow) -> int:
    """Load what every database needs before it can serve: the regions and the catalogue.

    Returns how many rows were not as this release has them.
    """
    areas, services = regions.load(uow), catalog.load(uow)
    return areas.changed + services.changed + services.retired


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the database to this revision."""
    from alembic import command  # noqa: PLC0415 - 12 MB that a process which serves never needs

    command.upgrade(alembic_config(database_url), revision)


def alembic_config(database_url: str) -> "Config":
    """Alembic's configuration for this database."""
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(PROJECT / "alembic.ini", stdout=sys.stdout)
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    config.attributes["database_url"] = database_url
    return config


def configure_logging(settings: Settings, process: str) -> None:
    """Set up structured logging for this process."""
    log.configure(style=settings.log_format, level=settings.log_level, process=process)


def watch_errors(settings: Settings, process: sdk.Process) -> bool:
    """Tell Sentry of this process's errors, where that is configured; whether it is and works.

    To be called before the process makes its server or its worker.
    """
    try:
        return sdk.start(settings, process)
    except Exception as failure:  # noqa: BLE001 - the work goes on without being watched
        _log.error("errors_not_watched", error=type(failure).__name__)
        return False


def check_ready(runtime: Runtime) -> None:
    """Return when this process can serve. Raises the Unavailable of the part that cannot."""
    with runtime.begin(SYSTEM) as uow:
        uow.session.execute(text("SELECT 1"))
    redis.ping(runtime.settings.redis_url.get_secret_value())


def check_database(runtime: Runtime) -> None:
    """Refuse to work with a database of another tier, or with tables of an older release.

    Tables of a newer one are taken: while a release is rolled out, the last one goes on serving.
    Raises safety.DatabaseProtected, TablesBehind.
    """
    try:
        with runtime.engine.connect() as connection:
            safety.verify(connection, runtime.settings.tier)
            found = connection.scalar(text("SELECT max(version_num) FROM alembic_version"))
    except Exception:
        runtime.engine.dispose()
        raise
    wanted = newest_revision()
    if (found or "") < wanted:
        runtime.engine.dispose()
        raise TablesBehind(
            f"The tables are at {found or 'no revision'}, this release needs {wanted}. Run"
            " `instainstru db upgrade` first."
        )


def newest_revision() -> str:
    """The last of our migrations, by the names of their files: Alembic is not asked for it."""
    return max(path.name.split("_")[0] for path in REVISIONS.glob("[0-9]*_*.py"))
