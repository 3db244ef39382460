"""What a statement's columns are called and of which type, as SQLAlchemy asks."""

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime

INTEGER, TEXT = 23, 25


class TestTheCursor:
    def test_names_columns_and_their_types(self, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            cursor = uow.session.connection().connection.cursor()
            cursor.execute("SELECT 1 AS one, 'two'::text AS \"zwölf\"")
            columns = [
                ("one", INTEGER, None, None, None, None, None),
                ("zwölf", TEXT, None, None, None, None, None),
            ]
            described = cursor.description
            assert described is not None
            assert len(described) == 2
            assert list(described) == columns
            assert described[1] == columns[1]
            assert described[:1] == columns[:1]
            assert cursor.fetchall() == [(1, "two")]

    def test_tells_rows_without_columns_from_no_rows(self, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            cursor = uow.session.connection().connection.cursor()
            cursor.execute("SELECT")
            assert cursor.description == []
            cursor.execute("SET LOCAL jit = off")
            assert cursor.description is None
