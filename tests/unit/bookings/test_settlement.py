"""Who gets what when a lesson ends, to the cent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.bookings.policy import settlement as rules
from instainstru_core.domains.bookings.policy.settlement import Price, Settlement
from instainstru_core.domains.bookings.types import Ending, Notice, Outcome
from instainstru_core.domains.pricing import policy as pricing
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.money import ZERO, Cents

HOUR = Price(Cents(12_000), Cents(1_440), Cents(1_440))
"""The example of the policy: 120 dollars, an hour, 12 percent. P is 10560, the card 13440."""

ENDINGS = st.sampled_from(Ending)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    quote = pricing.quote(
        pricing.RULES[-1],
        hourly_rate=Cents(draw(st.integers(1_000, 100_000))),
        minutes=draw(st.integers(30, 240)),
        tier=draw(st.sampled_from(Tier)),
    )
    return Price(quote.lesson_price, quote.student_fee, quote.instructor_fee)


@st.composite
def settlements(draw: st.DrawFn) -> tuple[Ending, Price, Cents, Settlement]:
    """Any ending of any lesson, the card where the ending wants it."""
    price, ending = draw(prices()), draw(ENDINGS)
    credit = Cents(draw(st.integers(0, price.lesson.amount)))
    taken = ending in rules.KEEPS_CARD or draw(st.booleans())
    found = rules.settlement(
        ending,
        price,
        credit=credit,
        captured=price.card(credit) if taken else ZERO,
        is_locked=draw(st.booleans()),
    )
    return ending, price, credit, found


def settled(ending: Ending, *, credit: int = 0, captured: int | None = None) -> Settlement:
    """How the example is settled; `captured` is the card's part unless said otherwise."""
    card = HOUR.card(Cents(credit)).amount
    return rules.settlement(
        ending,
        HOUR,
        credit=Cents(credit),
        captured=Cents(card if captured is None else captured),
        is_locked=False,
    )


def amounts(found: Settlement) -> tuple[int, ...]:
    """Refunded, consumed, released, forfeited, issued, owed, revenue."""
    parts = (
        found.refunded,
        found.consumed,
        found.released,
        found.forfeited,
        found.issued,
        found.owed,
        found.revenue,
    )
    return tuple(part.amount for part in parts)


class TestPrice:
    @pytest.mark.parametrize(("credit", "card"), [(0, 13_440), (6_000, 7_440), (12_000, 1_440)])
    def test_leaves_the_students_fee_to_the_card(self, credit: int, card: int) -> None:
        assert HOUR.card(Cents(credit)) == Cents(card)

    def test_pays_the_instructor_the_lesson_less_their_fee(self) -> None:
        assert HOUR.payout == Cents(10_560)


class TestStudentCancellation:
    @pytest.mark.parametrize(
        ("notice", "is_locked", "ending"),
        [
            (Notice.EARLY, False, Ending.STUDENT_CANCEL_EARLY),
            (Notice.MIDDLE, False, Ending.STUDENT_CANCEL_MIDDLE),
            (Notice.LATE, False, Ending.STUDENT_CANCEL_LATE),
            (Notice.EARLY, True, Ending.STUDENT_CANCEL_MIDDLE),
            (Notice.MIDDLE, True, Ending.STUDENT_CANCEL_MIDDLE),
            (Notice.LATE, True, Ending.STUDENT_CANCEL_LATE),
        ],
    )
    def test_follows_the_notice_and_never_frees_locked_money(
        self, notice: Notice, is_locked: bool, ending: Ending
    ) -> None:
        assert rules.student_cancellation(notice, is_locked=is_locked) is ending


class TestSettlement:
    @pytest.mark.parametrize(
        "ending",
        [
            Ending.LESSON_TAKEN,
            Ending.STUDENT_NO_SHOW,
            Ending.DISPUTE_UPHELD,
            Ending.ADMIN_CANCEL_KEEP,
        ],
    )
    def test_pays_in_full_and_uses_the_credit(self, ending: Ending) -> None:
        assert amounts(settled(ending)) == (0, 0, 0, 0, 0, 10_560, 2_880)
        assert amounts(settled(ending, credit=8_000)) == (0, 8_000, 0, 0, 0, 10_560, 2_880)

    @pytest.mark.parametrize(
        ("credit", "expected"),
        [
            (0, (0, 0, 0, 0, 12_000, 0, 1_440)),
            (5_000, (0, 0, 5_000, 0, 7_000, 0, 1_440)),
            (12_000, (0, 0, 12_000, 0, 0, 0, 1_440)),
        ],
    )
    def test_gives_the_lesson_price_as_credit_in_the_middle(
        self, credit: int, expected: tuple[int, ...]
    ) -> None:
        assert amounts(settled(Ending.STUDENT_CANCEL_MIDDLE, credit=credit)) == expected

    @pytest.mark.parametrize(
        ("credit", "expected"),
        [
            (0, (0, 0, 0, 0, 6_000, 5_280, 2_160)),
            (5_000, (0, 0, 5_000, 0, 1_000, 5_280, 2_160)),
            (6_000, (0, 0, 6_000, 0, 0, 5_280, 2_160)),
            (8_000, (0, 0, 6_000, 2_000, 0, 5_280, 2_160)),
            (12_000, (0, 0, 6_000, 6_000, 0, 5_280, 2_160)),
        ],
    )
    def test_halves_the_lesson_price_late(self, credit: int, expected: tuple[int, ...]) -> None:
        assert amounts(settled(Ending.STUDENT_CANCEL_LATE, credit=credit)) == expected

    @pytest.mark.parametrize(
        "ending",
        [
            Ending.STUDENT_CANCEL_EARLY,
            Ending.STUDENT_CANCEL_UNPAID,
            Ending.INSTRUCTOR_CANCEL,
            Ending.ADMIN_CANCEL_REFUND,
            Ending.INSTRUCTOR_NO_SHOW,
            Ending.MUTUAL_NO_SHOW,
            Ending.PAYMENT_FAILED,
            Ending.CHARGED_BACK,
        ],
    )
    def test_gives_everything_back_where_nobody_is_to_pay(self, ending: Ending) -> None:
        untaken = settled(ending, credit=5_000, captured=0)
        taken = settled(ending, credit=5_000)

        assert amounts(untaken) == (0, 0, 5_000, 0, 0, 0, 0)
        assert amounts(taken) == (8_440, 0, 5_000, 0, 0, 0, 0)

    def test_rounds_each_half_up_and_bears_the_odd_cent(self) -> None:
        odd = Price(Cents(12_345), Cents(1_481), Cents(1_482))
        found = rules.settlement(
            Ending.STUDENT_CANCEL_LATE, odd, credit=ZERO, captured=odd.card(ZERO), is_locked=False
        )

        assert amounts(found) == (0, 0, 0, 0, 6_173, 5_432, 2_221)

    @pytest.mark.parametrize("ending", Ending)
    def test_has_a_word_for_every_ending(self, ending: Ending) -> None:
        assert settled(ending).outcome is rules.OUTCOMES[ending]

    @pytest.mark.parametrize(
        ("ending", "outcome"),
        [
            (Ending.STUDENT_CANCEL_MIDDLE, Outcome.LOCKED_CANCEL_GE12_FULL_CREDIT),
            (Ending.STUDENT_CANCEL_LATE, Outcome.LOCKED_CANCEL_LT12_SPLIT_50_50),
            (Ending.LESSON_TAKEN, Outcome.LESSON_COMPLETED_FULL_PAYOUT),
            (Ending.INSTRUCTOR_CANCEL, Outcome.INSTRUCTOR_CANCEL_FULL_REFUND),
        ],
    )
    def test_has_words_of_its_own_for_locked_money(self, ending: Ending, outcome: Outcome) -> None:
        found = rules.settlement(
            ending, HOUR, credit=ZERO, captured=HOUR.card(ZERO), is_locked=True
        )

        assert found.outcome is outcome

    @given(settlements())
    def test_lets_every_cent_that_comes_in_go_somewhere(
        self, case: tuple[Ending, Price, Cents, Settlement]
    ) -> None:
        _, _, credit, found = case

        came_in = found.captured + found.consumed + found.forfeited + found.subsidy
        assert came_in == found.owed + found.refunded + found.issued + found.revenue
        assert found.consumed + found.released + found.forfeited == credit
        assert min(amounts(found)[:-1]) >= 0
        assert found.revenue >= Cents(-1)

    @given(settlements())
    def test_gives_student_and_instructor_exactly_what_the_ending_promises(
        self, case: tuple[Ending, Price, Cents, Settlement]
    ) -> None:
        ending, price, credit, found = case
        half = price.lesson.share(rules.HALF), price.payout.share(rules.HALF)
        promised = {
            Ending.STUDENT_CANCEL_MIDDLE: (price.lesson, ZERO),
            Ending.STUDENT_CANCEL_LATE: half,
        } | dict.fromkeys(rules.TAKEN, (ZERO, price.payout))

        expected = promised.get(ending, (credit, ZERO))
        assert (found.released + found.issued, found.owed) == expected


class TestEscalated:
    @pytest.mark.parametrize(
        ("ending", "credit", "expected", "subsidy"),
        [
            (Ending.LESSON_TAKEN, 0, (0, 0, 0, 0, 0, 10_560, 0), 10_560),
            (Ending.LESSON_TAKEN, 8_000, (0, 8_000, 0, 0, 0, 10_560, 0), 2_560),
            (Ending.LESSON_TAKEN, 12_000, (0, 12_000, 0, 0, 0, 10_560, 1_440), 0),
            (Ending.STUDENT_CANCEL_LATE, 0, (0, 0, 0, 0, 0, 5_280, 0), 5_280),
            (Ending.STUDENT_CANCEL_LATE, 8_000, (0, 0, 6_000, 2_000, 0, 5_280, 0), 3_280),
            (Ending.STUDENT_CANCEL_MIDDLE, 5_000, (0, 0, 5_000, 0, 0, 0, 0), 0),
        ],
    )
    def test_pays_what_the_ending_owes_and_issues_nothing(
        self, ending: Ending, credit: int, expected: tuple[int, ...], subsidy: int
    ) -> None:
        found = rules.escalated(ending, HOUR, credit=Cents(credit), can_be_paid=True)

        assert found.outcome is Outcome.CAPTURE_FAILURE_INSTRUCTOR_PAID
        assert amounts(found) == expected
        assert found.subsidy == Cents(subsidy)

    def test_pays_nothing_where_nobody_can_be_paid(self) -> None:
        found = rules.escalated(Ending.LESSON_TAKEN, HOUR, credit=Cents(8_000), can_be_paid=False)

        assert found.outcome is Outcome.CAPTURE_FAILURE_ESCALATED
        assert amounts(found) == (0, 8_000, 0, 0, 0, 0, 8_000)
        assert found.subsidy == ZERO


class TestRecovery:
    @pytest.mark.parametrize(
        ("ending", "credit", "was_paid", "expected"),
        [
            (Ending.LESSON_TAKEN, 0, True, (13_440, 0, 10_560, 2_880)),
            (Ending.LESSON_TAKEN, 8_000, True, (5_440, 0, 2_560, 2_880)),
            (Ending.LESSON_TAKEN, 0, False, (13_440, 0, 0, 13_440)),
            (Ending.STUDENT_CANCEL_LATE, 0, True, (13_440, 6_000, 5_280, 2_160)),
            (Ending.STUDENT_CANCEL_MIDDLE, 5_000, True, (8_440, 7_000, 0, 1_440)),
        ],
    )
    def test_makes_the_loss_good_and_issues_what_was_held_back(
        self, ending: Ending, credit: int, was_paid: bool, expected: tuple[int, ...]
    ) -> None:
        found = rules.recovery(ending, HOUR, credit=Cents(credit), was_paid=was_paid)

        parts = (found.captured, found.issued, found.loss_recovered, found.revenue)
        assert tuple(part.amount for part in parts) == expected

    @given(settlements())
    def test_ends_as_if_the_card_had_been_charged_at_once(
        self, case: tuple[Ending, Price, Cents, Settlement]
    ) -> None:
        ending, price, credit, _ = case
        card = price.card(credit)
        at_once = rules.settlement(ending, price, credit=credit, captured=card, is_locked=False)

        first = rules.escalated(ending, price, credit=credit, can_be_paid=True)
        then = rules.recovery(ending, price, credit=credit, was_paid=True)

        assert first.owed == at_once.owed
        assert min(first.subsidy, first.revenue) >= ZERO
        assert first.released + then.issued == at_once.released + at_once.issued
        if ending in rules.KEEPS_CARD:
            assert first.revenue + then.revenue == at_once.revenue


class TestRunningShare:
    @pytest.mark.parametrize(
        ("part", "share"), [(0, 0), (4_000, 3_600), (10_000, 9_000), (12_000, 9_000), (-1, 0)]
    )
    def test_is_in_proportion_and_never_more_than_all(self, part: int, share: int) -> None:
        assert rules.running_share(9_000, part=part, whole=10_000) == share

    def test_rounds_half_up(self) -> None:
        assert rules.running_share(1, part=1, whole=2) == 1

    def test_of_nothing_is_nothing(self) -> None:
        assert rules.running_share(9_000, part=0, whole=0) == 0

    @given(st.integers(0, 100_000), st.lists(st.integers(1, 5_000), min_size=1, max_size=12))
    def test_adds_up_to_exactly_all_in_pieces_of_any_size(
        self, amount: int, pieces: list[int]
    ) -> None:
        whole, gone, taken = sum(pieces), 0, []
        for piece in pieces:
            before = rules.running_share(amount, part=gone, whole=whole)
            gone += piece
            taken.append(rules.running_share(amount, part=gone, whole=whole) - before)

        assert sum(taken) == amount
        assert min(taken) >= 0
