"""What commands work with: the settings of this checkout, a runtime, and who acts."""

from collections.abc import Generator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, ProgrammingError, SQLAlchemyError

from cli.errors import SettingsInvalid, faults
from devstack import environment
from devstack.places import Places
from instainstru_core import runtime as composition
from instainstru_core.domains.access import service as access
from instainstru_core.kernel import settings as kernel_settings
from instainstru_core.kernel.authority import Actor, ActorKind, Door, Permission
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import DatabaseUnreachable, Uow, translated
from instainstru_core.runtime import Runtime

UNDEFINED_TABLE = "42P01"
START_IT = (
    "Start the private servers with `instainstru stack up`, or set DATABASE_URL to a server that"
    " is up."
)


class NotMigrated(Unavailable):
    code = "database.not_migrated"


def settings() -> Settings:
    """The settings: what the environment says, or what this checkout's stack wrote down."""
    environment.stand_in(Places())
    try:
        return kernel_settings.load()
    except ValidationError as failure:
        raise SettingsInvalid(f"The settings cannot be used. {faults(failure)}") from None


def operator() -> Actor:
    """Whoever may run this may do everything; the audit trail says it was done from a terminal."""
    return Actor(
        id=None,
        kind=ActorKind.SYSTEM,
        permissions=frozenset(Permission),
        door=Door.CLI,
        request_id=new_id(),
    )


def in_place_of(runtime: Runtime, user_id: str) -> Actor:
    """A person whom the operator stands in for, with that person's own rights and no more."""
    with runtime.begin(operator()) as uow:
        return access.actor_for(uow, user_id, door=Door.CLI, request_id=uow.actor.request_id)


@contextmanager
def bare() -> Generator[Runtime]:
    """A runtime on the settings' database, whatever state that is in."""
    with explained():
        runtime = composition.build(settings().model_copy(update={"pool_size": 1}))
        try:
            yield runtime
        finally:
            runtime.close()


@contextmanager
def working() -> Generator[Runtime]:
    """A runtime on a database of the settings' tier, with the tables of this release."""
    with bare() as runtime:
        composition.check_database(runtime)
        yield runtime


@contextmanager
def work() -> Generator[Uow]:
    """One unit of work of the operator."""
    with working() as runtime, runtime.begin(operator()) as uow:
        yield uow


@contextmanager
def explained() -> Generator[None]:
    """Say what to do about a database that is not there, or that has no tables yet."""
    try:
        yield
    except DatabaseUnreachable as refusal:
        raise DatabaseUnreachable(f"{refusal.message} {START_IT}") from refusal
    except ArgumentError:
        raise SettingsInvalid(
            "DATABASE_URL is no address of a database. Write it like"
            " postgresql://user:password@host:5432/name."
        ) from None
    except ProgrammingError as failure:
        if getattr(failure.orig, "sqlstate", None) != UNDEFINED_TABLE:
            raise
        raise NotMigrated(
            "This database has no tables of ours yet. Run `instainstru db upgrade`."
        ) from failure
    except SQLAlchemyError as failure:
        found = translated(failure)
        if found is None:
            raise
        raise type(found)(f"{found.message} {START_IT}") from failure
