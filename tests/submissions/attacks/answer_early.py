"""Answers the next questions before they are asked."""

from .harness import frame_of, serving

variables = serving()
number = variables["header"]["id"]
array = {"dtype": "float32", "shape": [6, 28, 28, 1]}
for step in range(1, 4):
    header = {"id": number + step, "operation": "normalize", "value": "float32", "arrays": [array]}
    variables["connection"].sendall(frame_of(header, bytes(4 * 6 * 784)))
