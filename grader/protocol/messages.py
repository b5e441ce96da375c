"""What the deciding process asks a harness, and what it gets back."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .frames import Want


@dataclass(frozen=True)
class Request:
    """One thing to do: the operation, its plain parameters, arrays, and the arrays wanted back."""

    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    arrays: tuple[np.ndarray, ...] = ()
    wants: tuple[Want, ...] | None = ()


@dataclass(frozen=True)
class Reply:
    """What came of it: a plain value and arrays."""

    value: Any = None
    arrays: tuple[np.ndarray, ...] = ()
