"""Queries over background checks."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.policy import DECIDED, OPEN
from instainstru_core.domains.background_checks.types import CandidateData, CheckStatus
from instainstru_core.kernel.repository import Repository


class Checks(Repository[BackgroundCheck]):
    """Checks of people."""


class Standing(NamedTuple):
    """What a person's latest check with a result says."""

    status: CheckStatus
    valid_until: datetime | None


def newest(user_id: str) -> Select[BackgroundCheck]:
    """The check that was ordered last."""
    return (
        select(BackgroundCheck)
        .where(BackgroundCheck.user_id == user_id)
        .order_by(BackgroundCheck.id.desc())
        .limit(1)
    )


def known(invitation_id: str | None, report_id: str | None) -> Select[BackgroundCheck]:
    """The check with one of these ids, locked."""
    query = select(BackgroundCheck).where(
        or_(
            BackgroundCheck.invitation_id == invitation_id,
            BackgroundCheck.report_id == report_id,
        )
    )
    return query.order_by(BackgroundCheck.id).limit(1).with_for_update()


def open_of_candidate(candidate_id: str) -> Select[BackgroundCheck]:
    """The candidate's newest check that has no report yet, locked."""
    query = select(BackgroundCheck).where(
        BackgroundCheck.candidate_id == candidate_id, BackgroundCheck.report_id.is_(None)
    )
    return query.order_by(BackgroundCheck.id.desc()).limit(1).with_for_update()


def count(session: Session, user_id: str) -> int:
    """How many checks this person had."""
    query = (
        select(func.count()).select_from(BackgroundCheck).where(BackgroundCheck.user_id == user_id)
    )
    return session.scalar(query) or 0


def standings(session: Session, ids: Collection[str]) -> dict[str, Standing]:
    """What the latest check with a result says of each of these people."""
    query = (
        select(BackgroundCheck.user_id, BackgroundCheck.status, BackgroundCheck.valid_until)
        .where(BackgroundCheck.user_id.in_(ids), BackgroundCheck.status.in_(DECIDED))
        .ext(distinct_on(BackgroundCheck.user_id))
        .order_by(BackgroundCheck.user_id, BackgroundCheck.id.desc())
    )
    return {user_id: Standing(status, until) for user_id, status, until in session.execute(query)}


def open_after(session: Session, after: str, *, limit: int) -> list[tuple[str, str, str | None]]:
    """The next checks under way: our id, the invitation's and the report's."""
    query = (
        select(BackgroundCheck.id, BackgroundCheck.invitation_id, BackgroundCheck.report_id)
        .where(BackgroundCheck.status.in_(OPEN), BackgroundCheck.id > after)
        .order_by(BackgroundCheck.id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def candidate(session: Session, user_id: str) -> CandidateData | None:
    """A person as the provider is told of them."""
    columns = User.id, User.first_name, User.last_name, User.email, User.phone, User.zip_code
    found = session.execute(select(*columns).where(User.id == user_id)).one_or_none()
    return None if found is None else CandidateData(*found)
