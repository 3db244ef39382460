"""What questions mean, what a query may cost, and what values say. Pure."""
