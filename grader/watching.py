"""Listening to a self-check while it runs: which check is being measured, how far a training is, what was found."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .harness.operations import Reply, Request
from .lab import Channel
from .outcomes import CheckResult
from .registry import Check

Losses = Callable[[int, np.ndarray], None]  # of a model's number and the losses (steps,) of some more steps


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

    def __init__(self, channel: Channel, told: Losses):
        self._channel = channel
        self._told = told

    def request(self, request: Request) -> tuple[Reply | None, dict[str, Any] | None]:
        """As the channel below."""
        reply, failure = self._channel.request(request)
        if reply is not None and request.operation == "train":
            self._told(request.parameters["model"], reply.arrays[0])
        return reply, failure

    def fresh(self) -> Channel:
        """Another harness of the channel below; what is trained there is not told."""
        return self._channel.fresh()

    def close(self) -> None:
        """As the channel below."""
        self._channel.close()
