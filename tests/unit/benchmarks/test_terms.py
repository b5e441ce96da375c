"""Each term of the lab's text is defined where it first stands, and the page of terms says where."""

import pytest

from benchmarks import terms
from grader.autoencoders.assignment import ASSIGNMENT
from tests.unit.test_docs import DOCS

TEXT = terms.blocks()


def test_each_term_is_defined_where_it_first_stands() -> None:
    """Set in bold or italics, or in the list of a summary; before that the text does without it."""
    early = {term.name: f"{term.first.part}: {term.first.text[:80]}" for term in terms.terms(TEXT) if not term.defined}
    assert early == {}


def test_every_part_ends_with_its_terms() -> None:
    """A list in each summary, with a meaning for each entry."""
    lists = [block for block in TEXT if block.text.startswith(terms.LIST)]
    assert [block.part for block in lists] == list(ASSIGNMENT.part_names)
    assert {block.heading for block in lists} == {"Summary"}
    assert all(len(terms.ENTRY.findall(block.text)) >= 3 for block in lists)


def test_the_page_of_terms_is_fresh() -> None:
    """docs/teaching/terms.md is what the text renders to."""
    stale = "docs/teaching/terms.md is stale: run `python -m benchmarks.terms > docs/teaching/terms.md`"
    assert (DOCS / "teaching" / "terms.md").read_text(encoding="utf-8") == terms.page(), stale


@pytest.mark.parametrize(
    ("texts", "is_defined"),
    [
        (["A **code** is ten numbers.", "**Terms.** *Code*: numbers."], True),
        (["Ten numbers, the *codes*.", "**Terms.** *Code*: numbers."], True),
        (["Look at the codes.", "A **code** is ten numbers.", "**Terms.** *Code*: numbers."], False),
        (["`code` and $code$ are no words.", "**Terms.** *Code*: numbers."], False),
        (["$code$ is no word.", "**Terms.** *Code*: numbers."], True),
        (["**You will** learn of codes.", "A **code** is ten numbers.", "**Terms.** *Code*: numbers."], True),
    ],
)
def test_a_term_that_stands_before_its_definition_is_found(texts: list[str], is_defined: bool) -> None:
    """The oracle of the first test, on texts of one sentence; what announces a part may use its words."""
    (found,) = terms.terms([terms.Block("data", "A heading", text) for text in texts])
    assert (found.defined is not None) == is_defined
