"""The self-check: in a notebook, in a shell and under pytest, in the student's own process."""
