"""Modules of the reference as they are handed out for some of the parts."""

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.solutions import SourceError
from grader.release.sources import handed_out, handed_out_text

MODULE = '''\
# %% [markdown]
# # Part `vae`: a title
#
# See part `vae`.

# %%
import numpy as np

# %% [markdown]
# ## Task: one
#
# Do it.


# %%
def one() -> int:
    """One."""
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION


# %% [markdown]
# ## Task: two

# %% only="pictures"
if __name__ == "__main__":
    from .pictures import latent_grid

    latent_grid()

# %% [markdown] only="pictures"
# Look at it.
'''


def out(*parts: str, source: str = MODULE, solutions: bool = False, name: str = "vae.py") -> str:
    return handed_out(ASSIGNMENT.with_parts(parts), source, name, solutions=solutions)


def test_headings_and_tasks_are_numbered() -> None:
    """By the place of the part, and of the task in it."""
    text = out("autoencoder", "vae")
    assert "# # Part 2: a title\n#\n# See part 2.\n" in text
    assert "# ## Task 2.1: one\n" in text
    assert "# ## Task 2.2: two\n" in text


def test_a_cell_goes_with_its_parts() -> None:
    """`only` names them in the first line of a cell, of text or of code, and is not handed out itself."""
    assert out("vae").endswith("# ## Task 1.2: two\n")
    assert "only=" not in out("vae", "pictures")
    assert out("vae", "pictures").endswith("    latent_grid()\n\n# %% [markdown]\n# Look at it.\n")


def test_a_needed_part_that_is_left_out_is_its_solution_alone() -> None:
    """No task, no marker, no theory, no experiment, also where others get stubs."""
    text = out("vae", name="autoencoder.py")
    assert text == (
        "# %% [markdown]\n# The module `autoencoder` is given, with its solution: others build on it.\n\n"
        '# %%\nimport numpy as np\n\n# %%\ndef one() -> int:\n    """One."""\n    return 1\n'
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("# %%\nfrom .pictures import latent_grid\n", "vae.py:2: imports `pictures`, which is left out"),
        ('# %%\nif True:\n    from .pictures import latent_grid\n', "vae.py:3: imports `pictures`, which is left out"),
        ('# %% [markdown] onyl="vae"\n# text\n', "vae.py:1: a cell begins with `# %%` or `# %% [markdown]`"),
        ('\n# %% only="vea"\nx = 1\n', "vae.py:2: there is no part called `vea`"),
        ("# %%\nx = 1\n\n# %% [markdown]\n# a\n# part `pictures`\n", "vae.py:6: speaks of part `pictures`"),
        ("# %%\nx = 1\n    ### BEGIN SOLUTION\n", "vae.py:3: "),
    ],
)  # fmt: skip
def test_a_bad_module_is_an_error_with_its_place(source: str, message: str) -> None:
    """An import of a module that is not handed out, a cell whose first line says something else, a bad mark."""
    with pytest.raises(SourceError) as problem:
        out("vae", source=source)
    assert str(problem.value).startswith(message)


def test_a_text_of_the_assignment_names_it_and_its_parts() -> None:
    """What is no field stays as it is."""
    text = "{title}, {name}.ipynb: `check {first}`, `check {part}`, {rows} and {others} in part `vae`"
    assignment = ASSIGNMENT.with_parts(["upsampling", "vae"])
    assert handed_out_text(assignment, text, "text", rows="3 rows") == (
        "Lab 5: autoencoders, lab05.ipynb: `check upsampling`, `check vae`, 3 rows and {others} in part 2"
    )
    assert handed_out_text(ASSIGNMENT.with_parts(["vae"]), "{first} {part}", "text") == "vae vae"
