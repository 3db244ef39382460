"""A connection to the database that keeps what it has prepared when a unit of work is undone.

psycopg forgets every prepared statement at each rollback, since a table made by what is undone
would be gone. No unit of work here makes tables, and each refusal undoes one: the next dozens of
statements on its connection would be parsed and planned anew.
"""

from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event


class KeepingConnection(psycopg.Connection[Any]):
    """psycopg's own in everything else."""

    def rollback(self) -> None:
        """Undo the transaction. After an error of the database what was prepared is forgotten:
        perhaps a migration has changed what it reads.
        """
        if not self._is_undone():
            super().rollback()

    def _is_undone(self) -> bool:
        with self.lock:
            if self.pgconn.transaction_status != TransactionStatus.INTRANS:
                return False
            return self.pgconn.exec_(b"ROLLBACK").status == ExecStatus.COMMAND_OK


def keep_prepared(engine: Engine) -> None:
    """Have this engine's connections keep what they have prepared."""

    def connect(_dialect: object, _record: object, given: Any, named: Any) -> KeepingConnection:  # noqa: ANN401
        return KeepingConnection.connect(*given, **named)

    event.listen(engine, "do_connect", connect)
