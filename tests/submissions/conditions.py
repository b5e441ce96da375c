"""Under which the sample class is graded wherever a test does so: what one test of a run measured, the others find."""

SEED = 7
LIMIT = "call_seconds=20"  # as `make demo` has it
