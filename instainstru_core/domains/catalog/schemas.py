"""The packaged catalogue as it is written, and what the catalog tells others."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.catalog.types import AgeGroup

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
FilterKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=40)]
Minutes = Annotated[int, Field(ge=30, le=240, multiple_of=15)]


class Entry(BaseModel):
    """One entry of the packaged file. An unknown key is a mistake in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Slug
    name: Name


class ServiceEntry(Entry):
    """A service as the file has it."""

    ages: Annotated[list[AgeGroup], Field(min_length=1)]
    durations: Annotated[list[Minutes], Field(min_length=1)]
    online: bool
    synonyms: list[str]
    description: str


class SubcategoryEntry(Entry):
    """A subcategory as the file has it."""

    synonyms: list[str] = []
    services: Annotated[list[ServiceEntry], Field(min_length=1)]


class CategoryEntry(Entry):
    """A category as the file has it."""

    synonyms: list[str] = []
    subcategories: Annotated[list[SubcategoryEntry], Field(min_length=1)]


class Catalogue(BaseModel):
    """The whole packaged file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: list[CategoryEntry]


class OptionEntry(BaseModel):
    """One value of a filter as the file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: FilterKey
    label: Name
    words: list[str] = Field(default=[])
    heard: bool = True


class FilterEntry(BaseModel):
    """A filter as the file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: FilterKey
    label: Name
    options: Annotated[list[OptionEntry], Field(min_length=1)]


class FilterFile(BaseModel):
    """The whole packaged file of filters. Subcategories are by the slugs of both levels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    definitions: list[FilterEntry]
    subcategories: dict[Slug, dict[Slug, dict[FilterKey, list[FilterKey] | Literal["all"]]]]


class View(BaseModel):
    """What all views of the catalog share: they are built from rows and never change."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class CatalogueLoaded(View):
    """What loading the packaged catalogue did."""

    categories: int
    subcategories: int
    services: int = Field(description="Services in the packaged catalogue.")
    changed: int = Field(description="Entries added or rewritten, at any level.")
    retired: int = Field(description="Services that left the catalogue and are now inactive.")


class ServiceCard(View):
    """A service in the fewest words, for lists of other subjects."""

    id: str
    slug: str
    name: str
    subcategory: str
    category: str
    is_active: bool


class ServiceView(View):
    """A service with everything the catalog knows about it."""

    id: str = Field(examples=["1B9WQ5E9JF2N2T7M0T8S4S8Q0K"])
    slug: str = Field(examples=["double-bass"])
    name: str = Field(examples=["Double Bass"])
    description: str
    category_slug: str = Field(examples=["music"])
    category: str = Field(examples=["Music"])
    subcategory_slug: str = Field(examples=["orchestral-strings"])
    subcategory: str = Field(examples=["Orchestral Strings"])
    synonyms: list[str] = Field(description="What people also type when they mean it.")
    age_groups: list[AgeGroup] = Field(description="Who may be taught.")
    durations: list[int] = Field(description="Lesson lengths to choose from, in minutes.")
    online_capable: bool = Field(description="Whether lessons can be held over video.")
    is_active: bool


class FilterOptionView(View):
    """One value of a filter."""

    value: str = Field(examples=["audition_prep"])
    label: str = Field(examples=["Audition Prep"])


class FilterView(View):
    """Something that offerings can be told apart by, with the values that apply."""

    key: str = Field(examples=["goal"])
    label: str = Field(examples=["Goal"])
    options: list[FilterOptionView]


class FiltersView(View):
    """All filters there are, in the order they are shown."""

    items: list[FilterView]


class SubcategorySummary(View):
    """A subcategory and how many services it has."""

    id: str
    slug: str
    name: str
    service_count: int


class CategoryView(View):
    """A category with its subcategories, in the order they are shown."""

    id: str
    slug: str = Field(examples=["music"])
    name: str = Field(examples=["Music"])
    service_count: int
    subcategories: list[SubcategorySummary]


class CategoriesView(View):
    """All categories, in the order they are shown."""

    items: list[CategoryView]


class SubcategoryView(View):
    """A subcategory with its services and with what can be filtered by."""

    id: str
    slug: str
    name: str
    filters: list[FilterView]
    services: list[ServiceView]


class CategoryDetail(View):
    """A category with all its services."""

    id: str
    slug: str
    name: str
    subcategories: list[SubcategoryView]


class SubcategoryDetail(SubcategoryView):
    """A subcategory with its services, its filters, and where it stands."""

    category_slug: str = Field(examples=["music"])
    category: str = Field(examples=["Music"])
    service_count: int


class CatalogueSummary(View):
    """The active catalogue in figures."""

    version: str
    category_count: int
    subcategory_count: int
    service_count: int
    online_service_count: int
    categories: list[CategoryView]
