"""What students read, in their language: gettext catalogues of the English texts that records hold.

Records stay English. A text is looked up where it is shown: as it stands; else by the template that it was made from,
which is found by its fixed words; else sentence by sentence. What no catalogue holds stays as it is: names, what a
submission printed, the words of a course. A value of one word is mostly a name: only those of the context VALUE are
looked up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from gettext import c2py
from pathlib import Path
from string import Formatter, ascii_letters
from typing import Any

from .text import printable

SOURCE = "en"
FOLDER = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "aelab"
VALUE = "value"
LONGEST, DEPTH, SENTENCES = 4000, 4, 12  # characters of a text that is looked up, texts in texts, sentences in a text
FEW = 10  # letters: a template with less is taken for the origin of a text only where each field is one word
PIECES = re.compile(r"((?<=[.?!:]) +|[,;] )")  # between sentences, and between what is listed
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?")
DECIMALS = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")

Messages = Mapping[str, tuple[str, ...]]  # translations by the English text: one, or one for each form of the plural


def languages() -> tuple[str, ...]:
    """The languages that there are: English, and those with a catalogue."""
    return (SOURCE, *sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


@dataclass(frozen=True)
class Template:
    """A text with fields: `literals` stand around `fields`, and are one more."""

    text: str
    literals: tuple[str, ...]
    fields: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Template | None":
        """None for a text without a field."""
        literals, fields = [""], list[str]()
        for literal, field in parsed(text):
            literals[-1] += literal
            if field is not None:
                fields.append(field[0])
                literals.append("")
        return cls(text, tuple(literals), tuple(fields)) if fields else None

    @property
    def letters(self) -> int:
        """How many letters are fixed."""
        return sum(character in ascii_letters for literal in self.literals for character in literal)

    def values(self, text: str) -> dict[str, str] | None:
        """What stands in the place of each field; None where the text is not made from this template."""
        first, *between, last = self.literals
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        found, start = [], len(first)
        for literal in between:
            place = text.find(literal, start, end)
            if place < 0:
                return None
            found.append(text[start:place])
            start = place + len(literal)
        return self._checked([*found, text[start:end]])

    def _checked(self, found: list[str]) -> dict[str, str] | None:
        values = dict(zip(self.fields, found, strict=True))
        same = all(values[field] == value for field, value in zip(self.fields, found, strict=True))
        plain = self.letters >= FEW or all(value and not re.search(r"\s", value) for value in found)
        return values if same and plain else None


def parsed(template: str) -> Iterator[tuple[str, tuple[str, str] | None]]:
    """The literals of a template, each with the name and the format of the field after it; all of it if it is none."""
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        pieces = [(template, None, None, None)]
    for literal, field, form, _ in pieces:
        yield literal, None if field is None else (field, form or "")


class Language:
    """Turns English texts, numbers and dates into those of a language. code: as babel knows it, such as de."""

    def __init__(self, code: str, messages: Messages | None = None, plural: str = "n != 1"):
        self.code = code
        self._messages = messages or {}
        templates = filter(None, map(Template.of, self._messages))
        self._templates = sorted(templates, key=lambda each: -each.letters)
        self._form = c2py(plural)
        self._looked_up = lru_cache(4096)(self._look_up)  # a whole class has the same sentences

    def __call__(self, english: str, /, **parameters: Any) -> str:
        """The text in this language; with parameters, that of a template. Texts among them are for readers already."""
        return self._filled(english, parameters, 0) if parameters else self._looked_up(english, DEPTH)

    def _filled(self, template: str, parameters: Mapping[str, Any], depth: int) -> str:
        """A template in this language with its parameters; depth: of texts in them that are looked up."""
        (translated, *_) = self._messages.get(template, (template,))
        return self._assembled(translated, parameters, depth).strip()

    def plural(self, count: int | float, one: str, many: str, **parameters: Any) -> str:
        """One of two templates by the {count}, in the form that the language has for it."""
        whole = int(count) if count == int(count) else 2
        forms = self._messages.get(one)
        template = forms[min(self._form(whole), len(forms) - 1)] if forms else one if count == 1 else many
        return self._assembled(template, {"count": count, **parameters}, 0)

    def message(self, text: str, template: str, parameters: Mapping[str, Any]) -> str:
        """The message of a record, by its template where that is what the text begins with."""
        english = ENGLISH._filled(template, parameters, 0) if template in self._messages else ""
        if not english or not text.startswith(english):
            return self(text)
        more = text[len(english) :]
        end = "." if more.startswith(". ") else ""
        return f"{self._filled(template, parameters, DEPTH)}{end} {self(more.removeprefix(end).strip())}".strip()

    def number(self, text: str) -> str:
        """A number as it is written here, from how Python writes it."""
        if self.code == SOURCE:
            return text
        signs = {".": self.decimal, ",": _symbol(self.code, "group")}
        localized = "".join(signs.get(character, character) for character in text)
        return localized.replace("%", "\N{NO-BREAK SPACE}%") if text.endswith("%") and _spaced(self.code) else localized

    @property
    def decimal(self) -> str:
        """The sign between whole and decimals."""
        return "." if self.code == SOURCE else _symbol(self.code, "decimal")

    @property
    def separator(self) -> str:
        """What stands between the numbers of a list."""
        return "; " if self.decimal == "," else ", "

    def date(self, time: datetime) -> str:
        """The day in words."""
        if self.code == SOURCE:
            return f"{time.day} {time:%B %Y}"
        from babel.dates import format_date

        return str(format_date(time, "long", locale=self.code))

    def shown(self, text: str, depth: int = DEPTH) -> str:
        """A value within a text: a number, a text of ours, or anything else, as it is."""
        core = text.strip()
        if NUMBER.fullmatch(core):
            found = self.number(core)
        elif not any(character.isalpha() for character in core):
            found = core if "," in core else DECIMALS.sub(lambda number: self.number(number[0]), core)
        elif not re.search(r"\s", core):
            found = self._messages.get(in_context(VALUE, core), (core,))[0]
        elif core not in self._messages and core.startswith("(") and core.endswith(")"):
            found = f"({self.shown(core[1:-1], depth)})"
        else:
            found = self._looked_up(core, depth - 1) if depth else core
        return text.replace(core, found, 1) if core else text

    def _look_up(self, english: str, depth: int) -> str:
        if not self._messages or len(english) > LONGEST:
            return english
        whole = self._whole(english, depth)
        return self._by_sentence(english, depth) if whole is None else whole

    def _whole(self, english: str, depth: int) -> str | None:
        """The translation of a text that stands in the catalogue, or was made from a template that does."""
        if (forms := self._messages.get(english)) is not None:
            return self._assembled(forms[0], {}, 0)
        for template in self._templates:
            if (values := template.values(english)) is not None:
                return self._assembled(self._messages[template.text][0], values, depth)
        return None

    def _by_sentence(self, english: str, depth: int) -> str:
        """As many sentences at a time as are found together; others stay, and so does a single word."""
        left, told = PIECES.split(english, SENTENCES), list[str]()
        if len(left) == 1:
            return english
        while left:
            texts = ((size, "".join(left[:size])) for size in range(len(left), 0, -2))
            found = ((size, self._piece(text, depth)) for size, text in texts if " " in text or text.endswith(":"))
            size, text = next(((size, text) for size, text in found if text is not None), (1, left[0]))
            told += [text, *left[size : size + 1]]
            left = left[size + 1 :]
        return "".join(told)

    def _piece(self, english: str, depth: int) -> str | None:
        """The translation of a piece; one that introduces the next may stand in the catalogue without its colon."""
        whole = self._whole(english, depth)
        if whole is None and english.endswith(":") and (found := self._whole(english[:-1], depth)) is not None:
            return f"{found}:"
        return whole

    def _assembled(self, template: str, values: Mapping[str, Any], depth: int) -> str:
        pieces = []
        for literal, field in parsed(template):
            pieces.append(literal)
            if field is not None:
                name, form = field
                pieces.append(self._formatted(values[name], form, depth) if name in values else f"{{{name}}}")
        return "".join(pieces)

    def _formatted(self, value: Any, form: str, depth: int) -> str:
        if isinstance(value, str):
            return self.shown(value, depth) if depth else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self.number(format(value, form))
        return printable(str(value))  # records of other versions may hold anything


ENGLISH = Language(SOURCE)


@cache
def language_of(code: str) -> Language:
    """The language of this code, which is one of `languages`."""
    if code == SOURCE:
        return ENGLISH
    return Language(code, *read_catalogue(FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"))


def read_catalogue(path: Path) -> tuple[dict[str, tuple[str, ...]], str]:
    """The messages of a .po file and the rule of its plural. Uncertain translations are left out."""
    from babel.messages.pofile import read_po  # a tenth of a second: only where it is needed

    with path.open("rb") as file:
        catalogue = read_po(file)
    messages: dict[str, tuple[str, ...]] = {}
    for each in catalogue:
        if each.id and each.string and not each.fuzzy:
            ids, forms = ((each.id,), (each.string,)) if isinstance(each.id, str) else (each.id, each.string)
            messages[in_context(each.context, ids[0])] = tuple(map(str, forms))
    return messages, catalogue.plural_expr


def in_context(context: str | None, english: str) -> str:
    """The key of a message, as gettext has it."""
    return f"{context}\x04{english}" if context else english


def _symbol(code: str, name: str) -> str:
    from babel import Locale

    return str(Locale.parse(code, sep="-").number_symbols["latn"][name])


def _spaced(code: str) -> bool:
    """Whether a space stands before the sign for per cent."""
    from babel import Locale

    return "\N{NO-BREAK SPACE}%" in str(Locale.parse(code, sep="-").percent_formats[None].pattern)
