"""Who teaches: the public list, public profiles, and one's own profile."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from api import etag
from api.deps import PublicUowDep, RuntimeDep, SignedInDep, UowDep
from api.routing import Router
from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.schemas import (
    BackgroundCheckView,
    StaffCheckView,
    StartCheck,
)
from instainstru_core.domains.instructors import service
from instainstru_core.domains.instructors.schemas import (
    AddOffering,
    ListingFilters,
    OfferingTerms,
    OwnProfileView,
    ReplaceAreas,
    ReplacePlaces,
    StaffProfileView,
    UpdateProfile,
)
from instainstru_core.domains.instructors.types import PlaceKind
from instainstru_core.domains.onboarding import flows as onboarding_flows
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.schemas import OnboardingView
from instainstru_core.domains.reviews import service as reviews
from instainstru_core.domains.reviews.schemas import RatedCardView, RatedProfileView
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/instructors", tags=["instructors"])


class InstructorsQuery(ListingFilters):
    """Which instructors, and which page of them."""

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=MAX_PAGE)


@router.get("", operation_id="instructors.list", summary="Instructors who can be booked")
def listing(uow: PublicUowDep, query: Annotated[InstructorsQuery, Query()]) -> Page[RatedCardView]:
    """Filters narrow the list; keep them the same from page to page."""
    filters = ListingFilters(**query.model_dump(exclude={"cursor", "limit"}))
    return reviews.rated_listing(uow, filters, cursor=query.cursor, limit=query.limit)


@router.get("/me", operation_id="instructors.own", summary="One's own profile", responses={404: {}})
def own(uow: UowDep, response: Response) -> OwnProfileView:
    """With `missing`: what going live still needs."""
    view = service.own(uow)
    response.headers["ETag"] = etag.of_content(view)
    return view


@router.patch(
    "/me",
    operation_id="instructors.update_profile",
    summary="Change one's own profile",
    responses={404: {}},
)
def update_profile(uow: UowDep, command: UpdateProfile) -> OwnProfileView:
    """Changes what is sent and leaves the rest."""
    return service.update_profile(uow, command)


@router.post(
    "/me/go-live",
    operation_id="instructors.go_live",
    summary="Show one's own profile to the public",
    responses={404: {}},
)
def go_live(uow: UowDep) -> OwnProfileView:
    """Refused as long as something is missing; `missing` lists all of it."""
    return onboarding.go_live(uow)


@router.get(
    "/me/onboarding",
    operation_id="instructors.own_steps",
    summary="What is missing before going live",
    responses={404: {}},
)
def own_steps(uow: UowDep) -> OnboardingView:
    """Of the profile itself, and of what others have to confirm."""
    return onboarding.own_steps(uow)


@router.post(
    "/me/background-check",
    operation_id="instructors.start_check",
    summary="Begin one's own background check",
    responses={404: {}},
)
def start_check(
    runtime: RuntimeDep,
    actor: SignedInDep,
    command: StartCheck,  # noqa: ARG001 - that it is there is the consent
) -> BackgroundCheckView:
    """The answer says where the person goes on. Beginning again goes on with the open one."""
    return onboarding_flows.start_check(runtime.begin, runtime.checks, actor=actor)


@router.post(
    "/me/pause",
    operation_id="instructors.pause",
    summary="Hide one's own profile",
    responses={404: {}},
)
def pause(uow: UowDep) -> OwnProfileView:
    """Lessons that are booked stay booked."""
    return service.pause(uow)


@router.post(
    "/me/offerings",
    status_code=HTTPStatus.CREATED,
    operation_id="instructors.add_offering",
    summary="Teach a service",
    responses={404: {}},
)
def add_offering(uow: UowDep, command: AddOffering) -> OwnProfileView:
    """The formats with a price are those that are offered."""
    return service.add_offering(uow, command)


@router.put(
    "/me/offerings/{offering_id}",
    operation_id="instructors.update_offering",
    summary="Change how a service is taught",
)
def update_offering(uow: UowDep, offering_id: str, command: OfferingTerms) -> OwnProfileView:
    """Lessons that are booked keep their terms."""
    return service.update_offering(uow, offering_id, command)


@router.delete(
    "/me/offerings/{offering_id}",
    operation_id="instructors.remove_offering",
    summary="Teach a service no more",
)
def remove_offering(uow: UowDep, offering_id: str) -> OwnProfileView:
    """Lessons that are booked stay booked."""
    return service.remove_offering(uow, offering_id)


@router.put(
    "/me/areas",
    operation_id="instructors.replace_areas",
    summary="Set the areas one travels to",
    responses={404: {}},
)
def replace_areas(uow: UowDep, command: ReplaceAreas) -> OwnProfileView:
    """All of them, in place of those there were."""
    return service.replace_areas(uow, command)


@router.put(
    "/me/places/{kind}",
    operation_id="instructors.replace_places",
    summary="Set the places one teaches at",
)
def replace_places(
    uow: UowDep, runtime: RuntimeDep, kind: PlaceKind, command: ReplacePlaces
) -> OwnProfileView:
    """All of one kind. The public sees a teaching place some blocks off, a public place exactly."""
    secret = runtime.settings.location_secret.get_secret_value().encode()
    return service.replace_places(uow, kind, command, secret=secret)


@router.get(
    "/{instructor_id}", operation_id="instructors.public", summary="An instructor's public profile"
)
def public(uow: PublicUowDep, instructor_id: str, response: Response) -> RatedProfileView:
    """By id or slug. Whoever is not live is not there."""
    view = reviews.rated_profile(uow, instructor_id)
    response.headers["ETag"] = etag.of_content(view)
    return view


@router.get(
    "/{instructor_id}/background-check",
    operation_id="instructors.background_check",
    summary="Where an instructor's background check is",
)
def background_check(uow: UowDep, instructor_id: str) -> StaffCheckView:
    """For staff. What the report says stays with its provider."""
    return checks.of(uow, instructor_id)


@router.post(
    "/{instructor_id}/deactivate",
    operation_id="instructors.deactivate",
    summary="Take a profile down",
)
def deactivate(uow: UowDep, instructor_id: str) -> StaffProfileView:
    """It stays down until staff let it back. Lessons that are booked stay booked."""
    return service.deactivate(uow, instructor_id)


@router.post(
    "/{instructor_id}/readmit",
    operation_id="instructors.readmit",
    summary="Let a profile that was taken down be shown again",
)
def readmit(uow: UowDep, instructor_id: str) -> StaffProfileView:
    """Its owner then goes live again, through the same gate as everybody."""
    return service.readmit(uow, instructor_id)


@router.get(
    "/{instructor_id}/staff",
    operation_id="instructors.staff_profile",
    summary="A profile as staff see it",
)
def staff_profile(uow: UowDep, instructor_id: str) -> StaffProfileView:
    """Also of those who are not live, with their milestones."""
    return service.staff_profile(uow, instructor_id)
