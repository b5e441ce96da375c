"""One work, one text: whatever a submission is wrapped in, the same texts of the same form are graded."""

from collections import Counter

from hypothesis import HealthCheck, given, settings

from grader.autoencoders.assignment import ASSIGNMENT
from tests.submissions.classes import read, read_plain
from tests.submissions.packaging import FACTORS, Packaging, packagings, spread


@given(packagings())
@settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip
def test_a_work_is_read_the_same_in_every_packaging(packaging: Packaging) -> None:
    """The texts, their form and the notes on them are those of the plain folder or notebook.

    `make packagings` tries 2,000.
    """
    assert read(packaging) == read_plain(packaging.work, packaging.dialect)


def test_the_plain_forms_are_read_at_all() -> None:
    """Every part is in each of them, so that equal texts mean something."""
    for dialect in FACTORS["dialect"]:
        text = "".join(read_plain("solved", dialect).texts.values())
        assert [part.name for part in ASSIGNMENT.parts if f"Part {part.title}:" not in text] == []


def test_packagings_are_spread_over_every_factor() -> None:
    """Of sixty, none has a value more often than another one, but for kinds of junk, of which some have two."""
    chosen = spread(60)
    assert len(set(chosen)) == 60
    for name, values in FACTORS.items():
        found = Counter(getattr(each, name) for each in chosen)
        if name != "junk":
            assert set(found) == set(values)
            assert max(found[v] / values.count(v) for v in found) - min(found[v] / values.count(v) for v in found) <= 1
    assert {kind for each in chosen for kind in each.junk} == {kind for kinds in FACTORS["junk"] for kind in kinds}
