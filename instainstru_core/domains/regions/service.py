"""Boroughs and neighborhoods: listings, the area of a point, the place of a name."""

from collections.abc import Collection
from functools import cache, lru_cache

from instainstru_core.domains.regions import policy, repository
from instainstru_core.domains.regions.errors import AreaNotFound
from instainstru_core.domains.regions.policy import Gazetteer, Vocabulary
from instainstru_core.domains.regions.repository import Area
from instainstru_core.domains.regions.schemas import (
    AreaDetail,
    AreasView,
    AreaView,
    BoroughsView,
    BoroughView,
    FoundPlaceView,
    PlaceView,
    PointView,
    RegionsLoaded,
)
from instainstru_core.domains.regions.types import Borough, Group, Landmark, Named, Street
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("regions.load")
def load(uow: Uow) -> RegionsLoaded:
    """Bring the tables to the packaged map. Loading twice changes nothing, and ids stay."""
    require(uow.actor, Permission.CATALOG_MANAGE)
    rows = repository.boundaries()
    changed = repository.write_areas(uow.session) + repository.write_regions(uow.session, rows)
    uow.session.expire_all()
    return RegionsLoaded(
        areas=sum(len(borough.areas) for borough in repository.packaged().boroughs),
        regions=len(rows),
        changed=changed,
    )


@operation("regions.boroughs")
def boroughs(uow: Uow) -> BoroughsView:
    """The boroughs, with their numbers of areas."""
    counts = repository.boroughs(uow.session)
    guests = vocabulary().also_in.values()
    return BoroughsView(
        items=[
            BoroughView(
                name=borough,
                area_count=counts.get(borough, 0) + sum(guest is borough for guest in guests),
            )
            for borough in Borough
        ]
    )


@operation("regions.areas")
def areas(uow: Uow, borough: Borough | None = None) -> AreasView:
    """All areas, or those of a borough, in the order of the map."""
    return AreasView(items=[_view(area) for area in repository.areas(uow.session, borough=borough)])


@operation("regions.area")
def area(uow: Uow, key: str) -> AreaDetail:
    """One area with its outline. Raises AreaNotFound."""
    found = repository.outline(uow.session, key)
    if found is None:
        raise AreaNotFound("There is no such area. List the areas and use one of their keys.")
    (row,) = repository.areas(uow.session, keys=[key])
    aliases, outline = found
    return AreaDetail(**_view(row).model_dump(), aliases=aliases, outline=outline)


def areas_by_keys(uow: Uow, keys: Collection[str]) -> dict[str, AreaView]:
    """These areas by key; unknown keys are left out."""
    if not keys:
        return {}
    return {row.key: _view(row) for row in repository.areas(uow.session, keys=keys)}


@operation("regions.at")
def at(uow: Uow, *, latitude: float, longitude: float) -> PointView:
    """The area of a point. On an edge it is always the same of the two; a park counts to the
    nearest area; outside the city there is none.
    """
    key = key_at(uow, latitude=latitude, longitude=longitude)
    return PointView(area=None if key is None else areas_by_keys(uow, [key])[key])


def key_at(uow: Uow, *, latitude: float, longitude: float) -> str | None:
    """The key of the area of a point, by the same rules; None outside the city."""
    return repository.area_at(uow.session, latitude, longitude)


def region_at(uow: Uow, *, latitude: float, longitude: float) -> str | None:
    """The id of the polygon that holds a point, parks too; None outside the city."""
    return repository.region_at(uow.session, latitude, longitude)


@operation("regions.find")
def find(uow: Uow, name: str) -> FoundPlaceView:
    """What place a name means: "UWS", "the Bronx", "jackson hts"."""
    found = gazetteer(uow).find(name)
    return FoundPlaceView(
        query=name,
        place=None
        if found is None
        else PlaceView(
            kind=found.kind,
            name=found.name,
            borough=found.borough,
            area_keys=list(found.area_keys),
            ambiguous=found.ambiguous,
        ),
    )


def gazetteer(uow: Uow) -> Gazetteer:
    """The index of all names of places, for whoever looks for one within a text."""
    return _gazetteer(repository.names(uow.session))


def packaged_gazetteer() -> Gazetteer:
    """The same as this release has it, without a database."""
    return _gazetteer(repository.packaged_names())


@lru_cache(maxsize=4)
def _gazetteer(areas: tuple[Named, ...]) -> Gazetteer:
    return policy.gazetteer(areas, vocabulary())


@cache
def vocabulary() -> Vocabulary:
    packaged, said = repository.packaged(), repository.also_said()
    return Vocabulary(
        city=(*packaged.city, *said.city),
        boroughs={
            borough.name: (*borough.aliases, *said.boroughs.get(borough.name, ()))
            for borough in packaged.boroughs
        },
        also_in={
            area.key: area.also_in
            for borough in packaged.boroughs
            for area in borough.areas
            if area.also_in is not None
        },
        groups=tuple(
            Group(tuple(group.names), group.means == "every", tuple(group.areas))
            for group in (*packaged.groups, *said.groups)
        ),
        long_forms={
            short: long for long, shorts in packaged.abbreviations.items() for short in shorts
        },
        aliases={key: tuple(names) for key, names in said.areas.items()},
        landmarks=tuple(
            Landmark(tuple(one.names), one.point, tuple(one.areas))
            for one in repository.landmarks().landmarks
        ),
        streets=tuple(
            Street(one.side, one.first, one.last, tuple(one.areas)) for one in said.streets
        ),
        zip_codes=_zip_codes(),
        weak=tuple(said.weak),
        elsewhere=tuple(said.elsewhere),
        far=tuple(said.far),
    )


def _zip_codes() -> dict[str, tuple[str, ...]]:
    """The areas of each ZIP code; of one that nobody knows, those of its borough."""
    packaged, found = repository.zip_codes(), dict[str, tuple[str, ...]]()
    whole = {
        borough.name: tuple(area.key for area in borough.areas)
        for borough in repository.packaged().boroughs
    }
    for borough, stretches in packaged.boroughs.items():
        for first, last in stretches:
            codes = (f"{code:05}" for code in range(int(first), int(last) + 1))
            found |= dict.fromkeys(codes, whole[borough])
    found |= {code: tuple(keys) for code, keys in packaged.areas.items()}
    return found | {
        code: found[around] for around, codes in packaged.within.items() for code in codes
    }


def _view(row: Area) -> AreaView:
    return AreaView(
        key=row.key,
        name=row.name,
        borough=row.borough,
        latitude=round(row.latitude, repository.DECIMALS),
        longitude=round(row.longitude, repository.DECIMALS),
    )
