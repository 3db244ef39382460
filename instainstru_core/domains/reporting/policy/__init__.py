"""What words about time mean, and what figures say. Pure."""
