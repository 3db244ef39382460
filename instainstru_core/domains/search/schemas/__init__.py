"""Commands in, views out, a module for each subject. New ones are imported from theirs."""

from instainstru_core.domains.search.schemas.base import RowId, View
from instainstru_core.domains.search.schemas.clicks import ClickView, RecordClick
from instainstru_core.domains.search.schemas.finding import (
    NearPlace,
    ResultsView,
    ResultView,
    SearchInstructors,
    SignalsView,
)
from instainstru_core.domains.search.schemas.understood import (
    PlaceMeant,
    ServiceMeant,
    UnderstoodView,
)

__all__ = [
    "ClickView",
    "NearPlace",
    "PlaceMeant",
    "RecordClick",
    "ResultView",
    "ResultsView",
    "RowId",
    "SearchInstructors",
    "ServiceMeant",
    "SignalsView",
    "UnderstoodView",
    "View",
]
