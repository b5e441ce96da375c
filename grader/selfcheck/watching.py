"""Follow a self-check while it runs: the current check, its training steps, its result."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.outcomes import CheckResult
from ..core.registry import Check
from ..protocol.messages import Reply, Request
from ..subject.subject import Channel

OnTraining = Callable[[int, int, np.ndarray], None]  # a model's number, how many more steps, their losses where known


class Watcher:
    """Is told of everything and shows nothing; front ends override what they show."""

    def starts(self, check: Check, number: int, total: int) -> None:
        """The `number`-th of `total` checks, counted from 1, is being measured."""

    def trained(self, steps: int) -> None:
        """Models have been trained for so many steps since the check was started."""

    def ends(self, result: CheckResult) -> None:
        """A check that was asked for has its result."""


class ObservedChannel:
    """A channel that passes everything on, and reports the steps of every training that succeeded.

    Trainings are the operation `train`, whose reply has the loss of each step, and all that take `epochs` and
    `steps_per_epoch`.
    """

    def __init__(self, channel: Channel, on_training: OnTraining):
        self._channel = channel
        self._on_training = on_training

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """Pass the request on."""
        reply, failure = self._channel.request(request)
        if reply is not None:
            self._observe(request.operation, request.parameters, reply)
        return reply, failure

    def _observe(self, operation: str, parameters: dict[str, Any], reply: Reply) -> None:
        if operation == "train":
            self._on_training(parameters["model"], len(reply.arrays[0]), reply.arrays[0])
        elif {"epochs", "steps_per_epoch"} <= parameters.keys():
            self._on_training(parameters["model"], parameters["epochs"] * parameters["steps_per_epoch"], np.empty(0))

    def fresh(self) -> Channel:
        """Another harness of the inner channel; its trainings are not reported."""
        return self._channel.fresh()

    def close(self) -> None:
        """Close the inner channel."""
        self._channel.close()
