"""The objects of connected accounts and of disputes as Stripe writes them, when they are new."""

from devstack.stripe_simulator.shapes import NO_ADDRESS
from devstack.stripe_simulator.values import Json, listing

REQUIRED = [
    "business_profile.url",
    "external_account",
    "individual.dob.day",
    "individual.first_name",
    "individual.last_name",
    "tos_acceptance.date",
    "tos_acceptance.ip",
]


def transfer(identifier: str, now: int, amount: int, destination: str) -> Json:
    """A transfer of which nothing was taken back."""
    return {
        "id": identifier,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": now,
        "currency": "usd",
        "description": None,
        "destination": destination,
        "destination_payment": None,
        "livemode": False,
        "metadata": {},
        "reversals": listing(f"/v1/transfers/{identifier}/reversals", []),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": None,
    }


def reversal(identifier: str, now: int, amount: int, transfer_id: str) -> Json:
    """Money taken back from a transfer."""
    return {
        "id": identifier,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": now,
        "currency": "usd",
        "destination_payment_refund": None,
        "metadata": {},
        "source_refund": None,
        "transfer": transfer_id,
    }


def requirements(due: list[str], disabled_reason: str | None) -> Json:
    """What Stripe still wants to know about an account."""
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": disabled_reason,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(due),
        "pending_verification": [],
    }


def account(identifier: str, now: int) -> Json:
    """An express account that has not been onboarded."""
    return {
        "id": identifier,
        "object": "account",
        "business_profile": _business_profile(),
        "business_type": "individual",
        "capabilities": {},
        "charges_enabled": False,
        "controller": _controller(),
        "country": "US",
        "created": now,
        "default_currency": "usd",
        "details_submitted": False,
        "email": None,
        "external_accounts": listing(f"/v1/accounts/{identifier}/external_accounts", []),
        "future_requirements": requirements([], None),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": requirements(REQUIRED, "requirements.past_due"),
        "settings": _settings(),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "express",
    }


def _controller() -> Json:
    return {
        "fees": {"payer": "application_express"},
        "is_controller": True,
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
        "type": "application",
    }


def _business_profile() -> Json:
    return {
        "annual_revenue": None,
        "estimated_worker_count": None,
        "mcc": None,
        "minority_owned_business_designation": None,
        "name": None,
        "product_description": None,
        "support_address": dict(NO_ADDRESS),
        "support_email": None,
        "support_phone": None,
        "support_url": None,
        "url": None,
    }


def _settings() -> Json:
    return {
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False},
            "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": {
            "statement_descriptor": None,
            "statement_descriptor_kana": None,
            "statement_descriptor_kanji": None,
            "statement_descriptor_prefix_kana": None,
            "statement_descriptor_prefix_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": True,
            "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    }


def bank_account(identifier: str, account_id: str) -> Json:
    """Where an onboarded account is paid."""
    return {
        "id": identifier,
        "object": "bank_account",
        "account": account_id,
        "account_holder_name": "Jenny Rosen",
        "account_holder_type": "individual",
        "account_type": None,
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "default_for_currency": True,
        "fingerprint": identifier[-16:],
        "future_requirements": requirements([], None),
        "last4": "6789",
        "metadata": {},
        "requirements": requirements([], None),
        "routing_number": "110000000",
        "status": "new",
    }


def payout(identifier: str, now: int, amount: int, destination: str) -> Json:
    """A payout on its way."""
    return {
        "id": identifier,
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": now,
        "automatic": False,
        "balance_transaction": None,
        "created": now,
        "currency": "usd",
        "description": None,
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }


def dispute(identifier: str, now: int, charge: Json, reason: str) -> Json:
    """A charge that its payer contests."""
    network = charge["payment_method_details"]["card"]["brand"]
    return {
        "id": identifier,
        "object": "dispute",
        "amount": charge["amount_captured"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": "usd",
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": network,
                "case_type": "chargeback",
                "network": network,
                "network_reason_code": "10.4",
            },
            "type": "card",
        },
        "reason": reason,
        "status": "needs_response",
    }


EVIDENCE = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
)


def verification_session(identifier: str, now: int, secret: str) -> Json:
    """An identity check that waits for documents."""
    return {
        "id": identifier,
        "object": "identity.verification_session",
        "client_reference_id": None,
        "client_secret": secret,
        "created": now,
        "last_error": None,
        "last_verification_report": None,
        "livemode": False,
        "metadata": {},
        "options": {},
        "redaction": None,
        "related_customer": None,
        "related_customer_account": None,
        "status": "requires_input",
        "type": "document",
        "url": f"https://verify.stripe.com/start/{secret}",
    }
