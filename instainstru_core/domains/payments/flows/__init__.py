"""Journeys to the provider and back."""

from instainstru_core.domains.payments.flows.cards import (
    remove_card,
    save_card,
    start_card_setup,
)
from instainstru_core.domains.payments.flows.connect import audit_schedules, start_onboarding
from instainstru_core.domains.payments.flows.identity import start_identity
from instainstru_core.domains.payments.flows.payouts import available_balance, instant_payout

__all__ = [
    "audit_schedules",
    "available_balance",
    "instant_payout",
    "remove_card",
    "save_card",
    "start_card_setup",
    "start_identity",
    "start_onboarding",
]
