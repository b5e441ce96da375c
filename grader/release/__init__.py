"""From the one source, the reference solution, to what students and instructors receive."""
