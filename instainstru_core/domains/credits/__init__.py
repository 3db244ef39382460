"""The one wallet: what a student may spend besides a card."""
