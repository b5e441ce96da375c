"""The catalogues hold everything that students read, and the German one all of it."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from grader.autoencoders.assignment import ASSIGNMENT
from grader.core.language import FOLDER, SOURCE, in_context, languages, parsed
from grader.core.stubs import STUB_MARKERS
from grader.release.catalogue import TEMPLATE, Found, messages_of, template_of, texts_of, updated

MESSAGES = messages_of(ASSIGNMENT)
OTHERS = [code for code in languages() if code != SOURCE]


def catalogue_of(code: str) -> Path:
    return FOLDER / code / "LC_MESSAGES" / "aelab.po"


def translations(code: str) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    with catalogue_of(code).open("rb") as file:
        entries = [each for each in read_po(file) if each.id]
    assert not [each.id for each in entries if each.fuzzy]
    as_tuple = lambda text: (text,) if isinstance(text, str) else tuple(text)  # noqa: E731
    return {in_context(e.context, as_tuple(e.id)[0]): (as_tuple(e.id), as_tuple(e.string)) for e in entries}


def test_the_template_is_fresh() -> None:
    """grader/locale/aelab.pot is what the code says."""
    assert TEMPLATE.read_bytes() == template_of(MESSAGES), "it is stale: run `make catalogue`"


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_is_complete(code: str) -> None:
    """Every message is translated, in every form, and none is left of what is gone."""
    found = translations(code)
    assert found.keys() == MESSAGES.keys(), "it is stale: run `make catalogue`"
    assert [key for key, (_, forms) in found.items() if not all(forms)] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_has_the_fields_of_its_message(code: str) -> None:
    """The same names with the same formats, and the same words of code."""
    code_words = re.compile(r"`[a-z_./]+`|\[\[|\]\]")
    for ids, forms in translations(code).values():
        for text in forms:
            told = f"{ids[0]!r} became {text!r}"
            assert _fields(text) == _fields(ids[-1]), told
            assert sorted(code_words.findall(text)) == sorted(code_words.findall(ids[0])), told


def _fields(text: str) -> list[tuple[str, str]]:
    return sorted({field for _, field in parsed(text) if field is not None})


def test_every_language_has_its_stubs() -> None:
    """What reads a submission knows the stubs of all languages, and needs no catalogue for it."""
    assert STUB_MARKERS.keys() == set(languages())


def test_a_catalogue_follows_the_code(tmp_path: Path) -> None:
    """What was translated stays, what is new waits, what is gone is gone; who translated it stays at the top."""
    before = tmp_path / "aelab.po"
    head = b'# By Ada.\nmsgid ""\nmsgstr "Language: de\\n"\n\n'
    before.write_bytes(head + b'msgid "one"\nmsgstr "eins"\n\nmsgid "old"\nmsgstr "alt"\n')
    after = updated(before, {"one": Found(codes=["a.b"]), "{count} new": Found("{count} news")}).decode()
    assert after.startswith(head.decode())
    assert 'msgid "one"\nmsgstr "eins"' in after
    assert "#. a.b" in after
    assert 'msgid_plural "{count} news"' in after
    assert "alt" not in after


def test_an_f_string_is_a_template() -> None:
    """Its fields are named after what stands in them; a choice of words makes two texts."""
    import ast

    def of(code: str) -> list[str]:
        return texts_of(ast.parse(code, mode="eval").body)

    assert of('f"{len(frozen)} are frozen"') == ["{frozen} are frozen"]
    assert of('f"{a.min()} to {a.max()} of {a.min()}"') == ["{a} to {a2} of {a}"]
    assert of('''f"{n} {'is' if n == 1 else 'are'} left"''') == ["{n} is left", "{n} are left"]
    assert of('"plain"') == ["plain"]
