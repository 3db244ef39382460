"""Ways the catalog says no."""

from instainstru_core.kernel.errors import Invalid, NotFound


class CategoryNotFound(NotFound):
    code = "catalog.category_not_found"


class SubcategoryNotFound(NotFound):
    code = "catalog.subcategory_not_found"


class ServiceNotFound(NotFound):
    code = "catalog.service_not_found"


class QueryUnusable(Invalid):
    code = "catalog.query_unusable"


class FiltersUnusable(Invalid):
    code = "catalog.filters_unusable"
