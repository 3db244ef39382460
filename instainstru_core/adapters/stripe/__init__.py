"""Stripe: the payment provider's port, and the reading of what it tells us by webhook."""
