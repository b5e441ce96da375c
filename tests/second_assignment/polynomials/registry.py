"""Where the checks of this assignment are declared."""

from grader.core.registry import Registry

CHECKS = Registry()
