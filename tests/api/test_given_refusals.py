"""The queries of `../shared/data/search_cases_dev.jsonl` that are to be refused.

Where 400 is expected, this API says 422: what was sent is JSON and whole, and makes no sense.
"""

from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient

from tests.unit.search.cases import Case, cases

KEYS = "abcdefghijk"
SENT: dict[int, dict[str, str | float | bool]] = {
    275: {},
    276: {"latitude": 40.7},
    277: {"skill": "expert"},
    278: {"filters": "|".join(f"{key}:x" for key in KEYS)},
    279: {"filters": "goal:" + ",".join(f"v{number}" for number in range(21))},
    280: {"explain": True},
}
STATUS = {400: HTTPStatus.UNPROCESSABLE_ENTITY, 403: HTTPStatus.FORBIDDEN}


@pytest.mark.parametrize("case", cases("api"), ids=str)
def test_what_makes_no_sense_is_refused(case: Case, client: TestClient) -> None:
    answer = client.get("/api/v1/search", params={"q": case.query, **SENT[case.line]})
    expected = case.expect["http"]
    assert isinstance(expected, int)
    assert answer.status_code == STATUS[expected], answer.text
    assert answer.json()["detail"]
