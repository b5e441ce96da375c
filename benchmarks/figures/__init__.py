"""The figures in the text of the lab, drawn as small SVG files: `python -m benchmarks.figures`."""
