"""Mistakes that are close at hand, from natural_mistakes.toml, and what a self-check says of them."""

import os
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult
from grader.harness.modules import PACKAGE, Modules
from grader.selfcheck.notebook import Session
from tests.submissions.corpus import mutants
from tests.submissions.edits import Edit, edited, reference_sources

HERE = Path(__file__).parent
LIST, SAID = HERE / "natural_mistakes.toml", HERE / "natural_mistakes.json"  # the mistakes, and what was said of each


@dataclass(frozen=True)
class NaturalMistake:
    """A mistake: the check that meets it, the code of its cause, and what the message and the next step must hold."""

    name: str
    check: str
    code: str
    says: str
    next: str
    edits: tuple[Edit, ...]


def natural_mistakes() -> list[NaturalMistake]:
    """All of them, in the order of the list. Raises KeyError for a mutant that the corpus has not."""
    known = {mutant.name: mutant for mutant in mutants()}
    found = []
    for fields in tomllib.loads(LIST.read_text(encoding="utf-8"))["mistake"]:
        if name := fields.pop("mutant", ""):
            mutant = known[name]
            found.append(NaturalMistake(**fields, check=mutant.check, code=mutant.code, edits=mutant.edits))
        else:
            found.append(NaturalMistake(**fields | {"edits": tuple(Edit(**edit) for edit in fields["edits"])}))
    return found


def results_of(mistakes: Sequence[NaturalMistake]) -> Iterator[CheckResult]:
    """What a self-check finds in each, one after the other in this process."""
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    for mistake in mistakes:
        with _modules_of_one(set(sys.modules)):
            sources = edited(mistake.name, reference_sources(), mistake.edits)
            session = Session(ASSIGNMENT, Modules(list(sources.items())))
            (result,) = session.check((mistake.check,))
            yield result


@contextmanager
def _modules_of_one(before: set[str]) -> Iterator[None]:
    """Forget the modules of a submission afterwards, and where they were found."""
    finders = list(sys.meta_path)
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE and each not in before]:
            del sys.modules[name]
