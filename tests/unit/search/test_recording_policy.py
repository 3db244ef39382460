"""What is kept of a search loses what tells of people; who searched is a keyed hash."""

from datetime import UTC, date, datetime, timedelta

import pytest

from instainstru_core.domains.search.policy import recording as policy
from instainstru_core.domains.search.types.parsed import (
    Audience,
    DateKind,
    DateWish,
    Parsed,
    Phrase,
    PlaceMention,
    PlacePhrase,
    PriceIntent,
    PriceWish,
    TimeWindow,
    TimeWish,
)
from instainstru_core.domains.search.types.recording import Device, Searcher, Visitor
from instainstru_core.kernel.ids import id_of, minted_at, new_id

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class TestTexts:
    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("piano  for maya@example.com", "piano for [email]"),
            ("write to Maya.O+x@mail.example.co.uk please", "write to [email] please"),
            ("call me 212-555-0199", "call me [phone]"),
            ("(718) 555 0134 guitar", "[phone] guitar"),
            ("+1 (917) 555.0123", "[phone]"),
            ("+442071234567 violin", "[phone] violin"),
            ("2125550199", "[phone]"),
            ("555-0199 lessons", "[phone] lessons"),
            ("123-45-6789", "[number]"),
        ],
    )
    def test_lose_addresses_and_numbers_of_people(self, typed: str, kept: str) -> None:
        assert policy.redacted(typed) == kept

    @pytest.mark.parametrize(
        "typed",
        [
            "piano 2026-12-05 10am",
            "guitar $100-150",
            "between 5 and 7 pm 11215",
            "ages 6 7 8 9 10 11 12 13",
            "100 200 300 dollars",
            "10-11:30am 12/15/2026",
            "c# and c++ lessons",
        ],
    )
    def test_keep_days_prices_ages_and_zip_codes(self, typed: str) -> None:
        assert policy.redacted(typed) == typed

    def test_are_cut_at_a_length(self) -> None:
        assert len(policy.redacted("piano " * 200)) == policy.MAX_TEXT

    def test_fold_to_one_key(self) -> None:
        assert policy.folded("  Café   LEÇONS! ") == policy.folded("cafe lecons") == "cafe lecons"
        assert policy.folded("C# & C++") == "c# & c++"

    def test_are_counted_by_what_was_understood(self) -> None:
        assert policy.wish("Paino", Parsed("Paino", corrected="piano")) == "piano"
        assert policy.wish("Piano", Parsed("Piano")) == "piano"
        assert policy.wish("Piano a@b.example", None) == "piano email"


class TestSlots:
    def test_hold_what_was_said_and_nothing_else(self) -> None:
        parsed = Parsed(
            "…",
            services=(Phrase("piano a@b.example", 0, 1),),
            excluded=(Phrase("jazz", 0, 1),),
            price=PriceWish(intent=PriceIntent.BUDGET),
            dates=DateWish(
                DateKind.WEEKDAYS, date(2026, 11, 28), date(2026, 12, 28), frozenset({5, 0})
            ),
            time=TimeWish(after=900, window=TimeWindow.EVENING),
            minutes=45,
            audience=Audience.KIDS,
            ages=(8,),
            place=PlacePhrase("", PlaceMention.NEAR_ME, 0, 1),
            rest="call 212-555-0199",
        )
        assert policy.slots(parsed) == {
            "services": ["piano [email]"],
            "excluded": ["jazz"],
            "price": {"intent": "budget"},
            "dates": {
                "kind": "weekdays",
                "first": "2026-11-28",
                "last": "2026-12-28",
                "weekdays": [0, 5],
            },
            "time": {"after": 900, "window": "evening"},
            "minutes": 45,
            "audience": "kids",
            "ages": [8],
            "place": {"text": "", "how": "near_me"},
            "rest": "call [phone]",
        }
        assert policy.slots(Parsed("hello")) == {}


class TestServices:
    @pytest.mark.parametrize(
        ("scores", "kept"),
        [
            ((), ["a", "b", "c"]),
            ((1.0, 0.94, 0.2), ["a"]),
            ((1.0, 0.95, 0.2), ["a", "b"]),
            ((0.5, 0.5, 0.5), ["a", "b", "c"]),
        ],
    )
    def test_are_those_meant_as_well_as_the_best(
        self, scores: tuple[float, ...], kept: list[str]
    ) -> None:
        assert policy.meant(("a", "b", "c"), scores) == kept

    def test_are_none_where_none_is_meant(self) -> None:
        assert policy.meant((), ()) == []


class TestPeople:
    def test_are_the_same_signed_in_or_as_one_guest(self) -> None:
        guest = Visitor(guest="g" * 32)
        one = policy.searcher(guest, None, secret="s", salt=b"1")
        assert one == policy.searcher(guest, None, secret="s", salt=b"2")
        assert one.person == one.guest
        user = policy.searcher(guest, "u1", secret="s", salt=b"1")
        assert user.guest == one.guest
        assert user.person == policy.person_hash("s", "u1") != one.person
        assert one.owner == (None, one.guest)
        assert user.owner == ("u1", None)

    def test_differ_by_secret_and_are_nobody_without_one(self) -> None:
        guest = Visitor(guest="g" * 32, address="203.0.113.9")
        keyed = policy.searcher(guest, None, secret="s", salt=b"1")
        assert keyed.person != policy.searcher(guest, None, secret="t", salt=b"1").person
        nobody = policy.searcher(guest, None, secret="", salt=b"1")
        assert (nobody.person, nobody.guest, nobody.owner) == (None, None, (None, None))

    def test_by_address_are_the_same_on_one_day_only(self) -> None:
        here = Visitor(address="203.0.113.9")
        today = policy.searcher(here, None, secret="s", salt=b"1")
        assert today == policy.searcher(here, None, secret="s", salt=b"1")
        assert today.person != policy.searcher(here, None, secret="s", salt=b"2").person
        assert today.owner == (None, None)
        assert "203" not in str(today)

    def test_of_one_ipv6_household_are_one(self) -> None:
        salt = b"1"
        one = policy.address_hash(salt, "2001:db8:1:2:3:4:5:6")
        assert one == policy.address_hash(salt, "2001:db8:1:2::9")
        assert one != policy.address_hash(salt, "2001:db8:1:3::9")
        assert policy.address_hash(salt, "::ffff:203.0.113.9") == policy.address_hash(
            salt, "203.0.113.9"
        )
        assert policy.address_hash(salt, "testclient") is None
        assert policy.address_hash(salt, None) is None

    @pytest.mark.parametrize(
        ("searched_by", "owner_id", "clicker", "may"),
        [
            (None, None, Searcher(), True),
            ("a1", None, Searcher(person="a2"), True),
            ("g1", None, Searcher(guest="g1"), True),
            ("g1", None, Searcher(user_id="u", person="u1", guest="g1"), True),
            ("g1", None, Searcher(guest="g2"), False),
            ("g1", None, Searcher(), False),
            ("u1", "u", Searcher(user_id="u"), True),
            ("u1", "u", Searcher(user_id="v", guest="u1"), False),
            ("u1", "u", Searcher(), False),
            ("u1", None, Searcher(), False),
        ],
    )
    def test_act_on_searches_of_their_own(
        self, searched_by: str | None, owner_id: str | None, clicker: Searcher, *, may: bool
    ) -> None:
        assert policy.may_act(searched_by, owner_id, clicker) is may


class TestDevices:
    @pytest.mark.parametrize(
        ("agent", "device"),
        [
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E", Device.PHONE),
            ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Mobile Safari/537.36", Device.PHONE),
            ("Mozilla/5.0 (Linux; Android 15; SM-X710) Safari/537.36", Device.TABLET),
            ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X)", Device.TABLET),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Firefox/140", Device.COMPUTER),
            ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140", Device.COMPUTER),
            ("Mozilla/5.0 (compatible; Googlebot/2.1)", Device.PROGRAM),
            ("curl/8.5.0", Device.PROGRAM),
            ("python-httpx/0.28", Device.PROGRAM),
            ("Cubot X70 (Android 14; Mobile)", Device.PHONE),
            ("", Device.UNKNOWN),
            (None, Device.UNKNOWN),
            ("something else", Device.UNKNOWN),
        ],
    )
    def test_are_told_coarsely(self, agent: str | None, device: Device) -> None:
        assert policy.device_of(agent) is device


class TestIds:
    def test_can_be_clicked_from_a_minute_before_to_a_day_after(self) -> None:
        def at(moment: datetime) -> str:
            return id_of(int(moment.timestamp() * 1000), 7)

        day, step = timedelta(days=1), timedelta(milliseconds=1)
        assert policy.is_clickable(at(NOW - day), NOW)
        assert not policy.is_clickable(at(NOW - day - step), NOW)
        assert policy.is_clickable(at(NOW + timedelta(minutes=1)), NOW)
        assert not policy.is_clickable(at(NOW + timedelta(minutes=1) + step), NOW)
        assert not policy.is_clickable("x", NOW)

    def test_tell_when_they_were_made(self) -> None:
        made = minted_at(new_id())
        assert made is not None
        assert abs(made - datetime.now(UTC)) < timedelta(minutes=1)
        assert minted_at("7" + "Z" * 25) is None
        assert minted_at("not an id") is None
