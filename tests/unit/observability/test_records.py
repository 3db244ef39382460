"""What the record of tasks keeps of arguments and of errors."""

import pytest

from instainstru_core.domains.observability.policy.records import (
    MAX_TEXT,
    error_text,
    shapes,
)


class TestShapes:
    @pytest.mark.parametrize(
        ("arguments", "kept"),
        [
            ((), None),
            (("01JZ8M4T6Q3V9K2X7C5B1N0D8F",), "str(26)"),
            (("01JZ8M4T6Q3V9K2X7C5B1N0D8F", "a.b"), "str(26), str(3)"),
            (("aa", "bb", "cc", 7), "3 x str(2), int"),
            (("a", None, {"email": "maya@example.org"}), "str(1), NoneType, dict"),
        ],
    )
    def test_are_kinds_and_lengths_never_values(
        self, arguments: tuple[object, ...], kept: str | None
    ) -> None:
        assert shapes(arguments) == kept

    def test_of_many_different_ones_are_cut(self) -> None:
        assert shapes(["x" * size for size in range(1, 10)]) == (
            "str(1), str(2), str(3), str(4), str(5), str(6), str(7), str(8), ..."
        )


class TestErrorText:
    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            ("", None),
            ("Stripe is away.", "Stripe is away."),
            ("the password is hunter2", "the password is [hidden]"),
            ("api_key=sk_live_1 refused", "api_key=[hidden] refused"),
            ('{"token": "abc", "n": 1}', '{"token": [hidden], "n": 1}'),
            ("GET https://u:p@x.example/a?code=7", "GET https://x.example/a?code=[hidden]"),
            ("no row for maya@example.org", "no row for m…@example.org"),
            ("call +12125550188 back", "call [phone] back"),
            ("one\nDETAIL:  Key (email)=(x)\nthree", "one DETAIL:  [hidden] three"),
            ("a\x00b\x1b[31mc", "ab[31mc"),
        ],
    )
    def test_is_without_secrets_and_without_personal_data(
        self, said: str, kept: str | None
    ) -> None:
        assert error_text(said) == kept

    def test_is_short(self) -> None:
        assert error_text("x" * (MAX_TEXT + 1)) == "x" * (MAX_TEXT - 1) + "…"
