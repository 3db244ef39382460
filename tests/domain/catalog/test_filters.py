"""What the catalog knows of filters, and how a subcategory shows them."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from instainstru_core.domains.catalog import policy, repository, service
from instainstru_core.domains.catalog.errors import FiltersUnusable, SubcategoryNotFound
from instainstru_core.domains.catalog.types import SKILL_LEVEL, SkillLevel
from instainstru_core.kernel.uow import Uow

Counting = Callable[[], AbstractContextManager[list[str]]]

REFERENCE = Path(__file__).parents[4] / "shared/data/search_taxonomy.json"
LEVELS = ("beginner", "intermediate", "advanced")


class TestThePackagedFile:
    def test_has_ten_filters_with_sixty_seven_options(self) -> None:
        filters = repository.filters()
        assert [(one.key, len(one.options)) for one in filters] == [
            ("skill_level", 3),
            ("grade_level", 6),
            ("course_level", 4),
            ("goal", 17),
            ("format", 7),
            ("specialization", 9),
            ("style", 5),
            ("medium", 8),
            ("focus", 5),
            ("learner_type", 3),
        ]
        assert sum(len(one.options) for one in filters) == 67

    def test_names_only_subcategories_keys_and_values_that_there_are(self) -> None:
        known = {
            (top.slug, group.slug)
            for top in repository.packaged().categories
            for group in top.subcategories
        }
        file = repository.packaged_filters()
        for top, groups in file.subcategories.items():
            for group, chosen in groups.items():
                assert (top, group) in known
                named = {key: [] if values == "all" else values for key, values in chosen.items()}
                assert policy.misfits(named, repository.filters()) == []

    def test_gives_every_subcategory_all_levels(self) -> None:
        for top in repository.packaged().categories:
            for group in top.subcategories:
                first, *others = service.filter_definitions(top.slug, group.slug)
                assert (first.key, first.values) == (SKILL_LEVEL, tuple(SkillLevel))
                assert SKILL_LEVEL not in {one.key for one in others}

    def test_covers_the_reference(self) -> None:
        if not REFERENCE.exists():
            pytest.skip("the reference names are not here")
        reference = json.loads(REFERENCE.read_text())
        mine = {one.key: set(one.values) for one in repository.filters()}
        for key, options in reference["filter_options"].items():
            assert mine[key] >= {option["value"] for option in options}
        for top in reference["categories"]:
            for group in top["subcategories"]:
                slug = policy.slugify(group["name"])
                allowed = {
                    one.key: set(one.values)
                    for one in service.filter_definitions(top["slug"], slug)
                }
                for key, values in group["filters"].items():
                    assert allowed[key] >= (mine[key] if values == "ALL" else set(values)), slug


class TestASubcategory:
    def test_shows_its_filters_and_services(self, uow: Uow, count_statements: Counting) -> None:
        with count_statements() as seen:
            found = service.subcategory(uow, "dance", "ballet")
        assert len(seen) == 1
        assert (found.name, found.category, found.service_count) == ("Ballet", "Dance", 1)
        assert [(one.key, [o.value for o in one.options]) for one in found.filters] == [
            ("skill_level", list(LEVELS)),
            ("goal", ["recreation", "competition", "performance", "audition_prep"]),
            ("style", ["classical", "contemporary"]),
        ]

    def test_may_know_the_level_alone(self, uow: Uow) -> None:
        found = service.subcategory(uow, "hobbies", "driving")
        assert [one.key for one in found.filters] == [SKILL_LEVEL]

    @pytest.mark.parametrize(
        ("category", "slug"), [("dance", "piano"), ("nothing", "ballet"), ("dance", "' OR 1=1 --")]
    )
    def test_is_refused_where_there_is_none(self, uow: Uow, category: str, slug: str) -> None:
        with pytest.raises(SubcategoryNotFound):
            service.subcategory(uow, category, slug)

    def test_narrows_the_list_of_services(self, uow: Uow) -> None:
        found = service.services(uow, category_slug="music", subcategory_slug="guitar")
        assert {one.subcategory_slug for one in found.items} == {"guitar"}
        assert service.services(uow, subcategory_slug="No Slug").items == []


class TestAWish:
    def test_is_read_against_a_subcategory(self) -> None:
        ballet = service.filter_definitions("dance", "ballet")
        assert service.wanted_filters("style:classical", ballet) == {"style": {"classical"}}

    def test_is_refused_with_what_is_allowed(self) -> None:
        piano = service.filter_definitions("music", "piano")
        with pytest.raises(FiltersUnusable) as refused:
            service.wanted_filters("goal:self_defense", piano)
        assert refused.value.message == (
            "There is no filter goal:self_defense. Choose from skill_level: beginner,"
            " intermediate, advanced; goal: competition, performance, hobby, audition_prep."
        )

    def test_may_use_any_filter_where_no_subcategory_is_known(self) -> None:
        assert service.wanted_filters("medium:oil") == {"medium": {"oil"}}


class TestWhatATextSpeaksOf:
    @pytest.mark.parametrize(
        ("where", "text", "heard"),
        [
            (
                ("tutoring", "math"),
                "AP calculus for a high schooler",
                {"course_level": {"ap"}, "grade_level": {"high_school"}},
            ),
            (("tutoring", "math"), "regular lessons for my son", {}),
            (("tutoring", "math"), "crash course before the exam", {"format": {"intensive"}}),
            (("languages", "spanish"), "teacher who can travel to me", {}),
            (
                ("languages", "spanish"),
                "spanish for travel, heritage speaker",
                {"focus": {"travel"}, "learner_type": {"heritage_speaker"}},
            ),
            (("languages", "french"), "medical french", {"specialization": {"medical"}}),
            (("dance", "hip-hop"), "hip hop on 14th street", {}),
            (("dance", "ballroom-latin"), "first dance for our wedding", {"goal": {"wedding"}}),
            (("dance", "ballroom-latin"), "competition", {}),
            (("arts", "painting"), "oil and watercolors", {"medium": {"oil", "watercolor"}}),
            (("music", "piano"), "audition prep for juilliard", {"goal": {"audition_prep"}}),
            (("music", "piano"), "professional teacher", {}),
            (
                ("sports", "martial-arts"),
                "self-defense, one on one",
                {"goal": {"self_defense"}, "format": {"individual"}},
            ),
            (("hobbies", "driving"), "beginner", {"skill_level": {"beginner"}}),
        ],
    )
    def test_is_what_its_subcategory_knows(
        self, where: tuple[str, str], text: str, heard: dict[str, set[str]]
    ) -> None:
        known = service.filter_definitions(*where)
        assert policy.inferred_filters(text, known) == heard
