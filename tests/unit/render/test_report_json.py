"""`report.json`: the contract's fields, determinism, and reading back what may not be ours."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.core.outcomes import LeftOut, Missed, Picture, Provenance, Report
from grader.render.report_json import ReportError, read_report, read_reports, report_folder, to_json, write_report

from . import samples

TOP = [
    "schema", "submission", "student", "attempt", "assignment", "graded", "left_out", "points_by_hand", "score",
    "max_score", "isolation", "seed", "seconds", "status", "message", "checks",
]  # fmt: skip
CHECK = [
    "id", "part", "points", "score", "outcome", "code", "message", "hint", "template", "parameters", "evidence",
    "missed", "seconds", "pictures", "bonus",
]  # fmt: skip
GRADED = ["at", "aelab", "calibration", "python", "tensorflow", "submission_sha256", "code_sha256"]


def written(report: Report, out: Path) -> dict[str, Any]:
    """The report as any other program would read it."""
    record: dict[str, Any] = json.loads(write_report(report, report_folder(out, report.submission)).read_text())
    return record


def test_the_record_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    """Names, order and values as the contract lists them, in OUT/<submission>/report.json."""
    record = written(samples.struggling(), tmp_path)
    assert (tmp_path / "blaise" / "report.json").exists()
    assert list(record) == TOP
    assert all(list(check) == CHECK for check in record["checks"])
    assert list(record["graded"]) == GRADED
    assert (record["schema"], record["status"], record["max_score"], record["score"]) == (2, "graded", 100, 67.5)
    assert (record["student"], record["attempt"], record["assignment"]) == ("blaise", 1, "lab05")
    assert (record["left_out"], record["points_by_hand"]) == ([], None)
    assert sum(check["score"] for check in record["checks"]) == record["score"]


def test_a_report_without_checks_has_a_score_all_the_same(tmp_path: Path) -> None:
    """A number like any other, for programs that know types."""
    record = written(samples.unreadable(), tmp_path)
    assert (record["score"], type(record["score"]), record["max_score"]) == (0.0, float, 0)


def test_a_failure_has_its_code_and_parameters(tmp_path: Path) -> None:
    """What groups are built from; other outcomes have no code."""
    checks = written(samples.struggling(), tmp_path)["checks"]
    assert all(bool(check["code"]) is (check["outcome"] == "failed") for check in checks)
    assert [check["parameters"] for check in checks if check["code"] == "loss.mean_over_pixels"] == [{"ratio": 784.0}]


def test_what_was_left_out_and_added_by_hand_comes_back(tmp_path: Path) -> None:
    """With everything that another grading would not find the same."""
    left = (LeftOut("lab05.ipynb, cell 8, line 3", "invalid syntax"), LeftOut("cell 9", "it is too complex to be read"))
    report = replace(
        samples.solved(), student="ada@uni", attempt=3, left_out=left, points_by_hand=2.5,
        graded=Provenance("2020-02-29T23:59:59Z", "0.9", "00000000", "3.13.0", "2.18.0", "ab" * 32),
    )  # fmt: skip
    record = written(report, tmp_path)
    assert record["left_out"] == [{"where": each.where, "why": each.why} for each in left]
    back = read_report(tmp_path / "ada")
    assert back.graded == report.graded
    assert (back.student, back.attempt, back.left_out, back.points_by_hand) == ("ada@uni", 3, left, 2.5)


def test_quantities_for_the_calibration_stay_with_us(tmp_path: Path) -> None:
    """They are no part of a student's record, in neither direction."""
    report = samples.solved()
    recorded = replace(report, checks=tuple(replace(check, recorded={"accuracy": 0.9}) for check in report.checks))
    assert to_json(recorded) == to_json(report)
    write_report(report, tmp_path)
    change(tmp_path, lambda record: record["checks"][0].update(recorded={"accuracy": 0.9}))
    assert read_report(tmp_path).checks[0].recorded == {}


def test_keys_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    """On every level: what is added to a schema does not shut out who knows less."""
    before = write_report(samples.struggling(), tmp_path).read_text()
    change(tmp_path, lambda r: [each.update(later={"a": [1]}) for each in (r, r["graded"], r["checks"][0])])
    assert to_json(read_report(tmp_path)) == before


@pytest.mark.parametrize("report", [*samples.class_of_seven(), samples.hostile(), samples.hostile("../../up")])
def test_what_was_written_is_read_back(report: Report, tmp_path: Path) -> None:
    """Writing what was read gives the same bytes, pictures included, and no file outside the folder."""
    folder = report_folder(tmp_path / "out", report.submission)
    before = write_report(report, folder).read_text()
    back = read_report(folder)
    assert back.submission == report.submission
    assert back.part_scores() == report.part_scores()
    pictures = sorted(folder.glob("*.png"))
    contents = [path.read_bytes() for path in pictures]
    assert write_report(back, folder).read_text() == before
    assert [path.read_bytes() for path in pictures] == contents
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [folder.name]


def test_equal_records_give_equal_bytes(tmp_path: Path) -> None:
    """Also when scores and evidence differ in the last bits; only the times may differ."""
    report = samples.struggling()
    noise = 1 + 1e-12
    wiggled = []
    for check in report.checks:
        evidence = {key: value * noise if isinstance(value, float) else value for key, value in check.evidence.items()}
        wiggled.append(replace(check, score=check.score * noise, evidence=evidence))
    assert to_json(report) == to_json(replace(report, checks=tuple(wiggled)))
    assert to_json(report) == to_json(samples.struggling())


def test_the_text_is_ascii_without_control_characters(tmp_path: Path) -> None:
    """`cat report.json` cannot hurt a terminal, whatever a submission printed."""
    content = to_json(samples.hostile()).encode()
    assert content.isascii()
    assert not {byte for byte in content if byte < 32} - {10}
    record = written(samples.hostile(), tmp_path)
    texts = [check["message"] + check["hint"] + check["pictures"][0]["caption"] for check in record["checks"]]
    assert not set("\x1b\x00\x07\x08\u202e\udcff") & set("".join(texts))


def test_pictures_of_an_earlier_run_do_not_stay(tmp_path: Path) -> None:
    """The folder shows what this run measured; files that are not ours stay."""
    write_report(samples.struggling("ada"), tmp_path)
    (tmp_path / "notes.png").write_bytes(b"mine")
    assert len(list(tmp_path.glob("*.png"))) == 3
    write_report(samples.solved("ada"), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "autoencoder.reconstructs_unseen_images-1.png",
        "notes.png",
        "report.json",
    ]


def test_a_failed_write_leaves_the_old_report(tmp_path: Path) -> None:
    """A picture that cannot be written is an error before the old report is touched, and leaves no draft."""
    write_report(samples.solved("ada"), tmp_path)
    before = (tmp_path / "report.json").read_text()
    report = samples.solved("ada")
    bad = replace(report.checks[0], pictures=(Picture("flat", "", np.zeros(3, dtype=np.float32)),))
    with pytest.raises(ValueError, match="picture"):
        write_report(replace(report, checks=(bad, *report.checks[1:])), tmp_path)
    assert (tmp_path / "report.json").read_text() == before
    assert not list(tmp_path.glob(".*"))


def test_all_reports_of_an_output_folder_come_by_name(tmp_path: Path) -> None:
    """`aelab report OUT` reads them back in the order of their names."""
    for report in samples.class_of_seven():
        write_report(report, report_folder(tmp_path, report.submission))
    names = [report.submission for report in read_reports(tmp_path)]
    assert names == ["ada", "blaise", "charles", "emmy", "grace", "kurt", "sophie"]
    with pytest.raises(ReportError, match="--out"):
        read_reports(tmp_path / "ada")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"schema": 1}, "an earlier one made it; `aelab grade` writes it anew"),
        ({"schema": 3}, "schema"),
        ({"schema": "2"}, "schema"),
        ({"status": "fine"}, "fine"),
        ({"seed": "1"}, "seed"),
        ({"seed": True}, "seed"),
        ({"checks": {}}, "checks"),
        ({"checks": [7]}, "check"),
        ({"score": 99.0}, "sum"),
        ({"max_score": 90}, "sum"),
        ({"score": "100"}, "score"),
        ({"submission": None}, "submission"),
        ({"attempt": 0}, "attempt"),
        ({"attempt": 1.5}, "attempt"),
        ({"graded": {"at": "2027"}}, "graded.aelab"),
        ({"graded": None}, "graded"),
        ({"left_out": [{"where": "cell 1"}]}, "left_out.0.why"),
        ({"left_out": "cell 1"}, "left_out"),
        ({"points_by_hand": "2"}, "points_by_hand"),
        ({"seconds": float("inf")}, "Infinity is not a number"),
    ],
)
def test_a_damaged_record_is_one_line_with_the_file(fields: dict[str, Any], reason: str, tmp_path: Path) -> None:
    """What is wrong, and in which file."""
    assert reason in damage(tmp_path, lambda record: record.update(fields))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"score": 4.0}, "of 3 points"),
        ({"score": -1.0}, "checks.2.score: Input should be greater than or equal to 0, got -1.0"),
        ({"outcome": "perhaps"}, "perhaps"),
        ({"id": "../../etc.passwd"}, "id of a check"),
        ({"part": "vae"}, "id of a check"),
        ({"score": "3"}, "checks.2.score"),
        ({"points": True}, "checks.2.points"),
        ({"evidence": []}, "evidence"),
        ({"evidence": {"measured": float("nan")}}, "NaN is not a number"),
        ({"parameters": 7}, "checks.2.parameters"),
        ({"code": None}, "checks.2.code"),
        ({"pictures": [{"name": "x", "caption": "x", "file": "../../secret.png"}]}, "beside the report"),
        ({"pictures": [{"name": "x", "caption": "x", "file": "a.b-1.png"}]}, "a.b-1.png"),
        ({"pictures": [{"name": "x", "caption": "x", "file": 7}]}, "checks.2.pictures.0.file"),
        ({"pictures": ["x"]}, "picture"),
    ],
)
def test_a_damaged_check_is_one_line_with_the_file(fields: dict[str, Any], reason: str, tmp_path: Path) -> None:
    """Points beyond the check's, foreign ids and paths out of the folder are refused."""
    assert reason in damage(tmp_path, lambda record: record["checks"][2].update(fields))


def test_a_check_listed_twice_is_refused(tmp_path: Path) -> None:
    """A copied check cannot count double."""
    zero = samples.untouched("ada")
    write_report(replace(zero, checks=(*zero.checks, zero.checks[0])), tmp_path)
    with pytest.raises(ReportError, match="twice"):
        read_report(tmp_path)


LATER = {"missed": (), "bonus": False}  # which earlier versions did not write, and what is known without


@pytest.mark.parametrize("key", [*TOP, *(f"checks.{key}" for key in CHECK if key not in LATER), "graded.at"])
def test_a_record_that_lacks_a_key_is_refused(key: str, tmp_path: Path) -> None:
    """Nothing is made up for what was lost, and the key is named."""
    place, _, name = key.rpartition(".")

    def lose(record: dict[str, Any]) -> None:
        where = {"": record, "checks": record["checks"][2], "graded": record["graded"]}[place]
        del where[name]

    told = damage(tmp_path, lose)
    assert name in told
    assert place in told


@pytest.mark.parametrize(("key", "value"), LATER.items())
def test_a_record_of_an_earlier_version_is_read(key: str, value: Any, tmp_path: Path) -> None:
    """It missed nothing that is known, and had no bonus."""
    write_report(samples.solved(), tmp_path)
    change(tmp_path, lambda record: [check.pop(key) for check in record["checks"]])
    assert {getattr(check, key) for check in read_report(tmp_path).checks} == {value}


def change(folder: Path, edit: Any) -> None:
    """Edit the report in `folder`, as any other program would."""
    path = folder / "report.json"
    record = json.loads(path.read_text())
    edit(record)
    path.write_text(json.dumps(record))


def damage(folder: Path, edit: Any) -> str:
    """The error that reading a changed report gives, checked to be one line with the file."""
    write_report(samples.solved(), folder)
    change(folder, edit)
    return refusal(folder)


def refusal(folder: Path) -> str:
    """The text of the ReportError for the report in `folder`."""
    with pytest.raises(ReportError) as caught:
        read_report(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) in text
    return text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema": NaN}',
        b'{"schema": 1}',
        b'{"schema": 2}',
        b'{"schema": 2, "seconds": 1e999}',
        b"[" * 100_000,
        b'{"schema": 1' + b"0" * 5000 + b"}",
    ],
)
def test_what_is_no_report_at_all_is_one_line_with_the_file(content: bytes, tmp_path: Path) -> None:
    """Empty, cut, binary, deeply nested and absurd files too."""
    (tmp_path / "report.json").write_bytes(content)
    refusal(tmp_path)


def test_a_missing_report_is_one_line_with_the_file(tmp_path: Path) -> None:
    """The operating system's reason, and where."""
    assert "No such file" in refusal(tmp_path / "nobody")


def test_a_picture_that_is_no_png_is_refused(tmp_path: Path) -> None:
    """A truncated or swapped picture does not end in a traceback."""
    write_report(samples.solved(), tmp_path)
    picture = next(tmp_path.glob("*.png"))
    picture.write_bytes(b"GIF89a")
    assert "png" in refusal(tmp_path)
    write_report(samples.solved(), tmp_path)
    picture.write_bytes(picture.read_bytes()[:60])
    refusal(tmp_path)


def test_the_odds_of_a_missed_threshold_are_in_the_record(tmp_path: Path) -> None:
    """They come back; a record from before there were any is read all the same."""
    missed = (Missed("standard errors", "at most", 5.5, 23.7, 1e-6), Missed("accuracy", "at least", 0.78, 0.4))
    report = samples.struggling()
    report = replace(report, checks=(replace(report.checks[0], missed=missed), *report.checks[1:]))
    record = written(report, tmp_path)
    assert record["checks"][0]["missed"][0]["odds"] == 1e-6
    assert read_report(tmp_path / "blaise").checks[0].missed == missed
    change(tmp_path / "blaise", lambda record: [check.pop("missed") for check in record["checks"]])
    assert {check.missed for check in read_report(tmp_path / "blaise").checks} == {()}
