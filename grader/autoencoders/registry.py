"""Where the checks of this lab are declared."""

from ..core.registry import Registry

CHECKS = Registry()
