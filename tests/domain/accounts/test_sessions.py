"""Signing in, staying signed in, and the end of it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from sqlalchemy import select, text

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.schemas import OverridePermission
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.errors import (
    AccountDeactivated,
    AccountSuspended,
    BadCredentials,
    CurrentPasswordWrong,
    NotSignedIn,
    PasswordRefused,
    RefreshRefused,
    SessionOver,
    SigningAbsent,
    TokenExpired,
    TokenInvalid,
)
from instainstru_core.domains.accounts.models import LoginSession, User
from instainstru_core.domains.accounts.policy import TokenTerms
from instainstru_core.domains.accounts.schemas import (
    ChangePassword,
    Credentials,
    Drafted,
    SignIn,
    Tokens,
)
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel import passwords
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    SYSTEM,
    Door,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import accounts
from tests.factories.accounts import PASSWORD, authenticated

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def terms(settings: Settings) -> TokenTerms:
    return service.terms_of(settings)


@pytest.fixture
def maya(uow: Uow) -> User:
    return accounts.student(uow, email="Maya@Example.org")


def sign_in(begin: Begin, terms: TokenTerms, email: str, password: str) -> Tokens:
    command = SignIn(email=email, password=SecretStr(password))
    return flows.sign_in(begin, actor=ANONYMOUS, command=command, terms=terms)


def refresh(begin: Begin, terms: TokenTerms, token: str) -> Tokens:
    return flows.refresh(begin, actor=ANONYMOUS, refresh_token=token, terms=terms)


def set_status(uow: Uow, user: User, status: AccountStatus) -> None:
    user.status = status
    uow.session.flush()


class TestSignIn:
    def test_gives_tokens_for_the_right_password(
        self, begin: Begin, uow: Uow, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, " mAYA@example.org ", PASSWORD)
        assert (tokens.expires_in, tokens.refresh_ttl) == (900, timedelta(days=7))
        actor = authenticated(begin, tokens.access_token, terms)
        assert actor.is_user(maya.id)
        uow.session.refresh(maya)
        assert maya.last_login_at == clock.now
        (entry,) = audit.search(uow, AuditFilters(action="accounts.sign_in")).items
        assert (entry.subject_id, entry.outcome) == (maya.id, Outcome.SUCCESS)

    def test_keeps_no_token_in_clear(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        kept = uow.session.scalar(text("SELECT string_agg(s::text, ' ') FROM login_sessions s"))
        assert tokens.refresh_token not in str(kept)
        assert tokens.refresh_token not in repr(tokens)
        assert tokens.access_token not in repr(tokens)

    def test_takes_the_same_password_from_another_keyboard(
        self, begin: Begin, uow: Uow, terms: TokenTerms
    ) -> None:
        hashed = flows.hash_password("caf\u00e9 noir", email="x@example.org")
        user = accounts.student(uow, password_hash=hashed)
        assert sign_in(begin, terms, user.email, "cafe\u0301 noir").access_token

    def test_refuses_alike_whatever_is_wrong(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        set_status(uow, maya, AccountStatus.SUSPENDED)
        refusals: list[BadCredentials] = []
        for email, password in [
            (maya.email, "wrong-password"),
            (maya.email, ""),
            ("nobody@example.org", PASSWORD),
            ("not an address", PASSWORD),
        ]:
            with pytest.raises(BadCredentials) as refusal:
                sign_in(begin, terms, email, password)
            refusals.append(refusal.value)
        assert len({(each.code, each.message, str(each.facts)) for each in refusals}) == 1

    def test_writes_down_who_was_refused(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        for email in (maya.email, "nobody@example.org"):
            with pytest.raises(BadCredentials):
                sign_in(begin, terms, email, "wrong-password")
        found = audit.search(uow, AuditFilters(action="accounts.sign_in")).items
        assert {(each.subject_id, each.outcome, each.code) for each in found} == {
            (maya.id, Outcome.REFUSED, "accounts.bad_credentials"),
            (None, Outcome.REFUSED, "accounts.bad_credentials"),
        }
        assert uow.session.scalars(select(LoginSession)).all() == []

    @pytest.mark.parametrize(
        ("status", "refusal"),
        [
            (AccountStatus.SUSPENDED, AccountSuspended),
            (AccountStatus.DEACTIVATED, AccountDeactivated),
        ],
    )
    def test_tells_only_the_owner_that_an_account_is_closed(
        self,
        begin: Begin,
        uow: Uow,
        terms: TokenTerms,
        maya: User,
        *,
        status: AccountStatus,
        refusal: type[Exception],
    ) -> None:
        set_status(uow, maya, status)
        with pytest.raises(refusal):
            sign_in(begin, terms, maya.email, PASSWORD)
        uow.session.refresh(maya)
        assert maya.last_login_at is None

    def test_hashes_anew_when_the_parameters_changed(
        self, begin: Begin, uow: Uow, terms: TokenTerms
    ) -> None:
        weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
        user = accounts.student(uow, password_hash=weak)
        sign_in(begin, terms, user.email, PASSWORD)
        uow.session.refresh(user)
        assert user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        renewed = user.password_hash
        sign_in(begin, terms, user.email, PASSWORD)
        uow.session.refresh(user)
        assert user.password_hash == renewed

    def test_refuses_an_account_without_a_password(
        self, begin: Begin, uow: Uow, terms: TokenTerms
    ) -> None:
        user = accounts.student(uow, password_hash="unusable")
        with pytest.raises(BadCredentials):
            sign_in(begin, terms, user.email, PASSWORD)

    def test_refuses_a_password_that_changed_since_it_was_verified(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        verified = service.credentials(uow, maya.email)
        assert verified is not None
        drafted = service.draft_session(verified, terms)
        maya.password_hash = flows.hash_password("another-one", email=maya.email)
        uow.session.flush()
        with pytest.raises(BadCredentials), begin(ANONYMOUS) as signing_in:
            service.start_session(signing_in, verified, drafted)

    def test_spends_as_much_on_an_unknown_address(
        self, begin: Begin, terms: TokenTerms, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drafted_for: list[str] = []
        draft = service.draft_session

        def drafted(known: Credentials, terms: TokenTerms) -> Drafted:
            drafted_for.append(known.user_id)
            return draft(known, terms)

        monkeypatch.setattr(service, "draft_session", drafted)
        with pytest.raises(BadCredentials):
            sign_in(begin, terms, "nobody@example.org", PASSWORD)
        assert drafted_for == [flows.NOBODY]
        assert passwords.is_old(flows.DUMMY_HASH) is False


class TestAuthenticate:
    def test_asks_one_question(
        self,
        begin: Begin,
        uow: Uow,
        terms: TokenTerms,
        maya: User,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        permission = Permission.BOOKINGS_CREATE
        command = OverridePermission(granted=False, reason="Under review")
        access.override(uow, maya.id, permission, command)
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        with begin(ANONYMOUS) as asking, count_statements() as statements:
            actor = service.authenticate(
                asking,
                tokens.access_token,
                secret=terms.secret,
                door=Door.API,
                request_id="r1",
            )
        assert len(statements) == 1
        assert (actor.id, actor.door, actor.request_id) == (maya.id, Door.API, "r1")
        assert actor.permissions == access.permissions_of(uow, maya.id)
        assert permission not in actor.permissions

    def test_counts_a_change_of_roles_at_once(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        token = sign_in(begin, terms, maya.email, PASSWORD).access_token
        access.revoke_role(uow, maya.id, Role.STUDENT)
        assert authenticated(begin, token, terms).permissions == frozenset()

    def test_ends_at_the_very_second(
        self, begin: Begin, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        token = sign_in(begin, terms, maya.email, PASSWORD).access_token
        clock.advance(timedelta(minutes=15) - MOMENT)
        assert authenticated(begin, token, terms).is_user(maya.id)
        clock.advance(MOMENT)
        with pytest.raises(TokenExpired):
            authenticated(begin, token, terms)

    @pytest.mark.parametrize(
        ("status", "refusal"),
        [
            (AccountStatus.SUSPENDED, AccountSuspended),
            (AccountStatus.DEACTIVATED, AccountDeactivated),
        ],
    )
    def test_stops_with_the_account(
        self,
        begin: Begin,
        uow: Uow,
        terms: TokenTerms,
        maya: User,
        *,
        status: AccountStatus,
        refusal: type[Exception],
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        set_status(uow, maya, status)
        with pytest.raises(refusal):
            authenticated(begin, tokens.access_token, terms)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, tokens.refresh_token)

    def test_refuses_what_is_no_token(self, begin: Begin, terms: TokenTerms) -> None:
        for token in ("", "x.y.z", "e30.e30.e30"):
            with pytest.raises(TokenInvalid):
                authenticated(begin, token, terms)

    def test_refuses_a_token_of_a_person_who_is_gone(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        token = sign_in(begin, terms, maya.email, PASSWORD).access_token
        uow.session.execute(text("DELETE FROM users"))
        with pytest.raises(SessionOver):
            authenticated(begin, token, terms)

    @pytest.mark.parametrize("secret", ["", "x" * 31])
    def test_works_with_no_weak_secret(self, begin: Begin, secret: str) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(SigningAbsent):
            service.authenticate(uow, "x.y.z", secret=secret, door=Door.API)
        with pytest.raises(SigningAbsent):
            service.terms_of(Settings.model_validate({"jwt_secret": secret}))


class TestRefresh:
    def test_exchanges_a_token_once(
        self, begin: Begin, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        first = sign_in(begin, terms, maya.email, PASSWORD)
        clock.advance(timedelta(minutes=20))
        second = refresh(begin, terms, first.refresh_token)
        assert second.refresh_token != first.refresh_token
        assert authenticated(begin, second.access_token, terms).is_user(maya.id)
        third = refresh(begin, terms, second.refresh_token)
        assert authenticated(begin, third.access_token, terms).is_user(maya.id)

    def test_only_refuses_the_slower_of_two_tabs(
        self, begin: Begin, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        first = sign_in(begin, terms, maya.email, PASSWORD)
        second = refresh(begin, terms, first.refresh_token)
        clock.advance(timedelta(seconds=10) - MOMENT)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, first.refresh_token)
        assert refresh(begin, terms, second.refresh_token).access_token

    def test_ends_the_sign_in_when_an_old_token_comes_back(
        self, begin: Begin, uow: Uow, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        first = sign_in(begin, terms, maya.email, PASSWORD)
        elsewhere = sign_in(begin, terms, maya.email, PASSWORD)
        second = refresh(begin, terms, first.refresh_token)
        clock.advance(timedelta(seconds=10))
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, first.refresh_token)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, second.refresh_token)
        with pytest.raises(SessionOver):
            authenticated(begin, second.access_token, terms)
        assert authenticated(begin, elsewhere.access_token, terms).is_user(maya.id)
        (entry,) = audit.search(uow, AuditFilters(action="accounts.refresh")).items
        assert (entry.subject_id, entry.code) == (maya.id, "accounts.refresh_reused")

    def test_ends_the_sign_in_when_a_token_of_long_ago_comes_back(
        self, begin: Begin, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        """Whoever took a token and exchanged it several times is not left alone with it."""
        stolen = taken = sign_in(begin, terms, maya.email, PASSWORD)
        for _ in range(3):
            clock.advance(timedelta(seconds=1))
            taken = refresh(begin, terms, taken.refresh_token)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, stolen.refresh_token)
        with pytest.raises(SessionOver):
            authenticated(begin, taken.access_token, terms)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, taken.refresh_token)

    def test_does_not_take_a_token_past_its_time_for_an_old_one(
        self, begin: Begin, uow: Uow, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        clock.advance(terms.refresh_ttl)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, tokens.refresh_token)
        (row,) = uow.session.scalars(select(LoginSession))
        assert (row.ended_at, row.ended_reason) == (None, None)
        assert audit.search(uow, AuditFilters(action="accounts.refresh")).items == []

    def test_ends_at_the_very_instant_and_slides_with_use(
        self, begin: Begin, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        for _ in range(3):
            clock.advance(timedelta(days=7) - MOMENT)
            tokens = refresh(begin, terms, tokens.refresh_token)
        clock.advance(timedelta(days=7))
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, tokens.refresh_token)

    @pytest.mark.parametrize("token", ["", "unknown", "x" * 5_000, "\ud800", "a\x00b"])
    def test_refuses_what_it_never_gave(self, begin: Begin, terms: TokenTerms, token: str) -> None:
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, token)


class TestSignOut:
    def out(
        self,
        begin: Begin,
        terms: TokenTerms,
        *,
        refresh_token: str | None = None,
        access_token: str | None = None,
    ) -> None:
        with begin(ANONYMOUS) as uow:
            service.sign_out(uow, terms, refresh_token=refresh_token, access_token=access_token)

    def test_ends_both_tokens_by_the_refresh_token(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        elsewhere = sign_in(begin, terms, maya.email, PASSWORD)
        self.out(begin, terms, refresh_token=tokens.refresh_token)
        with pytest.raises(SessionOver):
            authenticated(begin, tokens.access_token, terms)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, tokens.refresh_token)
        assert authenticated(begin, elsewhere.access_token, terms).is_user(maya.id)
        (entry,) = audit.search(uow, AuditFilters(action="accounts.sign_out")).items
        assert entry.subject_id == maya.id

    def test_ends_the_sign_in_by_a_refresh_token_of_long_ago(
        self, begin: Begin, terms: TokenTerms, maya: User
    ) -> None:
        first = sign_in(begin, terms, maya.email, PASSWORD)
        last = refresh(begin, terms, refresh(begin, terms, first.refresh_token).refresh_token)
        self.out(begin, terms, refresh_token=first.refresh_token)
        with pytest.raises(SessionOver):
            authenticated(begin, last.access_token, terms)

    def test_ends_both_tokens_by_an_access_token_past_its_time(
        self, begin: Begin, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        clock.advance(timedelta(hours=1))
        self.out(begin, terms, access_token=tokens.access_token)
        with pytest.raises(RefreshRefused):
            refresh(begin, terms, tokens.refresh_token)

    def test_says_nothing_about_tokens_it_does_not_know(
        self, begin: Begin, uow: Uow, terms: TokenTerms
    ) -> None:
        self.out(begin, terms)
        self.out(begin, terms, refresh_token="unknown", access_token="x.y.z")
        assert audit.search(uow, AuditFilters()).items == []

    def test_changes_nothing_the_second_time(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        self.out(begin, terms, refresh_token=tokens.refresh_token)
        self.out(begin, terms, refresh_token=tokens.refresh_token)
        assert len(audit.search(uow, AuditFilters(action="accounts.sign_out")).items) == 1


class TestSignOutEverywhere:
    def test_ends_every_sign_in_and_lets_a_new_one_begin(
        self, begin: Begin, terms: TokenTerms, maya: User
    ) -> None:
        here = sign_in(begin, terms, maya.email, PASSWORD)
        there = sign_in(begin, terms, maya.email, PASSWORD)
        with begin(authenticated(begin, here.access_token, terms)) as uow:
            service.sign_out_everywhere(uow)
        for tokens in (here, there):
            with pytest.raises(SessionOver):
                authenticated(begin, tokens.access_token, terms)
            with pytest.raises(RefreshRefused):
                refresh(begin, terms, tokens.refresh_token)
        again = sign_in(begin, terms, maya.email, PASSWORD)
        assert authenticated(begin, again.access_token, terms).is_user(maya.id)
        assert refresh(begin, terms, again.refresh_token).access_token

    def test_leaves_others_signed_in(self, begin: Begin, uow: Uow, terms: TokenTerms) -> None:
        maya, other = accounts.student(uow), accounts.student(uow)
        tokens = sign_in(begin, terms, other.email, PASSWORD)
        with begin(accounts.actor_of(uow, maya)) as own:
            service.sign_out_everywhere(own)
        assert authenticated(begin, tokens.access_token, terms).is_user(other.id)

    def test_is_for_people_who_are_signed_in(self, begin: Begin) -> None:
        for actor in (ANONYMOUS, SYSTEM):
            with begin(actor) as uow, pytest.raises(NotSignedIn):
                service.sign_out_everywhere(uow)


class TestChangePassword:
    NEW = "loud-forest-cello"

    def change(
        self, begin: Begin, terms: TokenTerms, tokens: Tokens, *, current: str, new: str
    ) -> Tokens:
        command = ChangePassword(current_password=SecretStr(current), new_password=SecretStr(new))
        actor = authenticated(begin, tokens.access_token, terms)
        return flows.change_password(begin, actor=actor, command=command, terms=terms)

    def test_ends_every_sign_in_and_starts_one_anew(
        self, begin: Begin, uow: Uow, terms: TokenTerms, maya: User
    ) -> None:
        here = sign_in(begin, terms, maya.email, PASSWORD)
        there = sign_in(begin, terms, maya.email, PASSWORD)
        fresh = self.change(begin, terms, here, current=PASSWORD, new=self.NEW)
        for old in (here, there):
            with pytest.raises(SessionOver):
                authenticated(begin, old.access_token, terms)
            with pytest.raises(RefreshRefused):
                refresh(begin, terms, old.refresh_token)
        assert authenticated(begin, fresh.access_token, terms).is_user(maya.id)
        with pytest.raises(BadCredentials):
            sign_in(begin, terms, maya.email, PASSWORD)
        assert sign_in(begin, terms, maya.email, self.NEW).access_token
        (entry,) = audit.search(uow, AuditFilters(action="accounts.change_password")).items
        assert (entry.actor_id, entry.subject_id, entry.details) == (maya.id, maya.id, {})

    def test_needs_the_present_password(self, begin: Begin, terms: TokenTerms, maya: User) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        with pytest.raises(CurrentPasswordWrong):
            self.change(begin, terms, tokens, current="wrong-password", new=self.NEW)
        assert authenticated(begin, tokens.access_token, terms).is_user(maya.id)
        assert sign_in(begin, terms, maya.email, PASSWORD).access_token

    @pytest.mark.parametrize(
        ("new", "reason"),
        [(PASSWORD, "unchanged"), ("short", "too_short"), ("maya@example.org", "is_email")],
    )
    def test_refuses_a_new_password_that_is_easy(
        self, begin: Begin, terms: TokenTerms, maya: User, new: str, reason: str
    ) -> None:
        tokens = sign_in(begin, terms, maya.email, PASSWORD)
        with pytest.raises(PasswordRefused) as refusal:
            self.change(begin, terms, tokens, current=PASSWORD, new=new)
        assert refusal.value.facts == {"reason": reason}
        assert authenticated(begin, tokens.access_token, terms).is_user(maya.id)


class TestForgetSessions:
    def test_deletes_what_was_over_a_month_ago_and_keeps_the_rest(
        self, begin: Begin, uow: Uow, clock: SetClock, terms: TokenTerms, maya: User
    ) -> None:
        ended = sign_in(begin, terms, maya.email, PASSWORD)
        sign_in(begin, terms, maya.email, PASSWORD)
        with begin(ANONYMOUS) as door:
            service.sign_out(
                door, terms, refresh_token=ended.refresh_token, access_token=ended.access_token
            )
        clock.advance(timedelta(days=30))
        assert forget(begin) == 0
        clock.advance(MOMENT)
        assert forget(begin) == 1
        clock.advance(terms.refresh_ttl)
        sign_in(begin, terms, maya.email, PASSWORD)
        assert forget(begin) == 1
        assert len(uow.session.scalars(select(LoginSession)).all()) == 1

    def test_is_not_for_everybody(self, begin: Begin, uow: Uow, maya: User) -> None:
        with (
            begin(accounts.actor_of(uow, maya)) as own,
            pytest.raises(PermissionMissing),
        ):
            service.forget_sessions(own, limit=10)


def forget(begin: Begin) -> int:
    with begin(SYSTEM) as uow:
        return service.forget_sessions(uow, limit=10)
