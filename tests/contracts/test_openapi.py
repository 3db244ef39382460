"""The document that clients are generated from: complete, and changed only on purpose."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import jsonschema_rs
import pytest

from tests.contracts.documents import check_snapshot, openapi

OPERATION_ID = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
MAX_SUMMARY = 72


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON body that an operation takes or gives."""
    for name, operation in operations():
        parts = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for part, body in parts.items():
            for media in body.get("content", {}).values():
                yield f"{name} {part}", media


def _example(parameter: dict[str, Any]) -> object:
    given = [parameter["example"]] if "example" in parameter else parameter["schema"]["examples"]
    return given[0]


def _fits(value: object, schema: dict[str, Any]) -> bool:
    """Only what names another schema is read with all of them: that takes a while."""
    if "$ref" in str(schema):
        schema = {**schema, "components": openapi()["components"]}
    return jsonschema_rs.is_valid(schema, value)


class TestTheDocument:
    def test_is_the_committed_one(self) -> None:
        check_snapshot("openapi.json", openapi())

    def test_names_each_operation_once(self) -> None:
        ids = [operation["operationId"] for _, operation in operations()]
        assert sorted(set(ids)) == sorted(ids)
        assert [name for name in ids if not OPERATION_ID.fullmatch(name)] == []

    def test_says_in_a_line_what_each_operation_does(self) -> None:
        assert [
            name
            for name, operation in operations()
            if not 3 <= len(operation.get("summary", "")) <= MAX_SUMMARY
            or operation["summary"].endswith(".")
        ] == []

    def test_says_what_each_parameter_means(self) -> None:
        assert [
            (name, parameter["name"])
            for name, operation in operations()
            for parameter in operation.get("parameters", [])
            if not (parameter.get("description") or parameter["schema"].get("description"))
        ] == []

    def test_gives_each_operation_one_subject(self) -> None:
        assert [name for name, operation in operations() if len(operation["tags"]) != 1] == []

    def test_describes_what_each_operation_answers(self) -> None:
        assert [
            name
            for name, operation in operations()
            if not any(status.startswith("2") for status in operation["responses"])
        ] == []

    def test_answers_with_objects_so_that_each_can_grow(self) -> None:
        assert [name for name, media in bodies() if media["schema"].get("type") == "array"] == []

    def test_forgets_the_framework_s_own_errors(self) -> None:
        assert "HTTPValidationError" not in openapi()["components"]["schemas"]

    @pytest.mark.parametrize("status", ["400", "404", "409", "422", "503"])
    def test_speaks_of_problems_in_one_form(self, status: str) -> None:
        answers = [
            operation["responses"][status]
            for _, operation in operations()
            if status in operation["responses"]
        ]
        assert answers
        for answer in answers:
            shared = "$ref" in answer or "application/problem+json" in answer["content"]
            assert shared, answer


class TestExamples:
    def test_are_there_for_every_body(self) -> None:
        assert [
            name for name, media in bodies() if "example" not in media and "examples" not in media
        ] == []

    def test_are_there_for_every_required_parameter_and_fit(self) -> None:
        wrong = [
            f"{name}: {parameter['name']}"
            for name, operation in operations()
            for parameter in operation.get("parameters", [])
            if parameter["required"] and not _fits(_example(parameter), parameter["schema"])
        ]
        assert wrong == []

    def test_name_a_monday_where_one_is_asked_for(self) -> None:
        pattern = dict(bodies())["POST /api/v1/availability/patterns request"]["example"]
        assert date.fromisoformat(pattern["monday"]).weekday() == 0

    def test_fit_their_schemas(self) -> None:
        wrong: list[str] = []
        components = openapi()["components"]
        for name, media in bodies():
            schema = {**media["schema"], "components": components}
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            given = [media["example"]] if "example" in media else []
            given += [entry["value"] for entry in media.get("examples", {}).values()]
            wrong += [
                f"{name}: {error}" for value in given for error in validator.iter_errors(value)
            ]
        assert wrong == []
