"""The corpus of mutants and right variants is well formed, and comes to what it says."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import grader
from grader.autoencoders.assignment import ASSIGNMENT
from grader.submissions.reading import read_submission
from tests.submissions.corpus import Variant, mutants, variants
from tests.submissions.edits import Edit, edited, reference_sources

WORLD = Path(__file__).parents[1] / "submissions"
CORPUS = {"mutant": mutants(), "variant": variants()}
CHECKS = {check.id for check in ASSIGNMENT.checks}
TEXTS = re.compile(r'"([a-z_]+(?:\.[a-z_]+)+)"')
CODES = {code for path in Path(grader.__file__).parent.rglob("*.py") for code in TEXTS.findall(path.read_text())}


def test_every_submission_of_the_corpus_can_be_made_and_differs_from_the_reference() -> None:
    """Its edits apply, its modules are Python, and something of them or of their form is not the reference's."""
    reference, wrong = reference_sources(), {}
    for item in (*mutants(), *variants()):
        try:
            changed = dict(item.sources.items() - reference.items())
            for name, text in changed.items():
                ast.parse(text, name)
        except (ValueError, SyntaxError) as problem:
            wrong[item.name] = str(problem)
        else:
            if not changed and getattr(item, "form", "folder") == "folder":
                wrong[item.name] = "it is the reference"
    assert wrong == {}


def test_names_are_used_once() -> None:
    """No two submissions of the corpus have the same name."""
    counts = Counter(item.name for item in (*mutants(), *variants()))
    assert [name for name, count in counts.items() if count > 1] == []


def test_what_is_written_in_the_manner_of_public_code_names_its_style() -> None:
    """At least 90 mistakes and 60 right solutions, in folders of their own, each with the source of its style."""
    counted = {kind: [item.style for item in items if item.style] for kind, items in CORPUS.items()}
    texts = {kind: [path.read_text() for path in WORLD.glob(f"{kind}s/world/*.toml")] for kind in CORPUS}
    listed = {kind: sum(text.count(f"[[{kind}]]") for text in texts[kind]) for kind in CORPUS}
    assert {kind: len(styles) for kind, styles in counted.items()} == listed
    assert listed["mutant"] >= 90
    assert listed["variant"] >= 60


def test_a_mutant_names_a_check_of_its_part() -> None:
    """The check that has to fail exists and belongs to the edited part, and the code is one that grader/ has."""
    assert [m.name for m in mutants() if m.check not in CHECKS or not m.check.startswith(f"{m.part}.")] == []
    assert [(m.name, m.code) for m in mutants() if m.code not in CODES] == []


@pytest.mark.parametrize("times", [0, 2])
def test_an_edit_has_to_apply_exactly_once(times: int) -> None:
    """An edit whose text is not there, or there twice, is an error with the submission's name."""
    with pytest.raises(ValueError, match=f"somebody: a.py has {times} times 'x'"):
        edited("somebody", {"a.py": "x" * times}, [Edit("a.py", "x", "y")])


def test_windows_line_ends_are_written(tmp_path) -> None:
    """The form `crlf` ends every line as Windows does."""
    place = Variant("windows", "data", "", form="crlf").write(tmp_path)
    written = (place / "data.py").read_bytes()
    assert written.count(b"\n") == written.count(b"\r\n") > 0


def test_a_notebook_holds_the_edited_definitions(tmp_path) -> None:
    """The form `notebook` is one notebook with the submission's own code."""
    edit = Edit("data.py", "tf.cast(image, tf.float32) / 255.0", "tf.cast(image, tf.float32) / 256.0")
    place = Variant("note", "data", "", edits=(edit,), form="notebook").write(tmp_path)
    submission = read_submission("note", place, ASSIGNMENT)
    assert submission.kind == "notebook"
    assert any("/ 256.0" in source.text for source in submission.sources)


def test_a_form_that_does_not_exist_is_an_error(tmp_path) -> None:
    """A misspelled form is not taken for a folder."""
    with pytest.raises(ValueError, match="no form 'scroll'"):
        Variant("odd", "data", "", form="scroll").write(tmp_path)
