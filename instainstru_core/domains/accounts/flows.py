"""Journeys around password hashing, which is slow on purpose: no transaction is open meanwhile.

Argon2id takes 19 MB and tens of milliseconds a time, so only a few run at once in a process;
who waits too long is told to come back.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from threading import BoundedSemaphore

from instainstru_core.domains.accounts import policy, service
from instainstru_core.domains.accounts.errors import (
    BadCredentials,
    CurrentPasswordWrong,
    HashingBusy,
    PasswordRefused,
    RefreshRefused,
)
from instainstru_core.domains.accounts.policy import TokenTerms
from instainstru_core.domains.accounts.schemas import (
    ChangePassword,
    Credentials,
    ProveAddress,
    SignIn,
    SignUpAccepted,
    SignUpStudent,
    Tokens,
)
from instainstru_core.domains.accounts.types import PasswordProblem
from instainstru_core.kernel import passwords
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.uow import Begin

# Judged when the address is unknown, so that the answer takes as long. Nobody's id and password.
NOBODY = "00000000000000000000000000"
DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$pQMFIetW18WrLKvYyo5Qfg$u5TVa4"
    "/afdav/8ovkRbf35yu+OfXMNy5NgHxO/MJ61k"
)
AT_ONCE = max(2, min(os.cpu_count() or 2, 8))
PATIENCE_SECONDS = 5.0

WORDS = {
    PasswordProblem.TOO_SHORT: f"A password has at least {policy.MIN_PASSWORD} characters.",
    PasswordProblem.TOO_LONG: f"A password has at most {policy.MAX_PASSWORD} characters.",
    PasswordProblem.IS_EMAIL: "A password is not your own address. Choose another.",
    PasswordProblem.COMMON: "This password is among the first that are tried. Choose another.",
    PasswordProblem.UNCHANGED: "This is the present password. Choose another.",
}


class Turns:
    """So many at once; the others wait for their turn, but not for ever."""

    def __init__(self, at_once: int, patience_seconds: float) -> None:
        self._free = BoundedSemaphore(at_once)
        self._patience_seconds = patience_seconds

    @contextmanager
    def take(self) -> Generator[None]:
        if not self._free.acquire(timeout=self._patience_seconds):
            raise HashingBusy(
                "Too many people are signing in. Try again in a moment.", retry_after=2
            )
        try:
            yield
        finally:
            self._free.release()


TURNS = Turns(AT_ONCE, PATIENCE_SECONDS)


def sign_up_student(begin: Begin, *, actor: Actor, command: SignUpStudent) -> SignUpAccepted:
    """Sign a student up. A known address gets the same answer after the same work.

    Until addresses are confirmed by mail, a sign-in that follows still tells an address with
    another password from a new one.
    """
    hashed = hash_password(command.password.get_secret_value(), email=command.email)
    with begin(actor) as uow:
        service.sign_up_student(uow, command, hashed)
    return SignUpAccepted()


def sign_in(begin: Begin, *, actor: Actor, command: SignIn, terms: TokenTerms) -> Tokens:
    """Tokens for an address and its password. Whatever is wrong with them, the answer is one.

    What does not depend on the password is done before it is verified: after those tens of
    milliseconds everything has gone cold, and the same work takes twice as long.
    """
    with begin(actor) as uow:
        known = service.credentials(uow, command.email)
        judged = known or Credentials(NOBODY, command.email, DUMMY_HASH, at=uow.now)
    password = command.password.get_secret_value()
    try:
        drafted = service.draft_session(judged, terms)
        is_old = passwords.is_old(judged.password_hash)
        if not _verified(judged.password_hash, password) or known is None:
            raise BadCredentials("The address or the password is wrong. Check both and try again.")
        rehashed = _hashed(password) if is_old else None
        with begin(actor) as uow:
            return service.start_session(uow, known, drafted, rehashed=rehashed)
    except Refusal as refusal:
        with begin(actor) as uow:
            service.note_failed_sign_in(uow, known.user_id if known else None, refusal.code)
        raise


def prove(begin: Begin, *, actor: Actor, command: SignIn) -> str:
    """The id of the person this address and password are of, without signing them in here."""
    with begin(actor) as uow:
        known = service.credentials(uow, command.email)
    hashed = known.password_hash if known else DUMMY_HASH
    try:
        if not _verified(hashed, command.password.get_secret_value()) or known is None:
            raise BadCredentials("The address or the password is wrong. Check both and try again.")
        with begin(actor) as uow:
            return service.active_person(uow, known.user_id)
    except Refusal as refusal:
        with begin(actor) as uow:
            service.note_failed_sign_in(uow, known.user_id if known else None, refusal.code)
        raise


def refresh(begin: Begin, *, actor: Actor, refresh_token: str, terms: TokenTerms) -> Tokens:
    """New tokens for a refresh token that was not used before."""
    with begin(actor) as uow:
        tokens = service.rotate_session(uow, refresh_token, terms)
    if tokens is None:
        raise RefreshRefused("This sign-in cannot be continued. Sign in again.")
    return tokens


def change_password(
    begin: Begin, *, actor: Actor, command: ChangePassword, terms: TokenTerms
) -> Tokens:
    """Change the signed-in person's password. Every sign-in ends; the caller gets a fresh one."""
    with begin(actor) as uow:
        known = service.own_credentials(uow)
    current, new = command.current_password, command.new_password
    if not _verified(known.password_hash, current.get_secret_value()):
        raise CurrentPasswordWrong("The present password is wrong. Check it and try again.")
    if policy.normalized_password(current.get_secret_value()) == policy.normalized_password(
        new.get_secret_value()
    ):
        raise _refused(PasswordProblem.UNCHANGED)
    hashed = hash_password(new.get_secret_value(), email=known.email)
    with begin(actor) as uow:
        return service.change_password(uow, known, hashed, terms)


def prove_address(
    begin: Begin, *, actor: Actor, command: ProveAddress, terms: TokenTerms
) -> Tokens:
    """Let whoever reads the mail of an address have its account, with a password of their own."""
    proof = command.code.get_secret_value()
    with begin(actor) as uow:
        proven = service.proven_by(uow, proof, secret=terms.secret)
    hashed = hash_password(command.new_password.get_secret_value(), email=proven.email)
    with begin(actor) as uow:
        return service.prove_address(uow, proven, hashed, terms)


def hash_password(password: str, *, email: str) -> str:
    """The hash of a password that may be chosen. Call it outside any transaction."""
    problem = policy.password_problem(password, email=email)
    if problem is not None:
        raise _refused(problem)
    return _hashed(password)


def _hashed(password: str) -> str:
    with TURNS.take():
        return passwords.hashed(policy.normalized_password(password))


def _verified(password_hash: str, password: str) -> bool:
    with TURNS.take():
        return passwords.is_right(password_hash, policy.normalized_password(password))


def _refused(problem: PasswordProblem) -> PasswordRefused:
    return PasswordRefused(WORDS[problem], reason=problem.value)
