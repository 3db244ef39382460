"""Making what somebody searched for nobody's: at their wish, at staff's, and when they are gone."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.repository import histories
from instainstru_core.domains.search.schemas.history import ErasedView
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

SUBJECT = "user"


@operation("search.erase_own_searches")
def erase_own_searches(uow: Uow, *, secret: str) -> ErasedView:
    """Remove one's own history for good, and take one's name from searches and clicks."""
    require(uow.actor, Permission.ACCOUNT_MANAGE_OWN)
    assert uow.actor.id is not None, "who manages an account is somebody"
    return _erased(uow, uow.actor.id, secret=secret)


@operation("search.erase_searcher")
def erase_searcher(uow: Uow, user_id: str, *, secret: str, dry_run: bool = False) -> ErasedView:
    """Do the same to somebody; with `dry_run` only count. For staff, and on record."""
    require(uow.actor, Permission.OPERATIONS_MANAGE)
    if dry_run:
        held = histories.held(
            uow.session, user_id=user_id, person=policy.person_hash(secret, user_id)
        )
        return ErasedView(histories=held[0], searches=held[1], is_done=False)
    return _erased(uow, user_id, secret=secret)


@operation("search.forget_deactivated")
def forget_deactivated(uow: Uow, *, secret: str, limit: int) -> int:
    """Make what people searched for nobody's whose accounts are closed, some at a time; how many
    people.
    """
    gone = histories.deactivated(uow.session, limit=limit)
    for user_id in gone:
        _forget(uow, user_id, secret=secret)
    return len(gone)


def _erased(uow: Uow, user_id: str, *, secret: str) -> ErasedView:
    rows, searches = _forget(uow, user_id, secret=secret)
    audit.record(
        uow,
        "search.erase_searcher",
        subject_kind=SUBJECT,
        subject_id=user_id,
        details={"histories": rows, "searches": searches},
    )
    return ErasedView(histories=rows, searches=searches, is_done=True)


def _forget(uow: Uow, user_id: str, *, secret: str) -> tuple[int, int]:
    rows = histories.forget_person(uow.session, user_id)
    person = policy.person_hash(secret, user_id)
    return rows, histories.unlink(uow.session, user_id=user_id, person=person)
