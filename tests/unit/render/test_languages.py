"""A student's page, self-check and hand-out in another language: a pseudo-locale shows what is not translated."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from grader.autoencoders.assignment import ASSIGNMENT
from grader.autoencoders.measurements.elbo import NO_NEGATIVE_ELBO
from grader.core import language as languages
from grader.core.assignment import Assignment
from grader.core.attempts import Counts
from grader.core.expect import filled
from grader.core.final_grade import ByHand, FinalGrade
from grader.core.hand_in import HandIn
from grader.core.outcomes import CheckResult, LeftOut, Missed, Outcome, Picture, Report, Status
from grader.core.registry import Check
from grader.core.stubs import STUB_MARKERS
from grader.course.keys import Late
from grader.course.late import lateness_text
from grader.engine.checking import TIME_USED_UP, TOOK_LONG
from grader.engine.plan import UNREADABLE
from grader.release.bundle import readme
from grader.release.catalogue import TEMPLATE
from grader.release.notebook import render_notebook
from grader.release.templates import render_templates
from grader.render.pages import class_page, student_page
from grader.render.terminal import plain_text
from grader.render.views import Circumstances
from grader.selfcheck.drawings import Drawings
from grader.selfcheck.screens import Running, selfcheck_html
from grader.stats.formulas import WRONG_WEIGHINGS

from . import samples
from .test_pages import Page

CLOUDS = "After so short a training digits are clouds of ink, and many of them alike, also where all is right"
PSEUDO = "eo"  # a locale that nobody has translated into; numbers are as in German
DUE = datetime(2027, 5, 3, 22, tzinfo=UTC)
LATE = lateness_text(Late(percent_a_day=10, grace_minutes=30), Counts.BEST)
OURS = (  # what no language changes: names, numbers, units, what a student or a course wrote
    *(part.name for part in ASSIGNMENT.parts), *(check.id for check in ASSIGNMENT.checks),
    "ada.lovelace", "autoencoder lab", "namespaces+landlock", "1a2b3c4d", "UTC", "AUTOENCODER", "stdout.txt",
    "MY OUTPUT", "MY COMMENT", "MY QUESTION", "lab05.ipynb", "data.py", "latin",
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _pseudo_locale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A catalogue in which every message stands in brackets."""
    folder = tmp_path_factory.mktemp("locale")
    pseudo = Catalog(locale=PSEUDO)
    with TEMPLATE.open("rb") as file:
        for each in filter(lambda message: message.id, read_po(file)):
            marked = f"⟦{each.id}⟧" if isinstance(each.id, str) else tuple(f"⟦{text}⟧" for text in each.id)
            pseudo.add(each.id, marked, context=each.context)
    target = folder / PSEUDO / "LC_MESSAGES" / "aelab.po"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_po(file, pseudo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STUB_MARKERS, PSEUDO, STUB_MARKERS["en"])
        patch.setattr(languages, "FOLDER", folder)
        languages.language_of(PSEUDO)  # is kept from now on
        patch.setattr(languages, "FOLDER", TEMPLATE.parent)
        yield
    languages.language_of.cache_clear()


def in_language(code: str) -> Assignment:
    return replace(ASSIGNMENT, texts=replace(ASSIGNMENT.texts, language=code, due=DUE, lateness=LATE))


def untranslated(text: str) -> str:
    """The words that stand in no brackets, but for names."""
    depth, left = 0, []
    for character in text:
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        left.append(character if depth == 0 else " ")
    kept = "".join(left)
    for name in sorted(OURS, key=len, reverse=True):
        kept = kept.replace(name, " ")
    return " ".join(re.findall(r"[^\W\d_]{2,}", kept))


def told(code: str, template: str, **parameters: object) -> dict[str, object]:
    return {"code": code, "template": template, "parameters": parameters, "message": filled(template, parameters)}


def decide(check: Check) -> CheckResult:
    """A failure with all that a check may show, and one check of each other outcome."""
    diagnosis = WRONG_WEIGHINGS["elbo.kl_missing"] + " Or: " + WRONG_WEIGHINGS["elbo.beta_ignored"]
    if check.id == "vae.loss_is_negative_elbo":
        return samples.result(
            check, Outcome.FAILED, share=0.5, **told("elbo.kl_missing", NO_NEGATIVE_ELBO, diagnosis=diagnosis),
            hint="Write down both terms for one image, then sum.",
            evidence={"expected": ["batch of 3: 1.5, or 0.5 per image"], "measured": [0.25, True, None, []]},
            pictures=(Picture("p", f"What the decoder makes of samples of the prior. {CLOUDS}", samples.digit(1)),),
            missed=(Missed("standard errors", "at most", 5.5, 7.25, 1e-6), Missed("kept weights", "at least", 3, 2, 1)),
        )  # fmt: skip
    if check.part == "data":
        return samples.result(check, Outcome.NOT_IMPLEMENTED, message="Not done yet: data, normalize", hint=TOOK_LONG)
    if check.part == "upsampling":
        return samples.result(check, Outcome.SKIPPED, message="Not measured, because data.normalize has not passed.")
    if check.part == "pictures":
        fault = "The grader failed, not you: This machine was too busy to measure it, 3 times"
        return samples.result(check, Outcome.ERROR, message=fault)
    if check.part == "classifier":
        return samples.result(check, Outcome.FAILED, **told(*TIME_USED_UP, original="MY OUTPUT"))
    return replace(samples.result(check, Outcome.PASSED), bonus=check.part == "denoising")


def report() -> Report:
    left_out = (
        LeftOut("lab05.ipynb, cell 8, line 3", "it was ended after 30 s"),
        LeftOut("data.py", "it is no UTF-8 and was read as latin-1; save it as UTF-8"),
    )
    return replace(samples.report("ada.lovelace", decide), left_out=left_out, stdout="MY OUTPUT")


def circumstances() -> Circumstances:
    mine, check = ByHand("MY-QUESTION", 1.5, 3.0, 0.5, "MY COMMENT"), "data-normalize_scales_to_unit_interval"
    marks = (mine, ByHand(check, 1.0, 2.0))
    grade = FinalGrade("ada", "Ada", 20.5, 100.0, penalty=2.25, handed_in=DUE.replace(month=1), by_hand=marks)
    return Circumstances(HandIn(late_days=2), grade)


def shown(page: str) -> str:
    """What a reader sees or hears of a page."""
    parsed = Page(page)
    spoken = [*parsed.values("img", "alt"), *(a.get("aria-label") or "" for _, a in parsed.elements)]
    return "\n".join([parsed.words, *spoken])


def test_a_students_page_has_no_text_that_is_not_translated() -> None:
    """Of a graded submission with everything that a page can show."""
    page = student_page(in_language(PSEUDO), report(), circumstances=circumstances())
    assert untranslated(shown(page)) == ""


@pytest.mark.parametrize("status", [Status.UNREADABLE, Status.ERROR])
def test_so_has_the_page_of_what_has_no_score(status: Status) -> None:
    """One that cannot be read, and one that the grader failed with."""
    problem = "it holds neither a notebook nor any of data.py"
    results = tuple(samples.result(c, Outcome.FAILED, **told(*UNREADABLE, problem=problem)) for c in ASSIGNMENT.checks)
    left = samples.of_checks("ada.lovelace", results, status=status, message=problem)
    assert untranslated(shown(student_page(in_language(PSEUDO), left))) == ""


def test_so_has_a_self_check() -> None:
    """In a notebook, while it runs and afterwards, with drawings, and as plain text."""
    course, results = in_language(PSEUDO), report().checks
    drawn = {"vae.loss_is_negative_elbo": Drawings(np.linspace(500, 90, 300), np.zeros((20, 2)))}
    running = Running("vae.loss_is_negative_elbo", 2, 5, 30)
    for html in (selfcheck_html(course, results, drawn), selfcheck_html(course, results[:2], running=running)):
        assert untranslated(shown(html)) == ""
    assert untranslated(" ".join(plain_text(course, results).split())) == ""


def test_so_have_the_frame_of_the_notebook_and_the_readme() -> None:
    """The introduction, the cells around each part, the README; the theory is in English."""
    course = in_language(PSEUDO)
    cells = nbformat.reads(render_notebook(course, solutions=True), as_version=4).cells
    frame = [cell.source for cell in cells if re.fullmatch(r"introduction|\w+-checks|\w+-self-check", cell.id)]
    frame += [cell.source for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    names = re.compile(r'check\("[\w.]+"\)|\| \w+ \| \d+ \|')
    assert untranslated(names.sub("", "\n".join(frame))) == ""
    code = re.compile(r"```.*?```", re.DOTALL)
    assert untranslated(code.sub("", readme(course))) == ""


def test_a_german_page_is_german() -> None:
    """Its language is named for screen readers; numbers, dates and plurals are as in German; names stay."""
    page = student_page(in_language("de"), report(), circumstances=circumstances())
    assert '<html lang="de">' in page
    words = Page(page).words
    for text in (
        "Abgegeben am 3. Januar 2027, 22:00 UTC, 2 Tage zu spät", "2,25 wegen Verspätung abgezogen.",
        "Verspätete Abgaben verlieren 10 % ihrer Punkte für jeden angefangenen Tag, nach 30 Minuten Kulanz.",
        "Von mehreren Abgaben zählt die beste, nach dem Abzug für Verspätung.",
        "Die KL-Divergenz fehlt. Oder: Beta wird nicht beachtet.", "Batch von 3: 1,5 oder 0,5 pro Bild",
        "0,25; ja; nichts; nichts", "Standardfehler: 7,25; bestanden wird mit höchstens 5,5.",
        "weniger als einmal in 1.000.000", "lab05.ipynb, Zelle 8, Zeile 3: wurde nach 30 s beendet",
        "Nicht gemessen, weil data.normalize nicht bestanden ist.", "Noch nicht bearbeitet: data, normalize",
    ):  # fmt: skip
        assert text in words
    assert "nicht bestanden 1,5/3" in " ".join(plain_text(in_language("de"), report().checks).split())


def test_the_class_page_stays_english() -> None:
    """It is the instructor's, and compares courses in any language."""
    assert class_page(in_language("de"), [report()]) == class_page(in_language("en"), [report()])


def test_german_stubs_are_known_as_stubs() -> None:
    """They name their task in German, and whatever reads a submission knows them."""
    from grader.harness.guard import describe
    from grader.submissions.work import STUB

    templates = render_templates(in_language("de"))
    assert templates["vae.py"].startswith("# Erzeugt aus reference/vae.py, zum Bearbeiten")
    stubs = STUB.findall(templates["vae.py"])
    assert len(stubs) == len(STUB.findall(render_templates(ASSIGNMENT)["vae.py"])) > 0
    assert "Your task" not in templates["vae.py"] + templates["lab05.ipynb"]
    stub = describe(NotImplementedError("Ihre Aufgabe: vae, encode"), "calling encode")
    assert stub == {"kind": "stub", "message": "vae, encode"}


def test_the_catalogue_of_a_language_lies_where_gettext_has_it() -> None:
    """locale/LANGUAGE/LC_MESSAGES/DOMAIN.po."""
    assert Path(languages.FOLDER / "de" / "LC_MESSAGES" / "aelab.po").is_file()
