"""How an untouched task is recognised: by the text its stub raises, not by the exception's type.

Keras and TensorFlow Probability raise NotImplementedError themselves, so the type alone says nothing.
"""

STUB_MARKERS = {"en": "Your task: ", "de": "Ihre Aufgabe: "}  # by language: what reads a submission has no catalogue
STUB_MARKER = STUB_MARKERS["en"]
ANY_STUB = "|".join(STUB_MARKERS.values())  # as a regular expression
