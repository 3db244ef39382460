"""What vendors tell us: stored, answered, processed once."""
