"""What students say of lessons they took, and what that makes of an instructor's rating."""
