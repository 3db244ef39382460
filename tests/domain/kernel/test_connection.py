"""What a connection has prepared outlives a refusal, but no error of the database."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Connection, Engine, create_engine, event, exc, text

from instainstru_core.kernel.connection import keep_prepared
from instainstru_core.runtime import Runtime
from tests.pools import OTHERS

ASKED = "SELECT 7"
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = :asked")


@pytest.fixture
def engine(committed_runtime: Runtime) -> Iterator[Engine]:
    """Its connections prepare what they are asked for the second time."""
    engine = create_engine(committed_runtime.settings.database_url.get_secret_value())
    keep_prepared(engine)

    @event.listens_for(engine, "connect")
    def prepare(connection: psycopg.Connection, _: object) -> None:
        connection.prepare_threshold = 1

    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """In a transaction, and with one statement prepared."""
    with engine.connect() as connection:
        for _ in range(2):
            connection.exec_driver_sql(ASKED)
        assert prepared(connection) == 1
        yield connection


def prepared(connection: Connection) -> int:
    found: int = connection.execute(PREPARED, {"asked": ASKED}).scalar_one()
    return found


def test_it_stays_when_a_transaction_is_undone(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TEMPORARY TABLE undone (id int)")
    connection.rollback()
    assert prepared(connection) == 1
    assert connection.exec_driver_sql(ASKED).scalar_one() == 7
    with pytest.raises(exc.ProgrammingError, match="undone"):
        connection.exec_driver_sql("SELECT * FROM undone")


def test_it_is_forgotten_after_an_error(connection: Connection) -> None:
    with pytest.raises(exc.DataError):
        connection.exec_driver_sql("SELECT 1 / 0")
    connection.rollback()
    assert prepared(connection) == 0
    assert connection.exec_driver_sql(ASKED).scalar_one() == 7


def test_a_connection_that_is_lost_says_so(engine: Engine, connection: Connection) -> None:
    with engine.connect() as other:
        other.exec_driver_sql(OTHERS)
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with pytest.raises(psycopg.OperationalError):
        driver.rollback()
    connection.invalidate()
