"""Build the sample class: `python -m tests.submissions.build FOLDER [NAME …]`.

A sample submission is data, not a copy: the reference or the untouched templates with a few edits, in
tests/submissions/recipes/<name>.toml, and the outcome every check should have, in <name>.expected.json beside it.
"""

import json
import shutil
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import Outcome
from grader.release.notebook import render_notebook
from grader.release.solutions import strip_solutions
from tests.submissions.edits import Edit, edited, reference_sources, write_modules

RECIPES = Path(__file__).with_name("recipes")


@dataclass(frozen=True)
class Recipe:
    """How to make one submission.

    base: reference or templates; take: modules that come from the reference all the same; code: by which
    some check has to name the mistake.
    """

    name: str
    summary: str
    base: str = "reference"
    form: str = "folder"
    code: str = ""
    take: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def expected(self) -> dict[str, Outcome]:
        """The outcome of every check; the file lists those that do not pass (or, under "*", what the rest does)."""
        listed = json.loads((RECIPES / f"{self.name}.expected.json").read_text())
        rest = Outcome(listed.pop("*", "passed"))
        unknown = listed.keys() - {c.id for c in ASSIGNMENT.checks}
        if unknown:
            raise ValueError(f"{self.name}.expected.json names unknown checks: {sorted(unknown)}")
        return {c.id: Outcome(listed.get(c.id, rest)) for c in ASSIGNMENT.checks}


def recipes() -> list[Recipe]:
    """All recipes, by name."""
    return [read_recipe(path) for path in sorted(RECIPES.glob("*.toml"))]


def read_recipe(path: Path) -> Recipe:
    """One recipe from its file."""
    fields = tomllib.loads(path.read_text())
    edits = tuple(Edit(**edit) for edit in fields.pop("edit", []))
    return Recipe(path.stem, take=tuple(fields.pop("take", ())), edits=edits, **fields)


def sources_of(recipe: Recipe) -> dict[str, str]:
    """The submission's modules. Raises ValueError when an edit does not apply exactly once."""
    sources = {name: _base(recipe, name, text) for name, text in reference_sources().items()}
    return edited(recipe.name, sources, recipe.edits)


def _base(recipe: Recipe, name: str, text: str) -> str:
    untouched = recipe.base == "templates" and name not in recipe.take
    return strip_solutions(text, name) if untouched else text


def build(recipe: Recipe, folder: Path) -> Path:
    """Write one submission into `folder`; returns its place."""
    if recipe.form == "notebook":
        place = folder / recipe.name
        place.mkdir(parents=True)
        (place / ASSIGNMENT.notebook).write_text(render_notebook(ASSIGNMENT, solutions=True))
        return place / ASSIGNMENT.notebook
    if recipe.form == "zip":
        path = folder / f"{recipe.name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in sources_of(recipe).items():
                archive.writestr(f"{ASSIGNMENT.name}/{name}", text)
        return path
    return write_modules(folder / recipe.name, sources_of(recipe))


def main() -> None:
    """Build the whole class, or the named submissions."""
    target, *names = sys.argv[1:]
    folder = Path(target)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chosen = [recipe for recipe in recipes() if not names or recipe.name in names]
    for recipe in chosen:
        build(recipe, folder)
    print(f"built {len(chosen)} sample submissions in {folder}")


if __name__ == "__main__":
    main()
