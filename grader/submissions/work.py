"""How much of an assignment a text does, told from the beginnings of its lines: nothing is parsed, time is linear."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..core.assignment import Assignment, Part
from ..core.stubs import ANY_STUB

MAX_CODE = 2**20  # characters that are looked at; no submission with more of them is graded
STUB = re.compile(rf"^[^#\n]*?(?:{ANY_STUB})([^\"'\n]{{1,200}})", re.MULTILINE)
DEFINED = re.compile(r"(?:async +def|def|class) +(\w+)|([A-Za-z_]\w*) *(?::[^=\n]*)?=(?!=)")
IMPORTED = re.compile(r"^from[ \t]+\S+[ \t]+import[ \t]*(\([^)]{0,4000}\)|[^\n]*)", re.MULTILINE)
IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t][^\n]*", re.MULTILINE)

Name = tuple[str, str]  # a part, and a public name of it


@dataclass(frozen=True)
class Work:
    """What is known of the texts of a submission.

    defined: the public names that they give a meaning. stubs: the tasks that are as they were handed out, by the text
    that each raises. code: a digest of everything. definitions: names and digests of what is defined at the top level.
    imports: every word of a line that imports.
    """

    defined: frozenset[Name] = frozenset()
    stubs: frozenset[str] = frozenset()
    code: str = ""
    definitions: frozenset[Name] = frozenset()
    imports: frozenset[str] = frozenset()

    def is_same_in_other_form(self, other: "Work") -> bool:
        """Whether a notebook and modules come to the same: what the one defines is all in the other, word for word."""
        within = self.definitions <= other.definitions or other.definitions <= self.definitions
        return within and self.defined == other.defined != frozenset()


NOTHING = Work()


def work_in_notebook(code: str, assignment: Assignment) -> Work:
    """The work in the code of all cells. What is only imported is another file's work."""
    code = code[:MAX_CODE]
    definitions = frozenset(_definitions(code))
    return _work(code, definitions, {part: {name for name, _ in definitions} for part in assignment.parts})


def work_in_modules(texts: Mapping[str, str], assignment: Assignment) -> Work:
    """The work in the modules of parts, by the part's name. A part may import its names from a helper module."""
    definitions, names = frozenset[Name](), dict[Part, set[str]]()
    for part in assignment.parts:
        text = texts.get(part.name, "")[:MAX_CODE]
        found = frozenset(_definitions(text))
        imported = {word for names in IMPORTED.findall(text) for word in re.findall(r"\w+|\*", names)}
        names[part] = {name for name, _ in found} | (set(part.public_names) if "*" in imported else imported)
        definitions |= found
    return _work("\0".join(f"{name}\0\n{texts[name]}" for name in sorted(texts)), definitions, names)


def tasks_done(all_work: list[Work]) -> list[int]:
    """How many tasks each of some works has done, of those that at least one of them shows.

    A name is one task where it is no stub in any of them; otherwise each of its stubs is.
    """
    stubs = frozenset[str]().union(*(work.stubs for work in all_work))
    names = {stub: _name_of(stub) for stub in stubs}
    public = frozenset[Name]().union(*(work.defined for work in all_work))
    done = []
    for work in all_work:
        parts = {"", *(part for part, _ in work.defined)}
        replaced = [names[stub] for stub in stubs - work.stubs]
        count = sum(name in work.defined if name in public else name[0] in parts for name in replaced)
        done.append(count + len(work.defined.difference(names.values())))
    return done


def _name_of(stub: str) -> Name:
    """The name a stub belongs to: ("vae", "Model") for "vae, Model.fit"; no part where it does not say so."""
    part, separator, name = stub.partition(", ")
    return (part, name.partition(".")[0]) if separator else ("", part)


def _work(code: str, definitions: frozenset[Name], names: Mapping[Part, set[str]]) -> Work:
    defined = {(part.name, name) for part, given in names.items() for name in part.public_names if name in given}
    imports = frozenset(word for line in IMPORT.findall(code) for word in re.findall(r"\w+", line))
    return Work(frozenset(defined), frozenset(STUB.findall(code)), _digest(code), definitions, imports)


def _definitions(text: str) -> Iterator[Name]:
    """Name and digest of every function, class and assignment that begins a line; it ends where the next line begins.

    A decorator is of no interest here, nor is what is indented but its digest.
    """
    name, lines = "", list[str]()
    for line in text.split("\n"):
        if line[:1].isalpha() or line[:1] in set("_@#%!\"'"):
            if name:
                yield name, _digest("\n".join(lines).rstrip())
            found = DEFINED.match(line)
            name, lines = (found[1] or found[2], []) if found else ("", [])
        if name:
            lines.append(line.rstrip())
    if name:
        yield name, _digest("\n".join(lines).rstrip())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
