"""What TensorFlow and Keras say of an exception, without what only their makers can read.

Nodes, devices, the arguments of layers, tracebacks of traced code: none of it is the student's, and it hides the one
sentence that is. Texts of other libraries stay as they are.
"""

import re

LOOKED_AT = 20_000  # characters of a text: tracebacks of traced code come before the sentence
NODES = re.compile(r"\[\[\{\{[^{}\n]*\}\}\]\]|\{\{[^{}\n]*\}\} ?|\[Op:\w+\](?: name:[^\n]*)?")
GRAPH = "Graph execution error:"
TRACED = "in user code:"
FRAME = re.compile(r'^ *File "(?P<file>[^"\n]*)", line (?P<line>\d+), in [^\n]*\n(?: {8,}\S[^\n]*\n)?', re.MULTILINE)
TYPE = re.compile(r"^\w+(?:Error|Exception): ")
LAYER = re.compile(
    r"Exception encountered when calling (?:layer )?[\"'](?P<name>[^\"'\n]+)[\"'] \(type (?P<kind>\w+)\)\."
    r"(?P<said>.*?)Call arguments received by .*",
    re.DOTALL,
)
TENSOR = re.compile(r"<tf\.Tensor:?(?: '[^'\n]*')? shape=(\([^()\n]*\))(?:, \w+=(?:[^<>]|<[^<>]*>)*)?>")


def plain(text: str) -> str:
    """The sentence of a message, and the layer that it is about; the text itself where nothing is to be left out."""
    said = text[:LOOKED_AT]
    said = _untraced(_last_paragraph(said) if said.startswith(GRAPH) else said)
    if layer := LAYER.search(said):
        said = f"{_untraced(layer['said'].strip()).rstrip('.')} (in the layer `{layer['name']}`, a {layer['kind']})"
    return TENSOR.sub(r"a tensor of shape \1", NODES.sub("", said)).strip()


def _untraced(text: str) -> str:
    """What a message of traced code says below its traceback."""
    return TYPE.sub("", FRAME.sub("", text.removeprefix(TRACED)).strip()) if text.startswith(TRACED) else text


def traced_place(text: str, prefix: str) -> str:
    """File and line of the innermost frame that a message of traced code names and whose file begins with `prefix`."""
    said = text[:LOOKED_AT]
    frames = [found for found in FRAME.finditer(said) if found["file"].startswith(prefix)] if TRACED in said else []
    return f"{frames[-1]['file'].removeprefix(prefix)}, line {frames[-1]['line']}" if frames else ""


def _last_paragraph(text: str) -> str:
    """What stands below the tracebacks of a graph."""
    paragraphs = [each for each in text.split("\n\n") if each.strip()]
    return paragraphs[-1].strip()
