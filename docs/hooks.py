"""Hooks of the site: pages that lie outside docs/, and links to files that the site does not hold.

The pages read well in the repository, where a link may lead to any file and shows its name. In the site a link to a
page shows its title, and a link to any other file becomes the path.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "reference/answers.md": "teaching/answers.md",
}
MEASURED = {"docs/results.md": ("results.md", "Results"), "benchmarks/RESULTS.md": ("measured.md", "Measured times")}
HOW = "How it works"

LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\[]*)\]\((?P<target>(?!https?://|#)[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")
PICTURE = re.compile(r"!\[(?P<text>[^\]]*)\]\(docs/(?P<target>[^)\s]+)\)")
FIGURES, FIGURE = ROOT / "reference" / "figures", re.compile(r"\]\((?:\.\./)*reference/figures/(?P<name>[\w-]+\.svg)\)")


def on_config(config: MkDocsConfig) -> None:
    """Pages of measurements stand in the navigation once they have been written."""
    section = next(entry[HOW] for entry in config.nav or () if HOW in entry)
    for source, (page, title) in MEASURED.items():
        if (ROOT / source).exists():
            section.insert(-1, {title: page})


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside docs/."""
    for source, page in _outside().items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    for path in sorted(FIGURES.glob("*.svg")):  # of the lab's text
        files.append(File.generated(config, f"images/lab/{path.name}", content=path.read_bytes()))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Lead links to pages where the site has them, and show the path of any other file."""
    source = {page: source for source, page in _outside().items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    folder = PurePosixPath(source).parent

    def moved(link: re.Match[str]) -> str:
        path = normpath(folder / link["target"])
        target = _outside().get(path, path.removeprefix("docs/") if path.startswith("docs/") else None)
        if target is None:
            return f"`{path}`"
        text = _title(ROOT / path) if link["text"].endswith(".md") else link["text"]
        return f"[{text}]({here(target)}{link['anchor'] or ''})"

    def here(target: str) -> str:
        return relpath(target, PurePosixPath(page.file.src_uri).parent)

    figures = FIGURE.sub(lambda link: f"]({here('images/lab/' + link['name'])})", LINK.sub(moved, markdown))
    return PICTURE.sub(r"![\g<text>](\g<target>)", figures)


def _title(page: Path) -> str:
    """The heading of a page, which in the site stands where the repository has the name of the file."""
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def _outside() -> dict[str, str]:
    """The page of the site for each file outside docs/ that is there."""
    measured = {source: page for source, (page, _) in MEASURED.items() if not source.startswith("docs/")}
    return {source: page for source, page in {**OUTSIDE, **measured}.items() if (ROOT / source).exists()}
