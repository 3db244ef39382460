"""What we ask of the payment provider, and what it did: cards, holds, refunds, transfers."""
