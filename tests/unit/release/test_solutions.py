"""Solution regions become stubs, and nothing of them is left."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.stubs import STUB_MARKER
from grader.release.solutions import BEGIN, END, MarkerError, SourceError, solution_regions, strip_solutions


def strip(text: str) -> str:
    return strip_solutions(textwrap.dedent(text), "vae.py")


def test_region_becomes_a_stub_that_names_the_task() -> None:
    """A region is replaced, at its own indentation, by one line naming module and qualified function."""
    stripped = strip(
        '''
        import numpy as np


        class Model(Base):
            """Text."""

            @property
            @given("x")
            def encode(self, inputs):
                """Shapes."""
                ### BEGIN SOLUTION
                secret = 1

                return secret
                ### END SOLUTION

            def given(self):
                return 2
        '''
    )
    assert stripped == textwrap.dedent(
        '''
        import numpy as np


        class Model(Base):
            """Text."""

            @property
            @given("x")
            def encode(self, inputs):
                """Shapes."""
                raise NotImplementedError("Your task: vae, Model.encode")

            def given(self):
                return 2
        '''
    )


def test_two_regions_of_one_function_become_two_stubs() -> None:
    """Given lines between two regions stay where they are."""
    stripped = strip(
        """
        def f():
            ### BEGIN SOLUTION
            a = 1
            ### END SOLUTION
            kept = 2
            if kept:
                ### BEGIN SOLUTION
                return 3
                ### END SOLUTION
        """
    )
    stub = f'raise NotImplementedError("{STUB_MARKER}vae, f")'
    assert stripped == f"\ndef f():\n    {stub}\n    kept = 2\n    if kept:\n        {stub}\n"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def outer():\n    def inner():\n        {}\n    return inner\n", "outer.inner"),
        ("def outer():\n    {}\n", "outer"),
        ("async def f():\n    {}\n", "f"),
        ("if True:\n    def f():\n        {}\n", "f"),
        ("class A:\n    class B:\n        def f(self):\n            {}\n", "A.B.f"),
        ("class A:\n    def f(self):\n        {}\n\n    @f.setter\n    def f(self, x):\n        return x\n", "A.f"),
        ("def before():\n    return 0\n\ndef f():\n    {}\n\ndef after():\n    return 0\n", "f"),
    ],
)
def test_the_innermost_function_is_named(source: str, name: str) -> None:
    """Nesting in functions, classes and conditions gives the dotted name of the function that holds the region."""
    lines = source.splitlines()
    row = next(i for i, line in enumerate(lines) if "{}" in line)
    indent = lines[row][: -len("{}")]
    lines[row : row + 1] = [indent + BEGIN, f"{indent}def helper():", f"{indent}    return 9", indent + END]
    stripped = strip_solutions("\n".join(lines) + "\n", "folder/part.py")
    assert stripped == source.format(f'raise NotImplementedError("Your task: part, {name}")')


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (f"def f():\n    {BEGIN}\n    return 1\n", "vae.py:2: a solution region begins that never ends"),
        (f"def f():\n    return 1\n    {END}\n", "vae.py:3: a solution region ends that never began"),
        (
            f"def f():\n    {BEGIN}\n    a = 1\n    {BEGIN}\n    {END}\n    {END}\n",
            "vae.py:4: a solution region begins inside the one that began in line 2",
        ),
        (f"def f():\n    ###BEGIN SOLUTION\n    return 1\n    {END}\n", "vae.py:2: a marker must stand alone"),
        (f"def f():\n    {BEGIN}\n    return 1  {END}\n", "vae.py:3: a marker must stand alone"),
        (f"def f():\n    {BEGIN}\n    return 1\n    # END  SOLUTION\n", "vae.py:4: a marker must stand alone"),
        (
            f"def f():\n    {BEGIN}\n    a = 1\n\ndef g():\n    {END}\n    return 2\n",
            "vae.py:5: a solution region must end in the block",
        ),
        (
            f"def f():\n    {BEGIN}\n    if a:\n        b = 1\n        {END}\n",
            "vae.py:5: a solution region must end at the",
        ),
        (f"{BEGIN}\na = 1\n{END}\n", "vae.py:1: a solution region must hold statements of one function"),
        (f"class A:\n    {BEGIN}\n    a = 1\n    {END}\n", "vae.py:2: a solution region must hold"),
        (f"def f():\n    pass\n    {BEGIN}\n    # nothing\n    {END}\n", "vae.py:3: a solution region must hold"),
    ],
)
def test_bad_markers_are_named_with_file_and_line(source: str, message: str) -> None:
    """Each malformed region stops the release with 'file:line: what'."""
    with pytest.raises(MarkerError) as raised:
        strip_solutions(source, "vae.py")
    assert str(raised.value).startswith(message)


def test_a_source_that_is_no_python_is_named() -> None:
    """A reference module with a syntax error is reported as such, with its name."""
    with pytest.raises(SourceError, match=r"^vae\.py:1: invalid syntax$"):
        strip_solutions("def f(:\n", "vae.py")


HEADS = ["def f{}(x):\n", "def f{}(x):\n    if x:\n", "class A{}:\n    def f(self, x):\n        with x:\n"]


@st.composite
def modules(draw: st.DrawFn) -> tuple[str, int]:
    """A module of functions with given and secret statements, and how many regions it has."""
    count, text = 0, ""
    for index in range(draw(st.integers(1, 4))):
        depth = draw(st.integers(1, len(HEADS)))
        indent = "    " * depth
        text += HEADS[depth - 1].format(index)
        for lines in draw(st.lists(st.integers(0, 3), min_size=1, max_size=3)):
            text += f"{indent}given = {index}\n"
            if lines:
                count += 1
                text += f"{indent}{BEGIN}\n" + f"{indent}secret = x\n" * lines + f"{indent}{END}\n"
    return text, count


@given(modules())
def test_every_region_becomes_exactly_one_stub(drawn: tuple[str, int]) -> None:
    """Whatever the layout, the result is Python, holds one stub a region, all given lines and no secret one."""
    source, count = drawn
    stripped = strip_solutions(source, "part.py")
    ast.parse(stripped)
    assert stripped.count(STUB_MARKER) == count == len(solution_regions(source, "part.py"))
    assert "secret" not in stripped
    assert stripped.count("given") == source.count("given")
    assert strip_solutions(stripped, "part.py") == stripped
