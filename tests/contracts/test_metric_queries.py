"""The dictionary's queries on series whose answers can be worked out by hand."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devstack import programs
from devstack.places import Places
from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.policy import templates
from tests.patience import PATIENCE_SECONDS

METRICS = {metric.name: metric for metric in repository.dictionary()}
REQUESTS = "instainstru_http_requests_total"
CALLS = "instainstru_mcp_tool_calls_total"
ERRORS = "instainstru_errors_total"
OPERATIONS = "instainstru_service_operations_total"
# Twenty minutes, a sample each 15 seconds. What is absent (`_`) had not happened yet.
STEADY = "0+3x80"
FIRST_TIME = "_x78 1 1"
LONG_AGO = "7x80"


@dataclass(frozen=True)
class Case:
    """A metric, the series there are, and the samples that its query gives."""

    metric: str
    series: dict[str, str]
    expected: dict[str, float] = field(default_factory=dict)


CASES = {
    "a first failure counts": Case(
        "http_error_rate",
        {
            f'{REQUESTS}{{endpoint="/a",status_code="200"}}': STEADY,
            f'{REQUESTS}{{endpoint="/a",status_code="500"}}': FIRST_TIME,
        },
        {"{}": 1 / 61},
    ),
    "an old failure does not": Case(
        "http_error_rate",
        {
            f'{REQUESTS}{{endpoint="/a",status_code="200"}}': STEADY,
            f'{REQUESTS}{{endpoint="/a",status_code="500"}}': LONG_AGO,
        },
        {"{}": 0},
    ),
    "probes and scrapes are not requests": Case(
        "http_client_error_rate",
        {
            f'{REQUESTS}{{endpoint="/api/v1/health",status_code="200"}}': STEADY,
            f'{REQUESTS}{{endpoint="/metrics",status_code="200"}}': STEADY,
            f'{REQUESTS}{{endpoint="/a",status_code="404"}}': STEADY,
            f'{REQUESTS}{{endpoint="/a",status_code="200"}}': STEADY,
        },
        {"{}": 0.5},
    ),
    "a healthy route has none": Case(
        "errors_by_endpoint",
        {f'{REQUESTS}{{method="GET",endpoint="/a",status_code="200"}}': STEADY},
        {'{method="GET", endpoint="/a"}': 0},
    ),
    "a failing route has its first one": Case(
        "errors_by_endpoint",
        {
            f'{REQUESTS}{{method="GET",endpoint="/a",status_code="200"}}': STEADY,
            f'{REQUESTS}{{method="GET",endpoint="/a",status_code="500"}}': FIRST_TIME,
        },
        {'{method="GET", endpoint="/a"}': 1},
    ),
    "one refusal is shown": Case(
        "errors_by_type",
        {
            f'{ERRORS}{{service="s",operation="o",error_type="e"}}': FIRST_TIME,
            f'{OPERATIONS}{{service="s",operation="o",status="success"}}': STEADY,
        },
        {'{service="s", operation="o", error_type="e"}': 1},
    ),
    "no refusal is zero": Case(
        "errors_by_type",
        {
            f'{ERRORS}{{service="s",operation="o",error_type="e"}}': LONG_AGO,
            f'{OPERATIONS}{{service="s",operation="o",status="success"}}': STEADY,
        },
        {"{}": 0},
    ),
    "nothing scraped is no data": Case("errors_by_type", {"other": STEADY}),
    "the first calls of new tools count": Case(
        "tool_calls",
        {f'{CALLS}{{tool="{name}",status="success"}}': FIRST_TIME for name in "abc"},
        {"{}": 3},
    ),
    "each tool has its calls": Case(
        "tool_calls_by_tool",
        {
            f'{CALLS}{{tool="a",status="success"}}': FIRST_TIME,
            f'{CALLS}{{tool="b",status="success"}}': STEADY,
        },
        {'{tool="a"}': 1, '{tool="b"}': 60},
    ),
}


@pytest.mark.stack
def test_queries_count_what_happened(tmp_path: Path) -> None:
    program = programs.prometheus(Places())
    assert program is not None
    tests = [
        {
            "name": name,
            "interval": "15s",
            "input_series": [
                {"series": series, "values": values} for series, values in case.series.items()
            ],
            "promql_expr_test": [
                {
                    "expr": templates.query(
                        METRICS[case.metric].promql or "", window_seconds=300, quantile=0.95
                    ),
                    "eval_time": "20m",
                    "exp_samples": [
                        {"labels": labels, "value": value}
                        for labels, value in case.expected.items()
                    ],
                }
            ],
        }
        for name, case in CASES.items()
    ]
    page = tmp_path / "queries.json"
    page.write_text(json.dumps({"evaluation_interval": "15s", "tests": tests}))
    found = subprocess.run(
        [program.path.with_name("promtool"), "test", "rules", str(page)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert found.returncode == 0, found.stdout + found.stderr
