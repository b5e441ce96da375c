"""Listening to a self-check while it runs: which check is being measured, how far a training is, what was found."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.outcomes import CheckResult
from ..core.registry import Check
from ..protocol.messages import Reply, Request
from ..subject.subject import Channel

Told = Callable[[int, int, np.ndarray], None]  # a model's number, how many more steps, their losses if they are known
WHOLE = ("fit", "fit_labels", "pretrain")  # trainings of epochs, of which no losses come back for each step


class Watcher:
    """Hears of everything and shows nothing; front ends show what they like."""

    def starts(self, check: Check, number: int, total: int) -> None:
        """The `number`-th of `total` checks, counted from 1, is being measured."""

    def trained(self, steps: int) -> None:
        """Models have been trained for so many steps since the check was started."""

    def ends(self, result: CheckResult) -> None:
        """A check that was asked for has its result."""


class Overheard:
    """A channel that passes everything on, and tells of the steps of every training that came to its end."""

    def __init__(self, channel: Channel, told: Told):
        self._channel = channel
        self._told = told

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """As the channel below."""
        reply, failure = self._channel.request(request)
        if reply is not None:
            self._tell(request.operation, request.parameters, reply)
        return reply, failure

    def _tell(self, operation: str, asked: dict[str, Any], reply: Reply) -> None:
        if operation == "train":
            self._told(asked["model"], len(reply.arrays[0]), reply.arrays[0])
        elif operation in WHOLE:
            self._told(asked["model"], asked["epochs"] * asked["steps_per_epoch"], np.empty(0))

    def fresh(self) -> Channel:
        """Another harness of the channel below; what is trained there is not told."""
        return self._channel.fresh()

    def close(self) -> None:
        """As the channel below."""
        self._channel.close()
