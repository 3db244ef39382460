"""What third parties wrote is shown without secrets and people."""

import pytest

from instainstru_core.domains.observability.policy import scrubbing
from instainstru_core.domains.observability.policy.scrubbing import LONGEST
from instainstru_core.kernel.log import HIDDEN


class TestText:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("KeyError: 'lesson'", "KeyError: 'lesson'"),
            ("mail to jonas@example.org failed", "mail to j…@example.org failed"),
            ("call +1 212-555-0188 now", "call [phone] now"),
            ("password=hunter2 refused", f"password={HIDDEN} refused"),
            ('{"api_key": "k 1", "n": 2}', f'{{"api_key": {HIDDEN}, "n": 2}}'),
            ("Authorization: Bearer abc.def", f"Authorization: {HIDDEN}"),
            ("used sk_live_abcdef123456 here", f"used {HIDDEN} here"),
            ("whsec_0123456789 and ghp_" + "a" * 36, f"{HIDDEN} and {HIDDEN}"),
            ("from 203.0.113.9 to 127.0.0.1", "from [ip] to 127.0.0.1"),
            ("from 2001:db8::8a2e:370:7334", "from [ip]"),
            ("card 4242 4242 4242 4242 declined", "card [number] declined"),
            ("at 2026-06-15T14:00:00 took 12:30:45", "at 2026-06-15T14:00:00 took 12:30:45"),
            ("release 1.2.3 of 5000000000 bytes", "release 1.2.3 of 5000000000 bytes"),
            (
                "postgresql://me:pw@db.internal:5432/main?sslmode=require gone",
                f"postgresql://db.internal:5432/main?sslmode={HIDDEN} gone",
            ),
            ("evil \u202egnp.exe\u200b\x00", "evil gnp.exe"),
        ],
    )
    def test_hides_secrets_people_and_what_nobody_sees(self, given: str, shown: str) -> None:
        assert scrubbing.text(given) == shown

    @pytest.mark.parametrize(("length", "ending"), [(LONGEST, "x"), (LONGEST + 1, "…")])
    def test_is_cut_where_it_is_long(self, length: int, ending: str) -> None:
        found = scrubbing.text("x" * length)
        assert (len(found), found[-1]) == (LONGEST, ending)


class TestUrl:
    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ("https://api.test/api/v1/regions", "https://api.test/api/v1/regions"),
            ("https://a:b@api.test:8443/x#frag", "https://api.test:8443/x"),
            (
                "https://api.test/x?token=t&page=2",
                f"https://api.test/x?token={HIDDEN}&page={HIDDEN}",
            ),
            ("https://api.test/x?nameless", f"https://api.test/x?…={HIDDEN}"),
            (
                "https://api.test/users/01JZ8M4T6Q3V9K2X7C5B1N0D8F/lessons",
                "https://api.test/users/01JZ8M4T6Q3V9K2X7C5B1N0D8F/lessons",
            ),
            ("https://api.test/reset/" + "a1" * 14, f"https://api.test/reset/{HIDDEN}"),
            ("https://api.test/u/jonas%40example.org", f"https://api.test/u/{HIDDEN}"),
            ("https://[broken", HIDDEN),
        ],
    )
    def test_keeps_the_place_and_hides_what_was_said_there(self, given: str, shown: str) -> None:
        assert scrubbing.url(given) == shown


def test_headers_are_kept_only_where_they_are_known_to_be_harmless() -> None:
    found = scrubbing.headers(
        [("User-Agent", "curl/8"), ("Cookie", "a=b"), ("X-Real-IP", "203.0.113.9"), ("X-New", "1")]
    )
    assert found == {"User-Agent": "curl/8", "Cookie": HIDDEN, "X-Real-IP": HIDDEN, "X-New": HIDDEN}


def test_tags_are_kept_without_people_and_secrets() -> None:
    found = scrubbing.tags(
        {
            "environment": "production",
            "user": "id:1|email:jonas@example.org",
            "user.email": "jonas@example.org",
            "client_ip": "203.0.113.9",
            "session_token": "abc",
            "billing_address": "3 Elm St",
            "url": "https://api.test/x?token=t",
        }
    )
    assert found == {
        "environment": "production",
        "user": HIDDEN,
        "user.email": HIDDEN,
        "client_ip": HIDDEN,
        "session_token": HIDDEN,
        "billing_address": HIDDEN,
        "url": f"https://api.test/x?token={HIDDEN}",
    }


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("web@3.1.1", "web@3.1.1"),
        ("com.app/shop@2.0.0-beta1", "com.app/shop@2.0.0-beta1"),
        ("2b6e9a4", "2b6e9a4"),
        ("jonas@163.com", "j…@163.com"),
        ("jonas@example.org", "j…@example.org"),
    ],
)
def test_a_release_is_no_address(given: str, shown: str) -> None:
    assert scrubbing.release(given) == shown
    assert scrubbing.tags({"release": given}) == {"release": shown}
