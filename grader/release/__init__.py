"""Build what students and instructors receive from the one source, the reference solution."""
