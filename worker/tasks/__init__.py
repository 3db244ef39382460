"""What the schedule lets the domains do, one module for each subject."""
