"""What a lesson costs and how the price is shared."""
