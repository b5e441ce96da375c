"""Gradescope: the archive that it builds an autograder from, and the results that it reads."""
