"""Anonymous pages: names are replaced everywhere, by the same pseudonyms every time, and the key is apart."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.outcomes import LeftOut
from grader.render.pseudonyms import KeyDamaged, Pseudonyms

from . import samples


def test_pseudonyms_stay_and_tell_nothing(tmp_path: Path) -> None:
    """The second time everybody has the same one; a new student gets one of her own; none has a name in it."""
    key, reports = tmp_path / "pseudonyms.csv", [samples.solved("ada"), samples.untouched("bob")]
    first = [report.submission for report in Pseudonyms(key).hiding(reports)]
    again = [report.submission for report in Pseudonyms(key).hiding([samples.half("carl"), *reversed(reports)])]
    assert again[1:] == first[::-1]
    assert len(set(again)) == 3
    assert not [name for name in again for who in ("ada", "bob", "carl") if who in name]


def test_the_key_is_its_owners_alone_and_leads_back(tmp_path: Path) -> None:
    """A row for each student; with students' ids as they came, whatever characters they have."""
    key = tmp_path / "pseudonyms.csv"
    reports = [samples.solved("ada"), replace(samples.solved('x,"\n\udcff'), student="")]
    hidden = Pseudonyms(key).hiding(reports)
    assert key.stat().st_mode & 0o777 == 0o600
    with key.open(newline="", errors="surrogatepass") as file:
        found = {row["pseudonym"]: row["student"] or row["submission"] for row in csv.DictReader(file)}
    assert [found[each.submission] for each in hidden] == ["ada", 'x,"\n\udcff']
    assert [each.student for each in hidden] == [hidden[0].submission, ""]
    assert [each.submission for each in Pseudonyms(key).hiding(reports)] == [each.submission for each in hidden]


def test_names_of_files_and_what_was_printed_tell_nobody(tmp_path: Path) -> None:
    """A name is replaced where it stands by itself, and nowhere else; output is left out."""
    left_out = (LeftOut("Ada_1_lab05.ipynb", "ADA, attempt 1"), LeftOut("adagio.py", "no part of it"))
    named = replace(
        samples.solved("ada_17"), student="17", message="ada/data.py: unreadable", left_out=left_out, stdout="I am Ada"
    )
    (hidden,) = Pseudonyms(tmp_path / "key.csv").hiding([named])
    who = hidden.submission
    assert hidden.message == f"{who}/data.py: unreadable"
    assert hidden.left_out[0] == LeftOut(f"{who}_1_lab05.ipynb", f"{who}, attempt 1")
    assert hidden.left_out[1].where == "adagio.py"
    assert (hidden.stdout, hidden.stderr, hidden.checks) == ("", "", named.checks)


@pytest.mark.parametrize("text", ["", "name\nada\n", "pseudonym,student,submission\nanon-x\n", "\xff"])
def test_a_damaged_key_is_no_reason_to_draw_new_names(tmp_path: Path, text: str) -> None:
    """It is left as it is, and one line says what to do."""
    key = tmp_path / "pseudonyms.csv"
    key.write_bytes(text.encode("latin-1"))
    with pytest.raises(KeyDamaged, match="put the right one back"):
        Pseudonyms(key)
    assert key.read_bytes() == text.encode("latin-1")
