"""When an instructor can teach, and what already occupies time."""
