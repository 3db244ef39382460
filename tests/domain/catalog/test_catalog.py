"""The catalogue: what is packaged, what is loaded, what is found."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from instainstru_core.domains.catalog import policy, repository, service
from instainstru_core.domains.catalog.errors import (
    CategoryNotFound,
    ServiceNotFound,
)
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.catalog.types import AgeGroup
from instainstru_core.kernel.authority import ANONYMOUS, PermissionMissing
from instainstru_core.kernel.ids import new_id, stable_id
from instainstru_core.kernel.paging import BadCursor
from instainstru_core.kernel.uow import Begin, Uow

Counting = Callable[[], AbstractContextManager[list[str]]]


class TestThePackagedFile:
    def test_is_whole(self) -> None:
        categories = repository.packaged().categories
        groups = [group for top in categories for group in top.subcategories]
        services = [entry for group in groups for entry in group.services]
        assert (len(categories), len(groups), len(services)) == (7, 79, 287)
        assert len({entry.slug for entry in services}) == len(services)

    def test_names_its_slugs_after_its_names(self) -> None:
        for top in repository.packaged().categories:
            for group in top.subcategories:
                for entry in (group, *group.services):
                    assert entry.slug == policy.slugify(entry.name)

    def test_says_of_every_service_what_people_type(self) -> None:
        for top in repository.packaged().categories:
            for group in top.subcategories:
                for entry in group.services:
                    assert entry.synonyms, entry.slug
                    assert entry.description, entry.slug
                    assert entry.synonyms == [text.lower() for text in entry.synonyms]


class TestLoad:
    def test_changes_nothing_the_second_time(self, uow: Uow) -> None:
        before = service.version(uow)
        assert service.load(uow).model_dump() == {
            "categories": 7,
            "subcategories": 79,
            "services": 287,
            "changed": 0,
            "retired": 0,
        }
        assert service.version(uow) == before

    def test_brings_what_is_known_without_a_database(self, uow: Uow) -> None:
        assert service.entries(uow) == service.packaged_entries()

    def test_brings_back_what_was_changed_and_retires_the_rest(self, uow: Uow) -> None:
        before = service.version(uow)
        piano = uow.session.scalars(select(Service).filter_by(slug="piano")).one()
        piano.name, piano.is_active = "Clavier", False
        extra = Service(
            id=new_id(),
            subcategory_id=piano.subcategory_id,
            slug="clavichord",
            name="Clavichord",
            description="",
            synonyms=[],
            age_groups=["adults"],
            durations=[60],
            online_capable=False,
            position=99,
        )
        uow.session.add(extra)
        uow.session.flush()
        assert service.version(uow) != before
        loaded = service.load(uow)
        assert (loaded.changed, loaded.retired) == (1, 1)
        found = service.service(uow, "piano")
        assert (found.id, found.name) == (stable_id("service", "piano"), "Piano")
        assert not service.service(uow, "clavichord").is_active

    def test_needs_the_right_to(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            service.load(uow)


class TestTheTree:
    def test_counts_services(self, uow: Uow) -> None:
        tree = service.categories(uow)
        assert [(top.slug, top.service_count) for top in tree] == [
            ("music", 35),
            ("dance", 24),
            ("arts", 41),
            ("sports", 47),
            ("tutoring", 64),
            ("languages", 25),
            ("hobbies", 51),
        ]
        assert tree[0].subcategories[0].slug == "piano"

    def test_shows_a_category_whole(self, uow: Uow, count_statements: Counting) -> None:
        with count_statements() as seen:
            found = service.category(uow, "languages")
        assert sum(len(group.services) for group in found.subcategories) == 25
        assert len(seen) == 1

    @pytest.mark.parametrize("slug", ["nothing", "", "Music", "' OR 1=1 --"])
    def test_refuses_an_unknown_category(self, uow: Uow, slug: str) -> None:
        with pytest.raises(CategoryNotFound):
            service.category(uow, slug)

    def test_is_summed_up(self, uow: Uow) -> None:
        found = service.summary(uow)
        assert (found.category_count, found.subcategory_count, found.service_count) == (7, 79, 287)
        assert 0 < found.online_service_count < found.service_count
        assert found.version == service.version(uow)


class TestServices:
    def test_come_page_by_page_each_once(self, uow: Uow, count_statements: Counting) -> None:
        seen: list[str] = []
        cursor = None
        while True:
            with count_statements() as statements:
                page = service.services(uow, cursor=cursor, limit=100)
            assert len(statements) == 1
            seen += [one.slug for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == sorted(seen)
        assert len(set(seen)) == 287

    def test_are_narrowed_by_filters(self, uow: Uow) -> None:
        page = service.services(uow, category_slug="music", age_group=AgeGroup.TODDLER, online=True)
        assert page.items
        for one in page.items:
            assert (one.category_slug, one.online_capable) == ("music", True)
            assert AgeGroup.TODDLER in one.age_groups

    def test_of_an_unknown_category_are_none(self, uow: Uow) -> None:
        assert service.services(uow, category_slug="nothing").items == []
        assert service.services(uow, category_slug="' --").items == []

    def test_refuse_a_cursor_of_another_list(self, uow: Uow) -> None:
        cursor = service.services(uow, limit=1).next_cursor
        with pytest.raises(BadCursor):
            service.services(uow, cursor=cursor, category_slug="music")

    def test_are_found_by_slug_and_by_id(self, uow: Uow) -> None:
        found = service.service(uow, "double-bass")
        assert service.service(uow, found.id) == found
        assert (found.name, found.category) == ("Double Bass", "Music")

    @pytest.mark.parametrize("name", ["nothing", "", "Piano", stable_id("service", "nothing")])
    def test_refuse_an_unknown_one(self, uow: Uow, name: str) -> None:
        with pytest.raises(ServiceNotFound):
            service.service(uow, name)

    def test_come_in_bulk_in_one_statement(self, uow: Uow, count_statements: Counting) -> None:
        ids = [stable_id("service", slug) for slug in ("piano", "cello", "nothing")]
        with count_statements() as seen:
            cards = service.cards(uow, ids)
        assert {card.slug for card in cards.values()} == {"piano", "cello"}
        assert len(seen) == 1
        assert service.services_by_ids(uow, []) == {}
