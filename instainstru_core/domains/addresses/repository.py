"""Named queries over saved addresses."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from instainstru_core.domains.addresses.models import Address
from instainstru_core.domains.regions.models import DisplayArea, Region
from instainstru_core.domains.regions.types import Borough


class Placed(NamedTuple):
    """An address and where its point lies."""

    row: Address
    borough: Borough | None
    area_key: str | None
    area: str | None


def own(session: Session, user_id: str) -> Sequence[Placed]:
    """Someone's addresses, the default first, then the newest."""
    return [Placed._make(row) for row in session.execute(_placed(user_id))]


def one(session: Session, user_id: str, address_id: str) -> Placed | None:
    """One of someone's addresses."""
    query = _placed(user_id).where(Address.id == address_id)
    row = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    return None if row is None else Placed._make(row)


def count(session: Session, user_id: str) -> int:
    """How many addresses someone has."""
    query = select(func.count()).where(Address.user_id == user_id, Address.deleted_at.is_(None))
    return session.scalars(query).one()


def clear_default(session: Session, user_id: str) -> None:
    """Let none of someone's addresses be the default."""
    session.execute(
        update(Address)
        .where(Address.user_id == user_id, Address.is_default, Address.deleted_at.is_(None))
        .values(is_default=False)
        .execution_options(synchronize_session="fetch")
    )


def default_point(session: Session, user_id: str) -> tuple[float, float] | None:
    """Latitude and longitude of someone's default address; without a point there is none."""
    query = select(Address.latitude, Address.longitude).where(
        Address.user_id == user_id, Address.deleted_at.is_(None), Address.is_default
    )
    row = session.execute(query).one_or_none()
    latitude, longitude = (None, None) if row is None else (row[0], row[1])
    return None if latitude is None or longitude is None else (latitude, longitude)


def newest(session: Session, user_id: str) -> Address | None:
    """The address someone saved last."""
    query = (
        select(Address)
        .where(Address.user_id == user_id, Address.deleted_at.is_(None))
        .order_by(Address.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def _placed(user_id: str) -> Select[Address, Borough, str, str]:
    return (
        select(Address, Region.borough, DisplayArea.key, DisplayArea.name)
        .outerjoin(Region, Region.id == Address.region_id)
        .outerjoin(DisplayArea, DisplayArea.key == Region.area_key)
        .where(Address.user_id == user_id, Address.deleted_at.is_(None))
        .order_by(Address.is_default.desc(), Address.id.desc())
    )
