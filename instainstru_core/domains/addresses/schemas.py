"""Commands in, views out. A view of an address is for its owner alone."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.addresses.types import AddressLabel
from instainstru_core.domains.regions.types import Borough

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=ONE_LINE),
]
Short = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=ONE_LINE),
]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
PostalCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 -]{1,11}$")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Command(BaseModel):
    """What all commands share: nothing unknown, nothing changed on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AddAddress(Command):
    """A place to save. The first one becomes the default."""

    label: AddressLabel
    custom_label: Short | None = Field(
        default=None, description='What it is called where the label is "other".'
    )
    line1: Line = Field(examples=["350 5th Ave"])
    line2: Line | None = Field(default=None, examples=["Floor 20"])
    city: Short = Field(default="New York", examples=["New York"])
    state: Short = Field(default="NY", examples=["NY"])
    postal_code: PostalCode = Field(examples=["10118"])
    country: Country = Field(default="US", description="Two letters (ISO 3166-1).")
    latitude: Latitude | None = Field(default=None, description="Together with the longitude.")
    longitude: Longitude | None = Field(default=None, description="Together with the latitude.")
    is_default: bool = Field(default=False, description="Take it where no address is named.")


class UpdateAddress(Command):
    """What to change. What is left out stays; a new street or town without a point drops the old
    point, because it would be wrong.
    """

    label: AddressLabel | None = None
    custom_label: Short | None = None
    line1: Line | None = None
    line2: Line | None = Field(default=None, description="Null takes the second line away.")
    city: Short | None = None
    state: Short | None = None
    postal_code: PostalCode | None = None
    country: Country | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class AddressView(BaseModel):
    """A saved address, for its owner."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: AddressLabel
    custom_label: str | None
    line1: str
    line2: str | None
    city: str
    state: str
    postal_code: str
    country: str
    latitude: float | None
    longitude: float | None
    borough: Borough | None = Field(description="Of the point; null outside the city.")
    area_key: str | None = Field(description="Of the point; null in parks and outside the city.")
    area: str | None = Field(description="The name of that neighborhood.", examples=["Midtown"])
    is_default: bool
    created_at: datetime
    updated_at: datetime


class AddressesView(BaseModel):
    """One's own addresses, the default first, then the newest."""

    model_config = ConfigDict(frozen=True)

    items: list[AddressView]
