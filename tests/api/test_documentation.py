"""The page that shows the API comes from here alone."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import FileResponse

from api import documentation

PAGE = "/api/v1/docs"
NAMED = re.compile(r'(?:src|href)="([^"]+)"')
PARTS = ["favicon.png", "swagger-ui.css", "swagger-ui-bundle.js", "start.js"]
KINDS = {
    "favicon.png": "image/png",
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
}


class TestThePage:
    def test_names_its_own_parts_and_nothing_else(self, client: TestClient) -> None:
        answer = client.get(PAGE)
        assert (answer.status_code, answer.headers["content-type"]) == (
            200,
            "text/html; charset=utf-8",
        )
        assert NAMED.findall(answer.text) == [f"docs/{part}" for part in PARTS]
        assert "//" not in answer.text
        assert "<script>" not in answer.text

    def test_lets_a_browser_ask_nobody_else(self, client: TestClient) -> None:
        assert client.get(PAGE).headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
            " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
            " frame-ancestors 'none'"
        )

    def test_reads_the_document_that_is_served_beside_it(self, client: TestClient) -> None:
        script = client.get(f"{PAGE}/start.js").text
        (document,) = re.findall(r'url: "([^"]+)"', script)
        assert client.get(f"/api/v1/{document}").json()["info"]["title"] == "InstaInstru"
        assert "validatorUrl: null" in script  # else it tells a stranger where it is


class TestAPart:
    @pytest.mark.parametrize("part", PARTS)
    def test_is_served_as_what_it_is_and_kept_for_a_day(
        self, client: TestClient, part: str
    ) -> None:
        answer = client.get(f"{PAGE}/{part}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, KINDS[part])
        assert answer.headers["cache-control"] == "public, max-age=86400"
        assert answer.headers["x-content-type-options"] == "nosniff"

    @pytest.mark.parametrize("part", sorted(documentation.FILES))
    def test_of_the_package_stays_on_the_disk_and_is_sent_from_there(self, part: str) -> None:
        scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "headers": [],
            "path_params": {"name": part},
        }
        answer = documentation.part(Request(scope))
        assert isinstance(answer, FileResponse)
        assert Path(answer.path).parts[-3:] == ("fastapi_offline", "static", part)
        assert not hasattr(answer, "body")

    def test_is_swagger_ui(self, client: TestClient) -> None:
        assert "SwaggerUIBundle" in client.get(f"{PAGE}/swagger-ui-bundle.js").text

    def test_of_style_fetches_nothing_from_elsewhere(self, client: TestClient) -> None:
        style = client.get(f"{PAGE}/swagger-ui.css").text
        assert ".swagger-ui" in style
        assert set(re.findall(r"url\(['\"]?(\w+:)", style)) == {"data:"}
        assert "@import" not in style

    def test_need_not_be_taken_again_while_it_is_the_same(self, client: TestClient) -> None:
        part = f"{PAGE}/swagger-ui.css"
        tag = client.get(part).headers["etag"]
        again = client.get(part, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(part, headers={"If-None-Match": '"another"'}).status_code == 200

    @pytest.mark.parametrize(
        "part",
        ["redoc.standalone.js", "..%2fcore.py", "%2fetc%2fpasswd", "nothing", "swagger-ui.css/"],
    )
    def test_that_is_none_is_not_there(self, client: TestClient, part: str) -> None:
        answer = client.get(f"{PAGE}/{part}")
        assert (answer.status_code, answer.json()["code"]) == (404, "route.not_found")

    def test_is_read_without_running_the_package_it_comes_with(self, client: TestClient) -> None:
        client.get(f"{PAGE}/swagger-ui.css")
        assert "fastapi_offline" not in sys.modules
