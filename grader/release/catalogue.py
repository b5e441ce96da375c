"""Collect what students read into the template of the catalogues, and bring the catalogues up to date.

    python -m grader.release.catalogue

In the rooms that speak to students every phrase is a message; elsewhere what is handed to a `Language` is, in templates
what stands in `_()`. The fields of an f-string are named after what stands in them.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from ..core.assignment import Assignment, find_assignment
from ..core.expect import CODE
from ..core.files import write_atomically
from ..core.language import DOMAIN, FOLDER, VALUE, in_context
from ..render.wording import OUTCOME_STYLES

GRADER = Path(__file__).resolve().parent.parent
TEMPLATE = FOLDER / f"{DOMAIN}.pot"
SPEAKING = (
    *("autoencoders/checks", "autoencoders/known_errors.py", "autoencoders/measurements", "autoencoders/operations"),
    *(
        "autoencoders/subject.py",
        "autoencoders/thresholds.py",
        "core/assignment.py",
        "core/evidence.py",
        "core/expect.py",
        "core/outcomes.py",
        "course/late.py",
    ),
    *("engine/carried_forward.py", "engine/checking.py", "engine/isolated.py", "engine/plan.py", "harness"),
    *("isolation/clock.py", "isolation/process.py", "isolation/reading.py", "isolation/watch.py"),
    "platforms/gradescope/__init__.py",
    *("protocol", "render/wording.py", "selfcheck/beforehand.py", "selfcheck/notebook.py", "stats", "subject"),
    *("submissions/choosing.py", "submissions/files.py", "submissions/folders.py", "submissions/handed_in.py"),
    *("submissions/listing.py", "submissions/notebooks.py", "submissions/reading.py", "submissions/texts.py"),
    *("submissions/unpacking.py", "submissions/zips.py"),
)
TEMPLATES = ("student.html", "selfcheck.html")
SILENT = {
    "debug",
    "info",
    "warning",
    "exception",
    "random",
    "seed_submission",
    "import_module",
    "compile",
}  # nobody reads them
FOR_OTHERS = (
    "ulimit ",
    "class {",
    "def {",
    "there is an operation ",
    "unknown part {",
    "{code} is no code",
    "Graph execution error",
    "in user code",
    "{prefix}, line ",
    "a tensor of shape ",
    "of 0 must be ",
)  # how these texts begin
PHRASE = re.compile(r"[A-Za-z][,:;.)]? +[`({A-Za-z0-9]|[}`] [a-z(]")
WORDS = (  # that no phrase is made of
    *("Or:", "line {line}", "batch size {size}", "encoding size {size}", "{tries} times", "did you mean {near}?"),
    "at least",
    *("yes", "no", "nothing", "none", "expected", "measured"),
    *(style.word for style in OUTCOME_STYLES.values()),
    *(f"{who} takes more than {{memory}} MiB of memory to read, or is nested too deeply" for who in ("it", "{file}")),
    *(f"{who} takes more than {{seconds}} s of processor time to read" for who in ("it", "{file}")),
    "{file} cannot be read: {why}",
)
VALUES = ("mean", "variance", "reconstructs", "none", "counts")  # words that stand in a message


@dataclass
class Found:
    """A message: its plural, the codes of the failures that it tells of, and the files that it stands in."""

    plural: str = ""
    codes: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


Messages = dict[str, Found]


def messages_of(assignment: Assignment) -> Messages:
    """Every message for students of this assignment, by its English text, those of files in their order."""
    found: Messages = {}
    for path in sorted(GRADER.rglob("*.py")):
        name = path.relative_to(GRADER).as_posix()
        _scan(ast.parse(path.read_text(encoding="utf-8")), name, found, speaks=name.startswith(SPEAKING))
    for name in TEMPLATES:
        _scan_template(name, found)
    for text in _of_assignment(assignment):
        found.setdefault(text, Found()).files.append("the assignment")
    for text in (*WORDS, *(in_context(VALUE, word) for word in VALUES)):
        found.setdefault(text, Found())
    return found


def _of_assignment(assignment: Assignment) -> Iterator[str]:
    yield assignment.title
    for part in assignment.parts:
        yield part.title
        yield from (check.sentence for check in part.checks)
    for text in (assignment.introduction, assignment.hand_out):
        yield from paragraphs(text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text in Markdown, but for those of code."""
    return [each for each in re.split(r"\n\n+", text.strip()) if not each.startswith("```")]


def _scan(tree: ast.Module, name: str, found: Messages, *, speaks: bool) -> None:
    silent = {id(node) for call in _calls(tree) if _name(call) in SILENT for node in ast.walk(call)} | _docstrings(tree)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    codes = dict(_codes(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) or id(node) not in inside:
            for text in texts_of(node) if speaks and id(node) not in silent else ():
                if PHRASE.search(text) and not text.startswith(FOR_OTHERS):
                    _add(found, text.strip(), name, code=codes.get(id(node), ""))
    for call in _calls(tree):
        if _name(call) in ("language", "plural"):
            strings = [text for argument in call.args for text in texts_of(argument)]
            if strings:
                _add(found, strings[0], name, plural=strings[1] if _name(call) == "plural" else "")


def _scan_template(name: str, found: Messages) -> None:
    text = (GRADER / "render" / "templates" / name).read_text(encoding="utf-8")
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        kind = getattr(call.node, "name", "")
        strings = [text for each in call.args for text in _constants(each)]
        if kind == "plural":
            _add(found, strings[0], f"render/templates/{name}", plural=strings[1])
        for text in strings if kind == "_" else ():
            _add(found, text, f"render/templates/{name}")


def _constants(node: nodes.Expr) -> Iterator[str]:
    """The texts that an expression of a template may be."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr | nodes.Or):
        either = (node.expr1, node.expr2) if isinstance(node, nodes.CondExpr) else (node.left, node.right)
        yield from (text for each in either if each for text in _constants(each))


def _add(found: Messages, text: str, name: str, plural: str = "", code: str = "") -> None:
    message = found.setdefault(text, Found())
    message.plural = message.plural or plural
    message.files += [name] if name not in message.files else []
    message.codes += [code] if code and code not in message.codes else []


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", "")).lstrip("_")


def _docstrings(tree: ast.Module) -> set[int]:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, documented))
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


def _codes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The code of a failure that stands in the same call, or is the key of a text in a dictionary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            code = next((text for each in node.args for text in texts_of(each) if CODE.fullmatch(text)), "")
            yield from ((id(each), code) for each in node.args if code)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                code = next((text for text in texts_of(key) if CODE.fullmatch(text)), "") if key else ""
                yield from ((id(each), code) for each in ast.walk(value) if code)


def texts_of(node: ast.AST) -> list[str]:
    """The text of a constant, and the template of an f-string: one for each case of what it chooses between."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if not isinstance(node, ast.JoinedStr):
        return []
    texts, names = [""], dict[str, str]()
    for part in node.values:
        pieces = _pieces(part, names)
        texts = [text + piece for text in texts for piece in pieces]
    return texts


def _pieces(part: ast.expr, names: dict[str, str]) -> list[str]:
    if isinstance(part, ast.Constant):
        return [str(part.value).replace("{", "{{").replace("}", "}}")]
    assert isinstance(part, ast.FormattedValue)
    value = part.value
    if isinstance(value, ast.IfExp) and (cases := [*texts_of(value.body), *texts_of(value.orelse)])[1:]:
        return cases
    expression = ast.unparse(value)
    if expression not in names:
        name = _field_name(value)
        taken = sum(re.sub(r"\d+$", "", other) == name for other in names.values())
        names[expression] = f"{name}{taken + 1}" if taken else name
    return [f"{{{names[expression]}}}"]


def _field_name(node: ast.AST) -> str:
    """A word for what an expression gives: its last name, or that of its first argument."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(args=[first, *_]) if not isinstance(first, ast.Constant):
            return _field_name(first)
        case ast.Call(func=ast.Attribute(value=value)) | ast.Subscript(value=value, slice=ast.Slice()):
            return _field_name(value)
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case ast.Subscript(value=value) | ast.BinOp(left=value) | ast.Starred(value=value):
            return _field_name(value)
        case ast.GeneratorExp(elt=value) | ast.IfExp(body=value) | ast.UnaryOp(operand=value):
            return _field_name(value)
    return "value"


def template_of(messages: Mapping[str, Found]) -> bytes:
    """The .pot file."""
    return _HEADER.encode() + _written(_catalogue(messages))


_HEADER = """\
# What students read. Generated by `make catalogue`.
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

"""


def _catalogue(messages: Mapping[str, Found]) -> Catalog:
    catalogue = Catalog()
    for key, found in messages.items():
        context, _, text = key.rpartition("\x04")
        told = [", ".join(found.codes)] if found.codes else []
        catalogue.add(
            (text, found.plural) if found.plural else text,
            locations=[(name, 0) for name in found.files if " " not in name],
            auto_comments=told,
            context=context or None,
            flags=["python-brace-format"] if "{" in text else [],
        )
    return catalogue


def updated(path: Path, messages: Mapping[str, Found]) -> bytes:
    """A catalogue with these messages: new ones are not translated yet, old ones are gone."""
    content = path.read_bytes()
    before = {in_context(each.context, _first(each.id)): each.string for each in read_po(BytesIO(content))}
    catalogue = _catalogue(messages)
    for each in catalogue:
        each.string = before.get(in_context(each.context, _first(each.id)), each.string) if each.id else ""
    head, blank, _ = content.partition(b"\n\n")
    return head + blank + _written(catalogue)


def _first(identity: str | Iterable[str]) -> str:
    return identity if isinstance(identity, str) else next(iter(identity))


def _written(catalogue: Catalog) -> bytes:
    file = BytesIO()
    write_po(file, catalogue, width=100, omit_header=True, include_lineno=False)
    return file.getvalue()


def main() -> None:
    """Write the template, and the catalogues with its messages."""
    messages = messages_of(find_assignment())
    write_atomically(TEMPLATE, template_of(messages))
    for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"):
        write_atomically(path, updated(path, messages))


if __name__ == "__main__":
    main()
