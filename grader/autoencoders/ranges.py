"""What the checks of this lab draw from, and a course may set."""

from ..core.in_force import Range

ENCODING_SIZES = Range("encoding_sizes", "encoding sizes that checks of shapes try", (1, 64), lowest=1, highest=1024)
