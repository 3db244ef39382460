"""How migrations run: one transaction, with deadlines on locks and statements."""

from alembic import context
from sqlalchemy import create_engine, text

from instainstru_core.kernel.db import Base
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import load_models

POSTGIS_TABLES = {"spatial_ref_sys"}


def _ours(_object: object, name: str | None, kind: str, _reflected: object, _to: object) -> bool:
    return not (kind == "table" and name in POSTGIS_TABLES)


def _url() -> str:
    given = context.config.attributes.get("database_url")
    return (
        Settings(DATABASE_URL=given).database_url.get_secret_value()
        if given
        else (Settings().database_url.get_secret_value())
    )


def run() -> None:
    load_models()
    engine = create_engine(_url())
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SET statement_timeout = '120s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=_ours,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
