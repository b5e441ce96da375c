"""Measurements of the grader itself; every figure in the docs comes from one of these commands."""
