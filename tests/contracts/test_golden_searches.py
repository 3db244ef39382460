"""The golden set of searches names only what exists, and its halves stay apart."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "evals" / "search"
DOMAINS = ROOT / "instainstru_core" / "domains"
HALVES = ("golden_open", "golden_blind")
SETS = (*HALVES, "golden_later")
FIELDS = {
    "query", "today", "services", "service_unknown", "excluded", "excluded_services", "price",
    "dates", "time", "minutes", "audience", "age_group", "ages", "skill", "urgency",
    "lesson_type", "place", "ambiguous", "not_corrected", "unscored", "note",
}  # fmt: skip


def lines(half: str) -> list[dict[str, Any]]:
    text = (GOLDEN / f"{half}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def wished(line: dict[str, Any]) -> set[str]:
    named = {slug for wish in line["services"] for slug in wish.get("any", ())}
    return named | set(line.get("excluded_services", ()))


@pytest.mark.parametrize("half", SETS)
def test_every_service_group_and_area_of_a_label_exists(half: str) -> None:
    catalog = yaml.safe_load((DOMAINS / "catalog" / "catalogue.yaml").read_text("utf-8"))
    categories = catalog["categories"]
    parts = [part for one in categories for part in one["subcategories"]]
    slugs = {service["slug"] for part in parts for service in part["services"]}
    groups = {f"category:{one['slug']}" for one in categories} | {
        f"subcategory:{part['slug']}" for part in parts
    }
    regions = yaml.safe_load((DOMAINS / "regions" / "display_areas.yaml").read_text("utf-8"))
    keys = {area["key"] for borough in regions["boroughs"] for area in borough["areas"]}
    for line in lines(half):
        assert wished(line) <= slugs, line
        assert {wish["group"] for wish in line["services"] if "group" in wish} <= groups, line
        place = line.get("place")
        if isinstance(place, dict) and "areas" in place:
            assert set(place["areas"]) | set(place.get("may", ())) <= keys, line


@pytest.mark.parametrize("half", SETS)
def test_labels_use_the_fields_that_are_described_and_words_of_their_query(half: str) -> None:
    for line in lines(half):
        assert set(line) <= FIELDS, line
        date.fromisoformat(line["today"])
        for word in line.get("not_corrected", ()):
            assert word in line["query"].lower(), line


def test_each_half_is_big_enough_and_no_query_is_in_two_sets() -> None:
    looked_at, blind, later = (
        {line["query"].lower().strip() for line in lines(half)} for half in SETS
    )
    assert len(looked_at) >= 170
    assert len(blind) >= 180
    assert len(later) >= 150
    assert not looked_at & blind
    assert not later & (looked_at | blind)


def test_every_slot_of_the_issue_is_asked_for_in_both_halves() -> None:
    slots = FIELDS - {"query", "today", "services", "unscored", "note"}
    for half in HALVES:
        asked = {field for line in lines(half) for field in line}
        assert slots <= asked, (half, slots - asked)
