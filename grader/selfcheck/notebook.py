"""The self-check of a student, in the student's own process, which is advisory: nothing is protected there."""

import importlib
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.assignment import Assignment, Part
from ..core.errors import UserError
from ..core.outcomes import CheckResult, LeftOut, Outcome
from ..core.registry import Check
from ..course.finding import find
from ..engine.checking import run_checks
from ..harness.modules import AbsoluteNames, Cells, Definitions, LiveNamespace, Modules
from ..submissions.dependencies import sources_for
from ..submissions.reading import read_submission
from .beforehand import CellTimes, told_beforehand
from .drawings import Drawings, drawings_of
from .local_channel import LocalChannel, quiet
from .reachable import reachable
from .watching import ObservedChannel, Watcher

SEED = 2025
SHELL_NAMES = ("In", "Out")  # of IPython


class WrongKeras(UserError):
    """TensorFlow is running with Keras 3."""


def require_keras_2() -> None:
    """Raise WrongKeras unless tf.keras is Keras 2, after setting the switch if nothing has set it yet."""
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet():  # TensorFlow greets on stderr
        import tensorflow as tf

        family = tf.keras.Model.__module__.partition(".")[0]
    if family != "tf_keras":
        raise WrongKeras(
            "TensorFlow was started with Keras 3, and this lab needs Keras 2: restart the kernel and run "
            'os.environ["TF_USE_LEGACY_KERAS"] = "1" before anything imports TensorFlow.'
        )


class Session:
    """Results and drawings of one set of definitions, each measured once. left_out: before anything was run."""

    def __init__(self, assignment: Assignment, definitions: Definitions, left_out: Sequence[LeftOut] = ()):
        self.assignment = assignment
        importlib.import_module(assignment.operations)
        self.subject = assignment.subject(ObservedChannel(LocalChannel(definitions), self._on_training), SEED)
        self.left_out = left_out
        self.results: dict[str, CheckResult] = {}
        self.drawings: dict[str, Drawings] = {}
        self._losses: dict[int, list[np.ndarray]] = {}
        self._watcher = Watcher()
        self._steps = 0

    def check(self, names: tuple[str, ...], watcher: Watcher | None = None) -> tuple[CheckResult, ...]:
        """The results of the named parts or checks, of which only new ones are measured. Raises AssignmentError.

        Each result is kept as soon as it is known, even if the next check is interrupted.
        """
        wanted = self.assignment.select(names)
        missing = [c for c in self.assignment.with_needs(wanted) if c.id not in self.results]
        self._watcher = watcher or Watcher()
        for number, item in enumerate(missing, start=1):
            self._steps = 0
            self._watcher.starts(item, number, len(missing))
            self._measure(item)
            if item in wanted:
                self._watcher.ends(self.results[item.id])
        return tuple(self.results[c.id] for c in wanted)

    def keep(self, earlier: "Session", parts: Collection[str]) -> None:
        """Take over the results of these parts, with their drawings."""
        self.results |= {name: result for name, result in earlier.results.items() if result.part in parts}
        self.drawings |= {name: drawn for name, drawn in earlier.drawings.items() if name in self.results}

    def told(self) -> list[str]:
        """What of the submission was left out, failed, or would be cut short in a grade."""
        return [f"{each.where}: {each.why}" for each in dict.fromkeys((*self.left_out, *self.subject.left_out))]

    def _measure(self, item: Check) -> None:
        (result,) = run_checks(self.assignment, self.subject, [item], known=self.results)
        self.results[item.id] = result
        self.drawings[item.id] = drawings_of(self.subject, item, result, self._losses, self.assignment.samples_of)

    def _on_training(self, model: int, steps: int, losses: np.ndarray) -> None:
        self._losses.setdefault(model, []).append(losses)
        self._steps += steps
        self._watcher.trained(self._steps)


def session_of_files(assignment: Assignment, path: Path) -> Session:
    """A session on the submission at `path`. Raises UnreadableSubmission."""
    submission = read_submission(path.name, path, assignment)
    needed = sources_for(submission, assignment.parts, assignment.given_statements)
    sources = [(source.name, source.text) for source in needed]
    if submission.kind == "notebook":
        return Session(assignment, Cells(sources), submission.left_out)
    sys.meta_path.append(AbsoluteNames([name for name, _ in sources]))
    return Session(assignment, Modules(sources))


class NotebookSessions:
    """Keeps the session of a running notebook until a name changes, and the results of a part until its code does."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._session: Session | None = None

    def of_namespace(self, assignment: Assignment, names: Mapping[str, Any]) -> Session:
        """The session on these names: the previous one if all of them still name the same objects.

        Else a new one, with the results of those parts for which nothing has changed that they lead to.
        """
        values = {name: value for name, value in names.items() if not name.startswith("_") and name not in SHELL_NAMES}
        before, earlier = self._values, self._session
        if earlier is None or not _same(before, values):
            self._values, self._session = values, Session(assignment, LiveNamespace(values))
            if earlier is not None:
                home = str(names.get("__name__"))
                kept = {part.name for part in assignment.parts if _is_unchanged(part, before, values, home)}
                self._session.keep(earlier, kept)
        assert self._session is not None
        return self._session


def _same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the same names have the very same objects."""
    return before.keys() == after.keys() and all(before[name] is value for name, value in after.items())


def _is_unchanged(part: Part, before: Mapping[str, Any], after: Mapping[str, Any], home: str) -> bool:
    """Whether all that the public names of a part lead to is the same."""
    return _same(reachable(before, part.public_names, home), reachable(after, part.public_names, home))


SESSIONS = NotebookSessions()
TIMES = CellTimes()


def check(*names: str) -> float:
    """Check parts, "part", or single checks, "part.claim", of the notebook this is called in.

    Shows each result as soon as it is known, and returns the points earned, as a builtin float. Without a name,
    everything is checked.
    """
    from .screens import screen_here

    caller = sys._getframe(1).f_globals
    assignment = find()
    with screen_here(assignment) as screen:
        try:
            require_keras_2()
            session = SESSIONS.of_namespace(assignment, caller)
            results = session.check(names, screen)
        except UserError as error:
            screen.says(str(error))
            return 0.0
        screen.shows(results, session.drawings, told_beforehand(assignment, caller.get("In", ()), TIMES))
    return float(sum(result.score for result in results))


def all_passed(results: tuple[CheckResult, ...]) -> bool:
    """Whether every check passed."""
    return all(result.outcome is Outcome.PASSED for result in results)
