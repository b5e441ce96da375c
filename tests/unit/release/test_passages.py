"""Texts follow the parts that are handed out, and a mark that is not well formed is an error with file and line."""

import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.release.passages import Follower, PassageError

ALL = ASSIGNMENT.part_names


def followed(text: str, *parts: str, width: int = 60) -> str:
    assignment = ASSIGNMENT.with_parts(parts or ALL)
    return Follower(assignment).follow(text, "text.md", width=width)


def test_a_part_is_mentioned_by_its_place_among_those_handed_out() -> None:
    """`vae` is the fifth part of the lab, and the second one of a course that has it beside the autoencoder."""
    text = "Part `vae` builds on part `autoencoder`."
    assert followed(text) == "Part 5 builds on part 2."
    assert followed(text, "autoencoder", "vae") == "Part 2 builds on part 1."


def test_a_part_whose_module_is_given_is_mentioned_as_such() -> None:
    """The VAE needs the autoencoder: where that is left out, its module is given, and has no number."""
    text = "Part `autoencoder` is small. See part `autoencoder`."
    assert followed(text, "vae") == "The given module `autoencoder` is small. See the given\nmodule `autoencoder`."


@pytest.mark.parametrize(
    ("text", "parts", "expected"),
    [
        ("It doubles[[; part `upsampling` says how]].", ("data", "upsampling"), "It doubles; part 2 says how."),
        ("It doubles[[; part `upsampling` says how]].", ("data",), "It doubles."),
        ("A [[part `autoencoder` and part `vae`]]b", ("vae",), "A b"),
        ("You[[gaussian_vae or vae: , later,]] add.", ("vae",), "You, later, add."),
        ("You[[gaussian_vae or vae: , later,]] add.", ("data",), "You add."),
        ("You[[gaussian_vae and vae: , later,]] add.", ("vae",), "You add."),
        ("You[[gaussian_vae\nand vae: , later,]] add.", ("gaussian_vae", "vae"), "You, later, add."),
        ("The [[vae: prior || codes]].", ("vae",), "The prior."),
        ("The [[vae: prior || codes]].", ("data",), "The codes."),
        ("See [[part `data` || part `vae`]].", ("vae",), "See part 1."),
        ("[[data: a\nb || see part `vae`]]", ("data",), "a b"),
        ("Some [[autoencoder: a || b]].", ("vae",), "Some b."),  # it is given, and its text is not there
    ],
)  # fmt: skip
def test_a_passage_goes_with_its_parts(text: str, parts: tuple[str, ...], expected: str) -> None:
    """With all that it mentions, or with those before its colon; else another text stands there, or none."""
    assert followed(text, *parts) == expected


def test_what_nothing_is_left_of_leaves_no_gap() -> None:
    """Paragraphs, items of lists and rows of tables disappear with their last word."""
    text = "One.\n\n[[vae: Two,\nthree.]]\n\n* four\n* [[vae: five]]\n[[* part `vae`]]\n\n"
    text += "| a |\n|---|\n[[vae: | b |]]\n\n[[vae: End.]]"
    assert followed(text, "data") == "One.\n\n* four\n\n| a |\n|---|"
    assert followed("One.\n\n[[vae: Two.]]\n", "data") == "One.\n"


def test_a_paragraph_with_a_mark_is_filled_anew_and_no_other() -> None:
    """Any other stays line for line: tables, formulas and lines that a person has broken."""
    text = "a\nb\n\n$$x\n= y$$\n\n* one [[vae: two]]\n  three four\n  five part `data`\n* six\n  seven"
    expected = "a\nb\n\n$$x\n= y$$\n\n* one three\n  four five\n  part 1\n* six\n  seven"
    assert followed(text, "data", width=12) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\nb [[vae: c", "text.md:2: a passage begins with [[ that never ends"),
        ("a\nb\nc ]]", "text.md:3: a passage ends with ]] that never began"),
        ("[[vae: a\n[[data: b]]", "text.md:2: a passage [[ begins inside the one of text.md:1"),
        ("a\n[[no name]]", "text.md:2: a passage in [[ ]] must name the part with which it goes"),
        ("a\n\nsee part `veo`", "text.md:3: there is no part called `veo`; the parts are data, "),
        ("[[vea or vae: b]]", "text.md:1: there is no part called `vea`"),
        ("[[data or vae and data: b]]", "text.md:1: 'data or vae and data' mixes `or` and `and`"),
        ("a\nsee part `vae`", "text.md:2: speaks of part `vae`, which is left out: put what goes with it into [[ ]]"),
        ("[[vae: a\nb || c\nsee part `vae`]]", "text.md:3: speaks of part `vae`, which is left out"),
    ],
)
def test_a_bad_mark_is_an_error_with_its_place(text: str, message: str) -> None:
    """Unbalanced, nested and nameless passages, unknown parts, and what speaks of a part that is left out."""
    with pytest.raises(PassageError) as problem:
        followed(text, "data")
    assert str(problem.value).startswith(message)
