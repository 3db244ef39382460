"""What can be taught: the tree of categories, the services, and what people mean by their words."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api import etag
from api.deps import PublicUowDep, RuntimeDep
from api.routes.regions import keep
from api.routing import Router
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.schemas import (
    CategoriesView,
    CategoryDetail,
    FiltersView,
    ServiceView,
    SubcategoryDetail,
)
from instainstru_core.domains.catalog.types import AgeGroup
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.schemas import TaughtView
from instainstru_core.domains.search import service as search
from instainstru_core.domains.search.schemas.looking_up import LookupView
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/catalog", tags=["catalog"])
FIVE_MINUTES = 300


class ServicesQuery(BaseModel):
    """Which services, and which page of them."""

    model_config = ConfigDict(extra="forbid")

    category: str | None = Field(default=None, max_length=80, description="A category's slug.")
    subcategory: str | None = Field(
        default=None, max_length=80, description="A subcategory's slug."
    )
    age_group: AgeGroup | None = Field(default=None, description="Who is to be taught.")
    online: bool | None = Field(default=None, description="Whether it can be taught over video.")
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


@router.get("/categories", operation_id="catalog.categories", summary="The tree")
def categories(uow: PublicUowDep, response: Response) -> CategoriesView:
    """Categories and subcategories with their numbers of services."""
    found = CategoriesView(items=catalog.categories(uow))
    keep(response, found)
    return found


@router.get(
    "/categories/{category}", operation_id="catalog.category", summary="A category's services"
)
def category(uow: PublicUowDep, response: Response, category: str) -> CategoryDetail:
    """All services of a category, by subcategory. `category` is its slug."""
    found = catalog.category(uow, category)
    keep(response, found)
    return found


@router.get(
    "/categories/{category}/{subcategory}",
    operation_id="catalog.subcategory",
    summary="A subcategory's services and filters",
)
def subcategory(
    uow: PublicUowDep, response: Response, category: str, subcategory: str
) -> SubcategoryDetail:
    """What offerings of it can be told apart by, beside price, place and time."""
    found = catalog.subcategory(uow, category, subcategory)
    keep(response, found)
    return found


@router.get("/filters", operation_id="catalog.filters", summary="All filters with their values")
def filters(response: Response) -> FiltersView:
    """A subcategory knows some of them; every one knows `skill_level`."""
    found = catalog.filters()
    keep(response, found)
    return found


@router.get("/taught", operation_id="catalog.taught", summary="What is taught most")
def taught(
    uow: PublicUowDep,
    response: Response,
    per_category: Annotated[int, Query(ge=1, le=20)] = 7,
    age_group: Annotated[AgeGroup | None, Query(description="Who is to be taught.")] = None,
) -> TaughtView:
    """By category: services that most instructors teach who can be booked, and from what price."""
    found = instructors.taught(uow, per_category=per_category, age_group=age_group)
    response.headers["ETag"] = etag.of_content(found)
    response.headers["Cache-Control"] = f"public, max-age={FIVE_MINUTES}"
    return found


@router.get("/services", operation_id="catalog.services", summary="Services by slug")
def services(
    uow: PublicUowDep, response: Response, query: Annotated[ServicesQuery, Query()]
) -> Page[ServiceView]:
    """Filters narrow the list; keep them the same from page to page."""
    found = catalog.services(
        uow,
        cursor=query.cursor,
        limit=query.limit,
        category_slug=query.category,
        subcategory_slug=query.subcategory,
        age_group=query.age_group,
        online=query.online,
    )
    keep(response, found)
    return found


@router.get("/services/{service}", operation_id="catalog.service", summary="A service")
def service(uow: PublicUowDep, response: Response, service: str) -> ServiceView:
    """By its slug or its id."""
    found = catalog.service(uow, service)
    keep(response, found)
    return found


@router.get("/lookup", operation_id="catalog.lookup", summary="The services that words mean")
def lookup(
    uow: PublicUowDep,
    response: Response,
    runtime: RuntimeDep,
    q: Annotated[str, Query(min_length=1, max_length=200, examples=["bjj"])],
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> LookupView:
    """What a search for these words would look for, best first, each with how well and why it
    matches; where nothing is meant, what comes nearest.
    """
    found = search.lookup(uow, q, limit=limit, embedder=runtime.embedder)
    keep(response, found)
    return found
