"""Double entry: every money fact as a balanced journal."""
