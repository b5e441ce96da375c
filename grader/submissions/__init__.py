"""What was handed in: found, chosen and read, never executed."""
