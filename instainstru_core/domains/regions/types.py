"""Region vocabulary. Pure."""

from enum import StrEnum


class Borough(StrEnum):
    """The five boroughs of New York City."""

    MANHATTAN = "Manhattan"
    BROOKLYN = "Brooklyn"
    QUEENS = "Queens"
    BRONX = "Bronx"
    STATEN_ISLAND = "Staten Island"
