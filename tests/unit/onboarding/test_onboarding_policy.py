"""Codes, statuses and founding places."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from instainstru_core.domains.onboarding import policy
from instainstru_core.domains.onboarding.types import InviteStatus

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


class TestCode:
    def test_has_eight_characters_that_nobody_mistakes(self) -> None:
        assert len(policy.CODE_ALPHABET) == len(set(policy.CODE_ALPHABET)) == 31
        assert not set(policy.CODE_ALPHABET) & set("ILO01")
        code = policy.new_code(secrets.choice)
        assert len(code) == 8
        assert set(code) <= set(policy.CODE_ALPHABET)

    def test_is_chosen_character_by_character(self) -> None:
        letters = iter("K7PWQ3XM")
        assert policy.new_code(lambda _: next(letters)) == "K7PWQ3XM"

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("K7PWQ3XM", "K7PWQ3XM"),
            (" k7pwq3xm\n", "K7PWQ3XM"),
            ("K7PWQ3X", None),
            ("K7PWQ3XMM", None),
            ("K7PWQ3X0", None),
            ("K7PWQ3XI", None),
            ("K7PWQ3X\x00", None),
            ("", None),
        ],
    )
    def test_is_read_whatever_the_case(self, typed: str, meant: str | None) -> None:
        assert policy.normalized_code(typed) == meant


class TestUniqueEmails:
    def test_keeps_the_order_and_each_address_once(self) -> None:
        typed = ["B@x.org", " a@x.org ", "b@X.org", "A@x.org"]
        assert policy.unique_emails(typed) == ["b@x.org", "a@x.org"]


class TestStatus:
    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({}, InviteStatus.PENDING),
            ({"expires_at": NOW}, InviteStatus.EXPIRED),
            ({"expires_at": NOW + timedelta(microseconds=1)}, InviteStatus.PENDING),
            ({"revoked_at": NOW}, InviteStatus.REVOKED),
            ({"revoked_at": NOW, "expires_at": NOW}, InviteStatus.REVOKED),
            ({"used_at": NOW}, InviteStatus.ACCEPTED),
            ({"used_at": NOW, "expires_at": NOW}, InviteStatus.ACCEPTED),
        ],
    )
    def test_follows_from_what_happened(
        self, changes: dict[str, Any], status: InviteStatus
    ) -> None:
        facts: dict[str, Any] = {
            "now": NOW,
            "expires_at": NOW + timedelta(days=1),
            "used_at": None,
            "revoked_at": None,
        }
        assert policy.status(**(facts | changes)) is status


class TestNextPlace:
    @pytest.mark.parametrize(
        ("cap", "filled", "highest", "place"),
        [
            (100, 0, 0, 1),
            (100, 99, 99, 100),
            (100, 100, 100, None),
            (50, 99, 99, None),
            (0, 0, 0, None),
        ],
    )
    def test_is_the_one_after_the_last_until_full(
        self, cap: int, filled: int, highest: int, place: int | None
    ) -> None:
        assert policy.next_place(cap=cap, filled=filled, highest=highest) == place


class TestPromisable:
    @pytest.mark.parametrize(
        ("filled", "allocated", "left"), [(0, 0, 100), (60, 30, 10), (70, 30, 0), (90, 30, 0)]
    )
    def test_leaves_out_what_is_taken_and_promised(
        self, filled: int, allocated: int, left: int
    ) -> None:
        assert policy.promisable(cap=100, filled=filled, allocated=allocated) == left
