"""English texts of records become those of a language: by the text, by its template, sentence by sentence."""

from datetime import UTC, datetime

import pytest

from grader.core.language import ENGLISH, Language, Template, in_context, language_of, languages

MESSAGES = {
    "below {limit} nats per image": ("unter {limit} Nats pro Bild",),
    "{low} to {high}": ("{low} bis {high}",),
    "After {steps} steps it costs {after:.1f} nats. {diagnosis}": (
        "Es kostet {after:.1f} Nats nach {steps}. {diagnosis}",
    ),
    "It is halved.": ("Halbiert.",),
    "{count} point": ("{count} Punkt", "{count} Punkte"),
    "Your code raised {type}: {text}": ("Ihr Code warf {type}: {text}",),
    "cell {number}": ("Zelle {number}",),
    "points": ("Punkte",),
    in_context("value", "mean"): ("Mittelwert",),
    "its {name} is off": ("{name} stimmt nicht",),
}
GERMAN = Language("de", MESSAGES)


def test_there_are_english_and_german() -> None:
    """English is the source; the others are those with a catalogue."""
    assert languages()[0] == "en"
    assert "de" in languages()
    assert language_of("en") is ENGLISH
    assert language_of("de") is language_of("de")


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("It is halved.", "Halbiert."),
        ("below 123.4 nats per image", "unter 123,4 Nats pro Bild"),
        ("0.5 to 0.75", "0,5 bis 0,75"),
        ("After 30 steps it costs 2.5 nats. It is halved.", "Es kostet 2,5 Nats nach 30. Halbiert."),
        ("lab05.ipynb, cell 8", "lab05.ipynb, Zelle 8"),
        ("Unknown. It is halved. And so on.", "Unknown. Halbiert. And so on."),
        ("its mean is off", "Mittelwert stimmt nicht"),
    ],
)
def test_a_text_is_found_by_what_it_was_made_from(english: str, german: str) -> None:
    """As it stands, by its template with its values, or sentence by sentence; with the numbers of the language."""
    assert GERMAN(english) == german
    assert ENGLISH(english) == english


@pytest.mark.parametrize("text", ["", "it cannot be put to use", "{low} {", "to", "x" * 9000])
def test_what_is_not_in_the_catalogue_stays(text: str) -> None:
    """A template with few fixed letters is no reason to translate somebody's sentence; nor is a name that is a word."""
    assert GERMAN(text) == text


def test_a_name_is_no_word() -> None:
    """What stands in the place of a field stays, but for our own texts and values."""
    assert GERMAN("Your code raised NameError: points") == "Ihr Code warf NameError: points"
    assert GERMAN("Your code raised ValueError: 1 to go {x}") == "Ihr Code warf ValueError: 1 to go {x}"


def test_a_message_is_found_by_its_template() -> None:
    """With its parameters as they were recorded; what was added to it is looked up as a text."""
    template = "After {steps} steps it costs {after:.1f} nats. {diagnosis}"
    parameters = {"steps": 3, "after": 1234.56, "diagnosis": "It is halved."}
    text = "After 3 steps it costs 1234.6 nats. It is halved. below 2.5 nats per image"
    german = "Es kostet 1234,6 Nats nach 3. Halbiert. unter 2,5 Nats pro Bild"
    assert GERMAN.message(text, template, parameters) == german
    assert GERMAN.message(
        "below 2.5 nats per image. It is halved.", "below {limit} nats per image", {"limit": 2.5}
    ) == ("unter 2,5 Nats pro Bild. Halbiert.")
    assert GERMAN.message("below 2.5 nats per image", "", {}) == "unter 2,5 Nats pro Bild"
    assert ENGLISH.message(text, template, parameters) == text


def test_a_message_without_its_parameters_is_found_by_its_text() -> None:
    """Records may be of another version, and hold anything."""
    assert GERMAN.message("It is halved.", "It is {what}.", {}) == "Halbiert."
    assert GERMAN.message("It is halved.", "below {limit} nats per image", {}) == "Halbiert."
    template = "After {steps} steps it costs {after:.1f} nats. {diagnosis}"
    odd = {"steps": [1], "after": None, "diagnosis": {}}
    assert GERMAN.message("After [1] steps it costs None nats. {}", template, odd) == "Es kostet None Nats nach [1]. {}"


def test_numbers_dates_and_plurals() -> None:
    """A comma for decimals, a space before per cent, months by their names."""
    assert GERMAN.number("1,234.5") == "1.234,5"
    assert GERMAN.number("12.5%") == "12,5\N{NO-BREAK SPACE}%"
    assert (GERMAN.separator, ENGLISH.separator) == ("; ", ", ")
    day = datetime(2027, 1, 31, tzinfo=UTC)
    assert (GERMAN.date(day), ENGLISH.date(day)) == ("31. Januar 2027", "31 January 2027")
    told = [GERMAN.plural(count, "{count} point", "{count} points") for count in (1, 2, 0, 1.5)]
    assert told == ["1 Punkt", "2 Punkte", "0 Punkte", "1,5 Punkte"]
    assert [ENGLISH.plural(count, "{count} day", "{count} days") for count in (1, 1.5)] == ["1 day", "1.5 days"]


def test_a_template_finds_its_values() -> None:
    """The first place of each literal is taken, which finds values whenever there are any."""
    template = Template.of("the loss of {a} and that of {b}.")
    assert template is not None
    assert template.values("the loss of x and that of y and z.") == {"a": "x", "b": "y and z"}
    assert template.values("the loss of x and that of y") is None
    assert Template.of("no field") is None
