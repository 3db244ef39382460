"""Names, passwords, tokens and lookups."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from instainstru_core.domains.accounts import policy
from instainstru_core.domains.accounts.policy import AccessClaims, Lookup, TokenTerms
from instainstru_core.domains.accounts.types import PasswordProblem

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
TERMS = TokenTerms(
    secret="a-test-secret-of-enough-length-for-hs256",
    access_ttl=timedelta(minutes=15),
    refresh_ttl=timedelta(days=7),
)
ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
SESSION = "01JZ8M4T6Q3V9K2X7C5B1N0D8G"


class TestCleanName:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("  Maya ", "Maya"),
            ("Zoe\u0308", "Zoë"),
            ("O'Neill-Łuczak", "O'Neill-Łuczak"),
            ("李", "李"),
            ("क\u094d\u200dष", "क\u094d\u200dष"),
            ("x" * 50, "x" * 50),
        ],
    )
    def test_keeps_what_people_are_called(self, typed: str, kept: str) -> None:
        assert policy.clean_name(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        ["", "   ", "x" * 51, "a\nb", "a\x00b", "a\u202eb", "a\u2028b", "a\ud800b", "--", "\u200d"],
    )
    def test_refuses_what_cannot_be_shown(self, typed: str) -> None:
        with pytest.raises(ValueError, match="a name has"):
            policy.clean_name(typed)


class TestPublicName:
    def test_hides_all_but_the_initial(self) -> None:
        assert policy.public_name("Maya", "okafor") == "Maya O."

    def test_stands_alone_without_a_last_name(self) -> None:
        assert policy.public_name("Maya", "") == "Maya"


class TestPasswordProblem:
    @pytest.mark.parametrize(
        ("password", "problem"),
        [
            ("1234567", PasswordProblem.TOO_SHORT),
            ("brown-ox", None),
            ("é" * 8, None),
            ("e\u0301" * 7, PasswordProblem.TOO_SHORT),
            ("x" * 128, None),
            ("x" * 129, PasswordProblem.TOO_LONG),
            ("e\u0301" * 128, None),
            ("Maya.Okafor@example.org", PasswordProblem.IS_EMAIL),
            ("MAYA.OKAFOR", PasswordProblem.IS_EMAIL),
            ("maya.okafor1", None),
            ("PassWord1", PasswordProblem.COMMON),
            ("        ", None),
        ],
    )
    def test_judges_by_characters(self, password: str, problem: PasswordProblem | None) -> None:
        assert policy.password_problem(password, email="maya.okafor@example.org") is problem

    def test_lists_only_passwords_that_are_long_enough(self) -> None:
        assert {len(each) >= 8 for each in policy.COMMON_PASSWORDS} == {True}


class TestNormalizedPassword:
    def test_makes_two_keyboards_agree(self) -> None:
        assert policy.normalized_password("Zoe\u0308") == policy.normalized_password("Zoë")

    def test_takes_any_text_there_is(self) -> None:
        assert policy.normalized_password("\ud800") == b"\xed\xa0\x80"


def token(**changes: Any) -> str:
    claims = {
        "iss": "instainstru",
        "aud": "instainstru-api",
        "sub": ID,
        "sid": SESSION,
        "jti": ID,
        "typ": "access",
        "iat": 1_781_532_000,
        "exp": 1_781_532_900,
    } | changes
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, TERMS.secret, "HS256")


class TestAccessToken:
    def test_says_who_and_until_when_and_nothing_more(self) -> None:
        signed = policy.signed_access_token(
            TERMS, user_id=ID, session_id=SESSION, token_id=ID, now=NOW
        )
        assert jwt.decode(signed, options={"verify_signature": False}) == {
            "iss": "instainstru",
            "aud": "instainstru-api",
            "sub": ID,
            "sid": SESSION,
            "jti": ID,
            "typ": "access",
            "iat": 1_781_532_000,
            "exp": 1_781_532_900,
        }

    def test_is_read_back(self) -> None:
        assert policy.read_access_token(token(), TERMS.secret) == AccessClaims(
            user_id=ID, session_id=SESSION, expires_at=NOW + timedelta(minutes=15)
        )

    @pytest.mark.parametrize("claim", ["iss", "aud", "sub", "sid", "jti", "typ", "iat", "exp"])
    def test_needs_every_claim(self, claim: str) -> None:
        assert policy.read_access_token(token(**{claim: None}), TERMS.secret) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"iss": "somebody"},
            {"aud": "instainstru-mcp"},
            {"typ": "refresh"},
            {"sub": 7},
            {"exp": "soon"},
            {"exp": [1]},
        ],
    )
    def test_needs_the_right_claims(self, changes: dict[str, Any]) -> None:
        assert policy.read_access_token(token(**changes), TERMS.secret) is None

    def test_needs_our_signature(self) -> None:
        assert policy.read_access_token(token(), TERMS.secret[::-1]) is None

    def test_is_never_taken_unsigned(self) -> None:
        _, payload, _ = token().split(".")
        header = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode()
        assert policy.read_access_token(f"{header}.{payload}.", TERMS.secret) is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "x",
            "a.b.c",
            "é.é.é",
            base64.urlsafe_b64encode(b"[" * 500).decode() + ".e30.e30",
            base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".e30.e30",
        ],
    )
    def test_is_not_any_text(self, text: str) -> None:
        assert policy.read_access_token(text, TERMS.secret) is None

    def test_does_not_show_its_secret(self) -> None:
        assert TERMS.secret not in repr(replace(TERMS))


class TestIsSessionOver:
    @pytest.mark.parametrize(
        ("changes", "over"),
        [
            ({}, False),
            ({"ended_at": NOW}, True),
            ({"expires_at": NOW}, True),
            ({"expires_at": NOW + timedelta(microseconds=1)}, False),
            ({"tokens_valid_after": NOW - timedelta(hours=1)}, False),
            ({"tokens_valid_after": NOW - timedelta(minutes=59, seconds=59)}, True),
        ],
    )
    def test_counts_every_way_to_end(self, changes: dict[str, Any], over: bool) -> None:
        facts: dict[str, Any] = {
            "now": NOW,
            "started_at": NOW - timedelta(hours=1),
            "expires_at": NOW + timedelta(days=1),
            "ended_at": None,
            "tokens_valid_after": None,
        }
        assert policy.is_session_over(**(facts | changes)) is over


class TestIsReuse:
    def test_starts_at_ten_seconds(self) -> None:
        moment = timedelta(microseconds=1)
        assert not policy.is_reuse(now=NOW + timedelta(seconds=10) - moment, rotated_at=NOW)
        assert policy.is_reuse(now=NOW + timedelta(seconds=10), rotated_at=NOW)


class TestLookup:
    @pytest.mark.parametrize(
        ("typed", "wanted"),
        [
            (ID, Lookup(id=ID)),
            (f" {ID.lower()} ", Lookup(id=ID)),
            (" Maya@Example.org ", Lookup(email="maya@example.org")),
            ("(212) 555-0143", Lookup(phones=("+2125550143", "+12125550143"))),
            ("+1 212.555.0143", Lookup(phones=("+12125550143",))),
            ("5550143", Lookup(phones=("+5550143",))),
            ("555014", Lookup(words=("555014",))),
            ("Maya  Okafor\n", Lookup(words=("Maya", "Okafor"))),
            ("a b c d e f g", Lookup(words=("a", "b", "c", "d", "e"))),
            ("100%", Lookup(words=("100%",))),
            ("a\x00b", Lookup(words=("a", "b"))),
            ("  ", Lookup()),
        ],
    )
    def test_takes_text_for_what_it_looks_like(self, typed: str, wanted: Lookup) -> None:
        assert policy.lookup(typed) == wanted
