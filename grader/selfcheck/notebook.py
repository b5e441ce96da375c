"""The self-check of a student, in the student's own process: advisory, quick, and kind."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..core.outcomes import CheckResult, Outcome
from ..core.registry import Check, select, with_needs
from ..engine.checking import run_checks
from ..harness.modules import AbsoluteNames, Cells, Definitions, LiveNamespace, Modules
from ..subject.subject import Subject
from ..submissions.reading import read_submission
from .drawings import Drawings, drawings_of
from .local_channel import LocalChannel, quiet
from .watching import Overheard, Watcher

SEED = 2025


class WrongKeras(RuntimeError):
    """TensorFlow is running with Keras 3; the text says what to do."""


def require_keras_2() -> None:
    """Raise WrongKeras unless tf.keras is Keras 2; sets the switch where it is not too late."""
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
    """Results that stay valid as long as the definitions they were measured on, and what was drawn beside them."""

    def __init__(self, definitions: Definitions):
        self.subject = Subject(Overheard(LocalChannel(definitions), self._hear), SEED)
        self.results: dict[str, CheckResult] = {}
        self.drawings: dict[str, Drawings] = {}
        self._losses: dict[int, list[np.ndarray]] = {}
        self._watcher = Watcher()
        self._steps = 0

    def check(self, names: tuple[str, ...], watcher: Watcher | None = None) -> tuple[CheckResult, ...]:
        """The results of the named parts or checks; what was measured before is not measured again.

        Each result is kept as soon as it is known, also where the rest is interrupted.
        """
        wanted = select(names)
        missing = [c for c in with_needs(wanted) if c.id not in self.results]
        self._watcher = watcher or Watcher()
        for number, item in enumerate(missing, start=1):
            self._steps = 0
            self._watcher.starts(item, number, len(missing))
            self._measure(item)
            if item in wanted:
                self._watcher.ends(self.results[item.id])
        return tuple(self.results[c.id] for c in wanted)

    def _measure(self, item: Check) -> None:
        (result,) = run_checks(self.subject, [item], known=self.results)
        self.results[item.id] = result
        self.drawings[item.id] = drawings_of(self.subject, result, self._losses)

    def _hear(self, model: int, steps: int, losses: np.ndarray) -> None:
        self._losses.setdefault(model, []).append(losses)
        self._steps += steps
        self._watcher.trained(self._steps)


def session_of_files(path: Path) -> Session:
    """A session on files. Raises UnreadableSubmission."""
    submission = read_submission(path.name, path)
    sources = [(source.name, source.text) for source in submission.sources]
    if submission.kind == "notebook":
        return Session(Cells(sources, submission.notes))
    sys.meta_path.append(AbsoluteNames([name for name, _ in sources]))
    return Session(Modules(sources))


_notebook: dict[str, Any] = {"values": {}, "session": None}


def session_of_namespace(names: Mapping[str, Any]) -> Session:
    """The session of a running notebook; a new one as soon as anything was defined anew."""
    values = {name: value for name, value in names.items() if not name.startswith("_") and name not in ("In", "Out")}
    before = _notebook["values"]
    same = before.keys() == values.keys() and all(before[name] is value for name, value in values.items())
    if not same or _notebook["session"] is None:
        _notebook.update(values=values, session=Session(LiveNamespace(values)))
    return _notebook["session"]  # type: ignore[no-any-return]  # set in the line above


def check(*names: str) -> float:
    """Check parts ("vae") or single checks ("vae.loss_is_negative_elbo") of the notebook this is called in.

    Shows what was found, as soon as it is, and returns the points earned, as a builtin float. Without a name everything
    is checked.
    """
    from .screens import screen_here

    caller = sys._getframe(1).f_globals
    try:
        with screen_here() as screen:
            require_keras_2()
            session = session_of_namespace(caller)
            results = session.check(names, screen)
            screen.shows(results, session.drawings)
    except (WrongKeras, KeyError) as error:
        screen.says(str(error.args[0]))
        return 0.0
    return float(sum(result.score for result in results))


def all_passed(results: tuple[CheckResult, ...]) -> bool:
    """Whether nothing is left to do."""
    return all(result.outcome is Outcome.PASSED for result in results)
