"""A submission as the checks of this assignment see it: functions on arrays of NumPy."""

from typing import Any

import numpy as np

from grader.protocol.frames import Want
from grader.subject import subject


class Subject(subject.Subject):
    """A submission as these checks see it."""

    def ask(self, part: str, name: str, *arrays: np.ndarray, shape: tuple[int, ...], **arguments: Any) -> np.ndarray:
        """Call a function of a part; its answer, float32 of this shape."""
        self.load(part)
        sent = [array.astype(np.float32) for array in arrays]
        asked: dict[str, Any] = {"part": part, "name": name, "arguments": arguments}
        return self.request("call_with_numpy", sent, [Want("float32", shape)], **asked).arrays[0]

    def coefficients(self, degree: int) -> np.ndarray:
        """Coefficients (degree + 1,) that the submission has not seen."""
        return self.random(f"coefficients of degree {degree}").uniform(0.5, 2.0, degree + 1)

    def points(self, count: int) -> np.ndarray:
        """Points (count,) in [-1, 1]."""
        return self.random(f"{count} points").uniform(-1.0, 1.0, count)
