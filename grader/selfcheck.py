"""The self-check of a student, in the student's own process: advisory, quick, and kind."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .checking import Progress, run_checks, unheard
from .harness.modules import AbsoluteNames, Cells, Definitions, LiveNamespace, Modules
from .isolation.local import LocalChannel, quiet
from .lab import Lab
from .outcomes import CheckResult, Outcome
from .registry import select, with_needs
from .submissions import read_submission

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
    """Results that stay valid as long as the definitions they were measured on."""

    def __init__(self, definitions: Definitions):
        self.lab = Lab(LocalChannel(definitions), SEED)
        self.results: dict[str, CheckResult] = {}

    def check(self, names: tuple[str, ...], progress: Progress = unheard) -> tuple[CheckResult, ...]:
        """The results of the named parts or checks; what was measured before is not measured again."""
        wanted = select(names)
        missing = [c for c in with_needs(wanted) if c.id not in self.results]
        if missing:
            self.results |= {r.id: r for r in run_checks(self.lab, missing, progress, known=self.results)}
        return tuple(self.results[c.id] for c in wanted)


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

    Shows what was found and returns the points earned, as a builtin float. Without a name everything is checked.
    """
    from rich.console import Console

    from .render.terminal import check_table

    console = Console()
    try:
        require_keras_2()
        results = session_of_namespace(sys._getframe(1).f_globals).check(names)
    except (WrongKeras, KeyError) as error:
        console.print(str(error.args[0]), markup=False)
        return 0.0
    console.print(check_table(results))
    return float(sum(result.score for result in results))


def all_passed(results: tuple[CheckResult, ...]) -> bool:
    """Whether nothing is left to do."""
    return all(result.outcome is Outcome.PASSED for result in results)
