"""`aelab verify`: a record is held against the submission, the code, the versions and another measurement."""

import json
from pathlib import Path

import pytest

from tests.command import Aelab, Run
from tests.played_class import FakeBackend

from .test_cli_grade import Class


class Graded(Class):
    """A class that was graded."""

    def verify(self, backend: FakeBackend | None = None, *options: str) -> Run:
        self.next = backend or FakeBackend()
        return self._aelab("verify", self.out / "ada" / "report.json", self.folder, *options)

    def edit(self, **fields: object) -> None:
        """Change fields of the record, and of what it says of its circumstances."""
        record = self.record("ada")
        graded = {key: fields.pop(key) for key in list(fields) if key in record["graded"]}
        changed = record | fields | {"graded": record["graded"] | graded}
        (self.out / "ada" / "report.json").write_text(json.dumps(changed))


@pytest.fixture
def graded(aelab: Aelab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Graded:
    found = Graded(aelab, tmp_path, monkeypatch)
    assert found.grade().status == 0
    return found


def test_what_is_as_recorded_is_status_0(graded: Graded) -> None:
    """It was measured anew, under the seed of the record and nothing else, and nothing was written."""
    before = {path: path.read_bytes() for path in graded.out.rglob("*") if path.is_file()}
    backend = FakeBackend()
    found = graded.verify(backend)
    assert (found.status, found.err) == (0, "")
    assert found.out.splitlines()[-1] == "as recorded: submission, versions, code, and 2 checks with 6 points"
    assert [(task.part, task.seed) for task in backend.asked] == [("data", 7)]
    assert {path: path.read_bytes() for path in graded.out.rglob("*") if path.is_file()} == before


def test_another_measurement_is_told_check_by_check(graded: Graded) -> None:
    """What was recorded and what is measured now, and exit status 1."""
    graded.edit(
        score=4.0,
        checks=[
            check | ({"score": 0.0, "outcome": "failed", "code": "made.up"} if number == 0 else {})
            for number, check in enumerate(graded.record("ada")["checks"])
        ],
    )
    found = graded.verify()
    assert found.status == 1
    first = "data.normalize_scales_to_unit_interval"
    assert found.out.splitlines()[-3:] == [
        f"{first}, outcome: recorded failed, now passed",
        f"{first}, score: recorded 0.0, now 2.0",
        f"{first}, code: recorded made.up, now nothing",
    ]


def test_other_versions_and_other_code_are_told(graded: Graded) -> None:
    """Each by what it is; of what an earlier version did not record nothing is said."""
    graded.edit(tensorflow="2.18.0", code_sha256="5e" * 32)
    found = graded.verify()
    assert found.status == 1
    told = [line.partition(":")[0] for line in found.out.splitlines()[1:]]
    assert told == ["version of TensorFlow", "digest of the grader's code and packages"]
    record = graded.record("ada")
    del record["graded"]["code_sha256"]
    (graded.out / "ada" / "report.json").write_text(json.dumps(record))
    assert "digest of the grader's code" not in graded.verify().out


def test_another_submission_is_not_measured(graded: Graded) -> None:
    """One line says so, as it does of one that cannot be read any more."""
    for text in ("# 1 # edited since", ""):
        (graded.folder / "ada" / "data.py").write_text(text)
        found = graded.verify(backend := FakeBackend())
        assert (found.status, found.err.count("\n"), backend.asked) == (1, 1, [])
        assert "is not what was graded: its digest is" in found.err
    (graded.folder / "ada" / "data.py").unlink()
    assert "is not what was graded: the folder is empty" in graded.verify().err


@pytest.mark.parametrize("what", ["damaged", "missing", "misnamed", "of another lab", "whose"])
def test_what_cannot_be_tried_is_status_2(graded: Graded, aelab: Aelab, what: str) -> None:
    """And one clear line."""
    record, where = graded.out / "ada" / "report.json", graded.folder
    if what == "damaged":
        record.write_text("{")
    elif what == "missing":
        record.unlink()
    elif what == "misnamed":
        record = graded.out / "grades.csv"
    elif what == "of another lab":
        graded.edit(assignment="lab01")
    else:
        (where / "ada").rename(where / "emmy")
    found = aelab("verify", record, where)
    assert (found.status, found.err.count("\n")) == (2, 1)
