"""What a notebook shows of a self-check: complete, harmless, legible in light and dark."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.outcomes import CheckResult, Outcome
from grader.render.wording import OUTCOME_STYLES, sentence
from grader.selfcheck import screens
from grader.selfcheck.drawings import Drawings
from grader.selfcheck.screens import NotebookScreen, Running, TerminalScreen, in_notebook, selfcheck_html

from ..render import samples
from ..render.test_pages import ALLOWED, Page, contrast

DRAWN = Drawings(np.linspace(500, 90, 300), np.zeros((20, 2)))


def words_of(html: str) -> str:
    return " ".join(Page(html).words.split())


def test_every_row_says_outcome_expected_measured_and_next_step() -> None:
    """In this order, under these headings, for every check."""
    results = samples.struggling().checks
    html = selfcheck_html(ASSIGNMENT, results)
    words = words_of(html)
    assert "Outcome Check Expected Measured Next step Points".replace(" ", "") in words.replace(" ", "")
    for check in results:
        assert OUTCOME_STYLES[check.outcome].word in words
        assert sentence(ASSIGNMENT, check.id).replace("`", "") in words
    failed = next(check for check in results if check.id == "autoencoder.loss_is_cross_entropy")
    row = words[words.index("summed over pixels, before the step, and no more.") :]
    places = [row.index(text) for text in ("fit_iteration returned", "543.4", "0.6931", "Sum over the pixels", "0 / 3")]
    assert failed.message.replace("`", "") in row
    assert places == sorted(places)


def test_a_librarys_own_words_are_folded_away() -> None:
    """They are there for who wants them, below the message in the words of the lab."""
    failed = replace(samples.struggling().checks[0], parameters={"original": "<b>device:CPU:0</b>"})
    html = selfcheck_html(ASSIGNMENT, [failed])
    assert html.count("<details>") == 1
    folded = html.partition("<details>")[2].partition("</details>")[0]
    assert "&lt;b&gt;device:CPU:0" in folded
    assert "<details>" not in selfcheck_html(ASSIGNMENT, [replace(failed, parameters={})])


def test_a_passed_check_proposes_nothing() -> None:
    """A next step is for what is not right yet."""
    passed = replace(samples.solved().checks[0], hint="Look again.")
    assert "Look again" not in selfcheck_html(ASSIGNMENT, [passed])


def test_pictures_stand_below_their_check_with_a_text() -> None:
    """The check's own, and the curves that are drawn besides: each with a description that says what it shows."""
    pictured = [check for check in samples.solved().checks if check.pictures]
    page = Page(selfcheck_html(ASSIGNMENT, pictured, {pictured[0].id: DRAWN}))
    assert page.values("img", "alt") == ["Left an unseen image, right its reconstruction"]
    labels = page.values("svg", "aria-label")
    assert labels[0].startswith("Loss of 300 training steps, from 499.3 to 90")
    assert labels[1].startswith("First two components of encodings: means 0.00 and 0.00")


def test_while_it_runs_it_says_what_it_does() -> None:
    """Which check, how many are done, how far the training is; what is known stands below."""
    html = selfcheck_html(
        ASSIGNMENT, samples.solved().checks[:1], running=Running("vae.loss_is_negative_elbo", 4, 9, 125)
    )
    page = Page(html)
    assert "Check 4 of 9: The loss is the cross-entropy plus beta" in words_of(html)
    assert "125 training steps so far" in words_of(html)
    assert page.values("progress", "value") == ["3"]
    assert "2 / 2" in page.words


def test_hostile_texts_stay_texts() -> None:
    """No element, handler or address that is not ours, whatever a message says."""
    html = selfcheck_html(ASSIGNMENT, samples.hostile().checks, message="".join(samples.HOSTILE))
    page = Page(html)
    assert {tag for tag, _ in page.elements} <= ALLOWED | {"caption", "progress", "svg", "path", "polyline", "circle"}
    assert not [name for _, attrs in page.elements for name in attrs if name.startswith("on")]
    assert all(source.startswith("data:image/png;base64,") for source in page.values("img", "src"))
    assert "<script" not in html
    assert not re.search(r"url\(|@import|https?://", html[html.index("<style>") : html.index("</style>")])
    assert not set("\x1b\x00\x07\u202e\u2066\udcff") & set(html)


def test_text_has_contrast_in_both_themes() -> None:
    """4.5 to 1 on the ground of the table, and on white and JupyterLab's dark ground (#111111)."""
    style = selfcheck_html(ASSIGNMENT, [])
    themes = re.findall(r"\{([^{}]*--aelab-passed: [^}]*)\}", style)
    assert len(themes) == 4
    for theme in themes:
        colours = dict(re.findall(r"--aelab-(\w+): (#[0-9a-f]{3,6})", theme))
        dark = "color-scheme: dark" in theme
        for text in ("quiet", "accent", "passed", "failed", "not_implemented", "skipped", "error"):
            for ground in ("#111111" if dark else "#ffffff", colours.get("page", "#15181b" if dark else "#ffffff")):
                assert contrast(colours[text], ground) >= 4.5, (text, ground)


class Outputs:
    """Stands for the kernel's displays: the bundles of one output, in order."""

    def __init__(self) -> None:
        self.bundles: list[Mapping[str, str]] = []
        self.displays: set[str] = set()
        self.calls: list[str] = []

    def display(self, bundle: Mapping[str, str], *, raw: bool, display_id: str) -> None:
        self.calls.append("display")
        self._keep(bundle, raw, display_id)

    def update_display(self, bundle: Mapping[str, str], *, raw: bool, display_id: str) -> None:
        self.calls.append("update")
        self._keep(bundle, raw, display_id)

    def _keep(self, bundle: Mapping[str, str], raw: bool, display_id: str) -> None:
        assert raw
        self.displays.add(display_id)
        self.bundles.append(bundle)


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Outputs:
    """What would be displayed."""
    kept = Outputs()
    monkeypatch.setattr("IPython.display.display", kept.display)
    monkeypatch.setattr("IPython.display.update_display", kept.update_display)
    return kept


def run(screen: NotebookScreen, results: Sequence[CheckResult]) -> None:
    for number, result in enumerate(results, start=1):
        check = next(check for check in ASSIGNMENT.checks if check.id == result.id)
        screen.starts(check, number, len(results))
        screen.trained(50)
        screen.ends(result)


def test_a_notebook_has_one_output_that_fills(outputs: Outputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A first word before TensorFlow is there, a row as soon as it is known, training steps, and in the end all."""
    monkeypatch.setattr(screens, "PAUSE", -1.0)
    results = samples.struggling().checks[:3]
    with NotebookScreen(ASSIGNMENT) as screen:
        run(screen, results)
        screen.shows(results, {})
    shown = [words_of(bundle["text/html"]) for bundle in outputs.bundles]
    assert outputs.calls[0] == "display"
    assert set(outputs.calls[1:]) == {"update"}
    assert len(outputs.displays) == 1
    assert "Starting TensorFlow" in shown[0]
    assert "50 training steps" in shown[2]
    assert [text.count("passed") > 0 for text in shown[:4]] == [False, False, False, True]
    assert "Check " not in shown[-1].replace("Check Expected", "")
    assert "3/3" in outputs.bundles[-1]["text/plain"]


def test_an_interrupted_check_keeps_what_it_found(outputs: Outputs) -> None:
    """No bar that stands still for ever: the output says that it was stopped, above the rows it has."""
    screen = NotebookScreen(ASSIGNMENT)
    with screen:
        run(screen, samples.solved().checks[:1])  # and nothing more, as after Ctrl-C or the kernel's button
    last = words_of(outputs.bundles[-1]["text/html"])
    assert "Stopped before the end." in last
    assert "2 / 2" in last


def test_training_does_not_redraw_at_every_step(outputs: Outputs) -> None:
    """A browser need not draw more than a few times a second."""
    with NotebookScreen(ASSIGNMENT) as screen:
        screen.starts(ASSIGNMENT.checks[0], 1, 1)
        before = len(outputs.bundles)
        for steps in range(1000):
            screen.trained(steps)
        assert len(outputs.bundles) - before < 20
        screen.says("done")


def test_a_terminal_gets_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no kernel is, the table of `aelab check`, without HTML."""
    assert not in_notebook()
    with TerminalScreen(ASSIGNMENT) as screen:
        screen.shows(samples.struggling().checks, {})
    said = capsys.readouterr().out
    assert "✗ failed" in said
    assert "<" not in said
    assert Outcome.FAILED.value in said
