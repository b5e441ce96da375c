"""How an untouched task is recognised: by the text its stub raises, not by the exception's type.

Keras and TensorFlow Probability raise NotImplementedError themselves, so the type alone says nothing.
"""

STUB_MARKER = "Your task: "
