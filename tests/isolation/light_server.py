"""A fork server of processes that are started and forked in no time.

It differs from the grader's in one thing: small packages stand for TensorFlow and its like. Tests of processes,
limits and the protocol use it. Tests of what submissions compute, the attacks and the canary's verdict on the tiers
that are used have the real packages.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from grader.core.assignment import Assignment
from grader.core.limits import Limits
from grader.isolation.fork_server import ForkServer
from grader.isolation.tiers import Tier
from grader.isolation.view import View, view_of

STAND_INS = {path.name: path for path in sorted((Path(__file__).parent / "light").iterdir()) if path.is_dir()}


def light_view(assignment: Assignment, private: Iterable[Path] = ()) -> View:
    """The grader's view, in which the stand-ins come first."""
    view = view_of(assignment, private)
    return replace(view, own={**STAND_INS, **view.own})


def light_server(assignment: Assignment, tier: Tier, limits: Limits | None = None) -> ForkServer:
    """One that is not started yet."""
    return ForkServer(tier, light_view(assignment), limits or Limits())
